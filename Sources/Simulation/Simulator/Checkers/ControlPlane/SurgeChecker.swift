import JSON
import Objects
import Registry

/// Whether a Deployment's pods stay within replicas + maxSurge. A ReplicaSet counts with what it is
/// asked for or with its pods that are not on their way out, whichever is more: what was promised
/// within the bounds may still come after the user has asked for fewer, but nothing is added to it.
struct SurgeChecker: HistoryChecker {
  static let name = "surge"
  private var bounds: [String: DeploymentBounds] = [:]
  /// By Deployment, after the revision before.
  private var promised: [String: Int64] = [:]

  mutating func check(_ moment: RevisionMoment) -> String? {
    var problem: String?
    for change in moment.changes where change.kind == .deployment {
      if let deployment = change.new {
        bounds[deployment.meta.uid, default: DeploymentBounds()].take(deployment)
      }
    }
    for deployment in moment.view.objects(.deployment) {
      guard let most = bounds[deployment.meta.uid]?.podsMax else { continue }
      let now = Self.promised(by: deployment, in: moment.view)
      let before = promised.updateValue(now, forKey: deployment.meta.uid) ?? 0
      // Orphans come back to a Deployment as many as they are.
      if now > most, now > before, !moment.changes.contains(where: Self.isAdoption) {
        problem = "\(deployment.meta.name) has or awaits \(now) pods and may have \(most)"
      }
    }
    return problem
  }

  private static func promised(by deployment: StoredObject, in view: ClusterView) -> Int64 {
    view.dependents(of: deployment.meta.uid).reduce(0) { sum, set in
      guard set.objectKey?.kind == .replicaSet,
        set.meta.controller?.uid == deployment.meta.uid
      else { return sum }
      let wanted = set.json["spec"]?["replicas"]?.int64 ?? 0
      return sum + max(wanted, Int64(view.countedPods(ofSet: set.meta.uid).count))
    }
  }

  private static func isAdoption(_ change: RevisionMoment.Change) -> Bool {
    guard let old = change.old, let new = change.new, change.created == nil else { return false }
    return old.meta.controller?.uid != new.meta.controller?.uid
  }
}
