import Base
import HTTP
import Testing

/// Conversations to damage, made by our own other end.
enum Conversation {
  /// What a client sends: calls with and without bodies, pings, resets.
  static func client(_ random: inout PRNG) -> [UInt8] {
    var client = HTTP2Connection(role: .client)
    var events: [HTTP2Event] = []
    client.receive(Bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]), into: &events)
    for _ in 0..<1 + random.below(12) {
      guard let stream = client.openStream() else { break }
      var fields = GRPCRequest.headers(path: "/a.B/C", authority: "a", scheme: "http")
      for _ in 0..<random.below(4) {
        fields.append(Bytes("x-\(random.below(9))"), Bytes(String(random.next())))
      }
      client.sendHeaders(stream: stream, fields, endStream: random.chance(Ratio(1, in: 5)))
      for _ in 0..<random.below(3) where !client.isCongested(stream: stream) {
        let count = random.below(random.chance(Ratio(1, in: 9)) ? 30_000 : 300)
        if client.isEnded(stream: stream) { break }
        client.sendMessage(stream: stream, Bytes([UInt8](repeating: 7, count: count)))
      }
      switch random.below(4) {
      case 0: client.reset(stream: stream, .cancel)
      case 1: client.ping(random.next())
      default: break
      }
    }
    return drain(&client)
  }

  /// What a server sends to eight calls.
  static func server(_ random: inout PRNG) -> [UInt8] {
    var server = HTTP2Connection(role: .server)
    var events: [HTTP2Event] = []
    var client = HTTP2Connection(role: .client)
    client.receive(Bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]), into: &events)
    for _ in 0..<8 { open(&client) }
    server.receive(Bytes(drain(&client)), into: &events)
    for number in 0..<8 {
      let stream = UInt32(2 * number + 1)
      switch random.below(4) {
      case 0: server.sendStatus(stream: stream, GRPCStatus(.unavailable, "later"))
      case 1: server.reset(stream: stream, .refusedStream)
      default:
        let count = random.below(random.chance(Ratio(1, in: 5)) ? 40_000 : 300)
        server.sendAnswer(stream: stream, Bytes([UInt8](repeating: 7, count: count)))
      }
    }
    if random.chance(Ratio(1, in: 4)) { server.goAway(.noError) }
    return drain(&server)
  }

  static func open(_ client: inout HTTP2Connection) {
    guard let stream = client.openStream() else { return }
    let fields = GRPCRequest.headers(path: "/a.B/C", authority: "a", scheme: "http")
    client.sendHeaders(stream: stream, fields, endStream: false)
    client.sendMessage(stream: stream, "question", endStream: true)
  }

  static func drain(_ connection: inout HTTP2Connection) -> [UInt8] {
    var events: [HTTP2Event] = []
    var bytes: [UInt8] = []
    while let output = connection.takeOutput(into: &events) { bytes += output.array }
    return bytes
  }

  /// Frames of random kind that are well-formed at least as frames.
  static func randomFrames(_ mutation: inout Mutation) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<1 + mutation.random.below(30) {
      let length = [0, 4, 5, 6, 8, 12, 50][mutation.random.below(7)]
      let payload =
        mutation.random.chance(Ratio(1, in: 3))
        ? Array([0x83, 0x86, 0x84].prefix(length)) : mutation.noise(length)
      let flags = UInt8([0, 1, 4, 5, 8, 0x20, 0x2D][mutation.random.below(7)])
      bytes += [0, 0, UInt8(payload.count), UInt8(mutation.random.below(11)), flags]
      bytes += [0, 0, 0, UInt8(mutation.random.below(8))] + payload
    }
    return bytes
  }
}

@Suite struct `Damaged HTTP/2` {
  /// What one end saw and said.
  struct Outcome: Equatable {
    var events: [HTTP2Event] = []
    var output: [UInt8] = []
  }

  @Test(arguments: fuzzSeeds)
  func `at a server ends in events or one error, however it is cut`(seed: UInt64) {
    var mutation = Mutation(seed: seed)
    let conversation = mutation.damage(Conversation.client(&mutation.random))
    check(conversation, .server, &mutation)
  }

  @Test(arguments: fuzzSeeds)
  func `at a client ends in events or one error, however it is cut`(seed: UInt64) {
    var mutation = Mutation(seed: seed)
    let conversation = mutation.damage(Conversation.server(&mutation.random))
    check(conversation, .client, &mutation)
  }

