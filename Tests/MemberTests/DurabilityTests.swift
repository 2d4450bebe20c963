import Base
import EtcdAPI
import KVStore
import Protobuf
import Raft
import Testing
import WAL

@testable import Member

/// Small enough that a few hundred writes bring checkpoints, sealed segments and compacted logs.
func smallCheckpoints(_ configuration: inout MemberConfiguration) {
  configuration.limits.checkpointLogBytes = 64 << 10
  configuration.limits.checkpointWriteBytes = 8 << 10
  configuration.limits.snapshotChunkBytes = 4 << 10
  configuration.limits.snapshotChunksInFlight = 2
  configuration.keySpace = KeySpaceConfiguration(segmentBytes: 32 << 10)
  configuration.logTailBytesMax = 4 << 10
  configuration.logLackedBytesMax = 0
}

@Suite struct `Members that stop and start` {
  @Test func `all that was acknowledged is there after a restart of all`() throws {
    let cluster = try TestCluster()
    var random = PRNG(seed: 1)
    let leader = try cluster.awaitLeader()
    for number in 0..<50 {
      _ = try cluster.put(cluster.ids[number % 3], Bytes("k\(number)"), Bytes("v\(number)"))
    }
    let revision = try cluster.figures(leader).revision
    for id in cluster.ids { try cluster.kill(id, losingPower: &random) }
    for id in cluster.ids { try cluster.start(id) }
    _ = try cluster.awaitLeader()
    for id in cluster.ids {
      for number in 0..<50 {
        #expect(try cluster.value(id, Bytes("k\(number)")) == Bytes("v\(number)"))
      }
      #expect(try cluster.figures(id).revision == revision)
    }
  }

  @Test(arguments: 0..<12)
  func `members that lose power at any moment keep what they acknowledged`(seed: Int) throws {
    let cluster = try TestCluster(3, seed: UInt64(seed), smallCheckpoints)
    var random = PRNG(seed: UInt64(seed))
    _ = try cluster.awaitLeader()
    var acknowledged: [Bytes: Bytes] = [:]
    for round in 0..<6 {
      var sent: [(origin: RequestOrigin, key: Bytes, value: Bytes)] = []
      for number in 0..<40 {
        let key = Bytes("k\(random.below(60))-\(round)-\(number)")
        let value = Bytes([UInt8](repeating: UInt8(number), count: random.below(900)))
        let id = cluster.ids[random.below(3)]
        sent.append((cluster.send(id, .put, PutRequest(key: key, value: value)), key, value))
        if random.chance(Ratio(1, in: 2)) { cluster.settle() }
      }
      let victim = cluster.ids[random.below(3)]
      try cluster.kill(victim, losingPower: &random)
      cluster.settle()
      cluster.pass(.seconds(random.below(3)))
      for write in sent where cluster.answers[write.origin]?.end == .ok {
        acknowledged[write.key] = write.value
      }
      try cluster.start(victim)
      cluster.pass(.seconds(3))
    }
    _ = try cluster.awaitLeader()
    #expect(acknowledged.count > 50)
    for id in cluster.ids {
      for (key, value) in acknowledged { #expect(try cluster.value(id, key) == value) }
    }
    let hashes = try cluster.ids.map { id -> UInt32 in
      let answer: HashKVResponse = try cluster.call(id, .hashKV, HashKVRequest())
      return answer.hash
    }
    #expect(Set(hashes).count == 1)
  }

  @Test func `a checkpoint lets the log go and a restart begins behind it`() throws {
    let cluster = try TestCluster(1, smallCheckpoints)
    let id = try cluster.awaitLeader()
    for number in 0..<300 {
      _ = try cluster.put(
        id, Bytes("k\(number % 40)"), Bytes([UInt8](repeating: UInt8(number % 251), count: 900)))
    }
    cluster.settle()
    let node = try cluster.node(id)
    let checkpoints = node.reports.filter { if case .checkpointed = $0 { true } else { false } }
    #expect(checkpoints.count >= 3)
    #expect(try node.disk.list("checkpoint").contains { $0.hasSuffix(".segment") })
    let revision = try cluster.figures(id).revision
    var random = PRNG(seed: 3)
    try cluster.kill(id, losingPower: &random)
    try cluster.start(id)
    _ = try cluster.awaitLeader()
    #expect(try cluster.figures(id).revision == revision)
    for number in 260..<300 {
      #expect(
        try cluster.value(id, Bytes("k\(number % 40)"))
          == Bytes([UInt8](repeating: UInt8(number % 251), count: 900)))
    }
    // Files that no checkpoint names are gone.
    let named = Set(try cluster.storedSegments(id).map(\.fileName))
    let files = try node.disk.list("checkpoint").filter { $0.hasSuffix(".segment") }
    #expect(Set(files) == named)
  }

