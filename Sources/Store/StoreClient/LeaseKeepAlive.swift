import Base
public import EtcdAPI
import Protobuf

/// Renewals of one lease, one element each. Ends with nil when its task is cancelled; fails with
/// `leaseExpired` once the store has no such lease, or with a status such as permission denied.
public struct LeaseKeepAlive: AsyncSequence, Sendable {
  public typealias Element = LeaseKeepAliveResponse
  public typealias Failure = StoreError

  let session: LeaseKeepAliveSession

  public func makeAsyncIterator() -> Iterator { Iterator(session: session) }

  public struct Iterator: AsyncIteratorProtocol {
    let session: LeaseKeepAliveSession

    public mutating func next() async throws(StoreError) -> LeaseKeepAliveResponse? {
      try await session.next()
    }

    public mutating func next(
      isolation: isolated (any Actor)?
    ) async throws(StoreError) -> LeaseKeepAliveResponse? {
      try await session.next()
    }
  }
}

/// One lease, renewed on one stream at a time.
actor LeaseKeepAliveSession {
  private let client: StoreClient
  private let id: Int64
  private var open: (stream: any MemberStream, loan: ConnectionPool.Loan)?
  private var due: ContinuousClock.Instant?
  /// An attempt without an answer gives way to another member after this.
  private static let answerTimeout = Duration.seconds(2)

  init(client: StoreClient, id: Int64) {
    self.client = client
    self.id = id
  }

  deinit {
    open?.stream.cancel()
  }

  /// Waits until the next renewal is due and renews; nil where the task is cancelled.
  func next() async throws(StoreError) -> LeaseKeepAliveResponse? {
    do {
      if let due { try await client.pause(max(due - ContinuousClock.now, .zero)) }
      return try await renew(within: nil)
    } catch StoreError.cancelled {
      return nil
    }
  }

  /// Renews at once, on as many members as it takes; `limit` nil tries for ever.
  func renew(within limit: Duration?) async throws(StoreError) -> LeaseKeepAliveResponse {
    let started = ContinuousClock.now
    var delay = RetryDelay(endpoints: client.endpoints.count)
    var cause: ConnectionFailure?
    while true {
      let left = limit.map { $0 - (ContinuousClock.now - started) }
      if let left, left <= .zero { throw .timedOut(cause: cause) }
      let response: LeaseKeepAliveResponse
      do {
        response = try await exchange(within: min(left ?? Self.answerTimeout, Self.answerTimeout))
      } catch {
        let failure = error.settled
        cause = failure.connection ?? cause
        if let open { await client.pool.report(failure, on: open.loan) }
        drop()
        switch RetryRule.stream.verdict(on: failure) {
        case .again: try await client.pause(delay.next())
        case .fail(let failure): throw failure
        }
        continue
      }
      guard response.ttl > 0 else {
        drop()
        throw .leaseExpired
      }
      due = ContinuousClock.now + .milliseconds(response.ttl * 1000 / 3)
      return response
    }
  }

  private func exchange(
    within timeout: Duration
  ) async throws(CallFailure) -> LeaseKeepAliveResponse {
    let stream: any MemberStream
    if let open {
      stream = open.stream
    } else {
      let (opened, loan) = try await client.openStream(.leaseKeepAlive)
      open = (opened, loan)
      stream = opened
    }
    try await stream.send(LeaseKeepAliveRequest(id: id).encoded)
    let message = try await withCancellation(of: stream) { () async throws(CallFailure) in
      try await withTimeout(timeout, cancelling: stream) { () async throws(CallFailure) in
        try await stream.next()
      }
    }
    guard let message else { throw .status(.stopped) }
    do {
      return try LeaseKeepAliveResponse(decoding: message)
    } catch {
      throw .status(EtcdStatus(code: 13, text: "the answer is no LeaseKeepAliveResponse: \(error)"))
    }
  }

  private func drop() {
    open?.stream.cancel()
    open = nil
  }
}

/// Runs `body`; past `timeout` the stream is cancelled and `.deadline` thrown.
private func withTimeout<Value: Sendable>(
  _ timeout: Duration, cancelling stream: any MemberStream,
  _ body: @escaping @Sendable () async throws(CallFailure) -> Value
) async throws(CallFailure) -> Value {
  let result = await withTaskGroup(of: Result<Value, CallFailure>?.self) { group in
    group.addTask {
      do throws(CallFailure) {
        return .success(try await body())
      } catch {
        return .failure(error)
      }
    }
    group.addTask {
      do {
        try await Task.sleep(for: timeout)
      } catch {
        return nil
      }
      stream.cancel()
      return .failure(.deadline)
    }
    var first: Result<Value, CallFailure>?
    while first == nil, let finished = await group.next() { first = finished }
    group.cancelAll()
    return first
  }
  guard let result else { throw .cancelled }
  return try result.get()
}
