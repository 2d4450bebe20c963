public import EtcdAPI
public import EventLoop

/// Carries out what a pure component asks of the store, on a client's connections.
///
/// Calls and watches are tasks that the caller owns: they end with `close`. What they bring in one
/// turn of the loop is delivered at its end, together.
public actor StoreCaller: LoopActor {
  public nonisolated let loop: EventLoop
  private let client: StoreClient
  /// Runs on the loop's thread.
  private let deliver: @Sendable ([StoreEvent]) -> Void
  private var calls: [StoreCallID: Task<Void, Never>] = [:]
  private var watches: [StoreWatchID: OpenWatch] = [:]
  private var waiting: [StoreEvent] = []
  private var isClosed = false

  private struct OpenWatch {
    let watch: StoreWatch
    let reading: Task<Void, Never>
    var asking: Task<Void, Never>?

    func cancel() {
      reading.cancel()
      asking?.cancel()
    }
  }

  /// `deliver` gets the events of one turn, in order, on the loop's thread.
  public init(
    client: StoreClient, loop: EventLoop, deliver: @escaping @Sendable ([StoreEvent]) -> Void
  ) {
    self.client = client
    self.loop = loop
    self.deliver = deliver
  }

  /// On the loop's thread, without a hop: `caller.assumeIsolated { $0.perform(effect) }`.
  public func perform(_ effect: StoreEffect) {
    guard !isClosed else { return }
    switch effect {
    case .call(let id, let call): begin(id, call)
    case .watch(let id, let request): begin(id, request)
    case .cancelWatch(let id): watches.removeValue(forKey: id)?.cancel()
    case .requestProgress(let id):
      guard let watch = watches[id]?.watch else { return }
      watches[id]?.asking = Task(executorPreference: loop) { await watch.requestProgress() }
    }
  }

  /// Ends all calls and watches: nothing is delivered any more.
  public func close() {
    isClosed = true
    for task in calls.values { task.cancel() }
    for watch in watches.values { watch.cancel() }
    calls = [:]
    watches = [:]
    waiting = []
  }

  private func tell(_ event: StoreEvent) {
    guard !isClosed else { return }
    waiting.append(event)
    guard waiting.count == 1 else { return }
    loop.atTurnEnd { [weak self] in
      self?.assumeIsolated { $0.flush() }
    }
  }

  private func flush() {
    guard !waiting.isEmpty else { return }
    var events: [StoreEvent] = []
    swap(&events, &waiting)
    deliver(events)
  }

  // MARK: - Calls

  private func begin(_ id: StoreCallID, _ call: StoreCall) {
    precondition(calls[id] == nil, "a call's number is used once")
    calls[id] = Task(executorPreference: loop) { [weak self, client] in
      let answer = await client.answer(to: call)
      await self?.answered(id, answer)
    }
  }

  private func answered(_ id: StoreCallID, _ answer: StoreAnswer) {
    guard calls.removeValue(forKey: id) != nil else { return }
    tell(.answered(id, answer))
  }

  // MARK: - Watches

  private func begin(_ id: StoreWatchID, _ request: WatchCreateRequest) {
    precondition(watches[id] == nil, "a watch's number is used once")
    let watch = client.watch(request)
    let reading = Task(executorPreference: loop) { [weak self] in
      do throws(StoreError) {
        for try await batch in watch { await self?.delivered(id, .events(batch)) }
      } catch {
        await self?.delivered(id, StoreDelivery(end: error))
      }
    }
    watches[id] = OpenWatch(watch: watch, reading: reading)
  }

  private func delivered(_ id: StoreWatchID, _ delivery: StoreDelivery) {
    // A cancelled watch's last delivery may come late.
    guard watches[id] != nil else { return }
    switch delivery {
    case .events: break
    case .compacted, .ended: watches[id] = nil
    }
    tell(.delivered(id, delivery))
  }
}

extension StoreDelivery {
  /// A header's revision may lie ahead of a catching-up watch's events: the last event's counts.
  static func events(_ batch: WatchBatch) -> StoreDelivery {
    .events(
      revision: batch.events.last?.kv?.modRevision ?? batch.header.revision, batch.events)
  }

  init(end error: StoreError) {
    switch error {
    case .compacted(let oldest): self = .compacted(oldest: oldest)
    case .status(let status): self = .ended(status)
    case .watchCanceled(let reason): self = .ended(EtcdStatus(code: 1, text: reason))
    case .timedOut, .outcomeUnknown, .leaseExpired, .malformedResponse, .endpoint, .credentials,
      .cancelled:
      self = .ended(EtcdStatus(code: 2, text: error.description))
    }
  }
}

// MARK: - Answers

extension StoreClient {
  fileprivate func answer(to call: StoreCall) async -> StoreAnswer {
    do throws(StoreError) {
      switch call {
      case .range(let request): return .range(try await range(request))
      case .txn(let request): return .txn(try await txn(request))
      case .leaseGrant(let seconds): return .leaseGrant(try await leaseGrant(ttl: seconds))
      case .leaseKeepAlive(let id):
        return .leaseKeepAlive(ttlSeconds: try await keepAliveOnce(id: id).ttl)
      case .leaseRevoke(let id):
        _ = try await leaseRevoke(id: id)
        return .leaseRevoke
      }
    } catch {
      return StoreAnswer(failure: error)
    }
  }
}

extension StoreAnswer {
  init(failure error: StoreError) {
    switch error {
    case .leaseExpired: self = .leaseKeepAlive(ttlSeconds: 0)
    case .status(let status): self = status.isDefinite ? .refused(status) : .unknown
    case .credentials, .endpoint:
      // No connection was made with them.
      self = .refused(EtcdStatus(code: 16, text: error.description))
    case .timedOut, .outcomeUnknown, .compacted, .watchCanceled, .malformedResponse, .cancelled:
      self = .unknown
    }
  }
}

extension EtcdStatus {
  /// Whether the store has certainly not done what it answers so. A member that is shutting down,
  /// lost its leader or ran out of time may have handed the request on.
  var isDefinite: Bool {
    switch code {
    // InvalidArgument, NotFound, AlreadyExists, PermissionDenied, ResourceExhausted,
    // FailedPrecondition, OutOfRange, Unimplemented, Unauthenticated
    case 3, 5, 6, 7, 8, 9, 11, 12, 16: true
    default: false
    }
  }
}
