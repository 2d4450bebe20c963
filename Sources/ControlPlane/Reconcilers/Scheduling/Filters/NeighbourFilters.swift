import Objects

/// PodTopologySpread and InterPodAffinity for one pod: where the pods are that it must be near,
/// apart from or spread with, and those that want it away.
struct NeighbourFilters {
  private let pod: ObjectMeta
  private let wishes: PodNeighbours?
  private let snapshot: ClusterSnapshot
  private var spreads: [Spread] = []
  /// Places with a pod that meets all of `near`.
  private var near: Set<Place> = []
  /// Nobody meets them yet, but the pod itself does: it may be the first.
  private var mayBeFirst = false
  private var apart: Set<Place> = []
  /// Where pods are that must not be near this one.
  private var repelling: Set<Place> = []

  /// Nodes that share a label's value.
  private struct Place: Hashable {
    let key: String
    let value: String
  }

  private struct Spread {
    let term: SpreadTerm
    let counts: [String: Int64]
    let least: Int64
    /// 1 where the pod itself counts.
    let own: Int64
  }

  /// Nil where no pod minds another.
  init?(_ pod: StoredObject, _ demands: PodDemands, in snapshot: ClusterSnapshot) {
    let wishes = pod.pod?.neighbours
    guard wishes != nil || !snapshot.repelling.isEmpty else { return nil }
    self.pod = pod.meta
    self.wishes = wishes
    self.snapshot = snapshot
    for term in wishes?.spread ?? [] { spreads.append(spread(term, demands)) }
    gather()
  }

  /// Nil where the node may do.
  func refusal(at node: Int) -> Refusal? {
    let labels = snapshot.nodes[node].object.meta.labels
    for spread in spreads {
      guard let value = labels[spread.term.topologyKey] else { return .spreadLabel }
      let skew = (spread.counts[value] ?? 0) + spread.own - spread.least
      if skew > spread.term.maxSkew { return .spread }
    }
    if let terms = wishes?.near, !terms.isEmpty {
      let places = terms.compactMap { Self.place($0.topologyKey, labels) }
      guard places.count == terms.count else { return .podAffinity }
      if !mayBeFirst, !places.allSatisfy(near.contains) { return .podAffinity }
    }
    for term in wishes?.apart ?? [] {
      if let place = Self.place(term.topologyKey, labels), apart.contains(place) {
        return .podAntiAffinity
      }
    }
    let isUnwanted = repelling.contains { labels[$0.key] == $0.value }
    return isUnwanted ? .existingAntiAffinity : nil
  }

  private static func place(_ key: String, _ labels: [String: String]) -> Place? {
    labels[key].map { Place(key: key, value: $0) }
  }

  // MARK: - Spreading

  /// Counts the pods of each place; places are those of nodes that could take the pod at all.
  private func spread(_ term: SpreadTerm, _ demands: PodDemands) -> Spread {
    let keys = (wishes?.spread ?? []).map(\.topologyKey)
    var counts: [String: Int64] = [:]
    for (index, node) in snapshot.nodes.enumerated() {
      let labels = node.object.meta.labels
      guard let value = labels[term.topologyKey], keys.allSatisfy({ labels[$0] != nil }),
        term.ignoresNodeAffinity || demands.selects(node.object.meta),
        !term.honorsTaints
          || demands.untolerated(node.facts.taints, where: { $0 != .preferNoSchedule }) == nil
      else { continue }
      let matching = snapshot.pods[index].count { other in
        other.meta.namespace == pod.namespace && !other.meta.isBeingDeleted
          && term.selects(other.meta)
      }
      counts[value, default: 0] += Int64(matching)
    }
    let least = Int64(counts.count) < term.minDomains ? 0 : counts.values.min() ?? 0
    return Spread(term: term, counts: counts, least: least, own: term.selects(pod) ? 1 : 0)
  }

  // MARK: - Affinity

  private mutating func gather() {
    let terms = (near: wishes?.near ?? [], apart: wishes?.apart ?? [])
    if !terms.near.isEmpty || !terms.apart.isEmpty {
      for (index, node) in snapshot.nodes.enumerated() {
        let labels = node.object.meta.labels
        for other in snapshot.pods[index] {
          let isNear = !terms.near.isEmpty && terms.near.allSatisfy { selects($0, other.meta) }
          if isNear { near.formUnion(terms.near.compactMap { Self.place($0.topologyKey, labels) }) }
          for term in terms.apart where selects(term, other.meta) {
            if let place = Self.place(term.topologyKey, labels) { apart.insert(place) }
          }
        }
      }
      mayBeFirst = near.isEmpty && terms.near.allSatisfy { selects($0, pod) }
    }
    for other in snapshot.repelling {
      let labels = snapshot.nodes[other.node].object.meta.labels
      for term in other.pod.pod?.neighbours?.apart ?? [] where selects(term, pod) {
        if let place = Self.place(term.topologyKey, labels) { repelling.insert(place) }
      }
    }
  }

  private func selects(_ term: PodTerm, _ pod: ObjectMeta) -> Bool {
    term.selects(pod, namespaceLabels: snapshot.namespaceLabels[pod.namespace] ?? [:])
  }
}
