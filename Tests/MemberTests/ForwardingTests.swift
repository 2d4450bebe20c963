import Base
import EtcdAPI
import KVStore
import Protobuf
import Raft
import Testing
import WAL

@testable import Member

@Suite struct `Writes that travel to the leader` {
  private func put(_ key: Bytes, of origin: NodeID, number: UInt64) -> Command {
    Command(
      kind: .put, origin: origin, request: number, identity: nil,
      body: PutRequest(key: key, value: "x").encoded)
  }

  @Test func `a frame that comes twice is taken once`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let follower = try #require(cluster.ids.first { $0 != leader })
    cluster.pass(.seconds(1))
    let before = try cluster.figures(leader).revision
    let frame = PeerFrame.forward(
      life: 99, number: 1, term: try cluster.figures(leader).term,
      commands: [put("twice", of: follower, number: 1 << 60)]
    ).encoded()
    cluster.step(leader, .received(frame, from: follower))
    cluster.step(leader, .received(frame, from: follower))
    cluster.settle()
    #expect(try cluster.figures(leader).revision == before + 1)
  }

  @Test func `nobody forwards in another member's name`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let others = cluster.ids.filter { $0 != leader }
    cluster.pass(.seconds(1))
    let before = try cluster.figures(leader).revision
    let frame = PeerFrame.forward(
      life: 99, number: 1, term: try cluster.figures(leader).term,
      commands: [put("forged", of: others[0], number: 1 << 60)]
    ).encoded()
    cluster.step(leader, .received(frame, from: others[1]))
    cluster.settle()
    #expect(try cluster.figures(leader).revision == before)
  }

  @Test func `one that a former leader refuses is sent to the next`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let follower = try #require(cluster.ids.first { $0 != leader })
    cluster.pass(.seconds(1))
    // The leader has handed over, which the follower does not know yet.
    let origin = cluster.send(follower, .put, PutRequest(key: "a", value: "1"))
    cluster.step(leader, .handOver)
    cluster.pass(.seconds(3))
    #expect(cluster.leader != leader)
    #expect(cluster.answers[origin]?.end == .ok)
    #expect(try cluster.value(follower, "a") == "1")
    #expect(try cluster.figures(follower).proposalsPending == 0)
  }

  @Test func `one whose frame is lost under the same leader ends in a timeout`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let follower = try #require(cluster.ids.first { $0 != leader })
    cluster.pass(.seconds(1))
    cluster.cut = [follower]
    let origin = cluster.send(follower, .put, PutRequest(key: "lost", value: "1"))
    cluster.settle()
    cluster.cut = []
    cluster.pass(.seconds(8))
    #expect(cluster.answers[origin]?.end == .timedOut)
    #expect(try cluster.value(leader, "lost") == nil)
  }

  @Test func `one that died with its leader is proposed anew, once, by the next`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let others = cluster.ids.filter { $0 != leader }
    var random = PRNG(seed: 11)
    cluster.pass(.seconds(1))
    let before = try cluster.figures(others[0]).revision
    // Some reach the leader and its log, some only the wire.
    try cluster.node(leader).isDiskStalled = true
    let origins = (0..<8).map { number in
      cluster.send(others[number % 2], .put, PutRequest(key: Bytes("k\(number)"), value: "v"))
    }
    cluster.settle(rounds: 1)
    try cluster.kill(leader, losingPower: &random)
    cluster.pass(.seconds(4))
    for origin in origins { #expect(cluster.answers[origin]?.end == .ok) }
    #expect(try cluster.figures(others[0]).revision == before + 8)
  }

  @Test func `a leader that was cut off proposes its writes anew, once, through the next`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let other = try #require(cluster.ids.first { $0 != leader })
    cluster.pass(.seconds(1))
    let before = try cluster.figures(leader).revision
    cluster.cut = [leader]
    let origin = cluster.send(leader, .put, PutRequest(key: "a", value: "1"))
    cluster.pass(.seconds(4))
    #expect(cluster.answers[origin] == nil)
    cluster.cut = []
    cluster.pass(.seconds(2))
    #expect(cluster.answers[origin]?.end == .ok)
    #expect(try cluster.value(other, "a") == "1")
    #expect(try cluster.figures(other).revision == before + 1)
  }

  @Test func `a late refusal of an earlier term repeats nothing`() throws {
    let instant = Instant(nanoseconds: 1)
    var pending = PendingWrites(firstNumber: 1 << 32)
    let number = pending.add(.own, deadline: instant)
    let command = put("a", of: NodeID(1), number: number)
    pending.setSent(command, in: Term(1))
    let early = pending.takeLost(before: Term(1))
    #expect(early.isEmpty)
    let lost = pending.takeLost(before: Term(2))
    #expect(lost == [command])
    pending.setSent(command, in: Term(2))
    let late = pending.takeRefused(number, in: Term(1))
    #expect(late == nil)
    let refused = pending.takeRefused(number, in: Term(2))
    #expect(refused == command)
  }

  @Test func `what a snapshot may have brought is not proposed anew`() throws {
    var pending = PendingWrites(firstNumber: 7)
    let number = pending.add(.own, deadline: Instant(nanoseconds: 1))
    pending.setSent(put("a", of: NodeID(1), number: number), in: Term(1))
    pending.forgetSent()
    let lost = pending.takeLost(before: Term(9))
    #expect(lost.isEmpty)
    #expect(pending.contains(number))
  }

  @Test func `an answer to a command of an earlier life finds nobody`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    let follower = try #require(cluster.ids.first { $0 != leader })
    var random = PRNG(seed: 4)
    _ = try cluster.put(follower, "old", "1")
    try cluster.kill(follower, losingPower: &random)
    try cluster.start(follower)
    // What the new life asks is answered with its own revision, though the log is applied anew.
    let origin = cluster.send(follower, .put, PutRequest(key: "new", value: "2"))
    cluster.pass(.seconds(2))
    let answers = try #require(cluster.answers[origin]).decoded(PutResponse.self)
    let revision = try cluster.get(leader, "new").kvs.first?.modRevision
    #expect(answers.map(\.header?.revision) == [revision])
  }

  @Test func `a snapshot arrives while compactions rewrite what it names`() throws {
    let cluster = try TestCluster(3, smallCheckpoints)
    let leader = try cluster.awaitLeader()
    let behind = try #require(cluster.ids.first { $0 != leader })
    cluster.cut = [behind]
    func fill(_ from: Int) throws {
      for number in from..<from + 300 {
        _ = try cluster.put(
          leader, Bytes("k\(number % 50)"),
          Bytes([UInt8](repeating: UInt8(number % 251), count: 900)))
      }
      var compact = CompactionRequest()
      compact.revision = try cluster.figures(leader).revision
      let _: CompactionResponse = try cluster.call(leader, .compact, compact)
      cluster.settle()
    }
    try fill(0)
    cluster.cut = []
    cluster.pass(.milliseconds(300), settling: 4)
    try fill(300)
    cluster.pass(.seconds(10))
    let hashes = try cluster.ids.map { id -> UInt32 in
      let answer: HashKVResponse = try cluster.call(id, .hashKV, HashKVRequest())
      return answer.hash
    }
    #expect(Set(hashes).count == 1)
    #expect(try cluster.figures(behind).revision == cluster.figures(leader).revision)
  }
}
