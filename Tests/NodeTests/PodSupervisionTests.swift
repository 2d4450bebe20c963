import Base
import Node
import Testing

/// The supervisor's decisions, as values.
@Suite struct `Supervising one pod` {
  private let shell = ContainerSpec(name: "main", arguments: ["/bin/sleep", "60"])
  private let wall = WallTime(milliseconds: 1000)

  private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

  private func identity(_ pid: Int32) -> ProcessIdentity {
    ProcessIdentity(pid: pid, startTicks: UInt64(pid) * 10, boot: "b")
  }

  private func step(
    _ supervision: inout PodSupervision, _ event: PodSupervision.Event, at seconds: Int64 = 0
  ) -> [PodSupervision.Effect] {
    var effects: [PodSupervision.Effect] = []
    supervision.step(event, now: at(seconds), wall: wall, into: &effects)
    return effects
  }

  private func orders(
    _ generation: Int64, attempt: Int = 1, stop grace: Int64? = nil, isReleased: Bool = false
  ) -> PodOrders {
    let stop = grace.map {
      ContainerOrder.Stop(graceMilliseconds: $0, generation: generation)
    }
    return PodOrders(
      generation: generation,
      containers: [ContainerOrder(spec: shell, attempt: attempt, stop: stop)],
      isReleased: isReleased)
  }

  private func started() -> PodSupervision {
    var supervision = PodSupervision()
    _ = step(&supervision, .ordered(orders(1)))
    _ = step(&supervision, .spawned(name: "main", attempt: 1, identity(7)))
    return supervision
  }

  private func lastExit(_ supervision: PodSupervision) throws -> ContainerExit {
    let exit: ContainerExit? =
      switch supervision.record["main"]?.state {
      case .exited(let exit): exit
      case .running, nil: nil
      }
    return try #require(exit)
  }

