import Base
import EtcdAPI
import KVStore
import Raft

/// A read that waits for its turn.
struct WaitingRead {
  let origin: RequestOrigin
  let identity: ClientIdentity?
  let query: Query
  let deadline: Instant

  enum Query {
    case range(RangeRequest)
    case transaction(TxnRequest)
    case leaseTimeToLive(LeaseTimeToLiveRequest)
    case leases
    case alarms(AlarmRequest)
    case members
    case certificateRoles
    case hash(HashKVRequest)
    case status
  }
}

/// Linearizable reads on their way: gathered in a turn, confirmed together by one quorum round that
/// begins after they came, and answered once the state has reached the index that it gave.
struct ReadQueue {
  private struct Round {
    let context: ReadContext
    var reads: [WaitingRead]
    /// nil: not confirmed yet.
    var index: LogIndex?
    var isFailed = false
  }

  /// Rounds asked for at once; further reads gather meanwhile.
  private static let roundsMax = 4

  private(set) var count = 0
  private var gathered: [WaitingRead] = []
  /// In the order in which they were begun.
  private var rounds = Deque<Round>()
  private var nextContext: UInt64 = 0
  /// Answerable at once.
  private var ready = Deque<WaitingRead>()

  /// A read that needs a quorum's word.
  mutating func add(_ read: WaitingRead) {
    gathered.append(read)
    count += 1
  }

  /// A read of the state as it is.
  mutating func addReady(_ read: WaitingRead) {
    ready.append(read)
    count += 1
  }

  /// Begins a round for what was gathered; nil where nothing was, or enough rounds are under way.
  mutating func begin() -> ReadContext? {
    guard !gathered.isEmpty, rounds.count < Self.roundsMax else { return nil }
    let context = ReadContext(nextContext)
    nextContext += 1
    rounds.append(Round(context: context, reads: gathered, index: nil))
    gathered = []
    return context
  }

  mutating func confirmed(_ context: ReadContext, at index: LogIndex) {
    for position in 0..<rounds.count where rounds[position].context == context {
      rounds[position].index = index
    }
  }

  /// The round's reads begin again, with the next round.
  mutating func failed(_ context: ReadContext) {
    for position in 0..<rounds.count where rounds[position].context == context {
      gathered = rounds[position].reads + gathered
      rounds[position].reads = []
      rounds[position].isFailed = true
    }
    while let oldest = rounds.first, oldest.isFailed { _ = rounds.popFirst() }
  }

  /// Whether `next` would give one.
  func isReady(applied index: LogIndex) -> Bool {
    if !ready.isEmpty { return true }
    guard let oldest = rounds.first else { return false }
    if oldest.isFailed { return rounds.count > 1 }
    guard let needed = oldest.index else { return false }
    return needed <= index && !oldest.reads.isEmpty
  }

  /// The next read that the state, applied up to `index`, answers.
  mutating func next(applied index: LogIndex) -> WaitingRead? {
    if let read = ready.popFirst() {
      count -= 1
      return read
    }
    while let oldest = rounds.first {
      if !oldest.isFailed {
        guard let needed = oldest.index, needed <= index else { return nil }
      }
      _ = rounds.popFirst()
      for read in oldest.reads { ready.append(read) }
      if let read = ready.popFirst() {
        count -= 1
        return read
      }
    }
    return nil
  }

  /// Takes out what nobody answered in time.
  mutating func removeExpired(at instant: Instant) -> [WaitingRead] {
    var expired: [WaitingRead] = []
    func isLate(_ read: WaitingRead) -> Bool { read.deadline <= instant }
    expired += gathered.filter(isLate)
    gathered.removeAll(where: isLate)
    for position in 0..<rounds.count where rounds[position].reads.contains(where: isLate) {
      expired += rounds[position].reads.filter(isLate)
      rounds[position].reads.removeAll(where: isLate)
    }
    count -= expired.count
    return expired
  }
}
