import Base
import EtcdAPI
import KVStore
import Member
import StoreServer
import Testing

@Suite struct `Calls of clients` {
  private static let first = RequestOrigin(connection: 7, stream: 1)
  private static let second = RequestOrigin(connection: 7, stream: 3)

  private static func table(identity: ClientIdentity? = nil) -> CallTable {
    var table = CallTable()
    table.connected(7, identity: identity)
    return table
  }

  private static func describe(_ batch: RequestBatch?) -> [String] {
    (batch?.items ?? []).map { item in
      switch item {
      case .request(let origin, let method, let identity, let body):
        "request \(origin.stream) \(method) \(identity?.commonName.text ?? "-") \(body.text)"
      case .halfClosed(let origin): "halfClosed \(origin.stream)"
      case .closed(let origin): "closed \(origin.stream)"
      case .congested(let origin): "congested \(origin.stream)"
      case .writable(let origin): "writable \(origin.stream)"
      }
    }
  }

  @Test func `a turn's messages become one batch in their order`() {
    var table = Self.table(identity: ClientIdentity(commonName: "n1", organizations: ["node"]))
    table.opened(Self.first, .put, deadline: nil)
    table.opened(Self.second, .watch, deadline: nil)
    #expect(table.received("w", on: Self.second) == nil)
    #expect(table.received("p", on: Self.first) == nil)
    #expect(table.halfClosed(Self.first) == nil)
    #expect(table.received("x", on: Self.second) == nil)
    #expect(table.halfClosed(Self.second) == nil)
    #expect(
      Self.describe(table.takeBatch()) == [
        "request 3 watch n1 w", "request 1 put n1 p", "request 3 watch n1 x", "halfClosed 3",
      ])
    #expect(table.takeBatch() == nil)
  }

  @Test func `a unary call has exactly one message`() {
    var table = Self.table()
    table.opened(Self.first, .range, deadline: nil)
    #expect(table.halfClosed(Self.first)?.code == 13)
    #expect(table.received("a", on: Self.first) == nil)
    #expect(table.received("b", on: Self.first)?.code == 13)
    #expect(Self.describe(table.takeBatch()) == ["request 1 range - a"])
  }

  @Test func `the core hears of a call's end only while the call is open`() {
    var table = Self.table()
    table.opened(Self.first, .range, deadline: nil)
    #expect(table.ended(Self.first) == .range)
    #expect(table.ended(Self.first) == nil)
    table.closed(Self.first)
    table.congested(Self.first)
    #expect(table.received("late", on: Self.first) == nil)
    #expect(table.takeBatch() == nil)
    #expect(table.callCount == 0)
  }

  @Test func `a lost connection closes its calls in order`() {
    var table = Self.table()
    for stream in [9, 5, 1] {
      table.opened(
        RequestOrigin(connection: 7, stream: UInt32(stream)), .watch, deadline: nil)
    }
    table.disconnected(7)
    #expect(Self.describe(table.takeBatch()) == ["closed 1", "closed 5", "closed 9"])
    #expect(table.callCount == 0)
  }

  @Test func `deadlines expire in order and once the call is closed no more`() {
    var table = Self.table()
    table.opened(Self.second, .range, deadline: Instant(nanoseconds: 10))
    table.opened(Self.first, .put, deadline: Instant(nanoseconds: 5))
    #expect(table.expired(at: Instant(nanoseconds: 4)) == [])
    #expect(table.expired(at: Instant(nanoseconds: 10)) == [Self.first, Self.second])
    table.closed(Self.first)
    #expect(table.expired(at: Instant(nanoseconds: 10)) == [Self.second])
    #expect(table.ended(Self.second) == .range)
    #expect(table.expired(at: Instant(nanoseconds: 10)) == [])
  }

  @Test func `two calls on one stream are a programmer's error`() async {
    await #expect(processExitsWith: .failure) {
      var table = CallTable()
      table.connected(1, identity: nil)
      table.opened(RequestOrigin(connection: 1, stream: 1), .put, deadline: nil)
      table.opened(RequestOrigin(connection: 1, stream: 1), .put, deadline: nil)
    }
  }
}
