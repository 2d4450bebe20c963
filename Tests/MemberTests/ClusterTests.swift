import Base
import EtcdAPI
import KVStore
import Protobuf
import Raft
import Testing
import WAL

@testable import Member

@Suite struct `Members that answer clients` {
  @Test func `one member alone elects itself, writes and reads`() throws {
    let cluster = try TestCluster(1)
    let id = try cluster.awaitLeader()
    let put = try cluster.put(id, "a", "1")
    let header = try #require(put.header)
    #expect(header.clusterID == 0xC1)
    #expect(header.memberID == id.value)
    #expect(header.revision == 2)
    let got = try cluster.get(id, "a")
    #expect(got.kvs.map(\.value) == ["1"])
    #expect(got.kvs.map(\.modRevision) == [2])
  }

  @Test func `a write at any member is read at any member`() throws {
    let cluster = try TestCluster()
    _ = try cluster.awaitLeader()
    for (position, id) in cluster.ids.enumerated() {
      _ = try cluster.put(id, Bytes("key\(position)"), Bytes("from \(id)"))
    }
    for id in cluster.ids {
      for position in 0..<3 {
        let value = try cluster.value(id, Bytes("key\(position)"))
        #expect(value == Bytes("from \(cluster.ids[position])"))
      }
    }
  }

  @Test func `a turn's writes are one entry and one write to the log`() throws {
    let cluster = try TestCluster(1)
    let id = try cluster.awaitLeader()
    cluster.pass(.seconds(1))
    let before = try cluster.figures(id).lastIndex
    let writes = try cluster.node(id).diskWrites
    let origins = (0..<100).map { _ in cluster.newOrigin() }
    let items = origins.enumerated().map { number, origin in
      RequestBatch.Item.request(
        origin, .put, nil, body: PutRequest(key: Bytes("k\(number)"), value: "v").encoded)
    }
    cluster.step(id, .requests(RequestBatch(items: items)))
    cluster.settle()
    for origin in origins { #expect(cluster.answers[origin]?.end == .ok) }
    #expect(try cluster.figures(id).lastIndex.value == before.value + 1)
    #expect(try cluster.node(id).diskWrites == writes + 1)
  }

  @Test func `a Txn compares and writes; one that only reads leaves the log alone`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    _ = try cluster.put(leader, "a", "1")
    cluster.pass(.seconds(1))
    let before = try cluster.figures(leader).lastIndex
    var range = RequestOp()
    range.request = .range(RangeRequest(key: "a"))
    let read: TxnResponse = try cluster.call(
      leader, .transaction, TxnRequest(compare: [], success: [range], failure: []))
    #expect(read.succeeded)
    #expect(try cluster.figures(leader).lastIndex == before)
    var compare = Compare()
    compare.key = "a"
    compare.target = .value
    compare.targetUnion = .value("1")
    var put = RequestOp()
    put.request = .put(PutRequest(key: "a", value: "2"))
    let follower = try #require(cluster.ids.first { $0 != leader })
    let write: TxnResponse = try cluster.call(
      follower, .transaction, TxnRequest(compare: [compare], success: [put], failure: []))
    #expect(write.succeeded)
    #expect(try cluster.value(leader, "a") == "2")
  }

