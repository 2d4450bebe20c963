import Base
import Foundation
import HTTP
import Testing

/// PyPI's `h2` and `hpack` in a process of their own (Fixtures/http/agreement.py).
struct ForeignPeer {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()

  init(_ mode: String, seed: Int) throws {
    let root = Foundation.URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    // A peer that died early must fail the test, not the process.
    signal(SIGPIPE, SIG_IGN)
    process.executableURL = Foundation.URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", root.appending(path: "Fixtures/http/agreement.py").path,
      root.appending(path: ".build/http-venv").path, mode, String(seed),
    ]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
  }

  /// Blocks until the peer wrote something; empty once it has closed.
  func read() -> Bytes {
    Bytes([UInt8](output.fileHandleForReading.availableData))
  }

  func write(_ bytes: Bytes) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(bytes.array))
  }

  func closeInput() throws {
    try input.fileHandleForWriting.close()
  }

  func readLines() throws -> [String] {
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    return String(decoding: data, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).dropLast().map(String.init)
  }

  /// What went wrong on the other side; empty where it agreed.
  func complaint() -> String {
    let text = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? "" : "exit \(process.terminationStatus): \(text)"
  }
}

/// Fields as agreement.py prints them.
func printed(_ fields: some Sequence<HeaderField>) -> String {
  fields.map { Hex.encode($0.name) + ":" + Hex.encode($0.value) }.joined(separator: " ")
}

@Suite struct `Agreement with hpack` {
  @Test(arguments: 1...4)
  func `blocks of its encoder decode to its fields`(seed: Int) throws {
    let peer = try ForeignPeer("encode", seed: seed)
    let lines = try peer.readLines()
    #expect(peer.complaint() == "")
    #expect(lines.count == 300)
    var decoder = HPACKDecoder(listBytesMax: 1 << 20)
    for line in lines {
      let space = try #require(line.firstIndex(of: " "))
      let section = try decoder.decode(try bytes(hex: String(line[..<space])))
      #expect(printed(section.fields) == String(line[line.index(after: space)...]))
      #expect(section.isValid)
    }
  }

  @Test(arguments: 1...4)
  func `our blocks decode to our fields`(seed: Int) throws {
    var random = PRNG(seed: UInt64(seed))
    let lists = (0..<200).map { _ in Exchange.fields(&random) }
    let peer = try ForeignPeer("decode", seed: seed)
    var blocks = ByteBuffer()
    for fields in lists { blocks.write(Hex.encode(HPACKEncoder.encode(fields)) + "\n") }
    // The peer prints less than a pipe holds before it has read a line.
    let writer = Thread { [blocks] in
      do {
        try peer.write(blocks.bytes)
        try peer.closeInput()
      } catch {
        Issue.record(error)
      }
    }
    writer.start()
    let lines = try peer.readLines()
    #expect(peer.complaint() == "")
    #expect(lines == lists.map { printed($0) })
  }
}

/// Requests whose bodies come back.
struct Exchange {
  var fields: HeaderFields
  var body: [UInt8]
  var receivedHead: HeaderFields?
  var received: [UInt8] = []
  var trailers: HeaderFields?

  static func fields(_ random: inout PRNG) -> HeaderFields {
    var fields = HeaderFields()
    for number in 0..<random.below(10) {
      let length = [0, 1, 10, 40, 300][random.below(5)]
      let value = (0..<length).map { _ in UInt8(0x21 + random.below(0x5E)) }
      fields.append(Bytes("x-\(number)-\(random.below(1000))"), Bytes(value))
    }
    if random.chance(Ratio(1, in: 20)) {
      fields.append("x-long", Bytes([UInt8](repeating: 0x7E, count: 20_000)))
    }
    return fields
  }
}

@Suite struct `Agreement with h2` {
  @Test(arguments: 1...6)
  func `its client gets from our server what it sent`(seed: Int) throws {
    let peer = try ForeignPeer("client", seed: seed)
    var connection = HTTP2Connection(role: .server)
    var events: [HTTP2Event] = []
    var counts: [UInt32: Int] = [:]
    while true {
      let input = peer.read()
      if input.isEmpty { break }
      connection.receive(input, into: &events)
      for event in events { Self.echo(event, &connection, &counts) }
      events = []
      while let output = connection.takeOutput(into: &events) { try? peer.write(output) }
    }
    #expect(peer.complaint() == "")
  }

