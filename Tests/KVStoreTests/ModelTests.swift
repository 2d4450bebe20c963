import Base
import EtcdAPI
import KVStore
import Protobuf
import Testing

/// Thousands of seeded steps against `Model`: writes, reads at old revisions, compactions in
/// slices, leases, watches that start late, fall behind and catch up, and restarts from
/// checkpoints.
@Suite struct `Key space against a list of everything that happened` {
  @Test(arguments: UInt64(1)...6)
  func `every step agrees`(seed: UInt64) throws {
    var run = ModelRun(seed: seed)
    for step in 0..<900 { try run.step(step) }
    try run.compareWhole()
    #expect(run.eventsSeen > 50 && run.expiries > 0)
  }
}

@Suite struct `A range read in steps` {
  @Test(arguments: UInt64(1)...10)
  func `is the range at the revision where it began, whatever happens meanwhile`(
    seed: UInt64
  ) throws {
    var random = PRNG(seed: seed)
    let store = Store(segmentBytes: 1024)
    for number in 0..<120 { try store.put(Bytes("k\(number % 60)"), Bytes("v\(number)")) }
    for _ in 0..<12 {
      let request = RangeRequest(
        key: "k1", rangeEnd: ["k4", "\0", "k55"][random.below(3)],
        limit: Int64([0, 0, 7][random.below(3)]),
        revision: random.below(2) == 0
          ? 0 : max(store.space.compactRevision, store.space.revision - 2),
        keysOnly: random.below(4) == 0)
      let expected = try store.range(request)
      var buffer = ByteBuffer()
      var reading = try store.space.beginRange(
        request, identity: nil, header: Store.header, into: &buffer)
      while !reading.isFinished {
        store.space.continueRange(
          &reading, keysMax: 1 + random.below(9), bytesMax: 1 + random.below(200), into: &buffer)
        try store.put(Bytes("k\(random.below(70))"), "new")
        try store.delete(Bytes("k\(random.below(70))"))
        if random.below(4) == 0 { try store.compact(store.space.revision) }
        store.finishCompaction()
      }
      #expect(try RangeResponse(decoding: buffer.take()) == expected)
    }
    let request = RangeRequest(key: "k", rangeEnd: "l")
    var buffer = ByteBuffer()
    let reading = try store.space.beginRange(
      request, identity: nil, header: Store.header, into: &buffer)
    try store.put("k1")
    try store.compact(store.space.revision)
    let isHeld = !store.space.isCompacting
    store.space.abandonRange(reading)
    let isFree = store.space.isCompacting
    #expect(isHeld && isFree)
  }
}

private struct ModelWatch {
  let stream: UInt64
  let id: Int64
  let start: Bytes
  let end: Bytes
  let wantsPrevious: Bool
  let skipsDeletes: Bool
  var next: Int64
  var isLate: Bool
}

private struct ModelRun {
  var random: PRNG
  var store = Store(segmentBytes: 1024)
  var model = Model()
  var leases: [Int64: UInt64] = [:]
  var watches: [ModelWatch] = []
  var congested: Set<UInt64> = []
  var nextIDs: [UInt64: Int64] = [:]
  var eventsSeen = 0
  var cancellations = 0
  var expiries = 0

  init(seed: UInt64) {
    random = PRNG(seed: seed)
  }

  static let keys: [Bytes] = [
    "a", "a/1", "a/2", "a/22", "b", "b/x", "b/y", "c", "\0", "a\0",
  ]

  mutating func key() -> Bytes { Self.keys[random.below(Self.keys.count)] }

  mutating func end() -> Bytes { (["", "", "\0", "b", "a0", "c"] as [Bytes])[random.below(6)] }

  mutating func step(_ step: Int) throws {
    switch random.below(24) {
    case 0..<9: try put(Bytes("v\(step)"))
    case 9..<11: try delete()
    case 11..<13: try transaction(step)
    case 13..<15: try range()
    case 15: try compact()
    case 16: try lease()
    case 17: try expire()
    case 18: try watch()
    case 19: cancelWatch()
    case 20: congest()
    case 21: if step % 5 == 0 { try restart() }
    default: store.space.compactSlice(bytesMax: 1)
    }
    if random.below(3) > 0 { try pump() }
    #expect(store.space.revision == model.revision)
  }

  mutating func put(_ value: Bytes) throws {
    let key = self.key()
    let held = leases.keys.sorted()
    let lease = held.isEmpty || random.below(3) > 0 ? 0 : held[random.below(held.count)]
    let previous = model.value(key, at: model.revision)
    let response = try store.put(key, value, lease: lease, prevKv: true)
    model.put(key, value, lease: lease)
    #expect(response.prevKv == previous && response.header?.revision == model.revision)
  }