  @Test func `a member whose segments lie in files goes on, and serves a snapshot`() throws {
    let cluster = try TestCluster(3, smallCheckpoints)
    let leader = try cluster.awaitLeader()
    let behind = try #require(cluster.ids.first { $0 != leader })
    cluster.pass(.seconds(1))
    cluster.cut = [behind]
    let node = try cluster.node(leader)
    var mapped = 0
    for number in 0..<400 {
      _ = try cluster.put(
        leader, Bytes("k\(number % 90)"), Bytes([UInt8](repeating: UInt8(number % 251), count: 900))
      )
      for (segment, file) in node.member?.mappableSegments ?? [] {
        let bytes = try node.disk.read(file, offset: 0, count: 1 << 20)
        let isTaken = node.member?.map(segment, to: MappedCopy(bytes))
        #expect(isTaken == true)
        mapped += 1
      }
      node.member?.releaseMappedPages()
    }
    #expect(mapped > 5)
    #expect(node.member?.mappableSegments.isEmpty == true)
    cluster.cut = []
    let other = try cluster.node(behind)
    cluster.pass(
      until: {
        other.reports.contains { if case .snapshotInstalled = $0 { true } else { false } }
      }, "a snapshot is installed")
    cluster.pass(.seconds(2))
    for number in 310..<400 {
      for id in [leader, behind] {
        let found = try cluster.get(id, Bytes("k\(number % 90)"), serializable: true).kvs.first
        #expect(found?.value == Bytes([UInt8](repeating: UInt8(number % 251), count: 900)))
      }
    }
  }

  @Test func `a member that fell far behind receives a snapshot`() throws {
    let cluster = try TestCluster(3, smallCheckpoints)
    let leader = try cluster.awaitLeader()
    let behind = try #require(cluster.ids.first { $0 != leader })
    _ = try cluster.put(behind, "before", "1")
    let origin = cluster.newOrigin()
    var create = WatchCreateRequest()
    create.key = "watched"
    cluster.send(behind, .watch, WatchRequest(requestUnion: .create(create)), on: origin)
    cluster.settle()
    cluster.cut = [behind]
    for number in 0..<400 {
      _ = try cluster.put(
        leader, Bytes("k\(number)"), Bytes([UInt8](repeating: UInt8(number % 251), count: 900)))
      if number % 100 == 0 { _ = try cluster.put(leader, "watched", Bytes("\(number)")) }
    }
    cluster.cut = []
    let node = try cluster.node(behind)
    cluster.pass(
      until: {
        node.reports.contains { if case .snapshotInstalled = $0 { true } else { false } }
      }, "a snapshot is installed")
    cluster.pass(.seconds(2))
    for number in stride(from: 0, to: 400, by: 37) {
      let value = try cluster.get(behind, Bytes("k\(number)"), serializable: true).kvs.first?.value
      #expect(value == Bytes([UInt8](repeating: UInt8(number % 251), count: 900)))
    }
    // The watch saw every change, though the member did not apply them one by one.
    let responses = try #require(cluster.answers[origin]).decoded(WatchResponse.self)
    #expect(responses.flatMap(\.events).compactMap(\.kv?.value) == ["0", "100", "200", "300"])
    // What it installed is durable.
    var random = PRNG(seed: 5)
    let revision = try cluster.figures(behind).revision
    try cluster.kill(behind, losingPower: &random)
    try cluster.start(behind)
    #expect(try cluster.figures(behind).revision > 300)
    cluster.pass(.seconds(3))
    #expect(try cluster.figures(behind).revision == revision)
  }

  @Test func `a snapshot goes on after the sender is replaced`() throws {
    let cluster = try TestCluster(3, smallCheckpoints)
    let leader = try cluster.awaitLeader()
    let behind = try #require(cluster.ids.first { $0 != leader })
    cluster.cut = [behind]
    for number in 0..<400 {
      _ = try cluster.put(
        leader, Bytes("k\(number)"), Bytes([UInt8](repeating: UInt8(number % 251), count: 900)))
    }
    cluster.cut = []
    // Some frames pass, then the leader dies in the middle of the transfer.
    cluster.pass(
      until: { cluster.isReceivingSnapshot(behind) }, "a snapshot is on its way", settling: 3)
    var random = PRNG(seed: 8)
    try cluster.kill(leader, losingPower: &random)
    cluster.pass(.seconds(20))
    #expect(
      try cluster.get(behind, "k399", serializable: true).kvs.first?.value
        == Bytes([UInt8](repeating: UInt8(399 % 251), count: 900)))
  }
}

@Suite struct `Members whose disk fails` {
  @Test func `a write that fails stops the member, and the others go on`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    cluster.pass(.seconds(1))
    try cluster.node(leader).disk.operationsLeft = 1
    let origin = cluster.send(leader, .put, PutRequest(key: "a", value: "1"))
    cluster.settle()
    let node = try cluster.node(leader)
    #expect(node.stopped == .disk(.failed("disk", errno: 5)))
    // It acknowledged nothing of its own, and says nothing more.
    cluster.step(leader, .tick)
    for id in cluster.ids where id != leader { cluster.step(id, .disconnected(leader)) }
    node.member = nil
    cluster.pass(until: { cluster.leader != nil }, "another leader")
    let other = try #require(cluster.leader)
    _ = try cluster.put(other, "b", "2")
    #expect(try cluster.value(other, "b") == "2")
    // The write was replicated before the disk was asked: its outcome may be either.
    if cluster.answers[origin]?.end == .ok { #expect(try cluster.value(other, "a") == "1") }
  }

