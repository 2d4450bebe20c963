import Base
import Registry

/// The keys of one reconciler, first come first served.
///
///     idle --add--> queued --take--> planning --finish--> settling --informers--> idle
///                     ^                  (added meanwhile: queued again) |
///                     +--------------------------------------------------+
///
/// A key is never planned twice at once, and never before the informers have seen what its last
/// plan wrote. However often it is added meanwhile, it is planned once more.
struct WorkQueue: Sendable {
  /// An informer must have seen this revision.
  struct Need: Hashable, Sendable {
    let informer: Int
    var revision: Int64
  }

  enum Outcome: Hashable, Sendable {
    case done(lookAgain: Duration?)
    case failed
  }

  private enum Place: Hashable {
    case idle, queued, planning
    /// So many needs are not met yet.
    case settling(Int)
  }

  private struct Entry {
    var place = Place.idle
    /// Added since its plan was made.
    var isAdded = false
    var failures = 0
    /// The number of the timer that counts: a key has one at most.
    var timer: UInt64?
  }

  private struct Timer: Comparable {
    let due: Instant
    let number: UInt64
    let key: WorkKey

    static func < (left: Timer, right: Timer) -> Bool {
      (left.due, left.number) < (right.due, right.number)
    }

    static func == (left: Timer, right: Timer) -> Bool { left.number == right.number }
  }

  private struct Waiting: Comparable {
    let revision: Int64
    let number: UInt64
    let key: WorkKey

    static func < (left: Waiting, right: Waiting) -> Bool {
      (left.revision, left.number) < (right.revision, right.number)
    }

    static func == (left: Waiting, right: Waiting) -> Bool { left.number == right.number }
  }

  private var entries: [WorkKey: Entry] = [:]
  private var ready = Deque<WorkKey>()
  private var timers = Heap<Timer>()
  /// By informer.
  private var waiting: [Heap<Waiting>]
  private var nextNumber: UInt64 = 0
  /// Keys that were queued, and plans that failed, since the start.
  private(set) var addCount: UInt64 = 0
  private(set) var retryCount: UInt64 = 0

  init(informers: Int) {
    waiting = Array(repeating: Heap(), count: informers)
  }

  /// Keys that could be planned now.
  var depth: Int { ready.count }

  /// Keys that anything is known of.
  var count: Int { entries.count }

  mutating func add(_ key: WorkKey) {
    var entry = entries[key] ?? Entry()
    switch entry.place {
    case .idle:
      entry.place = .queued
      ready.append(key)
      addCount += 1
    case .queued: return
    case .planning, .settling: entry.isAdded = true
    }
    entries[key] = entry
  }

  /// Adds a key when `due` has come, unless it is added before.
  mutating func add(_ key: WorkKey, at due: Instant) {
    var entry = entries[key] ?? Entry()
    switch entry.place {
    case .idle where entry.timer == nil:
      entry.timer = setTimer(key, due)
      entries[key] = entry
    case .idle, .queued: return
    case .planning, .settling: add(key)
    }
  }

  /// The next key to plan; it stays taken until `finish`.
  mutating func take() -> WorkKey? {
    guard let key = ready.popFirst() else { return nil }
    guard var entry = entries[key], entry.place == .queued else {
      preconditionFailure("a ready key is queued")
    }
    entry.place = .planning
    entry.isAdded = false
    // The plan says anew when to look again.
    entry.timer = nil
    entries[key] = entry
    return key
  }

  /// The plan of a taken key is carried out, or given up. `needs`: what the informers have not
  /// seen.
  mutating func finish(
    _ key: WorkKey, _ outcome: Outcome, needs: [Need], now: Instant, random: inout PRNG
  ) {
    guard var entry = entries[key], entry.place == .planning else {
      preconditionFailure("a finished key was taken")
    }
    entry.place = .settling(needs.count)
    switch outcome {
    case .done(let lookAgain):
      entry.failures = 0
      if let lookAgain { entry.timer = setTimer(key, now + max(.zero, lookAgain)) }
    case .failed:
      entry.failures += 1
      retryCount += 1
      let delay = Backoff.ofKeys.delay(afterFailures: entry.failures, random: &random)
      entry.timer = setTimer(key, now + delay)
    }
    entries[key] = entry
    for need in needs {
      waiting[need.informer].insert(
        Waiting(revision: need.revision, number: takeNumber(), key: key))
    }
    if needs.isEmpty { settled(key) }
  }

  /// An informer has seen everything up to `revision`.
  mutating func advance(informer: Int, to revision: Int64) {
    while let first = waiting[informer].first, first.revision <= revision {
      _ = waiting[informer].popFirst()
      guard case .settling(let needs)? = entries[first.key]?.place else {
        preconditionFailure("a key with needs is settling")
      }
      entries[first.key]?.place = .settling(needs - 1)
      if needs == 1 { settled(first.key) }
    }
  }

  private mutating func settled(_ key: WorkKey) {
    guard var entry = entries[key] else { return }
    entry.place = .idle
    let isAdded = entry.isAdded
    entry.isAdded = false
    entries[key] = entry
    if isAdded {
      add(key)
    } else {
      forgetIdle(key)
    }
  }

  private mutating func forgetIdle(_ key: WorkKey) {
    guard let entry = entries[key], entry.place == .idle, entry.timer == nil, entry.failures == 0
    else { return }
    entries[key] = nil
  }

  // MARK: - Timers

  private mutating func setTimer(_ key: WorkKey, _ due: Instant) -> UInt64 {
    let timer = Timer(due: due, number: takeNumber(), key: key)
    timers.insert(timer)
    return timer.number
  }

  private mutating func takeNumber() -> UInt64 {
    nextNumber += 1
    return nextNumber
  }

  /// When `runTimers` has something to do; may be early.
  var nextDue: Instant? { timers.first?.due }

  mutating func runTimers(_ now: Instant) {
    while let first = timers.first, first.due <= now {
      _ = timers.popFirst()
      guard entries[first.key]?.timer == first.number else { continue }
      entries[first.key]?.timer = nil
      add(first.key)
    }
  }

  /// Another leads: nothing is ours to do. The counts stay.
  mutating func removeAll() {
    entries = [:]
    ready.removeAll()
    timers = Heap()
    waiting = Array(repeating: Heap(), count: waiting.count)
  }
}
