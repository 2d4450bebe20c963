import Base
import EtcdAPI
import EventLoop
import Protobuf
import Synchronization
import Testing

@testable import StoreClient

/// What a caller delivered, turn by turn.
private final class Deliveries: Sendable {
  private let turns = Mutex<[[StoreEvent]]>([])

  var batches: [[StoreEvent]] { turns.withLock { $0 } }
  var events: [StoreEvent] { batches.flatMap { $0 } }

  func take(_ events: [StoreEvent]) { turns.withLock { $0.append(events) } }
}

private struct Stage {
  let loop: EventLoop
  let caller: StoreCaller
  let deliveries = Deliveries()

  init(_ members: ScriptedMembers, _ endpoints: [String], loop: EventLoop? = nil) throws {
    let loop = try loop ?? EventLoop()
    self.loop = loop
    caller = StoreCaller(
      client: try client(members, endpoints), loop: loop, deliver: deliveries.take)
  }

  func perform(_ effects: [StoreEffect]) {
    for effect in effects { caller.perform(effect) }
  }

  /// Serves the loop until `count` events came.
  func wait(for count: Int) -> [StoreEvent] {
    #expect(loop.run(atMost: .seconds(20)) { deliveries.events.count >= count })
    return deliveries.events
  }
}

private let reset = CallFailure.lost(ConnectionFailure(endpoint: "a:1", reason: "reset"))
private let write = TxnRequest(success: [
  RequestOp(request: .put(PutRequest(key: "k", value: "v")))
])

private func put(_ key: Bytes, at revision: Int64) -> Event {
  Event(kv: KeyValue(key: key, modRevision: revision))
}

@Suite struct `A component's calls` {
  @Test func `each is answered once under its number`() throws {
    let members = ScriptedMembers([
      "a:1": .init(calls: [
        .success(RangeResponse(count: 3).encoded),
        .success(TxnResponse(header: ResponseHeader(revision: 7), succeeded: true).encoded),
        .success(LeaseGrantResponse(id: 9, ttl: 10).encoded),
        .success(LeaseRevokeResponse().encoded),
      ])
    ])
    let stage = try Stage(members, ["a:1"])
    let answers: [StoreAnswer] = [
      .range(RangeResponse(count: 3)),
      .txn(TxnResponse(header: ResponseHeader(revision: 7), succeeded: true)),
      .leaseGrant(LeaseGrantResponse(id: 9, ttl: 10)),
      .leaseRevoke,
    ]
    let calls: [StoreCall] = [
      .range(RangeRequest(key: "k")), .txn(write), .leaseGrant(ttlSeconds: 10),
      .leaseRevoke(id: 9),
    ]
    for (number, call) in calls.enumerated() {
      let id = StoreCallID(UInt64(number))
      stage.perform([.call(id, call)])
      #expect(stage.wait(for: number + 1).last == .answered(id, answers[number]))
    }
  }

  /// What may have been handed on to the store's leader is unknown; what was refused before is not.
  @Test(arguments: [
    (CallFailure.status(.noSpace), StoreAnswer.refused(.noSpace)),
    (.status(.permissionDenied), .refused(.permissionDenied)),
    (.status(.tooManyRequests), .refused(.tooManyRequests)),
    (.status(.leaseNotFound), .refused(.leaseNotFound)),
    (.status(.leaderChanged), .unknown), (.status(.timedOut), .unknown),
    (.status(.stopped), .unknown), (.status(.deadlineExceeded), .unknown),
    (reset, .unknown), (.deadline, .unknown),
  ])
  func `a write that fails is refused or its outcome unknown`(
    failure: CallFailure, answer: StoreAnswer
  ) throws {
    let stage = try Stage(ScriptedMembers(["a:1": .init(calls: [.failure(failure)])]), ["a:1"])
    stage.perform([.call(StoreCallID(1), .txn(write))])
    #expect(stage.wait(for: 1) == [.answered(StoreCallID(1), answer)])
  }

  @Test func `renewing a lease that is gone gives no seconds`() throws {
    let stream = ScriptedStream([LeaseKeepAliveResponse(id: 5, ttl: 0)], end: .silence)
    let stage = try Stage(ScriptedMembers(["a:1": .init(streams: [stream])]), ["a:1"])
    stage.perform([.call(StoreCallID(1), .leaseKeepAlive(id: 5))])
    #expect(stage.wait(for: 1) == [.answered(StoreCallID(1), .leaseKeepAlive(ttlSeconds: 0))])
  }
}

