import Base
import Crypto
import EventLoop
import HTTP
import Linux
import Testing
import Transport

/// curl and nghttp against our server: foreign programs decide whether it speaks the protocols.
@Suite struct `foreign clients of the HTTP server` {
  private func curl(
    _ server: EchoServer, _ arguments: [String]
  ) throws -> (code: Int32, output: String, errors: String) {
    let tool = try ToolRun(
      "curl", ["-sS", "--max-time", "15"] + arguments, package: "curl", loop: server.loop)
    let code = tool.finish()
    return (code, tool.outputText, tool.errorText)
  }

  /// What curl prints behind the body: HTTP version and status.
  private let facts = ["-w", "%{http_version} %{http_code}"]

  @Test func `curl speaks HTTP/1.1`() throws {
    let server = try EchoServer(loop: EventLoop())
    let run = try curl(server, ["--http1.1", server.url + "/hello"] + facts)
    #expect(run.output == "hello\n1.1 200", "\(run.errors)")
  }

  @Test func `curl speaks HTTP/2 with prior knowledge`() throws {
    let server = try EchoServer(loop: EventLoop())
    let run = try curl(server, ["--http2-prior-knowledge", server.url + "/hello"] + facts)
    #expect(run.output == "hello\n2 200", "\(run.errors)")
  }

  @Test(arguments: ["--http1.1", "--http2-prior-knowledge"])
  func `bodies and queries arrive, statuses come back`(_ version: String) throws {
    let server = try EchoServer(loop: EventLoop())
    let echo = try curl(server, [version, "-d", "some body", server.url + "/echo"])
    #expect(echo.output == "some body", "\(echo.errors)")
    let query = try curl(server, [version, server.url + "/query?a=1&b=2"])
    #expect(query.output == "a=1&b=2", "\(query.errors)")
    let missing = try curl(
      server, [version, "-o", "/dev/null", "-w", "%{http_code}", server.url + "/missing"])
    #expect(missing.output == "404", "\(missing.errors)")
  }

  @Test(arguments: ["--http1.1", "--http1.0", "--http2-prior-knowledge"])
  func `a body in parts comes whole`(_ version: String) throws {
    let server = try EchoServer(loop: EventLoop())
    let run = try curl(server, [version, server.url + "/parts"])
    #expect(run.output == "one two three\n", "\(run.errors)")
  }

  @Test(arguments: ["--http1.1", "--http2-prior-knowledge"])
  func `a large body comes whole`(_ version: String) throws {
    let server = try EchoServer(loop: EventLoop())
    let run = try curl(
      server, [version, "-o", "/dev/null", "-w", "%{size_download}", server.url + "/large"])
    #expect(run.output == "3000000", "\(run.errors)")
  }

  @Test(arguments: ["--http1.1", "--http1.0", "--http2-prior-knowledge"])
  func `a body that flows is held back by a slow reader, and comes whole`(
    _ version: String
  ) throws {
    let server = try EchoServer(loop: EventLoop())
    let run = try curl(
      server,
      [
        version, "--limit-rate", "10M", "-o", "/dev/null", "-w", "%{size_download}",
        server.url + "/flow",
      ])
    #expect(run.output == "20000000", "\(run.errors)")
    // The high marks are 1 MiB of a connection and 256 KiB of an HTTP/2 stream.
    #expect(server.pendingBytesMax < 1_200_000)
  }

  @Test func `HEAD has the length and no body`() throws {
    let server = try EchoServer(loop: EventLoop())
    let run = try curl(server, ["--http1.1", "-I", server.url + "/hello"])
    #expect(run.output.contains("content-length: 6\r\n"), "\(run.errors)")
    #expect(!run.output.contains("hello\n"))
  }

  @Test func `several requests share an HTTP/1.1 connection`() throws {
    let server = try EchoServer(loop: EventLoop())
    let url = server.url + "/hello"
    let run = try curl(server, ["--http1.1", url, url, url])
    #expect(run.output == "hello\nhello\nhello\n", "\(run.errors)")
    #expect(server.server.figures.connectionsAccepted == 1)
  }

  @Test func `Expect 100-continue is answered before the body`() throws {
    let server = try EchoServer(loop: EventLoop())
    let run = try curl(
      server,
      [
        "--http1.1", "-v", "-H", "Expect: 100-continue", "--expect100-timeout", "10", "-d", "late",
        server.url + "/echo",
      ])
    #expect(run.output == "late", "\(run.errors)")
    #expect(run.errors.contains("HTTP/1.1 100 Continue"))
  }

  @Test func `a body above the bound is refused with 413`() throws {
    var limits = HTTPServerLimits()
    limits.bodyBytesMax = 1000
    let server = try EchoServer(loop: EventLoop(), limits: limits)
    for version in ["--http1.1", "--http2-prior-knowledge"] {
      let run = try curl(
        server,
        [
          version, "-H", "Expect:", "-d", String(repeating: "x", count: 1001), "-o", "/dev/null",
          "-w", "%{http_code}", server.url + "/echo",
        ])
      #expect(run.output == "413", "\(version) \(run.errors)")
    }
  }

