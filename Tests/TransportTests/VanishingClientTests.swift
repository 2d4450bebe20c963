import Base
import EventLoop
import HTTP
import Linux
import Testing
import Transport

@Suite struct `Clients that vanish` {
  /// Whatever the order of answers, aborts and ends: no trap, nothing left behind, and each call is
  /// told to be closed at most once.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a server answers late, early and in vain`(_ seed: UInt64) throws {
    let loop = try EventLoop()
    let server = try FickleServer(loop: loop, seed: seed)
    var generator = PRNG(seed: seed &+ 100)
    var raws: [RawClient] = []
    var clients: [GRPCClient] = []
    var ended = 0
    var begun = 0
    for round in 0..<120 {
      if round % 3 == 0 {
        let raw = try RawClient(to: server.address, loop: loop)
        let request = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
        raw.connection?.write(Bytes(String(repeating: request, count: 1 + generator.below(5))))
        raws.append(raw)
      } else {
        let client = GRPCClient(
          Endpoint(host: "127.0.0.1", port: server.address.port), loop: loop,
          settings: GRPCClientSettings())
        clients.append(client)
        for _ in 0..<generator.below(10) {
          begun += 1
          let timeout = Duration.milliseconds(1 + generator.below(60))
          let call = client.start("/a/b", timeout: timeout) { event in
            if case .ended = event { ended += 1 }
          }
          call.send("message")
          if generator.chance(Ratio(1, in: 2)) { call.halfClose() }
          let delay = Duration.milliseconds(generator.below(30))
          if generator.chance(Ratio(1, in: 4)) { loop.schedule(after: delay) { call.cancel() } }
        }
      }
      for _ in 0..<generator.below(3) {
        if let raw = raws.randomElement(using: &generator) { raw.connection?.abort() }
        if let client = clients.randomElement(using: &generator), generator.chance(Ratio(1, in: 3))
        {
          client.close()
        }
      }
      _ = loop.run(atMost: .milliseconds(2)) { false }
    }
    for raw in raws { raw.connection?.abort() }
    let callsEnded = loop.run(atMost: .seconds(10)) { ended == begun }
    #expect(callsEnded, "\(ended) of \(begun) calls ended")
    for client in clients { client.close() }
    let isQuiet = loop.run(atMost: .seconds(10)) { server.server.connectionCount == 0 }
    #expect(isQuiet, "\(server.server.connectionCount) connections are left")
    #expect(server.isConsistent)
    #expect(server.opened > 100)
    server.server.close()
  }
}

/// Answers at random moments, in random ways, also what is gone already.
private final class FickleServer: HTTPServerDelegate {
  private let loop: EventLoop
  private var generator: PRNG
  private(set) lazy var server = HTTPServer(
    loop: loop, delegate: self, logger: Logger("fickle", minimum: .error))
  private(set) var address = SocketAddress(.loopbackV4, port: 0)
  private(set) var isConsistent = true
  private(set) var opened = 0
  private var open: Set<HTTPStreamID> = []

  init(loop: EventLoop, seed: UInt64) throws {
    self.loop = loop
    generator = PRNG(seed: seed)
    address = try server.listen(on: address, settings: ChannelSettings())
  }

  func callOpened(
    _ call: GRPCRequest, on stream: HTTPStreamID, from peer: HTTPPeer
  ) -> CallAdmission {
    if generator.chance(Ratio(1, in: 10)) { return .refuse(GRPCStatus(.unavailable, "not now")) }
    opened += 1
    if !open.insert(stream).inserted { isConsistent = false }
    return .accept(tag: 1)
  }

  func callReceived(_ message: Bytes, on stream: HTTPStreamID, tag: UInt32) { answer(stream) }
  func callHalfClosed(on stream: HTTPStreamID, tag: UInt32) { answer(stream) }

  func callClosed(on stream: HTTPStreamID, tag: UInt32) {
    if open.remove(stream) == nil { isConsistent = false }
    // In vain.
    if generator.chance(Ratio(1, in: 2)) { server.sendAnswer("late", on: stream) }
  }

  func callWritable(on stream: HTTPStreamID, tag: UInt32) {}

  func received(_ request: HTTPRequest, on stream: HTTPStreamID) {
    later { [self] in
      switch generator.below(4) {
      case 0: server.reset(stream, .cancel)
      case 1:
        server.sendHead(.ok, HeaderFields(), on: stream)
        later { [self] in
          server.sendBody("part", isLast: false, on: stream)
          server.sendBody("end", isLast: true, on: stream)
        }
      default: server.respond(.ok, body: "answer", on: stream)
      }
    }
  }

  func requestClosed(on stream: HTTPStreamID) {}

  private func answer(_ stream: HTTPStreamID) {
    later { [self] in
      switch generator.below(5) {
      case 0: server.sendMessage("part", on: stream)
      case 1:
        // A call that was reset by us is not told to be closed.
        open.remove(stream)
        server.reset(stream, .internalError)
      case 2:
        open.remove(stream)
        server.sendStatus(GRPCStatus(.aborted, "no"), on: stream)
      default:
        open.remove(stream)
        server.sendAnswer("answer", on: stream)
      }
    }
  }

  private func later(_ body: @escaping () -> Void) {
    switch generator.below(3) {
    case 0: body()
    case 1: loop.submitLocally(body)
    default: loop.schedule(after: .milliseconds(generator.below(20)), body)
    }
  }
}
