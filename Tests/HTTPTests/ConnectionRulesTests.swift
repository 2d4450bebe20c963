import Base
import HTTP
import Testing

@Suite struct `Connections, RFC 9113` {
  struct Violation: Sendable {
    let bytes: [UInt8]
    let error: HTTP2ConnectionError
    let code: HTTP2ErrorCode
  }

  static let open = frame(1, flags: 0x4, stream: 1, postBlock)

  @Test(arguments: [
    // §4.2
    Violation(
      bytes: [0, 0x40, 1, 0, 0, 0, 0, 0, 1], error: .frameTooLarge(bytes: 16_385),
      code: .frameSizeError),
    // §5.1, idle
    Violation(
      bytes: frame(0, stream: 1, [1]), error: .badStream(type: 0, stream: 1), code: .protocolError),
    Violation(
      bytes: frame(3, stream: 1, [0, 0, 0, 8]), error: .badStream(type: 3, stream: 1),
      code: .protocolError),
    Violation(
      bytes: frame(8, stream: 1, [0, 0, 0, 8]), error: .badStream(type: 8, stream: 1),
      code: .protocolError),
    // §5.1.1
    Violation(
      bytes: frame(1, flags: 0x4, stream: 2, postBlock), error: .badStream(type: 1, stream: 2),
      code: .protocolError),
    // §6.1
    Violation(
      bytes: frame(0, [1]), error: .badStream(type: 0, stream: 0), code: .protocolError),
    Violation(
      bytes: open + frame(0, flags: 0x8, stream: 1, [3, 0, 0]), error: .badPadding(stream: 1),
      code: .protocolError),
    // §6.2
    Violation(
      bytes: frame(1, flags: 0x24, stream: 1, [0, 0]), error: .badFrameSize(type: 1, bytes: 2),
      code: .frameSizeError),
    // §6.4
    Violation(
      bytes: open + frame(3, stream: 1, [0]), error: .badFrameSize(type: 3, bytes: 1),
      code: .frameSizeError),
    // §6.5
    Violation(
      bytes: frame(4, stream: 1), error: .badStream(type: 4, stream: 1), code: .protocolError),
    Violation(
      bytes: frame(4, [0, 1, 0, 0, 0]), error: .badFrameSize(type: 4, bytes: 5),
      code: .frameSizeError),
    Violation(
      bytes: frame(4, flags: 1, [0, 1, 0, 0, 0, 0]), error: .badFrameSize(type: 4, bytes: 6),
      code: .frameSizeError),
    Violation(
      bytes: frame(4, [0, 2, 0, 0, 0, 2]), error: .badSetting(identifier: 2, value: 2),
      code: .protocolError),
    Violation(
      bytes: frame(4, [0, 4, 0x80, 0, 0, 0]),
      error: .badSetting(identifier: 4, value: 0x8000_0000), code: .flowControlError),
    Violation(
      bytes: frame(4, [0, 5, 0, 0, 0x3F, 0xFF]), error: .badSetting(identifier: 5, value: 16_383),
      code: .protocolError),
    // §6.6
    Violation(
      bytes: frame(5, stream: 1, [0, 0, 0, 2]), error: .unexpectedPush, code: .protocolError),
    // §6.7
    Violation(
      bytes: frame(6, [0]), error: .badFrameSize(type: 6, bytes: 1), code: .frameSizeError),
    Violation(
      bytes: frame(6, stream: 1, [0, 0, 0, 0, 0, 0, 0, 0]), error: .badStream(type: 6, stream: 1),
      code: .protocolError),
    // §6.8
    Violation(
      bytes: frame(7, [0]), error: .badFrameSize(type: 7, bytes: 1), code: .frameSizeError),
    // §6.9
    Violation(
      bytes: frame(8, [0, 0, 0, 0]), error: .zeroIncrement, code: .protocolError),
    Violation(
      bytes: frame(8, [0x7F, 0xFF, 0xFF, 0xFF]), error: .flowControl, code: .flowControlError),
    // §6.10
    Violation(
      bytes: frame(9, flags: 0x4, stream: 1, postBlock), error: .brokenHeaderBlock(stream: 1),
      code: .protocolError),
    Violation(
      bytes: frame(1, stream: 1, postBlock) + frame(6, [0, 0, 0, 0, 0, 0, 0, 0]),
      error: .brokenHeaderBlock(stream: 1), code: .protocolError),
    // §4.3
    Violation(
      bytes: frame(1, flags: 0x4, stream: 1, [0x80]), error: .compression(.badIndex(0)),
      code: .compressionError),
  ])
  func `end with GOAWAY where a peer breaks a rule of the connection`(violation: Violation) throws {
    var server = ServerUnderTest()
    server.receive(violation.bytes)
    #expect(server.failure == violation.error)
    let sent = try server.sent()
    let last = try #require(sent.last)
    #expect(last.type == 7)
    #expect(Array(last.payload[4..<8]) == bigEndian(violation.code.rawValue))
    // Nothing is taken or said behind it.
    server.receive(frame(6, [0, 0, 0, 0, 0, 0, 0, 0]))
    #expect(try server.sent().isEmpty)
  }

