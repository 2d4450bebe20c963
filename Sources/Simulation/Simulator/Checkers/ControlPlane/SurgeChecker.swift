import Objects
import Registry

/// Whether no pod of a Deployment is made beyond replicas + maxSurge. Only pods that are not on their
/// way out count. More may stand after the user asked for fewer; then none may be added.
struct SurgeChecker: HistoryChecker {
  static let name = "surge"
  private var bounds: [String: DeploymentBounds] = [:]

  mutating func check(_ moment: RevisionMoment) -> String? {
    var problem: String?
    for change in moment.changes {
      if let pod = change.created, change.kind == .pod, pod.isCounted {
        problem = problem ?? Self.problem(with: pod, moment, bounds)
      }
    }
    for change in moment.changes where change.kind == .deployment {
      guard let deployment = change.new else {
        if let old = change.old { bounds[old.meta.uid] = nil }
        continue
      }
      bounds[deployment.meta.uid, default: DeploymentBounds()].take(deployment)
    }
    return problem
  }

  private static func problem(
    with pod: StoredObject, _ moment: RevisionMoment, _ bounds: [String: DeploymentBounds]
  ) -> String? {
    guard let deployment = moment.view.deployment(ofPod: pod),
      let most = bounds[deployment.meta.uid]?.podsMax
    else { return nil }
    let count = moment.view.countedPods(ofDeployment: deployment.meta.uid).count
    guard count > most else { return nil }
    return "\(pod.meta.name) is pod \(count) of \(deployment.meta.name), which may have \(most)"
  }
}
