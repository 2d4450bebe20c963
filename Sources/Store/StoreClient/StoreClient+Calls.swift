import Base
import EtcdAPI
import Protobuf

extension StoreClient {
  /// A unary call: over as many members and attempts as `rule` and the time allow.
  func call<Request: ProtobufMessage, Response: ProtobufMessage>(
    _ method: MethodPath, _ request: Request, _ rule: RetryRule
  ) async throws(StoreError) -> Response {
    let body = request.encoded
    let deadline = ContinuousClock.now + options.requestTimeout
    var delay = RetryDelay(endpoints: endpoints.count)
    var cause: ConnectionFailure?
    while true {
      let left = deadline - ContinuousClock.now
      guard left > .zero else { throw .timedOut(cause: cause) }
      let answer: Bytes
      do {
        answer = try await attempt(method, body, timeout: attemptTimeout(left, rule))
      } catch {
        cause = error.connection ?? cause
        switch rule.verdict(on: error) {
        case .fail(.timedOut): throw .timedOut(cause: cause)
        case .fail(let failure): throw failure
        case .again: try await pause(min(delay.next(), left))
        }
        continue
      }
      do {
        return try Response(decoding: answer)
      } catch {
        throw .malformedResponse(error)
      }
    }
  }

  /// What may be repeated leaves time to ask a second member when the first one hangs.
  private func attemptTimeout(_ left: Duration, _ rule: RetryRule) -> Duration {
    switch rule {
    case .onlyUnseen, .stream: left
    case .repeatable: endpoints.count > 1 ? min(left, options.requestTimeout / 2) : left
    }
  }

  private func attempt(
    _ method: MethodPath, _ body: Bytes, timeout: Duration
  ) async throws(CallFailure) -> Bytes {
    let loan = try await pool.borrow()
    do {
      return try await loan.connection.call(method, body, timeout: timeout)
    } catch {
      let failure = error.settled
      await pool.report(failure, on: loan)
      throw failure
    }
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
