import Base
import EtcdAPI
import KVStore
import Protobuf

/// A key space with one member's client in front of it: requests in, decoded responses out.
final class Store {
  static let member = NodeID(7)
  static let header = ResponseHeader(clusterID: 1, memberID: 7, raftTerm: 3)

  var space: KeySpace
  var time: UInt64 = 1_000_000
  var identity: ClientIdentity?
  private var requests: UInt64 = 0
  private(set) var watches = WatchOutput()

  init(segmentBytes: Int = 4096) {
    space = KeySpace(configuration: KeySpaceConfiguration(segmentBytes: segmentBytes))
  }

  /// Applies one command as a batch of its own and gives the encoded response.
  func apply(_ kind: Command.Kind, _ body: Bytes) throws(KVError) -> Bytes {
    requests += 1
    let command = Command(
      kind: kind, origin: Store.member, request: requests, identity: identity, body: body)
    var batch = CommandBatch(
      clusterMilliseconds: time, wallTime: WallTime(milliseconds: 5), commands: [command])
    var encoded = ByteBuffer()
    batch.encode(into: &encoded)
    do throws(KVFormatError) {
      batch = try CommandBatch(decoding: encoded.take())
    } catch {
      preconditionFailure("a batch is not read as it was written: \(error)")
    }
    var outcomes = AppliedOutcomes()
    space.apply(batch, answering: Store.member, header: Store.header, into: &outcomes)
    precondition(outcomes.items.count == 1 && outcomes.items[0].request == requests)
    switch outcomes.items[0].result {
    case .answer(let range): return outcomes.buffer.bytes[range]
    case .refused(let error): throw error
    }
  }

  func apply<Response: ProtobufMessage>(
    _ kind: Command.Kind, _ body: some ProtobufMessage, as type: Response.Type = Response.self
  ) throws(KVError) -> Response {
    try RequestCheck.decode(try apply(kind, body.encoded))
  }

  /// Lets time pass: ends leases that are due.
  func pass(seconds: UInt64) {
    time += seconds * 1000
    var outcomes = AppliedOutcomes()
    let batch = CommandBatch(
      clusterMilliseconds: time, wallTime: WallTime(milliseconds: 5), commands: [])
    space.apply(batch, answering: Store.member, header: Store.header, into: &outcomes)
  }

  @discardableResult
  func put(
    _ key: Bytes, _ value: Bytes = "", lease: Int64 = 0, prevKv: Bool = false,
    ignoreValue: Bool = false, ignoreLease: Bool = false
  ) throws(KVError) -> PutResponse {
    let request = PutRequest(
      key: key, value: value, lease: lease, prevKv: prevKv, ignoreValue: ignoreValue,
      ignoreLease: ignoreLease)
    _ = try RequestCheck.put(request.encoded)
    return try apply(.put, request)
  }

  @discardableResult
  func delete(
    _ key: Bytes, _ end: Bytes = "", prevKv: Bool = false
  ) throws(KVError) -> DeleteRangeResponse {
    let request = DeleteRangeRequest(key: key, rangeEnd: end, prevKv: prevKv)
    _ = try RequestCheck.deleteRange(request.encoded)
    return try apply(.deleteRange, request)
  }

  @discardableResult
  func transaction(_ request: TxnRequest) throws(KVError) -> TxnResponse {
    let checked = try RequestCheck.transaction(request.encoded)
    guard checked.isReadOnly else { return try apply(.transaction, request) }
    var buffer = ByteBuffer()
    try space.readOnlyTransaction(
      checked, identity: identity, header: Store.header, into: &buffer)
    return try RequestCheck.decode(buffer.bytes)
  }

  func range(_ request: RangeRequest) throws(KVError) -> RangeResponse {
    let checked = try RequestCheck.range(request.encoded)
    var buffer = ByteBuffer()
    try space.range(checked, identity: identity, header: Store.header, into: &buffer)
    return try RequestCheck.decode(buffer.bytes)
  }

  func range(_ key: Bytes, _ end: Bytes = "", revision: Int64 = 0) throws(KVError) -> RangeResponse
  {
    try range(RangeRequest(key: key, rangeEnd: end, revision: revision))
  }

  @discardableResult
  func compact(_ revision: Int64) throws(KVError) -> CompactionResponse {
    try apply(.compact, CompactionRequest(revision: revision))
  }

  func finishCompaction() {
    while space.isCompacting { space.compactSlice(bytesMax: 1) }
  }

  @discardableResult
  func grant(_ id: Int64, ttl: Int64) throws(KVError) -> LeaseGrantResponse {
    try apply(.leaseGrant, LeaseGrantRequest(ttl: ttl, id: id))
  }

  @discardableResult
  func revoke(_ id: Int64) throws(KVError) -> LeaseRevokeResponse {
    try apply(.leaseRevoke, LeaseRevokeRequest(id: id))
  }

  func renew(_ id: Int64) throws(KVError) -> LeaseKeepAliveResponse {
    try apply(.leaseRenew, LeaseKeepAliveRequest(id: id))
  }

  func timeToLive(_ id: Int64, keys: Bool = false) throws(KVError) -> LeaseTimeToLiveResponse {
    var buffer = ByteBuffer()
    try space.leaseTimeToLive(
      LeaseTimeToLiveRequest(id: id, keys: keys), identity: identity, clusterMilliseconds: time,
      header: Store.header, into: &buffer)
    return try RequestCheck.decode(buffer.bytes)
  }

  // MARK: Watches

  var now = Instant(nanoseconds: 0)

  func watch(_ create: WatchCreateRequest, stream: UInt64 = 1) {
    send(.create(create), stream: stream)
  }

  func send(_ request: WatchRequest.RequestUnion, stream: UInt64 = 1) {
    space.watch(
      stream: stream, request: WatchRequest(requestUnion: request), identity: identity, now: now,
      header: Store.header, into: &watches)
  }

  /// Pumps until nothing is left and gives what each stream got since, in order.
  func pump(bytesMax: Int = 1 << 20) -> [UInt64: [WatchResponse]] {
    while space.pumpWatches(
      bytesMax: bytesMax, now: now, progressPeriod: .seconds(600), header: Store.header,
      into: &watches)
    {}
    return pumpNothing()
  }

  /// What was said since without a pump, per stream.
  func pumpNothing() -> [UInt64: [WatchResponse]] {
    var responses: [UInt64: [WatchResponse]] = [:]
    for item in watches.items {
      do throws(KVError) {
        let response: WatchResponse = try RequestCheck.decode(watches.buffer.bytes[item.bytes])
        responses[item.stream, default: []].append(response)
      } catch {
        preconditionFailure("a watch response is not protobuf: \(error)")
      }
    }
    watches.removeAll()
    return responses
  }
}