  mutating func delete() throws {
    let (start, end) = (key(), self.end())
    let previous = model.values(start, end, at: model.revision)
    let response = try store.delete(start, end, prevKv: true)
    #expect(model.delete(start, end) == previous.count)
    #expect(response.prevKvs == previous && response.deleted == Int64(previous.count))
  }

  mutating func transaction(_ step: Int) throws {
    let (tested, put, deleted) = (key(), key(), key())
    let version = Int64(random.below(3))
    let compare = Compare(
      result: .equal, target: .version, key: tested, targetUnion: .version(version))
    let operations = [
      RequestOp(request: .put(PutRequest(key: put, value: Bytes("t\(step)")))),
      RequestOp(request: .range(RangeRequest(key: "\0", rangeEnd: "\0"))),
      RequestOp(request: .deleteRange(DeleteRangeRequest(key: deleted))),
    ]
    let nested = TxnRequest(success: [operations[2]])
    let request = TxnRequest(
      compare: [compare], success: put == deleted ? [operations[0], operations[1]] : operations,
      failure: [RequestOp(request: .txn(nested))])
    let succeeded = (model.value(tested, at: model.revision)?.version ?? 0) == version
    let response = try store.transaction(request)
    #expect(response.succeeded == succeeded)
    let main = model.revision + 1
    if succeeded {
      model.put(put, Bytes("t\(step)"), in: main)
      let seen = model.values("\0", "\0", at: main)
      guard case .range(let range)? = response.responses[1].response else {
        Issue.record("no range in the answer")
        return
      }
      #expect(range.kvs == seen)
      if put != deleted { _ = model.delete(deleted, "", in: main) }
    } else {
      _ = model.delete(deleted, "", in: main)
    }
    #expect(response.header?.revision == model.revision)
  }

  mutating func range() throws {
    let (start, end) = (key(), self.end())
    let revision = max(0, model.revision - Int64(random.below(20)))
    let limit = Int64(random.below(4))
    let request = RangeRequest(
      key: start, rangeEnd: end, limit: limit, revision: revision, countOnly: random.below(5) == 0)
    if revision > 0 && revision < model.compacted {
      #expect(throws: KVError.compacted) { try store.range(request) }
      return
    }
    let values = model.values(start, end, at: revision == 0 ? model.revision : revision)
    let response = try store.range(request)
    #expect(response.count == Int64(values.count))
    guard !request.countOnly else { return }
    #expect(response.kvs == (limit == 0 ? values : Array(values.prefix(Int(limit)))))
    #expect(response.more == (limit > 0 && values.count > limit))
  }

  mutating func compact() throws {
    guard random.below(2) == 0 else { return }
    let revision = max(1, model.revision - Int64(random.below(40)))
    if revision <= model.compacted {
      #expect(throws: KVError.compacted) { try store.compact(revision) }
      return
    }
    try store.compact(revision)
    model.compacted = revision
  }

  mutating func lease() throws {
    let id = Int64(1 + random.below(4))
    if leases[id] == nil {
      let ttl = Int64(2 + random.below(20))
      try store.grant(id, ttl: ttl)
      leases[id] = store.time + UInt64(ttl) * 1000
    } else if random.below(2) == 0 {
      let response = try store.renew(id)
      leases[id] = store.time + UInt64(response.ttl) * 1000
    } else {
      let keys = model.keys(of: id)
      #expect(try store.timeToLive(id, keys: true).keys == keys)
      try store.revoke(id)
      if !keys.isEmpty { model.delete(keys: keys) }
      leases[id] = nil
    }
  }

  mutating func expire() throws {
    store.pass(seconds: UInt64(random.below(6)))
    let ended = leases.filter { $0.value < store.time }.sorted {
      ($0.value, $0.key) < ($1.value, $1.key)
    }
    for (id, _) in ended {
      let keys = model.keys(of: id)
      if !keys.isEmpty { model.delete(keys: keys) }
      leases[id] = nil
      expiries += 1
    }
    #expect(store.space.leaseCount == leases.count)
  }

  // MARK: Watches

