import Base
import JSON
import Objects

/// A pod's status with what its node reports merged in, as the kubelet's status manager does it:
/// conditions by type, only those that are the node's.
struct PodStatusMerge {
  let pod: StoredObject
  let report: StoredObject
  /// The node's heartbeat is gone: what it said last proves no longer that the pod is ready.
  let isNodeSilent: Bool
  let now: WallTime

  static let containerLists = [
    "initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses",
  ]

  /// The node decides these, and no other condition.
  private static let nodeConditions = [
    "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady",
  ]

  /// Nil where the report must not count: an ended pod never comes back.
  var result: JSONObject? {
    guard let known = pod.pod, let reported = report.json["status"]?.object else { return nil }
    if known.hasEnded, report.pod?.phase != known.phase { return nil }
    var status = pod.json["status"]?.object ?? JSONObject()
    status["phase"] = .string((report.pod?.phase ?? .pending).rawValue)
    for name in ["hostIP", "hostIPs", "podIP", "podIPs", "startTime"] + Self.containerLists {
      if let value = reported[name], !value.isNull { status[name] = value }
    }
    for (name, list) in [("hostIP", "hostIPs"), ("podIP", "podIPs")] where reported[list] == nil {
      if let address = reported[name]?.string { status[list] = [["ip": .string(address)]] }
    }
    // Why a pod ended may be others' to tell: the node takes nothing of it away.
    for name in ["reason", "message"] where !known.hasEnded || reported[name] != nil {
      status[name] = reported[name]
    }
    let conditions = merged(reported["conditions"]?.array ?? [])
    if !conditions.isEmpty { status["conditions"] = .array(conditions) }
    return status
  }

  private func merged(_ reported: [JSONValue]) -> [JSONValue] {
    var conditions = pod.json["status"]?["conditions"]?.array ?? []
    for type in Self.nodeConditions {
      guard var wanted = reported.first(where: { $0["type"]?.string == type })?.object else {
        continue
      }
      let place = conditions.firstIndex { $0["type"]?.string == type }
      let present = place.map { conditions[$0] }
      if type == "Ready" { withhold(&wanted, in: conditions) }
      let status = wanted["status"]?.string
      let isOfReadiness = type == "Ready" || type == "ContainersReady"
      if isNodeSilent, isOfReadiness, status == "True" { continue }
      wanted["lastTransitionTime"] = transition(from: present, to: wanted)
      if let place {
        conditions[place] = .object(wanted)
      } else {
        conditions.append(.object(wanted))
      }
    }
    return conditions
  }

  /// When the condition took its state: as the node saw it, unless others changed it since.
  private func transition(from present: JSONValue?, to wanted: JSONObject) -> JSONValue {
    let last = present?["lastTransitionTime"]
    if let present, let last, present["status"] == wanted["status"] { return last }
    guard let reported = wanted["lastTransitionTime"]?.string.flatMap(WallTime.init(rfc3339:)),
      reported > last?.string.flatMap(WallTime.init(rfc3339:)) ?? WallTime(milliseconds: .min)
    else { return .string(now.rfc3339) }
    return .string(reported.rfc3339)
  }

  /// A pod is ready only when the conditions that its readiness gates name are True
  /// (kubelet status.GenerateReadyCondition).
  private func withhold(_ ready: inout JSONObject, in conditions: [JSONValue]) {
    guard ready["status"]?.string == "True" else { return }
    var unmet: [String] = []
    for gate in pod.json["spec"]?["readinessGates"]?.array ?? [] {
      guard let type = gate["conditionType"]?.string else { continue }
      guard let condition = conditions.first(where: { $0["type"]?.string == type }) else {
        unmet.append("corresponding condition of pod readiness gate \"\(type)\" does not exist.")
        continue
      }
      let status = condition["status"]?.string ?? "Unknown"
      if status != "True" {
        unmet.append("the status of pod readiness gate \"\(type)\" is not \"True\", but \(status)")
      }
    }
    guard !unmet.isEmpty else { return }
    ready["status"] = "False"
    ready["reason"] = "ReadinessGatesNotReady"
    ready["message"] = .string(unmet.joined(separator: ", "))
    ready["lastTransitionTime"] = nil
  }
}
