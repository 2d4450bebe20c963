import Base
import EtcdAPI
import KVStore
import Testing

/// etcd's rules of writes: api semantics as in facts of etcd 3.6 (apply.go, v3rpc/key.go).
@Suite struct `Writes follow etcd` {
  @Test func `an empty store is at revision 1 and the first write makes 2`() throws {
    let store = Store()
    #expect(store.space.revision == 1)
    let response = try store.put("a", "1")
    #expect(response.header == ResponseHeader(clusterID: 1, memberID: 7, revision: 2, raftTerm: 3))
    #expect(store.space.revision == 2)
  }

  @Test func `a put counts the version and keeps the create revision`() throws {
    let store = Store()
    try store.put("a", "1")
    try store.put("b", "1")
    try store.put("a", "2")
    #expect(
      try store.range("a").kvs == [
        KeyValue(key: "a", createRevision: 2, modRevision: 4, version: 2, value: "2")
      ])
    try store.delete("a")
    try store.put("a", "3")
    #expect(
      try store.range("a").kvs == [
        KeyValue(key: "a", createRevision: 6, modRevision: 6, version: 1, value: "3")
      ])
  }

  @Test func `a put answers the previous value when asked`() throws {
    let store = Store()
    #expect(try store.put("a", "1", prevKv: true).prevKv == nil)
    let previous = try store.put("a", "2", prevKv: true).prevKv
    #expect(
      previous == KeyValue(key: "a", createRevision: 2, modRevision: 2, version: 1, value: "1"))
  }

  @Test func `ignored fields keep what was there and need a key`() throws {
    let store = Store()
    #expect(throws: KVError.keyNotFound) { try store.put("a", ignoreValue: true) }
    #expect(throws: KVError.keyNotFound) { try store.put("a", "1", ignoreLease: true) }
    #expect(throws: KVError.valueProvided) { try store.put("a", "1", ignoreValue: true) }
    #expect(throws: KVError.leaseProvided) { try store.put("a", lease: 5, ignoreLease: true) }
    try store.grant(5, ttl: 60)
    try store.put("a", "1", lease: 5)
    try store.put("a", ignoreValue: true)
    #expect(try store.range("a").kvs.first?.value == "1")
    #expect(try store.range("a").kvs.first?.lease == 0)
    try store.put("a", "2", lease: 5)
    try store.put("a", "3", ignoreLease: true)
    #expect(try store.range("a").kvs.first?.lease == 5)
  }

  @Test func `deleting nothing keeps the revision`() throws {
    let store = Store()
    try store.put("a")
    let response = try store.delete("b", "z")
    #expect(response.deleted == 0 && response.header?.revision == 2)
  }

  @Test func `a range deletion is one revision`() throws {
    let store = Store()
    for key in ["a", "b", "c"] as [Bytes] { try store.put(key, key) }
    let response = try store.delete("a", "c", prevKv: true)
    #expect(response.deleted == 2 && response.header?.revision == 5)
    #expect(response.prevKvs.map(\.key) == ["a", "b"])
    #expect(try store.range("a", "\0").kvs.map(\.key) == ["c"])
  }

  @Test func `an empty key is refused`() throws {
    let store = Store()
    #expect(throws: KVError.keyNotProvided) { try store.put("") }
    #expect(throws: KVError.keyNotProvided) { try store.delete("") }
    #expect(throws: KVError.keyNotProvided) { try store.range("") }
  }

  @Test func `a compaction refuses what is compacted and what is to come`() throws {
    let store = Store()
    for number in 0..<5 { try store.put("a", Bytes("\(number)")) }
    try store.compact(4)
    #expect(throws: KVError.compacted) { try store.compact(4) }
    #expect(throws: KVError.futureRevision) { try store.compact(7) }
    #expect(throws: KVError.compacted) { try store.range("a", revision: 3) }
    #expect(try store.range("a", revision: 4).kvs.first?.value == "2")
    #expect(throws: KVError.futureRevision) { try store.range("a", revision: 7) }
  }
}
