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

  init(_ members: ScriptedMembers, _ endpoints: [String]) throws {
    let loop = try EventLoop()
    self.loop = loop
    caller = StoreCaller(
      client: try client(members, endpoints), loop: loop, deliver: deliveries.take)
  }

  func perform(_ effects: [StoreEffect]) {
    caller.assumeIsolated { caller in
      for effect in effects { caller.perform(effect) }
    }
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
    stage.caller.assumeIsolated { $0.close() }
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
    stage.caller.assumeIsolated { $0.close() }
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
    stage.caller.assumeIsolated { $0.close() }
  }
}
