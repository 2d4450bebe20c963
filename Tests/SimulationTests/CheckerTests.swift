import Base
import EtcdAPI
import Raft
import Simulator
import Testing

/// Writes small histories as clients would have seen them.
struct HistoryBuilder {
  var history = History()

  private static func time(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  private mutating func add(_ request: Request, _ from: Int64, _ outcome: Operation.Outcome) {
    history.operations.append(
      Operation(client: 0, request: request, began: Self.time(from), outcome: outcome))
  }

  /// A put that was answered with a revision, from one millisecond to another.
  mutating func put(_ key: Bytes, _ value: Bytes, _ revision: Int64, _ from: Int64, _ to: Int64) {
    let response = PutResponse(header: ResponseHeader(revision: revision))
    add(
      .put(PutRequest(key: key, value: value)), from,
      .answered(.put(response), at: Self.time(to)))
  }

  mutating func leasedPut(
    _ key: Bytes, _ value: Bytes, lease: Int64, _ revision: Int64, _ from: Int64, _ to: Int64
  ) {
    let response = PutResponse(header: ResponseHeader(revision: revision))
    add(
      .put(PutRequest(key: key, value: value, lease: lease)), from,
      .answered(.put(response), at: Self.time(to)))
  }

  mutating func revoke(_ lease: Int64, _ revision: Int64, _ from: Int64, _ to: Int64) {
    let response = LeaseRevokeResponse(header: ResponseHeader(revision: revision))
    add(
      .leaseRevoke(LeaseRevokeRequest(id: lease)), from,
      .answered(.leaseRevoke(response), at: Self.time(to)))
  }

  mutating func lostPut(_ key: Bytes, _ value: Bytes, _ from: Int64) {
    add(.put(PutRequest(key: key, value: value)), from, .unknown)
  }

  /// A read of one key that found a value of a revision, or nothing.
  mutating func read(
    _ key: Bytes, _ found: (value: Bytes, mod: Int64, create: Int64, version: Int64)?,
    at revision: Int64, _ from: Int64, _ to: Int64, serializable: Bool = false
  ) {
    let kvs = found.map { found in
      [
        KeyValue(
          key: key, createRevision: found.create, modRevision: found.mod, version: found.version,
          value: found.value)
      ]
    }
    let response = RangeResponse(
      header: ResponseHeader(revision: revision), kvs: kvs ?? [], count: found == nil ? 0 : 1)
    add(
      .range(RangeRequest(key: key, serializable: serializable)), from,
      .answered(.range(response), at: Self.time(to)))
  }

  /// A swap of `key` if it was last changed at `expected`.
  mutating func swap(
    _ key: Bytes, _ value: Bytes, ifAt expected: Int64, succeeded: Bool, _ revision: Int64,
    _ from: Int64, _ to: Int64
  ) {
    let request = TxnRequest(
      compare: [Compare(target: .mod, key: key, targetUnion: .modRevision(expected))],
      success: [RequestOp(request: .put(PutRequest(key: key, value: value)))])
    let response = TxnResponse(
      header: ResponseHeader(revision: revision), succeeded: succeeded,
      responses: succeeded ? [ResponseOp(response: .put(PutResponse()))] : [])
    add(.transaction(request), from, .answered(.transaction(response), at: Self.time(to)))
  }

  var violations: [String] { LinearizabilityChecker.check(history).violations }
}

@Suite struct `The linearizability checker` {
  @Test func `accepts writes, reads and swaps in order`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 2, 0, 1)
    builder.read("a", ("1", 2, 2, 1), at: 2, 2, 3)
    builder.swap("a", "2", ifAt: 2, succeeded: true, 3, 4, 5)
    builder.swap("a", "3", ifAt: 2, succeeded: false, 3, 6, 7)
    builder.read("b", nil, at: 3, 8, 9)
    #expect(builder.violations == [])
  }

  @Test func `accepts calls that overlap in either order`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 3, 0, 10)
    builder.put("a", "2", 2, 0, 10)
    builder.read("a", ("2", 2, 2, 1), at: 2, 1, 9)
    #expect(builder.violations == [])
  }

  @Test func `accepts an unanswered write that took effect late, or never`() {
    var builder = HistoryBuilder()
    builder.lostPut("a", "lost", 0)
    builder.lostPut("a", "never", 0)
    builder.put("b", "1", 2, 1, 2)
    builder.read("a", nil, at: 2, 3, 4)
    builder.read("a", ("lost", 3, 3, 1), at: 3, 5, 6)
    #expect(builder.violations == [])
  }

  // Seed 5037: an unanswered put took the key from the lease that was revoked next.
  @Test func `accepts a revocation that found its lease without keys`() {
    var builder = HistoryBuilder()
    builder.leasedPut("a", "1", lease: 4, 2, 0, 1)
    builder.lostPut("a", "2", 2)
    builder.revoke(4, 3, 3, 6)
    builder.read("a", ("2", 3, 2, 2), at: 3, 7, 8)
    #expect(builder.violations == [])
  }

  @Test func `refuses a revocation that left its lease's keys`() {
    var builder = HistoryBuilder()
    builder.leasedPut("a", "1", lease: 4, 2, 0, 1)
    builder.revoke(4, 2, 3, 6)
    #expect(builder.violations.count == 1)
  }

  @Test func `accepts a stale read only where it was asked for`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 2, 0, 1)
    builder.put("a", "2", 3, 2, 3)
    builder.read("a", ("1", 2, 2, 1), at: 2, 4, 5, serializable: true)
    #expect(builder.violations == [])
    builder.read("a", ("1", 2, 2, 1), at: 2, 4, 5)
    #expect(builder.violations.count == 1)
  }

  @Test func `refuses a read of a value that was never written`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 2, 0, 1)
    builder.read("a", ("x", 2, 2, 1), at: 2, 2, 3)
    #expect(!builder.violations.isEmpty)
  }

  @Test func `refuses a read that forgets an acknowledged write`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 2, 0, 1)
    builder.put("a", "2", 3, 2, 3)
    builder.read("a", ("1", 2, 2, 1), at: 3, 4, 5)
    #expect(!builder.violations.isEmpty)
  }

  @Test func `refuses two writes of one revision`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 2, 0, 1)
    builder.put("b", "2", 2, 0, 1)
    #expect(!builder.violations.isEmpty)
  }

  @Test func `refuses a write that was applied twice`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 2, 0, 1)
    builder.read("a", ("1", 3, 2, 2), at: 3, 2, 3)
    #expect(!builder.violations.isEmpty)
  }

  @Test func `refuses a write that took effect before it was asked for`() {
    var builder = HistoryBuilder()
    builder.read("a", ("1", 2, 2, 1), at: 2, 0, 1)
    builder.lostPut("a", "1", 5)
    #expect(!builder.violations.isEmpty)
  }

  @Test func `refuses revisions that run against time`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 3, 0, 1)
    builder.put("b", "2", 2, 2, 3)
    #expect(!builder.violations.isEmpty)
  }

  @Test func `refuses two swaps that both found the same revision`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 2, 0, 1)
    builder.swap("a", "2", ifAt: 2, succeeded: true, 3, 2, 9)
    builder.swap("a", "3", ifAt: 2, succeeded: true, 4, 2, 9)
    #expect(!builder.violations.isEmpty)
  }

  @Test func `refuses a swap that failed though it should not have`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 2, 0, 1)
    builder.swap("a", "2", ifAt: 2, succeeded: false, 2, 2, 3)
    #expect(!builder.violations.isEmpty)
  }

  /// Twelve lost writes and a count of them that no order explains: every order is tried or the
  /// bound is met, and either is a violation.
  @Test func `refuses what it cannot decide`() {
    var builder = HistoryBuilder()
    for number in 0..<12 { builder.lostPut(Bytes("k\(number)"), Bytes("v\(number)"), 0) }
    builder.put("z", "1", 14, 1, 2)
    builder.put("z", "2", 15, 3, 4)
    builder.read("z", ("2", 15, 14, 9), at: 15, 5, 6)
    #expect(!builder.violations.isEmpty)
  }
}

