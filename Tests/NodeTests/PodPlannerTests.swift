import Base
import Node
import Testing

/// Views and expected plans, as values.
@Suite struct `Planning one pod` {
  private let planner = PodPlanner()
  private let now = Instant(nanoseconds: 1_000_000_000_000)
  private let shell = ContainerSpec(name: "main", arguments: ["/bin/sleep", "60"])

  private func pod(
    _ policy: Pod.RestartPolicy = .always, grace: Int = 30, containers: [ContainerSpec]? = nil
  ) -> Pod {
    Pod(
      name: "web", namespace: "default", uid: "u1", containers: containers ?? [shell],
      restartPolicy: policy, gracePeriodSeconds: grace)
  }

  private func running(attempt: Int = 1, generation: Int64 = 1) -> PodRecord {
    let process = ProcessIdentity(pid: 4711, startTicks: 99, boot: "b")
    let state = RunningProcess(
      attempt: attempt, process: process, startedAt: WallTime(milliseconds: 5))
    return PodRecord(
      generation: generation, containers: [ContainerRecord(name: "main", state: .running(state))])
  }

  private func exited(
    attempt: Int = 1, code: Int32 = 0, ran: Int64 = 1000, generation: Int64 = 1
  ) -> PodRecord {
    let exit = ContainerExit(
      attempt: attempt, code: code, reason: code == 0 ? .completed : .error,
      startedAt: WallTime(milliseconds: 5), finishedAt: WallTime(milliseconds: 9),
      ranMilliseconds: ran)
    return PodRecord(
      generation: generation, containers: [ContainerRecord(name: "main", state: .exited(exit))])
  }

  private func orders(
    attempt: Int = 1, streak: Int = 0, stop: ContainerOrder.Stop? = nil, generation: Int64 = 1,
    isReleased: Bool = false
  ) -> PodOrders {
    PodOrders(
      generation: generation,
      containers: [ContainerOrder(spec: shell, attempt: attempt, streak: streak, stop: stop)],
      isReleased: isReleased)
  }

  private func stop(_ milliseconds: Int64, _ generation: Int64) -> ContainerOrder.Stop {
    ContainerOrder.Stop(graceMilliseconds: milliseconds, generation: generation)
  }

  @Test func `a new pod gets its first orders, then a supervisor`() {
    let view = PodPlanner.View(desire: .run(pod()))
    #expect(planner.plan(view, now: now) == [.order(orders()), .startSupervisor])
  }

  @Test func `orders on disk without a supervisor only need the supervisor`() {
    let view = PodPlanner.View(desire: .run(pod()), orders: orders())
    #expect(planner.plan(view, now: now) == [.startSupervisor])
  }

  @Test func `what runs as ordered is left alone`() {
    let view = PodPlanner.View(
      desire: .run(pod()), orders: orders(), record: running(), isSupervised: true)
    #expect(planner.plan(view, now: now).isEmpty)
  }

  @Test func `a running process whose supervisor is lost gets a new one and no new start`() {
    let view = PodPlanner.View(desire: .run(pod()), orders: orders(), record: running())
    #expect(planner.plan(view, now: now) == [.startSupervisor])
  }

  @Test func `a start under way is not ordered twice`() {
    let view = PodPlanner.View(desire: .run(pod()), orders: orders(), isSupervised: true)
    #expect(planner.plan(view, now: now).isEmpty)
  }

  @Test func `the first restart comes at once`() {
    let view = PodPlanner.View(
      desire: .run(pod()), orders: orders(), record: exited(), isSupervised: true,
      exitsSeen: ["main": now])
    #expect(planner.plan(view, now: now) == [.order(orders(attempt: 2, streak: 1, generation: 2))])
  }

