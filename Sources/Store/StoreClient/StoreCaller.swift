import Base
public import EtcdAPI
public import EventLoop
import Protobuf

/// Carries out what a pure component asks of the store, on a client's connections.
///
/// Calls and watches end with `close`. What they bring in one turn of the loop is delivered at its
/// end, together. A call leaves in the turn that asks for it, without a task, where the client has
/// a connection on this loop; only what then fails, or waits for a connection, becomes a task.
///
/// Every verb is for the loop's thread. No actor: six checks of its isolation for a call cost more
/// than all else that a call does here.
public final class StoreCaller {
  private let loop: EventLoop
  /// What tasks carry; they run on the loop too.
  private lazy var own = LoopBound(Weak(self), on: loop)
  private let client: StoreClient
  /// Runs on the loop's thread.
  private let deliver: @Sendable ([StoreEvent]) -> Void
  private var calls: [StoreCallID: OpenCall] = [:]
  private var watches: [StoreWatchID: OpenWatch] = [:]
  private var waiting: [StoreEvent] = []
  private var isClosed = false

  private enum OpenCall {
    case begun(any MemberCall)
    case task(Task<Void, Never>)

    func cancel() {
      switch self {
      case .begun(let call): call.cancel()
      case .task(let task): task.cancel()
      }
    }
  }

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

  public func perform(_ effect: StoreEffect) {
    loop.preconditionOnLoop()
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
    loop.preconditionOnLoop()
    isClosed = true
    let (ended, endedWatches) = (calls, watches)
    calls = [:]
    watches = [:]
    waiting = []
    for call in ended.values { call.cancel() }
    for watch in endedWatches.values { watch.cancel() }
  }

  private func tell(_ event: StoreEvent) {
    guard !isClosed else { return }
    waiting.append(event)
    guard waiting.count == 1 else { return }
    loop.atTurnEnd { [weak self] in self?.flush() }
  }

  private func flush() {
    guard !waiting.isEmpty else { return }
    var events: [StoreEvent] = []
    swap(&events, &waiting)
    deliver(events)
  }

  // MARK: - Calls

  private func begin(_ id: StoreCallID, _ call: StoreCall) {
    guard let request = call.unaryRequest else {
      return awaitAnswer(id) { await $0.answer(to: call) }
    }
    let begun = client.begin(request) { [weak self] outcome in
      self?.completed(id, call, request, outcome)
    }
    if let begun {
      keep(.begun(begun), id)
    } else {
      awaitAnswer(id) { await $0.answer(to: call, request) }
    }
  }

  /// The task's answer is the call's.
  private func awaitAnswer(
    _ id: StoreCallID, _ body: @escaping @Sendable (StoreClient) async -> StoreAnswer
  ) {
    let task = Task(executorPreference: loop) { [own, client] in
      let answer = await body(client)
      own.value.caller?.answered(id, answer)
    }
    keep(.task(task), id)
  }

  private func keep(_ call: OpenCall, _ id: StoreCallID) {
    let earlier = calls.updateValue(call, forKey: id)
    precondition(earlier == nil, "a call's number is used once")
  }

  private func completed(
    _ id: StoreCallID, _ call: StoreCall, _ request: UnaryRequest,
    _ outcome: StoreClient.BegunCallOutcome
  ) {
    guard calls.removeValue(forKey: id) != nil else { return }
    switch outcome {
    case .answer(let bytes): tell(.answered(id, StoreAnswer(to: call, bytes)))
    case .failure(let failure):
      awaitAnswer(id) { await $0.answer(to: call, request, after: failure) }
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
    let reading = Task(executorPreference: loop) { [own] in
      do throws(StoreError) {
        for try await batch in watch { own.value.caller?.delivered(id, .events(batch)) }
      } catch {
        own.value.caller?.delivered(id, StoreDelivery(end: error))
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

/// Breaks the circle of a caller and its tasks.
private struct Weak {
  weak var caller: StoreCaller?

  init(_ caller: StoreCaller) { self.caller = caller }
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

extension StoreCall {
  /// Nil for what is a stream of its own.
  fileprivate var unaryRequest: UnaryRequest? {
    switch self {
    case .range(let request): UnaryRequest(.range, request.encoded, .repeatable)
    case .txn(let request):
      UnaryRequest(.txn, request.encoded, request.onlyReads ? .repeatable : .onlyUnseen)
    case .leaseGrant(let seconds):
      UnaryRequest(.leaseGrant, LeaseGrantRequest(ttl: seconds, id: 0).encoded, .repeatable)
    case .leaseRevoke(let id):
      UnaryRequest(.leaseRevoke, LeaseRevokeRequest(id: id).encoded, .onlyUnseen)
    case .leaseKeepAlive: nil
    }
  }
}

extension StoreClient {
  fileprivate func answer(to call: StoreCall) async -> StoreAnswer {
    guard case .leaseKeepAlive(let id) = call else {
      preconditionFailure("all other calls are unary")
    }
    do throws(StoreError) {
      return .leaseKeepAlive(ttlSeconds: try await keepAliveOnce(id: id).ttl)
    } catch {
      return StoreAnswer(failure: error)
    }
  }

  fileprivate func answer(
    to call: StoreCall, _ request: UnaryRequest, after first: FirstFailure? = nil
  ) async -> StoreAnswer {
    do throws(StoreError) {
      if let first { return StoreAnswer(to: call, try await self.call(request, after: first)) }
      return StoreAnswer(to: call, try await self.call(request, attempts()))
    } catch {
      return StoreAnswer(failure: error)
    }
  }
}

extension StoreAnswer {
  /// `bytes`: what a member answered to the call.
  fileprivate init(to call: StoreCall, _ bytes: Bytes) {
    do throws(ProtobufError) {
      switch call {
      case .range: self = .range(try RangeResponse(decoding: bytes))
      case .txn: self = .txn(try TxnResponse(decoding: bytes))
      case .leaseGrant: self = .leaseGrant(try LeaseGrantResponse(decoding: bytes))
      case .leaseRevoke:
        _ = try LeaseRevokeResponse(decoding: bytes)
        self = .leaseRevoke
      case .leaseKeepAlive: preconditionFailure("a stream has no single answer")
      }
    } catch {
      self.init(failure: .malformedResponse(error))
    }
  }

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