/// What is asked for on the loop of a connection that stands leaves without a task.
@Suite struct `A component's calls without a task` {
  private static let range = StoreCall.range(RangeRequest(key: "k"))

  private static func answer(_ count: Int64) -> Result<Bytes, CallFailure> {
    .success(RangeResponse(count: count).encoded)
  }

  /// Behind a first call, which has made the connection.
  private static func stage(
    _ scripts: [String: ScriptedMembers.Script]
  ) throws -> (Stage, ScriptedMembers) {
    let loop = try EventLoop()
    var scripts = scripts
    scripts["a:1"]?.calls.insert(answer(0), at: 0)
    let members = ScriptedMembers(scripts, loop: loop)
    let stage = try Stage(members, scripts.keys.sorted(), loop: loop)
    stage.perform([.call(StoreCallID(0), range)])
    _ = stage.wait(for: 1)
    return (stage, members)
  }

  @Test func `the first makes the connection, further ones begin at once`() throws {
    let (stage, members) = try Self.stage(["a:1": .init(calls: [Self.answer(1), Self.answer(2)])])
    stage.perform([.call(StoreCallID(1), Self.range), .call(StoreCallID(2), Self.range)])
    #expect(members.log == ["a:1 dial", "a:1 range", "a:1 range begun", "a:1 range begun"])
    #expect(
      stage.wait(for: 3)
        == (0...2).map {
          .answered(StoreCallID(UInt64($0)), .range(RangeResponse(count: $0)))
        })
    // Asked for in one turn, delivered in one.
    #expect(stage.deliveries.batches.map(\.count) == [1, 2])
  }

  @Test func `a read that is lost is asked of the next member`() throws {
    let (stage, members) = try Self.stage([
      "a:1": .init(calls: [.failure(reset)]), "b:1": .init(calls: [Self.answer(7)]),
    ])
    stage.perform([.call(StoreCallID(1), Self.range)])
    #expect(
      stage.wait(for: 2).last == .answered(StoreCallID(1), .range(RangeResponse(count: 7))))
    #expect(members.log.suffix(3) == ["a:1 range begun", "b:1 dial", "b:1 range"])
  }

  /// An end that nobody on this side asked for is the connection's.
  @Test func `a read whose connection was given up is asked again`() throws {
    let (stage, _) = try Self.stage([
      "a:1": .init(calls: [.failure(.cancelled)]), "b:1": .init(calls: [Self.answer(7)]),
    ])
    stage.perform([.call(StoreCallID(1), Self.range)])
    #expect(
      stage.wait(for: 2).last == .answered(StoreCallID(1), .range(RangeResponse(count: 7))))
  }

  @Test(arguments: [
    (CallFailure.status(.noSpace), StoreAnswer.refused(.noSpace)),
    (.status(.leaderChanged), .unknown), (reset, .unknown), (.deadline, .unknown),
  ])
  func `a write that fails is not repeated`(failure: CallFailure, answer: StoreAnswer) throws {
    let (stage, members) = try Self.stage([
      "a:1": .init(calls: [.failure(failure)]), "b:1": .init(calls: [Self.answer(7)]),
    ])
    stage.perform([.call(StoreCallID(1), .txn(write))])
    #expect(stage.wait(for: 2).last == .answered(StoreCallID(1), answer))
    #expect(!members.log.contains("b:1 txn"))
  }

  @Test func `a write that no member saw is sent to the next one`() throws {
    let unseen = CallFailure.notSent(ConnectionFailure(endpoint: "a:1", reason: "refused"))
    let (stage, _) = try Self.stage([
      "a:1": .init(calls: [.failure(unseen)]),
      "b:1": .init(calls: [.success(TxnResponse(succeeded: true).encoded)]),
    ])
    stage.perform([.call(StoreCallID(1), .txn(write))])
    #expect(
      stage.wait(for: 2).last
        == .answered(StoreCallID(1), .txn(TxnResponse(succeeded: true))))
  }

  @Test func `closing gives them up, and nothing is delivered`() throws {
    let (stage, members) = try Self.stage(["a:1": .init(calls: [Self.answer(1)])])
    stage.perform([.call(StoreCallID(1), Self.range)])
    stage.caller.close()
    #expect(members.log.last == "a:1 cancel")
    #expect(!stage.loop.run(atMost: .milliseconds(20)) { stage.deliveries.events.count > 1 })
  }
}

