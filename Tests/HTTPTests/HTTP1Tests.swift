import Base
import HTTP
import Testing

@Suite struct `Messages of HTTP/1.1, RFC 9112` {
  static func read(
    _ text: String, by size: Int = .max, role: HTTP1Parser.Role = .server
  ) -> [HTTP1Event] {
    var parser = HTTP1Parser(role: role)
    var events: [HTTP1Event] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      parser.receive(Bytes(Array(rest.prefix(size))), into: &events)
      rest = rest.dropFirst(size)
    }
    return events
  }

  static func body(_ events: [HTTP1Event]) -> String {
    events.map { if case .body(let part) = $0 { part.text } else { "" } }.joined()
  }

  static func failure(_ events: [HTTP1Event]) -> HTTP1Error? {
    for case .failed(let error) in events { return error }
    return nil
  }

  @Test func `a request is read, its names lower-cased and its values trimmed`() throws {
    let events = Self.read("GET /health?verbose HTTP/1.1\r\nHost: a\r\nX-Name: \t b c \r\n\r\n")
    #expect(events.count == 2)
    guard case .request(let head) = events.first else {
      Issue.record("no request")
      return
    }
    #expect(head.method == "GET")
    #expect(head.target == "/health?verbose")
    #expect(pairs(head.fields) == [["host", "a"], ["x-name", "b c"]])
    #expect(head.keepAlive)
    #expect(events.last == .end)
  }

  @Test func `bodies come out the same however the bytes are cut`() {
    let text =
      "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
      + "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "4;name=x\r\nwiki\r\nA\r\npedia in c\r\n5\r\nhunks\r\n0\r\nTrailer: x\r\n\r\n"
      + "\r\nGET / HTTP/1.0\r\n\r\n"
    for size in 1...text.utf8.count {
      let events = Self.read(text, by: size)
      #expect(Self.failure(events) == nil)
      #expect(Self.body(events) == "hellowikipedia in chunks")
      #expect(events.filter { $0 == .end }.count == 3)
    }
  }

  @Test(arguments: [
    ("HTTP/1.1\r\nHost: a\r\n", true), ("HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n", false),
    ("HTTP/1.0\r\n", false), ("HTTP/1.0\r\nConnection: x, Keep-Alive\r\n", true),
    ("HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, close\r\n", false),
  ])
  func `a connection is kept as version and options say`(rest: String, kept: Bool) {
    guard case .request(let head) = Self.read("GET / \(rest)\r\n").first else {
      Issue.record("no request")
      return
    }
    #expect(head.keepAlive == kept)
  }

  @Test(arguments: [
    ("GET /\r\n\r\n", HTTP1Error.badStartLine),
    ("GET  / HTTP/1.1\r\n\r\n", .badStartLine),
    ("G@T / HTTP/1.1\r\n\r\n", .badStartLine),
    ("GET / HTTP/2.0\r\n\r\n", .badVersion),
    ("GET / HTTP/1.1\nHost: a\n\n", .badField),  // bare LF
    ("GET / HTTP/1.1\r\n\r\n", .badHost),  // §3.2
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", .badHost),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .badField),  // §5.1
    ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", .badField),  // §5.2
    ("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", .badField),
    // §6.3, request smuggling
    (
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      .badLength
    ),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .badLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", .badLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", .badLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedCoding),
    // §7.1
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", .badChunk),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", .badChunk),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
      .badChunk
    ),
  ])
  func `what breaks the grammar is refused`(text: String, expected: HTTP1Error) {
    #expect(Self.failure(Self.read(text)) == expected)
    #expect(Self.failure(Self.read(text, by: 1)) == expected)
  }

  @Test func `a head without end is refused by its size`() {
    let line = "X: " + String(repeating: "a", count: 1000) + "\r\n"
    let text = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: line, count: 100)
    #expect(Self.failure(Self.read(text)) == .headTooLarge)
    let fields = String(repeating: "a: b\r\n", count: 300)
    #expect(Self.failure(Self.read("GET / HTTP/1.1\r\n" + fields)) == .headTooLarge)
    let chunk = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;"
    #expect(Self.failure(Self.read(chunk + String(repeating: "e", count: 5000))) == .badChunk)
  }

  @Test func `responses end by length, by chunks, by rule or with the connection`() {
    var parser = HTTP1Parser(role: .client)
    var events: [HTTP1Event] = []
    parser.receive("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", into: &events)
    #expect(events.count == 2)
    parser.nextResponseHasNoBody = true
    parser.receive("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", into: &events)
    #expect(events.filter { $0 == .end }.count == 2)
    parser.receive("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", into: &events)
    #expect(events.filter { $0 == .end }.count == 3)
    parser.receive("HTTP/1.0 200 OK\r\n\r\nuntil the end", into: &events)
    #expect(events.filter { $0 == .end }.count == 3)
    parser.receiveEnd(into: &events)
    #expect(events.filter { $0 == .end }.count == 4)
    #expect(Self.body(events) == "okuntil the end")
  }

  @Test func `a connection that ends inside a message is an error`() {
    for text in ["GET", "GET / HTTP/1.1\r\nHo", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\na"] {
      var parser = HTTP1Parser(role: .server)
      var events: [HTTP1Event] = []
      parser.receive(Bytes(text), into: &events)
      parser.receiveEnd(into: &events)
      #expect(events.last == .failed(.truncated))
    }
  }

  @Test func `what we write is read back`() {
    var buffer = ByteBuffer()
    HTTP1Writer.writeResponse(
      .ok, ["content-type": "text/plain"], body: "hello", keepAlive: true, into: &buffer)
    #expect(
      buffer.bytes.text
        == "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello")
    buffer.removeAll()
    HTTP1Writer.writeResponse(
      .noContent, ["x": "a\r\nSet-Cookie: b"], body: "", keepAlive: false, into: &buffer)
    #expect(
      buffer.take().text
        == "HTTP/1.1 204 No Content\r\nx: a  Set-Cookie: b\r\nconnection: close\r\n\r\n")
    HTTP1Writer.writeRequest(method: "POST", target: "/x", ["host": "a"], into: &buffer)
    #expect(buffer.take().text == "POST /x HTTP/1.1\r\nhost: a\r\n\r\n")
    HTTP1Writer.writeChunk("wiki", into: &buffer)
    HTTP1Writer.writeChunk("", into: &buffer)
    HTTP1Writer.writeLastChunk(into: &buffer)
    #expect(buffer.take().text == "4\r\nwiki\r\n0\r\n\r\n")
  }
}

