import Base

/// One lease: how long it was granted for, when it ends, and the keys that end with it.
struct Lease {
  let id: Int64
  let grantedSeconds: Int64
  /// Cluster time at which it is still held; it ends at the first batch after.
  var expiry: UInt64
  /// The expiry under which it stands in the queue; renewals move only `expiry`.
  var queued: UInt64
  var keys: Set<Bytes> = []

  /// Never in the order of the set.
  var sortedKeys: [Bytes] { keys.sorted() }
}

/// All leases, in cluster time: milliseconds that the log carries.
struct Lessor {
  private var leases: [Int64: Lease] = [:]
  private var queue = Heap<Due>()

  struct Due: Comparable {
    let expiry: UInt64
    let id: Int64

    static func < (left: Due, right: Due) -> Bool {
      (left.expiry, left.id) < (right.expiry, right.id)
    }
  }

  var count: Int { leases.count }
  /// A lower bound of the least expiry: renewals since are not counted in.
  var nextExpiry: UInt64? { queue.first?.expiry }

  subscript(id: Int64) -> Lease? { leases[id] }
  func contains(_ id: Int64) -> Bool { leases[id] != nil }

  /// By expiry, then by identifier: etcd lists them so.
  var sorted: [Lease] {
    leases.values.sorted { ($0.expiry, $0.id) < ($1.expiry, $1.id) }
  }

  /// By identifier, for a checkpoint.
  var records: [Manifest.LeaseRecord] {
    leases.values.sorted { $0.id < $1.id }.map {
      Manifest.LeaseRecord(id: $0.id, grantedSeconds: $0.grantedSeconds, expiry: $0.expiry)
    }
  }

  mutating func grant(_ id: Int64, seconds: Int64, expiry: UInt64) {
    precondition(leases[id] == nil, "a lease is granted once")
    leases[id] = Lease(id: id, grantedSeconds: seconds, expiry: expiry, queued: expiry)
    queue.insert(Due(expiry: expiry, id: id))
  }

  mutating func renew(_ id: Int64, expiry: UInt64) {
    leases[id]?.expiry = expiry
  }

  mutating func remove(_ id: Int64) {
    leases[id] = nil
  }

  /// The next lease that ended before `time`, least expiry first; it stays until it is removed.
  mutating func nextEnded(before time: UInt64) -> Lease? {
    while let due = queue.first, due.expiry < time {
      _ = queue.popFirst()
      // A lease that was removed, or removed and granted anew, left this place behind.
      guard var lease = leases[due.id], lease.queued == due.expiry else { continue }
      // A renewed one takes its new place even where it is due, too: the order must not depend on
      // how long ago this member last looked, or restored its state.
      if lease.expiry == due.expiry { return lease }
      lease.queued = lease.expiry
      leases[due.id] = lease
      queue.insert(Due(expiry: lease.expiry, id: lease.id))
    }
    return nil
  }

  mutating func attach(_ key: Bytes, to id: Int64) {
    guard id != 0 else { return }
    leases[id]?.keys.insert(key.detached)
  }

  mutating func detach(_ key: Bytes, from id: Int64) {
    guard id != 0 else { return }
    leases[id]?.keys.remove(key)
  }
}
