import EtcdAPI
import KVStore
import Raft
import WAL

extension StoreMember {
  /// The newest revision that this member has applied.
  public var revision: Int64 { keySpace.revision }

  /// The revision up to which this member's history is compacted; 0 before the first compaction.
  public var compactRevision: Int64 { keySpace.compactRevision }

  /// What health and metrics show, as of now.
  public var figures: MemberFigures {
    MemberFigures(
      role: raft.role, term: raft.term, leader: raft.leader,
      leaderChanges: counters.leaderChanges,
      isLearner: membership.isLearner(configuration.id), lastIndex: raft.lastIndex,
      durableIndex: raft.durableIndex, commitIndex: raft.commitIndex,
      appliedIndex: applied.index,
      logBytes: UInt64(log.segmentCount) * UInt64(log.configuration.segmentBytes),
      isReady: raft.leader != nil && !lacksCertificateRoles,
      revision: keySpace.revision, compactRevision: keySpace.compactRevision,
      keys: keySpace.keyCount, sizeBytes: keySpace.sizeBytes,
      sizeInUseBytes: keySpace.sizeInUseBytes, quotaBytes: configuration.limits.quotaBytes,
      alarms: keySpace.alarms, proposalsPending: pending.count,
      proposalsCommitted: counters.proposalsCommitted,
      proposalsApplied: counters.proposalsApplied, proposalsFailed: counters.proposalsFailed,
      readsPending: reads.count, readsFailed: counters.readsFailed, ranges: counters.ranges,
      watchStreams: keySpace.watchStreamCount, watchers: keySpace.watcherCount,
      leases: keySpace.leaseCount)
  }
}
