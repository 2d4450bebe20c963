import Base
import EtcdAPI
import EventLoop
import Protobuf
import Synchronization

@testable import StoreClient

/// Members that answer as a test says, and record what they were asked.
final class ScriptedMembers: MemberConnector {
  struct Script: Sendable {
    /// How the calls end, in order; further ones find the connection broken.
    var calls: [Result<Bytes, CallFailure>] = []
    var streams: [ScriptedStream] = []
    var refusesConnections = false
  }

  private struct State {
    var scripts: [String: Script]
    var log: [String] = []
  }

  private let state: Mutex<State>
  /// Where calls can be begun without a task; nil: nowhere.
  fileprivate let loop: EventLoop?

  init(_ scripts: [String: Script], loop: EventLoop? = nil) {
    state = Mutex(State(scripts: scripts))
    self.loop = loop
  }

  /// `endpoint method` for each call and stream, `endpoint method begun` for each call without a
  /// task, `endpoint cancel` for one of these that is given up, `endpoint dial` for each dial.
  var log: [String] { state.withLock(\.log) }

  func note(_ line: String) { state.withLock { $0.log.append(line) } }

  func connect(to endpoint: StoreEndpoint) async throws(CallFailure) -> any MemberConnection {
    note("\(endpoint.text) dial")
    if state.withLock({ $0.scripts[endpoint.text]?.refusesConnections ?? true }) {
      throw .notSent(ConnectionFailure(endpoint: endpoint.text, reason: "connection refused"))
    }
    return ScriptedConnection(members: self, endpoint: endpoint.text)
  }

  fileprivate func nextCall(_ endpoint: String) -> Result<Bytes, CallFailure>? {
    state.withLock { state in
      guard let script = state.scripts[endpoint], !script.calls.isEmpty else { return nil }
      return state.scripts[endpoint]?.calls.removeFirst()
    }
  }

  fileprivate func nextStream(_ endpoint: String) -> ScriptedStream? {
    state.withLock { state in
      guard let script = state.scripts[endpoint], !script.streams.isEmpty else { return nil }
      return state.scripts[endpoint]?.streams.removeFirst()
    }
  }
}

private struct ScriptedConnection: MemberConnection {
  let members: ScriptedMembers
  let endpoint: String

  func call(
    _ method: MethodPath, _ request: Bytes, timeout: Duration
  ) async throws(CallFailure) -> Bytes {
    members.note("\(endpoint) \(method)")
    guard let answer = members.nextCall(endpoint) else { throw lost }
    return try answer.get()
  }

  func begin(
    _ method: MethodPath, _ request: Bytes, timeout: Duration,
    completion: @escaping (Result<Bytes, CallFailure>) -> Void
  ) -> (any MemberCall)? {
    guard let loop = members.loop, loop.isOnLoop else { return nil }
    members.note("\(endpoint) \(method) begun")
    let call = ScriptedCall(members: members, endpoint: endpoint, completion: completion)
    let answer = members.nextCall(endpoint) ?? .failure(lost)
    loop.submitLocally { call.end(answer) }
    return call
  }

  func open(_ method: MethodPath) async throws(CallFailure) -> any MemberStream {
    members.note("\(endpoint) \(method)")
    guard let stream = members.nextStream(endpoint) else { throw lost }
    return stream
  }

  func close() {
    members.note("\(endpoint) close")
  }

  private var lost: CallFailure {
    .lost(ConnectionFailure(endpoint: endpoint, reason: "connection reset"))
  }
}

/// Ends once, with its answer or by being given up.
private final class ScriptedCall: MemberCall {
  private let members: ScriptedMembers
  private let endpoint: String
  private var completion: ((Result<Bytes, CallFailure>) -> Void)?

  init(
    members: ScriptedMembers, endpoint: String,
    completion: @escaping (Result<Bytes, CallFailure>) -> Void
  ) {
    self.members = members
    self.endpoint = endpoint
    self.completion = completion
  }

  func cancel() {
    members.note("\(endpoint) cancel")
    end(.failure(.cancelled))
  }

  func end(_ answer: Result<Bytes, CallFailure>) {
    completion.take()?(answer)
  }
}

/// Gives its messages in order, then its end.
final class ScriptedStream: MemberStream {
  enum End: Sendable {
    case failure(CallFailure)
    /// Waits until it is cancelled.
    case silence
  }

  private struct State {
    var messages: [Bytes]
    var sent: [Bytes] = []
    var isCancelled = false
    /// Who waits for the end of a silent stream.
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state: Mutex<State>
  private let end: End

  init<Message: ProtobufMessage>(_ messages: [Message], end: End) {
    state = Mutex(State(messages: messages.map(\.encoded)))
    self.end = end
  }

  var sent: [Bytes] { state.withLock(\.sent) }

  func send(_ message: Bytes) async throws(CallFailure) {
    state.withLock { $0.sent.append(message) }
  }

  func next() async throws(CallFailure) -> Bytes? {
    if let message = state.withLock({ $0.messages.isEmpty ? nil : $0.messages.removeFirst() }) {
      return message
    }
    switch end {
    case .failure(let failure): throw failure
    case .silence:
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if !state.isCancelled { state.waiter = continuation }
          return state.isCancelled
        }
        if isOver { continuation.resume() }
      }
      throw .cancelled
    }
  }

  func cancel() {
    let waiter = state.withLock { state in
      state.isCancelled = true
      return state.waiter.take()
    }
    waiter?.resume()
  }
}

func client(
  _ members: ScriptedMembers, _ endpoints: [String],
  options: StoreClientOptions = StoreClientOptions()
) throws -> StoreClient {
  StoreClient(
    endpoints: try StoreEndpoint.list(endpoints), options: options, connector: members, first: 0)
}
