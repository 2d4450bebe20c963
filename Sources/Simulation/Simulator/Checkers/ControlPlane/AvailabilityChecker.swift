import JSON
import Objects
import Registry

/// Whether our own deletions leave a Deployment at least replicas - maxUnavailable available pods.
/// What nodes, the user and evictions took away does not count against us until the Deployment has
/// all that it wants again.
struct AvailabilityChecker: HistoryChecker {
  static let name = "availability"

  private struct State {
    var bounds = DeploymentBounds()
    /// Available pods lost to others.
    var losses = 0
  }

  private var states: [String: State] = [:]
  /// By ReplicaSet: what had to be available when it was last scaled down.
  private var minWhenScaledDown: [String: Int64] = [:]
  /// By ReplicaSet: its pods that were not available then. One that became available before it was
  /// deleted was given up for what it was.
  private var givenUp: [String: Set<String>] = [:]

  mutating func check(_ moment: RevisionMoment) -> String? {
    var problem: String?
    for change in moment.changes {
      switch change.kind {
      case .deployment: takeDeployment(change)
      case .replicaSet: takeSet(change, moment.view)
      case .pod: problem = problem ?? takePod(change, moment)
      default: break
      }
    }
    return problem
  }

  private mutating func takeDeployment(_ change: RevisionMoment.Change) {
    guard let deployment = change.new else {
      if let old = change.old { states[old.meta.uid] = nil }
      return
    }
    states[deployment.meta.uid, default: State()].bounds.take(deployment)
  }

  private mutating func takeSet(_ change: RevisionMoment.Change, _ view: ClusterView) {
    guard let set = change.new, let owner = set.meta.controller, let state = states[owner.uid]
    else { return }
    let before = change.old?.json["spec"]?["replicas"]?.int64 ?? 0
    let after = set.json["spec"]?["replicas"]?.int64 ?? 0
    if after > before { givenUp[set.meta.uid] = nil }
    guard after < before else { return }
    minWhenScaledDown[set.meta.uid] = state.bounds.availableMin
    let unavailable = view.countedPods(ofSet: set.meta.uid).filter { !$0.isAvailable }
    // Where some are kept, the newly available must be among them.
    givenUp[set.meta.uid] = after == 0 ? Set(unavailable.map(\.meta.uid)) : []
  }

  private mutating func takePod(
    _ change: RevisionMoment.Change, _ moment: RevisionMoment
  ) -> String? {
    let view = moment.view
    guard let pod = change.new ?? change.old, let deployment = view.deployment(ofPod: pod),
      !deployment.meta.isBeingDeleted
    else { return nil }
    let uid = deployment.meta.uid
    let available = view.countedPods(ofDeployment: uid).filter(\.isAvailable).count
    let replicas = deployment.json["spec"]?["replicas"]?.int64 ?? 1
    if available >= replicas { states[uid]?.losses = 0 }
    guard let old = change.old, old.isAvailable, change.new?.isAvailable != true else {
      return nil
    }
    let set = old.meta.controller?.uid ?? ""
    let isGivenUp = givenUp[set]?.contains(old.meta.uid) ?? false
    guard change.isDeletion, !moment.isUsers, !isGivenUp, !Self.isLost(old, view) else {
      states[uid]?.losses += 1
      return nil
    }
    guard let state = states[uid] else { return nil }
    let least = min(state.bounds.availableMin, minWhenScaledDown[set] ?? .max)
    guard available + state.losses < least else { return nil }
    return "\(old.meta.name) is deleted: \(available) of \(deployment.meta.name) are left "
      + "available, \(least) must be"
  }

  /// The pod's node is gone or was told to let its pods go, or its namespace goes.
  private static func isLost(_ pod: StoredObject, _ view: ClusterView) -> Bool {
    guard let node = pod.pod?.node,
      let object = view[ObjectKey(.node, name: node)],
      view[.heartbeat(node)] != nil,
      let namespace = view[ObjectKey(.namespace, name: pod.meta.namespace)]
    else { return true }
    let taints = object.json["spec"]?["taints"]?.array ?? []
    return namespace.meta.isBeingDeleted
      || taints.contains { $0["effect"]?.string == "NoExecute" }
  }
}
