import Base
import EtcdAPI
import KVStore
import Protobuf
import Raft
import Testing
import WAL

@testable import Member

@Suite struct `Ranges longer than a turn` {
  private func filled() throws -> (cluster: TestCluster, id: NodeID) {
    let cluster = try TestCluster(1) { $0.limits.readBytesPerTurn = 16 << 10 }
    let id = try cluster.awaitLeader()
    for start in stride(from: 0, to: 3000, by: 100) {
      let items = (start..<start + 100).map { number in
        RequestBatch.Item.request(
          cluster.newOrigin(), .put, nil,
          body: PutRequest(key: Bytes("k\(10_000 + number)"), value: Bytes("v\(number)")).encoded)
      }
      cluster.step(id, .requests(RequestBatch(items: items)))
      cluster.settle()
    }
    return (cluster, id)
  }

  private func everything(limit: Int64 = 0) -> RangeRequest {
    RangeRequest(key: "k", rangeEnd: "l", limit: limit)
  }

  @Test func `are whole, in order, and of one revision, whatever is written meanwhile`() throws {
    let (cluster, id) = try filled()
    let revision = try cluster.figures(id).revision
    let origin = cluster.send(id, .range, everything())
    #expect(cluster.answers[origin] == nil)
    // Writes and another read go first and are not waited for.
    _ = cluster.send(id, .put, PutRequest(key: "k10001", value: "changed"))
    var delete = DeleteRangeRequest()
    delete.key = "k12"
    delete.rangeEnd = "k13"
    _ = cluster.send(id, .deleteRange, delete)
    var compact = CompactionRequest()
    compact.revision = revision + 1
    cluster.settle(rounds: 2)
    _ = cluster.send(id, .compact, compact)
    cluster.settle()
    let answer = try #require(cluster.answers[origin])
    #expect(answer.end == .ok)
    let response = try RangeResponse(decoding: try #require(answer.messages.first))
    #expect(response.header?.revision == revision)
    #expect(response.count == 3000)
    #expect(response.kvs.map(\.key) == (0..<3000).map { Bytes("k\(10_000 + $0)") })
    #expect(response.kvs.map(\.value) == (0..<3000).map { Bytes("v\($0)") })
  }

  @Test func `give way to others between their turns`() throws {
    let (cluster, id) = try filled()
    let long = (0..<6).map { _ in cluster.send(id, .range, everything()) }
    let short = cluster.send(id, .range, RangeRequest(key: "k10007"))
    #expect(cluster.answers[short]?.end == .ok)
    #expect(long.allSatisfy { cluster.answers[$0] == nil })
    cluster.settle()
    for origin in long {
      let messages = try #require(cluster.answers[origin]).decoded(RangeResponse.self)
      #expect(messages.map(\.count) == [3000])
    }
  }

  @Test func `end where their client is gone`() throws {
    let (cluster, id) = try filled()
    let origins = (0..<6).map { _ in cluster.send(id, .range, everything(limit: 2900)) }
    cluster.step(
      id, .requests(RequestBatch(items: [.closed(origins[1]), .closed(origins[5])])))
    cluster.settle()
    for (position, origin) in origins.enumerated() {
      #expect((cluster.answers[origin] == nil) == [1, 5].contains(position))
    }
    let more = try #require(cluster.answers[origins[0]]).decoded(RangeResponse.self)
    #expect(more.map(\.more) == [true])
    #expect(more.map(\.kvs.count) == [2900])
    #expect(more.map(\.count) == [3000])
  }
}
