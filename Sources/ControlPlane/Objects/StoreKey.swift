public import Base

/// The name of one API object.
public struct ObjectKey: Hashable, Sendable {
  public let kind: Kind
  /// Empty for kinds without namespaces.
  public let namespace: String
  public let name: String

  public init(_ kind: Kind, namespace: String = "", name: String) {
    precondition(kind.isNamespaced != namespace.isEmpty, "a namespace, where the kind has them")
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }
}

/// A key of the store that the control plane knows, by what it means. README.md has the table of
/// who writes and who reads which.
public enum StoreKey: Hashable, Sendable {
  /// `/registry/<plural>/[<namespace>/]<name>`
  case object(ObjectKey)
  /// `/nodes/<node>/desired/pods/<uid>`
  case desiredPod(node: String, uid: String)
  /// `/nodes/<node>/grants<key>`: the node may read `key`, which begins with a slash.
  case grant(node: String, key: Bytes)
  /// `/nodes/<node>/actual/pods/<uid>`
  case actualPod(node: String, uid: String)
  /// `/nodes/<node>/actual/node`
  case actualNode(String)
  /// `/nodes/<node>/heartbeat`
  case heartbeat(String)
  /// `/election/<component>/<lease>`, the lease in 16 hexadecimal digits
  case candidate(component: String, lease: Int64)
  /// `/allocations/<pool>/<name>`: taken by the Service that its value names.
  case allocation(AllocationPool, name: String)
}

/// What only one object may hold at a time.
public enum AllocationPool: String, Hashable, Sendable {
  /// Addresses of Services.
  case clusterAddress = "clusterip"
  /// Ports of Services on every node.
  case nodePort = "nodeport"
}

extension StoreKey {
  public var bytes: Bytes {
    switch self {
    case .object(let key):
      key.namespace.isEmpty
        ? Bytes("/registry/\(key.kind.plural)/\(key.name)")
        : Bytes("/registry/\(key.kind.plural)/\(key.namespace)/\(key.name)")
    case .desiredPod(let node, let uid): Bytes("/nodes/\(node)/desired/pods/\(uid)")
    case .grant(let node, let key): Bytes("/nodes/\(node)/grants\(key.text)")
    case .actualPod(let node, let uid): Bytes("/nodes/\(node)/actual/pods/\(uid)")
    case .actualNode(let node): Bytes("/nodes/\(node)/actual/node")
    case .heartbeat(let node): Bytes("/nodes/\(node)/heartbeat")
    case .candidate(let component, let lease):
      Bytes("/election/\(component)/\(Hex.digits(UInt64(bitPattern: lease)))")
    case .allocation(let pool, let name): Bytes("/allocations/\(pool.rawValue)/\(name)")
    }
  }

  /// Nil for a key that the control plane does not know.
  public init?(_ bytes: Bytes) {
    guard let text = bytes.utf8 else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 4, parts[0].isEmpty, !parts[2].isEmpty else { return nil }
    switch parts[1] {
    case "registry": self.init(registry: Array(parts.dropFirst(2)))
    case "nodes": self.init(node: parts[2], Array(parts.dropFirst(3)))
    case "election":
      guard parts.count == 4, parts[3].utf8.count == 16, let lease = UInt64(parts[3], radix: 16)
      else { return nil }
      self = .candidate(component: parts[2], lease: Int64(bitPattern: lease))
    case "allocations":
      guard parts.count == 4, let pool = AllocationPool(rawValue: parts[2]), !parts[3].isEmpty
      else { return nil }
      self = .allocation(pool, name: parts[3])
    default: return nil
    }
  }

  private init?(registry parts: [String]) {
    guard let kind = Kind.kept(plural: parts[0]), parts.count == (kind.isNamespaced ? 3 : 2),
      parts.allSatisfy({ !$0.isEmpty }), let name = parts.last
    else { return nil }
    self = .object(ObjectKey(kind, namespace: kind.isNamespaced ? parts[1] : "", name: name))
  }

  private init?(node: String, _ parts: [String]) {
    switch parts.first {
    case "desired" where parts.count == 3 && parts[1] == "pods" && !parts[2].isEmpty:
      self = .desiredPod(node: node, uid: parts[2])
    case "actual" where parts.count == 3 && parts[1] == "pods" && !parts[2].isEmpty:
      self = .actualPod(node: node, uid: parts[2])
    case "actual" where parts == ["actual", "node"]: self = .actualNode(node)
    case "heartbeat" where parts.count == 1: self = .heartbeat(node)
    case "grants" where parts.count > 1:
      self = .grant(node: node, key: Bytes("/" + parts.dropFirst().joined(separator: "/")))
    default: return nil
    }
  }
}

/// Keys that are listed and watched together.
public enum Collection: Hashable, Sendable {
  /// `/registry/`: the objects of every kind, for who serves them all
  case registry
  /// `/registry/<plural>/`
  case objects(Kind)
  /// `/nodes/`: what nodes are to do and what they report
  case nodes
  /// `/election/`
  case candidates
  /// `/allocations/`
  case allocations
}

extension Collection: Comparable {
  public var prefix: Bytes {
    switch self {
    case .registry: Bytes("/registry/")
    case .objects(let kind): Bytes("/registry/\(kind.plural)/")
    case .nodes: Bytes("/nodes/")
    case .candidates: Bytes("/election/")
    case .allocations: Bytes("/allocations/")
    }
  }

  public static func < (left: Collection, right: Collection) -> Bool { left.prefix < right.prefix }
}

extension StoreKey {
  /// The collection that the key lies in.
  public var collection: Collection {
    switch self {
    case .object(let key): .objects(key.kind)
    case .desiredPod, .grant, .actualPod, .actualNode, .heartbeat: .nodes
    case .candidate: .candidates
    case .allocation: .allocations
    }
  }
}
