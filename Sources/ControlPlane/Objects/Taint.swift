public import Base
public import JSON

/// Keeps pods that do not tolerate it away from a node (core/v1 Taint).
public struct Taint: Hashable, Sendable {
  public var key: String
  public var value: String
  public var effect: Effect
  /// When a NoExecute taint was put on: from then on tolerations run out.
  public var timeAdded: WallTime?

  public enum Effect: String, Sendable {
    case noSchedule = "NoSchedule"
    case preferNoSchedule = "PreferNoSchedule"
    case noExecute = "NoExecute"
  }

  public init(
    key: String, value: String = "", effect: Effect, timeAdded: WallTime? = nil
  ) {
    self.key = key
    self.value = value
    self.effect = effect
    self.timeAdded = timeAdded
  }

  /// Nil without a key or with an effect that Kubernetes does not have.
  public init?(_ json: JSONValue) {
    guard let key = json["key"]?.string, !key.isEmpty,
      let effect = json["effect"]?.string.flatMap(Effect.init(rawValue:))
    else { return nil }
    self.init(
      key: key, value: json["value"]?.string ?? "", effect: effect,
      timeAdded: json["timeAdded"]?.string.flatMap(WallTime.init(rfc3339:)))
  }

  public var json: JSONValue {
    var object = JSONObject()
    object["key"] = .string(key)
    if !value.isEmpty { object["value"] = .string(value) }
    object["effect"] = .string(effect.rawValue)
    if let timeAdded { object["timeAdded"] = .string(timeAdded.rfc3339) }
    return .object(object)
  }
}

/// What a pod puts up with on a node (core/v1 Toleration).
public struct Toleration: Hashable, Sendable {
  /// Empty: any key, where only existence is asked.
  public let key: String
  public let value: String
  /// Any value will do.
  public let onlyExists: Bool
  /// Nil: any effect.
  public let effect: Taint.Effect?
  /// How long a NoExecute taint is put up with; nil: for ever.
  public let seconds: Int64?
  /// It names an operator or an effect that Kubernetes does not have: it tolerates nothing.
  private let isUnknown: Bool

  public init(_ json: JSONValue) {
    key = json["key"]?.string ?? ""
    value = json["value"]?.string ?? ""
    let relation = json["operator"]?.string ?? ""
    onlyExists = relation == "Exists"
    let effect = json["effect"]?.string ?? ""
    self.effect = Taint.Effect(rawValue: effect)
    seconds = json["tolerationSeconds"]?.int64
    isUnknown =
      !["", "Equal", "Exists"].contains(relation) || (!effect.isEmpty && self.effect == nil)
  }

  public func tolerates(_ taint: Taint) -> Bool {
    !isUnknown && (effect == nil || effect == taint.effect) && (key.isEmpty || key == taint.key)
      && (onlyExists || value == taint.value)
  }
}
