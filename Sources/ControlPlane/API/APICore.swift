public import Base
import Component
public import EtcdAPI
public import HTTP
import Objects
import Registry

/// One API server minus its sockets: a value that takes requests and the store's events, and
/// answers with effects.
///
///     request --> who asks --> may they --> handler --verdict--> respond | refresh | commit | ...
///                                ^ asked again when what it waited for has come
///     store --> one informer of /registry/ --> view --> handlers, watches
///
/// Stateless over the store: any number run beside each other. `APIServer` runs it on real
/// connections.
public struct APICore: Sendable {
  public struct Configuration: Sendable {
    /// Seeds names and uids of what is created.
    public var entropy: UInt64
    /// From a request's arrival to its answer; watches and forwarded requests have their own times.
    public var requestTimeout = Duration.seconds(60)
    /// How long a client of a watch or a long list may take nothing while more is held for it.
    public var stallTimeout = Duration.seconds(30)
    public var settings: APISettings
    /// What is kept of past changes for watches.
    var cacheLimits = ObjectCache.Limits()

    public init(entropy: UInt64, settings: APISettings = APISettings()) {
      self.entropy = entropy
      self.settings = settings
    }
  }

  public enum Event: Sendable {
    /// First and once.
    case start
    /// Behind a reference, as it is handed on some times.
    indirect case request(RequestID, APIRequest)
    /// The client is gone, or its stream was reset: nothing can be sent on it any more.
    case closed(RequestID)
    /// The unsent output of a request passed its high mark: nothing is to be sent before
    /// `writable`.
    case congested(RequestID)
    case writable(RequestID)
    case store(StoreEvent)
    case answered(RequestID, ShellAnswer)
    /// A time asked for by `wake` has come; it may come early or twice.
    case tick
    /// No further requests come; watches end, so that clients go to another API server.
    case stop
  }

  public enum Effect: Hashable, Sendable {
    case store(StoreEffect)
    /// A whole answer: the request's end.
    case respond(RequestID, APIResponse)
    /// An answer in parts: a head, bodies, the last of them marked.
    case head(RequestID, StatusCode, HeaderFields)
    case body(RequestID, Bytes, isLast: Bool)
    /// The answer is not completed: its stream is reset, so that the client sees that.
    case abort(RequestID)
    /// Answered exactly once by `answered`, unless the request is closed before.
    case ask(RequestID, ShellQuestion)
    /// The request is the shell's from now on.
    case forward(RequestID, AgentRequest)
    /// A `tick` is wanted at this time; the earliest one asked for is enough.
    case wake(at: Instant)
    case note(Note)
    /// After `stop`: every request has had its answer.
    case stopped
  }

  /// What one answer of the store is for.
  enum Purpose: Sendable {
    case list
    case freshness([RequestID])
    case commit(RequestID, Commit)
    case read(RequestID)
    case eventLease
  }

  private struct Deadline: Sendable {
    let at: Instant
    let id: RequestID
  }

