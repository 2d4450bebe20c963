import JSON
public import Objects
public import Registry

/// Rolls a Deployment's template out through ReplicaSets, one for each template
/// (kube-controller-manager's deployment controller).
///
///     Deployment --> ReplicaSet of the newest template   grows
///                    ReplicaSets of older templates      shrink, and are kept for rollbacks
///
/// Stricter than Kubernetes: at every revision of the store the pods of all its ReplicaSets that
/// are not on their way out are at most `replicas` and the surge.
public struct DeploymentReconciler: Reconciler {
  public let name = "deployment"
  public let electsLeader = true
  public let collections: [Collection] = [
    .objects(.deployment), .objects(.pod), .objects(.replicaSet),
  ]

  public init() {}

  // MARK: - What matters

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let key = (new ?? old)?.objectKey else { return [] }
    switch key.kind {
    case .deployment: return [.object(key)]
    case .replicaSet: return Self.keys(ofSet: old, new, in: view)
    case .pod: return Self.keys(ofPod: old, new, in: view)
    default: return []
    }
  }

  private static func keys(
    ofSet old: StoredObject?, _ new: StoredObject?, in view: ClusterView
  ) -> [WorkKey] {
    var keys: [WorkKey] = []
    for set in [old, new] {
      guard let set, let deployment = Claim.controller(of: set, .deployment, in: view) else {
        continue
      }
      let key = WorkKey.key(deployment.key)
      if !keys.contains(key) { keys.append(key) }
    }
    if let new, new.meta.controller == nil {
      keys += selectors(of: new, in: view).filter { !keys.contains($0) }
    }
    return keys
  }

  /// A pod matters that gets ready, ceases to be, or ends.
  private static func keys(
    ofPod old: StoredObject?, _ new: StoredObject?, in view: ClusterView
  ) -> [WorkKey] {
    guard let pod = new ?? old, let controller = pod.meta.controller,
      controller.kind == Kind.replicaSet.name, standing(old) != standing(new)
    else { return [] }
    if let set = Claim.controller(of: pod, .replicaSet, in: view) {
      guard let deployment = Claim.controller(of: set, .deployment, in: view) else { return [] }
      return [.key(deployment.key)]
    }
    // A pod whose ReplicaSet is gone takes a place until it goes too.
    return view.object(uid: controller.uid) == nil ? selectors(of: pod, in: view) : []
  }

  private enum Standing { case none, ended, leaving, starting, ready }

  private static func standing(_ object: StoredObject?) -> Standing {
    guard let object, let pod = object.pod else { return .none }
    if pod.hasEnded { return .ended }
    if object.meta.isBeingDeleted { return .leaving }
    return pod.isReady ? .ready : .starting
  }

  private static func selectors(of object: StoredObject, in view: ClusterView) -> [WorkKey] {
    view.objects(.deployment, in: object.objectKey?.namespace).compactMap { deployment in
      guard let spec = DeploymentSpec(deployment), spec.selector.matches(object.meta.labels)
      else { return nil }
      return .key(deployment.key)
    }
  }

  // MARK: - Planning

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let key) = key, let deployment = view[key],
      let objectKey = deployment.objectKey,
      let spec = DeploymentSpec(deployment)
    else { return .nothing }
    func rollout(_ sets: [StoredObject]) -> Rollout {
      Rollout(deployment, objectKey, spec, sets: sets, in: view, now: context.now)
    }
    if deployment.meta.isBeingDeleted {
      let owned = Claim.controlled(.replicaSet, by: deployment, in: view)
      return Plan([rollout(owned).report(.counts).step].compactMap { $0 })
    }
    let claim = Claim(.replicaSet, by: deployment, matching: spec.selector, in: view)
    if !claim.steps.isEmpty { return Plan(claim.steps) }
    return Self.plan(rollout(claim.owned))
  }

  /// A newest set that the registry refuses: the condition Progressing says why.
  public func explain(
    _ rejection: Rejection, of key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let key) = key, let deployment = view[key], !deployment.meta.isBeingDeleted,
      let objectKey = deployment.objectKey, let spec = DeploymentSpec(deployment)
    else { return .nothing }
    let owned = Claim.controlled(.replicaSet, by: deployment, in: view)
    let rollout = Rollout(
      deployment, objectKey, spec, sets: owned, in: view, now: context.now)
    guard rollout.newest == nil, case .forbidden(.replicaSet, let name, _) = rejection,
      let news = rollout.refusal(of: name, rejection)
    else { return .nothing }
    return Plan([rollout.report(.counts, news: news).step].compactMap { $0 })
  }

  private static func plan(_ rollout: Rollout) -> Plan {
    if let set = rollout.newSet, !set.isBeingDeleted,
      let step = rollout.renewal(of: set) ?? rollout.revisionNote(set)
    {
      return Plan([step])
    }
    if let news = rollout.pauseNews {
      return Plan([rollout.report(.counts, news: news).step].compactMap { $0 })
    }
    if rollout.spec.isPaused {
      return finish(rollout, rollout.resizing() + rollout.cleanUp(), .counts)
    }
    if rollout.isScaled { return finish(rollout, rollout.resizing(), .counts) }
    var steps = rollout.spec.isRolling ? rollout.rolling() : rollout.recreating()
    let mayCreate = rollout.spec.isRolling || steps.isEmpty && !rollout.oldPodsRemain
    if rollout.newest == nil && mayCreate { return create(rollout) }
    if rollout.isComplete { steps += rollout.cleanUp() }
    return finish(rollout, steps, .rollout, news: rollout.foundNews)
  }

  private static func create(_ rollout: Rollout) -> Plan {
    let collisions = rollout.deployment.json["status"]?.count("collisionCount") ?? 0
    switch rollout.creation(collisions: collisions) {
    case .make(let step, let key):
      return finish(rollout, [step], .rollout, news: rollout.createdNews(key))
    case .collision:
      let report = rollout.report(.rollout, collisions: collisions + 1)
      return Plan([report.step].compactMap { $0 })
    }
  }

  /// The status comes last: the steps before it compare the Deployment.
  private static func finish(
    _ rollout: Rollout, _ steps: [Step], _ scope: Rollout.Scope,
    news: Conditions.Statement? = nil
  ) -> Plan {
    let report = rollout.report(scope, news: news)
    var plan = Plan(steps + [report.step].compactMap { $0 }, lookAgain: report.lookAgain)
    plan.awaits = rollout.awaits
    return plan
  }
}
