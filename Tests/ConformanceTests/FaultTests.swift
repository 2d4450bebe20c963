import Base
import Linux
import Testing

extension Conformance {
  /// Members that are killed, or whose disk fails.
  @Suite struct `A cluster of three` {
    @Test func `goes on within two seconds of its leader's death and loses nothing`() async throws {
      try await StoreCluster.serving(3) { cluster in
        let writers = try Writers(cluster.etcdctl())
        let (killed, resumed) = try await writers.during {
          try await eventually("writes flow") { writers.acknowledged.count >= 30 ? true : nil }
          let leader = try await cluster.leader()
          try await cluster.kill(leader)
          let killed = ContinuousClock.now
          // What a member acknowledged before it died may be counted a little later.
          let resumed = try await eventually("writes go on") {
            writers.firstAcknowledged(after: killed + .milliseconds(200))
          }
          try await cluster.start(leader)
          try await cluster.awaitHealth(of: leader)
          return (killed, resumed)
        }
        #expect(resumed - killed < .seconds(2))
        for index in 0..<3 {
          try await eventually("member \(index) holds every acknowledged write") {
            try await writers.lost(to: cluster.etcdctl(index)).isEmpty ? true : nil
          }
        }
      }
    }

    @Test func `holds everything after all members were killed`() async throws {
      try await StoreCluster.serving(3) { cluster in
        let writers = try Writers(cluster.etcdctl())
        try await writers.during {
          try await eventually("writes flow") { writers.acknowledged.count >= 60 ? true : nil }
          for index in 0..<3 { try await cluster.kill(index) }
        }
        let hashes = try await Self.restartAndHash(cluster)
        #expect(Set(hashes).count == 1)
        for index in 0..<3 {
          #expect(try await writers.lost(to: cluster.etcdctl(index)) == [])
        }
      }
    }

    private static func restartAndHash(_ cluster: StoreCluster) async throws -> [String] {
      for index in 0..<3 { try await cluster.start(index) }
      for index in 0..<3 { try await cluster.awaitHealth(of: index) }
      return try await hashes(cluster)
    }

    /// The members' hashes at one revision.
    private static func hashes(_ cluster: StoreCluster) async throws -> [String] {
      try await eventually("members are at one revision") {
        var hashes: [(revision: String, hash: String)] = []
        for index in 0..<3 {
          let status = try await cluster.etcdctl(index).run(["endpoint", "hashkv", "-w", "json"])
          let revision = status.output.firstMatch(of: /"revision":([0-9]+)/).map { String($0.1) }
          let hash = status.output.firstMatch(of: /"hash":([0-9]+)/).map { String($0.1) }
          hashes.append((revision ?? "none", hash ?? "none \(index)"))
        }
        return Set(hashes.map(\.revision)).count == 1 ? hashes.map(\.hash) : nil
      }
    }

    @Test func `goes on without a member whose disk fails, and that member stops`() async throws {
      let strace = try Program.strace.get().with([
        "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
        "inject=fdatasync:error=EIO:when=40+",
      ])
      let cluster = try StoreCluster(members: 3)
      do {
        try await cluster.start(0)
        try await cluster.start(1)
        try await cluster.start(2, under: strace)
        for index in 0..<3 { try await cluster.awaitHealth(of: index) }
        let others = try cluster.etcdctl(0).with(["--command-timeout", "3s"])
        let exit = try await eventually("the member stops", within: .seconds(60)) {
          _ = try await others.run(["put", "k", "v"])
          return try await cluster.process(2)?.poll()
        }
        #expect(exit == .exited(code: 1))
        #expect(await cluster.log(of: 2).contains("stopped: a write failed"))
        #expect(await cluster.log(of: 2).contains("Input/output error"))
        #expect(try await others.run(["put", "after", "v"]).status == 0)
        #expect(try await cluster.etcdctl(1).run(["get", "after"]).output == "after\nv\n")
      } catch {
        await cluster.stop()
        throw error
      }
      await cluster.stop()
    }

    @Test func `sends a snapshot to a member that slept through a checkpoint`() async throws {
      try await StoreCluster.serving(3) { cluster in
        let leader = try await cluster.leader()
        let sleeper = (leader + 1) % 3
        try await cluster.kill(sleeper)
        let awake = [0, 1, 2].filter { $0 != sleeper }
        let etcdctl = try cluster.etcdctl(leader)
        let value = String(repeating: "v", count: 1_000_000)
        // More than the 64 MiB of log that stay for a member that is known to lack them.
        for _ in 0..<80 {
          let put = try await etcdctl.run(["put", "large"], input: value)
          guard put.status == 0 else {
            throw Overdue(what: "a put", seconds: 0, detail: "\(put)")
          }
        }
        try await eventually("both write a checkpoint", within: .seconds(30)) {
          var count = 0
          for index in awake where await cluster.log(of: index).contains("checkpoint written") {
            count += 1
          }
          return count == awake.count ? true : nil
        }
        _ = try await etcdctl.run(["put", "after", "the checkpoint"])
        try await cluster.start(sleeper)
        try await cluster.awaitHealth(of: sleeper, within: .seconds(30))
        #expect(await cluster.log(of: sleeper).contains("snapshot installed"))
        #expect(
          try await cluster.etcdctl(sleeper).run(["get", "after", "--consistency", "s"]).output
            == "after\nthe checkpoint\n")
        let hashes = try await Self.hashes(cluster)
        #expect(Set(hashes).count == 1)
      }
    }

    @Test func `gets a new leader at once when the old one is asked to end`() async throws {
      try await StoreCluster.serving(3) { cluster in
        let leader = try await cluster.leader()
        let begun = ContinuousClock.now
        try await cluster.signal(leader, .terminate)
        #expect(try await cluster.awaitEnd(of: leader) == .exited(code: 0))
        let other = try cluster.etcdctl((leader + 1) % 3)
        #expect(try await other.run(["put", "k", "v"]).status == 0)
        // An election by time-out takes a second at least.
        #expect(ContinuousClock.now - begun < .milliseconds(900))
      }
    }
  }
}
