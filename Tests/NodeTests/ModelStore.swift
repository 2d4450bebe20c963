import Base
import EtcdAPI

/// A store for one node's tests: keys under leases, Txns with the compares that agents use,
/// watches. Simple on purpose, and strict: what it does not know it refuses.
struct ModelStore {
  private(set) var keys: [Bytes: KeyValue] = [:]
  private(set) var revision: Int64 = 1
  private var leases: [Int64: Int64] = [:]
  private var lastLease: Int64 = 100
  private var watches: [StoreWatchID: WatchCreateRequest] = [:]
  private var history: [(revision: Int64, event: Event)] = []
  private(set) var oldest: Int64 = 1
  /// Events that watches have not been told of, by the number of the next one.
  private var told: [StoreWatchID: Int] = [:]
  /// How often each key was written.
  private(set) var writes: [Bytes: Int] = [:]

  mutating func put(_ key: Bytes, _ value: Bytes, lease: Int64 = 0) {
    revision += 1
    write(key, value, lease: lease)
  }

  mutating func delete(_ key: Bytes) {
    guard keys[key] != nil else { return }
    revision += 1
    remove(key)
  }

  /// The lease ends, and with it its keys.
  mutating func expire(_ lease: Int64) {
    guard leases.removeValue(forKey: lease) != nil else { return }
    let ended = keys.values.filter { $0.lease == lease }.map(\.key).sorted()
    if ended.isEmpty { return }
    revision += 1
    for key in ended { remove(key) }
  }

  /// Everything before the present revision is forgotten.
  mutating func compact() {
    oldest = revision
    history.removeAll { $0.revision < revision }
    told = [:]
  }

  mutating func answer(_ call: StoreCall) -> StoreAnswer {
    switch call {
    case .range(let request): return .range(range(request))
    case .txn(let request): return txn(request)
    case .leaseGrant(let seconds):
      lastLease += 1
      leases[lastLease] = seconds
      return .leaseGrant(LeaseGrantResponse(header: header, id: lastLease, ttl: seconds))
    case .leaseKeepAlive(let id): return .leaseKeepAlive(ttlSeconds: leases[id] ?? 0)
    case .leaseRevoke(let id):
      expire(id)
      return .leaseRevoke
    }
  }

  mutating func watch(_ id: StoreWatchID, _ request: WatchCreateRequest) {
    watches[id] = request
  }

  mutating func cancel(_ id: StoreWatchID) {
    watches[id] = nil
    told[id] = nil
  }

  mutating func dropWatches() {
    watches = [:]
    told = [:]
  }

  /// What the watches are still to be told, one delivery each.
  mutating func deliveries() -> [StoreEvent] {
    var deliveries: [StoreEvent] = []
    for (id, request) in watches.sorted(by: { $0.key < $1.key }) {
      let start = told[id] ?? Int(request.startRevision)
      if start < Int(oldest) {
        deliveries.append(.delivered(id, .compacted(oldest: oldest)))
        cancel(id)
        continue
      }
      let events = history.filter {
        $0.revision >= Int64(start) && covers(request, $0.event.kv?.key ?? Bytes())
      }
      told[id] = Int(revision) + 1
      if events.isEmpty { continue }
      deliveries.append(
        .delivered(id, .events(revision: revision, events.map(\.event))))
    }
    return deliveries
  }

  private func covers(_ request: WatchCreateRequest, _ key: Bytes) -> Bool {
    request.key <= key && key < request.rangeEnd
  }

  private var header: ResponseHeader { ResponseHeader(revision: revision) }

  private func range(_ request: RangeRequest) -> RangeResponse {
    let found = keys.values.filter { entry in
      request.rangeEnd.isEmpty
        ? entry.key == request.key : request.key <= entry.key && entry.key < request.rangeEnd
    }
    return RangeResponse(
      header: header, kvs: found.sorted { $0.key < $1.key }, count: Int64(found.count))
  }

  private mutating func txn(_ request: TxnRequest) -> StoreAnswer {
    let holds = request.compare.allSatisfy { compare in
      let entry = keys[compare.key]
      switch compare.targetUnion {
      case .createRevision(let wanted): return (entry?.createRevision ?? 0) == wanted
      case .modRevision(let wanted): return (entry?.modRevision ?? 0) == wanted
      case .version, .value, .lease, nil: return false
      }
    }
    let operations = holds ? request.success : request.failure
    for operation in operations {
      if case .put(let put)? = operation.request, put.lease != 0, leases[put.lease] == nil {
        return .refused(.leaseNotFound)
      }
    }
    if holds, !operations.isEmpty { revision += 1 }
    let responses = operations.map { operation -> ResponseOp in
      switch operation.request {
      case .put(let put):
        write(put.key, put.value, lease: put.lease)
        return ResponseOp(response: .put(PutResponse(header: header)))
      case .deleteRange(let delete):
        remove(delete.key)
        return ResponseOp(response: .deleteRange(DeleteRangeResponse(header: header)))
      case .range(let request): return ResponseOp(response: .range(range(request)))
      case .txn, nil: return ResponseOp()
      }
    }
    return .txn(TxnResponse(header: header, succeeded: holds, responses: responses))
  }

  private mutating func write(_ key: Bytes, _ value: Bytes, lease: Int64) {
    let earlier = keys[key]
    let entry = KeyValue(
      key: key, createRevision: earlier?.createRevision ?? revision, modRevision: revision,
      version: (earlier?.version ?? 0) + 1, value: value, lease: lease)
    keys[key] = entry
    writes[key, default: 0] += 1
    history.append((revision, Event(type: .put, kv: entry)))
  }

  private mutating func remove(_ key: Bytes) {
    guard keys.removeValue(forKey: key) != nil else { return }
    history.append(
      (revision, Event(type: .delete, kv: KeyValue(key: key, modRevision: revision))))
  }
}
