import Base
import EventLoop
import HTTP
import Linux
import Testing
import Transport

@Suite struct `gRPC over loopback` {
  private func client(
    of server: EchoServer, _ settings: GRPCClientSettings = GRPCClientSettings()
  ) -> GRPCClient {
    GRPCClient(server.endpoint, loop: server.loop, settings: settings)
  }

  private func wait(_ server: EchoServer, _ isDone: () -> Bool) {
    let isInTime = server.loop.run(atMost: .seconds(20), until: isDone)
    #expect(isInTime, "still waiting")
  }

  @Test func `a unary call is answered`() throws {
    let server = try EchoServer(loop: EventLoop())
    let client = client(of: server)
    var outcome: Result<Bytes, GRPCCallError>?
    client.unary("/test.Echo/Unary", "ping", timeout: .seconds(10)) { outcome = $0 }
    wait(server) { outcome != nil }
    #expect(outcome == .success("ping"))
  }

  @Test func `a thousand calls in flight share one connection`() throws {
    let server = try EchoServer(loop: EventLoop())
    let client = client(of: server)
    var answers: [Int: Bytes] = [:]
    for number in 0..<1000 {
      let request = Bytes("request \(number)")
      client.unary("/test.Echo/Unary", request, timeout: .seconds(20)) { outcome in
        guard case .success(let answer) = outcome else { return }
        answers[number] = answer
      }
    }
    wait(server) { answers.count == 1000 }
    for number in 0..<1000 { #expect(answers[number] == Bytes("request \(number)")) }
    #expect(server.server.figures.connectionsAccepted == 1)
  }

  @Test func `a message of many megabytes passes both ways`() throws {
    var limits = HTTPServerLimits()
    limits.messageBytesMax = 32 << 20
    let server = try EchoServer(loop: EventLoop(), limits: limits)
    let client = client(of: server)
    var generator = PRNG(seed: 7)
    let request = Bytes((0..<20_000_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
    var outcome: Result<Bytes, GRPCCallError>?
    client.unary("/test.Echo/Unary", request, timeout: .seconds(20)) { outcome = $0 }
    wait(server) { outcome != nil }
    #expect(outcome == .success(request))
  }

  @Test func `a message above the bound is refused with resource exhausted`() throws {
    var limits = HTTPServerLimits()
    limits.messageBytesMax = 1000
    let server = try EchoServer(loop: EventLoop(), limits: limits)
    let client = client(of: server)
    var outcome: Result<Bytes, GRPCCallError>?
    let request = Bytes(Array(repeating: 1, count: 1001))
    client.unary("/test.Echo/Unary", request, timeout: .seconds(10)) { outcome = $0 }
    wait(server) { outcome != nil }
    guard case .failure(.status(let status)) = outcome else {
      Issue.record("no status: \(String(describing: outcome))")
      return
    }
    #expect(status.code == GRPCStatusCode.resourceExhausted.rawValue)
  }

  @Test func `parts of messages on many streams are bounded together`() throws {
    var limits = HTTPServerLimits()
    limits.heldBytesMax = 1_000_000
    let server = try EchoServer(loop: EventLoop(), limits: limits)
    var http2 = HTTP2Connection(role: .client)
    let client = try RawClient(to: server.address, loop: server.loop)
    var events: [HTTP2Event] = []
    for _ in 0..<30 {
      guard let stream = http2.openStream() else { break }
      let path: Bytes = stream % 4 == 1 ? "/test.Echo/Unary" : "/echo"
      var fields = GRPCRequest.headers(path: path, authority: "a", scheme: "http")
      if path == "/echo" {
        fields = [":method": "POST", ":scheme": "http", ":path": path, ":authority": "a"]
      }
      http2.sendHeaders(stream: stream, fields, endStream: false)
      // A message of 100,000 bytes, as its prefix says, without the last one.
      var part = ByteBuffer()
      part.write(0)
      part.write(bigEndian: UInt32(100_000))
      part.write(Bytes(Array(repeating: 1, count: 99_999)))
      http2.sendData(stream: stream, part.take(), endStream: false)
    }
    var resets = 0
    let seesResets = server.loop.run(atMost: .seconds(10)) {
      http2.receive(client.take(), into: &events)
      while let output = http2.takeOutput(into: &events) { client.connection?.write(output) }
      for case .reset(_, let code) in events where code == .enhanceYourCalm { resets += 1 }
      events.removeAll()
      // Ten streams fit under the bound.
      return resets == 20
    }
    #expect(seesResets, "\(resets) resets")
    #expect(server.closedCalls.count >= 8)
    client.connection?.abort()
    wait(server) { server.server.connectionCount == 0 }
  }

  @Test func `messages of a stream come back in order, then the status`() throws {
    let server = try EchoServer(loop: EventLoop())
    let client = client(of: server)
    var received: [Bytes] = []
    var end: GRPCCallError??
    let call = client.start("/test.Echo/Stream", timeout: nil) { event in
      switch event {
      case .opened, .writable: break
      case .message(let message): received.append(message)
      case .ended(let error): end = .some(error)
      }
    }
    for number in 0..<100 { call.send(Bytes("message \(number)")) }
    wait(server) { received.count == 100 }
    #expect(end == nil)
    call.send("last")
    call.halfClose()
    wait(server) { end != nil }
    #expect(end == .some(nil))
    #expect(received == (0..<100).map { Bytes("message \($0)") } + ["last"])
  }

  @Test func `an unknown method ends with its status and text`() throws {
    let server = try EchoServer(loop: EventLoop())
    let client = client(of: server)
    var outcome: Result<Bytes, GRPCCallError>?
    client.unary("/test.Echo/Nothing", "x", timeout: .seconds(10)) { outcome = $0 }
    wait(server) { outcome != nil }
    let status = GRPCStatus(.unimplemented, "unknown method: 100 % new")
    #expect(outcome == .failure(.status(status)))
  }

  @Test func `a call without an answer ends at its deadline on both sides`() throws {
    let server = try EchoServer(loop: EventLoop())
    let client = client(of: server)
    var outcome: Result<Bytes, GRPCCallError>?
    client.unary("/test.Echo/Never", "x", timeout: .milliseconds(200)) { outcome = $0 }
    wait(server) { outcome != nil && !server.closedCalls.isEmpty }
    #expect(outcome == .failure(.deadlineExceeded(wasSent: true)))
    #expect(server.closedCalls == [EchoServer.Tag.never])
  }

  @Test func `a cancelled call is told to the server`() throws {
    let server = try EchoServer(loop: EventLoop())
    let client = client(of: server)
    var end: GRPCCallError??
    let call = client.start("/test.Echo/Stream", timeout: nil) { event in
      if case .ended(let error) = event { end = .some(error) }
    }
    call.send("hello")
    wait(server) { server.receivedBytes == 5 }
    call.cancel()
    #expect(end == .some(.cancelled))
    wait(server) { !server.closedCalls.isEmpty }
    #expect(server.closedCalls == [EchoServer.Tag.stream])
  }

  @Test func `a lost connection ends its calls and the next call makes another`() throws {
    let server = try EchoServer(loop: EventLoop())
    let client = client(of: server)
    var end: GRPCCallError??
    let call = client.start("/test.Echo/Stream", timeout: nil) { event in
      if case .ended(let error) = event { end = .some(error) }
    }
    call.send("hello")
    wait(server) { server.receivedBytes == 5 }
    server.server.close()
    wait(server) { end != nil }
    guard case .some(.some(.lost)) = end else {
      Issue.record("not lost: \(String(describing: end))")
      return
    }
    let second = try EchoServer(loop: server.loop)
    let other = GRPCClient(second.endpoint, loop: server.loop, settings: GRPCClientSettings())
    var outcome: Result<Bytes, GRPCCallError>?
    other.unary("/test.Echo/Unary", "again", timeout: .seconds(10)) { outcome = $0 }
    wait(server) { outcome != nil }
    #expect(outcome == .success("again"))
  }

  @Test func `nobody listening is unreachable, and nothing was sent`() throws {
    let loop = try EventLoop()
    let server = try EchoServer(loop: loop)
    let endpoint = server.endpoint
    server.server.close()
    let client = GRPCClient(endpoint, loop: loop, settings: GRPCClientSettings())
    var outcome: Result<Bytes, GRPCCallError>?
    client.unary("/test.Echo/Unary", "x", timeout: .seconds(10)) { outcome = $0 }
    #expect(loop.run(atMost: .seconds(10)) { outcome != nil })
    guard case .failure(.unreachable(.closed(_, .connection(let errno)))) = outcome else {
      Issue.record("reached: \(String(describing: outcome))")
      return
    }
    #expect(errno == .connectionRefused)
  }

  @Test func `draining lets a call end and sends new ones elsewhere`() throws {
    let server = try EchoServer(loop: EventLoop())
    let client = client(of: server)
    var received: [Bytes] = []
    var end: GRPCCallError??
    let call = client.start("/test.Echo/Stream", timeout: nil) { event in
      switch event {
      case .opened, .writable: break
      case .message(let message): received.append(message)
      case .ended(let error): end = .some(error)
      }
    }
    call.send("before")
    wait(server) { received.count == 1 }
    server.server.drain()
    wait(server) { !client.isConnected }
    call.send("after")
    call.halfClose()
    wait(server) { end != nil }
    #expect(end == .some(nil))
    #expect(received == ["before", "after"])
    wait(server) { server.server.connectionCount == 0 }
  }

  @Test func `a reader that pauses holds the server back`() throws {
    let server = try EchoServer(loop: EventLoop())
    var settings = GRPCClientSettings()
    settings.http2.streamWindow = 65_535
    let client = client(of: server, settings)
    var received = 0
    var end: GRPCCallError??
    var call: GRPCCall?
    call = client.start("/test.Echo/Flood", timeout: nil) { event in
      switch event {
      case .opened: call?.pauseReceiving()
      case .writable: break
      case .message(let message): received += message.count
      case .ended(let error): end = .some(error)
      }
    }
    call?.send("go")
    wait(server) { server.openCalls.first.map(server.server.isCongested) ?? false }
    // The client's window bounds what can come.
    let window = settings.http2.streamWindow
    #expect(!server.loop.run(atMost: .milliseconds(300)) { received > window })
    #expect(server.writableCalls.isEmpty)
    call?.resumeReceiving()
    wait(server) { end != nil }
    #expect(end == .some(nil))
    #expect(server.writableCalls == [EchoServer.Tag.flood])
    #expect(received % 60_000 == 0 && received > window)
  }

  @Test func `a server that withholds credit holds the client back`() throws {
    let server = try EchoServer(loop: EventLoop())
    let client = client(of: server)
    let call = client.start("/test.Echo/Sink", timeout: nil) { _ in }
    let block = Bytes(Array(repeating: 1, count: 100_000))
    for _ in 0..<40 { call.send(block) }
    wait(server) { call.isCongested && server.receivedBytes > 500_000 }
    #expect(!server.loop.run(atMost: .milliseconds(300)) { server.receivedBytes > 2 << 20 })
    server.server.releaseCredit(on: server.openCalls[0])
    wait(server) { server.receivedBytes == 4_000_000 }
    call.cancel()
  }

  @Test func `a silent server is given up after an unanswered ping`() throws {
    let loop = try EventLoop()
    var accepted: [SilentPeer] = []
    let listener = try TCPListener(on: SocketAddress(.loopbackV4, port: 0), loop: loop) {
      socket, peer in
      let silent = SilentPeer()
      do {
        silent.connection = try TCPConnection(socket, peer: peer, loop: loop, delegate: silent)
      } catch {
        Issue.record("accept: \(error)")
      }
      accepted.append(silent)
    }
    var settings = GRPCClientSettings()
    settings.keepAliveInterval = .milliseconds(200)
    settings.keepAliveTimeout = .milliseconds(200)
    let endpoint = Endpoint(host: "127.0.0.1", port: listener.address.port)
    let client = GRPCClient(endpoint, loop: loop, settings: settings)
    var outcome: Result<Bytes, GRPCCallError>?
    client.unary("/test.Echo/Unary", "x", timeout: .seconds(10)) { outcome = $0 }
    #expect(loop.run(atMost: .seconds(5)) { outcome != nil })
    #expect(outcome == .failure(.lost(.silent)))
    listener.close()
    for silent in accepted { silent.connection?.abort() }
  }

  @Test func `async calls run from tasks on any thread`() async throws {
    let answers = try await onLoopThread { loop in
      let server = try EchoServer(loop: loop)
      let client = AsyncGRPCClient(
        server.endpoint, loop: loop, settings: GRPCClientSettings())
      // The server lives as long as the loop's turns need it.
      return (LoopBound(server, on: loop), client)
    } body: { loop, parts in
      let (server, client) = parts
      var answers: [String] = []
      for number in 0..<20 {
        let answer = try await client.unary(
          "/test.Echo/Unary", Bytes("number \(number)"), timeout: .seconds(10))
        answers.append(answer.text)
      }
      let call = client.stream("/test.Echo/Stream")
      call.send("a")
      call.send("b")
      call.halfClose()
      while let message = try await call.next() { answers.append(message.text) }
      loop.submit { server.value.server.close() }
      return answers
    }
    #expect(answers == (0..<20).map { "number \($0)" } + ["a", "b"])
  }

  @Test func `a cancelled task cancels its call`() async throws {
    let closed = try await onLoopThread { loop in
      let server = try EchoServer(loop: loop)
      let client = AsyncGRPCClient(server.endpoint, loop: loop, settings: GRPCClientSettings())
      return (LoopBound(server, on: loop), client)
    } body: { loop, parts in
      let (server, client) = parts
      let task = Task {
        do {
          _ = try await client.unary("/test.Echo/Never", "x", timeout: nil)
          return "answered"
        } catch {
          return "\(error)"
        }
      }
      try await until(loop) { server.value.receivedBytes == 1 }
      task.cancel()
      let outcome = await task.value
      try await until(loop) { !server.value.closedCalls.isEmpty }
      return outcome
    }
    #expect(closed == "cancelled")
  }
}

/// Accepts and never says a word.
private final class SilentPeer: TCPConnectionDelegate {
  var connection: TCPConnection?

  func connected(_ connection: TCPConnection) {}
  func received(_ bytes: Bytes, on connection: TCPConnection) {}
  func peerClosed(_ connection: TCPConnection) { connection.abort() }
  func congestionChanged(_ connection: TCPConnection) {}
  func closed(_ connection: TCPConnection, because reason: TCPCloseReason) {}
}

private struct TimedOut: Error {}

/// Waits on a condition that is asked for on the loop.
private func until(
  _ loop: EventLoop, _ condition: @escaping @Sendable () -> Bool
) async throws {
  // Other tests hold the pool's threads for seconds at a time.
  let deadline = Machine.now() + .seconds(60)
  while Machine.now() < deadline {
    let isDone = await withCheckedContinuation { continuation in
      loop.submit { continuation.resume(returning: condition()) }
    }
    if isDone { return }
    await Task.yield()
  }
  throw TimedOut()
}

/// A loop on a thread of its own, set up there, for an async body that runs elsewhere.
private func onLoopThread<Parts: Sendable, Value: Sendable>(
  setUp: @escaping @Sendable (EventLoop) throws -> Parts,
  body: @escaping @Sendable (EventLoop, Parts) async throws -> Value
) async throws -> Value {
  let (loop, parts) = try await withCheckedThrowingContinuation {
    (continuation: CheckedContinuation<(EventLoop, Parts), any Error>) in
    do {
      try Thread.start(name: "test-loop") {
        do {
          let loop = try EventLoop()
          let parts = try setUp(loop)
          continuation.resume(returning: (loop, parts))
          loop.run()
        } catch {
          continuation.resume(throwing: error)
        }
      }
    } catch {
      continuation.resume(throwing: error)
    }
  }
  let value = try await body(loop, parts)
  loop.stop()
  return value
}
