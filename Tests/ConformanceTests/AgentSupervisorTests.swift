import Base
import Linux
import Node
import NodeAgent
import Testing

extension Conformance {
  /// `keelson pod-supervisor` over real processes, driven through its files as the agent does.
  @Suite struct `A pod's supervisor` {
    /// A pod's folder, and what its processes wrote into it.
    private struct Pod {
      let scratch: ScratchFolder
      let folder: PodFolder
      private let keelson: Program

      init() throws {
        keelson = try Program.keelson.get()
        scratch = try ScratchFolder()
        folder = PodFolder("\(scratch.path)/u1")
        try folder.make()
      }

      var startsPath: String { "\(scratch.path)/starts" }

      func supervisor() throws -> RunningProgram {
        try keelson.start(["pod-supervisor", "--folder", folder.path], in: scratch)
      }

      /// A container whose every start leaves a line behind.
      func shell(_ script: String, name: String = "main") -> ContainerSpec {
        ContainerSpec(
          name: name, arguments: ["/bin/sh", "-c", "echo $$ >> '\(startsPath)'; \(script)"])
      }

      func order(
        _ generation: Int64, _ spec: ContainerSpec, attempt: Int = 1,
        stopMilliseconds: Int64? = nil,
        isReleased: Bool = false
      ) throws {
        let stop = stopMilliseconds.map {
          ContainerOrder.Stop(graceMilliseconds: $0, generation: generation)
        }
        try folder.write(
          PodOrders(
            generation: generation,
            containers: [ContainerOrder(spec: spec, attempt: attempt, stop: stop)],
            isReleased: isReleased))
      }

      func starts() throws -> [String] {
        guard Files.exists(startsPath) else { return [] }
        return try Files.read(startsPath).text.split(separator: "\n").map(String.init)
      }

      func running(attempt: Int = 1) async throws -> RunningProcess {
        let found = try await eventually("attempt \(attempt) runs") { () -> RunningProcess? in
          guard case .running(let process)? = try folder.record()?["main"]?.state,
            process.attempt == attempt
          else { return nil }
          return process
        }
        try await eventually("the process has begun") { try starts().count >= attempt ? true : nil }
        return found
      }

      func exit(attempt: Int = 1) async throws -> ContainerExit {
        try await eventually("attempt \(attempt) has ended") {
          guard case .exited(let exit)? = try folder.record()?["main"]?.state,
            exit.attempt == attempt
          else { return nil }
          return exit
        }
      }
    }

    private func isAlive(_ pid: Int32) throws -> Bool {
      guard let status = try ProcessStatus.read(pid: pid) else { return false }
      return !status.isZombie
    }

