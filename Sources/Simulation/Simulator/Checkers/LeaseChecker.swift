public import Base

/// Whether every lease lived as long as it was granted: from the beginning of the grant, or of the
/// last renewal that was answered, at least its time to live. It may live longer.
public struct LeaseChecker: Sendable {
  private struct Life: Sendable {
    var seconds: Int64
    /// No end before.
    var until: Instant
    /// A client asked for its end, which may come at any time from here on.
    var revokedFrom: Instant?
  }

  public private(set) var violations: [String] = []
  private var lives: [Int64: Life] = [:]

  public init() {}

  /// A grant was answered. `began`: when it was asked for.
  public mutating func granted(_ id: Int64, seconds: Int64, began: Instant) {
    let until = began + .seconds(seconds)
    lives[id] = Life(seconds: seconds, until: until, revokedFrom: lives[id]?.revokedFrom)
  }

  /// A renewal was answered with a time to live.
  public mutating func renewed(_ id: Int64, began: Instant) {
    guard let life = lives[id] else { return }
    lives[id]?.until = max(life.until, began + .seconds(life.seconds))
  }

  /// A client asked for the lease's end, whatever came of it.
  public mutating func revoked(_ id: Int64, began: Instant) {
    guard let life = lives[id] else { return }
    lives[id]?.revokedFrom = min(life.revokedFrom ?? began, began)
  }

  /// A client saw that the lease is no more: a key of it went, or the store does not know it.
  public mutating func seenEnded(_ id: Int64, at instant: Instant) {
    guard let life = lives[id], instant < life.until else { return }
    if let revokedFrom = life.revokedFrom, instant >= revokedFrom { return }
    violations.append(
      "lease \(id) of \(life.seconds) s ended before \(life.until.nanoseconds) ns: gone at "
        + "\(instant.nanoseconds) ns")
    // Once is enough.
    lives[id] = nil
  }
}