@Suite struct `The watch checker` {
  static let request = WatchCreateRequest(key: "a", rangeEnd: "c", startRevision: 2)

  static func event(_ key: Bytes, _ revision: Int64) -> Event {
    Event(
      type: .put,
      kv: KeyValue(
        key: key, createRevision: revision, modRevision: revision, version: 1, value: "v"))
  }

  static let events: [Int64: [Event]] = [
    2: [event("a", 2)], 3: [event("a", 3), event("b", 3), event("x", 3)], 4: [event("x", 4)],
    5: [event("b", 5)],
  ]

  static func violations(_ runs: [(start: Int64, deliveries: [[Event]])]) -> [String] {
    var record = WatchRecord(request: request, start: runs[0].start)
    record.runs = runs.map { start, deliveries in
      var run = WatchRecord.Run(start: start)
      run.deliveries = deliveries.map {
        WatchRecord.Delivery(at: Instant(nanoseconds: 0), events: $0)
      }
      return run
    }
    return WatchChecker.check([record], events: events, last: 5)
  }

  @Test func `accepts every event of the range, once and in order`() {
    #expect(
      Self.violations([
        (
          2,
          [[Self.event("a", 2)], [Self.event("a", 3), Self.event("b", 3)], [Self.event("b", 5)]]
        )
      ]) == [])
    #expect(
      Self.violations([
        (2, [[Self.event("a", 2)]]), (5, [[Self.event("b", 5)]]),
      ]) == [])
  }

  @Test func `refuses a lost event, in the middle and at the end`() {
    #expect(
      !Self.violations([(2, [[Self.event("a", 2)], [Self.event("b", 5)]])]).isEmpty)
    #expect(
      !Self.violations([
        (2, [[Self.event("a", 2)], [Self.event("a", 3), Self.event("b", 3)]])
      ]).isEmpty)
  }

  @Test func `refuses an event that comes twice, or before an older one`() {
    let third = [Self.event("a", 3), Self.event("b", 3)]
    #expect(
      !Self.violations([
        (2, [[Self.event("a", 2)], [Self.event("a", 2)], third, [Self.event("b", 5)]])
      ]).isEmpty)
    #expect(
      !Self.violations([
        (2, [[Self.event("a", 2)], [Self.event("b", 5)], third])
      ]).isEmpty)
  }

  @Test func `refuses a revision in two parts`() {
    #expect(
      !Self.violations([
        (
          2,
          [
            [Self.event("a", 2)], [Self.event("a", 3)], [Self.event("b", 3)],
            [Self.event("b", 5)],
          ]
        )
      ]).isEmpty)
  }

  @Test func `refuses an event of a key that was not asked for`() {
    #expect(
      !Self.violations([
        (
          2,
          [
            [Self.event("a", 2)], [Self.event("a", 3), Self.event("b", 3)], [Self.event("x", 4)],
            [Self.event("b", 5)],
          ]
        )
      ]).isEmpty)
  }
}

