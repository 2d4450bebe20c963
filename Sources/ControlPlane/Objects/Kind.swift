/// A kind of API object and the collection that it is kept in.
///
/// Keys, objects and requests all carry their kind, so it is one reference: to copy it is to count,
/// and mostly to compare it is to compare references.
public struct Kind: Sendable {
  private let facts: Facts

  private final class Facts: Sendable {
    let group: String
    let version: String
    let name: String
    let plural: String
    let apiVersion: String
    let isNamespaced: Bool

    init(_ group: String, _ version: String, _ name: String, _ plural: String, _ spaced: Bool) {
      self.group = group
      self.version = version
      self.name = name
      self.plural = plural
      apiVersion = group.isEmpty ? version : "\(group)/\(version)"
      isNamespaced = spaced
    }
  }

  public init(
    group: String, version: String, name: String, plural: String, isNamespaced: Bool
  ) {
    facts = Facts(group, version, name, plural, isNamespaced)
  }

  /// Empty for the core group.
  public var group: String { facts.group }
  public var version: String { facts.version }
  /// As `kind:` spells it: `ReplicaSet`.
  public var name: String { facts.name }
  /// As keys and paths spell it: `replicasets`.
  public var plural: String { facts.plural }
  public var isNamespaced: Bool { facts.isNamespaced }
  /// As `apiVersion:` spells it: `v1`, `apps/v1`.
  public var apiVersion: String { facts.apiVersion }

  /// The same version of the same kind, as far as one look tells: both come from one table.
  public func isIdentical(to other: Kind) -> Bool { facts === other.facts }
}

/// Two kinds are the same when they share a collection: versions are views of one object.
extension Kind: Hashable, Comparable {
  public static func == (left: Kind, right: Kind) -> Bool {
    left.facts === right.facts || left.plural == right.plural && left.name == right.name
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(plural) }

  public static func < (left: Kind, right: Kind) -> Bool {
    (left.plural, left.name) < (right.plural, right.name)
  }
}

/// The kinds that decisions name; each is a row of `schema/resources.txt` that is marked `kept`.
extension Kind {
  public static let namespace = kept("namespaces")
  public static let node = kept("nodes")
  public static let pod = kept("pods")
  public static let event = kept("events")
  public static let replicaSet = kept("replicasets")
  public static let deployment = kept("deployments")
  public static let lease = kept("leases")
  public static let clusterRole = kept("clusterroles")
  public static let clusterRoleBinding = kept("clusterrolebindings")
  public static let configMap = kept("configmaps")
  public static let controllerRevision = kept("controllerrevisions")
  public static let cronJob = kept("cronjobs")
  public static let csiDriver = kept("csidrivers")
  public static let csiNode = kept("csinodes")
  public static let csiStorageCapacity = kept("csistoragecapacities")
  public static let daemonSet = kept("daemonsets")
  public static let endpoints = kept("endpoints")
  public static let endpointSlice = kept("endpointslices")
  public static let horizontalPodAutoscaler = kept("horizontalpodautoscalers")
  public static let ingress = kept("ingresses")
  public static let job = kept("jobs")
  public static let limitRange = kept("limitranges")
  public static let networkPolicy = kept("networkpolicies")
  public static let persistentVolume = kept("persistentvolumes")
  public static let persistentVolumeClaim = kept("persistentvolumeclaims")
  public static let podDisruptionBudget = kept("poddisruptionbudgets")
  public static let podTemplate = kept("podtemplates")
  public static let priorityClass = kept("priorityclasses")
  public static let replicationController = kept("replicationcontrollers")
  public static let resourceQuota = kept("resourcequotas")
  public static let role = kept("roles")
  public static let roleBinding = kept("rolebindings")
  public static let runtimeClass = kept("runtimeclasses")
  public static let secret = kept("secrets")
  public static let service = kept("services")
  public static let serviceAccount = kept("serviceaccounts")
  public static let statefulSet = kept("statefulsets")
  public static let storageClass = kept("storageclasses")
  public static let volumeAttachment = kept("volumeattachments")

  /// The kinds that Keelson keeps, in the order of their keys.
  public static let all: [Kind] = ResourceTable.kubernetes.resources.filter(\.isKept).map(\.kind)
    .sorted()

  private static let byPlural = Dictionary(uniqueKeysWithValues: all.map { ($0.plural, $0) })

  public static func kept(plural: String) -> Kind? { byPlural[plural] }

  public static func kept(apiVersion: String, name: String) -> Kind? {
    all.first { $0.name == name && $0.apiVersion == apiVersion }
  }

  private static func kept(_ plural: String) -> Kind {
    guard let kind = kept(plural: plural) else {
      preconditionFailure("schema/resources.txt keeps no \(plural)")
    }
    return kind
  }
}