  @Test(arguments: fuzzSeeds)
  func `random frames at either end`(seed: UInt64) {
    var mutation = Mutation(seed: seed)
    let start = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    let noise = Conversation.randomFrames(&mutation)
    check(start + settings + noise, .server, &mutation)
    check(settings + noise, .client, &mutation)
  }

  private func check(
    _ conversation: [UInt8], _ role: HTTP2Connection.Role, _ mutation: inout Mutation
  ) {
    let whole = run([Bytes(conversation)], role)
    let cut = run(mutation.cut(conversation), role)
    #expect(whole.events == cut.events)
    #expect(whole.output == cut.output)
    let failures = whole.events.filter { if case .failed = $0 { true } else { false } }
    #expect(failures.count <= 1)
    if let failure = failures.first { #expect(whole.events.last == failure) }
    #expect(isFramed(whole.output, role))
  }

  /// Answers come after all input, so that both ways of cutting say the same.
  private func run(_ pieces: [Bytes], _ role: HTTP2Connection.Role) -> Outcome {
    var connection = HTTP2Connection(role: role)
    var outcome = Outcome()
    if role == .client { for _ in 0..<8 { Conversation.open(&connection) } }
    for piece in pieces { connection.receive(piece, into: &outcome.events) }
    for event in outcome.events { answer(event, role, &connection) }
    var turns = 0
    while let output = connection.takeOutput(into: &outcome.events), turns < 1000 {
      outcome.output += output.array
      turns += 1
    }
    #expect(turns < 1000)
    return outcome
  }

  private func answer(
    _ event: HTTP2Event, _ role: HTTP2Connection.Role, _ connection: inout HTTP2Connection
  ) {
    guard role == .server else { return }
    switch event {
    case .headers(let stream, _, let endStream):
      if endStream { connection.sendAnswer(stream: stream, "all") }
    case .data(let stream, let bytes, let endStream):
      if !connection.hasSentHeaders(stream: stream) {
        connection.sendResponseHeaders(stream: stream)
      }
      if connection.isEnded(stream: stream) { return }
      connection.sendMessage(stream: stream, bytes)
      if endStream { connection.sendStatus(stream: stream, .ok) }
    case .trailers(let stream, _):
      connection.sendStatus(stream: stream, .ok)
    case .reset(let stream, _):
      connection.sendAnswer(stream: stream, "late")
    case .writable, .pong, .goAway, .failed:
      break
    }
  }

  /// Our own output is whole frames whatever came in.
  private func isFramed(_ output: [UInt8], _ role: HTTP2Connection.Role) -> Bool {
    var rest = output.dropFirst(role == .client ? 24 : 0)
    while !rest.isEmpty {
      let head = Array(rest.prefix(9))
      guard head.count == 9, head[3] <= 9 else { return false }
      let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      guard length <= 16_384, rest.count >= 9 + length else { return false }
      rest = rest.dropFirst(9 + length)
    }
    return true
  }
}

@Suite struct `Damaged header blocks` {
  @Test(arguments: fuzzSeeds)
  func `decode to a section or an error, and the table keeps its bound`(seed: UInt64) {
    var mutation = Mutation(seed: seed)
    var decoder = HPACKDecoder(listBytesMax: 65_536)
    for _ in 0..<200 {
      var fields = HeaderFields()
      for _ in 0..<mutation.random.below(10) {
        fields.append(Bytes(mutation.noise(mutation.random.below(20))), Bytes(mutation.noise(9)))
      }
      var block = HPACKEncoder.encode(fields).array
      // Some literals enter the table, so that later indices mean something.
      if !block.isEmpty && block[0] == 0 { block[0] = 0x40 }
      do {
        let section = try decoder.decode(Bytes(mutation.damage(block)))
        #expect(section.fields.listBytes <= 65_536)
      } catch {
        decoder = HPACKDecoder(listBytesMax: 65_536)
      }
      #expect(decoder.tableBytes <= 4096)
    }
  }

  @Test(arguments: fuzzSeeds)
  func `that are whole come back as they were`(seed: UInt64) throws {
    var mutation = Mutation(seed: seed)
    var decoder = HPACKDecoder(listBytesMax: 65_536)
    for _ in 0..<100 {
      var fields = HeaderFields()
      for _ in 0..<mutation.random.below(10) {
        fields.append(
          Bytes(mutation.noise(mutation.random.below(20))),
          Bytes(mutation.noise(mutation.random.below(300))))
      }
      #expect(try decoder.decode(HPACKEncoder.encode(fields)).fields == fields)
    }
  }
}
