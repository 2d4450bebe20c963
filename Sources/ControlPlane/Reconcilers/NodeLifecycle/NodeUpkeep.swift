import Base
import JSON
import Objects
import Registry

/// What a Node object must say: its status as the agent reports it, its conditions as far as the
/// agent can be heard, and the taints that follow from them.
struct NodeUpkeep {
  let node: StoredObject
  let report: StoredObject?
  let heartbeat: StoredObject?
  /// So many nodes are silent that none counts as lost.
  let isDisrupted: Bool
  let now: WallTime

  private var name: String { node.objectKey?.name ?? "" }

  /// That the node is still silent, or still heard.
  private var sessionGuard: Guard {
    heartbeat.map(Guard.exists) ?? .absent(.heartbeat(name))
  }

  // MARK: - Status

  /// Nil where the status is as it should be.
  var statusStep: Step? {
    var status = node.json["status"]?.object ?? JSONObject()
    if heartbeat != nil {
      for member in report?.json["status"]?.object?.members ?? []
      where member.name != "conditions" {
        status[member.name] = member.value
      }
    }
    let conditions = heartbeat == nil ? silentConditions : reportedConditions
    status["conditions"] = .array(conditions)
    guard status != node.json["status"]?.object else { return nil }
    var changed = node.json
    changed["status"] = .object(status)
    let guards = [sessionGuard] + (report.map { [Guard.unchanged($0)] } ?? [])
    return Step([.updateStatus(from: node, to: changed)], guards: guards, event: event(conditions))
  }

  /// The node-controller's NodeNotReady, the kubelet's NodeReady.
  private func event(_ conditions: [JSONValue]) -> EventNote? {
    let isReady = Self.state(of: "Ready", in: conditions) == "True"
    guard isReady != node.node?.isReady else { return nil }
    let reason = isReady ? "NodeReady" : "NodeNotReady"
    return EventNote(
      regarding: node, reason: reason, message: "Node \(name) status is now: \(reason)")
  }

  private var present: [JSONValue] { node.json["status"]?["conditions"]?.array ?? [] }

  private static let conditionTypes = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"]

  /// kube-controller-manager's node lifecycle controller, tryUpdateNodeHealth.
  private var silentConditions: [JSONValue] {
    let everSpoke = report != nil
    return Self.conditionTypes.reduce(into: present) { conditions, type in
      var wanted = JSONObject()
      wanted["type"] = .string(type)
      wanted["status"] = "Unknown"
      wanted["reason"] = everSpoke ? "NodeStatusUnknown" : "NodeStatusNeverUpdated"
      wanted["message"] =
        everSpoke
        ? "Kubelet stopped posting node status." : "Kubelet never posted node status."
      put(wanted, into: &conditions)
    }
  }

  private var reportedConditions: [JSONValue] {
    let reported = report?.json["status"]?["conditions"]?.array ?? []
    return reported.reduce(into: present) { conditions, condition in
      guard var wanted = condition.object, let type = wanted["type"]?.string else { return }
      let words = Self.words(type, isTrue: wanted["status"]?.string == "True")
      if wanted["reason"] == nil, let words {
        wanted["reason"] = .string(words.reason)
        wanted["message"] = .string(words.message)
      }
      put(wanted, into: &conditions)
    }
  }

  /// Replaces the condition of the type. Its times: of the last change of its status, and of the
  /// last write that changed anything.
  private func put(_ condition: JSONObject, into conditions: inout [JSONValue]) {
    var wanted = condition
    let place = conditions.firstIndex { $0["type"] == condition["type"] }
    let before = place.flatMap { conditions[$0].object }
    if before?["status"] == wanted["status"] {
      wanted["lastTransitionTime"] = before?["lastTransitionTime"]
    } else if heartbeat == nil || wanted["lastTransitionTime"]?.string == nil || before != nil {
      wanted["lastTransitionTime"] = .string(now.rfc3339)
    }
    wanted["lastHeartbeatTime"] = before?["lastHeartbeatTime"]
    if wanted != before { wanted["lastHeartbeatTime"] = .string(now.rfc3339) }
    if let place {
      conditions[place] = .object(wanted)
    } else {
      conditions.append(.object(wanted))
    }
  }