  mutating func watch() throws {
    guard watches.count < 12 else { return }
    let stream = UInt64(1 + random.below(3))
    let start = random.below(2) == 0 ? 0 : max(1, model.revision - 10 + Int64(random.below(14)))
    let create = WatchCreateRequest(
      key: key(), rangeEnd: end(), startRevision: start,
      filters: random.below(4) == 0 ? [.nodelete] : [], prevKv: random.below(2) == 0)
    try pump()
    store.watch(create, stream: stream)
    let id = nextIDs[stream, default: 0]
    nextIDs[stream] = id + 1
    let responses = store.pumpNothing()[stream] ?? []
    #expect(responses.first?.created == true && responses.first?.watchID == id)
    if start > 0 && start < model.compacted {
      #expect(responses.count == 2 && responses.last?.compactRevision == model.compacted)
      #expect(responses.last?.canceled == true && responses.last?.header?.revision == 0)
      cancellations += 1
      return
    }
    watches.append(
      ModelWatch(
        stream: stream, id: id, start: create.key, end: create.rangeEnd,
        wantsPrevious: create.prevKv, skipsDeletes: !create.filters.isEmpty,
        next: start == 0 ? model.revision + 1 : start,
        isLate: start > 0 && start <= model.revision))
  }

  mutating func cancelWatch() {
    guard random.below(3) == 0, !watches.isEmpty else { return }
    let watch = watches.remove(at: random.below(watches.count))
    store.send(.cancel(WatchCancelRequest(watchID: watch.id)), stream: watch.stream)
    let responses = store.pumpNothing()[watch.stream] ?? []
    #expect(responses.count == 1 && responses.first?.canceled == true)
  }

  mutating func congest() {
    let stream = UInt64(1 + random.below(3))
    guard nextIDs[stream] != nil else { return }
    if congested.remove(stream) == nil { congested.insert(stream) }
    store.space.setCongested(stream: stream, congested.contains(stream))
  }

  /// What each watch must now be told, and that it was told exactly that.
  mutating func pump() throws {
    let responses = store.pump(bytesMax: 64 + random.below(4096))
    var kept: [ModelWatch] = []
    for var watch in watches {
      let own = (responses[watch.stream] ?? []).filter { $0.watchID == watch.id }
      var expected = model.events(watch.start, watch.end, from: watch.next)
      if watch.skipsDeletes { expected.removeAll { $0.type == .delete } }
      if congested.contains(watch.stream) {
        #expect(own.isEmpty)
        if !watch.isLate, let first = expected.first?.kv?.modRevision {
          watch.isLate = true
          watch.next = first
        } else if !watch.isLate {
          watch.next = max(watch.next, model.revision + 1)
        }
        kept.append(watch)
        continue
      }
      if watch.isLate && watch.next < model.compacted {
        #expect(own.count == 1 && own.first?.compactRevision == model.compacted)
        cancellations += 1
        continue
      }
      if !watch.wantsPrevious {
        for position in expected.indices { expected[position].prevKv = nil }
      }
      #expect(own.flatMap(\.events) == expected)
      eventsSeen += expected.count
      checkWhole(own)
      watch.next = max(watch.next, model.revision + 1)
      watch.isLate = false
      kept.append(watch)
    }
    watches = kept
  }

  /// No revision is split over two responses, and the header is not behind its events.
  private func checkWhole(_ responses: [WatchResponse]) {
    var last: Int64 = 0
    for response in responses {
      let revisions = response.events.compactMap { $0.kv?.modRevision }
      #expect(revisions == revisions.sorted() && (revisions.first ?? .max) > last)
      last = revisions.last ?? last
      #expect((response.header?.revision ?? 0) >= last)
    }
  }

  // MARK: Restart

  /// A checkpoint, written and read, is the same state; the watches go over to it.
  mutating func restart() throws {
    let checkpoint = store.space.checkpoint()
    var restoration = try KeySpaceRestoration(
      manifest: checkpoint.manifest, configuration: KeySpaceConfiguration(segmentBytes: 1024))
    while let id = restoration.next {
      let segment = store.space.segment(id)
      try restoration.add(#require(segment))
    }
    var restored = try restoration.finish()
    let again = restored.checkpoint()
    #expect(again == checkpoint)
    let hashes = (try restored.hash(at: 0), try store.space.hash(at: 0))
    #expect(hashes.0 == hashes.1)
    restored.adoptWatches(of: &store.space)
    store.space = restored
    let watcherCount = store.space.watcherCount
    #expect(watches.count == watcherCount)
    for position in watches.indices where !watches[position].isLate {
      watches[position].isLate = watches[position].next <= model.revision
    }
  }

  func compareWhole() throws {
    store.finishCompaction()
    for revision in max(1, model.compacted)...model.revision {
      let response = try store.range("\0", "\0", revision: revision)
      #expect(response.kvs == model.values("\0", "\0", at: revision))
    }
  }
}
