import Base

/// What happens when, in one total order: by time, then by when it was planned.
struct EventQueue<Happening> {
  private struct Planned: Comparable {
    let at: Instant
    let order: UInt64
    let happening: Happening

    static func == (left: Planned, right: Planned) -> Bool { left.order == right.order }
    static func < (left: Planned, right: Planned) -> Bool {
      (left.at, left.order) < (right.at, right.order)
    }
  }

  private(set) var now = Instant(nanoseconds: 0)
  private var heap = Heap<Planned>()
  private var planned: UInt64 = 0

  mutating func plan(_ happening: Happening, after delay: Duration) {
    plan(happening, at: now + delay)
  }

  mutating func plan(_ happening: Happening, at instant: Instant) {
    planned += 1
    heap.insert(Planned(at: max(instant, now), order: planned, happening: happening))
  }

  /// The next happening, and its time is now.
  mutating func next() -> Happening? {
    guard let first = heap.popFirst() else { return nil }
    now = first.at
    return first.happening
  }
}
