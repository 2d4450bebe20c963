public import Base
public import EtcdAPI
public import EventLoop
import Protobuf

/// A client of the store: etcd v3 over gRPC, with its endpoints balanced.
///
/// Any number of tasks may use one client; their calls share one connection to one member and move
/// to the next member together when it fails.
public final class StoreClient: Sendable {
  public let endpoints: [StoreEndpoint]
  public let options: StoreClientOptions
  let pool: ConnectionPool
  /// Of an attempt that may be repeated; computed once, for a duration's division is dear.
  let attemptTimeoutMax: Duration

  /// Connects when first asked. `loop` must be running, on any thread but a blocked one.
  ///
  /// Fails with `endpoint` where an endpoint is none, or there is none.
  public convenience init(
    endpoints: [String], credentials: StoreCredentials = StoreCredentials(),
    options: StoreClientOptions = StoreClientOptions(), loop: EventLoop
  ) throws(StoreError) {
    let parsed: [StoreEndpoint]
    do {
      parsed = try StoreEndpoint.list(endpoints)
    } catch {
      throw .endpoint(error)
    }
    self.init(
      endpoints: parsed, options: options,
      connector: TransportConnector(credentials: credentials, options: options, loop: loop),
      // Clients that start together spread over the members.
      first: Int.random(in: 0..<parsed.count))
  }

  init(
    endpoints: [StoreEndpoint], options: StoreClientOptions, connector: any MemberConnector,
    first: Int
  ) {
    self.endpoints = endpoints
    self.options = options
    attemptTimeoutMax = options.requestTimeout / 2
    pool = ConnectionPool(endpoints: endpoints, connector: connector, first: first)
  }

  /// Ends all calls and watches under way.
  public func close() async {
    await pool.close()
  }

  // MARK: - Keys

  public func range(_ request: RangeRequest) async throws(StoreError) -> RangeResponse {
    try await call(.range, request, .repeatable)
  }

  /// Fails with `outcomeUnknown` or `timedOut` when the store may or may not have taken it.
  public func put(_ request: PutRequest) async throws(StoreError) -> PutResponse {
    try await call(.put, request, .onlyUnseen)
  }

  /// Fails with `outcomeUnknown` or `timedOut` when the store may or may not have taken it.
  public func deleteRange(
    _ request: DeleteRangeRequest
  ) async throws(StoreError) -> DeleteRangeResponse {
    try await call(.deleteRange, request, .onlyUnseen)
  }

  /// Fails with `outcomeUnknown` or `timedOut` when the store may or may not have taken it; one
  /// that only reads is repeated like a range.
  public func txn(_ request: TxnRequest) async throws(StoreError) -> TxnResponse {
    try await call(.txn, request, request.onlyReads ? .repeatable : .onlyUnseen)
  }

  public func compact(_ request: CompactionRequest) async throws(StoreError) -> CompactionResponse {
    try await call(.compact, request, .onlyUnseen)
  }

  /// The key's newest value by a linearizable read; nil where the key does not exist.
  public func get(_ key: Bytes) async throws(StoreError) -> KeyValue? {
    try await range(RangeRequest(key: key)).kvs.first
  }

  // MARK: - Leases

  /// Seconds; the store raises too short ones. ID 0 lets the store choose.
  public func leaseGrant(
    ttl: Int64, id: Int64 = 0
  ) async throws(StoreError) -> LeaseGrantResponse {
    // Granted twice under a chosen ID, the second answer would be "already exists".
    try await call(
      .leaseGrant, LeaseGrantRequest(ttl: ttl, id: id), id == 0 ? .repeatable : .onlyUnseen)
  }

  public func leaseRevoke(id: Int64) async throws(StoreError) -> LeaseRevokeResponse {
    try await call(.leaseRevoke, LeaseRevokeRequest(id: id), .onlyUnseen)
  }

  /// A lease that does not exist has TTL -1.
  public func leaseTimeToLive(
    id: Int64, keys: Bool = false
  ) async throws(StoreError) -> LeaseTimeToLiveResponse {
    try await call(.leaseTimeToLive, LeaseTimeToLiveRequest(id: id, keys: keys), .repeatable)
  }

  public func leases() async throws(StoreError) -> LeaseLeasesResponse {
    try await call(.leaseLeases, LeaseLeasesRequest(), .repeatable)
  }

  /// Renews the lease once. A lease that does not exist is `leaseExpired`.
  public func keepAliveOnce(id: Int64) async throws(StoreError) -> LeaseKeepAliveResponse {
    let session = LeaseKeepAliveSession(client: self, id: id)
    return try await session.renew(within: options.requestTimeout)
  }

  /// Renews the lease at once and then each third of its TTL until the loop over it ends; over lost
  /// connections too. Each element is one renewal; fails with `leaseExpired`.
  public func keepAlive(id: Int64) -> LeaseKeepAlive {
    LeaseKeepAlive(session: LeaseKeepAliveSession(client: self, id: id))
  }

  // MARK: - Watches

  /// The events from `request.startRevision` on (0: from now on), without a gap or a repetition
  /// over lost connections. The watch begins with the first call for an element.
  public func watch(_ request: WatchCreateRequest) -> StoreWatch {
    StoreWatch(session: WatchSession(client: self, request: request))
  }

  // MARK: - Cluster and maintenance

  public func memberList(linearizable: Bool = true) async throws(StoreError) -> MemberListResponse {
    try await call(.memberList, MemberListRequest(linearizable: linearizable), .repeatable)
  }

  /// Of the member that the client is connected to: use a client with one endpoint.
  public func status() async throws(StoreError) -> StatusResponse {
    try await call(.status, StatusRequest(), .repeatable)
  }

  public func alarm(_ request: AlarmRequest) async throws(StoreError) -> AlarmResponse {
    try await call(.alarm, request, request.action == .get ? .repeatable : .onlyUnseen)
  }

  /// Revision 0 is the newest. Of the member that the client is connected to.
  public func hashKV(revision: Int64 = 0) async throws(StoreError) -> HashKVResponse {
    try await call(.hashKV, HashKVRequest(revision: revision), .repeatable)
  }

  /// The certificate roles in force, as the JSON document that was applied.
  public func certificateRoles() async throws(StoreError) -> CertificateRolesGetResponse {
    try await call(.certificateRolesGet, CertificateRolesGetRequest(), .repeatable)
  }

  public func applyCertificateRoles(
    document: Bytes
  ) async throws(StoreError) -> CertificateRolesApplyResponse {
    try await call(
      .certificateRolesApply, CertificateRolesApplyRequest(document: document), .onlyUnseen)
  }
}

extension TxnRequest {
  /// Whether neither branch can write.
  var onlyReads: Bool {
    (success + failure).allSatisfy { operation in
      switch operation.request {
      case .range, nil: true
      case .put, .deleteRange: false
      case .txn(let nested): nested.onlyReads
      }
    }
  }
}
