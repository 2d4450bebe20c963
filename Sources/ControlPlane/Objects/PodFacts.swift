public import Base
public import JSON

/// What reconcilers ask of a Pod again and again, read once from its JSON.
public struct PodFacts: Hashable, Sendable {
  /// `spec.nodeName`; empty while the pod is bound to no node.
  public var node: String
  public var phase: Phase
  /// The condition Ready is True.
  public var isReady: Bool
  /// When Ready last changed.
  public var readySince: WallTime?
  /// Empty where the pod does not say.
  public var scheduler: String
  /// `spec.schedulingGates` holds the pod back.
  public var isGated: Bool
  /// Higher ones are placed first.
  public var priority: Int64
  /// What it asks of a node.
  public let demands: PodDemands
  /// Nil for a pod that minds no other.
  public let neighbours: PodNeighbours?

  /// core/v1 PodPhase.
  public enum Phase: String, Sendable {
    case pending = "Pending"
    case running = "Running"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case unknown = "Unknown"
  }

  public init(_ pod: JSONObject) {
    let spec = pod["spec"]
    node = spec?["nodeName"]?.string ?? ""
    scheduler = spec?["schedulerName"]?.string ?? ""
    isGated = spec?["schedulingGates"]?.array?.isEmpty == false
    priority = spec?["priority"]?.int64 ?? 0
    demands = spec.map(PodDemands.init) ?? .none
    let minds = spec?["affinity"] != nil || spec?["topologySpreadConstraints"] != nil
    neighbours = minds ? PodNeighbours(spec, of: ObjectMeta(of: pod)) : nil
    let status = pod["status"]
    phase = status?["phase"]?.string.flatMap(Phase.init(rawValue:)) ?? .pending
    let ready = status?["conditions"]?.array?.first { $0["type"]?.string == "Ready" }
    isReady = ready?["status"]?.string == "True"
    readySince = ready?["lastTransitionTime"]?.string.flatMap(WallTime.init(rfc3339:))
  }

  /// The pod has ended for good.
  public var hasEnded: Bool { phase == .succeeded || phase == .failed }
}
