public import Base
public import EventLoop
public import HTTP
internal import Linux

/// How a client behaves.
public struct GRPCClientSettings: Sendable {
  /// TLS, workers and the time allowed to connect.
  public var channel: ChannelSettings
  /// A connection with calls that is silent so long is pinged. etcd's servers take one per 5 s.
  public var keepAliveInterval = Duration.seconds(10)
  /// How long a ping may stay without any sign of life.
  public var keepAliveTimeout = Duration.seconds(5)
  /// Largest message taken from a server.
  public var messageBytesMax = Int(Int32.max)
  public var http2 = HTTP2Limits()

  public init(channel: ChannelSettings = ChannelSettings()) {
    self.channel = channel
    self.channel.connectTimeout = .seconds(2)
    // What we ask for may be large: a range of many megabytes.
    http2.streamWindow = 4 << 20
    http2.connectionWindow = 16 << 20
  }
}

/// Calls one gRPC server over one connection, which is made when first needed and again after a
/// loss.
///
/// Calls wait while it connects. When that fails, all that wait fail; nothing is retried here.
public final class GRPCClient {
  public let endpoint: Endpoint
  let loop: EventLoop
  let settings: GRPCClientSettings
  private var state = State.idle
  /// Calls without a stream: the connection is not up, or the server allows no more streams.
  private var waiting = Deque<GRPCCall>()

  private enum State {
    case idle
    case dialing(Dialer)
    case connected(GRPCClientConnection)
    case closed
  }

  public init(_ endpoint: Endpoint, loop: EventLoop, settings: GRPCClientSettings) {
    self.endpoint = endpoint
    self.loop = loop
    self.settings = settings
  }

  public var isConnected: Bool {
    if case .connected = state { return true }
    return false
  }

  /// Begins a call. `handler` runs on the loop and never within this call.
  ///
  /// - Parameters:
  ///   - path: `/package.Service/Method`.
  ///   - metadata: further header fields, names in lower case.
  ///   - timeout: from now, connecting included; the server is told what is left.
  ///   - handler: gets every event of the call.
  /// - Returns: the call, to send on.
  public func start(
    _ path: Bytes, metadata: HeaderFields = HeaderFields(), timeout: Duration?,
    handler: @escaping (GRPCCallEvent) -> Void
  ) -> GRPCCall {
    loop.preconditionOnLoop()
    let call = GRPCCall(
      path: path, metadata: metadata, timeout: timeout,
      messageBytesMax: settings.messageBytesMax, loop: loop, handler: handler)
    waiting.append(call)
    // The caller has the call, and may have sent on it, before anything happens.
    loop.atTurnEnd { [self] in serveWaiting() }
    return call
  }

  /// A call with one request and one answer. `completion` runs once, on the loop.
  @discardableResult
  public func unary(
    _ path: Bytes, _ request: Bytes, metadata: HeaderFields = HeaderFields(), timeout: Duration?,
    completion: @escaping (Result<Bytes, GRPCCallError>) -> Void
  ) -> GRPCCall {
    var answer: Bytes?
    let call = start(path, metadata: metadata, timeout: timeout) { event in
      switch event {
      case .opened, .writable: break
      case .message(let message): answer = message
      case .ended(let error):
        if let error {
          completion(.failure(error))
        } else if let answer {
          completion(.success(answer))
        } else {
          let status = GRPCStatus(.internalError, "status OK without an answer")
          completion(.failure(.status(status)))
        }
      }
    }
    call.send(request)
    call.halfClose()
    return call
  }

  /// Ends all calls and the connection; later calls fail.
  public func close() {
    loop.preconditionOnLoop()
    let last = state
    state = .closed
    failWaiting(.cancelled)
    switch last {
    case .idle, .closed: break
    case .dialing(let dialer): dialer.cancel()
    case .connected(let connection): connection.close()
    }
  }

  // MARK: - Connection

  private func serveWaiting() {
    guard !waiting.isEmpty else { return }
    switch state {
    case .closed: failWaiting(.cancelled)
    case .dialing: break
    case .idle: dial()
    case .connected(let connection):
      while let call = waiting.first {
        guard !call.isEnded else {
          _ = waiting.popFirst()
          continue
        }
        guard connection.begin(call) else { return }
        _ = waiting.popFirst()
      }
    }
  }

  private func dial() {
    let connection = GRPCClientConnection(client: self)
    let dialer = Dialer(endpoint, loop: loop, settings: settings.channel) {
      connection
    } completion: { [self] outcome in
      guard case .dialing = state else {
        if case .success(let channel) = outcome { channel.abort() }
        return
      }
      switch outcome {
      case .success(let channel):
        // Plain text has no ALPN; a server that is no HTTP/2 then shows by its bytes.
        if channel.isSecure && channel.negotiatedProtocol != "h2" {
          channel.close()
          return dialFailed(.noCommonProtocol(channel.peerAddress))
        }
        state = .connected(connection)
      case .failure(let error): dialFailed(error)
      }
    }
    state = .dialing(dialer)
  }

  private func dialFailed(_ error: DialError) {
    state = .idle
    failWaiting(.unreachable(error))
  }

  private func failWaiting(_ error: GRPCCallError) {
    // Those that a handler starts now get a connection of their own.
    var failed = Deque<GRPCCall>()
    swap(&failed, &waiting)
    while let call = failed.popFirst() { call.end(error) }
  }

  /// The connection is up, or a stream of it has ended.
  func hasRoom(_ connection: GRPCClientConnection) {
    serveWaiting()
  }

  /// The connection takes no further calls.
  func detach(_ connection: GRPCClientConnection) {
    guard case .connected(let current) = state, current === connection else { return }
    state = .idle
    serveWaiting()
  }
}
