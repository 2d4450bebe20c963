import Base
import HTTP
import Testing

@Suite struct `gRPC messages` {
  static let two: [UInt8] = [0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9]

  @Test func `are cut out of DATA however that is cut`() throws {
    for size in 1...Self.two.count {
      var reader = GRPCMessageReader(messageBytesMax: 100)
      var messages: [Bytes] = []
      var rest = Self.two[...]
      while !rest.isEmpty {
        try reader.receive(Bytes(Array(rest.prefix(size))), into: &messages)
        rest = rest.dropFirst(size)
      }
      #expect(messages == [Bytes([1, 2, 3]), Bytes(), Bytes([9])])
      #expect(reader.isAtBoundary)
    }
  }

  @Test func `cut short are no boundary`() throws {
    var reader = GRPCMessageReader(messageBytesMax: 100)
    var messages: [Bytes] = []
    try reader.receive(Bytes([0, 0, 0, 0, 2, 1]), into: &messages)
    #expect(messages.isEmpty)
    #expect(!reader.isAtBoundary)
  }

  @Test func `that are compressed or too large are refused before their bytes are there`() {
    var reader = GRPCMessageReader(messageBytesMax: 100)
    var messages: [Bytes] = []
    let compressed = #expect(throws: GRPCStatus.self) {
      try reader.receive(Bytes([1, 0, 0, 0, 2]), into: &messages)
    }
    #expect(compressed?.code == 12)
    var other = GRPCMessageReader(messageBytesMax: 100)
    let large = #expect(throws: GRPCStatus.self) {
      try other.receive(Bytes([0, 0, 0, 0, 101]), into: &messages)
    }
    #expect(large?.code == 8)
    // grpc-go's text, which clients print.
    #expect(large?.message == "grpc: received message larger than max (101 vs. 100)")
  }
}

@Suite struct `gRPC calls` {
  static let head: HeaderFields = [
    ":method": "POST", ":scheme": "http", ":path": "/etcdserverpb.KV/Put",
    "content-type": "application/grpc", "te": "trailers",
  ]

  static func adding(_ name: Bytes, _ value: Bytes) -> HeaderFields {
    var fields = head
    fields.append(name, value)
    return fields
  }

  // PROTOCOL-HTTP2.md, Timeout.
  @Test(arguments: [
    ("5S", UInt64(5_000_000_000)), ("4999912u", 4_999_912_000), ("1m", 1_000_000), ("7n", 7),
    ("2M", 120_000_000_000), ("99999999H", .max), ("1H", 3_600_000_000_000), ("0n", 0),
  ])
  func `have a deadline`(text: String, expected: UInt64) throws {
    let request = try GRPCRequest(Self.adding("grpc-timeout", Bytes(text)))
    #expect(request.timeoutNanoseconds == expected)
    #expect(request.path == Bytes("/etcdserverpb.KV/Put"))
  }

  @Test(arguments: ["", "5", "S", "-1S", "123456789S", "1s", "1.5S", " 1S"])
  func `with a malformed deadline are refused`(text: String) {
    #expect(throws: GRPCRequestError.self) {
      try GRPCRequest(Self.adding("grpc-timeout", Bytes(text)))
    }
  }

  @Test func `are told from other requests`() throws {
    #expect(throws: GRPCRequestError.notPost) { try GRPCRequest([":method": "GET"]) }
    for type: Bytes in ["application/json", "application/grpc-web", "application/grpcx"] {
      #expect(throws: GRPCRequestError.notGRPC) {
        try GRPCRequest([":method": "POST", "content-type": type])
      }
    }
    for type: Bytes in ["application/grpc+proto", "application/grpc;charset=utf-8"] {
      #expect(throws: Never.self) {
        try GRPCRequest([":method": "POST", ":path": "/a/b", "content-type": type])
      }
    }
    #expect(throws: GRPCRequestError.self) {
      try GRPCRequest(Self.adding("grpc-encoding", "gzip"))
    }
  }

  @Test(arguments: [0, 1, 99_999_999, 100_000_000, 5_000_000_001, UInt64.max])
  func `send deadlines that are never shorter than asked for`(nanoseconds: UInt64) throws {
    let text = GRPCRequest.timeoutValue(nanoseconds: nanoseconds)
    let read = try #require(GRPCRequest.nanoseconds(timeout: text))
    #expect(read >= nanoseconds)
    #expect(Double(read) <= Double(nanoseconds) * 1.01 + 1)
  }

  @Test func `are answered by headers, message and trailers in one output`() throws {
    var server = ServerUnderTest()
    server.receive(frame(1, flags: 0x5, stream: 1, postBlock))
    server.connection.sendAnswer(stream: 1, Bytes([0xAB]))
    var decoder = HPACKDecoder(listBytesMax: 1000)
    let sent = try server.sent()
    #expect(sent.map(\.type) == [1, 0, 1])
    #expect(sent.map(\.flags) == [0x4, 0, 0x5])
    #expect(sent[1].payload == [0, 0, 0, 0, 1, 0xAB])
    #expect(
      pairs(try decoder.decode(Bytes(sent[0].payload)).fields)
        == [[":status", "200"], ["content-type", "application/grpc"]])
    #expect(
      pairs(try decoder.decode(Bytes(sent[2].payload)).fields) == [["grpc-status", "0"]])
    #expect(server.connection.openStreams == 0)
  }

  @Test func `that fail at once are answered by trailers only`() throws {
    var server = ServerUnderTest()
    server.receive(frame(1, flags: 0x5, stream: 1, postBlock))
    server.connection.sendStatus(
      stream: 1, GRPCStatus(.notFound, "etcdserver: requested lease not found, 100% \u{E9}"))
    var decoder = HPACKDecoder(listBytesMax: 1000)
    let sent = try server.sent()
    #expect(sent.map(\.flags) == [0x5])
    #expect(
      pairs(try decoder.decode(Bytes(sent[0].payload)).fields) == [
        [":status", "200"], ["content-type", "application/grpc"], ["grpc-status", "5"],
        ["grpc-message", "etcdserver: requested lease not found, 100%25 %C3%A9"],
      ])
  }

  @Test func `give a status to clients, by the HTTP status where there is none`() {
    #expect(
      GRPCStatus(trailers: ["grpc-status": "7", "grpc-message": "a%20b%zz"], httpStatus: "200")
        == GRPCStatus(.permissionDenied, "a b%zz"))
    #expect(GRPCStatus(trailers: ["grpc-status": "x"], httpStatus: "503").code == 14)
    #expect(GRPCStatus(trailers: [:], httpStatus: "401").code == 16)
    #expect(GRPCStatus(trailers: [:], httpStatus: nil).code == 2)
  }
}
