import Objects

/// What a node is, against what a pod asks: no placement changes the answer, so it is found once
/// for all pods that ask the same.
enum StandingFilters {
  private static let cordon = Taint(key: "node.kubernetes.io/unschedulable", effect: .noSchedule)

  /// The first filter that refuses; nil where the node may do.
  ///
  /// NodeName is none of them: a pod that names its node is bound already. A node that is not ready
  /// carries a taint that says so.
  static func refusal(of pod: PodDemands, by node: NodeState) -> Refusal? {
    nodeUnschedulable(pod, node) ?? taintToleration(pod, node) ?? nodeAffinity(pod, node)
  }

  private static func nodeUnschedulable(_ pod: PodDemands, _ node: NodeState) -> Refusal? {
    guard node.facts.isUnschedulable else { return nil }
    return pod.tolerations.contains { $0.tolerates(cordon) } ? nil : .unschedulable
  }

  private static func taintToleration(_ pod: PodDemands, _ node: NodeState) -> Refusal? {
    let taint = pod.untolerated(node.facts.taints) { $0 != .preferNoSchedule }
    return taint.map { .taint(key: $0.key, value: $0.value) }
  }

  private static func nodeAffinity(_ pod: PodDemands, _ node: NodeState) -> Refusal? {
    pod.selects(node.object.meta) ? nil : .affinity
  }
}
