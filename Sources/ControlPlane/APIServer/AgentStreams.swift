import API
import Base
import Crypto
import EventLoop
import HTTP
import Linux
import Transport

/// Requests that agents answer: opens a connection to the agent's own port for each, and lets its
/// bytes flow to the client, no faster than the client takes them.
///
/// On the loop's thread only.
final class AgentStreams {
  private let desk: RequestDesk
  private let settings: ChannelSettings?
  private let loop: EventLoop
  private let logger: Logger
  private var streams: [RequestID: Place] = [:]

  private struct Place {
    let stream: HTTPStream
    let request: AgentRequest
    var hasHead = false
    /// What the agent refuses with, and its words so far.
    var refusal: (status: StatusCode, words: ByteBuffer)?
  }

  private enum Bounds {
    /// A follower's head comes at once; an agent that is only slow has this long.
    static let headTimeout = Duration.seconds(30)
    /// Of the words of a refusal.
    static let refusalBytes = 50_000
  }

  init(
    desk: RequestDesk, tls: TLSContext?, workers: WorkerPool, loop: EventLoop, logger: Logger
  ) {
    self.desk = desk
    settings = tls.map { ChannelSettings(tls: $0, workers: workers) }
    self.loop = loop
    self.logger = logger
  }

  /// Asks the agent on behalf of a client, who hears of it from here only.
  func open(_ id: RequestID, _ request: AgentRequest) {
    guard let settings else {
      return desk.respond(
        id, APIStatus.internalError("this API server has no certificate for agents").response)
    }
    guard let host = IPAddress(request.address), let port = UInt16(exactly: request.port) else {
      return desk.respond(
        id,
        APIStatus.internalError("no address of node \"\(request.node)\" to reach its agent")
          .response)
    }
    let target = HTTPStream.Target(
      address: SocketAddress(host, port: port), serverName: request.node,
      path: Bytes(request.target))
    let stream = HTTPStream(
      Bytes(request.method), target, settings: settings, loop: loop,
      headTimeout: Bounds.headTimeout
    ) { [weak self] event in
      self?.received(event, for: id)
    }
    streams[id] = Place(stream: stream, request: request)
  }

  /// True where the event was about one of these.
  func take(_ event: APICore.Event) -> Bool {
    switch event {
    case .closed(let id):
      guard let place = streams.removeValue(forKey: id) else { return false }
      place.stream.cancel()
      return true
    case .congested(let id):
      guard let place = streams[id] else { return false }
      place.stream.pause()
      return true
    case .writable(let id):
      guard let place = streams[id] else { return false }
      place.stream.resume()
      return true
    case .start, .request, .store, .answered, .tick, .stop: return false
    }
  }

  /// Ends them all: what a client follows it can ask another API server for.
  func stop() {
    for id in streams.keys.sorted() {
      guard let place = streams.removeValue(forKey: id) else { continue }
      place.stream.cancel()
      if place.hasHead {
        desk.body(id, Bytes(), isLast: true)
      } else {
        desk.respond(
          id, APIStatus(503, "ServiceUnavailable", "the API server is shutting down").response)
      }
    }
  }

  // MARK: - What agents answer

  private func received(_ event: HTTPStreamEvent, for id: RequestID) {
    switch event {
    case .head(let status, let fields):
      guard (200...206).contains(status.rawValue) else {
        streams[id]?.refusal = (status, ByteBuffer())
        return
      }
      streams[id]?.hasHead = true
      var own: HeaderFields = ["cache-control": "no-cache, private"]
      if let type = fields["content-type"] { own.append("content-type", type) }
      desk.head(id, status, own)
    case .body(let bytes):
      guard let refusal = streams[id]?.refusal else {
        return desk.body(id, bytes, isLast: false)
      }
      let room = max(0, Bounds.refusalBytes - refusal.words.count)
      streams[id]?.refusal?.words.write(bytes.prefix(min(room, bytes.count)))
    case .end:
      guard let place = streams.removeValue(forKey: id) else { return }
      if var refusal = place.refusal {
        desk.respond(id, Self.status(refusal.status, refusal.words.take().text).response)
      } else {
        desk.body(id, Bytes(), isLast: true)
      }
    case .failed(let error):
      guard let place = streams.removeValue(forKey: id) else { return }
      failed(error, place, id)
    }
  }

  /// As kube-apiserver passes on what a kubelet refuses (registry GenericHttpResponseChecker).
  private static func status(_ code: StatusCode, _ words: String) -> APIStatus {
    switch code {
    case .badRequest: .badRequest(words)
    case .internalServerError: .internalError(words)
    case .notFound:
      APIStatus(
        404, "NotFound", "the server could not find the requested resource: \(words)",
        APIStatus.Details())
    default:
      APIStatus(
        Int(code.rawValue), "", "the agent answered \(code.rawValue): \(words)",
        APIStatus.Details())
    }
  }

  /// As kube-apiserver tells what its transport said: `Get "https://...": dial tcp ...`.
  private func failed(_ error: HTTPClientError, _ place: Place, _ id: RequestID) {
    let request = place.request
    logger.warn(
      "the agent did not answer",
      ["node": request.node, "target": request.target, "reason": error.description])
    guard !place.hasHead else { return desk.abort(id) }
    let method = request.method.prefix(1) + request.method.dropFirst().lowercased()
    let host =
      request.address.contains(":") ? "[\(request.address)]" : request.address
    let url = "https://\(host):\(request.port)\(request.target)"
    desk.respond(id, APIStatus(500, "", "\(method) \"\(url)\": \(Self.text(error))").response)
  }

  /// In Go's words, which those who operate clusters know.
  private static func text(_ error: HTTPClientError) -> String {
    switch error {
    case .unreachable(.closed(let address, let reason)):
      "dial tcp \(address): connect: \(reason)"
    case .timedOut: "net/http: timeout awaiting response headers"
    case .unreachable, .unsupportedScheme, .broken, .cutShort, .bodyTooLarge: error.description
    }
  }
}
