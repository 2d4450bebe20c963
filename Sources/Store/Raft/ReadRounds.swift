import Base

/// Linearizable reads that a leader has yet to confirm (thesis §6.4).
///
/// Each read joins a round that begins after it arrived; a round is confirmed when a quorum
/// answered a heartbeat that carried its number or a later one. Never by time: a paused leader's
/// clock says nothing about who leads now.
struct ReadRounds {
  enum Origin: Hashable {
    case local(ReadContext)
    case remote(NodeID, ReadContext)
  }

  struct Round {
    let number: UInt64
    let index: LogIndex
    let reads: [Origin]
  }

  /// Rounds begun and not yet confirmed; later reads wait and share the next one.
  static let roundsMax = 4
  /// Reads waiting for a round; one beyond is refused.
  static let waitingMax = 65_536

  /// The newest round's number, 1, 2, 3, ... in this leader's term; zero before the first.
  private(set) var newest: UInt64 = 0
  private var open = Deque<Round>()
  private(set) var waiting: [Origin] = []

  /// False: too many reads wait.
  mutating func add(_ read: Origin) -> Bool {
    guard waiting.count < ReadRounds.waitingMax else { return false }
    waiting.append(read)
    return true
  }

  /// Begins a round for all that waits. False: nothing waits, or enough rounds are open.
  mutating func begin(at commit: LogIndex) -> Bool {
    guard !waiting.isEmpty, open.count < ReadRounds.roundsMax else { return false }
    newest += 1
    open.append(Round(number: newest, index: commit, reads: waiting))
    waiting = []
    return true
  }

  /// The oldest open round's number, to see whether a quorum reached it.
  var oldest: UInt64? { open.first?.number }

  mutating func popOldest() -> Round? { open.popFirst() }

  /// Everything unanswered, in order of arrival.
  mutating func removeAll() -> [Origin] {
    var reads: [Origin] = []
    while let round = open.popFirst() { reads += round.reads }
    reads += waiting
    waiting = []
    return reads
  }
}
