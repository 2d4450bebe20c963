public import Base
public import EventLoop
public import HTTP
internal import Linux

/// The async face of a client: every verb may be called from any task, and hops to the client's
/// loop.
///
/// A task that runs on that loop (`executorPreference`) pays no hop between threads.
public struct AsyncGRPCClient: Sendable {
  private let loop: EventLoop
  private let client: LoopBound<GRPCClient>

  /// On the loop's thread.
  public init(_ client: GRPCClient) {
    loop = client.loop
    self.client = LoopBound(client, on: client.loop)
  }

  /// From any thread: the client is made on the loop, before anything asked of it.
  public init(_ endpoint: Endpoint, loop: EventLoop, settings: GRPCClientSettings) {
    self.loop = loop
    client = LoopBound(on: loop) { GRPCClient(endpoint, loop: loop, settings: settings) }
  }

  /// One request, one answer. A cancelled task cancels the call.
  public func unary(
    _ path: Bytes, _ request: Bytes, metadata: HeaderFields = HeaderFields(), timeout: Duration?
  ) async throws(GRPCCallError) -> Bytes {
    let call = AsyncGRPCCall(loop: loop)
    let outcome: Result<Bytes, GRPCCallError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.submit {
          call.start(client.value, path, metadata, timeout)
          call.send(request, isLast: true)
          call.collect { outcome in continuation.resume(returning: outcome) }
        }
      }
    } onCancel: {
      call.cancel()
    }
    return try outcome.get()
  }

  /// As `unary`, without a task and its hops: on the loop's thread only. `completion` runs once, on
  /// the loop, and never within this call.
  public func begin(
    _ path: Bytes, _ request: Bytes, timeout: Duration?,
    completion: @escaping (Result<Bytes, GRPCCallError>) -> Void
  ) -> GRPCCall {
    client.value.unary(path, request, timeout: timeout, completion: completion)
  }

  /// Begins a call that carries several messages in one direction or both.
  public func stream(
    _ path: Bytes, metadata: HeaderFields = HeaderFields(), timeout: Duration? = nil
  ) -> AsyncGRPCCall {
    let call = AsyncGRPCCall(loop: loop)
    loop.submit { call.start(client.value, path, metadata, timeout) }
    return call
  }

  /// Ends all calls and the connection.
  public func close() {
    loop.submit { client.value.close() }
  }
}

/// A call with messages both ways. One task reads at a time.
public final class AsyncGRPCCall: Sendable {
  private let loop: EventLoop
  private let state: LoopBound<State>

  private struct State {
    var call: GRPCCall?
    var messages = Deque<Bytes>()
    var outcome: GRPCCallError??
    var isPaused = false
    /// Set by a cancellation that overtook the start.
    var isCancelled = false
    var waiter: ((Result<Bytes?, GRPCCallError>) -> Void)?
  }

  private enum Bounds {
    /// Messages kept for a reader that does not keep up, before the server is held back.
    static let messages = 256
  }

  init(loop: EventLoop) {
    self.loop = loop
    state = LoopBound(on: loop) { State() }
  }

  /// Queues a message; lost where the call has ended, which `next` tells.
  public func send(_ message: Bytes) {
    loop.submit { [self] in send(message, isLast: false) }
  }

  /// Sends no more; answers still come.
  public func halfClose() {
    loop.submit { [self] in state.value.call?.halfClose() }
  }

  public func cancel() {
    loop.submit { [self] in
      state.value.isCancelled = true
      state.value.call?.cancel()
    }
  }

  /// The next message; nil behind the last one of a call that ended with OK. A cancelled task
  /// cancels the call.
  public func next() async throws(GRPCCallError) -> Bytes? {
    let outcome: Result<Bytes?, GRPCCallError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.submit { [self] in
          take { outcome in continuation.resume(returning: outcome) }
        }
      }
    } onCancel: {
      cancel()
    }
    return try outcome.get()
  }

  // MARK: - On the loop

  func start(
    _ client: GRPCClient, _ path: Bytes, _ metadata: HeaderFields, _ timeout: Duration?
  ) {
    guard !state.value.isCancelled else { return finish(.cancelled) }
    state.value.call = client.start(path, metadata: metadata, timeout: timeout) { [self] event in
      switch event {
      case .opened, .writable: break
      case .message(let message): deliver(message)
      case .ended(let error): finish(error)
      }
    }
  }

  func send(_ message: Bytes, isLast: Bool) {
    state.value.call?.send(message)
    if isLast { state.value.call?.halfClose() }
  }

  private func deliver(_ message: Bytes) {
    if let waiter = state.value.waiter {
      state.value.waiter = nil
      waiter(.success(message))
      return
    }
    state.value.messages.append(message)
    if state.value.messages.count >= Bounds.messages, !state.value.isPaused {
      state.value.isPaused = true
      state.value.call?.pauseReceiving()
    }
  }

  private func finish(_ error: GRPCCallError?) {
    state.value.outcome = .some(error)
    state.value.call = nil
    guard let waiter = state.value.waiter else { return }
    state.value.waiter = nil
    waiter(error.map { .failure($0) } ?? .success(nil))
  }

  private func take(_ completion: @escaping (Result<Bytes?, GRPCCallError>) -> Void) {
    if let message = state.value.messages.popFirst() {
      if state.value.isPaused, state.value.messages.count <= Bounds.messages / 4 {
        state.value.isPaused = false
        state.value.call?.resumeReceiving()
      }
      return completion(.success(message))
    }
    if let outcome = state.value.outcome {
      return completion(outcome.map { .failure($0) } ?? .success(nil))
    }
    precondition(state.value.waiter == nil, "one task reads a call at a time")
    state.value.waiter = completion
  }

  /// Waits for a unary call's only answer.
  func collect(_ completion: @escaping (Result<Bytes, GRPCCallError>) -> Void) {
    take { [self] first in
      switch first {
      case .failure(let error): completion(.failure(error))
      case .success(nil):
        let status = GRPCStatus(.internalError, "status OK without an answer")
        completion(.failure(.status(status)))
      case .success(.some(let answer)):
        take { last in
          switch last {
          case .failure(let error): completion(.failure(error))
          case .success: completion(.success(answer))
          }
        }
      }
    }
  }
}
