import Base
import EventLoop
import HTTP
import Linux

/// One connection of the generator: calls of several clients on one HTTP/2 connection.
final class LoadConnection: TCPConnectionDelegate {
  private let generator: LoadGenerator
  private var http2 = HTTP2Connection(role: .client)
  private var tcp: TCPConnection?
  private var events: [HTTP2Event] = []
  private var calls: [UInt32: Call] = [:]
  private let putHead: Bytes
  private let rangeHead: Bytes
  private(set) var isConnected = false

  private struct Call {
    let client: Int
    var reader = GRPCMessageReader(messageBytesMax: 1 << 24)
    var message: Bytes?
  }

  init(to endpoint: SocketAddress, generator: LoadGenerator) throws {
    self.generator = generator
    func head(_ path: Bytes) -> Bytes {
      HPACKEncoder.encode(
        GRPCRequest.headers(
          path: path, authority: Bytes(endpoint.description), scheme: "http"))
    }
    putHead = head("/etcdserverpb.KV/Put")
    rangeHead = head("/etcdserverpb.KV/Range")
    tcp = try TCPConnection(
      to: endpoint, timeout: .seconds(5), loop: generator.loop, delegate: self)
  }

  /// Puts a call in the output; `flush` sends it.
  func call(_ client: Int, isPut: Bool, _ message: Bytes) {
    guard let stream = http2.openStream() else {
      return generator.lost("the server takes no more streams on one connection")
    }
    calls[stream] = Call(client: client)
    http2.sendHeaders(stream: stream, encoded: isPut ? putHead : rangeHead, endStream: false)
    http2.sendMessage(stream: stream, message, endStream: true)
  }

  func flush() {
    while let output = http2.takeOutput(into: &events) { tcp?.write(output) }
  }

  func close() {
    tcp?.abort()
    tcp = nil
  }

  func connected(_ connection: TCPConnection) {
    isConnected = true
    flush()
  }

  func received(_ bytes: Bytes, on connection: TCPConnection) {
    http2.replenish()
    http2.receive(bytes, into: &events)
    let now = Machine.now()
    for event in events { handle(event, now) }
    events.removeAll(keepingCapacity: true)
    flush()
  }

  private func handle(_ event: HTTP2Event, _ now: Instant) {
    switch event {
    case .headers(let stream, let fields, let endStream):
      if endStream { end(stream, fields, now) }
    case .data(let stream, let bytes, _):
      guard var call = calls.removeValue(forKey: stream) else { return }
      var messages: [Bytes] = []
      do throws(GRPCStatus) {
        try call.reader.receive(bytes, into: &messages)
      } catch {
        generator.lost(error.message)
      }
      if let message = messages.first { call.message = message }
      calls[stream] = call
    case .trailers(let stream, let fields):
      end(stream, fields, now)
    case .reset(let stream, let code):
      guard let call = calls.removeValue(forKey: stream) else { return }
      generator.failed(call.client, "stream reset, code \(code.rawValue)", now)
    case .goAway(_, let code, _):
      generator.lost("GOAWAY, code \(code.rawValue)")
    case .failed(let error):
      generator.lost("\(error)")
    case .writable, .pong:
      break
    }
  }

  private func end(_ stream: UInt32, _ fields: HeaderFields, _ now: Instant) {
    guard let call = calls.removeValue(forKey: stream) else { return }
    let status = GRPCStatus(trailers: fields, httpStatus: nil)
    guard status.code == 0, let message = call.message else {
      return generator.failed(call.client, "\(status.code) \(status.message)", now)
    }
    generator.completed(call.client, message, now)
  }

  func peerClosed(_ connection: TCPConnection) {
    generator.lost("closed by the server")
  }

  func congestionChanged(_ connection: TCPConnection) {}

  func closed(_ connection: TCPConnection, because reason: TCPCloseReason) {
    if tcp != nil { generator.lost("\(reason)") }
    tcp = nil
  }
}
