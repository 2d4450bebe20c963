import Base
public import JSON

/// What stands under `/nodes/<node>/actual/pods/<uid>`.
public struct PodReport: Hashable, Sendable {
  public var uid: String
  public var name: String
  public var namespace: String
  /// The mod revision of the desired value that this status answers; 0 where none is known.
  public var desiredRevision: Int64
  public var status: PodStatus

  public init(
    uid: String, name: String, namespace: String, desiredRevision: Int64, status: PodStatus
  ) {
    self.uid = uid
    self.name = name
    self.namespace = namespace
    self.desiredRevision = desiredRevision
    self.status = status
  }

  /// Shaped as the core/v1 Pod whose status it is; `desiredRevision` stands beside the status.
  public var json: JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(name), "namespace": .string(namespace), "uid": .string(uid),
      ],
      "desiredRevision": .number(JSONNumber(desiredRevision)),
      "status": status.json,
    ]
  }
}

extension PodStatus {
  /// core/v1 PodStatus.
  public var json: JSONValue {
    var object = JSONObject()
    object["phase"] = .string(phase.rawValue)
    if !reason.isEmpty { object["reason"] = .string(reason) }
    if !message.isEmpty { object["message"] = .string(message) }
    // The lists that hold the same are the status reconciler's to add.
    if !hostAddress.isEmpty { object["hostIP"] = .string(hostAddress) }
    if !address.isEmpty { object["podIP"] = .string(address) }
    if let startTime { object["startTime"] = .string(startTime.rfc3339) }
    if !conditions.isEmpty { object["conditions"] = .array(conditions.map(\.json)) }
    object["containerStatuses"] = .array(containers.map(\.json))
    return .object(object)
  }
}

extension PodStatus.Condition {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["type"] = .string(type)
    object["status"] = .string(isTrue ? "True" : "False")
    if !reason.isEmpty { object["reason"] = .string(reason) }
    if let since { object["lastTransitionTime"] = .string(since.rfc3339) }
    return .object(object)
  }
}

extension PodStatus.ContainerStatus {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    object["ready"] = .bool(isRunning)
    object["started"] = .bool(isRunning)
    object["restartCount"] = .number(JSONNumber(Int64(restartCount)))
    object["image"] = ""
    object["imageID"] = ""
    if !containerID.isEmpty { object["containerID"] = .string(containerID) }
    switch state {
    case .waiting(let reason, let message):
      var waiting = JSONObject()
      if !reason.isEmpty { waiting["reason"] = .string(reason) }
      if !message.isEmpty { waiting["message"] = .string(message) }
      object["state"] = ["waiting": .object(waiting)]
    case .running(let since):
      object["state"] = ["running": ["startedAt": .string(since.rfc3339)]]
    case .terminated(let exit):
      object["state"] = ["terminated": exit.json]
    case .neverBegan:
      // As the kubelet tells of a pod that is deleted before its containers begin.
      object["state"] = [
        "terminated": [
          "exitCode": 137, "reason": .string(ContainerExit.Reason.unknown.rawValue),
          "message": "The container could not be located when the pod was terminated",
        ]
      ]
    }
    object["lastState"] = lastExit.map { ["terminated": $0.json] } ?? [:]
    return .object(object)
  }
}

extension ContainerExit {
  /// core/v1 ContainerStateTerminated.
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["exitCode"] = .number(JSONNumber(Int64(code)))
    if signal != 0 { object["signal"] = .number(JSONNumber(Int64(signal))) }
    object["reason"] = .string(reason.rawValue)
    if !message.isEmpty { object["message"] = .string(message) }
    object["startedAt"] = .string(startedAt.rfc3339)
    object["finishedAt"] = .string(finishedAt.rfc3339)
    return .object(object)
  }
}
