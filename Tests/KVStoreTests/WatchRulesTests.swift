import Base
import EtcdAPI
import KVStore
import Testing

/// etcd's rules of watches (api semantics of 3.6; the guarantees of etcd.io "API guarantees").
@Suite struct `Watches follow etcd` {
  @Test func `ids count from 0 per stream and created comes first`() throws {
    let store = Store()
    try store.put("a", "1")
    store.watch(WatchCreateRequest(key: "a", startRevision: 2), stream: 1)
    store.watch(WatchCreateRequest(key: "b"), stream: 1)
    store.watch(WatchCreateRequest(key: "a"), stream: 2)
    let responses = store.pump()
    #expect(responses[1]?.map(\.watchID) == [0, 1, 0])
    #expect(responses[1]?.map(\.created) == [true, true, false])
    #expect(responses[1]?.last?.events.first?.kv?.value == "1")
    #expect(responses[2]?.map(\.watchID) == [0])
    #expect(responses[2]?.first?.header?.revision == 2)
  }

  @Test func `a client chooses an id once`() throws {
    let store = Store()
    store.watch(WatchCreateRequest(key: "a", watchID: 1))
    store.watch(WatchCreateRequest(key: "b", watchID: 1))
    store.watch(WatchCreateRequest(key: "c"))
    store.watch(WatchCreateRequest(key: "d"))
    let responses = store.pump()[1] ?? []
    #expect(responses.map(\.watchID) == [1, -1, 0, 2])
    #expect(responses.map(\.canceled) == [false, true, false, false])
    #expect(
      responses[1].cancelReason == "mvcc: duplicate watch ID provided on the WatchStream")
  }

  @Test func `cancelling answers, and an unknown id does not`() throws {
    let store = Store()
    store.watch(WatchCreateRequest(key: "a"))
    _ = store.pump()
    store.send(.cancel(WatchCancelRequest(watchID: 5)))
    #expect(store.pump().isEmpty)
    store.send(.cancel(WatchCancelRequest(watchID: 0)))
    let responses = store.pump()[1] ?? []
    #expect(responses.count == 1 && responses[0].canceled && responses[0].watchID == 0)
    try store.put("a")
    #expect(store.pump().isEmpty)
  }

  @Test func `a compacted start is created and then canceled`() throws {
    let store = Store()
    for number in 0..<6 { try store.put("a", Bytes("\(number)")) }
    try store.compact(5)
    store.watch(WatchCreateRequest(key: "a", startRevision: 4))
    store.watch(WatchCreateRequest(key: "a", startRevision: -1))
    let responses = store.pump()[1] ?? []
    #expect(responses.map(\.created) == [true, false, true])
    #expect(responses[1].canceled && responses[1].compactRevision == 5)
    #expect(responses[1].header?.revision == 0)
    #expect(responses[2].canceled && responses[2].watchID == -1)
    #expect(store.space.watcherCount == 0)
  }

  /// etcd issues 18089 and 19179: a deletion at the compacted revision was lost.
  @Test func `a watch may start at the compacted revision and sees its deletion`() throws {
    let store = Store(segmentBytes: 1024)
    try store.put("a", "1")
    try store.delete("a")
    for number in 0..<100 { try store.put("b", Bytes("\(number)")) }
    try store.compact(3)
    store.finishCompaction()
    store.watch(WatchCreateRequest(key: "a", startRevision: 3, prevKv: true))
    let events = (store.pump()[1] ?? []).flatMap(\.events)
    #expect(events == [Event(type: .delete, kv: KeyValue(key: "a", modRevision: 3))])
    #expect(try store.range("a", revision: 3).count == 0)
  }

  @Test func `a compaction waits for watches that are yet to be told`() throws {
    let store = Store(segmentBytes: 1024)
    store.watch(WatchCreateRequest(key: "a"))
    _ = store.pump()
    for number in 0..<200 { try store.put("a", Bytes("\(number)")) }
    try store.compact(201)
    store.finishCompaction()
    let events = (store.pump()[1] ?? []).flatMap(\.events)
    #expect(events.count == 200)
    let before = store.space.sizeBytes
    store.finishCompaction()
    let after = store.space.sizeBytes
    #expect(after < before)
  }

  @Test func `a future start waits for its revision`() throws {
    let store = Store()
    store.watch(WatchCreateRequest(key: "a", startRevision: 4))
    for number in 2...5 { try store.put("a", Bytes("\(number)")) }
    let events = (store.pump()[1] ?? []).flatMap(\.events)
    #expect(events.compactMap(\.kv?.value) == ["4", "5"])
  }

  @Test func `filters drop puts or deletions`() throws {
    let store = Store()
    store.watch(WatchCreateRequest(key: "a", filters: [.noput]), stream: 1)
    store.watch(WatchCreateRequest(key: "a", filters: [.nodelete]), stream: 2)
    try store.put("a", "1")
    try store.delete("a")
    let responses = store.pump()
    #expect((responses[1] ?? []).flatMap(\.events).map(\.type) == [.delete])
    #expect((responses[2] ?? []).flatMap(\.events).map(\.type) == [.put])
  }

  @Test func `all events of a Txn share a response in the order of its operations`() throws {
    let store = Store()
    try store.put("c", "old")
    store.watch(WatchCreateRequest(key: "\0", rangeEnd: "\0", prevKv: true))
    _ = store.pump()
    try store.transaction(
      TxnRequest(success: [
        RequestOp(request: .put(PutRequest(key: "b", value: "1"))),
        RequestOp(request: .deleteRange(DeleteRangeRequest(key: "c"))),
        RequestOp(request: .put(PutRequest(key: "a", value: "2"))),
      ]))
    let responses = store.pump()[1] ?? []
    #expect(responses.count == 1)
    #expect(responses[0].events.compactMap(\.kv?.key) == ["b", "c", "a"])
    #expect(Set(responses[0].events.compactMap(\.kv?.modRevision)) == [3])
    #expect(responses[0].events[1].prevKv?.value == "old")
    #expect(responses[0].events[0].prevKv == nil)
  }

  @Test func `a lease's end deletes in one revision with previous values`() throws {
    let store = Store()
    try store.grant(9, ttl: 5)
    for key in ["z", "a", "m"] as [Bytes] { try store.put(key, key, lease: 9) }
    store.watch(WatchCreateRequest(key: "\0", rangeEnd: "\0", prevKv: true))
    _ = store.pump()
    store.pass(seconds: 5)
    #expect(store.pump().isEmpty, "at its end it is still held")
    store.pass(seconds: 1)
    let responses = store.pump()[1] ?? []
    #expect(responses.count == 1)
    #expect(responses[0].events.compactMap(\.kv?.key) == ["a", "m", "z"])
    #expect(responses[0].events.compactMap(\.prevKv?.value) == ["a", "m", "z"])
    #expect(store.space.revision == 5)
  }

  @Test func `a large revision is split only where fragments are asked for`() throws {
    let store = Store(segmentBytes: 1 << 20)
    let value = Bytes([UInt8](repeating: 0x61, count: 50_000))
    store.watch(WatchCreateRequest(key: "\0", rangeEnd: "\0"), stream: 1)
    store.watch(WatchCreateRequest(key: "\0", rangeEnd: "\0", fragment: true), stream: 2)
    _ = store.pump()
    let puts = (0..<100).map { number in
      RequestOp(request: .put(PutRequest(key: Bytes("k\(1000 + number)"), value: value)))
    }
    try store.transaction(TxnRequest(success: puts))
    let responses = store.pump()
    #expect(responses[1]?.map(\.events.count) == [100])
    let parts = responses[2] ?? []
    #expect(parts.map(\.fragment) == [true, true, true, false])
    #expect(parts.flatMap(\.events) == responses[1]?.flatMap(\.events))
    #expect(parts.allSatisfy { $0.encodedLength <= Limits.requestBytesMax + 64 })
  }

  @Test func `progress is told once all watchers of the stream are synced`() throws {
    let store = Store()
    store.watch(WatchCreateRequest(key: "a"))
    _ = store.pump()
    store.space.setCongested(stream: 1, true)
    try store.put("a", "1")
    _ = store.pump()
    store.send(.progress(WatchProgressRequest()))
    #expect(store.pump().isEmpty, "a late watcher is not synced")
    store.space.setCongested(stream: 1, false)
    let responses = store.pump()[1] ?? []
    #expect(responses.map(\.watchID) == [0, -1])
    #expect(responses.last?.header?.revision == 2 && responses.last?.events == [])
    store.send(.progress(WatchProgressRequest()))
    #expect(store.pump()[1]?.map(\.watchID) == [-1])
  }

  @Test func `a quiet watch that asked for it is told the revision`() throws {
    let store = Store()
    store.watch(WatchCreateRequest(key: "a", progressNotify: true), stream: 1)
    store.watch(WatchCreateRequest(key: "a"), stream: 2)
    _ = store.pump()
    try store.put("b")
    store.now = Instant(nanoseconds: 599_000_000_000)
    #expect(store.pump().isEmpty)
    store.now = Instant(nanoseconds: 600_000_000_000)
    let responses = store.pump()
    #expect(responses[1]?.map(\.watchID) == [0] && responses[2] == nil)
    #expect(responses[1]?.first?.header?.revision == 2)
    #expect(store.pump().isEmpty)
  }

  @Test func `a closed stream says nothing more`() throws {
    let store = Store()
    store.watch(WatchCreateRequest(key: "a"))
    store.send(.progress(WatchProgressRequest()))
    store.space.closeWatchStream(1)
    try store.put("a")
    #expect(store.pumpNothing()[1]?.count == 1)
    #expect(store.pump().isEmpty)
    #expect(store.space.watcherCount == 0 && store.space.watchStreamCount == 0)
  }

  @Test func `a small budget serves streams in turn and loses nothing`() throws {
    let store = Store()
    for number in 0..<300 { try store.put("a", Bytes("\(number)")) }
    for stream in 1...4 as ClosedRange<UInt64> {
      store.watch(WatchCreateRequest(key: "a", startRevision: 2), stream: stream)
    }
    let responses = store.pump(bytesMax: 1)
    for stream in 1...4 as ClosedRange<UInt64> {
      #expect((responses[stream] ?? []).flatMap(\.events).count == 300)
    }
  }

  @Test func `an empty key watches from the first one`() throws {
    let store = Store()
    store.watch(WatchCreateRequest(key: "", rangeEnd: "\0"))
    try store.put("a")
    #expect((store.pump()[1] ?? []).flatMap(\.events).count == 1)
  }
}
