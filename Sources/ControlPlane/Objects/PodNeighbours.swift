public import JSON

/// Which other pods a Pod must be near, or apart from: the part of its affinities and topology
/// spread constraints that must hold.
public struct PodNeighbours: Hashable, Sendable {
  public let near: [PodTerm]
  public let apart: [PodTerm]
  public let spread: [SpreadTerm]

  /// Nil for a PodSpec that minds no other pod. A field of another type than its own counts as
  /// absent.
  public init?(_ spec: JSONValue?, of pod: ObjectMeta) {
    func terms(_ name: String) -> [PodTerm] {
      let affinity = spec?["affinity"]?[name]
      let required = affinity?["requiredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
      return required.map { PodTerm($0, of: pod) }
    }
    near = terms("podAffinity")
    apart = terms("podAntiAffinity")
    spread = (spec?["topologySpreadConstraints"]?.array ?? []).compactMap { json in
      json["whenUnsatisfiable"]?.string == "ScheduleAnyway" ? nil : SpreadTerm(json, of: pod)
    }
    guard !near.isEmpty || !apart.isEmpty || !spread.isEmpty else { return nil }
  }
}

/// Pods by their labels and namespace, and the nodes that count as one place (core/v1
/// PodAffinityTerm).
public struct PodTerm: Hashable, Sendable {
  /// Nodes with the same value of this label are one place.
  public let topologyKey: String
  private let selector: LabelSelector
  private let namespaces: [String]
  private let namespaceSelector: LabelSelector

  init(_ json: JSONValue, of pod: ObjectMeta) {
    topologyKey = json["topologyKey"]?.string ?? ""
    selector = .readable(json["labelSelector"])
    namespaceSelector = .readable(json["namespaceSelector"])
    let named = (json["namespaces"]?.array ?? []).compactMap(\.string)
    // Neither given: those of the pod's own namespace.
    namespaces = named.isEmpty && namespaceSelector.isNothing ? [pod.namespace] : named
  }

  /// `namespaceLabels`: those of the pod's namespace.
  public func selects(_ pod: ObjectMeta, namespaceLabels: [String: String]) -> Bool {
    (namespaces.contains(pod.namespace) || namespaceSelector.matches(namespaceLabels))
      && selector.matches(pod.labels)
  }
}

/// How unevenly pods may lie over places (core/v1 TopologySpreadConstraint).
public struct SpreadTerm: Hashable, Sendable {
  public let topologyKey: String
  /// At least 1.
  public let maxSkew: Int64
  /// With fewer places than this the emptiest counts as empty.
  public let minDomains: Int64
  /// Nodes that the pod does not select count all the same.
  public let ignoresNodeAffinity: Bool
  /// Nodes with taints that the pod does not tolerate do not count.
  public let honorsTaints: Bool
  private let selector: LabelSelector
  /// The labels, among `matchLabelKeys`, that other pods must share.
  private let shared: [PodDemands.Pair]

  init(_ json: JSONValue, of pod: ObjectMeta) {
    topologyKey = json["topologyKey"]?.string ?? ""
    maxSkew = max(1, json["maxSkew"]?.int64 ?? 1)
    minDomains = max(1, json["minDomains"]?.int64 ?? 1)
    ignoresNodeAffinity = json["nodeAffinityPolicy"]?.string == "Ignore"
    honorsTaints = json["nodeTaintsPolicy"]?.string == "Honor"
    selector = .readable(json["labelSelector"])
    shared = (json["matchLabelKeys"]?.array ?? []).compactMap { key in
      guard let name = key.string, let value = pod.labels[name] else { return nil }
      return PodDemands.Pair(name: name, value: value)
    }
  }

  /// Whether a pod of the same namespace counts.
  public func selects(_ pod: ObjectMeta) -> Bool {
    selector.matches(pod.labels) && shared.allSatisfy { pod.labels[$0.name] == $0.value }
  }
}

extension LabelSelector {
  /// One that cannot be read selects nothing.
  fileprivate static func readable(_ json: JSONValue?) -> LabelSelector {
    do throws(LabelSelectorError) {
      return try LabelSelector(json: json)
    } catch {
      return .nothing
    }
  }
}