@Suite struct `First bytes of a connection` {
  @Test func `tell HTTP/2 from HTTP/1.1 as soon as they can`() {
    for count in 0..<16 {
      #expect(SniffedProtocol.sniff(Bytes(Array(preface.prefix(count)))) == .undecided)
    }
    #expect(SniffedProtocol.sniff(Bytes(preface)) == .http2)
    #expect(SniffedProtocol.sniff("PRI / HTTP/1.1") == .http1)
    #expect(SniffedProtocol.sniff("G") == .http1)
    #expect(SniffedProtocol.sniff(Bytes([0x16, 0x03])) == .http1)
  }
}

@Suite struct `URLs, RFC 3986` {
  @Test(arguments: [
    ("http://localhost:2379", "http", "localhost", UInt16(2379), "", "localhost:2379"),
    ("HTTPS://Host.Example/a/b?c=d#e", "https", "host.example", nil, "/a/b", "host.example"),
    ("http://[::1]:2380/", "http", "::1", 2380, "/", "[::1]:2380"),
    ("http://[fe80::1%25eth0]", "http", "fe80::1%25eth0", nil, "", "[fe80::1%25eth0]"),
    ("unix://sock:0", "unix", "sock", 0, "", "sock:0"),
    ("http://host:", "http", "host", nil, "", "host"),
  ])
  func `are taken apart`(
    text: String, scheme: String, host: String, port: UInt16?, path: String, authority: String
  ) throws {
    let url = try URL(text)
    #expect(url.scheme == scheme)
    #expect(url.host == host)
    #expect(url.port == port)
    #expect(url.path == path)
    #expect(url.authority == authority)
  }

  @Test(arguments: [
    ("localhost:2379", URLError.missingScheme), ("1http://a", .missingScheme),
    ("http:///path", .missingHost), ("http://:80", .missingHost), ("http://a:65536", .badPort),
    ("http://a:-1", .badPort), ("http://a:b:1", .badPort), ("http://[::1", .badHost),
    ("http://[nothex]", .badHost), ("http://[::1]x", .badHost),
    ("http://u:p@a", .hasUserInformation),
    ("http://a b", .badCharacter(offset: 8)), ("http://\u{E9}", .badCharacter(offset: 7)),
  ])
  func `that are none are refused`(text: String, expected: URLError) {
    #expect(throws: expected) { try URL(text) }
  }

  @Test func `give target and default port`() throws {
    #expect(try URL("http://a").target == "/")
    #expect(try URL("http://a?x=1").target == "/?x=1")
    #expect(try URL("https://a/b?c#d").target == "/b?c")
    #expect(try URL("https://a").effectivePort == 443)
    #expect(try URL("http://a:1").effectivePort == 1)
  }
}
