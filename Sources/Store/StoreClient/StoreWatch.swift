import Base
import EtcdAPI
import Protobuf

/// The events of a range of keys, in order, gapless over lost connections.
///
/// One loop over it at a time. Ends with nil when its task is cancelled, and fails with
/// `compacted`, with a status such as permission denied, or with `watchCanceled`.
public struct StoreWatch: AsyncSequence, Sendable {
  public typealias Element = WatchBatch
  public typealias Failure = StoreError

  let session: WatchSession

  public func makeAsyncIterator() -> Iterator { Iterator(session: session) }

  public struct Iterator: AsyncIteratorProtocol {
    let session: WatchSession

    public mutating func next() async throws(StoreError) -> WatchBatch? {
      try await session.next()
    }

    public mutating func next(
      isolation: isolated (any Actor)?
    ) async throws(StoreError) -> WatchBatch? {
      try await session.next()
    }
  }

  /// Waits until a member has taken the watch; gives the revision at which it did.
  public func start() async throws(StoreError) -> Int64 {
    try await session.start()
  }

  /// Asks for a progress batch as soon as everything before was delivered; asks again where a
  /// connection ends before it comes.
  public func requestProgress() async {
    await session.requestProgress()
  }
}

/// One watch on one stream at a time.
actor WatchSession {
  private let client: StoreClient
  private var cursor: WatchCursor
  private var open: (stream: any MemberStream, loan: ConnectionPool.Loan)?
  /// Whether the member has taken the watch on the open stream. Until then it would answer a
  /// progress request for no watch at all, and so too early.
  private var isTaken = false
  private var owesProgress = false
  private var delay: RetryDelay
  private var createdRevision: Int64?
  /// Batches that `start` met while it waited for the member's answer.
  private var early: [WatchBatch] = []

  init(client: StoreClient, request: WatchCreateRequest) {
    self.client = client
    cursor = WatchCursor(request)
    delay = RetryDelay(endpoints: client.endpoints.count)
  }

  deinit {
    open?.stream.cancel()
  }

  func start() async throws(StoreError) -> Int64 {
    while true {
      if let createdRevision { return createdRevision }
      if let batch = try await step() { early.append(batch) }
    }
  }

  /// nil where the task is cancelled.
  func next() async throws(StoreError) -> WatchBatch? {
    if !early.isEmpty { return early.removeFirst() }
    do {
      while true {
        if let batch = try await step() { return batch }
      }
    } catch StoreError.cancelled {
      return nil
    }
  }

  func requestProgress() async {
    owesProgress = true
    await askForProgress()
  }

  private func askForProgress() async {
    guard isTaken, let open else { return }
    let message = WatchRequest(requestUnion: .progress(WatchProgressRequest())).encoded
    do {
      try await open.stream.send(message)
    } catch {
      // The reader finds the stream broken and opens the next one.
    }
  }

  /// Reads one message, on a new stream where there is none; nil where it carried no batch.
  private func step() async throws(StoreError) -> WatchBatch? {
    let response: WatchResponse?
    do {
      response = try await read()
    } catch {
      try await recover(from: error.settled)
      return nil
    }
    guard let response else {
      (open, isTaken) = (nil, false)
      try await client.pause(delay.next())
      return nil
    }
    delay.reset()
    switch cursor.take(response) {
    case .deliver(let batch):
      if batch.isProgress { owesProgress = false }
      return batch
    case .created(let revision):
      createdRevision = revision
      isTaken = true
      if owesProgress { await askForProgress() }
      return nil
    case .reconnect:
      try await recover(from: .status(.noLeader))
      return nil
    case .fail(let failure):
      drop()
      throw failure
    }
  }

  private func read() async throws(CallFailure) -> WatchResponse? {
    let stream = try await connectedStream()
    let message = try await withCancellation(of: stream) { () async throws(CallFailure) in
      try await stream.next()
    }
    guard let message else { return nil }
    do {
      return try WatchResponse(decoding: message)
    } catch {
      throw .status(EtcdStatus(code: 13, text: "the answer is no WatchResponse: \(error)"))
    }
  }

  private func connectedStream() async throws(CallFailure) -> any MemberStream {
    if let open { return open.stream }
    let (stream, loan) = try await client.openStream(.watch)
    open = (stream, loan)
    try await stream.send(WatchRequest(requestUnion: .create(cursor.request)).encoded)
    return stream
  }

  /// Forgets the stream; throws what no other stream would cure, else waits for the next attempt.
  private func recover(from failure: CallFailure) async throws(StoreError) {
    if let open { await client.pool.report(failure, on: open.loan) }
    drop()
    switch RetryRule.stream.verdict(on: failure) {
    case .again: try await client.pause(delay.next())
    case .fail(let failure): throw failure
    }
  }

  private func drop() {
    open?.stream.cancel()
    (open, isTaken) = (nil, false)
  }
}

/// Runs `body`; a cancelled task cancels the stream that it waits for.
func withCancellation<Value: Sendable>(
  of stream: any MemberStream, _ body: @Sendable () async throws(CallFailure) -> Value
) async throws(CallFailure) -> Value {
  let result: Result<Value, CallFailure> = await withTaskCancellationHandler {
    do throws(CallFailure) {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  } onCancel: {
    stream.cancel()
  }
  return try result.get()
}
