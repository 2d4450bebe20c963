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
    if hasVerdicts { return hasMessage ? nil : tell }
    return due == nil ? keepVerdicts : nil
  }

  /// After this time there may be something to write although nothing changes.
  var due: Duration? {
    guard isTold, !hasVerdicts, let writtenAt else { return nil }
    let (age, overflow) = now.milliseconds.subtractingReportingOverflow(writtenAt.milliseconds)
    // A time ahead of this clock's counts as one long past.
    guard !overflow, age >= 0, age < Self.interval.milliseconds else { return nil }
    return Self.interval - .milliseconds(age)
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

  private var kept: String { pod.meta.annotations[Scheduler.verdictsAnnotation] ?? "" }

  /// The verdicts with the time that they were written at in front.
  private var dated: String {
    "{\"time\":\"\(now.rfc3339)\",\(verdict.json.dropFirst())"
  }

  /// All but the time is compared, as text: it was written just so.
  private var hasVerdicts: Bool {
    let known = kept.utf8
    let wanted = verdict.json.utf8.dropFirst()
    return known.count == dated.utf8.count && known.suffix(wanted.count).elementsEqual(wanted)
  }

  private var writtenAt: WallTime? {
    do {
      let json = try JSONValue(parsing: Bytes(kept))
      return json["time"]?.string.flatMap(WallTime.init(rfc3339:))
    } catch {
      // Somebody else wrote it, or nobody did: it is to be written now.
      return nil
    }
  }

  private var keepVerdicts: Step {
    var metadata = pod.json["metadata"]?.object ?? JSONObject()
    var annotations = metadata["annotations"]?.object ?? JSONObject()
    annotations[Scheduler.verdictsAnnotation] = .string(dated)
    metadata["annotations"] = .object(annotations)
    var changed = pod.json
    changed["metadata"] = .object(metadata)
    return Step([.update(from: pod, to: changed)])
  }
}
