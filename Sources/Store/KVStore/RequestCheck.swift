public import Base
public import EtcdAPI
public import Protobuf

/// What a member checks before it proposes or reads, as etcd's v3rpc layer does: nothing here
/// depends on the state, and nothing here is asked again while applying.
public enum RequestCheck {
  /// etcd's upper bound of a lease's TTL in seconds (lease.MaxLeaseTTL).
  public static let leaseTTLMax: Int64 = 9_000_000_000

  public static func range(_ body: Bytes) throws(KVError) -> RangeRequest {
    let request: RangeRequest = try decode(body)
    try check(request)
    return request
  }

  public static func put(_ body: Bytes) throws(KVError) -> PutRequest {
    let request: PutRequest = try decode(body)
    try check(request)
    return request
  }

  public static func deleteRange(_ body: Bytes) throws(KVError) -> DeleteRangeRequest {
    let request: DeleteRangeRequest = try decode(body)
    try check(request)
    return request
  }

  /// `operationsMax`: `--max-txn-ops`.
  public static func transaction(
    _ body: Bytes, operationsMax: Int = Limits.transactionOperationsMax
  ) throws(KVError) -> TxnRequest {
    let request: TxnRequest = try decode(body)
    try check(request, operationsMax: operationsMax)
    for branch in [request.success, request.failure] {
      var writes = WriteSet()
      try writes.collect(branch)
    }
    return request
  }

  /// The request to propose: with an identifier where the client left it to the server (`chosenID`,
  /// positive) and a TTL of at least `ttlMin` seconds (etcd raises, it does not refuse).
  public static func leaseGrant(
    _ body: Bytes, ttlMin: Int64, chosenID: Int64
  ) throws(KVError) -> LeaseGrantRequest {
    var request: LeaseGrantRequest = try decode(body)
    guard request.ttl <= leaseTTLMax else { throw .leaseTTLTooLarge }
    request.ttl = max(request.ttl, ttlMin)
    if request.id == 0 { request.id = chosenID }
    return request
  }

  /// Parses certificate roles as they would be applied.
  public static func certificateRoles(_ document: Bytes) throws(KVError) {
    do throws(CertificateRolesError) {
      _ = try CertificateRoles(parsing: document)
    } catch {
      throw .malformedCertificateRoles(error)
    }
  }

  /// Any other request: only whether it is that message.
  public static func decode<Message: ProtobufMessage>(
    _ body: Bytes, as type: Message.Type = Message.self
  ) throws(KVError) -> Message {
    do throws(ProtobufError) {
      return try Message(decoding: body)
    } catch {
      throw .malformed(error)
    }
  }

  static func check(_ request: RangeRequest) throws(KVError) {
    if request.key.isEmpty { throw .keyNotProvided }
    if case .unrecognized = request.sortOrder { throw .invalidSortOption }
    if case .unrecognized = request.sortTarget { throw .invalidSortOption }
  }

  static func check(_ request: PutRequest) throws(KVError) {
    if request.key.isEmpty { throw .keyNotProvided }
    if request.ignoreValue && !request.value.isEmpty { throw .valueProvided }
    if request.ignoreLease && request.lease != 0 { throw .leaseProvided }
  }

  static func check(_ request: DeleteRangeRequest) throws(KVError) {
    if request.key.isEmpty { throw .keyNotProvided }
  }

  /// The budget of a nested Txn shrinks by its parent's operations.
  static func check(_ request: TxnRequest, operationsMax: Int) throws(KVError) {
    let count = max(request.compare.count, request.success.count, request.failure.count)
    guard count <= operationsMax else { throw .tooManyOperations }
    for compare in request.compare where compare.key.isEmpty { throw .keyNotProvided }
    for branch in [request.success, request.failure] {
      for operation in branch {
        switch operation.request {
        case .range(let range): try check(range)
        case .put(let put): try check(put)
        case .deleteRange(let delete): try check(delete)
        case .txn(let nested): try check(nested, operationsMax: operationsMax - count)
        case nil: throw .keyNotFound
        }
      }
    }
  }
}

/// What one branch of a Txn writes: a key put twice, or put and deleted, is refused, but for the
/// two branches of one nested Txn, of which only one runs (etcd checkIntervals).
private struct WriteSet {
  var puts: Set<Bytes> = []
  private var ranges: [KeyRange] = []
  /// The same ranges, to be searched: a Txn may hold as many operations as its bytes allow.
  private var deletedKeys: Set<Bytes> = []
  private var deletedRanges = IntervalTree<Bool>()

  mutating func collect(_ operations: [RequestOp]) throws(KVError) {
    for operation in operations {
      guard case .deleteRange(let delete) = operation.request else { continue }
      // etcd takes the end `\0` literally here, so that a deletion to the end of all keys never
      // overlaps (recorded: Fixtures/kvstore).
      if delete.rangeEnd == "\0" { continue }
      add(KeyRange(key: delete.key, rangeEnd: delete.rangeEnd))
    }
    for operation in operations {
      guard case .txn(let nested) = operation.request else { continue }
      var success = WriteSet()
      try success.collect(nested.success)
      var failure = WriteSet()
      try failure.collect(nested.failure)
      for key in success.puts { try add(key) }
      for key in failure.puts where !success.puts.contains(key) { try add(key) }
      for range in success.ranges { add(range) }
      for range in failure.ranges { add(range) }
    }
    for operation in operations {
      guard case .put(let put) = operation.request else { continue }
      try add(put.key)
    }
  }

  private mutating func add(_ range: KeyRange) {
    if range.isEmpty { return }
    ranges.append(range)
    if range.isSingle {
      deletedKeys.insert(range.start)
    } else {
      deletedRanges.insert(range.start, range.end, true)
    }
  }

  private mutating func add(_ key: Bytes) throws(KVError) {
    guard puts.insert(key).inserted, !deletedKeys.contains(key) else { throw .duplicateKey }
    if deletedRanges.isEmpty { return }
    var hits: [Bool] = []
    deletedRanges.collect(containing: key, into: &hits)
    if !hits.isEmpty { throw .duplicateKey }
  }
}

extension TxnRequest {
  /// Whether no branch, nested ones included, can write: such a Txn is served as a read.
  public var isReadOnly: Bool {
    (success + failure).allSatisfy { operation in
      switch operation.request {
      case .range: true
      case .put, .deleteRange: false
      case .txn(let nested): nested.isReadOnly
      case nil: true
      }
    }
  }

  /// Whether every range in it asks for a serializable read: then it needs no quorum.
  public var isSerializable: Bool {
    isReadOnly
      && (success + failure).allSatisfy { operation in
        switch operation.request {
        case .range(let range): range.serializable
        case .txn(let nested): nested.isSerializable
        case .put, .deleteRange, nil: false
        }
      }
  }

  /// Whether a branch puts: refused while NOSPACE is raised.
  public var mayPut: Bool {
    (success + failure).contains { operation in
      switch operation.request {
      case .put: true
      case .txn(let nested): nested.mayPut
      case .range, .deleteRange, nil: false
      }
    }
  }
}
