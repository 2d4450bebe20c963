import Base
import EtcdAPI
import KVStore
import Protobuf
import Raft
import Testing
import WAL

@testable import Member

@Suite struct `Streams of clients` {
  private func create(
    _ key: Bytes, _ change: (inout WatchCreateRequest) -> Void = { _ in }
  ) -> WatchRequest {
    var create = WatchCreateRequest()
    create.key = key
    change(&create)
    return WatchRequest(requestUnion: .create(create))
  }

  private func events(_ cluster: TestCluster, _ origin: RequestOrigin) throws -> [Event] {
    try cluster.answers[origin, default: Answers()].decoded(WatchResponse.self).flatMap(\.events)
  }

  @Test func `a watch at a follower sees what others write, created first`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let follower = try #require(cluster.ids.first { $0 != leader })
    let origin = cluster.send(follower, .watch, create("a"))
    cluster.settle()
    _ = try cluster.put(leader, "a", "1")
    _ = try cluster.put(leader, "b", "2")
    _ = try cluster.put(leader, "a", "3")
    let responses = try #require(cluster.answers[origin]).decoded(WatchResponse.self)
    #expect(responses.first?.created == true)
    #expect(responses.dropFirst().flatMap(\.events).compactMap(\.kv?.value) == ["1", "3"])
    #expect(responses.last?.header?.memberID == follower.value)
  }

  @Test func `a congested watch is told later what it missed, and a closed one nothing`() throws {
    let cluster = try TestCluster(1)
    let id = try cluster.awaitLeader()
    let slow = cluster.send(id, .watch, create("a"))
    let gone = cluster.send(id, .watch, create("a"))
    cluster.settle()
    cluster.step(id, .requests(RequestBatch(items: [.congested(slow), .closed(gone)])))
    _ = try cluster.put(id, "a", "1")
    #expect(try events(cluster, slow).isEmpty)
    #expect(try events(cluster, gone).isEmpty)
    cluster.step(id, .requests(RequestBatch(items: [.writable(slow)])))
    cluster.settle()
    #expect(try events(cluster, slow).compactMap(\.kv?.value) == ["1"])
    #expect(try cluster.figures(id).watchStreams == 1)
  }

  @Test func `a stream that closes with much to hear leaves no work behind`() throws {
    let cluster = try TestCluster(1) { $0.limits.watchBytesPerTurn = 256 }
    let id = try cluster.awaitLeader()
    let origin = cluster.send(id, .watch, create("a") { $0.rangeEnd = "b" })
    cluster.settle()
    let value = Bytes([UInt8](repeating: 1, count: 4000))
    let puts = (0..<200).map { number in
      RequestBatch.Item.request(
        cluster.newOrigin(), .put, nil,
        body: PutRequest(key: Bytes("a\(number)"), value: value).encoded)
    }
    cluster.step(id, .requests(RequestBatch(items: [.congested(origin)])))
    cluster.step(id, .requests(RequestBatch(items: puts)))
    cluster.settle()
    cluster.step(id, .requests(RequestBatch(items: [.writable(origin)])))
    #expect(cluster.nodes[id]?.member?.hasBacklog == true)
    cluster.step(id, .requests(RequestBatch(items: [.closed(origin)])))
    #expect(cluster.nodes[id]?.member?.hasBacklog == false)
    #expect(try events(cluster, origin).count < 200)
  }

  @Test func `a lease is renewed through any member and answered with its TTL`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let follower = try #require(cluster.ids.first { $0 != leader })
    let grant: LeaseGrantResponse = try cluster.call(
      follower, .leaseGrant, LeaseGrantRequest(ttl: 5, id: 0))
    #expect(grant.id > 0)
    #expect(grant.ttl == 5)
    _ = try cluster.put(leader, "leased", "x", lease: grant.id)
    let stream = cluster.newOrigin()
    for _ in 0..<10 {
      cluster.send(follower, .leaseKeepAlive, LeaseKeepAliveRequest(id: grant.id), on: stream)
      cluster.pass(.seconds(2))
    }
    let answers = try #require(cluster.answers[stream])
    #expect(
      try answers.decoded(LeaseKeepAliveResponse.self).map(\.ttl) == Array(repeating: 5, count: 10))
    #expect(try cluster.value(leader, "leased") == "x")
    cluster.step(follower, .requests(RequestBatch(items: [.halfClosed(stream)])))
    #expect(cluster.answers[stream]?.end == .ok)
    let left: LeaseTimeToLiveResponse = try cluster.call(
      follower, .leaseTimeToLive, LeaseTimeToLiveRequest(id: grant.id, keys: true))
    #expect((2...3).contains(left.ttl))
    #expect(left.grantedTTL == 5)
    #expect(left.keys == ["leased"])
  }

  @Test func `a lease ends after its time and not before, also over a change of leader`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let _: LeaseGrantResponse = try cluster.call(
      leader, .leaseGrant, LeaseGrantRequest(ttl: 5, id: 77))
    _ = try cluster.put(leader, "leased", "x", lease: 77)
    let other = try #require(cluster.ids.first { $0 != leader })
    let watch = cluster.send(other, .watch, create("leased") { $0.prevKv = true })
    cluster.pass(.seconds(4))
    #expect(try events(cluster, watch).isEmpty)
    cluster.step(leader, .handOver)
    cluster.settle()
    #expect(cluster.leader != leader)
    cluster.pass(.milliseconds(900))
    #expect(try events(cluster, watch).isEmpty)
    // The new leader counts from the last batch that was applied, which was the put.
    cluster.pass(.seconds(5))
    let ended = try events(cluster, watch)
    #expect(ended.map(\.type) == [.delete])
    #expect(ended.first?.prevKv?.value == "x")
    #expect(try cluster.value(leader, "leased") == nil)
  }

  @Test func `an unknown lease is renewed to nothing, and a short TTL is raised`() throws {
    let cluster = try TestCluster(1)
    let id = try cluster.awaitLeader()
    let stream = cluster.send(id, .leaseKeepAlive, LeaseKeepAliveRequest(id: 4711))
    cluster.settle()
    let answers = try #require(cluster.answers[stream]).decoded(LeaseKeepAliveResponse.self)
    #expect(answers.map(\.ttl) == [0])
    let grant: LeaseGrantResponse = try cluster.call(
      id, .leaseGrant, LeaseGrantRequest(ttl: -5, id: 1))
    #expect(grant.ttl == 2)
  }
}

