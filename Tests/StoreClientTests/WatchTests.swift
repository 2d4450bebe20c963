import Base
import EtcdAPI
import Protobuf
import Testing

@testable import StoreClient

private func header(_ revision: Int64) -> ResponseHeader { ResponseHeader(revision: revision) }

private func put(_ key: Bytes, at revision: Int64) -> Event {
  Event(kv: KeyValue(key: key, modRevision: revision))
}

private let reset = CallFailure.lost(ConnectionFailure(endpoint: "a:1", reason: "reset"))

@Suite struct `Watching` {
  @Test func `a new stream goes on behind the last event`() {
    var cursor = WatchCursor(WatchCreateRequest(key: "k", startRevision: 5))
    #expect(cursor.take(WatchResponse(header: header(9), created: true)) == .created(revision: 9))
    #expect(cursor.request.startRevision == 5)
    // A catching-up watcher's header may lie far ahead of its events.
    let events = WatchResponse(header: header(9), events: [put("k", at: 5), put("k", at: 6)])
    #expect(cursor.take(events) == .deliver(WatchBatch(events)))
    #expect(cursor.request.startRevision == 7)
    let progress = WatchResponse(header: header(20))
    #expect(cursor.take(progress) == .deliver(WatchBatch(progress)))
    #expect(cursor.request.startRevision == 21)
  }

  @Test func `a watch from now on does not skip what happens while it reconnects`() {
    var cursor = WatchCursor(WatchCreateRequest(key: "k"))
    _ = cursor.take(WatchResponse(header: header(9), created: true))
    #expect(cursor.request.startRevision == 10)
  }

  @Test func `progress behind a future start does not move the start back`() {
    var cursor = WatchCursor(WatchCreateRequest(key: "k", startRevision: 100))
    _ = cursor.take(WatchResponse(header: header(9), created: true))
    _ = cursor.take(WatchResponse(header: header(12)))
    #expect(cursor.request.startRevision == 100)
  }

  @Test func `cancellations end the watch by their reason`() {
    var cursor = WatchCursor(WatchCreateRequest(key: "k"))
    #expect(
      cursor.take(WatchResponse(canceled: true, compactRevision: 40))
        == .fail(.compacted(oldest: 40)))
    // Authorisation: created and canceled in one response.
    let denied = WatchResponse(
      created: true, canceled: true, cancelReason: "etcdserver: permission denied")
    #expect(cursor.take(denied) == .fail(.status(.permissionDenied)))
    #expect(
      cursor.take(WatchResponse(canceled: true, cancelReason: "etcdserver: no leader"))
        == .reconnect)
    #expect(
      cursor.take(WatchResponse(canceled: true, cancelReason: "grant removed"))
        == .fail(.watchCanceled(reason: "grant removed")))
  }

  @Test func `events are neither lost nor repeated over a broken connection`() async throws {
    let first = ScriptedStream(
      [
        WatchResponse(header: header(1), created: true),
        WatchResponse(header: header(2), events: [put("k", at: 2)]),
      ], end: .failure(reset))
    let second = ScriptedStream(
      [
        WatchResponse(header: header(2), created: true),
        WatchResponse(header: header(3), events: [put("k", at: 3)]),
      ], end: .silence)
    let members = ScriptedMembers([
      "a:1": .init(streams: [first]), "b:1": .init(streams: [second]),
    ])
    let watch = try client(members, ["a:1", "b:1"]).watch(WatchCreateRequest(key: "k"))
    #expect(try await watch.start() == 1)
    var revisions: [Int64] = []
    for try await batch in watch {
      revisions += batch.events.compactMap { $0.kv?.modRevision }
      if revisions.count == 2 { break }
    }
    #expect(revisions == [2, 3])
    let resumed = WatchRequest(
      requestUnion: .create(WatchCreateRequest(key: "k", startRevision: 3)))
    #expect(second.sent == [resumed.encoded])
    #expect(members.log.filter { $0.hasSuffix("dial") } == ["a:1 dial", "b:1 dial"])
  }

  @Test func `a compacted start is an error, not a reconnection`() async throws {
    let stream = ScriptedStream(
      [
        WatchResponse(header: header(50), created: true),
        WatchResponse(canceled: true, compactRevision: 40),
      ], end: .silence)
    let members = ScriptedMembers(["a:1": .init(streams: [stream])])
    let watch = try client(members, ["a:1"]).watch(
      WatchCreateRequest(key: "k", startRevision: 3))
    await #expect(throws: StoreError.compacted(oldest: 40)) {
      for try await _ in watch {}
    }
  }

  @Test func `a cancelled task ends its watch`() async throws {
    let stream = ScriptedStream(
      [WatchResponse(header: header(1), created: true)], end: .silence)
    let members = ScriptedMembers(["a:1": .init(streams: [stream])])
    let watch = try client(members, ["a:1"]).watch(WatchCreateRequest(key: "k"))
    _ = try await watch.start()
    let loop = Task {
      var count = 0
      for try await _ in watch { count += 1 }
      return count
    }
    loop.cancel()
    #expect(try await loop.value == 0)
  }
}

@Suite struct `Keeping a lease alive` {
  @Test func `a lease that is gone ends the renewals`() async throws {
    let stream = ScriptedStream(
      [LeaseKeepAliveResponse(id: 7, ttl: 0)], end: .silence)
    let members = ScriptedMembers(["a:1": .init(streams: [stream])])
    let client = try client(members, ["a:1"])
    await #expect(throws: StoreError.leaseExpired) {
      for try await _ in client.keepAlive(id: 7) {}
    }
    #expect(stream.sent == [LeaseKeepAliveRequest(id: 7).encoded])
  }

  @Test func `a renewal that breaks off is asked of the next member`() async throws {
    let broken = ScriptedStream([LeaseKeepAliveResponse](), end: .failure(reset))
    let sound = ScriptedStream([LeaseKeepAliveResponse(id: 7, ttl: 9)], end: .silence)
    let members = ScriptedMembers([
      "a:1": .init(streams: [broken]), "b:1": .init(streams: [sound]),
    ])
    let response = try await client(members, ["a:1", "b:1"]).keepAliveOnce(id: 7)
    #expect(response.ttl == 9)
  }

  @Test func `a silent member is given up for the next one`() async throws {
    let silent = ScriptedStream([LeaseKeepAliveResponse](), end: .silence)
    let sound = ScriptedStream([LeaseKeepAliveResponse(id: 7, ttl: 9)], end: .silence)
    let members = ScriptedMembers([
      "a:1": .init(streams: [silent]), "b:1": .init(streams: [sound]),
    ])
    let response = try await client(members, ["a:1", "b:1"]).keepAliveOnce(id: 7)
    #expect(response.ttl == 9)
  }
}
