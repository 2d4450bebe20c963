import Base

/// How much history the store keeps by itself: etcd's `--auto-compaction-mode` and
/// `--auto-compaction-retention`.
public enum AutoCompactionPolicy: Hashable, Sendable {
  /// All of it, until a client compacts.
  case off
  /// What was the state at any time within `retention`, which is above zero. Compacts once per
  /// retention, but once an hour where that is longer.
  case periodic(retention: Duration)
  /// The newest so many revisions, one at least. Compacts every five minutes.
  case revisions(Int64)
}

/// Decides when history is compacted, and up to where: etcd's v3compactor.
///
/// Every member samples its revision; only the leader compacts. etcd's members sample while they do
/// not lead, too, so that changes of leader do not keep history longer. A new process begins anew:
/// it knows no revision's age.
///
/// A revision is as old as the sample that first saw it, so none is taken for older than it is:
/// also where this member lags, or was just sent a snapshot.
struct AutoCompaction {
  /// What a member knows at a tick.
  struct Situation {
    /// The newest revision that it has applied.
    var revision: Int64
    /// Up to where history is compacted; 0 before the first time.
    var compacted: Int64
    /// It leads, and nothing that it asked for before is still on its way.
    var mayCompact: Bool
  }

  private static let revisionsPeriod: Duration = .seconds(300)
  private static let periodMax: Duration = .seconds(3600)
  /// etcd samples and tries again ten times per period.
  private static let samplesPerPeriod = 10
  /// Bounds the samples where the retention is many periods long.
  private static let samplesMax = 1000

  let policy: AutoCompactionPolicy
  /// The oldest first, in order of time and of revision. The first one is the newest that is old
  /// enough, where any is.
  private var samples = Deque<(at: Instant, revision: Int64)>()
  /// No compaction before.
  private var next: Instant
  /// What was proposed last, as long as it is not known to have come.
  private var asked: (at: Instant, revision: Int64)?

  var sampleCount: Int { samples.count }

  init(_ policy: AutoCompactionPolicy, at start: Instant) {
    self.policy = policy
    switch policy {
    case .off: next = start
    case .periodic(let retention):
      precondition(retention > .zero, "a retention is above zero")
      next = start
    case .revisions(let kept):
      precondition(kept > 0, "one revision is kept at least")
      next = start + Self.revisionsPeriod
    }
  }

  /// Call at each tick. The revision that a compaction is to be proposed for now, if any: above
  /// what is compacted, and not above what was applied.
  mutating func due(at now: Instant, _ situation: Situation) -> Int64? {
    switch policy {
    case .off: nil
    case .periodic(let retention): due(at: now, situation, retention)
    case .revisions(let kept): due(at: now, situation, keeping: kept)
    }
  }

  // MARK: - By time

  private mutating func due(
    at now: Instant, _ situation: Situation, _ retention: Duration
  ) -> Int64? {
    let period = min(retention, Self.periodMax)
    let interval = max(period / Self.samplesPerPeriod, retention / Self.samplesMax)
    if samples.last.map({ now - $0.at >= interval }) ?? true {
      samples.append((now, situation.revision))
    }
    while samples.count > 1, now - samples[1].at >= retention { _ = samples.popFirst() }
    noteDone(situation, period)
    guard situation.mayCompact, now >= next, let oldest = samples.first,
      now - oldest.at >= retention, oldest.revision > max(situation.compacted, 1)
    else { return nil }
    // Tried again soon, for it may not come: then the next period counts from here.
    asked = (now, oldest.revision)
    next = now + interval
    return oldest.revision
  }

  private mutating func noteDone(_ situation: Situation, _ period: Duration) {
    guard let asked, situation.compacted >= asked.revision else { return }
    next = asked.at + period
    self.asked = nil
  }

  // MARK: - By number

  private mutating func due(
    at now: Instant, _ situation: Situation, keeping kept: Int64
  ) -> Int64? {
    guard now >= next else { return nil }
    next = now + Self.revisionsPeriod
    let revision = situation.revision - kept
    guard situation.mayCompact, revision > max(situation.compacted, 1) else { return nil }
    return revision
  }
}
