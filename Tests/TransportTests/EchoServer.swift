import Base
import Crypto
import EventLoop
import HTTP
import Linux
import Transport

/// A server on loopback that answers with what it was asked.
final class EchoServer: HTTPServerDelegate {
  let loop: EventLoop
  private(set) lazy var server = HTTPServer(
    loop: loop, delegate: self, logger: Logger("echo", minimum: .error), limits: limits)
  private let limits: HTTPServerLimits
  private(set) var address = SocketAddress(.loopbackV4, port: 0)
  private(set) var closedCalls: [UInt32] = []
  private(set) var writableCalls: [UInt32] = []
  private(set) var halfClosedCalls: [UInt32] = []
  private(set) var receivedBytes = 0
  private(set) var lastPeer: HTTPPeer?
  private var flows: [HTTPStreamID: Int] = [:]
  private(set) var pendingBytesMax = 0
  private(set) var openCalls: [HTTPStreamID] = []

  enum Tag {
    static let unary: UInt32 = 1
    static let stream: UInt32 = 2
    static let never: UInt32 = 3
    static let flood: UInt32 = 4
    static let sink: UInt32 = 5
  }

  init(
    loop: EventLoop, settings: ChannelSettings = ChannelSettings(),
    limits: HTTPServerLimits = HTTPServerLimits()
  ) throws {
    self.loop = loop
    self.limits = limits
    address = try server.listen(on: address, settings: settings)
  }

  var endpoint: Endpoint { Endpoint(host: "localhost", port: address.port) }
  var url: String { "http://127.0.0.1:\(address.port)" }
  var secureURL: String { "https://localhost:\(address.port)" }

  func callOpened(
    _ call: GRPCRequest, on stream: HTTPStreamID, from peer: HTTPPeer
  ) -> CallAdmission {
    lastPeer = peer
    openCalls.append(stream)
    switch call.path {
    case "/test.Echo/Unary": return .accept(tag: Tag.unary)
    case "/test.Echo/Stream": return .accept(tag: Tag.stream)
    case "/test.Echo/Never": return .accept(tag: Tag.never)
    case "/test.Echo/Flood": return .accept(tag: Tag.flood)
    case "/test.Echo/Sink":
      server.withholdCredit(on: stream)
      return .accept(tag: Tag.sink)
    default: return .refuse(GRPCStatus(.unimplemented, "unknown method: 100 % new"))
    }
  }

  func callReceived(_ message: Bytes, on stream: HTTPStreamID, tag: UInt32) {
    receivedBytes += message.count
    switch tag {
    case Tag.unary: server.sendAnswer(message, on: stream)
    case Tag.stream: server.sendMessage(message, on: stream)
    case Tag.flood:
      // As much as it takes to be congested, and a bit.
      let block = Bytes(Array(repeating: 7, count: 60_000))
      var count = 0
      while !server.isCongested(stream) && count < 10_000 {
        server.sendMessage(block, on: stream)
        count += 1
      }
    default: break
    }
  }

  func callHalfClosed(on stream: HTTPStreamID, tag: UInt32) {
    halfClosedCalls.append(tag)
    if tag == Tag.stream { server.sendStatus(.ok, on: stream) }
  }

  func callClosed(on stream: HTTPStreamID, tag: UInt32) { closedCalls.append(tag) }

  func callWritable(on stream: HTTPStreamID, tag: UInt32) {
    writableCalls.append(tag)
    if tag == Tag.flood { server.sendStatus(.ok, on: stream) }
  }

  func received(_ request: HTTPRequest, on stream: HTTPStreamID) {
    lastPeer = request.peer
    switch request.path {
    case "/hello":
      server.respond(.ok, ["content-type": "text/plain"], body: "hello\n", on: stream)
    case "/echo": server.respond(.ok, body: request.body, on: stream)
    case "/query": server.respond(.ok, body: request.query, on: stream)
    case "/large":
      let body = Bytes(Array(repeating: UInt8(ascii: "x"), count: 3_000_000))
      server.respond(.ok, body: body, on: stream)
    case "/parts":
      server.sendHead(.ok, ["content-type": "text/plain"], on: stream)
      server.sendBody("one ", isLast: false, on: stream)
      server.sendBody("two ", isLast: false, on: stream)
      server.sendBody("three\n", isLast: true, on: stream)
    case "/flow":
      server.sendHead(.ok, HeaderFields(), on: stream)
      flows[stream] = 20_000_000
      flow(stream)
    case "/who":
      let identity = request.peer.identity
      let text = "\(identity?.commonName ?? "-") \(identity?.organizations ?? [])\n"
      server.respond(.ok, body: Bytes(text), on: stream)
    default: server.respond(.notFound, body: "no such page\n", on: stream)
    }
  }

  func requestClosed(on stream: HTTPStreamID) { flows[stream] = nil }
  func requestWritable(on stream: HTTPStreamID) { flow(stream) }

  /// Sends on while the client takes it.
  private func flow(_ stream: HTTPStreamID) {
    let part = Bytes(Array(repeating: UInt8(ascii: "f"), count: 50_000))
    while let left = flows[stream], !server.isCongested(stream) {
      flows[stream] = left > part.count ? left - part.count : nil
      server.sendBody(part, isLast: left <= part.count, on: stream)
      pendingBytesMax = max(pendingBytesMax, server.pendingBytes(stream))
    }
  }
}
