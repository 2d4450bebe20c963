public import Base
public import Crypto
public import EventLoop
public import HTTP
public import Linux

/// A request's stream on one of the server's connections.
public struct HTTPStreamID: Hashable, Sendable {
  /// Unique while the process lives.
  public let connection: UInt64
  /// HTTP/2's stream identifier; over HTTP/1.1 the requests of a connection are 1, 3, 5, ...
  public let stream: UInt32

  public init(connection: UInt64, stream: UInt32) {
    self.connection = connection
    self.stream = stream
  }
}

/// Who sent a request.
public struct HTTPPeer: Hashable, Sendable {
  public let address: SocketAddress
  /// The address without the port, as logs spell it.
  public let host: String
  /// From the client's verified certificate.
  public let identity: CertificateIdentity?
  public let isSecure: Bool

  init(address: SocketAddress, identity: CertificateIdentity?, isSecure: Bool) {
    self.address = address
    host = address.host.description
    self.identity = identity
    self.isSecure = isSecure
  }
}

/// A whole request that is no gRPC call.
public struct HTTPRequest: Sendable {
  /// `GET`, ...
  public let method: Bytes
  /// `/path?query` as it came.
  public let target: Bytes
  /// The host that the client meant: `:authority`, or HTTP/1.1's `Host`.
  public let authority: Bytes
  /// Without pseudo-header fields.
  public let fields: HeaderFields
  public let body: Bytes
  public let peer: HTTPPeer

  /// The target before its query.
  public var path: Bytes {
    for offset in 0..<target.count where target[offset] == UInt8(ascii: "?") {
      return target.prefix(offset)
    }
    return target
  }

  /// What follows the `?`; empty without one.
  public var query: Bytes { target.dropFirst(path.count + 1) }
}

/// Whether a gRPC call is taken.
public enum CallAdmission: Sendable {
  /// `tag` comes back with everything that happens on the call.
  case accept(tag: UInt32)
  case refuse(GRPCStatus)
}

/// What a server tells its user, on the loop's thread.
public protocol HTTPServerDelegate: AnyObject {
  /// A gRPC call begins; its messages follow.
  func callOpened(
    _ call: GRPCRequest, on stream: HTTPStreamID, from peer: HTTPPeer
  ) -> CallAdmission
  /// A message of a call. `message` may share the storage of what was received with others: copy
  /// what is kept for long.
  func callReceived(_ message: Bytes, on stream: HTTPStreamID, tag: UInt32)
  /// The client sends no more on this call; its answers are still wanted.
  func callHalfClosed(on stream: HTTPStreamID, tag: UInt32)
  /// The call is over before its status was sent: reset, past its deadline, or its connection is
  /// gone. Nothing can be sent on it any more.
  func callClosed(on stream: HTTPStreamID, tag: UInt32)
  /// The unsent output of a congested call fell to its low mark.
  func callWritable(on stream: HTTPStreamID, tag: UInt32)
  /// A whole plain request; answer with `respond`, or with headers, data and an end.
  func received(_ request: HTTPRequest, on stream: HTTPStreamID)
  /// A plain request's stream is gone before its response was complete.
  func requestClosed(on stream: HTTPStreamID)
  /// The unsent output of a response that was congested fell to its low mark.
  func requestWritable(on stream: HTTPStreamID)
}

extension HTTPServerDelegate {
  /// Who sends only whole responses need not know.
  public func requestWritable(on stream: HTTPStreamID) {}
}

