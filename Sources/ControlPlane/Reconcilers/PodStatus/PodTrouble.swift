import JSON
import Objects
import Registry

/// What a status that a node reports has to tell people: a pod or a container that newly waits for
/// something that is wrong, in the kubelet's words.
///
/// One event for each change of reason, not one for each try. Where several containers change at
/// once, the first one is told of; the status has them all.
struct PodTrouble {
  /// With the status before the report.
  let pod: StoredObject
  /// The status with the report merged in.
  let status: JSONObject

  /// Nothing is wrong with a container that waits for one of these.
  private static let usual: Set<String> = ["", "ContainerCreating", "PodInitializing", "Stopped"]

  var note: EventNote? {
    let reason = status["reason"]?.string ?? ""
    if status["phase"]?.string == "Pending", reason != pod.json["status"]?["reason"]?.string ?? "" {
      if !reason.isEmpty { return failure(status["message"]?.string, reason: reason) }
    }
    for list in PodStatusMerge.containerLists {
      for container in status[list]?.array ?? [] {
        if let note = note(of: container, in: list) { return note }
      }
    }
    return nil
  }

  private func note(of container: JSONValue, in list: String) -> EventNote? {
    guard let name = container["name"]?.string, let waiting = container["state"]?["waiting"],
      let reason = waiting["reason"]?.string, !Self.usual.contains(reason)
    else { return nil }
    let before = pod.json["status"]?[list]?.array?.first { $0["name"]?.string == name }
    guard before?["state"]?["waiting"]?["reason"]?.string != reason else { return nil }
    guard reason == "CrashLoopBackOff" else {
      return failure(waiting["message"]?.string, reason: reason)
    }
    let key = pod.objectKey
    let place = "\(key?.name ?? "")_\(key?.namespace ?? "")(\(pod.meta.uid))"
    return EventNote(
      regarding: pod, type: .warning, reason: "BackOff",
      message: "Back-off restarting failed container \(name) in pod \(place)")
  }

  private func failure(_ message: String?, reason: String) -> EventNote {
    EventNote(
      regarding: pod, type: .warning, reason: "Failed", message: "Error: \(message ?? reason)")
  }
}