@Suite struct `A component's watches` {
  @Test func `deliveries name the last revision that they complete`() throws {
    let stream = ScriptedStream(
      [
        WatchResponse(header: ResponseHeader(revision: 9), created: true),
        // Catching up: the header lies ahead of the events.
        WatchResponse(header: ResponseHeader(revision: 9), events: [put("k", at: 5)]),
        WatchResponse(header: ResponseHeader(revision: 9), watchID: -1),
      ], end: .silence)
    let stage = try Stage(ScriptedMembers(["a:1": .init(streams: [stream])]), ["a:1"])
    let id = StoreWatchID(1)
    stage.perform([.watch(id, WatchCreateRequest(key: "k", startRevision: 5))])
    #expect(
      stage.wait(for: 2) == [
        .delivered(id, .events(revision: 5, [put("k", at: 5)])),
        .delivered(id, .events(revision: 9, [])),
      ])
    stage.caller.close()
  }

  @Test func `compaction and refusal end a watch`() throws {
    let compacted = ScriptedStream(
      [WatchResponse(canceled: true, compactRevision: 40)], end: .silence)
    let denied = ScriptedStream(
      [WatchResponse(canceled: true, cancelReason: "etcdserver: permission denied")], end: .silence)
    let stage = try Stage(
      ScriptedMembers(["a:1": .init(streams: [compacted, denied])]), ["a:1"])
    stage.perform([.watch(StoreWatchID(1), WatchCreateRequest(key: "k", startRevision: 5))])
    #expect(
      stage.wait(for: 1) == [.delivered(StoreWatchID(1), .compacted(oldest: 40))])
    stage.perform([.watch(StoreWatchID(2), WatchCreateRequest(key: "k", startRevision: 5))])
    #expect(
      stage.wait(for: 2).last == .delivered(StoreWatchID(2), .ended(.permissionDenied)))
  }

  @Test func `progress is asked for once the watch is taken, and again on the next stream`() throws
  {
    let progress = WatchRequest(requestUnion: .progress(WatchProgressRequest())).encoded
    let first = ScriptedStream(
      [WatchResponse(header: ResponseHeader(revision: 3), created: true)], end: .failure(reset))
    let second = ScriptedStream(
      [
        WatchResponse(header: ResponseHeader(revision: 4), created: true),
        WatchResponse(header: ResponseHeader(revision: 4), watchID: -1),
      ], end: .silence)
    let stage = try Stage(
      ScriptedMembers(["a:1": .init(streams: [first]), "b:1": .init(streams: [second])]),
      ["a:1", "b:1"])
    let id = StoreWatchID(1)
    stage.perform([
      .watch(id, WatchCreateRequest(key: "k", startRevision: 2)), .requestProgress(id),
    ])
    #expect(stage.wait(for: 1) == [.delivered(id, .events(revision: 4, []))])
    // Behind the request that creates the watch on each stream.
    #expect(first.sent.dropFirst() == [progress])
    #expect(second.sent.dropFirst() == [progress])
    stage.caller.close()
  }

  @Test func `a cancelled watch delivers nothing more`() throws {
    let stream = ScriptedStream(
      [
        WatchResponse(header: ResponseHeader(revision: 9), created: true),
        WatchResponse(header: ResponseHeader(revision: 9), events: [put("k", at: 5)]),
      ], end: .silence)
    let other = ScriptedStream(
      [
        WatchResponse(header: ResponseHeader(revision: 9), created: true),
        WatchResponse(header: ResponseHeader(revision: 9), events: [put("l", at: 6)]),
      ], end: .silence)
    let stage = try Stage(ScriptedMembers(["a:1": .init(streams: [stream, other])]), ["a:1"])
    let (first, second) = (StoreWatchID(1), StoreWatchID(2))
    stage.perform([
      .watch(first, WatchCreateRequest(key: "k", startRevision: 5)), .cancelWatch(first),
    ])
    stage.perform([.watch(second, WatchCreateRequest(key: "l", startRevision: 5))])
    let events = stage.wait(for: 1)
    #expect(!events.isEmpty)
    for case .delivered(let id, _) in events { #expect(id == second) }
    stage.caller.close()
  }
}
