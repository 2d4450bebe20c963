import Base
import JSON
import Objects
import Registry

/// Tells a pod that fits nowhere why: its condition PodScheduled with an event, and what each node
/// said as an annotation.
///
/// The verdicts change whenever any node does; they are written at most every `interval`, so that
/// many waiting pods do not keep the store busy.
struct UnschedulableNote {
  let pod: StoredObject
  let verdict: SchedulingVerdict
  let now: WallTime

  private static let interval = Duration.seconds(10)

  /// The next thing to write; nil where all is told. Metadata and status are written one by one: a
  /// Txn writes an object once.
  var step: Step? {
    if !isTold { return tell }
    guard present != verdict.json else { return hasMessage ? nil : tell }
    return due == nil ? keepVerdicts : nil
  }

  /// After this time there may be something to write although nothing changes.
  var due: Duration? {
    guard isTold, present != verdict.json, let writtenAt else { return nil }
    let milliseconds = now.milliseconds.subtractingReportingOverflow(writtenAt.milliseconds)
    // A time ahead of this clock's counts as one long past.
    guard !milliseconds.overflow, milliseconds.partialValue >= 0 else { return nil }
    let age = Duration.milliseconds(milliseconds.partialValue)
    return age < Self.interval ? Self.interval - age : nil
  }

  // MARK: - The condition

  private var condition: JSONValue? {
    pod.json["status"]?["conditions"]?.array?.first { $0["type"]?.string == "PodScheduled" }
  }

  private var isTold: Bool {
    condition?["status"]?.string == "False" && condition?["reason"]?.string == "Unschedulable"
  }

  private var hasMessage: Bool { condition?["message"]?.string == verdict.message }

  private var tell: Step {
    var wanted = JSONObject()
    wanted["type"] = "PodScheduled"
    wanted["status"] = "False"
    wanted["lastProbeTime"] = .null
    let since = condition?["status"]?.string == "False" ? condition?["lastTransitionTime"] : nil
    wanted["lastTransitionTime"] = since ?? .string(now.rfc3339)
    wanted["reason"] = "Unschedulable"
    wanted["message"] = .string(verdict.message)
    var status = pod.json["status"]?.object ?? JSONObject()
    var conditions = (status["conditions"]?.array ?? []).filter {
      $0["type"]?.string != "PodScheduled"
    }
    conditions.append(.object(wanted))
    status["conditions"] = .array(conditions)
    var changed = pod.json
    changed["status"] = .object(status)
    return Step(
      [.updateStatus(from: pod, to: changed)],
      event: EventNote(
        regarding: pod, type: .warning, reason: "FailedScheduling", message: verdict.message))
  }

  // MARK: - The annotation

  private var kept: JSONObject? {
    guard let text = pod.meta.annotations[Scheduler.verdictsAnnotation] else { return nil }
    do {
      return try JSONValue(parsing: Bytes(text)).object
    } catch {
      // Somebody else wrote it: it counts as absent.
      return nil
    }
  }

  /// The verdicts as the pod has them, without their time.
  private var present: JSONObject? {
    var json = kept
    json?["time"] = nil
    return json
  }

  private var writtenAt: WallTime? {
    kept?["time"]?.string.flatMap(WallTime.init(rfc3339:))
  }

  private var keepVerdicts: Step {
    var json = JSONObject()
    json["time"] = .string(now.rfc3339)
    for member in verdict.json.members { json[member.name] = member.value }
    var metadata = pod.json["metadata"]?.object ?? JSONObject()
    var annotations = metadata["annotations"]?.object ?? JSONObject()
    annotations[Scheduler.verdictsAnnotation] = .string(JSONValue.object(json).text())
    metadata["annotations"] = .object(annotations)
    var changed = pod.json
    changed["metadata"] = .object(metadata)
    return Step([.update(from: pod, to: changed)])
  }
}
