import Base
import EtcdAPI
import KVStore
import Protobuf

/// The real key space of one store member, without Raft and sockets: every call is carried out at
/// once, and watches tell what happened.
final class StoreInMemory {
  private static let member = NodeID(1)
  private static let header = ResponseHeader(clusterID: 1, memberID: 1, raftTerm: 1)

  private var space = KeySpace(configuration: KeySpaceConfiguration(segmentBytes: 64 << 10))
  private var output = WatchOutput()
  private var requests: UInt64 = 0
  private var milliseconds: UInt64 = 1_000_000
  private var nextLease: Int64 = 1000

  var revision: Int64 { space.revision }
  var now = Instant(nanoseconds: 0)

  // MARK: - Calls

  func answer(_ call: StoreCall) -> StoreAnswer {
    do throws(KVError) {
      switch call {
      case .range(let request): return .range(try range(request))
      case .txn(let request):
        let checked = try RequestCheck.transaction(request.encoded)
        guard checked.isReadOnly else { return .txn(try apply(.transaction, request)) }
        var buffer = ByteBuffer()
        try space.readOnlyTransaction(
          checked, identity: nil, header: Self.header, into: &buffer)
        return .txn(try RequestCheck.decode(buffer.bytes))
      case .leaseGrant(let seconds):
        nextLease += 1
        return .leaseGrant(
          try apply(.leaseGrant, LeaseGrantRequest(ttl: seconds, id: nextLease)))
      case .leaseKeepAlive(let id):
        let response: LeaseKeepAliveResponse = try apply(
          .leaseRenew, LeaseKeepAliveRequest(id: id))
        return .leaseKeepAlive(ttlSeconds: response.ttl)
      case .leaseRevoke(let id):
        let _: LeaseRevokeResponse = try apply(.leaseRevoke, LeaseRevokeRequest(id: id))
        return .leaseRevoke
      }
    } catch {
      return .refused(error.status)
    }
  }

  func range(_ request: RangeRequest) throws(KVError) -> RangeResponse {
    let checked = try RequestCheck.range(request.encoded)
    var buffer = ByteBuffer()
    try space.range(checked, identity: nil, header: Self.header, into: &buffer)
    return try RequestCheck.decode(buffer.bytes)
  }

  /// What a key holds now.
  subscript(key: Bytes) -> KeyValue? {
    do throws(KVError) { return try range(RangeRequest(key: key)).kvs.first } catch { return nil }
  }

  /// Every key below a prefix, in their order.
  func keys(under prefix: Bytes) -> [KeyValue] {
    do throws(KVError) { return try range(RangeRequest(prefix: prefix)).kvs } catch { return [] }
  }

  /// A write by somebody else.
  func put(_ key: Bytes, _ value: Bytes) {
    _ = answer(
      .txn(TxnRequest(success: [RequestOp(request: .put(PutRequest(key: key, value: value)))])))
  }

  func delete(_ key: Bytes) {
    _ = answer(
      .txn(TxnRequest(success: [RequestOp(request: .deleteRange(DeleteRangeRequest(key: key)))])))
  }

  /// History before `revision` is gone.
  func compact(_ revision: Int64) {
    do throws(KVError) {
      let _: CompactionResponse = try apply(.compact, CompactionRequest(revision: revision))
    } catch {
      preconditionFailure("not compacted: \(error)")
    }
    while space.isCompacting { space.compactSlice(bytesMax: 1 << 20) }
  }

  /// Leases that are due end.
  func pass(_ duration: Duration) {
    milliseconds += UInt64(duration.milliseconds)
    now = now + duration
    apply([])
  }

  private func apply<Response: ProtobufMessage>(
    _ kind: Command.Kind, _ body: some ProtobufMessage
  ) throws(KVError) -> Response {
    requests += 1
    let command = Command(
      kind: kind, origin: Self.member, request: requests, identity: nil, body: body.encoded)
    let outcomes = apply([command])
    switch outcomes.items[0].result {
    case .answer(let range): return try RequestCheck.decode(outcomes.buffer.bytes[range])
    case .refused(let error): throw error
    }
  }

  @discardableResult
  private func apply(_ commands: [Command]) -> AppliedOutcomes {
    var outcomes = AppliedOutcomes()
    let batch = CommandBatch(
      clusterMilliseconds: milliseconds, wallTime: WallTime(milliseconds: 5), commands: commands)
    space.apply(batch, answering: Self.member, header: Self.header, into: &outcomes)
    return outcomes
  }

  // MARK: - Watches

  /// `stream` is one API server's; its watches have the numbers that it gave them.
  func watch(_ id: StoreWatchID, _ request: WatchCreateRequest, stream: UInt64) {
    var request = request
    request.watchID = Int64(id.number)
    send(.create(request), stream)
  }

  func cancelWatch(_ id: StoreWatchID, stream: UInt64) {
    send(.cancel(WatchCancelRequest(watchID: Int64(id.number))), stream)
  }

  func requestProgress(stream: UInt64) { send(.progress(WatchProgressRequest()), stream) }

  func close(stream: UInt64) { space.closeWatchStream(stream) }

  private func send(_ request: WatchRequest.RequestUnion, _ stream: UInt64) {
    space.watch(
      stream: stream, request: WatchRequest(requestUnion: request), identity: nil, now: now,
      header: Self.header, into: &output)
  }

  /// What every stream is told, in order. Progress of a whole stream is told to `progressing`, its
  /// one watch.
  func deliveries(
    progressing: (UInt64) -> StoreWatchID?
  ) -> [(stream: UInt64, StoreWatchID, StoreDelivery)] {
    while space.pumpWatches(
      bytesMax: 1 << 20, now: now, progressPeriod: .seconds(600), header: Self.header,
      into: &output)
    {}
    var told: [(stream: UInt64, StoreWatchID, StoreDelivery)] = []
    for item in output.items {
      let response: WatchResponse
      do throws(KVError) {
        response = try RequestCheck.decode(output.buffer.bytes[item.bytes])
      } catch {
        preconditionFailure("a watch response is not protobuf: \(error)")
      }
      if response.created { continue }
      var id = StoreWatchID(UInt64(bitPattern: response.watchID))
      if response.watchID == -1 {
        guard let only = progressing(item.stream) else { continue }
        id = only
      }
      if response.compactRevision > 0 {
        told.append((item.stream, id, .compacted(oldest: response.compactRevision)))
      } else if !response.canceled {
        let revision = response.events.last?.kv?.modRevision ?? response.header?.revision ?? 0
        told.append((item.stream, id, .events(revision: revision, response.events)))
      }
    }
    output.removeAll()
    return told
  }
}