  @Test(arguments: [(1, 10), (2, 20), (3, 40), (5, 160), (6, 300), (40, 300)])
  func `later restarts wait ten seconds, doubling to five minutes`(streak: Int, seconds: Int) {
    var view = PodPlanner.View(
      desire: .run(pod()), orders: orders(attempt: streak + 1, streak: streak),
      record: exited(attempt: streak + 1, code: 1), exitsSeen: ["main": now])
    let due = now + .seconds(seconds)
    #expect(planner.plan(view, now: now) == [.wake(at: due)])
    #expect(
      planner.plan(view, now: due) == [
        .order(orders(attempt: streak + 2, streak: streak + 1, generation: 2)), .startSupervisor,
      ])
    view.isSupervised = true
    #expect(planner.plan(view, now: due).count == 1)
  }

  @Test func `a run of ten minutes clears the row of restarts`() {
    let view = PodPlanner.View(
      desire: .run(pod()), orders: orders(attempt: 7, streak: 6),
      record: exited(attempt: 7, code: 1, ran: 600_000), isSupervised: true,
      exitsSeen: ["main": now])
    #expect(planner.plan(view, now: now) == [.order(orders(attempt: 8, streak: 1, generation: 2))])
  }

  @Test func `what a node took down with it starts again at once, even with code 0`() {
    let exit = ContainerExit(
      attempt: 7, code: 0, reason: .nodeShutdown, startedAt: WallTime(milliseconds: 5),
      finishedAt: WallTime(milliseconds: 9), ranMilliseconds: 4)
    let record = PodRecord(
      generation: 1, containers: [ContainerRecord(name: "main", state: .exited(exit))])
    let view = PodPlanner.View(
      desire: .run(pod(.onFailure)), orders: orders(attempt: 7, streak: 6), record: record,
      isSupervised: true, exitsSeen: ["main": now])
    #expect(planner.plan(view, now: now) == [.order(orders(attempt: 8, streak: 1, generation: 2))])
  }

  @Test(arguments: [
    (Pod.RestartPolicy.never, Int32(1)), (.never, 0), (.onFailure, 0),
  ])
  func `a container that ended for good releases the supervisor`(
    policy: Pod.RestartPolicy, code: Int32
  ) {
    let view = PodPlanner.View(
      desire: .run(pod(policy)), orders: orders(), record: exited(code: code), isSupervised: true)
    #expect(planner.plan(view, now: now) == [.order(orders(generation: 2, isReleased: true))])
    let released = PodPlanner.View(
      desire: .run(pod(policy)), orders: orders(generation: 2, isReleased: true),
      record: exited(code: code))
    #expect(planner.plan(released, now: now).isEmpty)
  }

  @Test func `on failure restarts a failure`() {
    let view = PodPlanner.View(
      desire: .run(pod(.onFailure)), orders: orders(), record: exited(code: 3), isSupervised: true,
      exitsSeen: ["main": now])
    #expect(planner.plan(view, now: now) == [.order(orders(attempt: 2, streak: 1, generation: 2))])
  }

  @Test func `a pod that is being deleted is stopped with its grace`() {
    let view = PodPlanner.View(
      desire: .stop(pod(grace: 7)), orders: orders(), record: running(), isSupervised: true)
    let stopping = orders(stop: stop(7000, 2), generation: 2)
    #expect(planner.plan(view, now: now) == [.order(stopping)])
    let again = PodPlanner.View(
      desire: .stop(pod(grace: 7)), orders: stopping, record: running(generation: 2),
      isSupervised: true)
    #expect(planner.plan(again, now: now).isEmpty)
  }

  @Test func `a shorter grace overrides and a longer one does not prolong`() {
    let stopping = orders(stop: stop(7000, 2), generation: 2)
    func plan(grace: Int) -> [PodPlanner.Effect] {
      let view = PodPlanner.View(
        desire: .gone(graceSeconds: grace), orders: stopping, record: running(generation: 2),
        isSupervised: true)
      return planner.plan(view, now: now)
    }
    #expect(plan(grace: 0) == [.order(orders(stop: stop(0, 2), generation: 3))])
    #expect(plan(grace: 60).isEmpty)
  }

  @Test func `a pod that is gone is forgotten only after its supervisor ended`() {
    let stopped = orders(stop: stop(30_000, 2), generation: 2)
    let ended = exited(code: 143, generation: 2)
    var view = PodPlanner.View(
      desire: .gone(graceSeconds: 30), orders: stopped, record: ended, isSupervised: true)
    let released = orders(stop: stop(30_000, 2), generation: 3, isReleased: true)
    #expect(planner.plan(view, now: now) == [.order(released)])
    view.orders = released
    #expect(planner.plan(view, now: now).isEmpty)
    view.isSupervised = false
    #expect(planner.plan(view, now: now) == [.forget])
  }

  @Test func `a pod that goes while its supervisor starts it waits for the answer`() {
    let stopping = orders(stop: stop(30_000, 2), generation: 2)
    var view = PodPlanner.View(
      desire: .gone(graceSeconds: 30), orders: orders(), isSupervised: true)
    #expect(planner.plan(view, now: now) == [.order(stopping)])
    view.orders = stopping
    view.record = PodRecord(generation: 1)
    #expect(planner.plan(view, now: now).isEmpty)
    view.record = PodRecord(generation: 2)
    let released = orders(stop: stop(30_000, 2), generation: 3, isReleased: true)
    #expect(planner.plan(view, now: now) == [.order(released)])
    // The record still names the generation of the stop: that is enough.
    view.orders = released
    view.isSupervised = false
    #expect(planner.plan(view, now: now) == [.forget])
  }

  @Test func `a pod that was never ordered and is gone is just forgotten`() {
    #expect(planner.plan(.init(desire: .gone(graceSeconds: 30)), now: now) == [.forget])
  }

  @Test func `a pod that is being deleted keeps its entry until the key goes`() {
    let view = PodPlanner.View(
      desire: .stop(pod()), orders: orders(stop: stop(30_000, 2), generation: 3, isReleased: true),
      record: exited(code: 143, generation: 3))
    #expect(planner.plan(view, now: now).isEmpty)
  }

  @Test func `a changed command stops the process and starts the new one without back-off`() {
    var changed = shell
    changed.arguments = ["/bin/sleep", "61"]
    let desired = pod(containers: [changed])
    let stopping = orders(attempt: 4, streak: 3, stop: stop(30_000, 2), generation: 2)
    let view = PodPlanner.View(
      desire: .run(desired), orders: orders(attempt: 4, streak: 3), record: running(attempt: 4),
      isSupervised: true)
    #expect(planner.plan(view, now: now) == [.order(stopping)])
    let ended = PodPlanner.View(
      desire: .run(desired), orders: stopping, record: exited(attempt: 4, code: 143),
      isSupervised: true, exitsSeen: ["main": now])
    let next = PodOrders(generation: 3, containers: [ContainerOrder(spec: changed, attempt: 5)])
    #expect(planner.plan(ended, now: now) == [.order(next)])
  }

  @Test func `a container that the pod no longer names is stopped, then dropped`() {
    let other = ContainerSpec(name: "other", arguments: ["/bin/true"])
    let desired = pod(containers: [other])
    let view = PodPlanner.View(
      desire: .run(desired), orders: orders(), record: running(), isSupervised: true)
    let both = PodOrders(
      generation: 2,
      containers: [
        ContainerOrder(spec: shell, attempt: 1, stop: stop(30_000, 2)),
        ContainerOrder(spec: other, attempt: 1),
      ])
    #expect(planner.plan(view, now: now) == [.order(both)])
    let ended = PodPlanner.View(
      desire: .run(desired), orders: both, record: exited(generation: 2), isSupervised: true)
    let rest = PodOrders(generation: 3, containers: [ContainerOrder(spec: other, attempt: 1)])
    #expect(planner.plan(ended, now: now) == [.order(rest)])
  }

  @Test func `a value that cannot be run stops what ran`() {
    let view = PodPlanner.View(
      desire: .invalid(.missing(field: "spec.containers"), isDeleted: false), orders: orders(),
      record: running(),
      isSupervised: true)
    #expect(
      planner.plan(view, now: now) == [.order(orders(stop: stop(30_000, 2), generation: 2))])
    #expect(planner.plan(.init(desire: .invalid(.notJSON(""), isDeleted: false)), now: now).isEmpty)
  }
}
