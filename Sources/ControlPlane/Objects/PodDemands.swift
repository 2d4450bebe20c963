public import JSON

/// What a Pod asks of the node that is to run it. Shared, because most pods are one of many alike.
public final class PodDemands: Sendable {
  /// The most that the pod needs at one time, as Kubernetes sums it up.
  public let requests: ResourceAmounts
  /// Thousandths of a processor, for scores: a container that asks for none counts as 100.
  public let scoredCPUMilli: Int64
  /// For scores: a container that asks for none counts as 200 MiB.
  public let scoredMemoryBytes: Int64
  public let hostPorts: [HostPort]
  /// `spec.nodeSelector` in the order of its names.
  public let nodeSelector: [Pair]
  /// Any of them must match; nil where the pod does not mind.
  public let requiredNodes: [NodeTerm]?
  public let preferredNodes: [PreferredNodes]
  public let tolerations: [Toleration]

  public struct Pair: Hashable, Sendable {
    public let name: String
    public let value: String
  }

  /// core/v1 PreferredSchedulingTerm.
  public struct PreferredNodes: Hashable, Sendable {
    /// 1...100; anything else counts as 0.
    public let weight: Int64
    public let term: NodeTerm
  }

  public static let none = PodDemands(.null)

  /// Reads a PodSpec; a field of another type than its own counts as absent.
  public init(_ spec: JSONValue) {
    let sum = ContainerSums(spec)
    requests = sum.requests
    scoredCPUMilli = sum.scored.cpuMilli
    scoredMemoryBytes = sum.scored.memoryBytes
    hostPorts = HostPort.all(of: spec)
    nodeSelector = (spec["nodeSelector"]?.object?.members ?? []).compactMap { member in
      member.value.string.map { Pair(name: member.name, value: $0) }
    }.sorted { $0.name < $1.name }
    let affinity = spec["affinity"]?["nodeAffinity"]
    let required = affinity?["requiredDuringSchedulingIgnoredDuringExecution"]
    requiredNodes = required?.object.map { selector in
      (selector["nodeSelectorTerms"]?.array ?? []).map(NodeTerm.init)
    }
    let preferred = affinity?["preferredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
    preferredNodes = preferred.map { json in
      let weight = json["weight"]?.int64 ?? 0
      return PreferredNodes(
        weight: (1...100).contains(weight) ? weight : 0, term: NodeTerm(json["preference"] ?? .null)
      )
    }
    tolerations = (spec["tolerations"]?.array ?? []).map(Toleration.init)
  }

  /// Whether the labels (and the name) of a node are such as the pod asks for.
  public func selects(_ node: ObjectMeta) -> Bool {
    nodeSelector.allSatisfy { node.labels[$0.name] == $0.value }
      && requiredNodes?.contains { $0.matches(node) } ?? true
  }

  /// The first of the taints, of those effects, that the pod does not tolerate.
  public func untolerated(
    _ taints: [Taint], where isOfConcern: (Taint.Effect) -> Bool
  ) -> Taint? {
    taints.first { taint in
      isOfConcern(taint.effect) && !tolerations.contains { $0.tolerates(taint) }
    }
  }
}

extension PodDemands: Hashable {
  public static func == (left: PodDemands, right: PodDemands) -> Bool {
    left === right
      || left.requests == right.requests && left.scoredCPUMilli == right.scoredCPUMilli
        && left.scoredMemoryBytes == right.scoredMemoryBytes && left.hostPorts == right.hostPorts
        && left.nodeSelector == right.nodeSelector && left.requiredNodes == right.requiredNodes
        && left.preferredNodes == right.preferredNodes && left.tolerations == right.tolerations
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(requests)
    hasher.combine(nodeSelector)
    hasher.combine(hostPorts)
  }
}

/// A port of the host that a container takes for itself (core/v1 ContainerPort).
public struct HostPort: Hashable, Sendable {
  public let transport: String
  /// `0.0.0.0` for all addresses.
  public let address: String
  public let port: Int64

  /// The ports of the containers, and of the init containers that go on beside them.
  static func all(of spec: JSONValue) -> [HostPort] {
    let sidecars = (spec["initContainers"]?.array ?? []).filter {
      $0["restartPolicy"]?.string == "Always"
    }
    return ((spec["containers"]?.array ?? []) + sidecars).flatMap { container in
      (container["ports"]?.array ?? []).compactMap { json in
        guard let port = json["hostPort"]?.int64, port > 0 else { return nil }
        let address = json["hostIP"]?.string ?? ""
        return HostPort(
          transport: json["protocol"]?.string ?? "TCP",
          address: address.isEmpty ? "0.0.0.0" : address,
          port: port)
      }
    }
  }

  /// Two that cannot be open at once on one host.
  public func collides(with other: HostPort) -> Bool {
    port == other.port && transport == other.transport
      && (address == other.address || address == "0.0.0.0" || other.address == "0.0.0.0")
  }
}

/// Sums a pod's containers up as Kubernetes does (component-helpers resource.PodRequests): init
/// containers run before the others, one at a time; those that restart always go on beside them.
private struct ContainerSums {
  private(set) var requests = ResourceAmounts()
  private(set) var scored = ResourceAmounts()

  init(_ spec: JSONValue) {
    for container in spec["containers"]?.array ?? [] { add(container) }
    var beside = (requests: ResourceAmounts(), scored: ResourceAmounts())
    var peak = beside
    for container in spec["initContainers"]?.array ?? [] {
      let asked = ResourceAmounts(container["resources"]?["requests"])
      let counted = Self.scored(asked, container)
      if container["restartPolicy"]?.string == "Always" {
        requests.add(asked)
        scored.add(counted)
        beside.requests.add(asked)
        beside.scored.add(counted)
        peak.requests.raise(to: beside.requests)
        peak.scored.raise(to: beside.scored)
      } else {
        var during = beside
        during.requests.add(asked)
        during.scored.add(counted)
        peak.requests.raise(to: during.requests)
        peak.scored.raise(to: during.scored)
      }
    }
    requests.raise(to: peak.requests)
    scored.raise(to: peak.scored)
    let overhead = ResourceAmounts(spec["overhead"])
    requests.add(overhead)
    scored.add(overhead)
  }

  private mutating func add(_ container: JSONValue) {
    let asked = ResourceAmounts(container["resources"]?["requests"])
    requests.add(asked)
    scored.add(Self.scored(asked, container))
  }

  /// Kubernetes' defaults for scores (scheduler util GetNonzeroRequests).
  private static func scored(_ asked: ResourceAmounts, _ container: JSONValue) -> ResourceAmounts {
    let named = container["resources"]?["requests"]
    var scored = ResourceAmounts()
    scored.cpuMilli = named?["cpu"] == nil ? 100 : asked.cpuMilli
    scored.memoryBytes = named?["memory"] == nil ? 200 << 20 : asked.memoryBytes
    return scored
  }
}