@Suite struct `The smaller checkers` {
  static func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

  @Test func `one leader a term, and no two`() {
    var checker = LeaderChecker()
    checker.add(RoleChange(role: .leader, term: Term(1), leader: NodeID(1)), at: NodeID(1))
    checker.add(RoleChange(role: .leader, term: Term(2), leader: NodeID(2)), at: NodeID(2))
    checker.add(RoleChange(role: .follower, term: Term(2), leader: NodeID(2)), at: NodeID(1))
    #expect(checker.violations == [])
    checker.add(RoleChange(role: .leader, term: Term(1), leader: NodeID(3)), at: NodeID(3))
    #expect(checker.violations.count == 1)
  }

  @Test func `equal places must have equal hashes`() {
    var checker = StateChecker()
    func add(_ member: UInt64, _ revision: Int64, _ hash: UInt32) {
      checker.add(
        StateChecker.Sample(
          member: NodeID(member), compactRevision: 1, revision: revision, hash: hash))
    }
    add(1, 5, 77)
    add(2, 5, 77)
    add(2, 6, 78)
    #expect(checker.violations == [])
    add(3, 6, 79)
    #expect(checker.violations.count == 1)
  }

  @Test func `history is kept for a retention, unless a client compacts it`() {
    // Revision n comes in second n.
    let appeared = (Int64(0)...20).map(Self.at)
    var checker = RetentionChecker(retention: .seconds(5))
    checker.compacted(through: 4, at: Self.at(9), appeared: appeared)
    checker.compacted(through: 4, at: Self.at(9), appeared: appeared)
    checker.asked(8)
    checker.compacted(through: 8, at: Self.at(10), appeared: appeared)
    #expect(checker.violations == [])
    checker.compacted(through: 9, at: Self.at(13), appeared: appeared)
    #expect(checker.violations.count == 1)

    var unlimited = RetentionChecker(retention: nil)
    unlimited.asked(3)
    unlimited.compacted(through: 3, at: Self.at(20), appeared: appeared)
    #expect(unlimited.violations == [])
    unlimited.compacted(through: 4, at: Self.at(20), appeared: appeared)
    #expect(unlimited.violations.count == 1)
  }

