import Base
import EtcdAPI
import KVStore
import Testing

/// Compares on the lease of a key (etcd applyCompare): fences of a holder of a lease rest on them.
@Suite struct `Compares of leases` {
  @Test(arguments: ["", "x"])
  func `hold for the key's own lease only`(value: String) throws {
    let store = Store()
    let id: Int64 = 0x3466_a89e_1ef2_c3e7
    let grant: LeaseGrantResponse = try store.apply(
      .leaseGrant, LeaseGrantRequest(ttl: 10, id: id))
    #expect(grant.id == id)
    let _: PutResponse = try store.apply(
      .put, PutRequest(key: "k", value: Bytes(value), lease: id))
    for (compared, holds) in [(id, true), (0, false), (id + 1, false)] {
      let answer: TxnResponse = try store.apply(
        .transaction,
        TxnRequest(
          compare: [Compare(target: .lease, key: "k", targetUnion: .lease(compared))],
          success: [RequestOp(request: .put(PutRequest(key: "other", value: "1")))]))
      #expect(answer.succeeded == holds)
    }
  }
}
