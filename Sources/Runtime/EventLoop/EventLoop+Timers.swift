internal import Base
internal import Linux

/// Names a timer of one loop.
public struct LoopTimer: Hashable, Sendable {
  let number: UInt64
  /// Where its body is, as long as it is set.
  let slot: Int
}

/// Timers by deadline; those with the same deadline fire in the order in which they were set.
struct TimerQueue {
  private struct Entry: Comparable {
    let deadline: Instant
    let timer: LoopTimer

    static func < (left: Entry, right: Entry) -> Bool {
      left.deadline == right.deadline
        ? left.timer.number < right.timer.number : left.deadline < right.deadline
    }
  }

  private struct Slot {
    /// Of the timer that is set here; 0 for none.
    var number: UInt64
    var deadline: Instant
    var body: LoopWork?
  }

  private var heap = Heap<Entry>()
  private var slots: [Slot] = []
  private var freeSlots: [Int] = []
  private var nextNumber: UInt64 = 1

  var count: Int { slots.count - freeSlots.count }
  /// Those of cancelled timers included.
  var entryCount: Int { heap.count }

  mutating func add(_ deadline: Instant, _ body: @escaping () -> Void) -> LoopTimer {
    let slot = Slot(number: nextNumber, deadline: deadline, body: LoopWork(run: body))
    nextNumber += 1
    let timer: LoopTimer
    if let place = freeSlots.popLast() {
      slots[place] = slot
      timer = LoopTimer(number: slot.number, slot: place)
    } else {
      slots.append(slot)
      timer = LoopTimer(number: slot.number, slot: slots.count - 1)
    }
    heap.insert(Entry(deadline: deadline, timer: timer))
    return timer
  }

  mutating func remove(_ timer: LoopTimer) -> Bool {
    guard isSet(timer) else { return false }
    _ = take(timer)
    // Cancelled entries stay in the heap; a heap that is mostly dead is built anew.
    if heap.count > 64 && heap.count > 4 * count { rebuild() }
    return true
  }

  private func isSet(_ timer: LoopTimer) -> Bool { slots[timer.slot].number == timer.number }

  private mutating func take(_ timer: LoopTimer) -> LoopWork? {
    let body = slots[timer.slot].body
    slots[timer.slot].number = 0
    slots[timer.slot].body = nil
    freeSlots.append(timer.slot)
    return body
  }

  /// The deadline of the first timer that is still set.
  var nextDeadline: Instant? {
    mutating get {
      while let first = heap.first {
        if isSet(first.timer) { return first.deadline }
        _ = heap.popFirst()
      }
      return nil
    }
  }

  mutating func popDue(_ now: Instant) -> LoopWork? {
    guard let deadline = nextDeadline, deadline <= now, let entry = heap.popFirst() else {
      return nil
    }
    return take(entry.timer)
  }

  private mutating func rebuild() {
    var fresh = Heap<Entry>()
    for (place, slot) in slots.enumerated() where slot.number != 0 {
      let timer = LoopTimer(number: slot.number, slot: place)
      fresh.insert(Entry(deadline: slot.deadline, timer: timer))
    }
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
