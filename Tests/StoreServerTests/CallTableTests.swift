import Base
import EtcdAPI
import KVStore
import Member
import StoreServer
import Testing

@Suite struct `Calls of clients` {
  private static let first = RequestOrigin(connection: 7, stream: 1)
  private static let second = RequestOrigin(connection: 7, stream: 3)

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
    var table = CallTable()
    let node = ClientIdentity(commonName: "n1", organizations: ["node"])
    table.opened(Self.first, .put, identity: node)
    table.opened(Self.second, .watch, identity: nil)
    #expect(table.received("w", on: Self.second) == nil)
    #expect(table.received("p", on: Self.first) == nil)
    #expect(table.halfClosed(Self.first) == nil)
    #expect(table.received("x", on: Self.second) == nil)
    #expect(table.halfClosed(Self.second) == nil)
    #expect(
      Self.describe(table.takeBatch()) == [
        "request 3 watch - w", "request 1 put n1 p", "request 3 watch - x", "halfClosed 3",
      ])
    #expect(table.takeBatch() == nil)
  }

  @Test func `a unary call has exactly one message`() {
    var table = CallTable()
    table.opened(Self.first, .range, identity: nil)
    #expect(table.halfClosed(Self.first)?.code == 13)
    #expect(table.received("a", on: Self.first) == nil)
    #expect(table.received("b", on: Self.first)?.code == 13)
    #expect(Self.describe(table.takeBatch()) == ["request 1 range - a"])
  }

  @Test func `the core hears of a call's end only while the call is open`() {
    var table = CallTable()
    table.opened(Self.first, .range, identity: nil)
    #expect(table.ended(Self.first) == .range)
    #expect(table.ended(Self.first) == nil)
    #expect(table.closed(Self.first) == nil)
    table.congested(Self.first)
    #expect(table.received("late", on: Self.first) == nil)
    #expect(table.takeBatch() == nil)
    #expect(table.callCount == 0)
  }

  @Test func `a call that a client gives up is closed for the core, once`() {
    var table = CallTable()
    table.opened(Self.first, .watch, identity: nil)
    #expect(table.closed(Self.first) == .watch)
    #expect(table.closed(Self.first) == nil)
    #expect(Self.describe(table.takeBatch()) == ["closed 1"])
    #expect(table.callCount == 0)
  }

  @Test func `two calls on one stream are a programmer's error`() async {
    await #expect(processExitsWith: .failure) {
      var table = CallTable()
      table.opened(RequestOrigin(connection: 1, stream: 1), .put, identity: nil)
      table.opened(RequestOrigin(connection: 1, stream: 1), .put, identity: nil)
    }
  }
}
