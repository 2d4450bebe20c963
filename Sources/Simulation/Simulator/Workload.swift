import Base
import EtcdAPI
import Member
import Protobuf

extension World {
  /// What a client asks next. Every value is written once, so that a value names its write.
  func nextRequest(_ random: inout PRNG) -> Request {
    let key = Bytes("k\(random.below(6))")
    switch random.below(100) {
    case 0..<34: return .put(nextPut(key, &random))
    case 34..<50: return .transaction(nextTransaction(key, &random))
    case 50..<57: return .deleteRange(nextDeletion(key, &random))
    case 57..<75:
      return .range(RangeRequest(key: key, serializable: random.chance(Ratio(1, in: 4))))
    case 75..<86: return .range(nextRange(&random))
    case 86..<92:
      nextLease += 1
      return .leaseGrant(LeaseGrantRequest(ttl: 2 + Int64(random.below(4)), id: nextLease))
    case 92..<94:
      guard let lease = knownLeases.first else { return .range(RangeRequest(key: key)) }
      return .leaseRevoke(LeaseRevokeRequest(id: lease))
    case 94..<97:
      guard let lease = knownLeases.first else { return .range(RangeRequest(key: key)) }
      return .leaseTimeToLive(LeaseTimeToLiveRequest(id: lease, keys: true))
    default:
      return .compact(CompactionRequest(revision: max(1, knownRevision - Int64(random.below(30)))))
    }
  }

  /// The greatest revision that a client was told.
  var knownRevision: Int64 {
    for operation in history.operations.reversed() {
      if case .answered(let response, _) = operation.outcome { return response.revision }
    }
    return 1
  }

  private func freshValue(_ random: inout PRNG) -> Bytes {
    nextValue += 1
    let filler = random.chance(Ratio(1, in: 10)) ? random.below(1_500) : random.below(40)
    return Bytes("v\(nextValue)" + String(repeating: ".", count: filler))
  }

  private func nextPut(_ key: Bytes, _ random: inout PRNG) -> PutRequest {
    var put = PutRequest(
      key: key, value: freshValue(&random), prevKv: random.chance(Ratio(1, in: 2)))
    if !knownLeases.isEmpty, random.chance(Ratio(1, in: 3)) {
      put.lease = knownLeases[random.below(knownLeases.count)]
      put.key = Bytes("lease\(random.below(3))")
    }
    return put
  }

  private func nextDeletion(_ key: Bytes, _ random: inout PRNG) -> DeleteRangeRequest {
    DeleteRangeRequest(
      key: key, rangeEnd: random.chance(Ratio(1, in: 5)) ? Bytes("k9") : Bytes(),
      prevKv: random.chance(Ratio(1, in: 2)))
  }

  private func nextRange(_ random: inout PRNG) -> RangeRequest {
    var range = RangeRequest(key: "k", rangeEnd: "m", serializable: random.chance(Ratio(1, in: 4)))
    switch random.below(4) {
    case 0: range.limit = 1 + Int64(random.below(4))
    case 1: range.keysOnly = true
    case 2: range.revision = max(1, knownRevision - Int64(random.below(10)))
    default: break
    }
    return range
  }

  /// A compare-and-swap over one or two keys, on what was last seen or on a guess.
  private func nextTransaction(_ key: Bytes, _ random: inout PRNG) -> TxnRequest {
    let other = Bytes("k\(6 + random.below(2))")
    var txn = TxnRequest()
    switch random.below(3) {
    case 0: txn.compare = [Compare(target: .version, key: key, targetUnion: .version(0))]
    case 1:
      txn.compare = [
        Compare(target: .mod, key: key, targetUnion: .modRevision(lastSeen(key) ?? 1))
      ]
    default:
      txn.compare = [
        Compare(result: .greater, target: .create, key: key, targetUnion: .createRevision(0)),
        Compare(
          result: .less, target: .mod, key: other,
          targetUnion: .modRevision(max(1, knownRevision - 5))),
      ]
    }
    txn.success = [
      RequestOp(request: .put(PutRequest(key: key, value: freshValue(&random), prevKv: true))),
      RequestOp(request: .put(PutRequest(key: other, value: freshValue(&random)))),
    ]
    if random.chance(Ratio(1, in: 3)) {
      txn.success[1] = RequestOp(
        request: .deleteRange(DeleteRangeRequest(key: other, prevKv: true)))
    }
    txn.failure = [RequestOp(request: .range(RangeRequest(key: key)))]
    if random.chance(Ratio(1, in: 4)) {
      txn.failure.append(
        RequestOp(request: .put(PutRequest(key: other, value: freshValue(&random)))))
    }
    return txn
  }

  private func lastSeen(_ key: Bytes) -> Int64? {
    for operation in history.operations.suffix(60).reversed() {
      guard case .answered(.range(let response), _) = operation.outcome else { continue }
      if let kv = response.kvs.first(where: { $0.key == key }) { return kv.modRevision }
    }
    return nil
  }
}

extension Request {
  var method: Method {
    switch self {
    case .range: .range
    case .put: .put
    case .deleteRange: .deleteRange
    case .transaction: .transaction
    case .compact: .compact
    case .leaseGrant: .leaseGrant
    case .leaseRevoke: .leaseRevoke
    case .leaseTimeToLive: .leaseTimeToLive
    }
  }

  var body: Bytes {
    switch self {
    case .range(let request): request.encoded
    case .put(let request): request.encoded
    case .deleteRange(let request): request.encoded
    case .transaction(let request): request.encoded
    case .compact(let request): request.encoded
    case .leaseGrant(let request): request.encoded
    case .leaseRevoke(let request): request.encoded
    case .leaseTimeToLive(let request): request.encoded
    }
  }

  /// Reads the answer to this request.
  func response(_ bytes: Bytes) throws(ProtobufError) -> Response {
    switch self {
    case .range: .range(try RangeResponse(decoding: bytes))
    case .put: .put(try PutResponse(decoding: bytes))
    case .deleteRange: .deleteRange(try DeleteRangeResponse(decoding: bytes))
    case .transaction: .transaction(try TxnResponse(decoding: bytes))
    case .compact: .compact(try CompactionResponse(decoding: bytes))
    case .leaseGrant: .leaseGrant(try LeaseGrantResponse(decoding: bytes))
    case .leaseRevoke: .leaseRevoke(try LeaseRevokeResponse(decoding: bytes))
    case .leaseTimeToLive: .leaseTimeToLive(try LeaseTimeToLiveResponse(decoding: bytes))
    }
  }
}
