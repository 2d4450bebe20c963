import Base
import EtcdAPI
import KVStore
import Protobuf

extension StoreMember {
  mutating func take(_ item: RequestBatch.Item) {
    switch item {
    case .request(let origin, let method, let identity, let body):
      take(origin, method, identity, body)
    case .halfClosed(let origin):
      halfClosed(origin)
    case .closed(let origin):
      streams.keepAlives[origin] = nil
      closeWatches(origin)
      if !ranges.isEmpty { abandonRange(of: origin) }
    case .congested(let origin):
      setCongested(origin, true)
    case .writable(let origin):
      setCongested(origin, false)
    }
  }

  /// Checks a request and queues it, or refuses it.
  private mutating func take(
    _ origin: RequestOrigin, _ method: Method, _ identity: ClientIdentity?, _ body: Bytes
  ) {
    guard body.count <= configuration.limits.requestBytesMax else {
      refuse(origin, method, .requestTooLarge)
      return
    }
    // Without its certificate roles the store would let everybody in.
    guard !lacksCertificateRoles else {
      refuse(origin, method, .noLeader)
      return
    }
    if isFull, method != .status {
      refuse(origin, method, .tooManyRequests)
      return
    }
    do throws(KVError) {
      switch method {
      case .range, .transaction, .leaseTimeToLive, .leaseLeases, .memberList, .status, .hashKV,
        .certificateRolesGet:
        try takeRead(origin, method, identity, body)
      case .put, .deleteRange, .compact, .leaseGrant, .leaseRevoke, .alarm,
        .certificateRolesApply:
        try takeWrite(origin, method, identity, body)
      case .watch: try takeWatch(origin, identity, body)
      case .leaseKeepAlive: try takeKeepAlive(origin, identity, body)
      }
    } catch {
      refuse(origin, method, error.status)
    }
  }

  private mutating func refuse(_ origin: RequestOrigin, _ method: Method, _ status: EtcdStatus) {
    switch method {
    case .watch: endWatches(origin, status)
    case .leaseKeepAlive: endKeepAlive(origin, status)
    case .range, .transaction, .leaseTimeToLive, .leaseLeases, .memberList, .status, .hashKV,
      .certificateRolesGet, .put, .deleteRange, .compact, .leaseGrant, .leaseRevoke, .alarm,
      .certificateRolesApply:
      reply.items.append(.end(origin, status))
    }
  }

  private mutating func takeRead(
    _ origin: RequestOrigin, _ method: Method, _ identity: ClientIdentity?, _ body: Bytes
  ) throws(KVError) {
    switch method {
    case .range:
      let request = try RequestCheck.range(body)
      counters.ranges += 1
      queue(.range(request), origin, identity, isSerializable: request.serializable)
    case .transaction:
      let request = try RequestCheck.transaction(
        body, operationsMax: configuration.limits.transactionOperationsMax)
      guard request.isReadOnly else {
        try refuseWhenOverQuota(isPut: request.mayPut)
        propose(.transaction, body, identity, for: .unary(origin))
        return
      }
      queue(.transaction(request), origin, identity, isSerializable: request.isSerializable)
    case .leaseTimeToLive:
      queue(.leaseTimeToLive(try RequestCheck.decode(body)), origin, identity)
    case .leaseLeases:
      queue(.leases, origin, identity)
    case .memberList:
      let request: MemberListRequest = try RequestCheck.decode(body)
      queue(.members, origin, identity, isSerializable: !request.linearizable)
    case .certificateRolesGet:
      queue(.certificateRoles, origin, identity)
    case .status:
      queue(.status, origin, identity, isSerializable: true)
    case .hashKV:
      queue(.hash(try RequestCheck.decode(body)), origin, identity, isSerializable: true)
    case .put, .deleteRange, .compact, .leaseGrant, .leaseRevoke, .alarm, .watch,
      .leaseKeepAlive, .certificateRolesApply:
      preconditionFailure("not a read")
    }
  }

