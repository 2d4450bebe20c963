import Base
import HTTP
import Testing

@Suite struct `Streams, RFC 9113` {
  static func literal(_ name: String, _ value: String) -> [UInt8] {
    [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
  }

  static func request(_ stream: UInt32, _ extra: [UInt8] = [], end: Bool = false) -> [UInt8] {
    frame(1, flags: end ? 0x5 : 0x4, stream: stream, postBlock + extra)
  }

  @Test(arguments: [
    [0x83, 0x86] as [UInt8],  // §8.3.1: no path
    [0x83, 0x84],  // no scheme
    [0x86, 0x84],  // no method
    [0x83, 0x83, 0x86, 0x84],  // twice
    [0x83, 0x86, 0x84, 0x88],  // §8.3: a response's field
    postBlock + literal(":other", "x"),
    literal("a", "b") + postBlock,  // pseudo-header fields come first
    postBlock + literal("Upper", "x"),  // §8.2.1
    postBlock + literal("a", " x"),
    postBlock + literal("a", "x\r\ny"),
    postBlock + literal("connection", "close"),  // §8.2.2
    postBlock + literal("transfer-encoding", "chunked"),
    postBlock + literal("te", "gzip"),
    postBlock + literal("content-length", "x"),
    postBlock + literal("content-length", "1") + literal("content-length", "2"),
    [0x83, 0x86, 0x04, 0x00],  // an empty path
  ])
  func `malformed requests are reset and the connection goes on`(block: [UInt8]) throws {
    var server = ServerUnderTest()
    server.receive(frame(1, flags: 0x5, stream: 1, block) + Self.request(3, end: true))
    #expect(
      server.events == [
        .headers(
          stream: 3, [":method": "POST", ":scheme": "http", ":path": "/"], endStream: true)
      ])
    #expect(
      try server.sent() == [SeenFrame(type: 3, flags: 0, stream: 1, payload: bigEndian(1))])
  }

  @Test(arguments: [
    // §5.1, half-closed (remote): data and headers behind the end.
    (request(1, end: true) + frame(0, stream: 1, [1]), HTTP2ErrorCode.streamClosed),
    (request(1, end: true) + frame(1, flags: 0x5, stream: 1, [0x88]), .streamClosed),
    // §8.1: trailers without END_STREAM, and with a pseudo-header field.
    (request(1) + frame(1, flags: 0x4, stream: 1, literal("a", "b")), .protocolError),
    (request(1) + frame(1, flags: 0x5, stream: 1, [0x84]), .protocolError),
    // §8.1.1: the body is longer or shorter than content-length.
    (request(1, literal("content-length", "1")) + frame(0, stream: 1, [1, 2]), .protocolError),
    (
      request(1, literal("content-length", "3")) + frame(0, flags: 1, stream: 1, [1, 2]),
      .protocolError
    ),
    // §6.9
    (request(1) + frame(8, stream: 1, [0, 0, 0, 0]), .protocolError),
    (request(1) + frame(8, stream: 1, [0x7F, 0xFF, 0xFF, 0xFF]), .flowControlError),
    // §6.3
    (request(1) + frame(2, stream: 1, [0]), .frameSizeError),
  ])
  func `a broken rule of one stream resets that stream`(
    bytes: [UInt8], code: HTTP2ErrorCode
  ) throws {
    var server = ServerUnderTest()
    server.receive(bytes)
    #expect(server.failure == nil)
    #expect(server.events.last == .reset(stream: 1, code))
    #expect(
      try server.sent().last
        == SeenFrame(type: 3, flags: 0, stream: 1, payload: bigEndian(code.rawValue)))
    #expect(server.connection.openStreams == 0)
  }

  @Test func `more streams than announced are refused`() throws {
    var limits = HTTP2Limits()
    limits.concurrentStreamsMax = 2
    var server = ServerUnderTest(limits: limits)
    server.receive(Self.request(1) + Self.request(3) + Self.request(5))
    #expect(
      try server.sent() == [SeenFrame(type: 3, flags: 0, stream: 5, payload: bigEndian(7))])
    server.connection.reset(stream: 1, .cancel)
    server.receive(Self.request(7))
    #expect(server.events.count == 3)
    #expect(server.failure == nil)
  }

  @Test func `what was on its way when we reset a stream is no error`() throws {
    var server = ServerUnderTest()
    server.receive(Self.request(1))
    server.connection.reset(stream: 1, .cancel)
    _ = try server.sent()
    server.receive(frame(0, stream: 1, [1, 2, 3]) + frame(0, flags: 1, stream: 1, [4]))
    #expect(try server.sent().isEmpty)
    #expect(server.events.count == 1)
  }

  @Test func `an answer before the end of the request stops the rest of it`() throws {
    var server = ServerUnderTest()
    server.receive(Self.request(1))
    server.connection.sendHeaders(stream: 1, [":status": "415"], endStream: true)
    let sent = try server.sent()
    #expect(sent.map(\.type) == [1, 3])
    #expect(sent[1].payload == bigEndian(0))
    #expect(server.connection.openStreams == 0)
  }

  @Test func `sends on a stream that the peer has reset are ignored`() throws {
    var server = ServerUnderTest()
    server.receive(Self.request(1, end: true) + frame(3, stream: 1, [0, 0, 0, 8]))
    #expect(server.events.last == .reset(stream: 1, .cancel))
    server.connection.sendAnswer(stream: 1, Bytes("late"))
    server.connection.sendStatus(stream: 1, .ok)
    server.connection.reset(stream: 1, .cancel)
    #expect(try server.sent().isEmpty)
  }

  @Test func `data before headers is a programmer error`() async {
    await #expect(processExitsWith: .failure) {
      var server = ServerUnderTest()
      server.receive(frame(1, flags: 0x5, stream: 1, postBlock))
      server.connection.sendData(stream: 1, Bytes("x"), endStream: true)
    }
  }

  @Test func `a client skips informational responses and gets trailers apart`() throws {
    var client = HTTP2Connection(role: .client)
    var events: [HTTP2Event] = []
    client.receive(Bytes(emptySettings), into: &events)
    let opened = client.openStream()
    let stream = try #require(opened)
    client.sendHeaders(stream: stream, encoded: Bytes(postBlock), endStream: true)
    let answer =
      frame(1, flags: 0x4, stream: 1, [0x08, 0x03] + Array("103".utf8))
      + frame(1, flags: 0x4, stream: 1, [0x88]) + frame(0, stream: 1, [7])
      + frame(1, flags: 0x5, stream: 1, Self.literal("grpc-status", "0"))
    client.receive(Bytes(answer), into: &events)
    #expect(
      events == [
        .headers(stream: 1, [":status": "200"], endStream: false),
        .data(stream: 1, Bytes([7]), endStream: false),
        .trailers(stream: 1, ["grpc-status": "0"]),
      ])
    #expect(client.openStreams == 0)
  }
}
