public import Base
import Objects

/// The keys of one node: desired is written for it, actual by it.
public struct NodeKeys: Hashable, Sendable {
  public let node: String

  public init(node: String) {
    self.node = node
  }

  public var prefix: Bytes { Bytes("/nodes/\(node)/") }
  public var desiredPods: Bytes { Bytes("/nodes/\(node)/desired/pods/") }
  public var actualPods: Bytes { Bytes("/nodes/\(node)/actual/pods/") }
  public var actualNode: Bytes { StoreKey.actualNode(node).bytes }
  public var heartbeat: Bytes { StoreKey.heartbeat(node).bytes }

  public func desiredPod(_ uid: String) -> Bytes {
    StoreKey.desiredPod(node: node, uid: uid).bytes
  }
  public func actualPod(_ uid: String) -> Bytes {
    StoreKey.actualPod(node: node, uid: uid).bytes
  }

  /// The pod that a key below `parent` names; nil where it names none.
  public static func uid(of key: Bytes, below parent: Bytes) -> String? {
    guard key.hasPrefix(parent), let uid = key.dropFirst(parent.count).utf8, Pod.isValidUID(uid)
    else { return nil }
    return uid
  }

  /// The first key behind all that start with `prefix`, which must not be empty nor all 0xFF.
  public static func end(of prefix: Bytes) -> Bytes {
    var bytes = prefix.array
    while let last = bytes.popLast() {
      if last < 0xFF { return Bytes(bytes + [last + 1]) }
    }
    preconditionFailure("no key lies behind this prefix")
  }

  /// Whether a name can be a node's: an RFC 1123 subdomain, as Kubernetes asks for.
  public static func isValidName(_ name: String) -> Bool {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    return name.utf8.count <= 253
      && labels.allSatisfy { label in
        !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy {
            ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
              || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "-")
          }
      }
  }
}