  /// The kubelet's words for its conditions (nodestatus setters).
  private static func words(_ type: String, isTrue: Bool) -> (reason: String, message: String)? {
    switch (type, isTrue) {
    case ("Ready", true): ("KubeletReady", "kubelet is posting ready status")
    case ("Ready", false): ("KubeletNotReady", "kubelet is not ready")
    case ("MemoryPressure", true):
      ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available")
    case ("MemoryPressure", false):
      ("KubeletHasSufficientMemory", "kubelet has sufficient memory available")
    case ("DiskPressure", true): ("KubeletHasDiskPressure", "kubelet has disk pressure")
    case ("DiskPressure", false): ("KubeletHasNoDiskPressure", "kubelet has no disk pressure")
    case ("PIDPressure", true):
      ("KubeletHasInsufficientPID", "kubelet has insufficient PID available")
    case ("PIDPressure", false):
      ("KubeletHasSufficientPID", "kubelet has sufficient PID available")
    case _: nil
    }
  }

  private static func state(of type: String, in conditions: [JSONValue]) -> String? {
    conditions.first { $0["type"]?.string == type }?["status"]?.string
  }

  // MARK: - Taints

  /// Taints that nobody but this reconciler puts on and takes off.
  private static let ownKeys: Set<String> = [
    "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable",
    "node.kubernetes.io/memory-pressure", "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/pid-pressure", "node.kubernetes.io/unschedulable",
  ]

  /// Nil where the taints are as they should be.
  var taintsStep: Step? {
    let present = node.json["spec"]?["taints"]?.array ?? []
    var missing = wantedTaints
    var taints: [JSONValue] = []
    for json in present {
      guard let taint = Taint(json) else {
        taints.append(json)
        continue
      }
      let isOwn = Self.ownKeys.contains(taint.key)
      if isOwn {
        let place = missing.firstIndex { $0.key == taint.key && $0.effect == taint.effect }
        guard let place else { continue }
        missing.remove(at: place)
      }
      taints.append(stamped(json, taint))
    }
    taints += missing.map(\.json)
    guard taints != present else { return nil }
    var spec = node.json["spec"]?.object ?? JSONObject()
    spec["taints"] = taints.isEmpty ? nil : .array(taints)
    var changed = node.json
    changed["spec"] = .object(spec)
    return Step([.update(from: node, to: changed)], guards: [sessionGuard])
  }

  /// Times are written in whole seconds: rounded up, so that no pod has to leave early.
  private var nextSecond: WallTime {
    let part = now.milliseconds % 1000
    guard part > 0 else { return now }
    let (sum, overflow) = now.milliseconds.addingReportingOverflow(1000 - part)
    return overflow ? now : WallTime(milliseconds: sum)
  }

  /// Tolerations run out by the time of a NoExecute taint: one without it begins to count now.
  private func stamped(_ json: JSONValue, _ taint: Taint) -> JSONValue {
    guard taint.effect == .noExecute, taint.timeAdded == nil, var object = json.object else {
      return json
    }
    object["timeAdded"] = .string(nextSecond.rfc3339)
    return .object(object)
  }

  /// As node lifecycle's nodeConditionToTaintKeyStatusMap has them.
  private var wantedTaints: [Taint] {
    var taints: [Taint] = []
    func add(_ name: String, _ effect: Taint.Effect = .noSchedule) {
      let time = effect == .noExecute ? nextSecond : nil
      taints.append(Taint(key: "node.kubernetes.io/" + name, effect: effect, timeAdded: time))
    }
    if node.node?.isUnschedulable == true { add("unschedulable") }
    let pressures = [
      ("MemoryPressure", "memory-pressure"), ("DiskPressure", "disk-pressure"),
      ("PIDPressure", "pid-pressure"),
    ]
    for (type, name) in pressures where Self.state(of: type, in: present) == "True" { add(name) }
    let ready = Self.state(of: "Ready", in: present)
    if ready != "True" {
      let name = ready == "Unknown" ? "unreachable" : "not-ready"
      add(name)
      if !isDisrupted { add(name, .noExecute) }
    }
    return taints
  }
}
