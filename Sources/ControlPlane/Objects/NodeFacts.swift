public import JSON

/// What reconcilers ask of a Node again and again, read once from its JSON.
public struct NodeFacts: Hashable, Sendable {
  /// `spec.unschedulable`: the node is cordoned.
  public var isUnschedulable: Bool
  /// The condition Ready is True.
  public var isReady: Bool

  public init(_ node: JSONObject) {
    isUnschedulable = node["spec"]?["unschedulable"]?.bool ?? false
    let ready = node["status"]?["conditions"]?.array?.first { $0["type"]?.string == "Ready" }
    isReady = ready?["status"]?.string == "True"
  }
}
