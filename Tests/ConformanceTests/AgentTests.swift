import Base
import JSON
import Linux
import Node
import NodeAgent
import Testing

extension Conformance {
  /// `keelson agent` with real pods against a store; killed wherever that hurts most.
  @Suite struct `The node agent` {
    @Test func `makes a pod so, reports it, and removes it with its report`() async throws {
      try await AgentNode.serving { node, _ in
        try await node.want("u1", "echo hello; exec sleep 60")
        let container = try await node.running("u1")
        let pid = try #require(try node.starts("u1").first)
        #expect(container["containerID"]?.string?.hasPrefix("process://\(pid)/") == true)
        let report = try #require(try await node.status("u1"))
        #expect(report["status"]?["phase"]?.string == "Running")
        #expect(report["desiredRevision"]?.int64 ?? 0 > 0)
        let log = try Files.read(node.folder("u1").logPath(container: "main", attempt: 1)).text
        #expect(log.hasSuffix(" stdout F hello\n"))
        let own = try await node.get("/nodes/n1/actual/node")
        #expect(own?.contains(#""kind":"Node""#) == true)
        try await node.unwant("u1")
        try await eventually("the report goes") {
          try await node.status("u1") == nil ? true : nil
        }
        #expect(try node.alive("u1").isEmpty)
        #expect(!Files.exists(node.folder("u1").path))
      }
    }

    @Test func `a pod that is being deleted is stopped and stays reported`() async throws {
      try await AgentNode.serving { node, _ in
        let script = "trap 'exit 5' TERM; while :; do sleep 60 & wait $!; done"
        try await node.want("u1", script)
        _ = try await node.running("u1")
        try await node.want(
          "u1", script, metadata: [("deletionTimestamp", "2026-11-22T17:30:00Z")])
        let ended = try await node.container("u1", "u1 has ended") {
          $0["state"]?["terminated"] != nil
        }
        #expect(ended["state"]?["terminated"]?["exitCode"]?.int64 == 5)
        #expect(try await node.status("u1")?["status"]?["phase"]?.string == "Failed")
        #expect(try node.alive("u1").isEmpty)
      }
    }

    @Test func `a failing pod is restarted with growing waits`() async throws {
      try await AgentNode.serving { node, _ in
        try await node.want("u1", "exit 7")
        let waiting = try await node.container("u1", "u1 waits") {
          $0["restartCount"]?.int64 ?? 0 >= 2
            && $0["state"]?["waiting"]?["reason"]?.string == "CrashLoopBackOff"
        }
        #expect(waiting["lastState"]?["terminated"]?["exitCode"]?.int64 == 7)
        // 0, 0.3, 0.6 and 1.2 s lie between the starts: five within two seconds are too many.
        let starts = try node.starts("u1").count
        #expect(starts <= 4)
      }
    }

    @Test func `a memory limit is kept, or the node says that it is not`() async throws {
      try await AgentNode.serving { node, _ in
        // tail keeps the last line, which never ends: 200 MB against 50.
        try await node.want(
          "u1", "head -c 200000000 /dev/zero | tail", policy: "Never", limits: ["memory": "50M"])
        let ended = try await node.container("u1", "u1 has ended") {
          $0["state"]?["terminated"] != nil
        }
        let terminated = ended["state"]?["terminated"]
        let own = try #require(try await node.get("/nodes/n1/actual/node"))
        let isolation = try JSONValue(parsing: Bytes(own))["isolation"]
        if isolation?["keptLimits"]?.array?.contains("memory") == true {
          #expect(terminated?["reason"]?.string == "OOMKilled")
          #expect(terminated?["exitCode"]?.int64 == 137)
        } else {
          #expect(isolation?["notKeptLimits"]?.array?.contains("memory") == true)
          #expect(terminated?["exitCode"]?.int64 == 0)
        }
      }
    }

    @Test func `a heartbeat of nobody is taken over, another agent's is waited for`()
      async throws
    {
      try await AgentNode.serving { node, cluster in
        let etcdctl = try cluster.etcdctl()
        func lease() async throws -> Int64? {
          let found = try await etcdctl.run(["get", "/nodes/n1/heartbeat", "-w", "json"])
          return try JSONValue(parsing: Bytes(found.output))["kvs"]?[0]?["lease"]?.int64
        }
        try await eventually("the heartbeat stands") { try await lease() }
        try await node.killAgent()
        try await node.run(["del", "/nodes/n1/heartbeat"])
        try await node.run(["put", "/nodes/n1/heartbeat", ""])
        try await node.startAgent()
        try await eventually("it is under a lease again") { try await lease() }
        try await node.killAgent()
        let grant = try await etcdctl.run(["lease", "grant", "3"])
        let other = try #require(grant.output.split(separator: " ").dropFirst().first)
        try await node.run(["put", "/nodes/n1/heartbeat", "", "--lease=\(other)"])
        try await node.want("u1", "exec sleep 60")
        try await node.startAgent()
        // Fenced: what is desired comes with the session, after the other's lease has ended.
        _ = try await node.running("u1")
        let now = try await lease()
        #expect(now != nil && now != Int64(other, radix: 16))
      }
    }

    @Test func `a value that is no pod is reported as that`() async throws {
      try await AgentNode.serving { node, _ in
        try await node.run(["put", node.desiredKey("u1"), "{\"spec\":{}}"])
        let status = try await eventually("u1 is refused") {
          try await node.status("u1")?["status"]
        }
        #expect(status["phase"]?.string == "Pending")
        #expect(status["reason"]?.string == "CreateContainerConfigError")
        #expect(status["message"]?.string == "spec.containers is missing")
      }
    }

