import API
import Base
import Crypto
import EventLoop
import HTTP
import Linux
import Transport

/// The sockets of an API server: numbers its requests, hands them on, and carries answers back.
///
/// On the loop's thread only.
final class RequestDesk {
  /// A body of more bytes is answered with 413 (kube-apiserver's limit of a request).
  static let bodyBytesMax = 3 << 20
  private static let get: Bytes = "GET"
  /// A body of more is not even read to its end.
  private static let readBytesMax = 8 << 20

  private let metrics: RequestMetrics
  private let deliver: (APICore.Event) -> Void
  private var server: HTTPServer?
  private var requests: [RequestID: Request] = [:]

  /// One request without its whole answer.
  private struct Request {
    let stream: HTTPStreamID
    let method: String
    let info: RequestInfo?
    let arrived: Instant
    var status = StatusCode.ok
    /// Its answer comes in parts.
    var isStreaming = false
    /// The core or the agent's stream has been told to hold back.
    var isCongested = false

    var facts: RequestMetrics.Facts {
      RequestMetrics.Facts(
        method: method, info: info, status: status, arrived: arrived, isStreaming: isStreaming)
    }
  }

  /// `deliver` gets `request`, `closed`, `congested` and `writable`, in order.
  init(
    loop: EventLoop, logger: Logger, metrics: RequestMetrics,
    deliver: @escaping (APICore.Event) -> Void
  ) {
    self.metrics = metrics
    self.deliver = deliver
    var limits = HTTPServerLimits()
    limits.bodyBytesMax = Self.readBytesMax
    // Connections of clients whose host is gone end by themselves, as under kube-apiserver.
    limits.keepAliveInterval = .seconds(30)
    server = HTTPServer(loop: loop, delegate: self, logger: logger, limits: limits)
  }

  func listen(
    on address: SocketAddress, _ settings: ChannelSettings
  ) throws(Errno) -> SocketAddress {
    guard let server else { preconditionFailure("the desk is closed") }
    return try server.listen(on: address, settings: settings)
  }

  /// No further connections; each ends behind its last answer.
  func drain() { server?.drain() }

  func close() { server?.close() }

  var connectionCount: Int { server?.connectionCount ?? 0 }

  // MARK: - Answers

  func respond(_ id: RequestID, _ response: APIResponse) {
    guard var request = end(id) else { return }
    request.status = response.status
    metrics.answered(request.facts)
    server?.respond(response.status, response.fields, body: response.body, on: request.stream)
  }

  func head(_ id: RequestID, _ status: StatusCode, _ fields: HeaderFields) {
    guard let stream = requests[id]?.stream else { return }
    requests[id]?.status = status
    requests[id]?.isStreaming = true
    if let facts = requests[id]?.facts { metrics.streaming(facts) }
    server?.sendHead(status, fields, on: stream)
  }

  func body(_ id: RequestID, _ bytes: Bytes, isLast: Bool) {
    guard let request = requests[id] else { return }
    if isLast {
      _ = end(id)
      metrics.answered(request.facts)
    }
    server?.sendBody(bytes, isLast: isLast, on: request.stream)
    guard !isLast, !request.isCongested, server?.isCongested(request.stream) == true else { return }
    requests[id]?.isCongested = true
    deliver(.congested(id))
  }

  /// Ends an answer that cannot be completed, so that the client sees that it is cut short.
  func abort(_ id: RequestID) {
    guard let request = end(id) else { return }
    metrics.answered(request.facts)
    server?.reset(request.stream, .internalError)
  }

  private func end(_ id: RequestID) -> Request? {
    requests.removeValue(forKey: id)
  }
}

extension RequestID {
  /// Of one server's life: connections count up, and a stream's number comes again only behind its
  /// end.
  fileprivate init(_ stream: HTTPStreamID) {
    precondition(stream.connection <= UInt64(UInt32.max), "2^32 connections in one life")
    self.init(stream.connection << 32 | UInt64(stream.stream))
  }
}

extension RequestDesk: HTTPServerDelegate {
  func received(_ request: HTTPRequest, on stream: HTTPStreamID) {
    let id = RequestID(stream)
    let method = request.method == Self.get ? "GET" : request.method.text
    var asked = APIRequest(
      method: method, target: request.target.text, fields: request.fields, body: request.body)
    requests[id] = Request(
      stream: stream, method: method, info: asked.info, arrived: Machine.now())
    metrics.arrived(method)
    guard request.body.count <= Self.bodyBytesMax else {
      let message = "Request entity too large: limit is \(Self.bodyBytesMax)"
      return respond(id, APIStatus(413, "RequestEntityTooLarge", message).response)
    }
    asked.certificate = request.peer.identity.map {
      ClientCertificate(commonName: $0.commonName, organizations: $0.organizations)
    }
    asked.address = request.peer.host
    deliver(.request(id, asked))
  }

  func requestClosed(on stream: HTTPStreamID) {
    let id = RequestID(stream)
    guard let request = end(id) else { return }
    metrics.answered(request.facts)
    deliver(.closed(id))
  }

  func requestWritable(on stream: HTTPStreamID) {
    let id = RequestID(stream)
    guard requests[id]?.isCongested == true else { return }
    requests[id]?.isCongested = false
    deliver(.writable(id))
  }

  // MARK: - No calls

  func callOpened(
    _ call: GRPCRequest, on stream: HTTPStreamID, from peer: HTTPPeer
  ) -> CallAdmission {
    .refuse(GRPCStatus(.unimplemented, "this port serves the Kubernetes API"))
  }

  func callReceived(_ message: Bytes, on stream: HTTPStreamID, tag: UInt32) {}
  func callHalfClosed(on stream: HTTPStreamID, tag: UInt32) {}
  func callClosed(on stream: HTTPStreamID, tag: UInt32) {}
  func callWritable(on stream: HTTPStreamID, tag: UInt32) {}
}
