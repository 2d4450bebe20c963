public import Base

/// Who sent a request: read off the verified client certificate.
public struct ClientIdentity: Hashable, Sendable {
  /// The certificate's CN: the user.
  public var commonName: Bytes
  /// The certificate's Os, in order: the user's roles.
  public var organizations: [Bytes]

  public init(commonName: Bytes, organizations: [Bytes]) {
    self.commonName = commonName
    self.organizations = organizations
  }
}

/// One request that changes the replicated state, as it stands in the log.
public struct Command: Hashable, Sendable {
  /// Numbers are part of the log's format.
  public enum Kind: UInt8, Sendable, CaseIterable {
    case put = 1
    case deleteRange = 2
    case transaction = 3
    case compact = 4
    case leaseGrant = 5
    case leaseRevoke = 6
    /// Body: a LeaseKeepAliveRequest.
    case leaseRenew = 7
    case alarm = 8
    /// Body: the certificate roles' JSON document.
    case certificateRoles = 9
    /// Body: an encoded member record (names, peer and client URLs) that a member publishes of
    /// itself.
    case memberAttributes = 10
    /// Body: an AlarmRequest that a member proposes of itself (NOSPACE); no client sends it, so no
    /// permission is asked.
    case memberAlarm = 11
  }

  public var kind: Kind
  /// The member whose client waits for the answer, and that member's number for the request.
  public var origin: NodeID
  public var request: UInt64
  /// nil: the connection had no client certificate.
  public var identity: ClientIdentity?
  /// The etcd request message as it came in, never re-encoded.
  public var body: Bytes

  public init(
    kind: Kind, origin: NodeID, request: UInt64, identity: ClientIdentity?, body: Bytes
  ) {
    self.kind = kind
    self.origin = origin
    self.request = request
    self.identity = identity
    self.body = body
  }
}

/// The payload of one log entry: commands that one leader gathered, with the time it gave them.
public struct CommandBatch: Hashable, Sendable {
  /// Cluster time in milliseconds: never decreases along the log; stands still without a leader.
  public var clusterMilliseconds: UInt64
  /// The leader's civil time, for history only.
  public var wallTime: WallTime
  public var commands: [Command]

  public init(clusterMilliseconds: UInt64, wallTime: WallTime, commands: [Command]) {
    self.clusterMilliseconds = clusterMilliseconds
    self.wallTime = wallTime
    self.commands = commands
  }
}
