public import Base

/// What one Raft node is started with. Times are counted in ticks, which the owner delivers.
public struct RaftConfiguration: Sendable {
  public var id: NodeID
  /// A follower that hears no leader for this many ticks, or up to twice as many, campaigns.
  public var electionTicks: Int
  public var heartbeatTicks: Int
  /// Seeds the election jitter and the names of forwarded reads: another one at every start, so
  /// that an answer meant for an earlier life is not taken for one of this.
  public var seed: UInt64
  /// Entries of one append message hold at most this many payload bytes, but at least one entry.
  public var appendBytesMax: Int
  /// Payload bytes sent to one follower and not yet accepted: bandwidth times round-trip time.
  /// 16 MiB carry 160 MB/s over a round trip of 100 ms.
  public var inflightBytesMax: Int
  /// Payload bytes proposed and not yet committed; a proposal beyond is refused.
  public var uncommittedBytesMax: Int
  /// Bytes of compacted entries that stay for slow followers, which then need no snapshot.
  public var logTailBytesMax: Int
  /// While a leader knows of a follower that lacks compacted entries, so many bytes of them stay.
  public var logLackedBytesMax: Int

  public init(
    id: NodeID, electionTicks: Int = 10, heartbeatTicks: Int = 1, seed: UInt64,
    appendBytesMax: Int = 1 << 20, inflightBytesMax: Int = 16 << 20,
    uncommittedBytesMax: Int = 64 << 20, logTailBytesMax: Int = 4 << 20,
    logLackedBytesMax: Int = 0
  ) {
    precondition(
      electionTicks > heartbeatTicks && heartbeatTicks > 0, "elections outlast heartbeats")
    self.id = id
    self.electionTicks = electionTicks
    self.heartbeatTicks = heartbeatTicks
    self.seed = seed
    self.appendBytesMax = appendBytesMax
    self.inflightBytesMax = inflightBytesMax
    self.uncommittedBytesMax = uncommittedBytesMax
    self.logTailBytesMax = logTailBytesMax
    self.logLackedBytesMax = logLackedBytesMax
  }
}

/// What a node knows when it starts: from its disk, or from the cluster's first configuration.
public struct RecoveredState: Sendable {
  public var hardState: HardState
  /// The state machine's snapshot that the log follows; `.zero` and the first configuration at
  /// birth.
  public var snapshot: SnapshotMetadata
  /// The entries after the snapshot, without a gap, all durable.
  public var entries: [Entry]

  public init(hardState: HardState, snapshot: SnapshotMetadata, entries: [Entry]) {
    self.hardState = hardState
    self.snapshot = snapshot
    self.entries = entries
  }
}
