import Base

/// Keeps a supervisor that cannot work (a full disk, a broken record) from being started in a loop.
struct SupervisorDelay: Hashable, Sendable {
  private var failures = 0
  private var startedAt: Instant?
  private(set) var notBefore: Instant?

  private static let firstDelay = Duration.seconds(1)
  private static let longestDelay = Duration.seconds(60)

  /// One that ran so long before it was killed may come back at once.
  private static let longRun = Duration.seconds(10)

  mutating func started(now: Instant) {
    startedAt = now
  }

  mutating func ended(_ end: SupervisorEnd, now: Instant) {
    let isLong = startedAt.map { now - $0 >= Self.longRun } ?? false
    startedAt = nil
    guard end == .failed || (end == .killed && !isLong) else {
      self = SupervisorDelay()
      return
    }
    failures = min(failures + 1, 10)
    let delay = Self.firstDelay * (1 << (failures - 1))
    notBefore = now + min(delay, Self.longestDelay)
  }
}

/// How a pod's supervisor ended.
public enum SupervisorEnd: Hashable, Sendable {
  /// It had nothing more to do, or another one holds the lock.
  case inOrder
  /// It could not be started, or not do its work.
  case failed
  case killed
}
