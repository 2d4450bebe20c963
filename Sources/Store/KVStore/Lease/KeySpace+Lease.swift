public import Base
public import EtcdAPI

extension KeySpace {
  /// The cluster time until which a lease granted or renewed now is held.
  private func expiry(after seconds: Int64) -> UInt64 {
    let (milliseconds, overflow) = UInt64(max(0, seconds)).multipliedReportingOverflow(by: 1000)
    let (expiry, sumOverflow) = clusterMilliseconds.addingReportingOverflow(milliseconds)
    return overflow || sumOverflow ? .max : expiry
  }

  mutating func applyLeaseGrant(
    _ command: Command, _ writer: inout AnswerWriter
  ) throws(KVError) {
    let request: LeaseGrantRequest = try RequestCheck.decode(command.body)
    try authorize(.authenticated, command.identity)
    try refuseWhenCorrupt()
    try refuseWhenFull()
    guard request.ttl <= RequestCheck.leaseTTLMax else { throw .leaseTTLTooLarge }
    // 0 is no lease: the proposer has chosen an identifier.
    guard request.id != 0 else { throw .leaseNotFound }
    if lessor.contains(request.id) { throw .leaseExists }
    lessor.grant(request.id, seconds: request.ttl, expiry: expiry(after: request.ttl))
    writer.writeHeader(revision)
    writer.write(request.id, field: 2)
    writer.write(request.ttl, field: 3)
  }

  mutating func applyLeaseRevoke(
    _ command: Command, _ writer: inout AnswerWriter
  ) throws(KVError) {
    let request: LeaseRevokeRequest = try RequestCheck.decode(command.body)
    let permissions = try permissions(command.identity)
    try refuseWhenCorrupt()
    guard let lease = lessor[request.id] else { throw .leaseNotFound }
    if let permissions { try checkKeys(of: lease, .write, permissions) }
    end(lease, beginWrite(command))
    writer.writeHeader(revision)
  }

  /// An unknown lease is answered with TTL 0, as etcd's keep-alive stream does.
  mutating func applyLeaseRenew(
    _ command: Command, _ writer: inout AnswerWriter
  ) throws(KVError) {
    let request: LeaseKeepAliveRequest = try RequestCheck.decode(command.body)
    let permissions = try permissions(command.identity)
    let lease = lessor[request.id]
    if let lease {
      if let permissions { try checkKeys(of: lease, .write, permissions) }
      lessor.renew(request.id, expiry: expiry(after: lease.grantedSeconds))
    }
    writer.writeHeader(revision)
    writer.write(request.id, field: 2)
    writer.write(lease?.grantedSeconds ?? 0, field: 3)
  }

  /// Ends the leases that are due by the batch's time, each in a revision of its own.
  ///
  /// Strictly later than the expiry: cluster time is in whole milliseconds, and no lease may end
  /// before its granted time.
  mutating func expireLeases() {
    while let lease = lessor.nextEnded(before: clusterMilliseconds) {
      end(lease, WriteContext(main: revision + 1, user: Bytes()))
    }
  }

  /// Deletes the lease's keys in key order, all in one revision.
  private mutating func end(_ lease: Lease, _ context: WriteContext) {
    var write = context
    for key in lease.sortedKeys {
      guard let value = tree.find(key), value & KeyTree.uncounted == 0,
        let record = log.record(value)
      else { preconditionFailure("a lease holds a key that is not there") }
      delete(record, &write)
    }
    lessor.remove(lease.id)
    commit(write)
  }

  // MARK: Reads

  /// Writes a LeaseTimeToLiveResponse. `clusterMilliseconds` is the cluster time now, as the leader
  /// knows it; TTL -1 says that there is no such lease.
  public func leaseTimeToLive(
    _ request: LeaseTimeToLiveRequest, identity: ClientIdentity?, clusterMilliseconds now: UInt64,
    header: ResponseHeader, into buffer: inout ByteBuffer
  ) throws(KVError) {
    let permissions = try permissions(identity)
    let lease = lessor[request.id]
    if request.keys, let lease, let permissions { try checkKeys(of: lease, .read, permissions) }
    answer(header, into: &buffer) { writer in
      writer.writeHeader(revision)
      writer.write(request.id, field: 2)
      guard let lease else {
        writer.write(-1, field: 3)
        return
      }
      let left = lease.expiry > now ? (lease.expiry - now) / 1000 : 0
      writer.write(Int64(clamping: left), field: 3)
      writer.write(lease.grantedSeconds, field: 4)
      if request.keys { for key in lease.sortedKeys { writer.write(bytes: key, field: 5) } }
    }
  }

  /// Writes a LeaseLeasesResponse, by expiry.
  public func leaseLeases(
    identity: ClientIdentity?, header: ResponseHeader, into buffer: inout ByteBuffer
  ) throws(KVError) {
    try authorize(.authenticated, identity)
    answer(header, into: &buffer) { writer in
      writer.writeHeader(revision)
      for lease in lessor.sorted {
        writer.write(message: LeaseStatus(id: lease.id), field: 2)
      }
    }
  }
}