  private static func echo(
    _ event: HTTP2Event, _ connection: inout HTTP2Connection, _ counts: inout [UInt32: Int]
  ) {
    switch event {
    case .headers(let stream, let fields, let endStream):
      var answer: HeaderFields = [":status": "200"]
      for field in fields where field.name.hasPrefix("x-") { answer.append(field) }
      connection.sendHeaders(stream: stream, answer, endStream: false)
      counts[stream] = 0
      if endStream { finish(stream, &connection, counts) }
    case .data(let stream, let bytes, let endStream):
      connection.sendData(stream: stream, bytes, endStream: false)
      counts[stream, default: 0] += bytes.count
      if endStream { finish(stream, &connection, counts) }
    case .trailers(let stream, _):
      finish(stream, &connection, counts)
    case .failed(let error):
      Issue.record("the connection failed: \(error)")
    case .reset, .writable, .pong, .goAway:
      break
    }
  }

  private static func finish(
    _ stream: UInt32, _ connection: inout HTTP2Connection, _ counts: [UInt32: Int]
  ) {
    let count = counts[stream, default: 0]
    connection.sendTrailers(stream: stream, ["x-bytes": Bytes(String(count))])
  }

  @Test(arguments: 1...6)
  func `its server gives our client back what we sent`(seed: Int) throws {
    let peer = try ForeignPeer("server", seed: seed)
    var random = PRNG(seed: UInt64(seed))
    var connection = HTTP2Connection(role: .client)
    var events: [HTTP2Event] = []
    var exchanges: [UInt32: Exchange] = [:]
    var left = 40
    var completed = 0
    // h2 holds us to its windows even before we can know them, unlike RFC 9113 §6.9.2.
    connection.receive(peer.read(), into: &events)
    while completed < 40 {
      while left > 0, exchanges.count < 8, let stream = connection.openStream() {
        exchanges[stream] = Self.start(stream, &connection, &random)
        left -= 1
      }
      while let output = connection.takeOutput(into: &events) { try peer.write(output) }
      let input = peer.read()
      try #require(!input.isEmpty, "\(peer.complaint())")
      connection.receive(input, into: &events)
      for event in events {
        if let stream = Self.take(event, &exchanges) {
          completed += 1
          let known = exchanges.removeValue(forKey: stream)
          let exchange = try #require(known)
          Self.check(exchange)
        }
      }
      events = []
    }
    connection.goAway(.noError)
    while let output = connection.takeOutput(into: &events) { try peer.write(output) }
    #expect(peer.complaint() == "")
  }

  private static func start(
    _ stream: UInt32, _ connection: inout HTTP2Connection, _ random: inout PRNG
  ) -> Exchange {
    let size = [0, 1, 300, 300, 20_000, 150_000][random.below(6)]
    let body = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let exchange = Exchange(fields: Exchange.fields(&random), body: body)
    var head: HeaderFields = [
      ":method": "POST", ":scheme": "http", ":path": "/echo", ":authority": "a",
    ]
    for field in exchange.fields { head.append(field) }
    connection.sendHeaders(stream: stream, head, endStream: false)
    connection.sendData(stream: stream, Bytes(body), endStream: true)
    return exchange
  }

  /// The stream that `event` completes.
  private static func take(_ event: HTTP2Event, _ exchanges: inout [UInt32: Exchange]) -> UInt32? {
    switch event {
    case .headers(let stream, let fields, _):
      exchanges[stream]?.receivedHead = fields
    case .data(let stream, let bytes, _):
      exchanges[stream]?.received += bytes.array
    case .trailers(let stream, let fields):
      exchanges[stream]?.trailers = fields
      return stream
    case .reset, .failed, .goAway:
      Issue.record("unexpected: \(event)")
    case .writable, .pong:
      break
    }
    return nil
  }

  private static func check(_ exchange: Exchange) {
    var head: HeaderFields = [":status": "200"]
    for field in exchange.fields { head.append(field) }
    #expect(exchange.receivedHead == head)
    #expect(exchange.received == exchange.body)
    #expect(exchange.trailers == ["x-end": "yes"])
  }
}