  @Test func `a process is held until its identity is saved`() {
    var supervision = PodSupervision()
    #expect(step(&supervision, .ordered(orders(1))) == [.save, .spawn(shell, attempt: 1)])
    #expect(
      step(&supervision, .spawned(name: "main", attempt: 1, identity(7)))
        == [.save, .open(name: "main")])
    let running = RunningProcess(attempt: 1, process: identity(7), startedAt: wall)
    #expect(supervision.record["main"]?.state == .running(running))
  }

  @Test func `two containers are each spawned once`() {
    let second = ContainerSpec(name: "second", arguments: ["/bin/true"])
    let both = PodOrders(
      generation: 1,
      containers: [
        ContainerOrder(spec: shell, attempt: 1), ContainerOrder(spec: second, attempt: 1),
      ])
    var supervision = PodSupervision()
    #expect(
      step(&supervision, .ordered(both))
        == [.save, .spawn(shell, attempt: 1), .spawn(second, attempt: 1)])
    #expect(
      step(&supervision, .spawned(name: "main", attempt: 1, identity(7)))
        == [.save, .open(name: "main")])
  }

  @Test func `the same orders again change nothing`() {
    var supervision = started()
    #expect(step(&supervision, .ordered(orders(1))).isEmpty)
    #expect(step(&supervision, .ordered(orders(2))) == [.save])
  }

  @Test func `an attempt that is on record is never started again`() {
    var supervision = started()
    _ = step(&supervision, .exited(name: "main", .init(code: 3)))
    #expect(step(&supervision, .ordered(orders(2))) == [.save])
    var again = PodSupervision(record: supervision.record)
    #expect(step(&again, .ordered(orders(2))).isEmpty)
    #expect(step(&again, .ordered(orders(3, attempt: 2))) == [.save, .spawn(shell, attempt: 2)])
  }

  @Test func `an end is swept and saved, and the one before it kept`() throws {
    var supervision = started()
    #expect(
      step(&supervision, .exited(name: "main", .init(code: 3)), at: 4)
        == [.sweep(name: "main", identity(7)), .save])
    let first = ContainerExit(
      attempt: 1, code: 3, reason: .error, startedAt: wall, finishedAt: wall, ranMilliseconds: 4000)
    #expect(try lastExit(supervision) == first)
    _ = step(&supervision, .ordered(orders(2, attempt: 2)))
    _ = step(&supervision, .spawned(name: "main", attempt: 2, identity(8)), at: 5)
    #expect(supervision.record["main"]?.previous == first)
    _ = step(&supervision, .exited(name: "main", .init(code: 0, signal: 9)), at: 6)
    #expect(supervision.record["main"]?.previous == first)
    let second = try lastExit(supervision)
    #expect(second.code == 137 && second.signal == 9 && second.attempt == 2)
  }

  @Test func `a kill for want of memory is named so`() throws {
    var supervision = started()
    _ = step(&supervision, .exited(name: "main", .init(code: 0, signal: 9, wasOutOfMemory: true)))
    let exit = try lastExit(supervision)
    #expect(exit.reason == .outOfMemory && exit.code == 137)
  }

  @Test func `a stop terminates, waits, then kills`() {
    var supervision = started()
    #expect(
      step(&supervision, .ordered(orders(2, stop: 5000)), at: 10) == [
        .save, .signal(name: "main", identity(7), .terminate), .wake(at: at(15)),
      ])
    #expect(step(&supervision, .tick, at: 12) == [.wake(at: at(15))])
    #expect(step(&supervision, .tick, at: 15) == [.signal(name: "main", identity(7), .kill)])
    #expect(step(&supervision, .tick, at: 16).isEmpty)
  }

  @Test func `no grace kills at once, and a shorter grace comes sooner`() {
    var supervision = started()
    #expect(
      step(&supervision, .ordered(orders(2, stop: 0)), at: 10)
        == [.save, .signal(name: "main", identity(7), .kill)])
    supervision = started()
    _ = step(&supervision, .ordered(orders(2, stop: 30_000)), at: 10)
    #expect(
      step(&supervision, .ordered(orders(3, stop: 2000)), at: 11) == [.save, .wake(at: at(13))])
  }

  @Test func `a stop before the start prevents it`() {
    var supervision = PodSupervision()
    #expect(step(&supervision, .ordered(orders(1, stop: 1000))) == [.save])
    #expect(step(&supervision, .ordered(orders(2, stop: 1000, isReleased: true))) == [.save, .end])
  }

  @Test func `released it ends when the last process has`() {
    var supervision = started()
    #expect(step(&supervision, .ordered(orders(2, isReleased: true))) == [.save])
    #expect(
      step(&supervision, .exited(name: "main", .init(code: 0)))
        == [.sweep(name: "main", identity(7)), .save, .end])
  }

  @Test func `a command that cannot be executed is an end of its own kind`() throws {
    var supervision = PodSupervision()
    _ = step(&supervision, .ordered(orders(1)))
    #expect(
      step(&supervision, .startFailed(name: "main", attempt: 1, message: "no such file"))
        == [.save])
    let exit = try lastExit(supervision)
    #expect(exit.reason == .startError && exit.code == 128 && exit.message == "no such file")
  }

  @Test func `what a lost supervisor left running is swept and recorded before new orders`() throws
  {
    var supervision = PodSupervision(record: started().record)
    var effects: [PodSupervision.Effect] = []
    supervision.recover(boot: "b", wall: wall, into: &effects)
    #expect(effects == [.sweep(name: "main", identity(7)), .save])
    let exit = try lastExit(supervision)
    #expect(exit.code == 137 && exit.reason == .unknown && exit.attempt == 1)
    #expect(step(&supervision, .ordered(orders(1))).isEmpty)
  }

  @Test func `what ran before a reboot was lost with the node`() throws {
    var supervision = PodSupervision(record: started().record)
    var effects: [PodSupervision.Effect] = []
    supervision.recover(boot: "another", wall: wall, into: &effects)
    #expect(try lastExit(supervision).reason == .nodeShutdown)
  }

  @Test func `a node that goes down ends everything, and starts nothing more`() throws {
    var supervision = started()
    #expect(
      step(&supervision, .shutdown(graceMilliseconds: 10_000), at: 10)
        == [.signal(name: "main", identity(7), .terminate), .wake(at: at(20))])
    #expect(
      step(&supervision, .exited(name: "main", .init(code: 0)), at: 11)
        == [.sweep(name: "main", identity(7)), .save, .end])
    let exit = try lastExit(supervision)
    #expect(exit.code == 0 && exit.reason == .nodeShutdown)
    #expect(step(&supervision, .ordered(orders(2, attempt: 2)), at: 12) == [.save, .end])
  }
}
