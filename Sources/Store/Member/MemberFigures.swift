public import Base
public import EtcdAPI
public import Raft

/// What health and metrics show of a member. Counters count since the process began.
public struct MemberFigures: Sendable {
  public var role: Role
  public var term: Term
  public var leader: NodeID?
  public var leaderChanges: UInt64
  public var isLearner: Bool
  public var lastIndex: LogIndex
  public var durableIndex: LogIndex
  public var commitIndex: LogIndex
  public var appliedIndex: LogIndex
  /// The log's files, in bytes on disk.
  public var logBytes: UInt64
  /// A leader is known, and the certificate roles that the cluster was set up with are in force.
  public var isReady: Bool

  public var revision: Int64
  public var compactRevision: Int64
  public var keys: Int
  /// Bytes of the revision log in memory, and of those that compaction could not drop.
  public var sizeBytes: UInt64
  public var sizeInUseBytes: UInt64
  public var quotaBytes: UInt64
  /// Raised alarms, ordered by member, then by kind.
  public var alarms: [AlarmMember]

  /// Writes without an answer, of this member's own clients.
  public var proposalsPending: Int
  /// Commands of committed batches, whoever proposed them.
  public var proposalsCommitted: UInt64
  public var proposalsApplied: UInt64
  /// Own clients' writes that ended in an error.
  public var proposalsFailed: UInt64
  public var readsPending: Int
  public var readsFailed: UInt64
  /// Range requests taken.
  public var ranges: UInt64

  public var watchStreams: Int
  public var watchers: Int
  public var leases: Int
}
