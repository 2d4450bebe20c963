import Base
import EtcdAPI
import Testing

@testable import Node

@Suite struct `What is left to report` {
  private let key: Bytes = "/nodes/n1/actual/pods/u1"
  private let now = Instant(nanoseconds: 1_000_000_000)

  private func standing(_ key: Bytes, _ value: Bytes, _ revision: Int64) -> KeyValue {
    KeyValue(key: key, createRevision: 1, modRevision: revision, version: 1, value: value)
  }

  private func next(_ queue: inout ReportQueue) throws -> ReportQueue.Write {
    let write = queue.next(now: now)
    return try #require(write)
  }

  @Test func `a newer report replaces an older one, and one without change is none`() throws {
    var queue = ReportQueue()
    queue.want("1", at: key, by: now)
    queue.want("2", at: key, by: now)
    let write = try next(&queue)
    #expect(write == .init(key: key, value: "2", modRevision: 0))
    queue.wrote(write, revision: 7, now: now)
    #expect(queue.next(now: now) == nil)
    queue.want("2", at: key, by: now)
    #expect(queue.next(now: now) == nil && queue.nextDue == nil)
  }

  @Test func `a report that changed while it was written is written again`() throws {
    var queue = ReportQueue()
    queue.want("1", at: key, by: now)
    let write = try next(&queue)
    queue.want("2", at: key, by: now)
    #expect(queue.next(now: now) == nil)
    queue.wrote(write, revision: 7, now: now)
    #expect(queue.next(now: now) == .init(key: key, value: "2", modRevision: 7))
  }

  @Test func `a report waits for its time, and a more urgent one brings it forward`() {
    var queue = ReportQueue()
    let later = now + .seconds(1)
    queue.want("begins", at: key, by: later)
    #expect(queue.next(now: now) == nil && queue.nextDue == later)
    queue.want("runs", at: key, by: now)
    #expect(queue.nextDue == now)
    #expect(queue.next(now: now)?.value == "runs")
  }

  @Test func `what the store holds is neither repeated nor left behind`() {
    var queue = ReportQueue()
    queue.want("1", at: key, by: now)
    queue.want("n", at: "/nodes/n1/actual/node", by: now)
    queue.found(
      [standing(key, "1", 4), standing("/nodes/n1/actual/pods/old", "x", 5)], now: now)
    #expect(
      queue.next(now: now) == .init(key: "/nodes/n1/actual/node", value: "n", modRevision: 0))
    #expect(
      queue.next(now: now)
        == .init(key: "/nodes/n1/actual/pods/old", value: nil, modRevision: 5))
    #expect(queue.next(now: now) == nil)
  }

  /// Otherwise a write whose outcome is unknown could replace its successor.
  @Test func `after an unknown outcome the key is compared with what stood before`() throws {
    var queue = ReportQueue()
    queue.found([standing(key, "0", 4)], now: now)
    queue.want("1", at: key, by: now)
    let lost = try next(&queue)
    queue.failed(lost, again: now)
    queue.want("2", at: key, by: now)
    let second = try next(&queue)
    #expect(second == .init(key: key, value: "2", modRevision: 4))
    // The lost one had arrived after all.
    queue.refused(second, found: standing(key, "1", 9), now: now)
    #expect(queue.next(now: now) == .init(key: key, value: "2", modRevision: 9))
  }

  /// The simulator's find: the pod was forgotten before the write was tried again, and what the
  /// lost write had made stayed for ever.
  @Test func `what may have been written is found out before it is taken to be gone`() throws {
    var queue = ReportQueue()
    queue.found([], now: now)
    queue.want("1", at: key, by: now)
    let lost = try next(&queue)
    queue.failed(lost, again: now)
    queue.want(nil, at: key, by: now)
    let second = try next(&queue)
    #expect(second == .init(key: key, value: nil, modRevision: 0))
    queue.refused(second, found: standing(key, "1", 9), now: now)
    let third = try next(&queue)
    #expect(third == .init(key: key, value: nil, modRevision: 9))
    queue.wrote(third, revision: 10, now: now)
    #expect(queue.nextDue == nil)
  }

  @Test func `a list read while a report is written does not undo the answer`() throws {
    var queue = ReportQueue()
    queue.want("1", at: key, by: now)
    let write = try next(&queue)
    queue.found([], now: now)
    queue.wrote(write, revision: 7, now: now)
    queue.want("2", at: key, by: now)
    #expect(queue.next(now: now) == .init(key: key, value: "2", modRevision: 7))
  }
}
