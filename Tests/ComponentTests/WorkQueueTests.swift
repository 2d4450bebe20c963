import Base
import Objects
import Registry
import Testing

@testable import Component

private func key(_ name: String) -> WorkKey {
  .object(ObjectKey(.pod, namespace: "default", name: name))
}

private func at(_ milliseconds: Int64) -> Instant {
  Instant(nanoseconds: milliseconds * 1_000_000)
}

@Suite struct `A work queue` {
  var random = PRNG(seed: 1)

  @Test func `keys come first come first served, each once`() {
    var queue = WorkQueue(informers: 1)
    for name in ["b", "a", "b", "c", "a"] { queue.add(key(name)) }
    #expect(queue.depth == 3)
    #expect([queue.take(), queue.take(), queue.take()] == [key("b"), key("a"), key("c")])
    #expect(queue.take() == nil)
  }

  @Test mutating func `a key is not planned twice at once, and once more however often added`() {
    var queue = WorkQueue(informers: 1)
    queue.add(key("a"))
    #expect(queue.take() == key("a"))
    for _ in 0..<3 { queue.add(key("a")) }
    #expect(queue.take() == nil)
    queue.finish(key("a"), .done(lookAgain: nil), needs: [], now: at(0), random: &random)
    #expect(queue.take() == key("a"))
    queue.finish(key("a"), .done(lookAgain: nil), needs: [], now: at(0), random: &random)
    #expect(queue.take() == nil)
    #expect(queue.count == 0)
  }

  @Test mutating func `a key waits until every informer has seen what it wrote`() {
    var queue = WorkQueue(informers: 2)
    queue.add(key("a"))
    _ = queue.take()
    queue.add(key("a"))
    let needs = [
      WorkQueue.Need(informer: 0, revision: 7), WorkQueue.Need(informer: 1, revision: 9),
    ]
    queue.finish(key("a"), .done(lookAgain: nil), needs: needs, now: at(0), random: &random)
    queue.advance(informer: 1, to: 8)
    queue.advance(informer: 0, to: 7)
    #expect(queue.take() == nil)
    queue.advance(informer: 1, to: 9)
    #expect(queue.take() == key("a"))
  }

  @Test mutating func `a failed key comes back by itself, each time later, and at last every 30 s`()
  {
    var queue = WorkQueue(informers: 1)
    var now = at(0)
    var delays: [Duration] = []
    queue.add(key("a"))
    for _ in 0..<20 {
      #expect(queue.take() == key("a"))
      queue.finish(key("a"), .failed, needs: [], now: now, random: &random)
      guard let due = queue.nextDue else { return #expect(Bool(false), "no timer") }
      delays.append(due - now)
      queue.runTimers(Instant(nanoseconds: due.nanoseconds - 1))
      #expect(queue.depth == 0)
      queue.runTimers(due)
      now = due
    }
    // 5 ms doubled, with up to half as much again.
    for (failures, delay) in delays.prefix(12).enumerated() {
      let base = Duration.milliseconds(5 << failures)
      #expect(delay >= base && delay <= base + base / 2)
    }
    #expect(delays.suffix(5) == Array(repeating: .seconds(30), count: 5)[...])
    #expect(queue.retryCount == 20)
  }

  @Test mutating func `success forgets the failures before it`() {
    var queue = WorkQueue(informers: 1)
    queue.add(key("a"))
    for outcome in [WorkQueue.Outcome.failed, .failed, .done(lookAgain: nil), .failed] {
      queue.add(key("a"))
      _ = queue.take()
      queue.finish(key("a"), outcome, needs: [], now: at(0), random: &random)
    }
    queue.runTimers(at(8))
    #expect(queue.take() == key("a"))
  }

  @Test mutating func `a change does not wait for the back-off`() {
    var queue = WorkQueue(informers: 1)
    queue.add(key("a"))
    _ = queue.take()
    queue.finish(key("a"), .failed, needs: [], now: at(0), random: &random)
    queue.add(key("a"))
    #expect(queue.take() == key("a"))
    // Its timer is void: the key was planned.
    queue.finish(key("a"), .done(lookAgain: nil), needs: [], now: at(1), random: &random)
    queue.runTimers(at(60_000))
    #expect(queue.take() == nil)
  }

  @Test mutating func `look again comes at its time, and a later plan replaces it`() {
    var queue = WorkQueue(informers: 1)
    queue.add(key("a"))
    _ = queue.take()
    queue.finish(
      key("a"), .done(lookAgain: .seconds(5)), needs: [], now: at(0), random: &random)
    #expect(queue.nextDue == at(5000))
    queue.add(key("a"))
    _ = queue.take()
    queue.finish(
      key("a"), .done(lookAgain: .seconds(9)), needs: [], now: at(1000), random: &random)
    queue.runTimers(at(5000))
    #expect(queue.take() == nil)
    queue.runTimers(at(10_000))
    #expect(queue.take() == key("a"))
  }
}
