import Base
import EtcdAPI
import JSON
import Objects
import Registry
import Testing

@testable import Component

private func key(_ number: Int) -> StoreKey {
  .actualNode("n" + String(repeating: "0", count: 4 - "\(number)".count) + "\(number)")
}

private func value(_ number: Int, mod: Int64) -> KeyValue {
  KeyValue(
    key: key(number).bytes, createRevision: 1, modRevision: mod,
    value: Bytes("{\"n\":\(number)}"))
}

private func object(_ number: Int, mod: Int64) throws -> StoredObject {
  try StoredObject(decoding: value(number, mod: mod))
}

@Suite struct `An informer` {
  let now = Instant(nanoseconds: 5_000_000_000)

  @Test func `lists in pages of one revision and watches from the next`() {
    var informer = Informer(.nodes)
    let first = informer.beginListing()
    #expect(first.key == "/nodes/" && first.rangeEnd == "/nodes0")
    #expect(first.limit == 500 && first.revision == 0 && !first.serializable)
    let page = RangeResponse(
      header: ResponseHeader(revision: 40), kvs: [value(1, mod: 3), value(2, mod: 9)], more: true)
    guard case .next(let second) = informer.take(page, now: now) else {
      return #expect(Bool(false), "there is more")
    }
    #expect(second.key == Bytes(key(2).bytes.array + [0]))
    #expect(second.rangeEnd == "/nodes0" && second.revision == 40)
    // The store has moved on; the list has not.
    let last = RangeResponse(header: ResponseHeader(revision: 44), kvs: [value(3, mod: 4)])
    #expect(
      informer.take(last, now: now)
        == .complete([value(1, mod: 3), value(2, mod: 9), value(3, mod: 4)]))
    #expect(informer.revision == 40)
    let watch = informer.follow(StoreWatchID(7))
    #expect(watch.startRevision == 41 && watch.progressNotify)
    #expect(watch.key == "/nodes/" && watch.rangeEnd == "/nodes0")
  }

  @Test func `a list against what is known gives the new, the changed and the gone`() throws {
    let known = try [object(1, mod: 3), object(2, mod: 4), object(4, mod: 5), object(6, mod: 6)]
    let found = [value(0, mod: 9), value(2, mod: 4), value(4, mod: 8), value(5, mod: 7)]
    let changes = Informer.changes(found, against: known[...])
    #expect(
      changes == [
        Informer.Change(key: key(0).bytes, value: found[0]),
        Informer.Change(key: key(1).bytes, value: nil),
        Informer.Change(key: key(4).bytes, value: found[2]),
        Informer.Change(key: key(5).bytes, value: found[3]),
        Informer.Change(key: key(6).bytes, value: nil),
      ])
  }

  /// Against the naive comparison, on seeded tables.
  @Test func `a list against what is known, seeded`() throws {
    for seed in 0..<200 {
      var random = PRNG(seed: UInt64(seed))
      var known: [Int: Int64] = [:]
      var found: [Int: Int64] = [:]
      for number in 0..<12 {
        if random.below(2) == 0 { known[number] = Int64(random.below(3)) + 1 }
        if random.below(2) == 0 { found[number] = Int64(random.below(3)) + 1 }
      }
      let objects = try known.keys.sorted().map { try object($0, mod: known[$0] ?? 0) }
      let values = found.keys.sorted().map { value($0, mod: found[$0] ?? 0) }
      let changes = Informer.changes(values, against: objects[...])
      let expected = (0..<12).filter { known[$0] != found[$0] }.map { key($0).bytes }
      #expect(changes.map(\.key) == expected, "seed \(seed)")
      for change in changes {
        #expect((change.value == nil) == !values.contains { $0.key == change.key })
      }
    }
  }

  @Test func `events at or below its revision are no news`() {
    var informer = Informer(.nodes)
    _ = informer.beginListing()
    _ = informer.take(RangeResponse(header: ResponseHeader(revision: 40)), now: now)
    _ = informer.follow(StoreWatchID(1))
    let gone = EtcdAPI.Event(type: .delete, kv: KeyValue(key: key(2).bytes, modRevision: 42))
    let changes = informer.take(
      events: [EtcdAPI.Event(kv: value(1, mod: 40)), EtcdAPI.Event(kv: value(1, mod: 41)), gone],
      upTo: 42, now: now)
    #expect(changes.map(\.key) == [key(1).bytes, key(2).bytes])
    #expect(changes.map { $0.value == nil } == [false, true])
    #expect(informer.revision == 42)
  }

  @Test func `a watch that is refused after each list waits longer each time`() {
    var informer = Informer(.nodes)
    var random = PRNG(seed: 3)
    var time = now
    var waits: [Duration] = []
    for number in 0..<10 {
      _ = informer.beginListing()
      _ = informer.take(RangeResponse(header: ResponseHeader(revision: 40)), now: time)
      _ = informer.follow(StoreWatchID(UInt64(number)))
      informer.watchEnded(now: time, random: &random)
      guard let due = informer.nextDue else { return #expect(Bool(false), "no wait") }
      waits.append(due - time)
      time = due
    }
    #expect(waits[0] <= .milliseconds(150))
    #expect(waits.last == .seconds(5))
    // One that delivers is well again.
    _ = informer.beginListing()
    _ = informer.take(RangeResponse(header: ResponseHeader(revision: 40)), now: time)
    _ = informer.follow(StoreWatchID(99))
    _ = informer.take(events: [], upTo: 41, now: time)
    informer.watchEnded(now: time, random: &random)
    #expect(informer.nextDue.map { $0 - time <= .milliseconds(150) } == true)
  }

  @Test func `a refused list waits longer each time, up to five seconds and a half of it`() {
    var informer = Informer(.nodes)
    var random = PRNG(seed: 3)
    var time = now
    var waits: [Duration] = []
    for _ in 0..<10 {
      _ = informer.beginListing()
      informer.listFailed(now: time, random: &random)
      guard let due = informer.nextDue else { return #expect(Bool(false), "no wait") }
      waits.append(due - time)
      time = due
    }
    #expect(waits[0] >= .milliseconds(100) && waits[0] <= .milliseconds(150))
    #expect(waits.allSatisfy { $0 <= .seconds(5) })
    #expect(waits.last == .seconds(5))
  }
}

@Suite struct `Decoding the store's keys` {
  @Test func `objects, reports and bare keys`() throws {
    let pod = try StoredObject(
      decoding: KeyValue(
        key: "/registry/pods/default/web", createRevision: 4, modRevision: 9,
        value: "{\"metadata\":{\"name\":\"web\",\"namespace\":\"default\",\"uid\":\"u1\"}}",
        lease: 3))
    #expect(pod.key == .object(ObjectKey(.pod, namespace: "default", name: "web")))
    #expect(pod.meta.uid == "u1")
    #expect(pod.createRevision == 4 && pod.modRevision == 9 && pod.lease == 3)
    // Their values say nothing, whatever they are.
    for bare in [
      "/nodes/n1/heartbeat", "/election/scheduler/00000000000000ff",
      "/nodes/n1/grants/registry/secrets/ns/db",
    ] as [Bytes] {
      #expect(try StoredObject(decoding: KeyValue(key: bare, value: "no JSON")).json.isEmpty)
    }
    #expect(
      try StoredObject(decoding: KeyValue(key: "/nodes/n1/desired/pods/u1")).json.isEmpty)
  }

  @Test func `what is no object is told by its reason`() {
    func reason(_ key: Bytes, _ value: Bytes) -> UndecodableObject? {
      do throws(UndecodableObject) {
        _ = try StoredObject(decoding: KeyValue(key: key, value: value))
        return nil
      } catch {
        return error
      }
    }
    #expect(reason("/registry/unicorns/default/u", "{}") == .unknownKey)
    #expect(reason("/registry/pods/default", "{}") == .unknownKey)
    #expect(reason(Bytes([0xFF, 0x2F]), "{}") == .unknownKey)
    #expect(reason("/registry/pods/default/web", "[1]") == .notAnObject)
    #expect(
      reason("/registry/pods/default/web", "{\"a\":\n}")
        == .notJSON(.unexpectedByte(UInt8(ascii: "}")), line: 2, column: 1))
    #expect(
      reason("/registry/pods/default/web", "") == .notJSON(.unexpectedEnd, line: 1, column: 1))
  }

  /// A peer's bytes, cut and flipped: an object or an error, never a trap.
  @Test func `mutated values, seeded`() {
    let text = Bytes(
      """
      {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"default","uid":"u",\
      "generation":3,"labels":{"a":"b"},"ownerReferences":[{"uid":"o","controller":true}],\
      "deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"nodeName":"n1","containers":[{"name":\
      "c","resources":{"requests":{"cpu":"100m","memory":"1Gi"}},"ports":[{"hostPort":80}]}]},\
      "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}
      """)
    var random = PRNG(seed: 11)
    var decoded = 0
    for _ in 0..<3000 {
      var bytes = text.array
      for _ in 0..<(1 + random.below(3)) {
        let place = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[place] = UInt8(random.below(UInt64(256)))
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[random.below(bytes.count)], at: place)
        }
      }
      let key: Bytes = random.below(2) == 0 ? "/registry/pods/default/web" : "/nodes/n1/actual/node"
      do {
        _ = try StoredObject(decoding: KeyValue(key: key, value: Bytes(bytes)))
        decoded += 1
      } catch {
        continue
      }
    }
    #expect(decoded > 0 && decoded < 3000)
  }
}
