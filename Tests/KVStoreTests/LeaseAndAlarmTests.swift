import Base
import EtcdAPI
import KVStore
import Protobuf
import Testing

@Suite struct `Leases and alarms follow etcd` {
  @Test func `a short TTL is raised, a long one refused, an identifier chosen`() throws {
    let short = LeaseGrantRequest(ttl: -5).encoded
    let request = try RequestCheck.leaseGrant(short, ttlMin: 2, chosenID: 77)
    #expect(request.ttl == 2 && request.id == 77)
    let long = LeaseGrantRequest(ttl: 9_000_000_001, id: 1).encoded
    #expect(throws: KVError.leaseTTLTooLarge) {
      try RequestCheck.leaseGrant(long, ttlMin: 2, chosenID: 77)
    }
  }

  @Test func `an identifier is used once at a time`() throws {
    let store = Store()
    let response = try store.grant(5, ttl: 10)
    #expect(response.id == 5 && response.ttl == 10 && response.header?.revision == 1)
    #expect(throws: KVError.leaseExists) { try store.grant(5, ttl: 10) }
    try store.revoke(5)
    #expect(throws: KVError.leaseNotFound) { try store.revoke(5) }
    try store.grant(5, ttl: 10)
  }

  @Test func `a missing lease is TTL 0 to a renewal and -1 to a question`() throws {
    let store = Store()
    #expect(try store.renew(6).ttl == 0)
    #expect(try store.timeToLive(6).ttl == -1)
    #expect(throws: KVError.leaseNotFound) { try store.put("a", lease: 6) }
  }

  @Test func `a renewal holds the lease for its whole time again`() throws {
    let store = Store()
    try store.grant(5, ttl: 10)
    try store.put("a", lease: 5)
    for _ in 0..<5 {
      store.pass(seconds: 9)
      #expect(try store.renew(5).ttl == 10)
    }
    #expect(try store.timeToLive(5, keys: true).keys == ["a"])
    let next = store.space.nextLeaseExpiryMilliseconds
    let due = try #require(next)
    #expect(due <= store.time + 10_001)
    store.pass(seconds: 10)
    #expect(try store.range("a").count == 1)
    store.pass(seconds: 1)
    #expect(try store.range("a").count == 0 && store.space.leaseCount == 0)
    #expect(store.space.nextLeaseExpiryMilliseconds == nil)
  }

  @Test func `a key moves to the lease of its last put`() throws {
    let store = Store()
    try store.grant(5, ttl: 10)
    try store.grant(6, ttl: 10)
    try store.put("a", lease: 5)
    try store.put("a", lease: 6)
    try store.revoke(5)
    #expect(try store.range("a").count == 1)
    try store.put("a")
    try store.revoke(6)
    #expect(try store.range("a").count == 1)
    #expect(store.space.revision == 4)
  }

  /// Seed 1523 of the simulator: a member that had restored its state ended them in another order
  /// than one that still had a renewed lease at its old place.
  @Test func `leases that end in one batch end by expiry, also where one was renewed`() throws {
    let store = Store()
    try store.grant(5, ttl: 10)
    try store.grant(6, ttl: 15)
    try store.put("five", lease: 5)
    try store.put("six", lease: 6)
    store.pass(seconds: 8)
    _ = try store.renew(5)
    store.watch(WatchCreateRequest(key: Bytes([0]), rangeEnd: Bytes([0])))
    store.pass(seconds: 60)
    let ended = (store.pump()[1] ?? []).flatMap(\.events).compactMap(\.kv)
    #expect(ended.map(\.key) == ["six", "five"])
    #expect(ended.map(\.modRevision) == [4, 5])
  }

  @Test func `leases are listed by expiry`() throws {
    let store = Store()
    try store.grant(5, ttl: 30)
    try store.grant(6, ttl: 10)
    try store.grant(7, ttl: 20)
    var buffer = ByteBuffer()
    try store.space.leaseLeases(identity: nil, header: Store.header, into: &buffer)
    let response: LeaseLeasesResponse = try RequestCheck.decode(buffer.bytes)
    #expect(response.leases.map(\.id) == [6, 7, 5])
  }

  @Test func `without space puts and grants fail, deletions and compactions go on`() throws {
    let store = Store()
    try store.put("a")
    try store.put("b")
    let alarm = AlarmRequest(action: .activate, memberID: 7, alarm: .nospace)
    _ = try store.apply(.memberAlarm, alarm, as: AlarmResponse.self)
    #expect(store.space.alarms == [AlarmMember(memberID: 7, alarm: .nospace)])
    let put = RequestOp(request: .put(PutRequest(key: "a")))
    #expect(throws: KVError.noSpace) { try store.put("a") }
    #expect(throws: KVError.noSpace) { try store.transaction(TxnRequest(failure: [put])) }
    #expect(throws: KVError.noSpace) { try store.grant(5, ttl: 5) }
    try store.delete("a")
    try store.compact(3)
    #expect(try store.range("b").count == 1)
    let clear = AlarmRequest(action: .deactivate, memberID: 7, alarm: .nospace)
    let response: AlarmResponse = try store.apply(.alarm, clear)
    #expect(response.alarms == [AlarmMember(memberID: 7, alarm: .nospace)])
    try store.put("a")
  }

  @Test func `a corrupt cluster serves nothing`() throws {
    let store = Store()
    let alarm = AlarmRequest(action: .activate, memberID: 7, alarm: .corrupt)
    _ = try store.apply(.memberAlarm, alarm, as: AlarmResponse.self)
    #expect(throws: KVError.corrupt) { try store.put("a") }
    #expect(throws: KVError.corrupt) { try store.range("a") }
    #expect(throws: KVError.corrupt) { try store.delete("a") }
    #expect(throws: KVError.corrupt) { try store.compact(1) }
  }
}