    @Test func `killed, its successor adopts the pods and learns what ended meanwhile`()
      async throws
    {
      try await AgentNode.serving { node, _ in
        try await node.want("stays", "exec sleep 60")
        try await node.want(
          "ends", "while [ ! -e '\(node.scratch.path)/go' ]; do sleep 0.05; done; exit 9",
          policy: "Never")
        _ = try await node.running("stays")
        _ = try await node.running("ends")
        try await node.killAgent()
        _ = try node.scratch.write("go", "")
        try await eventually("the end is on record") { () -> Bool? in
          guard case .exited? = try node.folder("ends").record()?["main"]?.state else { return nil }
          return true
        }
        try await node.startAgent()
        let ended = try await node.container("ends", "the end is reported") {
          $0["state"]?["terminated"] != nil
        }
        #expect(ended["state"]?["terminated"]?["exitCode"]?.int64 == 9)
        _ = try await node.running("stays")
        #expect(try node.starts("stays").count == 1 && node.starts("ends").count == 1)
        #expect(try node.alive("stays") == node.starts("stays"))
      }
    }

    /// Every start leaves a line, so a second one cannot hide.
    @Test(arguments: 0..<8)
    func `killed with its supervisors at a seeded moment, nothing runs twice`(
      seed: Int
    ) async throws {
      try await AgentNode.serving { node, _ in
        var random = PRNG(seed: UInt64(seed))
        try await node.want("u1", "exec sleep 600")
        for _ in 0..<3 {
          let moment = Machine.now() + .microseconds(Int64(random.below(120_000)))
          while Machine.now() < moment { try await Task.sleep(for: .milliseconds(1)) }
          if random.chance(Ratio(1, in: 2)), let supervisor = try node.supervisor("u1") {
            try supervisor.signal(.kill)
          }
          try await node.killAgent()
          #expect(try node.alive("u1").count <= 1)
          try await node.startAgent()
        }
        // The report lags behind a kill; once it has caught up it accounts for every start.
        _ = try await node.container(
          "u1", "the report accounts for every start", within: .seconds(20)
        ) {
          guard $0["state"]?["running"] != nil, let restarts = $0["restartCount"]?.int64 else {
            return false
          }
          return (try? node.starts("u1").count <= Int(restarts) + 1) == true
            && (try? node.alive("u1").count) == 1
        }
      }
    }

    @Test func `a lost supervisor's processes end before the pod starts again`() async throws {
      try await AgentNode.serving { node, _ in
        try await node.want("u1", "exec sleep 60")
        _ = try await node.running("u1")
        try #require(try node.supervisor("u1")).signal(.kill)
        let container = try await node.running("u1", restarts: 1)
        let last = container["lastState"]?["terminated"]
        #expect(last?["reason"]?.string == "ContainerStatusUnknown")
        #expect(try node.starts("u1").count == 2 && node.alive("u1").count == 1)
        // The next one was not started by the agent that has to notice its end.
        try await node.killAgent()
        try await node.startAgent()
        try #require(try node.supervisor("u1")).signal(.kill)
        _ = try await node.running("u1", restarts: 2)
        #expect(try node.starts("u1").count == 3 && node.alive("u1").count == 1)
      }
    }

    @Test func `goes on without the store, also after a restart`() async throws {
      try await AgentNode.serving { node, cluster in
        try await node.want("u1", "exec sleep 60")
        _ = try await node.running("u1")
        try await cluster.kill(0)
        let first = try #require(try node.alive("u1").first)
        try Process(pid: first).signal(.kill)
        let second = try await eventually("u1 runs again") {
          try node.alive("u1").first { $0 != first }
        }
        try await node.killAgent()
        try await node.startAgent()
        try Process(pid: second).signal(.kill)
        try await eventually("the new agent starts it again") {
          try node.alive("u1").first { $0 != first && $0 != second }
        }
        try await cluster.start(0)
        try await cluster.awaitHealth(of: 0)
        let container = try await node.container(
          "u1", "the store learns of it", within: .seconds(40)
        ) {
          $0["restartCount"]?.int64 ?? 0 >= 2 && $0["state"]?["running"] != nil
        }
        let restarts = Int(container["restartCount"]?.int64 ?? 0)
        try await eventually("every start has left its line") {
          try node.starts("u1").count == restarts + 1 && node.alive("u1").count == 1 ? true : nil
        }
      }
    }

    @Test func `its heartbeat is leased, and goes when the agent does`() async throws {
      try await AgentNode.serving { node, cluster in
        let etcdctl = try cluster.etcdctl()
        let lease = try await eventually("the heartbeat stands under a lease") { () -> Int64? in
          let found = try await etcdctl.run(["get", "/nodes/n1/heartbeat", "-w", "json"])
          let value = try JSONValue(parsing: Bytes(found.output))
          return value["kvs"]?[0]?["lease"]?.int64
        }
        let hex = String(lease, radix: 16)
        let life = try await etcdctl.run(["lease", "timetolive", hex])
        #expect(life.output.contains("granted with TTL(10s)"))
        try await node.killAgent()
        try await eventually("the heartbeat lapses", within: .seconds(20)) {
          let found = try await etcdctl.run(["get", "/nodes/n1/heartbeat"])
          return found.status == 0 && found.output.isEmpty ? true : nil
        }
      }
    }

    @Test func `told to stop it ends at once and leaves its pods running`() async throws {
      try await AgentNode.serving { node, _ in
        try await node.want("u1", "exec sleep 60")
        _ = try await node.running("u1")
        #expect(try await node.signalAgent(.terminate) == .exited(code: 0))
        #expect(try node.alive("u1").count == 1)
      }
    }
  }
}
