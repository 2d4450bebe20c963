import Base
import EtcdAPI
import Protobuf

extension StoreClient {
  /// A unary call: over as many members and attempts as `rule` and the time allow.
  func call<Request: ProtobufMessage, Response: ProtobufMessage>(
    _ method: MethodPath, _ request: Request, _ rule: RetryRule
  ) async throws(StoreError) -> Response {
    let answer = try await call(UnaryRequest(method, request.encoded, rule), attempts())
    do {
      return try Response(decoding: answer)
    } catch {
      throw .malformedResponse(error)
    }
  }

  /// The same in bytes, from `attempts` on.
  func call(
    _ request: UnaryRequest, _ attempts: CallAttempts
  ) async throws(StoreError) -> Bytes {
    var attempts = attempts
    while true {
      let left = attempts.deadline - ContinuousClock.now
      guard left > .zero else { throw .timedOut(cause: attempts.cause) }
      do {
        return try await attempt(request, timeout: attemptTimeout(left, request.rule))
      } catch {
        let delay = try attempts.failed(error, request.rule)
        try await pause(min(delay, left))
      }
    }
  }

  /// Of a call that begins now.
  func attempts() -> CallAttempts {
    CallAttempts(
      deadline: ContinuousClock.now + options.requestTimeout, endpoints: endpoints.count)
  }

  /// What may be repeated leaves time to ask a second member when the first one hangs.
  private func attemptTimeout(_ left: Duration, _ rule: RetryRule) -> Duration {
    switch rule {
    case .onlyUnseen, .stream: left
    case .repeatable: endpoints.count > 1 ? min(left, attemptTimeoutMax) : left
    }
  }

  private func attempt(
    _ request: UnaryRequest, timeout: Duration
  ) async throws(CallFailure) -> Bytes {
    let loan = try await pool.borrow()
    do {
      return try await loan.connection.call(request.method, request.body, timeout: timeout)
    } catch {
      let failure = error.settled
      await pool.report(failure, on: loan)
      throw failure
    }
  }

  // MARK: - Without a task

  /// How a call that was begun without a task ended.
  enum BegunCallOutcome {
    case answer(Bytes)
    /// The first attempt failed: `call` makes the others, from here on.
    case failure(FirstFailure)
  }

  struct FirstFailure: Sendable {
    fileprivate let failure: CallFailure
    fileprivate let loan: ConnectionPool.Loan
    fileprivate let attempts: CallAttempts
  }

  /// Makes the first attempt at once where the caller is on the loop of the connection in use;
  /// `completion` runs once, on that loop, and never within this verb. Nil, and nothing is begun,
  /// where there is no such connection: then it takes `call`.
  ///
  /// A task for each call would cost more than all else that a call does on this side.
  func begin(
    _ request: UnaryRequest, completion: @escaping (BegunCallOutcome) -> Void
  ) -> (any MemberCall)? {
    guard let loan = pool.loan else { return nil }
    let attempts = attempts()
    let timeout = attemptTimeout(options.requestTimeout, request.rule)
    return loan.connection.begin(request.method, request.body, timeout: timeout) { outcome in
      switch outcome {
      case .success(let answer): completion(.answer(answer))
      case .failure(let failure):
        completion(.failure(FirstFailure(failure: failure, loan: loan, attempts: attempts)))
      }
    }
  }

  /// Goes on behind a first attempt that failed.
  func call(
    _ request: UnaryRequest, after first: FirstFailure
  ) async throws(StoreError) -> Bytes {
    let failure = first.failure.settled
    await pool.report(failure, on: first.loan)
    var attempts = first.attempts
    let delay = try attempts.failed(failure, request.rule)
    try await pause(min(delay, max(.zero, attempts.deadline - ContinuousClock.now)))
    return try await call(request, attempts)
  }

  /// A stream to the member in use.
  func openStream(
    _ method: MethodPath
  ) async throws(CallFailure) -> (any MemberStream, ConnectionPool.Loan) {
    let loan = try await pool.borrow()
    do {
      return (try await loan.connection.open(method), loan)
    } catch {
      await pool.report(error, on: loan)
      throw error
    }
  }

  func pause(_ duration: Duration) async throws(StoreError) {
    if duration == .zero && !Task.isCancelled { return }
    do {
      try await Task.sleep(for: duration)
    } catch {
      throw .cancelled
    }
  }
}

/// A request of one message, as it goes out.
struct UnaryRequest: Sendable {
  let method: MethodPath
  let body: Bytes
  let rule: RetryRule

  init(_ method: MethodPath, _ body: Bytes, _ rule: RetryRule) {
    self.method = method
    self.body = body
    self.rule = rule
  }
}

/// How far the attempts at one call have come.
struct CallAttempts: Sendable {
  let deadline: ContinuousClock.Instant
  /// What stood in the way last.
  private(set) var cause: ConnectionFailure?
  private var delay: RetryDelay

  init(deadline: ContinuousClock.Instant, endpoints: Int) {
    self.deadline = deadline
    delay = RetryDelay(endpoints: endpoints)
  }

  /// How long to wait before the next attempt; throws where there is to be none.
  mutating func failed(
    _ failure: CallFailure, _ rule: RetryRule
  ) throws(StoreError) -> Duration {
    cause = failure.connection ?? cause
    switch rule.verdict(on: failure) {
    case .fail(.timedOut): throw .timedOut(cause: cause)
    case .fail(let error): throw error
    case .again: return delay.next()
    }
  }
}
