import Base
import Crypto
import EtcdAPI
import EventLoop
import HTTP
import Linux
import Transport

/// Connects over TCP, with TLS where the endpoint or the credentials ask for it.
struct TransportConnector: MemberConnector {
  let credentials: StoreCredentials
  let options: StoreClientOptions
  let loop: EventLoop

  /// Gives a connection that dials with its first call, which then fails with `.notSent`.
  func connect(to endpoint: StoreEndpoint) async throws(CallFailure) -> any MemberConnection {
    var channel = ChannelSettings(tls: try context(for: endpoint))
    channel.handshakeTimeout = options.dialTimeout
    var settings = GRPCClientSettings(channel: channel)
    settings.channel.connectTimeout = options.dialTimeout
    settings.keepAliveInterval = options.keepaliveTime
    settings.keepAliveTimeout = options.keepaliveTimeout
    let client = AsyncGRPCClient(
      Endpoint(host: endpoint.host, port: endpoint.port), loop: loop, settings: settings)
    return TransportConnection(endpoint: endpoint.text, client: client, loop: loop)
  }

  /// nil: plain text.
  private func context(for endpoint: StoreEndpoint) throws(CallFailure) -> TLSContext? {
    guard endpoint.isSecure ?? credentials.wantTLS else { return nil }
    var own: TLSCredentials?
    if let certificate = credentials.certificate, let key = credentials.key {
      own = TLSCredentials(certificateFile: certificate, privateKeyFile: key)
    }
    let verification: TLSSettings.PeerVerification =
      credentials.skipsVerification ? .none : .required
    let settings = TLSSettings(
      role: .client, credentials: own, trustedFile: credentials.trustedCAs,
      verification: verification, protocols: ["h2"])
    do {
      return try TLSContext(settings)
    } catch {
      throw CallFailure(error)
    }
  }
}

extension StoreCredentials {
  /// Whether endpoints without a scheme are spoken to in TLS.
  fileprivate var wantTLS: Bool {
    trustedCAs != nil || certificate != nil || skipsVerification
  }
}

private final class TransportConnection: MemberConnection {
  let endpoint: String
  let client: AsyncGRPCClient
  private let loop: EventLoop

  init(endpoint: String, client: AsyncGRPCClient, loop: EventLoop) {
    self.endpoint = endpoint
    self.client = client
    self.loop = loop
  }

  deinit {
    client.close()
  }

  func call(
    _ method: MethodPath, _ request: Bytes, timeout: Duration
  ) async throws(CallFailure) -> Bytes {
    do {
      return try await client.unary(Bytes(method.rawValue), request, timeout: timeout)
    } catch {
      throw CallFailure(error, endpoint: endpoint)
    }
  }

  func begin(
    _ method: MethodPath, _ request: Bytes, timeout: Duration,
    completion: @escaping (Result<Bytes, CallFailure>) -> Void
  ) -> (any MemberCall)? {
    guard loop.isOnLoop else { return nil }
    // Kept by the call: the connection lives as long as its calls.
    return client.begin(Bytes(method.rawValue), request, timeout: timeout) { [self] outcome in
      completion(outcome.mapError { CallFailure($0, endpoint: endpoint) })
    }
  }

  func open(_ method: MethodPath) async throws(CallFailure) -> any MemberStream {
    // A member that lost its leader ends streams that say so, rather than keep them silent.
    let call = client.stream(Bytes(method.rawValue), metadata: ["hasleader": "true"])
    return TransportStream(connection: self, call: call)
  }

  func close() {
    client.close()
  }
}

extension GRPCCall: MemberCall {}

private struct TransportStream: MemberStream {
  /// Kept: the connection lives as long as its streams.
  let connection: TransportConnection
  let call: AsyncGRPCCall

  func send(_ message: Bytes) async throws(CallFailure) {
    call.send(message)
  }

  func next() async throws(CallFailure) -> Bytes? {
    do {
      return try await call.next()
    } catch {
      throw CallFailure(error, endpoint: connection.endpoint)
    }
  }

  func cancel() {
    call.cancel()
  }
}

// MARK: - Errors

extension CallFailure {
  init(_ error: GRPCCallError, endpoint: String) {
    func failure(_ reason: String) -> ConnectionFailure {
      ConnectionFailure(endpoint: endpoint, reason: reason)
    }
    switch error {
    case .status(let status):
      self = .status(EtcdStatus(code: status.code, text: status.message))
    case .unreachable(let reason): self = .notSent(failure(reason.text))
    case .notProcessed: self = .notSent(failure("the member is closing the connection"))
    case .lost(let loss): self = .lost(failure(loss.text))
    case .deadlineExceeded(wasSent: true): self = .deadline
    case .deadlineExceeded(wasSent: false): self = .notSent(failure("no connection in time"))
    case .cancelled: self = .cancelled
    }
  }

  init(_ error: CryptoError) {
    switch error {
    case .file(let path, _, let reason): self = .credentials(path: path, reason: reason)
    case .keyMismatch(let certificate, let key):
      self = .credentials(path: key, reason: "not the key of \(certificate)")
    case .notPEM(let reason), .invalidProfile(let reason), .library(let reason):
      self = .credentials(path: "", reason: reason)
    }
  }
}

extension DialError {
  fileprivate var text: String {
    switch self {
    case .unresolved(.failed(let host, let reason)): "\(host): \(reason)"
    case .unresolved(.system(let host, let error)): "\(host): \(error)"
    case .channel(.system(let error)): error.description
    case .channel(.crypto(let error)): "\(error)"
    case .closed(_, let reason): reason.text
    case .noCommonProtocol: "the server speaks no HTTP/2 over TLS"
    case .cancelled: "given up"
    }
  }
}

extension ChannelLoss {
  fileprivate var text: String {
    switch self {
    case .closed(let reason): reason.text
    case .reset(let code): "stream reset: \(code)"
    case .protocolBroken: "the server's bytes are no HTTP/2: does the endpoint want https?"
    case .silent: "no sign of life"
    }
  }
}

extension ChannelCloseReason {
  fileprivate var text: String {
    switch self {
    case .local: "closed"
    case .peer: "closed by the server"
    case .connection(let error): error.description
    case .connectTimedOut: "no connection in time"
    case .tls(.certificateRejected(_, let reason)): "server certificate rejected: \(reason)"
    case .tls(.noPeerCertificate): "no certificate from the server"
    case .tls(.protocolFailure(let reason)): "TLS: \(reason)"
    case .tls(.truncated): "connection cut"
    case .handshakeTimedOut: "no TLS handshake in time"
    }
  }
}
