public import Base
public import KVStore
public import WAL

/// What a member is started with. Everything but `limits` and the URLs must stay the same over its
/// restarts.
public struct MemberConfiguration: Sendable {
  /// A member of the cluster's first configuration.
  public struct InitialMember: Hashable, Sendable {
    public let id: NodeID
    public let name: String
    public let peerURLs: [String]

    public init(id: NodeID, name: String, peerURLs: [String]) {
      self.id = id
      self.name = name
      self.peerURLs = peerURLs
    }
  }

  public var id: NodeID
  public var clusterID: UInt64
  /// All members that the cluster starts with, this one included.
  public var initialMembers: [InitialMember]
  /// `--advertise-client-urls`: published to the cluster at every start.
  public var clientURLs: [String]
  /// The certificate roles' JSON document that a cluster without one begins with. Until one is
  /// applied, requests are refused.
  public var certificateRoles: Bytes?
  /// What Status reports as the server's version and as its storage's.
  public var version: String
  public var storageVersion = "3.6.0"
  /// The time between two `.tick` events.
  public var heartbeat: Duration
  /// Ticks without a leader after which a follower campaigns (or up to twice as many).
  public var electionTicks: Int
  public var limits: MemberLimits
  /// Bytes of compacted entries that stay in memory for slow members, which then need no snapshot.
  /// A leader keeps more for those that it knows of; this is for members whose leader changes.
  public var logTailBytesMax = 1 << 20
  /// As long as the leader knows of a member that lacks them, so many bytes stay.
  public var logLackedBytesMax = 64 << 20
  /// The same at every member.
  public var keySpace: KeySpaceConfiguration
  public var wal: WriteAheadLog.Configuration

  public init(
    id: NodeID, clusterID: UInt64, initialMembers: [InitialMember], clientURLs: [String] = [],
    certificateRoles: Bytes? = nil, version: String = "3.6.13",
    heartbeat: Duration = .milliseconds(100), electionTicks: Int = 10,
    limits: MemberLimits = MemberLimits(),
    keySpace: KeySpaceConfiguration = KeySpaceConfiguration(),
    wal: WriteAheadLog.Configuration = WriteAheadLog.Configuration()
  ) {
    precondition(initialMembers.contains { $0.id == id }, "a member is one of its cluster's")
    self.id = id
    self.clusterID = clusterID
    self.initialMembers = initialMembers
    self.clientURLs = clientURLs
    self.certificateRoles = certificateRoles
    self.version = version
    self.heartbeat = heartbeat
    self.electionTicks = electionTicks
    self.limits = limits
    self.keySpace = keySpace
    self.wal = wal
  }

  /// etcd: 5 s for the disk and the network, and two elections; then a request is unanswered.
  public var requestTimeout: Duration { .seconds(5) + heartbeat * (2 * electionTicks) }
}

/// Bounds of one member's queues and slices of work.
public struct MemberLimits: Hashable, Sendable {
  /// `--quota-backend-bytes`.
  public var quotaBytes: UInt64 = Limits.quotaBackendBytes
  /// `--max-txn-ops`.
  public var transactionOperationsMax = Limits.transactionOperationsMax
  /// `--max-request-bytes`; larger requests are refused with `request is too large`. At most
  /// `requestBytesCeiling`: a request is one command of one log entry and of one peer's frame.
  public var requestBytesMax = Limits.requestBytesMax
  /// Requests without an answer; more are refused with `too many requests`.
  public var requestsPendingMax = 100_000
  /// Bytes of writes that no log entry carries yet; more are refused.
  public var gatheredBytesMax = 64 << 20
  /// One log entry gathers commands up to this many bytes, but at least one command.
  public var batchBytesMax = 1 << 20
  /// Payload bytes applied in one turn, but at least one entry: about 2 ms.
  public var appliedBytesPerTurn = 256 << 10
  /// Log bytes behind the last checkpoint that start the next one. Their entries are in memory, and
  /// a restart replays them.
  public var checkpointLogBytes: UInt64 = 4 << 20
  /// Bytes of a checkpoint's files written by one submission, so that the log's writes wait for no
  /// more than that.
  public var checkpointWriteBytes = 1 << 20
  /// Bytes of a snapshot in one frame to a peer, and frames on the way at once.
  public var snapshotChunkBytes = 512 << 10
  public var snapshotChunksInFlight = 4
  /// Bytes of answers to reads, and of watch responses, that one turn writes; each goes over it by
  /// one message at most.
  public var readBytesPerTurn = 1 << 20
  public var watchBytesPerTurn = 1 << 20
  /// Bytes of history that one turn looks at for a compaction.
  public var compactionBytesPerTurn = 1 << 20
  /// By itself, the leader compacts to this. Members may differ: the leader's counts.
  public var autoCompaction = AutoCompactionPolicy.off
  /// etcd's `--watch-progress-notify-interval`.
  public var watchProgressPeriod: Duration = .seconds(600)
  /// etcd's least time to live: 1.5 election time-outs, rounded up, in seconds.
  public var leaseSecondsMin: Int64 = 2

  /// What a log's segments and a peer's frames have room for.
  public static let requestBytesCeiling = 6 << 20

  public init() {}
}
