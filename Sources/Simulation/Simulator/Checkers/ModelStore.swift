import Base
import EtcdAPI

/// The key space as a few lines of Swift: what the real one is compared with.
struct ModelStore {
  private(set) var revision: Int64 = 1
  private(set) var keys: [Bytes: KeyValue] = [:]

  /// The response without headers that a write must give, and the events that it makes: the next
  /// revision's, or none where it changes nothing.
  mutating func apply(_ request: Request) -> (response: Response?, events: [Event]) {
    var turn = Turn(keys: keys, main: revision + 1)
    let response: Response?
    switch request {
    case .put(let put): response = .put(turn.put(put))
    case .deleteRange(let delete): response = .deleteRange(turn.delete(delete))
    case .transaction(let txn): response = .transaction(turn.transaction(txn))
    case .leaseRevoke(let revoke):
      turn.endLease(revoke.id)
      response = nil
    case .range(let range): response = .range(turn.range(range))
    case .compact, .leaseGrant, .leaseTimeToLive: response = nil
    }
    finish(turn)
    return (response, turn.events)
  }

  /// A lease's keys go in one revision.
  mutating func endLease(_ id: Int64) -> [Event] {
    var turn = Turn(keys: keys, main: revision + 1)
    turn.endLease(id)
    finish(turn)
    return turn.events
  }

  /// The leases that hold keys, ascending.
  var leases: [Int64] { Set(keys.values.map(\.lease)).subtracting([0]).sorted() }

  private mutating func finish(_ turn: Turn) {
    guard !turn.events.isEmpty else { return }
    keys = turn.keys
    revision += 1
  }

  static func isKey(_ key: Bytes, within start: Bytes, _ end: Bytes) -> Bool {
    if end.isEmpty { return key == start }
    if end == Bytes([0]) { return key >= start }
    return key >= start && key < end
  }

  /// One request under way.
  private struct Turn {
    var keys: [Bytes: KeyValue]
    let main: Int64
    var events: [Event] = []

    init(keys: [Bytes: KeyValue], main: Int64) {
      self.keys = keys
      self.main = main
    }

    private func sorted(_ start: Bytes, _ end: Bytes) -> [KeyValue] {
      keys.values.filter { ModelStore.isKey($0.key, within: start, end) }
        .sorted { $0.key < $1.key }
    }

    func range(_ request: RangeRequest) -> RangeResponse {
      let found = sorted(request.key, request.rangeEnd)
      var response = RangeResponse(count: Int64(found.count))
      if request.countOnly { return response }
      let limit = request.limit > 0 ? Int(request.limit) : found.count
      response.kvs = found.prefix(limit).map { kv in
        var kv = kv
        if request.keysOnly { kv.value = Bytes() }
        return kv
      }
      response.more = found.count > limit
      return response
    }

    mutating func put(_ request: PutRequest) -> PutResponse {
      let previous = keys[request.key]
      let kv = KeyValue(
        key: request.key, createRevision: previous?.createRevision ?? main, modRevision: main,
        version: (previous?.version ?? 0) + 1, value: request.value, lease: request.lease)
      keys[request.key] = kv
      events.append(Event(type: .put, kv: kv, prevKv: previous))
      return PutResponse(prevKv: request.prevKv ? previous : nil)
    }

    mutating func delete(_ request: DeleteRangeRequest) -> DeleteRangeResponse {
      let found = sorted(request.key, request.rangeEnd)
      for kv in found { remove(kv) }
      return DeleteRangeResponse(
        deleted: Int64(found.count), prevKvs: request.prevKv ? found : [])
    }

    mutating func endLease(_ id: Int64) {
      for kv in keys.values.filter({ $0.lease == id }).sorted(by: { $0.key < $1.key }) {
        remove(kv)
      }
    }

    private mutating func remove(_ kv: KeyValue) {
      keys[kv.key] = nil
      events.append(
        Event(type: .delete, kv: KeyValue(key: kv.key, modRevision: main), prevKv: kv))
    }

    mutating func transaction(_ request: TxnRequest) -> TxnResponse {
      let succeeded = request.compare.allSatisfy(holds)
      var response = TxnResponse(succeeded: succeeded)
      for operation in succeeded ? request.success : request.failure {
        switch operation.request {
        case .range(let inner): response.responses.append(.init(response: .range(range(inner))))
        case .put(let inner): response.responses.append(.init(response: .put(put(inner))))
        case .deleteRange(let inner):
          response.responses.append(.init(response: .deleteRange(delete(inner))))
        case .txn, nil: preconditionFailure("the workload nests no transactions")
        }
      }
      return response
    }

    private func holds(_ compare: Compare) -> Bool {
      let kv = keys[compare.key]
      switch compare.targetUnion {
      case .version(let value): return holds(compare.result, kv?.version ?? 0, value)
      case .createRevision(let value): return holds(compare.result, kv?.createRevision ?? 0, value)
      case .modRevision(let value): return holds(compare.result, kv?.modRevision ?? 0, value)
      case .lease(let value): return holds(compare.result, kv?.lease ?? 0, value)
      // A value of a key that is not there equals nothing (etcd: the compare fails).
      case .value(let value): return kv.map { holds(compare.result, $0.value, value) } ?? false
      case nil: preconditionFailure("the workload names what it compares")
      }
    }

    private func holds<Value: Comparable>(
      _ result: Compare.CompareResult, _ found: Value, _ wanted: Value
    ) -> Bool {
      switch result {
      case .equal: found == wanted
      case .greater: found > wanted
      case .less: found < wanted
      case .notEqual: found != wanted
      case .unrecognized: preconditionFailure("the workload compares as etcd does")
      }
    }
  }
}
