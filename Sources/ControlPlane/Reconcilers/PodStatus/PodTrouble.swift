import JSON
import Objects
import Registry

/// What a status that a node reports has to tell people: a pod or a container that newly waits for
/// something that is wrong, in the kubelet's words.
///
/// One event for each change of reason, not one for each try. A Txn records one event: where
/// several things go wrong in one report, the first is told of, and the status of the other
/// containers stays as it was until the next write.
struct PodTrouble {
  /// With the status before the report.
  let pod: StoredObject
  /// The status with the report merged in.
  let status: JSONObject

  /// Nothing is wrong with a container that waits for one of these.
  private static let usual: Set<String> = ["", "ContainerCreating", "PodInitializing", "Stopped"]

  /// What one write tells: a status, and the event of what is new in it.
  var told: (status: JSONObject, note: EventNote?) {
    var status = status
    var first = noteOfPod
    for list in PodStatusMerge.containerLists {
      var containers = status[list]?.array ?? []
      for place in containers.indices {
        let before = before(containers[place], in: list)
        guard let note = note(of: containers[place], before: before) else { continue }
        if first == nil {
          first = note
        } else {
          containers[place] = before ?? Self.unstarted(containers[place])
          status[list] = .array(containers)
        }
      }
    }
    return (status, first)
  }

  private var noteOfPod: EventNote? {
    guard status["phase"]?.string == "Pending", let reason = status["reason"]?.string,
      !reason.isEmpty, reason != pod.json["status"]?["reason"]?.string
    else { return nil }
    return failure(status["message"]?.string, reason: reason)
  }

  private func before(_ container: JSONValue, in list: String) -> JSONValue? {
    pod.json["status"]?[list]?.array?.first { $0["name"] == container["name"] }
  }

  /// A container of which nothing was said before.
  private static func unstarted(_ container: JSONValue) -> JSONValue {
    guard var object = container.object else { return container }
    object["state"] = ["waiting": ["reason": "ContainerCreating"]]
    return .object(object)
  }

  private func note(of container: JSONValue, before: JSONValue?) -> EventNote? {
    guard let name = container["name"]?.string, let waiting = container["state"]?["waiting"],
      let reason = waiting["reason"]?.string, !Self.usual.contains(reason)
    else { return nil }
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