  @Test func `begin with the preface and SETTINGS`() throws {
    for start in [Array("GET / HTTP/1.1\r\n".utf8), preface + frame(6, [0, 0, 0, 0, 0, 0, 0, 0])] {
      var connection = HTTP2Connection(role: .server)
      var events: [HTTP2Event] = []
      connection.receive(Bytes(start), into: &events)
      #expect(events == [.failed(.badPreface)])
    }
  }

  @Test func `announce our limits and open the connection's window`() throws {
    var connection = HTTP2Connection(role: .server)
    var events: [HTTP2Event] = []
    let sent = try frames(connection.takeOutput(into: &events))
    #expect(sent.map(\.type) == [4, 8])
    // MAX_CONCURRENT_STREAMS 10000, INITIAL_WINDOW_SIZE 1 MiB, MAX_HEADER_LIST_SIZE 64 KiB.
    #expect(
      sent[0].payload == [0, 3, 0, 0, 0x27, 0x10, 0, 4, 0, 0x10, 0, 0, 0, 6, 0, 1, 0, 0])
    #expect(sent[1].payload == bigEndian((4 << 20) - 65_535))
  }

  @Test func `are read the same however the bytes are cut`() throws {
    let conversation =
      Self.open + frame(0, stream: 1, Array("hello".utf8))
      + frame(0, flags: 0x9, stream: 1, [2] + Array("!".utf8) + [0, 0])
      + frame(6, Array("pingpong".utf8)) + frame(1, flags: 0x5, stream: 3, postBlock)
    var whole = ServerUnderTest()
    whole.receive(conversation)
    #expect(whole.events.count == 4)
    let answers = try whole.sent()
    #expect(answers.count == 1)
    for size in 1...30 {
      var cut = ServerUnderTest()
      var rest = conversation[...]
      while !rest.isEmpty {
        cut.receive(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(cut.events == whole.events)
      #expect(try cut.sent() == answers)
    }
  }

  @Test func `answer SETTINGS and PING and ignore unknown frames`() throws {
    var server = ServerUnderTest()
    server.receive(frame(4, [0, 9, 1, 2, 3, 4]) + frame(0xEE, stream: 5, [1, 2]))
    server.receive(frame(6, Array("pingpong".utf8)))
    #expect(
      try server.sent() == [
        SeenFrame(type: 4, flags: 1, stream: 0, payload: []),
        SeenFrame(type: 6, flags: 1, stream: 0, payload: Array("pingpong".utf8)),
      ])
    #expect(server.events.isEmpty)
  }

  @Test func `GOAWAY refuses later streams and serves those open`() throws {
    var server = ServerUnderTest()
    server.receive(Self.open)
    server.connection.goAway(.noError)
    server.receive(frame(1, flags: 0x5, stream: 3, postBlock))
    #expect(
      try server.sent() == [
        SeenFrame(type: 7, flags: 0, stream: 0, payload: [0, 0, 0, 1, 0, 0, 0, 0]),
        SeenFrame(type: 3, flags: 0, stream: 3, payload: bigEndian(7)),
      ])
    #expect(!server.connection.isDrained)
    server.receive(frame(0, flags: 1, stream: 1))
    server.connection.sendHeaders(stream: 1, [":status": "204"], endStream: true)
    #expect(server.connection.isDrained)
  }

  @Test func `a client takes no server's leave to push, RFC 9113 6.5.2`() {
    var client = HTTP2Connection(role: .client)
    var events: [HTTP2Event] = []
    client.receive(Bytes(frame(4, [0, 2, 0, 0, 0, 0])), into: &events)
    #expect(events.isEmpty)
    client.receive(Bytes(frame(4, [0, 2, 0, 0, 0, 1])), into: &events)
    #expect(events == [.failed(.badSetting(identifier: 2, value: 1))])
  }

  @Test func `a client learns which calls a GOAWAY has lost`() throws {
    var client = HTTP2Connection(role: .client)
    var events: [HTTP2Event] = []
    client.receive(Bytes(emptySettings), into: &events)
    for stream: UInt32 in [1, 3, 5] {
      #expect(client.openStream() == stream)
      client.sendHeaders(stream: stream, encoded: Bytes(postBlock), endStream: true)
    }
    client.receive(Bytes(frame(7, [0, 0, 0, 1, 0, 0, 0, 0])), into: &events)
    #expect(
      events == [
        .goAway(lastStream: 1, .noError, debug: Bytes()), .reset(stream: 3, .refusedStream),
        .reset(stream: 5, .refusedStream),
      ])
    #expect(client.openStream() == nil)
  }
}

