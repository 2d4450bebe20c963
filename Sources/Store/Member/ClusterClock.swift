import Base

/// A leader's cluster time: what the log said when it took over, and the monotonic time since.
///
/// A leader takes over when it has applied the entry that began its term: by then it has applied
/// the time that its predecessors gave. Between leaders cluster time stands still, so a lease never
/// ends before its granted time has passed on some clock.
struct ClusterClock {
  private let base: UInt64
  private let start: Instant
  private var last: UInt64

  /// `base`: the cluster time applied last, in milliseconds.
  init(base: UInt64, start: Instant) {
    self.base = base
    self.start = start
    last = base
  }

  /// Cluster time in milliseconds; never decreases.
  mutating func milliseconds(at instant: Instant) -> UInt64 {
    let elapsed = max(0, (instant - start).milliseconds)
    // The base comes from other members, so the sum is clamped.
    let (sum, isOverflow) = base.addingReportingOverflow(UInt64(elapsed))
    last = max(last, isOverflow ? .max : sum)
    return last
  }
}
