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

public enum MemberReport: Hashable, Sendable {
  case roleChanged(RoleChange)
  case checkpointed(LogIndex, bytes: UInt64)
  case snapshotSent(to: NodeID, LogIndex)
  case snapshotInstalled(LogIndex)
}

public enum StopReason: Equatable, Sendable {
  /// A write or sync failed: what is durable is no longer known (fsyncgate), so the log is poisoned.
  case disk(DiskError)
  /// This member was removed from the cluster.
  case removed
}
