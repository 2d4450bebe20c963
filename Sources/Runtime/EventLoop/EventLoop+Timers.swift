internal import Base
internal import Linux

/// Names a timer of one loop.
public struct LoopTimer: Hashable, Sendable {
  let number: UInt64
}

/// Timers by deadline; those with the same deadline fire in the order in which they were set.
struct TimerQueue {
  private struct Entry: Comparable {
    let deadline: Instant
    let number: UInt64

    static func < (left: Entry, right: Entry) -> Bool {
      left.deadline == right.deadline
        ? left.number < right.number : left.deadline < right.deadline
    }
  }

  private var heap = Heap<Entry>()
  private var bodies: [UInt64: (deadline: Instant, body: () -> Void)] = [:]
  private var nextNumber: UInt64 = 1

  var count: Int { bodies.count }
  /// Those of cancelled timers included.
  var entryCount: Int { heap.count }

  mutating func add(_ deadline: Instant, _ body: @escaping () -> Void) -> LoopTimer {
    let number = nextNumber
    nextNumber += 1
    bodies[number] = (deadline, body)
    heap.insert(Entry(deadline: deadline, number: number))
    return LoopTimer(number: number)
  }

  mutating func remove(_ timer: LoopTimer) -> Bool {
    guard bodies.removeValue(forKey: timer.number) != nil else { return false }
    // Cancelled entries stay in the heap; a heap that is mostly dead is built anew.
    if heap.count > 64 && heap.count > 4 * bodies.count { rebuild() }
    return true
  }

  /// The deadline of the first timer that is still set.
  var nextDeadline: Instant? {
    mutating get {
      while let first = heap.first {
        if bodies[first.number] != nil { return first.deadline }
        _ = heap.popFirst()
      }
      return nil
    }
  }

  mutating func popDue(_ now: Instant) -> (() -> Void)? {
    guard let deadline = nextDeadline, deadline <= now, let entry = heap.popFirst() else {
      return nil
    }
    return bodies.removeValue(forKey: entry.number)?.body
  }

  private mutating func rebuild() {
    var fresh = Heap<Entry>()
    for (number, timer) in bodies { fresh.insert(Entry(deadline: timer.deadline, number: number)) }
    heap = fresh
  }
}

extension EventLoop {
  /// Runs `body` once, `delay` from now at the earliest and about a millisecond later at best.
  @discardableResult
  public func schedule(after delay: Duration, _ body: @escaping () -> Void) -> LoopTimer {
    preconditionOnLoop()
    return timers.add(Machine.now() + delay, body)
  }

  /// True where the timer was still set: its body will not run.
  @discardableResult
  public func cancel(_ timer: LoopTimer) -> Bool {
    preconditionOnLoop()
    return timers.remove(timer)
  }

  /// Timers that are set.
  public var timerCount: Int { timers.count }

  /// Runs `body` every `interval`, the first time after one. What a stalled loop missed is left
  /// out, not made up for.
  public func scheduleRepeating(
    every interval: Duration, _ body: @escaping () -> Void
  ) -> RepeatingTimer {
    preconditionOnLoop()
    precondition(interval > .zero, "an interval is positive")
    return RepeatingTimer(loop: self, interval: interval, body: body)
  }
}

/// A timer that sets itself again; it ends with `cancel`, not with this object.
public final class RepeatingTimer {
  private let loop: EventLoop
  private let interval: Duration
  private let body: () -> Void
  private var deadline: Instant
  private var timer: LoopTimer?

  init(loop: EventLoop, interval: Duration, body: @escaping () -> Void) {
    self.loop = loop
    self.interval = interval
    self.body = body
    deadline = Machine.now() + interval
    timer = loop.timers.add(deadline) { self.fire() }
  }

  public func cancel() {
    loop.preconditionOnLoop()
    if let timer { loop.cancel(timer) }
    timer = nil
  }

  private func fire() {
    // From deadline to deadline, so that the rate does not drift with the loop's latency.
    deadline = max(deadline + interval, Machine.now())
    timer = loop.timers.add(deadline) { self.fire() }
    body()
  }
}
