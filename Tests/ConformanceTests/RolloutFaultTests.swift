import Base
import Linux
import Testing

extension Conformance {
  /// Each part is killed at five seeded moments under a running rollout; afterwards the store says
  /// and the host runs what is wanted: no process is missing, none is left over.
  @Suite struct `A rollout of real processes` {
    private static let moments = 5
    private static let longestDelay = 600_000

    private func survive(
      _ part: String, seed: UInt64,
      kill: (RolloutCluster, Int) async throws -> Void,
      repair: (RolloutCluster) async throws -> Void = { _ in }
    ) async throws {
      var random = PRNG(seed: seed)
      try await RolloutCluster.serving { cluster in
        try await cluster.rollOut()
        try await cluster.awaitRight("the first version runs")
        for moment in 0..<Self.moments {
          try await cluster.rollOut()
          let due = Machine.now() + .microseconds(random.below(Self.longestDelay))
          while Machine.now() < due { try await Task.sleep(for: .milliseconds(1)) }
          try await kill(cluster, random.below(100))
          try await repair(cluster)
          try await cluster.awaitRight("\(part) was killed, moment \(moment)")
        }
      }
    }

    @Test func `outlives its store's leader`() async throws {
      var killed = 0
      try await survive("the store's leader", seed: 1) { cluster, _ in
        killed = try await cluster.store.leader()
        try await cluster.store.kill(killed)
      } repair: { cluster in
        try await cluster.store.start(killed)
        try await cluster.store.awaitHealth(of: killed)
      }
    }

    @Test(arguments: ["deployment", "scheduler"])
    func `outlives the leader of`(reconciler: String) async throws {
      var killed = ""
      try await survive("the leader of \(reconciler)", seed: 2) { cluster, _ in
        killed = try await cluster.leader(of: reconciler)
        try await cluster.kill(killed)
      } repair: { cluster in
        try await cluster.start(killed)
      }
    }

    @Test func `outlives a node's agent`() async throws {
      var killed = ""
      try await survive("an agent", seed: 3) { cluster, choice in
        killed = "agent-" + RolloutCluster.nodes[choice % RolloutCluster.nodes.count]
        try await cluster.kill(killed)
      } repair: { cluster in
        try await cluster.start(killed)
      }
    }

    @Test func `outlives a pod's supervisor`() async throws {
      try await survive("a supervisor", seed: 4) { cluster, choice in
        let node = RolloutCluster.nodes[choice % RolloutCluster.nodes.count]
        try await cluster.supervisor(on: node, choice: choice)?.signal(.kill)
      }
    }
  }
}