  @Test func `nghttp fetches many pages over one connection`() throws {
    let server = try EchoServer(loop: EventLoop())
    let tool = try ToolRun(
      "nghttp", ["-m", "20", server.url + "/hello"], package: "nghttp2-client", loop: server.loop)
    #expect(tool.finish() == 0, "\(tool.errorText)")
    #expect(tool.outputText == String(repeating: "hello\n", count: 20))
    #expect(server.server.figures.connectionsAccepted == 1)
  }

  @Test func `nghttp sees no protocol error with a large body`() throws {
    let server = try EchoServer(loop: EventLoop())
    let tool = try ToolRun(
      "nghttp", ["-nv", server.url + "/large"], package: "nghttp2-client", loop: server.loop)
    #expect(tool.finish() == 0, "\(tool.errorText)")
    #expect(tool.outputText.contains(":status: 200"))
    #expect(!tool.outputText.contains("RST_STREAM"))
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "\u{16}\u{3}\u{1} nonsense\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nand now something quite different .........",
    "GET /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  ])
  func `garbage is answered and the connection ends, the server goes on`(
    _ garbage: String
  ) throws {
    let server = try EchoServer(loop: EventLoop())
    let client = try RawClient(to: server.address, loop: server.loop)
    client.connection?.write(Bytes(garbage))
    #expect(server.loop.run(atMost: .seconds(10)) { client.hasEnded })
    #expect(!client.received.isEmpty, "nothing was said about the reason")
    #expect(server.loop.run(atMost: .seconds(10)) { server.server.connectionCount == 0 })
    #expect(server.server.figures.protocolErrors == 1)
    let run = try curl(server, ["--http1.1", server.url + "/hello"])
    #expect(run.output == "hello\n")
  }

  @Test func `seeded mutations of good traffic never trap the server`() throws {
    var limits = HTTPServerLimits()
    limits.connectionsMax = 10_000
    let server = try EchoServer(loop: EventLoop(), limits: limits)
    var generator = PRNG(seed: 11)
    let http1 = Array("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody".utf8)
    var http2 = HTTP2Connection(role: .client)
    var events: [HTTP2Event] = []
    if let stream = http2.openStream() {
      let fields = GRPCRequest.headers(
        path: "/test.Echo/Stream", authority: "a", scheme: "http")
      http2.sendHeaders(stream: stream, fields, endStream: false)
      http2.sendMessage(stream: stream, "a message", endStream: true)
    }
    let frames = http2.takeOutput(into: &events)?.array ?? []
    #expect(frames.count > 100)
    for round in 0..<200 {
      var bytes = round % 2 == 0 ? http1 : frames
      for _ in 0...generator.below(4) {
        let place = generator.below(bytes.count)
        switch generator.below(3) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
        }
      }
      let client = try RawClient(to: server.address, loop: server.loop)
      client.connection?.write(Bytes(bytes))
      client.connection?.close()
      #expect(server.loop.run(atMost: .seconds(10)) { client.hasEnded }, "round \(round)")
    }
    #expect(server.loop.run(atMost: .seconds(10)) { server.server.connectionCount == 0 })
    let run = try curl(server, ["--http1.1", server.url + "/hello"])
    #expect(run.output == "hello\n")
  }

  @Test func `a connection that says nothing is closed after the head's time`() throws {
    var limits = HTTPServerLimits()
    limits.headTimeout = .milliseconds(500)
    let server = try EchoServer(loop: EventLoop(), limits: limits)
    let silent = try RawClient(to: server.address, loop: server.loop)
    let slow = try RawClient(to: server.address, loop: server.loop)
    slow.connection?.write("GET /hel")
    #expect(server.loop.run(atMost: .seconds(5)) { silent.hasEnded && slow.hasEnded })
    #expect(slow.received.text.hasPrefix("HTTP/1.1 408 "))
  }

  @Test func `connections above the bound are turned away`() throws {
    var limits = HTTPServerLimits()
    limits.connectionsMax = 2
    let server = try EchoServer(loop: EventLoop(), limits: limits)
    let first = try RawClient(to: server.address, loop: server.loop)
    let second = try RawClient(to: server.address, loop: server.loop)
    #expect(server.loop.run(atMost: .seconds(5)) { server.server.connectionCount == 2 })
    let third = try RawClient(to: server.address, loop: server.loop)
    #expect(server.loop.run(atMost: .seconds(5)) { third.hasEnded })
    #expect(!first.hasEnded && !second.hasEnded)
    #expect(server.server.figures.connectionsRefused == 1)
    first.connection?.abort()
    second.connection?.abort()
  }
}

/// Sends any bytes and keeps what comes back.
final class RawClient: TCPConnectionDelegate {
  private(set) var connection: TCPConnection?
  private var buffer = ByteBuffer()
  private(set) var hasEnded = false

  init(to address: SocketAddress, loop: EventLoop) throws {
    connection = try TCPConnection(
      to: address, timeout: .seconds(5), loop: loop, delegate: self)
  }

  var received: Bytes { buffer.bytes }
  func take() -> Bytes { buffer.take() }

  func connected(_ connection: TCPConnection) {}
  func received(_ bytes: Bytes, on connection: TCPConnection) { buffer.write(bytes) }
  func peerClosed(_ connection: TCPConnection) { connection.close() }
  func congestionChanged(_ connection: TCPConnection) {}
  func closed(_ connection: TCPConnection, because reason: TCPCloseReason) {
    hasEnded = true
    self.connection = nil
  }
}
