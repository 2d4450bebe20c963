import Base
import EtcdAPI
import Objects

/// The lease under which all candidates of one process stand: granted, renewed each third of its
/// time, and granted anew when it is gone.
struct SessionLease: Sendable {
  enum Phase: Hashable, Sendable {
    case none(notBefore: Instant?)
    case granting
    case held(id: Int64, renewAt: Instant)
    case renewing(id: Int64, sentAt: Instant)
  }

  private(set) var phase = Phase.none(notBefore: nil)
  private let seconds: Int64
  private var failures = 0

  init(seconds: Int64) {
    precondition(seconds > 0, "a lease lasts")
    self.seconds = seconds
  }

  /// nil where none is held.
  var id: Int64? {
    switch phase {
    case .none, .granting: nil
    case .held(let id, _), .renewing(let id, _): id
    }
  }

  var nextDue: Instant? {
    switch phase {
    case .none(let notBefore): notBefore
    case .granting, .renewing: nil
    case .held(_, let renewAt): renewAt
    }
  }

  /// What to ask of the store now.
  mutating func callDue(now: Instant) -> StoreCall? {
    switch phase {
    case .none(let notBefore):
      if let notBefore, now < notBefore { return nil }
      phase = .granting
      return .leaseGrant(ttlSeconds: seconds)
    case .held(let id, let renewAt) where renewAt <= now:
      phase = .renewing(id: id, sentAt: now)
      return .leaseKeepAlive(id: id)
    case .granting, .held, .renewing: return nil
    }
  }

  mutating func granted(_ id: Int64, now: Instant) {
    failures = 0
    phase = .held(id: id, renewAt: now + .seconds(seconds) / 3)
  }

  mutating func notGranted(now: Instant, random: inout PRNG) {
    failures += 1
    phase = .none(
      notBefore: now + Backoff.ofCalls.delay(afterFailures: failures, random: &random))
  }

  /// False where the lease is gone. Nil seconds: no answer; it is asked again soon.
  mutating func renewed(_ id: Int64, seconds left: Int64?, now: Instant) -> Bool {
    guard case .renewing(id, let sentAt) = phase else { return true }
    switch left {
    case nil:
      phase = .held(id: id, renewAt: now + .seconds(seconds) / 10)
      return true
    case .some(let left) where left > 0:
      phase = .held(id: id, renewAt: max(now, sentAt + .seconds(seconds) / 3))
      return true
    case .some:
      phase = .none(notBefore: nil)
      return false
    }
  }

  /// The store says in another answer that it knows no such lease.
  mutating func lost() {
    phase = .none(notBefore: nil)
  }
}

/// One reconciler's stand in its election.
///
///     waiting --lease--> campaigning --Txn--> standing --oldest--> reading --read--> catchingUp
///        ^                    ^                  ^ key gone: campaign anew          informers |
///        |                    |                  |                                            v
///        +-- lease gone       +---deleted--- resigning <--outcome unknown--------------- acting
enum Candidacy: Hashable, Sendable {
  /// Without a lease (nil), or after a failure until then.
  case waiting(until: Instant?)
  /// The Txn that creates the candidate's key is under way.
  case campaigning
  /// The key was created at this revision; an older candidate leads, or the informer is behind.
  case standing(Int64)
  /// Leads; a linearizable read will tell how far the store is.
  case reading(Int64, again: Instant?)
  /// Leads; the informers are not yet where the store was when it won.
  case catchingUp(Int64, until: Int64)
  case acting(Int64)
  /// A write's outcome is unknown: the key of this creation is being deleted.
  case resigning(Int64, again: Instant?)

  /// The create revision that the fence of a Txn compares; nil where nothing may be written.
  var fence: Int64? {
    if case .acting(let created) = self { created } else { nil }
  }

  /// Whether it leads, as far as it knows.
  var isLeading: Bool {
    switch self {
    case .reading, .catchingUp, .acting: true
    case .waiting, .campaigning, .standing, .resigning: false
    }
  }

  var nextDue: Instant? {
    switch self {
    case .waiting(let until): until
    case .reading(_, let again), .resigning(_, let again): again
    case .campaigning, .standing, .catchingUp, .acting: nil
    }
  }
}

/// The keys and Txns of an election.
enum ElectionKeys {
  static func prefix(_ reconciler: String) -> Bytes { Bytes("/election/\(reconciler)/") }

  static func candidate(_ reconciler: String, lease: Int64) -> Bytes {
    StoreKey.candidate(component: reconciler, lease: lease).bytes
  }

  /// Creates the candidate's key; where it is there already, reads it.
  static func campaign(_ key: Bytes, identity: String, lease: Int64) -> TxnRequest {
    TxnRequest(
      compare: [Compare(target: .create, key: key, targetUnion: .createRevision(0))],
      success: [
        RequestOp(request: .put(PutRequest(key: key, value: Bytes(identity), lease: lease)))
      ],
      failure: [RequestOp(request: .range(RangeRequest(key: key)))])
  }

  /// Deletes the candidate's key of this creation, and no later one.
  static func resignation(_ key: Bytes, created: Int64) -> TxnRequest {
    TxnRequest(
      compare: [Compare(target: .create, key: key, targetUnion: .createRevision(created))],
      success: [RequestOp(request: .deleteRange(DeleteRangeRequest(key: key)))])
  }

  /// "I still lead": the own key is the one that won, and none under the prefix is older.
  static func fence(_ reconciler: String, lease: Int64, created: Int64) -> [Compare] {
    let prefix = prefix(reconciler)
    return [
      Compare(
        target: .create, key: candidate(reconciler, lease: lease),
        targetUnion: .createRevision(created)),
      Compare(
        result: .greater, target: .create, key: prefix, rangeEnd: KeyRanges.end(ofPrefix: prefix),
        targetUnion: .createRevision(created - 1)),
    ]
  }

  /// Read where a fenced Txn is refused, to tell a lost fence from another writer's change.
  static func standings(_ reconciler: String) -> RequestOp {
    var request = RangeRequest(prefix: prefix(reconciler))
    request.keysOnly = true
    return RequestOp(request: .range(request))
  }

  /// Whether the fence held, by what the refused Txn read.
  static func held(_ response: TxnResponse, key: Bytes, created: Int64) -> Bool {
    guard case .range(let range)? = response.responses.first?.response else { return false }
    let own = range.kvs.first { $0.key == key }
    return own?.createRevision == created && range.kvs.allSatisfy { $0.createRevision >= created }
  }
}
