public import JSON

/// What reconcilers ask of a Node again and again, read once from its JSON.
public struct NodeFacts: Hashable, Sendable {
  /// `spec.unschedulable`: the node is cordoned.
  public var isUnschedulable: Bool
  /// The condition Ready is True.
  public var isReady: Bool
  /// In the order of `spec.taints`.
  public var taints: [Taint]
  /// What pods may ask for together: `status.allocatable`, or `status.capacity` without one.
  public var allocatable: ResourceAmounts
  /// How many pods it takes.
  public var podsMax: Int64

  public init(_ node: JSONObject) {
    let spec = node["spec"]
    isUnschedulable = spec?["unschedulable"]?.bool ?? false
    taints = (spec?["taints"]?.array ?? []).compactMap(Taint.init)
    let status = node["status"]
    let ready = status?["conditions"]?.array?.first { $0["type"]?.string == "Ready" }
    isReady = ready?["status"]?.string == "True"
    let amounts = status?["allocatable"] ?? status?["capacity"]
    allocatable = ResourceAmounts(amounts)
    podsMax = Quantity(json: amounts?["pods"])?.value ?? 0
  }
}
