import Base
import EtcdAPI
import Objects

/// A store as small as tests need it: keys, revisions, Txns, leases, the history for watches. What
/// it answers is what etcd answers (api/etcdserverpb; server/etcdserver/apply).
struct ModelStore {
  private(set) var revision: Int64 = 1
  private(set) var keys: [Bytes: KeyValue] = [:]
  /// Whole revisions, ascending.
  private(set) var history: [(revision: Int64, events: [EtcdAPI.Event])] = []
  private(set) var compacted: Int64 = 0
  private(set) var leases: [Int64: Instant] = [:]
  private(set) var ranges = 0
  private var secondsOfLease: [Int64: Int64] = [:]
  private var nextLease: Int64 = 1000

  var sorted: [KeyValue] { keys.values.sorted { $0.key < $1.key } }

  func keys(under prefix: Bytes) -> [KeyValue] { sorted.filter { $0.key.hasPrefix(prefix) } }

  // MARK: - Requests

  mutating func answer(_ call: StoreCall, now: Instant) -> StoreAnswer {
    expire(now: now)
    switch call {
    case .range(let request):
      ranges += 1
      return range(request)
    case .txn(let request): return txn(request)
    case .leaseGrant(let seconds):
      nextLease += 1
      leases[nextLease] = now + .seconds(seconds)
      secondsOfLease[nextLease] = seconds
      return .leaseGrant(LeaseGrantResponse(header: header, id: nextLease, ttl: seconds))
    case .leaseKeepAlive(let id):
      guard let seconds = secondsOfLease[id] else { return .leaseKeepAlive(ttlSeconds: 0) }
      leases[id] = now + .seconds(seconds)
      return .leaseKeepAlive(ttlSeconds: seconds)
    case .leaseRevoke(let id):
      guard leases[id] != nil else { return .refused(.leaseNotFound) }
      drop(lease: id)
      return .leaseRevoke
    }
  }

  private var header: ResponseHeader { ResponseHeader(revision: revision) }

  private func range(_ request: RangeRequest) -> StoreAnswer {
    if request.revision > 0 && request.revision < compacted { return .refused(.compacted) }
    let keys = request.revision > 0 ? keys(at: request.revision) : sorted
    var response = read(request, of: keys)
    response.header = header
    return .range(response)
  }

  private func read(_ request: RangeRequest, of keys: [KeyValue]) -> RangeResponse {
    let found = keys.filter { covers(request.key, request.rangeEnd, $0.key) }
    var response = RangeResponse(count: Int64(found.count))
    if !request.countOnly {
      let limit = request.limit > 0 ? Int(request.limit) : found.count
      response.kvs = Array(found.prefix(limit))
      response.more = found.count > limit
      if request.keysOnly {
        for place in response.kvs.indices { response.kvs[place].value = Bytes() }
      }
    }
    return response
  }

  /// The keys as they were, by the whole history.
  private func keys(at wanted: Int64) -> [KeyValue] {
    var past: [Bytes: KeyValue] = [:]
    for (revision, events) in history where revision <= wanted {
      for event in events {
        guard let value = event.kv else { continue }
        past[value.key] = event.type == .delete ? nil : value
      }
    }
    return past.values.sorted { $0.key < $1.key }
  }

  private func covers(_ key: Bytes, _ end: Bytes, _ other: Bytes) -> Bool {
    end.isEmpty ? other == key : other >= key && other < end
  }

  mutating func txn(_ request: TxnRequest) -> StoreAnswer {
    let operations = request.compare.allSatisfy(holds) ? request.success : request.failure
    let succeeded = request.compare.allSatisfy(holds)
    for case .put(let put)? in operations.map(\.request)
    where put.lease != 0 && leases[put.lease] == nil { return .refused(.leaseNotFound) }
    var response = TxnResponse(succeeded: succeeded)
    var events: [EtcdAPI.Event] = []
    for operation in operations {
      switch operation.request {
      case .range(let range):
        response.responses.append(
          ResponseOp(response: .range(read(range, of: sorted))))
      case .put(let put):
        events.append(write(put))
        response.responses.append(ResponseOp(response: .put(PutResponse())))
      case .deleteRange(let deletion):
        let gone = remove(
          sorted.filter { covers(deletion.key, deletion.rangeEnd, $0.key) })
        events += gone
        response.responses.append(
          ResponseOp(response: .deleteRange(DeleteRangeResponse(deleted: Int64(gone.count)))))
      case .txn, nil: preconditionFailure("no nested Txn is sent")
      }
    }
    record(events)
    response.header = header
    return .txn(response)
  }

  private func holds(_ compare: Compare) -> Bool {
    let end = compare.rangeEnd
    var found = sorted.filter { covers(compare.key, end, $0.key) }
    // A missing key compares as revision 0; an empty range holds.
    if found.isEmpty && end.isEmpty { found = [KeyValue()] }
    return found.allSatisfy { value in
      let (own, wanted): (Int64, Int64) =
        switch compare.targetUnion {
        case .createRevision(let revision): (value.createRevision, revision)
        case .modRevision(let revision): (value.modRevision, revision)
        case .version, .value, .lease, nil: preconditionFailure("not compared by a component")
        }
      switch compare.result {
      case .equal: return own == wanted
      case .greater: return own > wanted
      case .less, .notEqual, .unrecognized: preconditionFailure("not compared by a component")
      }
    }
  }

  // MARK: - Writes

  private mutating func write(_ put: PutRequest) -> EtcdAPI.Event {
    let old = keys[put.key]
    let value = KeyValue(
      key: put.key, createRevision: old?.createRevision ?? revision + 1,
      modRevision: revision + 1, version: (old?.version ?? 0) + 1, value: put.value,
      lease: put.lease)
    keys[put.key] = value
    return EtcdAPI.Event(kv: value)
  }

  private mutating func remove(_ gone: [KeyValue]) -> [EtcdAPI.Event] {
    gone.map { value in
      keys[value.key] = nil
      return EtcdAPI.Event(type: .delete, kv: KeyValue(key: value.key, modRevision: revision + 1))
    }
  }

  private mutating func record(_ events: [EtcdAPI.Event]) {
    guard !events.isEmpty else { return }
    revision += 1
    history.append((revision, events))
  }

  /// A user's write.
  mutating func put(_ key: StoreKey, _ value: Bytes) {
    record([write(PutRequest(key: key.bytes, value: value))])
  }

  mutating func delete(_ key: StoreKey) {
    record(remove(sorted.filter { $0.key == key.bytes }))
  }

  mutating func expire(now: Instant) {
    for (id, until) in leases.sorted(by: { $0.key < $1.key }) where until <= now { drop(lease: id) }
  }

  mutating func drop(lease: Int64) {
    leases[lease] = nil
    secondsOfLease[lease] = nil
    record(remove(sorted.filter { $0.lease == lease }))
  }

  func seconds(ofLease id: Int64) -> Int64? { secondsOfLease[id] }

  mutating func compact() { compacted = revision }

  // MARK: - Watches

  /// What a watch from `start` has missed; nil where that is compacted.
  func events(
    of request: WatchCreateRequest, from start: Int64, upTo end: Int64
  ) -> [EtcdAPI.Event]? {
    if start < compacted { return nil }
    let revisions = history.filter { $0.revision >= start && $0.revision <= end }
    return revisions.flatMap(\.events).filter { event in
      event.kv.map { covers(request.key, request.rangeEnd, $0.key) } ?? false
    }
  }
}
