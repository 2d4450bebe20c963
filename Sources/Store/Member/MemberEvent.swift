public import Base
public import Raft

/// The time at which an event happens, handed in by the shell.
public struct MemberTime: Hashable, Sendable {
  public let instant: Instant
  public let wall: WallTime

  public init(instant: Instant, wall: WallTime) {
    self.instant = instant
    self.wall = wall
  }
}

/// What can happen to a member.
public enum MemberEvent: Sendable {
  /// One `--heartbeat-interval` has passed.
  case tick
  /// Go on with work that was put off for the sake of others (`StoreMember.hasBacklog`).
  case resume
  /// The process is about to end: hand leadership to another member, if there is one.
  case handOver
  case requests(RequestBatch)
  /// A frame from an authenticated peer; one frame as `MemberEffect.send` gave it at the sender.
  case received(Bytes, from: NodeID)
  case connected(NodeID)
  case disconnected(NodeID)
  case diskCompleted(DiskToken)
  case diskFailed(DiskToken, DiskError)
}

/// What a member wants done, in order.
public enum MemberEffect: Sendable {
  /// Submit; answer `.diskCompleted` or `.diskFailed`.
  case disk([DiskOperation], DiskToken)
  case send(Bytes, to: NodeID)
  case reply(ReplyBatch)
  /// For the log and the metrics; nothing depends on it.
  case report(MemberReport)
  /// Stop the process: going on could break a promise. Nothing follows.
  case stop(StopReason)
}

public enum MemberReport: Equatable, Sendable {
  case roleChanged(RoleChange)
  /// This member leads, and compacts by itself what is older than is to be kept.
  case autoCompactionBegun(revision: Int64)
  /// What a compaction removed is gone from this member's memory.
  case compacted(revision: Int64)
  case checkpointed(LogIndex, bytes: UInt64)
  /// A peer lacks entries that are gone: it was offered the newest checkpoint, at least this one.
  case snapshotOffered(to: NodeID, LogIndex)
  case snapshotInstalled(LogIndex)
  /// A peer sent bytes that are no frame of this version.
  case malformedFrame(from: NodeID, PeerFrameError)
}

public enum StopReason: Equatable, Sendable {
  /// A write or sync failed: what is durable is no longer known (fsyncgate), so the log is
  /// poisoned.
  case disk(DiskError)
  /// This member was removed from the cluster.
  case removed
  /// The cluster knows this member, whose log is empty: its data directory was lost. It must be
  /// removed from the cluster and added anew.
  case alreadyBootstrapped
  /// The entry or snapshot at this index is committed, and cannot be read: going on would diverge.
  case undecodable(LogIndex)
}
