import Base
import JSON
import Objects
import Registry

/// Sends pods away from a node whose NoExecute taints they do not tolerate any longer, and says of
/// a silent node's pods that they are not ready (kube-controller-manager's taint eviction and node
/// lifecycle controllers).
struct PodEviction {
  let node: StoredObject
  let isSilent: Bool
  let now: WallTime
  #if PLANTED_BUGS
    var ignoresTolerations = false
  #endif

  init(node: StoredObject, isSilent: Bool, now: WallTime) {
    self.node = node
    self.isSilent = isSilent
    self.now = now
  }

  private var name: String { node.objectKey?.name ?? "" }

  private var taints: [Taint] {
    (node.node?.taints ?? []).filter { $0.effect == .noExecute }
  }

  func plan(for pods: ArraySlice<StoredObject>) -> Plan {
    var plan = Plan(order: .independent)
    let taints = taints
    guard !taints.isEmpty || isSilent else { return plan }
    for pod in pods {
      guard let facts = pod.pod, !facts.hasEnded else { continue }
      if !pod.meta.isBeingDeleted, let due = due(pod, facts.demands, taints) {
        if due <= now {
          plan.steps.append(evict(pod))
          continue
        }
        let wait = wait(until: due)
        plan.lookAgain = min(plan.lookAgain ?? wait, wait)
      }
      if isSilent, facts.isReady { plan.steps.append(markNotReady(pod)) }
    }
    return plan
  }

  /// A day at most: what pods tolerate may be more than a clock can count.
  private func wait(until due: WallTime) -> Duration {
    let (left, overflow) = due.milliseconds.subtractingReportingOverflow(now.milliseconds)
    return overflow ? .seconds(86_400) : min(.milliseconds(left), .seconds(86_400))
  }

  /// When the pod has to leave; nil: never.
  private func due(_ pod: StoredObject, _ demands: PodDemands, _ taints: [Taint]) -> WallTime? {
    #if PLANTED_BUGS
      if ignoresTolerations, !taints.isEmpty { return now }
    #endif
    var earliest: WallTime?
    for taint in taints {
      // The shortest of the tolerations that match (taint manager getMinTolerationTime).
      let matching = demands.tolerations.filter { $0.tolerates(taint) }
      let seconds = matching.compactMap(\.seconds).min()
      let due: WallTime
      if matching.isEmpty {
        due = now
      } else if let seconds {
        due = Self.time(since(taint, pod), plus: seconds)
      } else {
        continue
      }
      earliest = min(earliest ?? due, due)
    }
    return earliest
  }

  /// The pod's time begins with the taint, or when the pod came to the node if that was later.
  private func since(_ taint: Taint, _ pod: StoredObject) -> WallTime {
    let conditions = pod.json["status"]?["conditions"]?.array ?? []
    let scheduled = conditions.first { $0["type"]?.string == "PodScheduled" }
    let bound = scheduled?["lastTransitionTime"]?.string.flatMap(WallTime.init(rfc3339:))
    return max(taint.timeAdded ?? now, bound ?? taint.timeAdded ?? now)
  }

  /// Clamped to 64 bits; a time below zero counts as none.
  private static func time(_ start: WallTime, plus seconds: Int64) -> WallTime {
    let (product, overflow) = max(0, seconds).multipliedReportingOverflow(by: 1000)
    let (sum, sumOverflow) = start.milliseconds.addingReportingOverflow(product)
    return WallTime(milliseconds: overflow || sumOverflow ? .max : sum)
  }

  /// The Node as it was read, and its silence: a node that came back keeps its pods.
  private var guards: [Guard] {
    [.unchanged(node)] + (isSilent ? [.absent(.heartbeat(name))] : [])
  }

  private func evict(_ pod: StoredObject) -> Step {
    let full = "\(pod.objectKey?.namespace ?? "")/\(pod.objectKey?.name ?? "")"
    return Step(
      [.delete(pod, DeleteOptions())], guards: guards,
      event: EventNote(
        regarding: pod, reason: "TaintManagerEviction",
        message: "Marking for deletion Pod \(full)"))
  }

  private func markNotReady(_ pod: StoredObject) -> Step {
    var status = pod.json["status"]?.object ?? JSONObject()
    let conditions = (status["conditions"]?.array ?? []).map { condition in
      guard condition["type"]?.string == "Ready", var object = condition.object else {
        return condition
      }
      object["status"] = "False"
      object["lastTransitionTime"] = .string(now.rfc3339)
      return .object(object)
    }
    status["conditions"] = .array(conditions)
    var changed = pod.json
    changed["status"] = .object(status)
    return Step(
      [.updateStatus(from: pod, to: changed)], guards: [.absent(.heartbeat(name))],
      event: EventNote(
        regarding: pod, type: .warning, reason: "NodeNotReady", message: "Node is not ready"))
  }
}
