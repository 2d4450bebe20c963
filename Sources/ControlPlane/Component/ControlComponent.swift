public import Base
import JSON
public import EtcdAPI
import Objects
public import Registry

/// One component minus its sockets: informers, work queues, elections, the fence and the commits of
/// the reconcilers that it hosts, as a value.
///
///     delivered --> informers --> view --> keys --> queue --> reconcile --> steps --> fenced Txns
///     answered  --> election, freshness, commits ----------------^
///
/// `ReconcilerRuntime` runs it on real connections, the simulator on simulated ones.
public struct ControlComponent: Sendable {
  public struct Configuration: Sendable {
    /// Who stands for election, as candidates' values name it: `controller-manager-17`.
    public var identity: String
    public var reconcilers: [any Reconciler]
    /// Seeds the names and uids of what is created.
    public var entropy: UInt64
    /// Without a renewal for this long the store drops the component's candidates.
    public var leaseSeconds: Int64 = 10
    /// Txns under way at once of one reconciler, for plans whose steps are independent.
    public var commitsMax = 64
    /// How much later than the leader's process a standby plans what elects nobody: long enough
    /// that it then finds it done, short beside a lease.
    public var standbyDelay = Duration.seconds(1)
    /// New pods run as service accounts that are there, see `ObjectRegistry`.
    public var hasServiceAccounts = false
    #if PLANTED_BUGS
      public var plantedBug: PlantedBug?
    #endif

    public init(identity: String, reconcilers: [any Reconciler], entropy: UInt64) {
      self.identity = identity
      self.reconcilers = reconcilers
      self.entropy = entropy
    }
  }

  public enum Event: Sendable {
    /// First and once.
    case start
    case store(StoreEvent)
    /// A time asked for by `wake` has come; it may come early or twice.
    case tick
    /// The process is asked to end: candidates are withdrawn, so that a standby acts at once.
    case stop
  }

  public enum Effect: Hashable, Sendable {
    case store(StoreEffect)
    /// A `tick` is wanted at this time; the earliest one asked for is enough.
    case wake(at: Instant)
    case note(Note)
    /// After `stop`: nothing is left to do.
    case stopped
  }

  /// What one answer of the store is for.
  enum Purpose: Hashable, Sendable {
    case list(Int)
    case leaseGrant
    case leaseKeepAlive(Int64)
    case leaseRevoke
    case campaign(Int, lease: Int64)
    case freshness(Int, created: Int64)
    case resignation(Int, created: Int64)
    case commit(Commit)
    case eventLease
  }

  enum Life: Hashable, Sendable {
    case fresh, running, stopping, stopped
  }