  @Test func `requests that etcd refuses are refused before they are proposed`() throws {
    let cluster = try TestCluster(1)
    let id = try cluster.awaitLeader()
    cluster.pass(.seconds(1))
    let before = try cluster.figures(id).lastIndex
    #expect(throws: EtcdStatus.keyNotProvided) { _ = try cluster.put(id, "", "x") }
    let big = Bytes([UInt8](repeating: 1, count: 1 << 18))
    #expect(throws: EtcdStatus.requestTooLarge) { _ = try cluster.put(id, "k", big) }
    #expect(throws: EtcdStatus.leaseTTLTooLarge) {
      let _: LeaseGrantResponse = try cluster.call(
        id, .leaseGrant, LeaseGrantRequest(ttl: 9_000_000_001, id: 0))
    }
    #expect(try cluster.figures(id).lastIndex == before)
  }

  @Test func `without a leader a write ends in a timeout, 5 s and two elections later`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let follower = try #require(cluster.ids.first { $0 != leader })
    cluster.cut = Set(cluster.ids)
    cluster.pass(.seconds(5))
    let origin = cluster.send(follower, .put, PutRequest(key: "a", value: "1"))
    let read = cluster.send(follower, .range, RangeRequest(key: "a"))
    let serializable = cluster.send(
      follower, .range, RangeRequest(key: "a", serializable: true))
    cluster.settle()
    #expect(cluster.answers[serializable]?.end == .ok)
    cluster.pass(.milliseconds(6900))
    #expect(cluster.answers[origin] == nil)
    cluster.pass(.milliseconds(200))
    #expect(cluster.answers[origin]?.end == .timedOut)
    #expect(cluster.answers[read]?.end == .timedOut)
  }

  @Test func `a write that waited for a leader is proposed once there is one`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let follower = try #require(cluster.ids.first { $0 != leader })
    cluster.cut = [leader]
    cluster.pass(until: { (try? cluster.figures(follower).leader) != leader }, "leader lost")
    let origin = cluster.send(follower, .put, PutRequest(key: "late", value: "1"))
    cluster.pass(until: { cluster.answers[origin]?.end == .ok }, "the write is answered")
    #expect(try cluster.value(follower, "late") == "1")
  }

  @Test func `members that publish themselves are listed with name and URLs`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    cluster.pass(.seconds(1))
    let list: MemberListResponse = try cluster.call(
      leader, .memberList, MemberListRequest(linearizable: true))
    #expect(list.members.map(\.id) == cluster.ids.map(\.value))
    #expect(list.members.map(\.name) == cluster.ids.map { "m\($0)" })
    #expect(list.members.map(\.peerURLs) == cluster.ids.map { ["http://127.0.0.1:\($0.value)"] })
    #expect(
      list.members.map(\.clientURLs) == cluster.ids.map { ["http://127.0.0.1:\($0.value + 1)"] })
    #expect(list.header?.revision == 0)
  }

  @Test func `status names the leader, the term and the version`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    for id in cluster.ids {
      let status: StatusResponse = try cluster.call(id, .status, StatusRequest())
      #expect(status.leader == leader.value)
      #expect(status.version == "3.6.13")
      #expect(status.raftTerm == (try cluster.figures(leader).term.value))
      #expect(status.errors.isEmpty)
    }
  }

  @Test func `with no change nothing is written and nothing is read`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let _: LeaseGrantResponse = try cluster.call(
      leader, .leaseGrant, LeaseGrantRequest(ttl: 3600, id: 7))
    cluster.pass(.seconds(2))
    let before = try cluster.ids.map { try cluster.node($0).diskWrites }
    let ranges = try cluster.ids.map { try cluster.figures($0).ranges }
    cluster.pass(.seconds(60))
    #expect(try cluster.ids.map { try cluster.node($0).diskWrites } == before)
    #expect(try cluster.ids.map { try cluster.figures($0).ranges } == ranges)
  }

  @Test func `equal events give equal effects`() throws {
    func run() throws -> UInt32 {
      let cluster = try TestCluster(3, seed: 99)
      let leader = try cluster.awaitLeader()
      for number in 0..<20 {
        _ = try cluster.put(cluster.ids[number % 3], Bytes("k\(number)"), "v")
      }
      let _: LeaseGrantResponse = try cluster.call(
        leader, .leaseGrant, LeaseGrantRequest(ttl: 3, id: 0))
      cluster.pass(.seconds(5))
      return cluster.trace.value
    }
    #expect(try run() == run())
  }

  @Test func `more requests than the bound are refused at once`() throws {
    let cluster = try TestCluster(3) { $0.limits.requestsPendingMax = 10 }
    let leader = try cluster.awaitLeader()
    cluster.pass(.seconds(1))
    cluster.cut = Set(cluster.ids)
    let origins = (0..<12).map { _ in
      cluster.send(leader, .put, PutRequest(key: "k", value: "v"))
    }
    let ends = origins.map { cluster.answers[$0]?.end }
    #expect(ends.prefix(10).allSatisfy { $0 == nil })
    #expect(ends.suffix(2).allSatisfy { $0 == .tooManyRequests })
  }
}