    @Test func `keeps an exit code and the log, and ends when released`() async throws {
      let pod = try Pod()
      try pod.order(1, pod.shell("echo out; echo err >&2; printf rest; exit 7"))
      let supervisor = try pod.supervisor()
      let exit = try await pod.exit()
      #expect(exit.code == 7 && exit.reason == .error && exit.signal == 0)
      let log = try Files.read(pod.folder.logPath(container: "main", attempt: 1)).text
      let lines = log.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 3) }
      #expect(lines.allSatisfy { $0.count == 4 && $0[0].count == 30 && $0[0].hasSuffix("Z") })
      let output = lines.filter { $0[1] == "stdout" }.map { "\($0[2]) \($0[3])" }
      #expect(output == ["F out", "F rest"])
      #expect(lines.filter { $0[1] == "stderr" }.map { $0[3] } == ["err"])
      try pod.order(
        2, pod.shell("echo out; echo err >&2; printf rest; exit 7"), isReleased: true)
      #expect(try await supervisor.end(within: .seconds(10)) == .exited(code: 0))
      #expect(try pod.starts().count == 1)
    }

    @Test func `a second supervisor gives way to the first`() async throws {
      let pod = try Pod()
      try pod.order(1, pod.shell("exec sleep 60"))
      let first = try pod.supervisor()
      let running = try await pod.running()
      let second = try pod.supervisor()
      #expect(try await second.end(within: .seconds(10)) == .exited(code: 75))
      #expect(try isAlive(running.process.pid))
      try await first.kill()
      try await end(pod)
    }

    @Test func `SIGTERM, then SIGKILL after the grace period, and all it started goes too`()
      async throws
    {
      let pod = try Pod()
      let spec = pod.shell("trap '' TERM; sleep 60 & echo $! >> '\(pod.startsPath)'; wait; wait")
      try pod.order(1, spec)
      let supervisor = try pod.supervisor()
      _ = try await pod.running()
      let child = try await eventually("the child's pid") {
        try pod.starts().dropFirst().first.flatMap { Int32($0) }
      }
      try pod.order(2, spec, stopMilliseconds: 300)
      let exit = try await pod.exit()
      #expect(exit.code == 137 && exit.signal == 9)
      #expect(try !isAlive(child))
      try pod.order(3, spec, stopMilliseconds: 300, isReleased: true)
      #expect(try await supervisor.end(within: .seconds(10)) == .exited(code: 0))
    }

    @Test func `a command that does not exist is reported, not retried`() async throws {
      let pod = try Pod()
      let spec = ContainerSpec(name: "main", arguments: ["/no/such/program"])
      try pod.order(1, spec)
      let supervisor = try pod.supervisor()
      let exit = try await pod.exit()
      #expect(exit.reason == .startError && exit.code == 128)
      #expect(exit.message.contains("/no/such/program"))
      try await supervisor.kill()
    }

    @Test func `killed, its successor kills what still runs before the next attempt`() async throws
    {
      let pod = try Pod()
      let spec = pod.shell("sleep 60")
      try pod.order(1, spec)
      let first = try pod.supervisor()
      let running = try await pod.running()
      try await first.kill()
      #expect(try isAlive(running.process.pid))
      let second = try pod.supervisor()
      let exit = try await pod.exit()
      #expect(exit.code == 137 && exit.reason == .unknown)
      #expect(try !isAlive(running.process.pid))
      #expect(try pod.starts().count == 1)
      try pod.order(2, spec, attempt: 2)
      _ = try await pod.running(attempt: 2)
      #expect(try pod.starts().count == 2)
      try pod.order(3, spec, attempt: 2, stopMilliseconds: 0, isReleased: true)
      #expect(try await second.end(within: .seconds(10)) == .exited(code: 0))
    }

    /// Whatever the moment of the kill: an attempt that began is never begun again, and no two
    /// processes of the pod live at once.
    @Test(arguments: 0..<12)
    func `killed at a seeded moment of a start, nothing runs twice`(seed: Int) async throws {
      var random = PRNG(seed: UInt64(seed))
      let pod = try Pod()
      let spec = pod.shell("exec sleep 60")
      try pod.order(1, spec)
      let first = try pod.supervisor()
      // Busy-waiting hits moments that a timer's grain would miss.
      let moment = Machine.now() + .microseconds(Int64(random.below(20_000)))
      while Machine.now() < moment {}
      try await first.kill()
      let second = try pod.supervisor()
      let attempt = try await eventually("the pod runs or its end is known") { () -> Int? in
        guard let record = try pod.folder.record()?["main"] else { return nil }
        switch record.state {
        case .running(let running):
          return try isAlive(running.process.pid) ? running.attempt : nil
        case .exited(let exit):
          #expect(exit.reason == .unknown)
          try pod.order(2, spec, attempt: exit.attempt + 1)
          return nil
        }
      }
      #expect(attempt <= 2)
      let starts = try pod.starts()
      #expect(starts.count <= attempt)
      let alive = try starts.compactMap { Int32($0) }.filter { try isAlive($0) }
      #expect(alive.count <= 1)
      try await second.kill()
      try await end(pod)
    }

    /// Stops whatever a killed supervisor left.
    private func end(_ pod: Pod) async throws {
      let orders = try #require(try pod.folder.orders())
      let containers = orders.containers.map {
        ContainerOrder(
          spec: $0.spec, attempt: $0.attempt,
          stop: .init(graceMilliseconds: 0, generation: orders.generation + 1))
      }
      try pod.folder.write(
        PodOrders(
          generation: orders.generation + 1, containers: containers, isReleased: true))
      let last = try pod.supervisor()
      #expect(try await last.end(within: .seconds(15)) == .exited(code: 0))
    }
  }
}
