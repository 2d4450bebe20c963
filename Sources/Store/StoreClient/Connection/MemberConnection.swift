import Base
import EtcdAPI

/// How a call on one connection ended without an answer.
enum CallFailure: Error, Hashable, Sendable {
  /// The member never saw the request: dialling failed, or it refused the stream unprocessed.
  case notSent(ConnectionFailure)
  /// The connection broke behind the request: whether it was carried out is not known.
  case lost(ConnectionFailure)
  /// The attempt's time is over.
  case deadline
  case status(EtcdStatus)
  /// A certificate or key file could not be used: another endpoint would not help.
  case credentials(path: String, reason: String)
  /// The call or stream was cancelled on this side.
  case cancelled
  /// The client was closed.
  case closed
}

/// Opens connections to members.
protocol MemberConnector: Sendable {
  /// Ready for calls: connected and, where the endpoint asks for it, behind a TLS handshake.
  func connect(to endpoint: StoreEndpoint) async throws(CallFailure) -> any MemberConnection
}

/// An HTTP/2 connection to one member, carrying any number of calls. It ends with the last
/// reference to it, so that calls under way outlive the client's turn to another member.
protocol MemberConnection: Sendable {
  func call(
    _ method: MethodPath, _ request: Bytes, timeout: Duration
  ) async throws(CallFailure) -> Bytes

  /// As `call`, without a task: `completion` runs once, on the connection's loop, and never within
  /// this verb. Nil, and nothing is sent, where the caller is not on that loop.
  func begin(
    _ method: MethodPath, _ request: Bytes, timeout: Duration,
    completion: @escaping (Result<Bytes, CallFailure>) -> Void
  ) -> (any MemberCall)?

  /// Opens a stream in both directions; it lasts until one side ends it.
  func open(_ method: MethodPath) async throws(CallFailure) -> any MemberStream

  func close()
}

/// A call that was begun without a task.
protocol MemberCall {
  /// Gives it up; it completes with `.cancelled` unless it has completed before.
  func cancel()
}

/// Messages in both directions. One task reads at a time.
protocol MemberStream: Sendable {
  func send(_ message: Bytes) async throws(CallFailure)

  /// The next message; nil once the member has ended the stream with status OK.
  func next() async throws(CallFailure) -> Bytes?

  /// Ends the stream at once; whoever waits in `next` gets `.cancelled`.
  func cancel()
}
