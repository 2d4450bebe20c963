import Objects

/// What is left of a node, against what a pod asks: each placement may change the answer.
enum MomentaryFilters {
  /// Whether the pod fits; says what `refusals` says, without the words.
  static func fits(_ pod: PodDemands, on node: NodeState) -> Bool {
    guard node.podCount < node.facts.podsMax, !takesPort(pod, node) else { return false }
    let (asked, taken, all) = (pod.requests, node.requested, node.facts.allocatable)
    return has(asked.cpuMilli, taken.cpuMilli, of: all.cpuMilli)
      && has(asked.memoryBytes, taken.memoryBytes, of: all.memoryBytes)
      && has(
        asked.ephemeralStorageBytes, taken.ephemeralStorageBytes, of: all.ephemeralStorageBytes)
      && asked.others.allSatisfy {
        has($0.amount, taken.amount(of: $0.name), of: all.amount(of: $0.name))
      }
  }

  /// Those of the first filter that refuses; empty where the pod fits.
  static func refusals(of pod: PodDemands, by node: NodeState) -> [Refusal] {
    takesPort(pod, node) ? [.ports] : nodeResourcesFit(pod, node)
  }

  private static func takesPort(_ pod: PodDemands, _ node: NodeState) -> Bool {
    !pod.hostPorts.isEmpty
      && pod.hostPorts.contains { wanted in
        node.ports.contains { $0.collides(with: wanted) }
      }
  }

  private static func nodeResourcesFit(_ pod: PodDemands, _ node: NodeState) -> [Refusal] {
    var refusals: [Refusal] = []
    if node.podCount >= node.facts.podsMax { refusals.append(.tooManyPods) }
    let (asked, taken, all) = (pod.requests, node.requested, node.facts.allocatable)
    if !has(asked.cpuMilli, taken.cpuMilli, of: all.cpuMilli) {
      refusals.append(.insufficient("cpu"))
    }
    if !has(asked.memoryBytes, taken.memoryBytes, of: all.memoryBytes) {
      refusals.append(.insufficient("memory"))
    }
    if !has(
      asked.ephemeralStorageBytes, taken.ephemeralStorageBytes, of: all.ephemeralStorageBytes)
    {
      refusals.append(.insufficient("ephemeral-storage"))
    }
    for named in asked.others
    where !has(named.amount, taken.amount(of: named.name), of: all.amount(of: named.name)) {
      refusals.append(.insufficient(named.name))
    }
    return refusals
  }

  /// What is asked for is still there; a pod that asks for none of it does not mind.
  private static func has(_ asked: Int64, _ taken: Int64, of all: Int64) -> Bool {
    asked == 0 || saturatingSum(taken, asked) <= all
  }
}