@Suite struct `Abuse of a connection` {
  @Test func `streams reset as fast as they are opened end it`() {
    var server = ServerUnderTest()
    for number in 0..<3000 where server.failure == nil {
      let stream = UInt32(2 * number + 1)
      server.receive(frame(1, flags: 0x5, stream: stream, postBlock))
      server.receive(frame(3, stream: stream, [0, 0, 0, 8]))
    }
    #expect(server.failure == .abuse(.rapidReset))
  }

  @Test func `as many resets spread over seconds are fine`() {
    var server = ServerUnderTest()
    for number in 0..<6000 {
      if number % 1000 == 0 { server.connection.replenish() }
      let stream = UInt32(2 * number + 1)
      server.receive(frame(1, flags: 0x5, stream: stream, postBlock))
      server.receive(frame(3, stream: stream, [0, 0, 0, 8]))
      server.events.removeAll { if case .failed = $0 { false } else { true } }
    }
    #expect(server.failure == nil)
  }

  @Test(arguments: [
    frame(6, [0, 0, 0, 0, 0, 0, 0, 0]), frame(4), frame(2, stream: 1, [0, 0, 0, 0, 1]),
    frame(0, stream: 1), frame(0xEE), frame(8, [0, 0, 0, 1]),
  ])
  func `control frames without work end it`(flood: [UInt8]) {
    var server = ServerUnderTest()
    server.receive(frame(1, flags: 0x4, stream: 1, postBlock))
    for _ in 0..<20_000 where server.failure == nil { server.receive(flood) }
    #expect(server.failure == .abuse(.controlFlood))
  }

  @Test func `a peer that never reads its answers is cut off`() {
    var limits = HTTP2Limits()
    limits.controlFramesMax = .max / 2
    var server = ServerUnderTest(limits: limits)
    for _ in 0..<200_000 where server.failure == nil {
      server.receive(frame(6, [0, 0, 0, 0, 0, 0, 0, 0]))
    }
    #expect(server.failure == .abuse(.outputFlood))
  }

  @Test(arguments: [0, 2000])
  func `a header block without end ends it`(size: Int) {
    var server = ServerUnderTest()
    server.receive(frame(1, stream: 1, postBlock))
    let part = frame(9, stream: 1, [UInt8](repeating: 0x82, count: size))
    for _ in 0..<100 where server.failure == nil { server.receive(part) }
    #expect(server.failure == .abuse(.headerFlood))
  }

  @Test func `stream errors without end end it`() {
    var server = ServerUnderTest()
    for number in 0..<2000 where server.failure == nil {
      server.receive(frame(1, flags: 0x5, stream: UInt32(2 * number + 1), [0x82]))
    }
    #expect(server.failure == .abuse(.streamErrors))
  }
}