  @Test func `a stalled disk holds up no other member's writes`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    cluster.pass(.seconds(1))
    try cluster.node(leader).isDiskStalled = true
    let origin = cluster.send(leader, .put, PutRequest(key: "a", value: "1"))
    cluster.settle()
    #expect(cluster.answers[origin]?.end == .ok)
    try cluster.node(leader).isDiskStalled = false
    cluster.settle()
    #expect(try cluster.value(leader, "a") == "1")
  }
}

@Suite struct `Data directories` {
  private func expect(
    _ expected: MemberError, _ change: (TestNode) throws -> MemberConfiguration
  ) throws {
    let cluster = try TestCluster(1)
    let id = try cluster.awaitLeader()
    _ = try cluster.put(id, "a", "1")
    let node = try cluster.node(id)
    node.member = nil
    let configuration = try change(node)
    let before = node.disk.contents
    #expect(throws: expected) {
      _ = try StoreMember.recover(configuration, disk: node.disk, time: cluster.time, seed: 9)
    }
    #expect(node.disk.contents == before)
  }

  @Test func `another cluster's is refused`() throws {
    try expect(.otherCluster(found: 0xC1, expected: 0xC2)) { node in
      var configuration = node.configuration
      configuration.clusterID = 0xC2
      return configuration
    }
  }

  @Test func `another member's is refused`() throws {
    try expect(.otherMember(found: NodeID(0x1001), expected: NodeID(0x1002))) { node in
      MemberConfiguration(
        id: NodeID(0x1002), clusterID: 0xC1,
        initialMembers: [
          MemberConfiguration.InitialMember(id: NodeID(0x1002), name: "b", peerURLs: [])
        ])
    }
  }

  @Test func `one that lost its log never starts under its old name`() throws {
    try expect(.log(.missing(folder: "wal"))) { node in
      for name in try node.disk.list("wal") {
        try node.disk.perform([.remove(FilePath("wal/" + name))])
      }
      return node.configuration
    }
  }

  @Test func `one that lost the file with its name is not taken for a new one`() throws {
    try expect(.identityLost(remains: "wal/0000000000000001.wal")) { node in
      try node.disk.perform([.remove("member")])
      return node.configuration
    }
  }

  @Test func `a damaged manifest is reported`() throws {
    try expect(.corrupt(file: "checkpoint/manifest", offset: 16)) { node in
      node.disk["checkpoint/manifest"][40] ^= 1
      return node.configuration
    }
  }

  @Test func `a later version is refused by its number`() throws {
    try expect(.unknownVersion(file: "member", version: 2)) { node in
      node.disk["member"][8] = 2
      return node.configuration
    }
  }

  @Test func `one that was lost whole never votes under its old name`() throws {
    let cluster = try TestCluster()
    _ = try cluster.awaitLeader()
    cluster.pass(.seconds(2))
    var random = PRNG(seed: 2)
    let lost = cluster.ids[2]
    try cluster.kill(lost, losingPower: &random)
    let node = try cluster.node(lost)
    try node.disk.perform(node.disk.contents.keys.sorted().map { .remove(FilePath($0)) })
    try cluster.start(lost)
    cluster.pass(.seconds(2))
    #expect(node.stopped == .alreadyBootstrapped)
    #expect(node.reports.allSatisfy { if case .roleChanged = $0 { false } else { true } })
    // The others go on without it.
    let leader = try cluster.awaitLeader()
    _ = try cluster.put(leader, "a", "1")
  }

  @Test func `a start that was interrupted begins anew`() throws {
    let cluster = try TestCluster(1)
    let configuration = try cluster.node(cluster.ids[0]).configuration
    for count in 0..<25 {
      for seed in 0..<6 {
        let disk = CrashDisk()
        var random = PRNG(seed: UInt64(seed))
        disk.operationsLeft = count
        do throws(MemberError) {
          _ = try StoreMember.recover(
            configuration, disk: disk, time: cluster.time, seed: UInt64(seed))
        } catch {
          #expect(error == .disk(.failed("disk", errno: 5)))
        }
        disk.crash(&random)
        _ = try StoreMember.recover(
          configuration, disk: disk, time: cluster.time, seed: UInt64(seed + 100))
      }
    }
  }
}

/// What a mapped file would hold, in memory.
private final class MappedCopy: MappedFile {
  let bytes: UnsafeRawBufferPointer

  init(_ content: Bytes) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 16)
    copy.copyBytes(from: content.array)
    bytes = UnsafeRawBufferPointer(copy)
  }

  deinit { bytes.deallocate() }

  func releasePages() {}
}
