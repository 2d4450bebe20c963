import Base
import Benchmark
import Crypto
import EventLoop
import HTTP
import Linux
import Transport

/// One client's connection to the API server: HTTP/1.1 over TLS, one request after the other.
actor APIConnection: LoopActor {
  nonisolated let loop: EventLoop
  private let exchange: Exchange

  struct Answer: Sendable {
    let status: Int
    let body: Bytes
  }

  init(_ cluster: APICluster, loop: EventLoop) throws {
    self.loop = loop
    exchange = Exchange()
    exchange.channel = try Channel(
      to: cluster.address, serverName: "127.0.0.1", loop: loop,
      settings: ChannelSettings(tls: cluster.tls), delegate: exchange)
  }

  /// Sends a request and waits for the whole answer.
  func send(
    _ method: Bytes, _ target: String, _ type: Bytes = "application/json", body: Bytes = Bytes()
  ) async throws -> Answer {
    begin(method, target, type, body)
    return try await withCheckedThrowingContinuation { continuation in
      exchange.finish = { continuation.resume(with: $0) }
    }
  }

  /// Sends a request whose answer lasts, and hands on each of its lines until the connection
  /// closes.
  func watch(_ target: String, _ line: @escaping @Sendable (Bytes) -> Void) {
    exchange.line = line
    begin("GET", target, "application/json", Bytes())
  }

  func close() {
    exchange.channel?.abort()
    exchange.channel = nil
  }

  private func begin(_ method: Bytes, _ target: String, _ type: Bytes, _ body: Bytes) {
    var fields: HeaderFields = ["host": "127.0.0.1", "accept": "application/json"]
    if !body.isEmpty {
      fields.append("content-type", type)
      fields.append("content-length", Bytes(String(body.count)))
    }
    var buffer = ByteBuffer()
    HTTP1Writer.writeRequest(method: method, target: Bytes(target), fields, into: &buffer)
    buffer.write(body)
    exchange.channel?.write(&buffer)
  }
}

/// What comes back on a connection. On the loop's thread only.
private final class Exchange: ChannelDelegate {
  var channel: Channel?
  var finish: ((Result<APIConnection.Answer, any Error>) -> Void)?
  var line: ((Bytes) -> Void)?
  private var parser = HTTP1Parser(role: .client)
  private var status = 0
  private var body = ByteBuffer()

  func opened(_ channel: Channel) {}

  func received(_ bytes: Bytes, on channel: Channel) {
    var events: [HTTP1Event] = []
    parser.receive(bytes, into: &events)
    for event in events {
      switch event {
      case .response(let head): status = Int(head.status.rawValue)
      case .body(let bytes):
        body.write(bytes)
        if line != nil { splitLines() }
      case .end: end(.success(APIConnection.Answer(status: status, body: body.take())))
      case .failed(let error): end(.failure(error))
      case .request: preconditionFailure("a client's parser reads responses")
      }
    }
  }

  private func splitLines() {
    let all = body.take()
    var start = 0
    for offset in 0..<all.count where all[offset] == UInt8(ascii: "\n") {
      line?(all[start..<offset])
      start = offset + 1
    }
    body.write(all[start..<all.count])
  }

  private func end(_ outcome: Result<APIConnection.Answer, any Error>) {
    let waiting = finish
    finish = nil
    waiting?(outcome)
  }

  func peerClosed(_ channel: Channel) {
    end(.failure(BenchError.refused("the API server closed a connection")))
  }

  func congestionChanged(_ channel: Channel) {}

  func closed(_ channel: Channel, because reason: ChannelCloseReason) {
    end(.failure(BenchError.refused("a connection ended: \(reason)")))
  }
}
