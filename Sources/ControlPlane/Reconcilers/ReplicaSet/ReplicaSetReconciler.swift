import Base
import JSON
public import Objects
public import Registry

/// Keeps as many pods of a template as a ReplicaSet asks for (kube-controller-manager's replicaset
/// controller).
///
/// Its pods' number is bounded at every revision of the store: each pod is made in a Txn that
/// compares the ReplicaSet, so that none is made for a number that holds no longer; and a status
/// with `observedGeneration` says how many there were when the new number was known. A Deployment
/// relies on both.
public struct ReplicaSetReconciler: Reconciler {
  public let name = "replicaset"
  public let electsLeader = true
  public let collections: [Collection] = [.objects(.pod), .objects(.replicaSet)]

  /// Pods made or deleted in one plan (the controller's burst).
  static let podsPerPlanMax = 500

  public init() {}

  // MARK: - What matters

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let key = (new ?? old)?.objectKey else { return [] }
    if key.kind == .replicaSet { return [.object(key)] }
    guard key.kind == .pod else { return [] }
    var keys: [WorkKey] = []
    for pod in [old, new] {
      guard let pod, let set = Claim.controller(of: pod, .replicaSet, in: view) else { continue }
      let key = WorkKey.key(set.key)
      if !keys.contains(key) { keys.append(key) }
    }
    if let new, new.meta.controller == nil, new.isActivePod {
      keys += Self.adopters(of: new, in: view).filter { !keys.contains($0) }
    }
    return keys
  }

  private static func adopters(of pod: StoredObject, in view: ClusterView) -> [WorkKey] {
    view.objects(.replicaSet, in: pod.objectKey?.namespace).compactMap { set in
      guard let spec = ReplicaSetSpec(set), spec.selector.matches(pod.meta.labels) else {
        return nil
      }
      return .key(set.key)
    }
  }

  // MARK: - Planning

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let key) = key, let set = view[key], !set.meta.isBeingDeleted,
      let spec = ReplicaSetSpec(set)
    else { return .nothing }
    let claim = Claim(
      .pod, by: set, matching: spec.selector, in: view, where: \.isActivePod)
    let pods = claim.owned
    let counts = PodCounts(of: pods, minReadySeconds: spec.minReadySeconds, now: context.now)
    var steps = claim.steps
    let surplus = pods.count - Int(spec.replicas)
    if surplus < 0, Self.takesPods(set, in: view) {
      steps += Self.creations(-surplus, of: spec, for: set, context: &context)
    } else if surplus > 0 {
      steps += Self.deletions(surplus, among: pods, of: set, in: view, now: context.now)
    }
    // The pods' Txns compare the ReplicaSet: its status waits until they are through.
    if !steps.isEmpty {
      return Plan(Array(steps.prefix(Self.podsPerPlanMax)), order: .independent)
    }
    let status = Self.status(of: set, spec, pods, counts)
    if status != set.json { steps.append(Step([.updateStatus(from: set, to: status)])) }
    return Plan(steps, lookAgain: counts.nextAvailable)
  }

  /// The registry refused one of its pods: the status says so until all are there.
  public func explain(
    _ rejection: Rejection, of key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let key) = key, let set = view[key], !set.meta.isBeingDeleted,
      let spec = ReplicaSetSpec(set)
    else { return .nothing }
    let pods = Claim.controlled(.pod, by: set, in: view).filter(\.isActivePod)
    let isShort = pods.count < Int(spec.replicas)
    let counts = PodCounts(of: pods, minReadySeconds: spec.minReadySeconds, now: context.now)
    var status = Self.status(of: set, spec, pods, counts)
    var event: EventNote?
    status.edit("status") { status in
      var conditions = Conditions(set.json["status"])
      // One failure is told once, in the words of the first.
      if conditions[Self.failure]?["status"] != "True" {
        conditions.state(
          .init(
            Self.failure, "True", isShort ? "FailedCreate" : "FailedDelete", rejection.message),
          at: context.now)
        event = EventNote(
          regarding: set, type: .warning, reason: isShort ? "FailedCreate" : "FailedDelete",
          message: "Error \(isShort ? "creating" : "deleting"): \(rejection.message)")
      }
      status["conditions"] = .array(conditions.list)
    }
    if status == set.json { return .nothing }
    return Plan([Step([.updateStatus(from: set, to: status)], event: event)])
  }

  /// apps/v1 ReplicaSetReplicaFailure.
  static let failure = "ReplicaFailure"

  /// Nothing new comes into a namespace on its way out: then there is no use in trying. One that is
  /// not in the view may come yet.
  private static func takesPods(_ set: StoredObject, in view: ClusterView) -> Bool {
    guard let name = set.objectKey?.namespace,
      let namespace = view[ObjectKey(.namespace, name: name)]
    else { return true }
    return !namespace.meta.isBeingDeleted
  }

  // MARK: - Pods

  private static func creations(
    _ count: Int, of spec: ReplicaSetSpec, for set: StoredObject, context: inout PlanContext
  ) -> [Step] {
    guard let key = set.objectKey else { return [] }
    return (0..<min(count, podsPerPlanMax)).map { _ in
      let name = ObjectNames.generated("\(key.name)-", &context.random)
      return Step(
        [.create(.pod, spec.pod(named: name, of: set, key))], guards: [.unchanged(set)],
        event: EventNote(
          regarding: set, reason: "SuccessfulCreate", message: "Created pod: \(name)"))
    }
  }

  private static func deletions(
    _ count: Int, among pods: [StoredObject], of set: StoredObject, in view: ClusterView,
    now: WallTime
  ) -> [Step] {
    let order = DeletionOrder(pods, related: related(to: set, in: view), now: now)
    return order.first(min(count, podsPerPlanMax)).map { pod in
      Step(
        [.delete(pod, DeleteOptions())], guards: [.unchanged(set)],
        event: EventNote(
          regarding: set, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.meta.name)"))
    }
  }

  /// The active pods of all ReplicaSets of the same controller, by node.
  private static func related(to set: StoredObject, in view: ClusterView) -> [String: Int] {
    var sets = [set]
    if let controller = set.meta.controller {
      sets = view.dependents(of: controller.uid).filter {
        $0.objectKey?.kind == .replicaSet && $0.objectKey?.namespace == set.objectKey?.namespace
          && $0.meta.controller?.uid == controller.uid
      }
    }
    var counts: [String: Int] = [:]
    for set in sets {
      for pod in Claim.controlled(.pod, by: set, in: view) where pod.isActivePod {
        if let node = pod.pod?.node, !node.isEmpty { counts[node, default: 0] += 1 }
      }
    }
    return counts
  }

  // MARK: - Status

  /// The ReplicaSet with what its status should say (apps/v1 ReplicaSetStatus).
  private static func status(
    of set: StoredObject, _ spec: ReplicaSetSpec, _ pods: [StoredObject], _ counts: PodCounts
  ) -> JSONObject {
    let wanted = spec.templateLabels
    let labeled = pods.count { pod in
      wanted.allSatisfy { pod.meta.labels[$0.name] == $0.value }
    }
    var object = set.json
    object.edit("status") { status in
      status["replicas"] = .number(Int64(pods.count))
      status.setCount("fullyLabeledReplicas", Int64(labeled))
      status.setCount("readyReplicas", Int64(counts.ready))
      status.setCount("availableReplicas", Int64(counts.available))
      status.setCount("observedGeneration", set.meta.generation)
      // Whoever asks again after a failure says so anew.
      var conditions = Conditions(.object(status))
      conditions.remove(failure)
      if conditions.list.isEmpty {
        status["conditions"] = nil
      } else {
        status["conditions"] = .array(conditions.list)
      }
    }
    return object
  }
}