/// Bounds of a server. Times that nothing limits are left to `TCP` keep-alive and pings.
public struct HTTPServerLimits: Sendable {
  public var connectionsMax = 20_000
  /// From the connection's start to the first request's head, the TLS handshake included; also for
  /// each following head over HTTP/1.1 once it has begun.
  public var headTimeout = Duration.seconds(10)
  /// An HTTP/1.1 connection without a request is closed after this.
  public var idleTimeout = Duration.seconds(120)
  /// A silent HTTP/2 connection is pinged after this, as etcd's `--grpc-keepalive-interval`.
  public var keepAliveInterval = Duration.seconds(7200)
  /// How long a ping may stay without any sign of life: `--grpc-keepalive-timeout`.
  public var keepAliveTimeout = Duration.seconds(20)
  /// Body of a plain request.
  public var bodyBytesMax = 2 << 20
  /// A gRPC message; etcd: `--max-request-bytes` + 512 KiB.
  public var messageBytesMax = Limits.requestBytesMax + (512 << 10)
  /// Messages and bodies of one connection that are not whole yet, together.
  public var heldBytesMax = 64 << 20
  public var http2 = HTTP2Limits()
  public var http1 = HTTP1Limits()

  public init() {}
}

/// What a server has seen, for metrics.
public struct HTTPServerFigures: Hashable, Sendable {
  public var connectionsAccepted: UInt64 = 0
  public var connectionsRefused: UInt64 = 0
  public var handshakesFailed: UInt64 = 0
  /// Connections that ended because their bytes broke the protocol.
  public var protocolErrors: UInt64 = 0
  public var bytesReceived: UInt64 = 0
  public var bytesSent: UInt64 = 0
}

/// Serves HTTP/2, HTTP/1.1 and gRPC on one loop, over TCP and TLS.
///
/// TLS connections speak what ALPN chose; others what their first bytes say. Everything sent in a
/// turn leaves by one write per connection at the turn's end.
public final class HTTPServer {
  let loop: EventLoop
  let limits: HTTPServerLimits
  let logger: Logger
  weak var delegate: (any HTTPServerDelegate)?
  public internal(set) var figures = HTTPServerFigures()

  private var listeners: [TCPListener] = []
  private var connections: [UInt64: ServerConnection] = [:]
  private var nextConnection: UInt64
  private var sweeper: RepeatingTimer?
  private var deadlines = Heap<CallDeadline>()
  private var isClosing = false

  private struct CallDeadline: Comparable {
    let instant: Instant
    let stream: HTTPStreamID

    static func < (left: CallDeadline, right: CallDeadline) -> Bool {
      left.instant < right.instant
    }
  }

  private enum Bounds {
    /// How often deadlines, idle connections and abuse budgets are looked after.
    static let sweep = Duration.seconds(1)
  }

  /// The server does not hold its delegate. `firstConnection` keeps identifiers of several servers
  /// in one process apart.
  public init(
    loop: EventLoop, delegate: any HTTPServerDelegate, logger: Logger,
    limits: HTTPServerLimits = HTTPServerLimits(), firstConnection: UInt64 = 1
  ) {
    self.loop = loop
    self.delegate = delegate
    self.logger = logger
    self.limits = limits
    nextConnection = firstConnection
  }

  /// Listens at a further address and tells where, with the port that the kernel chose.
  @discardableResult
  public func listen(
    on address: SocketAddress, settings: ChannelSettings
  ) throws(Errno) -> SocketAddress {
    var settings = settings
    settings.handshakeTimeout = limits.headTimeout
    let listener = try TCPListener(on: address, loop: loop) { [self] socket, peer in
      accept(socket, peer, settings)
    }
    listeners.append(listener)
    // One timer for all connections: a timer each would cost more than it tells.
    if sweeper == nil {
      sweeper = loop.scheduleRepeating(every: Bounds.sweep) { [self] in sweep() }
    }
    return listener.address
  }

  public var connectionCount: Int { connections.count }

  /// Accepts no more and lets open streams end: GOAWAY, and a close behind each connection's last.
  public func drain() {
    for listener in listeners { listener.close() }
    listeners.removeAll()
    for (_, connection) in connections.sorted(by: { $0.key < $1.key }) { connection.drain() }
  }

  /// Closes everything; what is unsent of a connection goes out first.
  public func close() {
    isClosing = true
    for listener in listeners { listener.close() }
    listeners.removeAll()
    sweeper?.cancel()
    sweeper = nil
    for (_, connection) in connections.sorted(by: { $0.key < $1.key }) { connection.close() }
  }

