public import Objects
public import Registry

import Base

/// Finds a node for each pod that has none.
///
/// All waiting pods are placed in one plan, each bind its own Txn: what the plan has placed counts
/// when it places the next, and the plan after it begins only when the informers have these binds.
/// A bind compares the pod and the Node as they were read. A Node changes only when something about
/// it does (its heartbeat is a key of its own), so no pod lands on a node that was cordoned,
/// tainted or deleted since; Kubernetes does not exclude that.
public struct Scheduler: Reconciler {
  public let name = "scheduler"
  public let fieldManager = "kube-scheduler"
  public let electsLeader = true
  public let eventSource = "default-scheduler"
  public let collections: [Collection] = [
    .objects(.pod), .objects(.node), .objects(.namespace),
  ]

  /// The name by which pods ask for this scheduler.
  public static let schedulerName = "default-scheduler"
  /// On a pod that fits nowhere: what each node said, as JSON.
  public static let verdictsAnnotation = "keelson.dev/scheduling-verdicts"
  /// More pods than this are placed in several plans, so that new ones need not wait for all.
  static let placementsMax = 1000

  public init() {}

  // MARK: - What matters

  public func keys(
    old: StoredObject?, new: StoredObject?, in view: ClusterView
  ) -> [WorkKey] {
    guard let key = (new ?? old)?.objectKey else { return [] }
    if key.kind == .node { return Self.changesPlaces(old, new) ? [.everything] : [] }
    guard key.kind == .pod else { return [] }
    if let new, Self.isWaiting(new) { return [.everything] }
    if Self.freesPlace(old, new) { return [.everything] }
    // A pod that came somewhere may be one that others wait to be near, or to be spread with.
    return Self.comesNear(old, new) && !view.pods(onNode: "").isEmpty ? [.everything] : []
  }

  private static func isWaiting(_ pod: StoredObject) -> Bool {
    guard let facts = pod.pod else { return false }
    return facts.node.isEmpty && !facts.isGated
      && (facts.scheduler.isEmpty || facts.scheduler == schedulerName)
      && !facts.hasEnded && !pod.meta.isBeingDeleted && !pod.meta.uid.isEmpty
  }

  private static func changesPlaces(_ old: StoredObject?, _ new: StoredObject?) -> Bool {
    guard let old, let new else { return true }
    guard let before = old.node, let after = new.node else { return false }
    return before.taints != after.taints || before.isUnschedulable != after.isUnschedulable
      || before.allocatable != after.allocatable || before.podsMax != after.podsMax
      || old.meta.labels != new.meta.labels
  }

  private static func comesNear(_ old: StoredObject?, _ new: StoredObject?) -> Bool {
    guard let new, let after = new.pod, !after.node.isEmpty else { return false }
    return old?.pod?.node != after.node || old?.meta.labels != new.meta.labels
      || old?.meta.isBeingDeleted != new.meta.isBeingDeleted
  }

  /// A bound pod went, ended or asks for something else.
  private static func freesPlace(_ old: StoredObject?, _ new: StoredObject?) -> Bool {
    guard let before = old?.pod, !before.node.isEmpty, !before.hasEnded else { return false }
    guard let after = new?.pod else { return true }
    return after.hasEnded || after.node != before.node || after.demands != before.demands
  }

  // MARK: - Planning

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard key == .everything else { return .nothing }
    let waiting = Self.queue(view)
    guard !waiting.isEmpty else { return .nothing }
    let batch = waiting.prefix(Self.placementsMax)
    var round = SchedulingRound(
      ClusterSnapshot(view, counting: Set(batch.compactMap(PodGroup.init))))
    var plan = Plan(order: .independent)
    for pod in batch {
      switch round.place(pod, random: &context.random) {
      case .node(let node):
        plan.steps.append(Self.bind(pod, to: node))
      case .nowhere(let verdict):
        let note = UnschedulableNote(pod: pod, verdict: verdict, now: context.now)
        if let step = note.step { plan.steps.append(step) }
        if let due = note.due { plan.lookAgain = min(plan.lookAgain ?? due, due) }
      }
    }
    if batch.count < waiting.count { plan.lookAgain = .zero }
    return plan
  }

  /// The highest priority first, then who waits longest, then by name.
  private static func queue(_ view: ClusterView) -> [StoredObject] {
    let waiting = view.pods(onNode: "").filter(isWaiting)
    let ordered = waiting.enumerated().sorted { left, right in
      let (first, second) = (left.element.pod?.priority ?? 0, right.element.pod?.priority ?? 0)
      if first != second { return first > second }
      let never = WallTime(milliseconds: .max)
      let (older, newer) = (
        left.element.meta.creationTime ?? never, right.element.meta.creationTime ?? never
      )
      return older == newer ? left.offset < right.offset : older < newer
    }
    return ordered.map(\.element)
  }

  private static func bind(_ pod: StoredObject, to node: NodeState) -> Step {
    let name = "\(pod.objectKey?.namespace ?? "")/\(pod.objectKey?.name ?? "")"
    return Step(
      [.bind(pod: pod, node: node.name)], guards: [.unchanged(node.object)],
      event: EventNote(
        regarding: pod, reason: "Scheduled",
        message: "Successfully assigned \(name) to \(node.name)"))
  }
}
