import JSON
import Objects
import Registry

/// Whether nothing is made twice for one decision: no pod beyond what its ReplicaSet wants or
/// wanted in a generation that its controller may still act by, no second ReplicaSet of one
/// template.
struct DecisionChecker: HistoryChecker {
  static let name = "decision"
  /// By ReplicaSet: replicas by generation, from the observed one on.
  private var wanted: [String: [Int64: Int64]] = [:]

  mutating func check(_ moment: RevisionMoment) -> String? {
    var problem: String?
    for change in moment.changes {
      if let created = change.created {
        problem = problem ?? self.problem(with: created, moment.view)
      }
    }
    for change in moment.changes where change.kind == .replicaSet {
      guard let set = change.new else {
        if let old = change.old { wanted[old.meta.uid] = nil }
        continue
      }
      let seen = set.json["status"]?["observedGeneration"]?.int64 ?? 0
      var generations = (wanted[set.meta.uid] ?? [:]).filter { $0.key >= seen }
      generations[set.meta.generation] = set.json["spec"]?["replicas"]?.int64 ?? 1
      wanted[set.meta.uid] = generations
    }
    return problem
  }

  private func problem(with created: StoredObject, _ view: ClusterView) -> String? {
    if created.objectKey?.kind == .pod, created.isCounted,
      let set = view.replicaSet(ofPod: created),
      let most = wanted[set.meta.uid]?.values.max()
    {
      let count = view.countedPods(ofSet: set.meta.uid).count
      if count > most {
        return "\(created.meta.name) is pod \(count) of \(set.meta.name), which wants \(most)"
      }
    }
    if created.objectKey?.kind == .replicaSet, let owner = created.meta.controller {
      let template = created.json["spec"]?["template"]
      let twin = view.dependents(of: owner.uid).first {
        $0.objectKey?.kind == .replicaSet && $0.meta.uid != created.meta.uid
          && $0.meta.controller?.uid == owner.uid && $0.json["spec"]?["template"] == template
      }
      if let twin { return "\(created.meta.name) has the template of \(twin.meta.name)" }
    }
    return nil
  }
}