  // MARK: - Connections

  private func accept(
    _ socket: consuming Socket, _ peer: SocketAddress, _ settings: ChannelSettings
  ) {
    guard connections.count < limits.connectionsMax, !isClosing else {
      // The socket ends here.
      figures.connectionsRefused += 1
      return
    }
    let number = nextConnection
    nextConnection += 1
    let connection = ServerConnection(number: number, server: self)
    do {
      try connection.begin(socket, peer, settings)
    } catch {
      figures.connectionsRefused += 1
      logger.warn("connection refused", ["peer": peer, "reason": "\(error)"])
      return
    }
    figures.connectionsAccepted += 1
    connections[number] = connection
  }

  func forget(_ number: UInt64) {
    connections[number] = nil
  }

  private func sweep() {
    while let first = deadlines.first, first.instant <= loop.now {
      _ = deadlines.popFirst()
      connections[first.stream.connection]?.expire(first.stream.stream)
    }
    for connection in connections.values { connection.sweep() }
  }

  func setDeadline(_ instant: Instant, _ stream: HTTPStreamID) {
    deadlines.insert(CallDeadline(instant: instant, stream: stream))
  }

  // MARK: - gRPC answers

  /// A unary call's whole answer: headers, the message, status OK.
  public func sendAnswer(_ message: Bytes, on stream: HTTPStreamID) {
    connections[stream.connection]?.sendAnswer(message, on: stream.stream)
  }

  /// A message of a stream; headers go before the first.
  public func sendMessage(_ message: Bytes, on stream: HTTPStreamID) {
    connections[stream.connection]?.sendMessage(message, on: stream.stream)
  }

  /// A stream's headers ahead of its first message: a client learns that the stream stands.
  public func sendCallHeaders(on stream: HTTPStreamID) {
    connections[stream.connection]?.sendCallHeaders(on: stream.stream)
  }

  /// Ends a call with its status.
  public func sendStatus(_ status: GRPCStatus, on stream: HTTPStreamID) {
    connections[stream.connection]?.sendStatus(status, on: stream.stream)
  }

  /// Whether the call's unsent output passed its high mark: `callWritable` follows. A call that is
  /// gone is never congested.
  public func isCongested(_ stream: HTTPStreamID) -> Bool {
    connections[stream.connection]?.isCongested(stream.stream) ?? false
  }

  /// Bytes of the call that wait to be sent.
  public func pendingBytes(_ stream: HTTPStreamID) -> Int {
    connections[stream.connection]?.pendingBytes(stream.stream) ?? 0
  }

  /// Keeps the client from sending more than one window on this call, until `releaseCredit`.
  public func withholdCredit(on stream: HTTPStreamID) {
    connections[stream.connection]?.withholdCredit(stream.stream)
  }

  public func releaseCredit(on stream: HTTPStreamID) {
    connections[stream.connection]?.releaseCredit(stream.stream)
  }

  /// Ends a call or a request without an answer.
  public func reset(_ stream: HTTPStreamID, _ code: HTTP2ErrorCode) {
    connections[stream.connection]?.reset(stream.stream, code)
  }

  // MARK: - Plain answers

  /// A whole response; `content-length` is added.
  public func respond(
    _ status: StatusCode, _ fields: HeaderFields = HeaderFields(), body: Bytes = Bytes(),
    on stream: HTTPStreamID
  ) {
    connections[stream.connection]?.respond(status, fields, body, on: stream.stream)
  }

  /// The head of a response whose body follows by `sendBody`.
  public func sendHead(_ status: StatusCode, _ fields: HeaderFields, on stream: HTTPStreamID) {
    connections[stream.connection]?.sendHead(status, fields, on: stream.stream)
  }

  public func sendBody(_ bytes: Bytes, isLast: Bool, on stream: HTTPStreamID) {
    connections[stream.connection]?.sendBody(bytes, isLast: isLast, on: stream.stream)
  }
}
