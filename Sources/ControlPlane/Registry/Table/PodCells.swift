import Base
import JSON
import Objects

/// The row of a Pod: what is most telling of its containers' states stands for the whole.
struct PodCells {
  static let columns: [ObjectTable.Column] = [
    .name, .init("Ready", "Containers that are ready, of all."),
    .init("Status", "What tells most of the pod's state."),
    .init("Restarts", "How often its containers were started again, and when last."), .age,
    .init("IP", priority: 1, "The pod's address."),
    .init("Node", priority: 1, "Where it runs."),
    .init("Nominated Node", priority: 1, "Where room is made for it."),
    .init("Readiness Gates", priority: 1, "Conditions of its own that are met, of all."),
  ]

  private let object: StoredObject
  private let now: WallTime
  private let spec: JSONValue?
  private let status: JSONValue?
  private var reason: String
  private var ready = 0
  private var total: Int
  private var restarts: Int64 = 0
  /// Of the init containers that run beside the others.
  private var sidecarRestarts: Int64 = 0
  private var lastRestart: WallTime?
  private var lastSidecarRestart: WallTime?
  private var isInitializing = false

  init(_ row: TableRow) {
    object = row.object
    now = row.now
    spec = object.json["spec"]
    status = object.json["status"]
    total = spec?["containers"]?.array?.count ?? 0
    reason = status?["reason"]?.string ?? ""
    if reason.isEmpty { reason = status?["phase"]?.string ?? "" }
    let scheduled = condition("PodScheduled")
    if scheduled?["reason"]?.string == "SchedulingGated" { reason = "SchedulingGated" }
    lookAtInitContainers()
    if !isInitializing || condition("Initialized")?["status"]?.string == "True" {
      lookAtContainers()
    }
    guard object.meta.isBeingDeleted else { return }
    if status?["reason"]?.string == "NodeLost" {
      reason = "Unknown"
    } else if object.pod?.hasEnded != true {
      reason = "Terminating"
    }
  }

  var cells: [JSONValue] {
    let address =
      status?["podIPs"]?[0]?["ip"]?.string ?? status?["podIP"]?.string ?? ""
    return [
      .string(object.meta.name), .string("\(ready)/\(total)"), .string(reason),
      .string(restartText), .string(Age.text(since: object.meta.creationTime, now: now)),
      Absent.orNone(address), Absent.orNone(spec?["nodeName"]?.string),
      Absent.orNone(status?["nominatedNodeName"]?.string), .string(gates),
    ]
  }

  private var restartText: String {
    guard restarts > 0, let lastRestart else { return "\(restarts)" }
    return "\(restarts) (\(Age.text(since: lastRestart, now: now)) ago)"
  }

  private var gates: String {
    let gates = spec?["readinessGates"]?.array ?? []
    guard !gates.isEmpty else { return Absent.none }
    let met = gates.count { gate in
      gate["conditionType"]?.string.flatMap(condition)?["status"]?.string == "True"
    }
    return "\(met)/\(gates.count)"
  }

  private func condition(_ type: String) -> JSONValue? {
    status?["conditions"]?.array?.first { $0["type"]?.string == type }
  }

  // MARK: - Containers

  private mutating func lookAtInitContainers() {
    let containers = spec?["initContainers"]?.array ?? []
    let sidecars = Set(
      containers.filter { $0["restartPolicy"]?.string == "Always" }
        .compactMap { $0["name"]?.string })
    total += sidecars.count
    for (index, container) in (status?["initContainerStatuses"]?.array ?? []).enumerated() {
      let isSidecar = container["name"]?.string.map(sidecars.contains) ?? false
      count(container, isSidecar: isSidecar)
      let state = container["state"]
      if state?["terminated"]?["exitCode"]?.int64 == 0 { continue }
      if isSidecar, container["started"]?.bool == true {
        if container["ready"]?.bool == true { ready += 1 }
        continue
      }
      isInitializing = true
      if let ended = state?["terminated"]?.object {
        reason = "Init:" + Self.end(.object(ended))
      } else if let waits = state?["waiting"]?["reason"]?.string, !waits.isEmpty,
        waits != "PodInitializing"
      {
        reason = "Init:\(waits)"
      } else {
        reason = "Init:\(index)/\(containers.count)"
      }
      return
    }
  }

  private mutating func count(_ container: JSONValue, isSidecar: Bool) {
    let more = container["restartCount"]?.int64 ?? 0
    restarts = restarts.addingReportingOverflow(more).partialValue
    lastRestart = Self.later(lastRestart, Self.lastEnd(container))
    guard isSidecar else { return }
    sidecarRestarts = sidecarRestarts.addingReportingOverflow(more).partialValue
    lastSidecarRestart = Self.later(lastSidecarRestart, Self.lastEnd(container))
  }

  private mutating func lookAtContainers() {
    restarts = sidecarRestarts
    lastRestart = lastSidecarRestart
    var hasRunning = false
    // The first container's reason counts: it is looked at last.
    for container in (status?["containerStatuses"]?.array ?? []).reversed() {
      count(container, isSidecar: false)
      let state = container["state"]
      if let waits = state?["waiting"]?["reason"]?.string, !waits.isEmpty {
        reason = waits
      } else if let ended = state?["terminated"]?.object {
        reason = Self.end(.object(ended))
      } else if container["ready"]?.bool == true, state?["running"]?.object != nil {
        hasRunning = true
        ready += 1
      }
    }
    if reason == "Completed", hasRunning {
      reason = condition("Ready")?["status"]?.string == "True" ? "Running" : "NotReady"
    }
  }

  /// How a container ended.
  private static func end(_ terminated: JSONValue) -> String {
    if let reason = terminated["reason"]?.string, !reason.isEmpty { return reason }
    if let signal = terminated["signal"]?.int64, signal != 0 { return "Signal:\(signal)" }
    return "ExitCode:\(terminated["exitCode"]?.int64 ?? 0)"
  }

  private static func lastEnd(_ container: JSONValue) -> WallTime? {
    container["lastState"]?["terminated"]?["finishedAt"]?.string.flatMap(WallTime.init(rfc3339:))
  }

  private static func later(_ left: WallTime?, _ right: WallTime?) -> WallTime? {
    guard let left, let right else { return left ?? right }
    return max(left, right)
  }
}
