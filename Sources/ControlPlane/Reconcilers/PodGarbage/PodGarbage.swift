public import Objects
public import Registry

import Base
import JSON

/// Removes pods that nobody else can: those of a node that no longer exists, those on their way out
/// that no node runs, and the oldest ended ones when there are too many (kube-controller-manager's
/// pod garbage collector).
public struct PodGarbage: Reconciler {
  public let name = "pod-garbage"
  public let electsLeader = true
  public let collections: [Collection] = [.objects(.pod), .objects(.node), .nodes]

  /// Ended pods beyond this many go, the oldest first (--terminated-pod-gc-threshold).
  public let endedPodsMax: Int

  /// How long a node may be gone before its pods are given up: podgc's quarantine.
  private static let nodeGrace = Duration.seconds(40)
  /// Pods removed in one plan: the next one counts anew.
  private static let removalsMax = 500

  public init(endedPodsMax: Int = 12_500) {
    precondition(endedPodsMax >= 0, "a number of pods")
    self.endedPodsMax = endedPodsMax
  }

  // MARK: - What matters

  public func keys(
    old: StoredObject?, new: StoredObject?, in view: ClusterView
  ) -> [WorkKey] {
    guard let key = (new ?? old)?.key else { return [] }
    switch key {
    case .object(let object) where object.kind == .pod:
      guard let new, let facts = new.pod else { return [] }
      var keys: [WorkKey] = []
      if facts.node.isEmpty ? new.meta.isBeingDeleted : Self.isGone(facts.node, in: view) {
        keys.append(.object(object))
      } else if Self.isMarked(new) {
        keys.append(.object(object))
      }
      if facts.hasEnded, old?.pod?.hasEnded != true, view.objects(.pod).count > endedPodsMax {
        keys.append(.everything)
      }
      return keys
    case .object(let object) where object.kind == .node:
      return old == nil || new == nil ? Self.podKeys(of: object.name, in: view) : []
    case .actualNode(let node):
      return old == nil || new == nil ? Self.podKeys(of: node, in: view) : []
    case .object, .desiredPod, .grant, .actualPod, .heartbeat, .candidate, .allocation: return []
    }
  }

  private static func podKeys(of node: String, in view: ClusterView) -> [WorkKey] {
    view.pods(onNode: node).map { .key($0.key) }
  }

  /// Neither a Node nor a report of one.
  private static func isGone(_ node: String, in view: ClusterView) -> Bool {
    view[ObjectKey(.node, name: node)] == nil && view[.actualNode(node)] == nil
  }

  // MARK: - Planning

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    if key == .everything { return removeEnded(view) }
    guard case .key(let key) = key, let pod = view[key], let facts = pod.pod,
      pod.objectKey?.kind == .pod
    else { return .nothing }
    if facts.node.isEmpty {
      guard pod.meta.isBeingDeleted, pod.meta.finalizers.isEmpty else { return .nothing }
      return Plan([Self.remove(pod)])
    }
    guard Self.isGone(facts.node, in: view) else {
      return Self.isMarked(pod) ? Plan([Self.mark(pod, false, context.now, [])]) : .nothing
    }
    return giveUp(pod, on: facts.node, now: context.now)
  }

  /// Force-deletes the pod once its node has been gone for the grace. When that began is kept in
  /// the pod's condition DisruptionTarget, so that any copy goes on where another one stopped.
  private func giveUp(_ pod: StoredObject, on node: String, now: WallTime) -> Plan {
    let guards: [Guard] = [
      .absent(.object(ObjectKey(.node, name: node))), .absent(.actualNode(node)),
    ]
    guard let since = Self.markedSince(pod) else {
      return Plan([Self.mark(pod, true, now, guards)])
    }
    let (age, overflow) = now.milliseconds.subtractingReportingOverflow(since.milliseconds)
    let waited = overflow || age < 0 ? .zero : Duration.milliseconds(age)
    guard waited >= Self.nodeGrace else {
      return Plan(lookAgain: Self.nodeGrace - waited)
    }
    // What holds the object is told by its finalizers; there is no more to do here.
    guard !pod.meta.isBeingDeleted || pod.meta.finalizers.isEmpty else { return .nothing }
    return Plan([Self.remove(pod, guards)])
  }

  private static func remove(_ pod: StoredObject, _ guards: [Guard] = []) -> Step {
    Step([.delete(pod, DeleteOptions(graceSeconds: 0))], guards: guards)
  }

  // MARK: - The mark

  private static let markType = "DisruptionTarget"
  private static let markReason = "DeletionByPodGC"

  private static func markedCondition(_ pod: StoredObject) -> JSONValue? {
    pod.json["status"]?["conditions"]?.array?.first { condition in
      condition["type"]?.string == markType && condition["reason"]?.string == markReason
        && condition["status"]?.string == "True"
    }
  }

  private static func isMarked(_ pod: StoredObject) -> Bool { markedCondition(pod) != nil }

  private static func markedSince(_ pod: StoredObject) -> WallTime? {
    markedCondition(pod)?["lastTransitionTime"]?.string.flatMap(WallTime.init(rfc3339:))
  }

  private static func mark(
    _ pod: StoredObject, _ isMarked: Bool, _ now: WallTime, _ guards: [Guard]
  ) -> Step {
    var status = pod.json["status"]?.object ?? JSONObject()
    var conditions = (status["conditions"]?.array ?? []).filter {
      $0["type"]?.string != markType
    }
    if isMarked {
      conditions.append([
        "type": .string(markType), "status": "True",
        "lastTransitionTime": .string(now.rfc3339), "reason": .string(markReason),
        "message": "PodGC: node no longer exists",
      ])
    }
    status["conditions"] = .array(conditions)
    var changed = pod.json
    changed["status"] = .object(status)
    return Step([.updateStatus(from: pod, to: changed)], guards: guards)
  }

  // MARK: - Too many

  private func removeEnded(_ view: ClusterView) -> Plan {
    let pods = view.objects(.pod)
    guard pods.count > endedPodsMax else { return .nothing }
    let ended = pods.filter { $0.pod?.hasEnded == true && !$0.meta.isBeingDeleted }
    let surplus = ended.count - endedPodsMax
    guard surplus > 0 else { return .nothing }
    let never = WallTime(milliseconds: .min)
    let oldest = ended.enumerated().sorted { left, right in
      let (first, second) = (
        left.element.meta.creationTime ?? never, right.element.meta.creationTime ?? never
      )
      return first == second ? left.offset < right.offset : first < second
    }
    let steps = oldest.prefix(min(surplus, Self.removalsMax)).map { Self.remove($0.element) }
    return Plan(steps, order: .independent, lookAgain: surplus > steps.count ? .zero : nil)
  }
}
