public import Base
public import KVStore

/// A client stream at its network loop: where a request came from and where its replies go.
public struct RequestOrigin: Hashable, Sendable {
  /// Unique while the process lives.
  public let connection: UInt64
  /// The HTTP/2 stream identifier.
  public let stream: UInt32

  public init(connection: UInt64, stream: UInt32) {
    self.connection = connection
    self.stream = stream
  }
}

/// The calls that the core serves.
public enum Method: UInt8, Sendable, CaseIterable {
  case range, put, deleteRange, transaction, compact
  case watch
  case leaseGrant, leaseRevoke, leaseKeepAlive, leaseTimeToLive, leaseLeases
  case memberList
  case alarm, status, hashKV
  case certificateRolesGet, certificateRolesApply

  /// Both directions stay open and carry many messages.
  public var isStream: Bool { self == .watch || self == .leaseKeepAlive }
}

/// What network loops hand to the core in one turn, in the order in which it came in.
public struct RequestBatch: Sendable {
  public enum Item: Sendable {
    /// A unary request, or one message on a stream.
    case request(RequestOrigin, Method, ClientIdentity?, body: Bytes)
    /// The client half-closed a stream: what it asked for still gets its answers.
    case halfClosed(RequestOrigin)
    /// The stream was reset or its connection is gone: nothing can be answered any more.
    case closed(RequestOrigin)
    /// The stream's unsent output passed its bound: give it no more before `.writable`.
    case congested(RequestOrigin)
    case writable(RequestOrigin)
  }

  public var items: [Item]

  public init(items: [Item] = []) {
    self.items = items
  }
}
