import Base
import HTTP
import Testing

@Suite struct `Flow control and fairness` {
  static func request(_ stream: UInt32) -> [UInt8] {
    frame(1, flags: 0x5, stream: stream, postBlock)
  }

  static func settings(window: UInt32) -> [UInt8] { frame(4, [0, 4] + bigEndian(window)) }

  /// A server with `count` streams that have sent their headers.
  static func server(streams count: Int, window: UInt32 = 65_535) throws -> ServerUnderTest {
    var server = ServerUnderTest(settings: settings(window: window))
    for number in 0..<count {
      let stream = UInt32(2 * number + 1)
      server.receive(request(stream))
      server.connection.sendResponseHeaders(stream: stream)
    }
    _ = try server.sent()
    return server
  }

  static func dataBytes(_ frames: [SeenFrame]) -> Int {
    frames.filter { $0.type == 0 }.reduce(0) { $0 + $1.payload.count }
  }

  @Test func `a stream's window holds back its data and an update releases just as much`() throws {
    var server = try Self.server(streams: 1, window: 10)
    server.connection.sendData(stream: 1, Bytes("0123456789abcdef"), endStream: true)
    #expect(
      try server.sent() == [
        SeenFrame(type: 0, flags: 0, stream: 1, payload: Array("0123456789".utf8))
      ])
    #expect(server.connection.pendingBytes(stream: 1) == 6)
    #expect(!server.connection.hasOutput)
    server.receive(frame(8, stream: 1, [0, 0, 0, 4]))
    #expect(
      try server.sent() == [SeenFrame(type: 0, flags: 0, stream: 1, payload: Array("abcd".utf8))])
    server.receive(frame(8, stream: 1, [0, 0, 0, 9]))
    #expect(
      try server.sent() == [SeenFrame(type: 0, flags: 1, stream: 1, payload: Array("ef".utf8))])
    #expect(server.connection.openStreams == 0)
  }

  @Test func `the connection's window is shared and other streams' windows do not raise it`() throws
  {
    var server = try Self.server(streams: 2, window: 1 << 20)
    for stream: UInt32 in [1, 3] {
      server.connection.sendData(
        stream: stream, Bytes([UInt8](repeating: 1, count: 60_000)), endStream: false)
    }
    var sent = 0
    for _ in 0..<4 { sent += Self.dataBytes(try server.sent()) }
    #expect(sent == 65_535)
    server.receive(frame(8, [0, 0, 0, 100]))
    #expect(Self.dataBytes(try server.sent()) == 100)
  }

  @Test func `a smaller initial window makes windows negative, RFC 9113 6.9.2`() throws {
    var server = try Self.server(streams: 1, window: 100)
    server.connection.sendData(
      stream: 1, Bytes([UInt8](repeating: 1, count: 100)), endStream: false)
    #expect(Self.dataBytes(try server.sent()) == 100)
    server.receive(Self.settings(window: 40))  // now -60
    server.connection.sendData(stream: 1, Bytes("xyz"), endStream: true)
    server.receive(frame(8, stream: 1, [0, 0, 0, 60]))
    #expect(Self.dataBytes(try server.sent()) == 0)
    server.receive(frame(8, stream: 1, [0, 0, 0, 2]))
    #expect(Self.dataBytes(try server.sent()) == 2)
    server.receive(Self.settings(window: 41))
    #expect(Self.dataBytes(try server.sent()) == 1)
  }

  @Test func `an initial window that would lift a stream beyond 2^31-1 ends the connection`() throws
  {
    var server = try Self.server(streams: 1, window: 100)
    server.receive(frame(8, stream: 1, bigEndian(0x7FFF_FFFF - 100)))
    #expect(server.failure == nil)
    server.receive(Self.settings(window: 101))
    #expect(server.failure == .flowControl)
  }

  @Test func `streams take turns, one frame each`() throws {
    var server = try Self.server(streams: 3, window: 1 << 20)
    server.receive(frame(8, bigEndian(1 << 20)))
    for stream: UInt32 in [1, 3, 5] {
      server.connection.sendData(
        stream: stream, Bytes([UInt8](repeating: 1, count: 40_000)), endStream: true)
    }
    let order = try server.sent().filter { $0.type == 0 }.map(\.stream)
    #expect(order == [1, 3, 5, 1, 3, 5, 1, 3, 5])
  }

  @Test func `an answer waits for at most one frame of every other stream`() throws {
    var server = try Self.server(streams: 3, window: 1 << 24)
    server.receive(frame(8, bigEndian(1 << 24)))
    let megabytes = Bytes([UInt8](repeating: 1, count: 4 << 20))
    server.connection.sendData(stream: 1, megabytes, endStream: false)
    server.connection.sendData(stream: 3, megabytes, endStream: false)
    #expect(Self.dataBytes(try server.sent()) <= 256 << 10)
    server.connection.sendMessage(stream: 5, Bytes("small"))
    let next = try server.sent().map(\.stream)
    let place = try #require(next.firstIndex(of: 5))
    #expect(place <= 2)
  }

  @Test func `a congested stream becomes writable again once most is sent`() throws {
    var server = try Self.server(streams: 1, window: 1 << 24)
    server.receive(frame(8, bigEndian(1 << 24)))
    server.connection.sendData(
      stream: 1, Bytes([UInt8](repeating: 1, count: 600_000)), endStream: false)
    #expect(server.connection.isCongested(stream: 1))
    var turns = 0
    server.events = []
    while server.connection.isCongested(stream: 1) && turns < 10 {
      _ = try server.sent()
      turns += 1
    }
    #expect(server.events == [.writable(stream: 1)])
    #expect(server.connection.pendingBytes(stream: 1) <= 64 << 10)
  }

  @Test func `trailers stay behind queued data and may overtake no byte of it`() throws {
    var server = try Self.server(streams: 1, window: 8)
    server.connection.sendMessage(stream: 1, Bytes("0123456789"))
    server.connection.sendStatus(stream: 1, .ok)
    #expect(try server.sent().map(\.type) == [0])
    server.receive(frame(8, stream: 1, [0, 0, 0, 7]))
    let rest = try server.sent()
    #expect(rest.map(\.type) == [0, 1])
    #expect(rest[1].flags == 0x5)
  }

  @Test func `queued messages of all sizes come out whole and in order`() throws {
    var server = try Self.server(streams: 1, window: 0)
    var expected: [UInt8] = []
    for size in [0, 1, 16_383, 16_384, 40_000, 5] {
      let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 &+ size) }
      expected += [0] + bigEndian(UInt32(size)) + message
      server.connection.sendMessage(stream: 1, Bytes(message))
    }
    #expect(server.connection.pendingBytes(stream: 1) == expected.count)
    var received: [UInt8] = []
    server.receive(frame(8, bigEndian(1 << 20)))
    for step in [1, 4, 7, 20_000, 1 << 20] {
      server.receive(frame(8, stream: 1, bigEndian(UInt32(step))))
      received += try server.sent().flatMap(\.payload)
    }
    #expect(received == expected)
  }

  @Test func `received data is credited in batches`() throws {
    var server = ServerUnderTest()
    server.receive(frame(1, flags: 0x4, stream: 1, postBlock))
    let part = frame(0, stream: 1, [UInt8](repeating: 1, count: 16_384))
    var updates: [SeenFrame] = []
    for _ in 0..<128 {
      server.receive(part)
      updates += try server.sent()
    }
    #expect(server.failure == nil)
    // Half a stream's window is 32 frames, half a connection's is 128.
    #expect(
      updates.filter { $0.stream == 1 }.map(\.payload)
        == [[UInt8]](
          repeating: bigEndian(1 << 19), count: 4))
    #expect(updates.filter { $0.stream == 0 }.map(\.payload) == [bigEndian(1 << 21)])
  }

  @Test func `withheld credit stops one stream only`() throws {
    var server = ServerUnderTest()
    server.receive(
      frame(1, flags: 0x4, stream: 1, postBlock) + frame(1, flags: 0x4, stream: 3, postBlock))
    server.connection.withholdCredit(stream: 1)
    let whole = [UInt8](repeating: 1, count: 16_384)
    for _ in 0..<64 { server.receive(frame(0, stream: 1, whole)) }
    for _ in 0..<200 { server.receive(frame(0, stream: 3, whole)) }
    #expect(server.failure == nil)
    #expect(try server.sent().allSatisfy { $0.stream != 1 })
    server.connection.releaseCredit(stream: 1)
    #expect(
      try server.sent() == [SeenFrame(type: 8, flags: 0, stream: 1, payload: bigEndian(1 << 20))])
    server.connection.withholdCredit(stream: 1)
    for _ in 0..<64 { server.receive(frame(0, stream: 1, whole)) }
    server.receive(frame(0, stream: 1, [1]))
    #expect(server.events.last == .reset(stream: 1, .flowControlError))
  }

  @Test func `a peer that overruns the connection's window is cut off`() throws {
    var limits = HTTP2Limits()
    limits.connectionWindow = 65_535
    limits.frameBytesMax = 100_000
    var server = ServerUnderTest(limits: limits)
    server.receive(frame(1, flags: 0x4, stream: 1, postBlock))
    server.receive(frame(0, stream: 1, [UInt8](repeating: 1, count: 65_536)))
    #expect(server.failure == .flowControl)
  }

  @Test func `a client opens no more streams than the server takes`() {
    var client = HTTP2Connection(role: .client)
    var events: [HTTP2Event] = []
    client.receive(Bytes(frame(4, [0, 3, 0, 0, 0, 1])), into: &events)
    #expect(client.openStream() == 1)
    #expect(client.openStream() == nil)
    client.reset(stream: 1, .cancel)
    #expect(client.openStream() == 3)
  }
}
