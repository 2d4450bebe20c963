import Base
import EtcdAPI

/// Every Txn as its writer sent it, so that each revision of the store can be traced to whoever
/// wrote it. Nobody is asked: the calls are noted on their way out.
struct CallLedger {
  struct Entry {
    let writer: Writer
    /// The leases that the writer had been granted so far: its candidates' keys end with them.
    let leases: [Int64]
    let txn: TxnRequest
    var outcome: Outcome = .unknown
  }

  enum Writer: Hashable {
    /// Counts processes and their lives.
    case process(Int, life: Int)
    case node(Int, life: Int)
    case user
  }

  enum Outcome: Hashable {
    case unknown
    case committed(revision: Int64)
    /// The compares did not hold, or the store refused it.
    case nothing
  }

  private(set) var entries: [Entry] = []
  /// Looked up only.
  private var bySignature: [UInt64: [Int]] = [:]

  mutating func add(_ txn: TxnRequest, by writer: Writer, leases: [Int64]) -> Int {
    entries.append(Entry(writer: writer, leases: leases, txn: txn))
    bySignature[Self.signature(of: txn.success), default: []].append(entries.count - 1)
    return entries.count - 1
  }

  mutating func settle(_ entry: Int, _ answer: StoreAnswer) {
    switch answer {
    case .txn(let response):
      entries[entry].outcome =
        response.succeeded ? .committed(revision: response.header?.revision ?? 0) : .nothing
    case .refused: entries[entry].outcome = .nothing
    case .unknown, .range, .leaseGrant, .leaseKeepAlive, .leaseRevoke: break
    }
  }

  /// The Txns that may have made a revision, by what they wrote: one, unless two writers wanted the
  /// very same and the store's answer to one of them was lost. None: a lease's end.
  ///
  /// `before` has the mod revision that each of the events' keys had; 0 for none. Who compares
  /// another one has not written this.
  mutating func authors(
    of revision: Int64, _ events: [Event], before: [Bytes: Int64]
  ) -> [Entry] {
    let writes = events.map { event -> (Bytes, Bytes?) in
      (event.kv?.key ?? Bytes(), event.type == .put ? event.kv?.value ?? Bytes() : nil)
    }
    let candidates = bySignature[Self.signature(writes)] ?? []
    let certain = candidates.filter { entries[$0].outcome == .committed(revision: revision) }
    let possible =
      certain.isEmpty
      ? candidates.filter { entries[$0].outcome == .unknown && entries[$0].mayHold(before) }
      : certain
    // The only one that can have made this revision makes no other.
    if possible.count == 1 { entries[possible[0]].outcome = .committed(revision: revision) }
    return possible.map { entries[$0] }
  }

  private static func signature(of operations: [RequestOp]) -> UInt64 {
    var writes: [(Bytes, Bytes?)] = []
    for operation in operations {
      switch operation.request {
      case .put(let put): writes.append((put.key, put.value))
      case .deleteRange(let delete): writes.append((delete.key, nil))
      case .range, .txn, nil: break
      }
    }
    return signature(writes)
  }

  private static func signature(_ writes: [(key: Bytes, value: Bytes?)]) -> UInt64 {
    var hash = TraceHash()
    for write in writes.sorted(by: { $0.key < $1.key }) {
      hash.add(write.key)
      if let value = write.value { hash.add(value) }
    }
    return hash.value
  }
}

extension CallLedger.Entry {
  /// Whether what the Txn compares of these keys can have held.
  fileprivate func mayHold(_ revisions: [Bytes: Int64]) -> Bool {
    txn.compare.allSatisfy { compare in
      guard compare.rangeEnd.isEmpty, case .modRevision(let wanted)? = compare.targetUnion,
        let found = revisions[compare.key]
      else { return true }
      return wanted == found
    }
  }
}