  @Test func `history goes some time behind its retention`() {
    let appeared = (Int64(0)...20).map(Self.at)
    // Two retentions, a tenth, and two seconds: in second 18 revision 5 is 13 seconds old.
    var checker = RetentionChecker(retention: .seconds(5))
    checker.kept(since: 5, at: Self.at(18), appeared: appeared)
    #expect(checker.violations == [])
    checker.kept(since: 4, at: Self.at(18), appeared: appeared)
    #expect(checker.violations.count == 1)
    var unlimited = RetentionChecker(retention: nil)
    unlimited.kept(since: 0, at: Self.at(100_000), appeared: appeared)
    #expect(unlimited.violations == [])
  }

  @Test func `a lease lives as long as it was granted and renewed`() {
    var checker = LeaseChecker()
    checker.granted(7, seconds: 5, began: Self.at(0))
    checker.renewed(7, began: Self.at(4))
    checker.seenEnded(7, at: Self.at(9))
    #expect(checker.violations == [])
    checker.seenEnded(7, at: Self.at(8))
    #expect(checker.violations.count == 1)
  }

  @Test func `a lease that a client ended may go early, but not before it was asked`() {
    var checker = LeaseChecker()
    checker.granted(7, seconds: 5, began: Self.at(0))
    checker.revoked(7, began: Self.at(2))
    checker.seenEnded(7, at: Self.at(3))
    #expect(checker.violations == [])
    checker.seenEnded(7, at: Self.at(1))
    #expect(checker.violations.count == 1)
  }

  @Test func `what was acknowledged is there at the end`() {
    var builder = HistoryBuilder()
    builder.put("a", "1", 2, 0, 1)
    builder.put("a", "2", 3, 2, 3)
    func end(_ revision: Int64, _ mod: Int64) -> RangeResponse {
      RangeResponse(
        header: ResponseHeader(revision: revision),
        kvs: [KeyValue(key: "a", createRevision: 2, modRevision: mod, version: 2, value: "2")],
        count: 1)
    }
    let operations = builder.history.operations
    #expect(AcknowledgedWriteChecker.check(operations, end: end(3, 3)) == [])
    #expect(!AcknowledgedWriteChecker.check(operations, end: end(3, 2)).isEmpty)
    #expect(!AcknowledgedWriteChecker.check(operations, end: end(2, 2)).isEmpty)
  }
}
