/// A member of a store cluster, as etcd numbers them: non-zero, printed in hexadecimal.
public struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }

  public static func < (left: NodeID, right: NodeID) -> Bool { left.value < right.value }

  public var description: String { String(value, radix: 16) }
}

/// The seam between members: frames to peers, unordered between peers, in order and at most once
/// on one connection, lost when a connection is. Received frames come back as events.
public protocol Network: AnyObject {
  /// Queues a frame; drops it where the peer is not connected or its queue is full.
  func send(_ frame: Bytes, to peer: NodeID)
}
