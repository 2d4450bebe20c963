/// A kind of API object and the collection that it is kept in.
public struct Kind: Sendable {
  /// Empty for the core group.
  public let group: String
  public let version: String
  /// As `kind:` spells it: `ReplicaSet`.
  public let name: String
  /// As keys and paths spell it: `replicasets`.
  public let plural: String
  public let isNamespaced: Bool

  public init(
    group: String, version: String, name: String, plural: String, isNamespaced: Bool
  ) {
    self.group = group
    self.version = version
    self.name = name
    self.plural = plural
    self.isNamespaced = isNamespaced
  }

  /// As `apiVersion:` spells it: `v1`, `apps/v1`.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
}

/// Two kinds are the same when they share a collection: versions are views of one object.
extension Kind: Hashable, Comparable {
  public static func == (left: Kind, right: Kind) -> Bool {
    left.plural == right.plural && left.name == right.name
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(plural) }

  public static func < (left: Kind, right: Kind) -> Bool {
    (left.plural, left.name) < (right.plural, right.name)
  }
}

extension Kind {
  public static let namespace = core("Namespace", "namespaces", isNamespaced: false)
  public static let node = core("Node", "nodes", isNamespaced: false)
  public static let pod = core("Pod", "pods")
  public static let event = core("Event", "events")
  public static let replicaSet = Kind(
    group: "apps", version: "v1", name: "ReplicaSet", plural: "replicasets", isNamespaced: true)
  public static let deployment = Kind(
    group: "apps", version: "v1", name: "Deployment", plural: "deployments", isNamespaced: true)
  public static let lease = Kind(
    group: "coordination.k8s.io", version: "v1", name: "Lease", plural: "leases",
    isNamespaced: true)

  /// The kinds that Keelson keeps, in the order of their keys.
  public static let all: [Kind] = [
    .deployment, .event, .lease, .namespace, .node, .pod, .replicaSet,
  ]

  public static func kept(plural: String) -> Kind? { all.first { $0.plural == plural } }

  public static func kept(apiVersion: String, name: String) -> Kind? {
    all.first { $0.name == name && $0.apiVersion == apiVersion }
  }

  private static func core(_ name: String, _ plural: String, isNamespaced: Bool = true) -> Kind {
    Kind(group: "", version: "v1", name: name, plural: plural, isNamespaced: isNamespaced)
  }
}