  let configuration: Configuration
  var life = Life.fresh
  var view = ClusterView()
  /// What the view's objects have alike.
  var subtrees = SharedSubtrees.ofObjects
  /// In the order of their collections.
  var informers: [Informer]
  /// In the order of the configuration.
  var hosted: [Hosted]
  /// By informer: the reconcilers that read it.
  let readers: [[Int]]
  let informerOfCollection: [Collection: Int]
  var session: SessionLease
  var eventLease = EventLease()
  /// A step waits for a lease for its event.
  var needsEventLease = false
  var purposes: [StoreCallID: Purpose] = [:]
  var informerOfWatch: [StoreWatchID: Int] = [:]
  var random: PRNG
  /// The moment of the step under way.
  var now = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(milliseconds: 0))
  var storeRevision: Int64 = 0
  private var nextNumber: UInt64 = 0
  private var wakeAt: Instant?
  private var outgoing: [Effect] = []

  /// Two reconcilers of one name are a programmer error.
  public init(_ configuration: Configuration) {
    let reconcilers = configuration.reconcilers
    precondition(
      Set(reconcilers.map(\.name)).count == reconcilers.count, "a reconciler's name is its own")
    self.configuration = configuration
    session = SessionLease(seconds: configuration.leaseSeconds)
    random = PRNG(seed: configuration.entropy)
    var registry = ObjectRegistry(writer: "")
    registry.hasServiceAccounts = configuration.hasServiceAccounts
    let admission = registry.admissionCollections
    var collections = Set(reconcilers.flatMap(\.collections) + admission)
    if reconcilers.contains(where: \.electsLeader) { collections.insert(.candidates) }
    let sorted = collections.sorted()
    informers = sorted.map(Informer.init)
    informerOfCollection = Dictionary(
      uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
    readers = sorted.map { collection in
      reconcilers.indices.filter { reconcilers[$0].collections.contains(collection) }
    }
    hosted = reconcilers.map { reconciler in
      var read = Set(reconciler.collections + admission)
      if reconciler.electsLeader { read.insert(.candidates) }
      registry.writer = reconciler.eventSource
      return Hosted(
        reconciler, registry: registry,
        informers: sorted.indices.filter { read.contains(sorted[$0]) },
        informerCount: sorted.count)
    }
    #if PLANTED_BUGS
      for index in hosted.indices { hosted[index].registry.plantedBug = configuration.plantedBug }
    #endif
  }

  // MARK: - Steps

  public mutating func step(
    _ event: Event, at moment: Moment, into effects: inout [Effect]
  ) {
    step([event], at: moment, into: &effects)
  }

  /// Takes what happened at once, in order, and plans after all of it.
  ///
  /// The order of `effects` matters: carry them out one after the other.
  public mutating func step(
    _ events: [Event], at moment: Moment, into effects: inout [Effect]
  ) {
    now = moment
    for event in events { take(event) }
    if life == .running {
      runTimers()
      runPlans()
    }
    askForWake()
    effects += outgoing
    outgoing.removeAll(keepingCapacity: true)
  }

  private mutating func take(_ event: Event) {
    switch (life, event) {
    case (.fresh, .start): start()
    case (.running, .store(.answered(let id, let answer))),
      (.stopping, .store(.answered(let id, let answer))):
      answered(id, answer)
    case (.running, .store(.delivered(let id, let delivery))): delivered(id, delivery)
    case (.running, .stop): stop()
    case (.fresh, .stop), (.stopping, .stop): finishStop()
    // It may have come early: what is due is asked for again.
    case (.running, .tick): wakeAt = nil
    case (_, .tick), (_, .start), (.fresh, .store), (.stopping, .store), (.stopped, .store),
      (.stopped, .stop):
      break
    }
  }

  private mutating func start() {
    life = .running
    for index in informers.indices { list(index) }
  }

  private mutating func answered(_ id: StoreCallID, _ answer: StoreAnswer) {
    guard let purpose = purposes.removeValue(forKey: id) else { return }
    noteRevision(of: answer)
    if life == .stopping {
      if purpose == .leaseRevoke { finishStop() }
      return
    }
    switch purpose {
    case .list(let index): listed(index, answer)
    case .leaseGrant: sessionGranted(answer)
    case .leaseKeepAlive(let lease): sessionRenewed(lease, answer)
    case .leaseRevoke: break
    case .campaign(let index, let lease): campaigned(index, lease: lease, answer)
    case .freshness(let index, let created): fresh(index, created: created, answer)
    case .resignation(let index, let created): resigned(index, created: created, answer)
    case .commit(let commit): committed(commit, answer)
    case .eventLease: eventLeaseGranted(answer)
    }
  }

  private mutating func noteRevision(of answer: StoreAnswer) {
    let header: ResponseHeader? =
      switch answer {
      case .range(let response): response.header
      case .txn(let response): response.header
      case .leaseGrant(let response): response.header
      case .leaseKeepAlive, .leaseRevoke, .refused, .unknown: nil
      }
    storeRevision = max(storeRevision, header?.revision ?? 0)
  }

  // MARK: - The end

  /// The candidates go with their lease, so that a standby acts at once. A Txn under way is carried
  /// out before that or refused by its fence.
  private mutating func stop() {
    for case .following(let watch) in informers.map(\.phase) { emit(.store(.cancelWatch(watch))) }
    informerOfWatch = [:]
    for index in hosted.indices { hosted[index].retire() }
    life = .stopping
    if let lease = session.id {
      call(.leaseRevoke(id: lease), for: .leaseRevoke)
    } else {
      finishStop()
    }
  }

  private mutating func finishStop() {
    life = .stopped
    emit(.stopped)
  }

  // MARK: - Effects

  mutating func emit(_ effect: Effect) { outgoing.append(effect) }

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

  mutating func note(_ text: String, warning: Bool = true, _ fields: [[String]]) {
    emit(.note(Note(isWarning: warning, text: text, fields: fields)))
  }

  // MARK: - Time

  private mutating func runTimers() {
    for index in informers.indices {
      if case .pausing(let until) = informers[index].phase, until <= now.instant { list(index) }
      if let watch = informers[index].progressDue(now: now.instant) {
        emit(.store(.requestProgress(watch)))
      }
    }
    runElectionTimers()
    if needsEventLease, let grant = eventLease.callDue(now: now.instant) {
      call(grant, for: .eventLease)
    }
    for index in hosted.indices { hosted[index].queue.runTimers(now.instant) }
  }

  /// The earliest time at which something is due, where no earlier wake was asked for.
  private mutating func askForWake() {
    guard life == .running else { return }
    var due: [Instant] = informers.compactMap(\.nextDue)
    for one in hosted {
      if let at = one.candidacy?.nextDue { due.append(at) }
      if let at = one.queue.nextDue { due.append(at) }
      // Keys that this step left for the next one.
      if one.mayPlan(commitsMax: configuration.commitsMax) { due.append(now.instant) }
    }
    if hosted.contains(where: \.electsLeader), let at = session.nextDue { due.append(at) }
    if needsEventLease, let at = eventLease.nextDue { due.append(at) }
    if let wakeAt, wakeAt <= now.instant { self.wakeAt = nil }
    guard let earliest = due.min() else { return }
    if let wakeAt, wakeAt <= earliest { return }
    wakeAt = earliest
    emit(.wake(at: earliest))
  }

  // MARK: - Status

  public var status: ComponentStatus {
    ComponentStatus(
      reconcilers: hosted.map(\.status),
      informers: informers.map { informer in
        InformerStatus(
          collection: informer.collection, isListed: informer.isListed,
          revision: informer.revision, lastHeard: informer.lastHeard, lists: informer.listCount,
          objects: view.objects(in: informer.collection).count)
      },
      lease: session.id, storeRevision: storeRevision)
  }
}