  private mutating func queue(
    _ query: WaitingRead.Query, _ origin: RequestOrigin, _ identity: ClientIdentity?,
    isSerializable: Bool = false
  ) {
    let read = WaitingRead(
      origin: origin, identity: identity, query: query,
      deadline: now.instant + configuration.requestTimeout)
    if isSerializable { reads.addReady(read) } else { reads.add(read) }
  }

  private mutating func takeWrite(
    _ origin: RequestOrigin, _ method: Method, _ identity: ClientIdentity?, _ body: Bytes
  ) throws(KVError) {
    let client = PendingWrites.Client.unary(origin)
    switch method {
    case .put:
      _ = try RequestCheck.put(body)
      try refuseWhenOverQuota(isPut: true)
      propose(.put, body, identity, for: client)
    case .deleteRange:
      _ = try RequestCheck.deleteRange(body)
      propose(.deleteRange, body, identity, for: client)
    case .compact:
      _ = try RequestCheck.decode(body, as: CompactionRequest.self)
      propose(.compact, body, identity, for: client)
    case .leaseGrant:
      let request = try RequestCheck.leaseGrant(
        body, ttlMin: configuration.limits.leaseSecondsMin,
        chosenID: Int64(bitPattern: random.next() >> 1 | 1))
      try refuseWhenOverQuota(isPut: true)
      propose(.leaseGrant, request.encoded, identity, for: client)
    case .leaseRevoke:
      _ = try RequestCheck.decode(body, as: LeaseRevokeRequest.self)
      propose(.leaseRevoke, body, identity, for: client)
    case .alarm:
      let request = try RequestCheck.decode(body, as: AlarmRequest.self)
      if request.action == .get {
        queue(.alarms(request), origin, identity)
      } else {
        propose(.alarm, body, identity, for: client)
      }
    case .certificateRolesApply:
      let request = try RequestCheck.decode(body, as: CertificateRolesApplyRequest.self)
      try RequestCheck.certificateRoles(request.document)
      propose(.certificateRoles, request.document, identity, for: client)
    case .range, .transaction, .watch, .leaseKeepAlive, .leaseTimeToLive, .leaseLeases,
      .memberList, .status, .hashKV, .certificateRolesGet:
      preconditionFailure("not a write")
    }
  }

  /// etcd checks the quota before it proposes, so that what is over it never reaches the log.
  private func refuseWhenOverQuota(isPut: Bool) throws(KVError) {
    guard isPut, isOverQuota else { return }
    throw .noSpace
  }

  // MARK: - LeaseKeepAlive

  private mutating func takeKeepAlive(
    _ origin: RequestOrigin, _ identity: ClientIdentity?, _ body: Bytes
  ) throws(KVError) {
    _ = try RequestCheck.decode(body, as: LeaseKeepAliveRequest.self)
    streams.keepAlives[origin, default: ClientStreams.KeepAlive()].pending += 1
    propose(.leaseRenew, body, identity, for: .keepAlive(origin))
  }

  /// A renewal was applied: its answer stands in the reply's buffer.
  mutating func answerKeepAlive(_ origin: RequestOrigin, _ bytes: Range<Int>) {
    guard var stream = streams.keepAlives[origin] else { return }
    reply.items.append(.message(origin, bytes: bytes))
    stream.pending -= 1
    if stream.pending == 0, stream.isHalfClosed {
      endKeepAlive(origin, .ok)
    } else {
      streams.keepAlives[origin] = stream
    }
  }

  mutating func endKeepAlive(_ origin: RequestOrigin, _ status: EtcdStatus) {
    streams.keepAlives[origin] = nil
    reply.items.append(.end(origin, status))
  }

  private mutating func halfClosed(_ origin: RequestOrigin) {
    if var stream = streams.keepAlives[origin] {
      stream.isHalfClosed = true
      streams.keepAlives[origin] = stream
      if stream.pending == 0 { endKeepAlive(origin, .ok) }
    }
    // A watch goes on, as etcd's: its client has said all it wants to see.
  }
}