  let configuration: Configuration
  var cache: ObjectCache
  var access = AccessRules()
  var tokens = TokenCache()
  var hub = WatchHub()
  /// Long lists on their way.
  var lists = ListStreams()
  private var stalled = StalledAnswers()
  var exchanges: [RequestID: Exchange] = [:]
  /// Requests that wait until the view has reached a revision.
  var waiting: [RequestID: Int64] = [:]
  /// Of those, the ones that wait no longer than until a time.
  var lingering: [RequestID: Instant] = [:]
  /// When requests have taken too long, in the order of their arrival; some are answered already.
  private var deadlines = Deque<Deadline>()
  /// Requests for which the next linearizable read is made, while one is under way.
  var wantFreshness: [RequestID] = []
  var isFreshnessAsked = false
  /// Requests that know the store's revision in this step, and whose view lies behind it.
  var glancing: [RequestID] = []
  /// Commits with an event that wait for a lease, in the order of their arrival.
  var wantEventLease: [(RequestID, Commit)] = []
  var eventLease = EventLease()
  var purposes: [StoreCallID: Purpose] = [:]
  var random: PRNG
  /// The moment of the step under way.
  var now = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(milliseconds: 0))
  var isStopping = false
  private var nextNumber: UInt64 = 0
  private var outgoing: [Effect] = []

  public init(_ configuration: Configuration) {
    self.configuration = configuration
    cache = ObjectCache(limits: configuration.cacheLimits)
    random = PRNG(seed: configuration.entropy)
  }

  /// Requests without an answer yet, watches among them.
  public var requestCount: Int { exchanges.count + hub.count + lists.count }

  /// Everything up to it is in the view; 0 before it is filled.
  public var revision: Int64 { cache.revision }

  /// Watches that are open.
  public var watchCount: Int { hub.count }

  /// The view is filled: requests can be answered.
  public var isReady: Bool { cache.isReady }

  public mutating func step(_ events: [Event], at moment: Moment, into effects: inout [Effect]) {
    now = moment
    tokens.sweep(now.instant)
    for event in events { take(event) }
    endGlances()
    sweep()
    effects += outgoing
    outgoing.removeAll(keepingCapacity: true)
  }

  private mutating func take(_ event: Event) {
    switch event {
    case .start: list()
    case .request(let id, let request):
      deadlines.append(Deadline(at: now.instant + configuration.requestTimeout, id: id))
      begin(id, request)
    case .closed(let id):
      forget(id)
      close(id)
    case .congested(let id):
      stalled.begin(id, until: now.instant + configuration.stallTimeout)
      hub.congested(id)
      lists.congested(id)
    case .writable(let id):
      stalled.end(id)
      hub.writable(id)
      lists.writable(id)
    case .store(.answered(let call, let answer)): answered(call, answer)
    case .store(.delivered(_, let delivery)): delivered(delivery)
    case .answered(let id, let answer): answered(id, answer)
    case .tick: break
    case .stop:
      isStopping = true
      emit(hub.stop())
    }
  }

  /// The request has no answer yet. By the key alone: the exchange itself is not copied.
  func isOpen(_ id: RequestID) -> Bool { exchanges.keys.contains(id) }

  /// What is kept of an answer in parts is dropped.
  private mutating func close(_ id: RequestID) {
    stalled.end(id)
    hub.close(id)
    lists.close(id)
  }

  // MARK: - Effects

  mutating func emit(_ effect: Effect) { outgoing.append(effect) }

  mutating func emit(_ effects: [Effect]) { outgoing += effects }

  mutating func call(_ call: StoreCall, for purpose: Purpose) {
    nextNumber += 1
    let id = StoreCallID(nextNumber)
    purposes[id] = purpose
    emit(.store(.call(id, call)))
  }

  mutating func watchID() -> StoreWatchID {
    nextNumber += 1
    return StoreWatchID(nextNumber)
  }

  // MARK: - Time

  /// Ends what took too long, repeats what was refused, and asks to be woken for the rest.
  private mutating func sweep() {
    if cache.isListDue(now.instant) { list() }
    endOverdue()
    cutOffStalled()
    renewEventLease()
    emit(hub.tick(now, in: cache))
    emit(lists.pump())
    if let progress = cache.progressDue(now.instant) {
      emit(.store(.requestProgress(progress)))
    }
    if let due = nextDue { emit(.wake(at: due)) }
    if isStopping && requestCount == 0 { emit(.stopped) }
  }

  private var nextDue: Instant? {
    if hub.isDue || lists.isDue { return now.instant }
    var earliest = cache.nextDue
    func take(_ due: Instant?) {
      if let due, earliest.map({ due < $0 }) ?? true { earliest = due }
    }
    take(hub.nextDue)
    take(eventLease.nextDue)
    take(deadlines.first?.at)
    take(stalled.nextDue)
    if !lingering.isEmpty { take(lingering.values.min()) }
    return earliest
  }

  private mutating func endOverdue() {
    while let first = deadlines.first, !isOpen(first.id) || first.at <= now.instant {
      _ = deadlines.popFirst()
      guard isOpen(first.id) else { continue }
      respond(
        first.id, APIStatus.timeout("request did not complete within requested timeout").response)
    }
    guard !lingering.isEmpty else { return }
    for id in lingering.filter({ $0.value <= now.instant }).keys.sorted() {
      lingering[id] = nil
      waiting[id] = nil
      advance(id)
    }
  }

  /// Its client goes on from where it is, once it reads again.
  private mutating func cutOffStalled() {
    for id in stalled.takeDue(now.instant) where hub.holds(id) || lists.holds(id) {
      close(id)
      emit(.abort(id))
    }
  }

  // MARK: - The view

  private mutating func list() {
    call(.range(cache.beginListing()), for: .list)
  }

  private mutating func answered(_ id: StoreCallID, _ answer: StoreAnswer) {
    guard let purpose = purposes.removeValue(forKey: id) else { return }
    switch purpose {
    case .list: listed(answer)
    case .freshness(let ids): readFresh(ids, answer)
    case .commit(let id, let commit): committed(id, commit, answer)
    case .read(let id): read(id, answer)
    case .eventLease: grantedEventLease(answer)
    }
  }

  private mutating func listed(_ answer: StoreAnswer) {
    let watch = watchID()
    switch cache.take(list: answer, watch: watch, now: now.instant, random: &random) {
    case .next(let request): call(.range(request), for: .list)
    case .follow(let request, let movement):
      emit(.store(.watch(watch, request)))
      moved(movement)
    case .again: list()
    case .nothing: break
    }
  }

  private mutating func delivered(_ delivery: StoreDelivery) {
    guard let movement = cache.take(delivery, now: now.instant, random: &random) else {
      return list()
    }
    moved(movement)
  }

  /// The view has reached another revision: watches and waiting requests go on.
  private mutating func moved(_ movement: ObjectCache.Movement) {
    access.take(movement.changes)
    emit(hub.take(movement, in: cache, now: now))
    guard !waiting.isEmpty else { return }
    let reached = waiting.filter { $0.value <= cache.revision }.keys.sorted()
    for id in reached {
      waiting[id] = nil
      lingering[id] = nil
      advance(id)
    }
  }
}
