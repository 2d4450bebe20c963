import Base
import EtcdAPI

/// The node's session with the store: whose heartbeat stands, and how far the desired pods are
/// read.
///
///     apart --> asking (does the known lease live?) --> planting --> held --> (renewals)
///         \---> granting ----------------------------/     |           |
///                                                       contested <--- apart (fence lost)
struct AgentSession: Sendable {
  /// The lease that this node's heartbeat stands under, or is to.
  var lease: Int64?
  var heartbeat = Heartbeat.apart(until: nil)
  var reading = Reading.unread
  /// Writes of reports under way, by call.
  var writes: [StoreCallID: ReportQueue.Write] = [:]
  /// Reports of this hold may be written: what stands was read.
  var hasListed = false
  /// What was last told to the outside.
  var isMarked = false
  var delay = Self.firstDelay
  private var lastCall: UInt64 = 0
  private var lastWatch: UInt64 = 0

  static let firstDelay = Duration.milliseconds(500)
  static let longestDelay = Duration.seconds(5)

  enum Heartbeat: Hashable, Sendable {
    /// No session; the next attempt begins at the time, or with the start.
    case apart(until: Instant?)
    case asking(StoreCallID, lease: Int64)
    case granting(StoreCallID)
    case planting(StoreCallID, lease: Int64)
    /// A heartbeat without a lease is nobody's and would stand for ever; one under our lease is an
    /// earlier life's: it is written anew under ours.
    case replacing(StoreCallID, lease: Int64)
    case held(Hold)
  }

  /// The node's hold on its keys: while the heartbeat has the mod revision `fence`, nobody else has
  /// it, and nothing that this node sent under an earlier fence is taken.
  struct Hold: Hashable, Sendable {
    let lease: Int64
    let fence: Int64
    var renewal: Renewal
  }

  enum Renewal: Hashable, Sendable {
    case due(Instant)
    case asked(StoreCallID)
  }

  enum Reading: Hashable, Sendable {
    case unread
    case listing(StoreCallID)
    case watching(StoreWatchID)
    case waiting(until: Instant)
  }

  var hold: Hold? {
    if case .held(let hold) = heartbeat { hold } else { nil }
  }

  var canWrite: Bool { hold != nil && hasListed }

  /// When something is to be done although nothing happens.
  var dueTimes: [Instant] {
    var times: [Instant] = []
    switch heartbeat {
    case .apart(let until): if let until { times.append(until) }
    case .held(let hold): if case .due(let time) = hold.renewal { times.append(time) }
    case .asking, .granting, .planting, .replacing: break
    }
    if case .waiting(let until) = reading { times.append(until) }
    return times
  }

  mutating func nextCall() -> StoreCallID {
    lastCall += 1
    return StoreCallID(lastCall)
  }

  mutating func nextWatch() -> StoreWatchID {
    lastWatch += 1
    return StoreWatchID(lastWatch)
  }

  /// Grows with each failure in a row.
  mutating func nextDelay() -> Duration {
    defer { delay = min(delay * 2, Self.longestDelay) }
    return delay
  }
}