@Suite struct `Transactions follow etcd` {
  private static func put(_ key: Bytes) -> RequestOp {
    RequestOp(request: .put(PutRequest(key: key)))
  }
  private static func delete(_ key: Bytes, _ end: Bytes = "") -> RequestOp {
    RequestOp(request: .deleteRange(DeleteRangeRequest(key: key, rangeEnd: end)))
  }
  private static func nested(_ success: [RequestOp], _ failure: [RequestOp] = []) -> RequestOp {
    RequestOp(request: .txn(TxnRequest(success: success, failure: failure)))
  }

  private static func check(_ success: [RequestOp], operationsMax: Int = 128) throws(KVError) {
    let request = TxnRequest(success: success).encoded
    _ = try RequestCheck.transaction(request, operationsMax: operationsMax)
  }

  @Test func `a key is written once`() throws {
    #expect(throws: KVError.duplicateKey) { try Self.check([Self.put("a"), Self.put("a")]) }
    #expect(throws: KVError.duplicateKey) {
      try Self.check([Self.put("b"), Self.delete("a", "c")])
    }
    #expect(throws: KVError.duplicateKey) {
      try Self.check([Self.put("a"), Self.nested([Self.put("a")])])
    }
    #expect(throws: KVError.duplicateKey) {
      try Self.check([Self.nested([Self.put("a")]), Self.delete("a")])
    }
    try Self.check([Self.nested([Self.put("a")], [Self.put("a")])])
    try Self.check([Self.delete("a"), Self.delete("a", "c")])
    try Self.check([Self.put("c"), Self.delete("a", "c")])
  }

  @Test func `operations are limited, nested ones by what the parent left`() throws {
    try Self.check([Self.put("a"), Self.put("b")], operationsMax: 2)
    #expect(throws: KVError.tooManyOperations) {
      try Self.check([Self.put("a"), Self.put("b")], operationsMax: 1)
    }
    try Self.check([Self.nested([Self.put("a")])], operationsMax: 2)
    #expect(throws: KVError.tooManyOperations) {
      try Self.check([Self.nested([Self.put("a"), Self.put("b")])], operationsMax: 2)
    }
  }

  /// etcd issue 18667: such a Txn was half applied.
  @Test func `a read at a compacted or future revision refuses the whole Txn`() throws {
    let store = Store()
    for number in 0..<5 { try store.put("a", Bytes("\(number)")) }
    try store.compact(4)
    for (revision, error) in [(3, KVError.compacted), (7, .futureRevision)] {
      let range = RequestOp(request: .range(RangeRequest(key: "a", revision: Int64(revision))))
      #expect(throws: error) {
        try store.transaction(TxnRequest(success: [Self.put("b"), range]))
      }
      #expect(throws: error) { try store.transaction(TxnRequest(success: [range])) }
    }
    #expect(try store.range("b").count == 0 && store.space.revision == 6)
  }

  @Test func `compares of a range hold for every key of it`() throws {
    let store = Store()
    try store.put("a", "x")
    try store.put("b", "x")
    func holds(_ end: Bytes, _ value: Bytes) throws -> Bool {
      let compare = Compare(target: .value, key: "a", rangeEnd: end, targetUnion: .value(value))
      return try store.transaction(TxnRequest(compare: [compare])).succeeded
    }
    #expect(try holds("c", "x"))
    try store.put("b", "y")
    #expect(try !holds("c", "x") && holds("b", "x"))
    let missing = Compare(target: .value, key: "z", targetUnion: .value(""))
    #expect(try !store.transaction(TxnRequest(compare: [missing])).succeeded)
    let zero = Compare(target: .version, key: "z", targetUnion: .version(0))
    #expect(try store.transaction(TxnRequest(compare: [zero])).succeeded)
  }
}
