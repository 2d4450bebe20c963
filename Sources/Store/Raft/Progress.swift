public import Base

/// What a leader knows of one peer's log.
///
/// ```
///            accepted                    needs what the log lacks
///   probe ------------> replicate        (from either) ------> snapshot
///     ^                     |                                     |
///     +----- rejected, -----+          installed, failed or       |
///            disconnected              disconnected -----> probe -+
/// ```
struct Progress {
  enum Phase: Hashable {
    /// Where the logs agree is unknown: one append at a time. Paused: one is under way.
    case probe(isPaused: Bool)
    /// Appends follow one another without waiting.
    case replicate
    /// A snapshot that ends here is on its way: no appends.
    case snapshot(SnapshotMetadata)
  }

  let id: NodeID
  /// Durable at the peer and equal to the leader's log up to here. Less than `next`.
  private(set) var match: LogIndex
  /// The first index of the next append.
  private(set) var next: LogIndex
  private(set) var phase = Phase.probe(isPaused: false)
  /// Empty unless replicating.
  private(set) var inflights = Inflights()
  /// The commit index last told to the peer.
  private(set) var commitTold = LogIndex.zero
  /// Heard from since the last check of the quorum.
  var isActive: Bool
  /// The newest read round that the peer confirmed.
  var readRound: UInt64 = 0

  init(id: NodeID, next: LogIndex, isActive: Bool) {
    self.id = id
    self.next = next
    self.isActive = isActive
    match = .zero
  }

  /// Whether an append may leave now, given the bound of bytes under way.
  func maySend(inflightBytesMax: Int) -> Bool {
    switch phase {
    case .probe(let isPaused): !isPaused
    case .replicate: inflights.bytes < inflightBytesMax
    case .snapshot: false
    }
  }

  mutating func appendSent(through last: LogIndex, bytes: Int, commit: LogIndex) {
    commitTold = max(commitTold, min(commit, last))
    switch phase {
    case .probe:
      phase = .probe(isPaused: true)
    case .replicate:
      if last >= next {
        inflights.sent(through: last, bytes: bytes)
        next = last.next
      }
    case .snapshot:
      preconditionFailure("no append while a snapshot is under way")
    }
  }

  mutating func commitSent(_ commit: LogIndex) {
    commitTold = max(commitTold, commit)
  }

  /// The peer holds everything up to `index`. Says whether that was news.
  mutating func accepted(through index: LogIndex, base: LogIndex) -> Bool {
    let isNews = index > match
    match = max(match, index)
    next = max(next, match.next)
    switch phase {
    case .probe:
      becomeReplicate()
    case .replicate:
      inflights.accepted(through: index)
    case .snapshot:
      // It caught up by other means.
      if match >= base { becomeReplicate() }
    }
    return isNews
  }

  /// The peer did not hold `rejected`, and the logs may agree at `hint`. False: an old message.
  mutating func rejected(at rejected: LogIndex, hint: LogIndex) -> Bool {
    switch phase {
    case .replicate:
      guard rejected > match else { return false }
      becomeProbe()
      return true
    case .probe:
      guard rejected.value + 1 == next.value else { return false }
      next = max(min(rejected, hint.next), match.next)
      phase = .probe(isPaused: false)
      return true
    case .snapshot:
      return false
    }
  }

  /// The peer lives, so a lost probe may be repeated.
  mutating func resumeProbe() {
    if case .probe = phase { phase = .probe(isPaused: false) }
  }

  /// What was under way is lost or no longer known. Paused: try again when the peer shows life.
  mutating func becomeProbe(isPaused: Bool = false) {
    switch phase {
    case .probe: break
    case .replicate, .snapshot: next = match.next
    }
    phase = .probe(isPaused: isPaused)
    inflights.removeAll()
  }

  mutating func becomeSnapshot(_ snapshot: SnapshotMetadata) {
    phase = .snapshot(snapshot)
    inflights.removeAll()
  }

  mutating func snapshotInstalled(through index: LogIndex) {
    match = max(match, index)
    becomeProbe()
  }

  private mutating func becomeReplicate() {
    next = match.next
    phase = .replicate
    inflights.removeAll()
  }
}

/// One peer as its leader sees it, for metrics and the status of members.
public struct PeerProgress: Hashable, Sendable {
  public let id: NodeID
  public let match: LogIndex
  public let next: LogIndex
  /// Payload bytes sent and not yet accepted.
  public let inflightBytes: Int
  public let isReceivingSnapshot: Bool
  /// Heard from within the last election time.
  public let isActive: Bool
}