@Suite struct `Limits of the store` {
  @Test func `over its quota the store refuses puts, raises NOSPACE and lets deletes pass`() throws
  {
    let cluster = try TestCluster(3) { configuration in
      configuration.limits.quotaBytes = 300 << 10
      configuration.keySpace = KeySpaceConfiguration(segmentBytes: 32 << 10)
    }
    let leader = try cluster.awaitLeader()
    var refused: EtcdStatus?
    for number in 0..<1000 where refused == nil {
      do {
        _ = try cluster.put(
          leader, Bytes("k\(number % 10)"), Bytes([UInt8](repeating: 1, count: 2000)))
      } catch let error as EtcdStatus {
        refused = error
      }
    }
    #expect(refused == .noSpace)
    cluster.pass(.seconds(1))
    var get = AlarmRequest()
    get.action = .get
    let raised: AlarmResponse = try cluster.call(cluster.ids[0], .alarm, get)
    #expect(raised.alarms == [AlarmMember(memberID: leader.value, alarm: .nospace)])
    #expect(throws: EtcdStatus.noSpace) { _ = try cluster.put(leader, "other", "x") }
    // Deleting and compacting make room; then the alarm is cleared by hand, as with etcd.
    var delete = DeleteRangeRequest()
    delete.key = "k"
    delete.rangeEnd = "l"
    let deleted: DeleteRangeResponse = try cluster.call(leader, .deleteRange, delete)
    #expect(deleted.deleted == 10)
    var compact = CompactionRequest()
    compact.revision = try cluster.figures(leader).revision
    let _: CompactionResponse = try cluster.call(leader, .compact, compact)
    cluster.settle()
    var clear = AlarmRequest()
    clear.action = .deactivate
    clear.memberID = leader.value
    clear.alarm = .nospace
    let _: AlarmResponse = try cluster.call(leader, .alarm, clear)
    _ = try cluster.put(leader, "other", "x")
    #expect(try cluster.value(leader, "other") == "x")
  }
}

@Suite struct `Certificate roles at the start` {
  private let document: Bytes = """
    {"roles":[{"name":"node","permissions":[
    {"key":"/nodes/{cn}/","prefix":true,"access":"readwrite"}]}]}
    """
  private let root = ClientIdentity(commonName: "admin", organizations: ["root"])
  private let node = ClientIdentity(commonName: "n1", organizations: ["node"])

  @Test func `nobody is served before the roles are in force`() throws {
    let cluster = try TestCluster(3) { $0.certificateRoles = document }
    #expect(throws: EtcdStatus.noLeader) {
      let _: RangeResponse = try cluster.call(
        cluster.ids[0], .range, RangeRequest(key: "a", serializable: true))
    }
    _ = try cluster.awaitLeader()
    cluster.pass(.seconds(1))
    #expect(throws: EtcdStatus.permissionDenied) { _ = try cluster.put(cluster.ids[0], "a", "1") }
    for id in cluster.ids {
      let _: PutResponse = try cluster.call(
        id, .put, PutRequest(key: "/nodes/n1/x", value: "1"), as: node)
      #expect(throws: EtcdStatus.permissionDenied) {
        let _: PutResponse = try cluster.call(
          id, .put, PutRequest(key: "/nodes/n10/x", value: "1"), as: node)
      }
    }
    let roles: CertificateRolesGetResponse = try cluster.call(
      cluster.ids[1], .certificateRolesGet, CertificateRolesGetRequest(), as: root)
    #expect(roles.document == document)
    #expect(roles.revision == 1)
  }

  @Test func `any member that was given them brings them in`() throws {
    for position in 0..<3 {
      let cluster = try TestCluster(3) { configuration in
        if configuration.id == NodeID(0x1001 + UInt64(position)) {
          configuration.certificateRoles = document
        }
      }
      _ = try cluster.awaitLeader()
      cluster.pass(.seconds(5))
      for id in cluster.ids {
        #expect(throws: EtcdStatus.permissionDenied) { _ = try cluster.put(id, "a", "1") }
        let _: PutResponse = try cluster.call(
          id, .put, PutRequest(key: "/nodes/n1/x", value: "1"), as: node)
      }
    }
  }
}
