public import Base
public import EtcdAPI

/// The agent of one node minus its files, processes and sockets, as a value: makes the pods under
/// `/nodes/<node>/desired/` so and reports under `/nodes/<node>/actual/`. It goes on without the
/// store, from its own copy of what is desired.
///
///     store watch --> desired --> kept --\
///     runtime ----> record, supervisor ---+--> PodPlanner --> orders, supervisors, reports
///     clock --------> tick --------------/
///
/// The same core runs pods as processes and in memory (`HollowNode`): what carries out a
/// `PodCommand` is the runtime, the one seam.
public struct AgentCore: Sendable {
  public struct Configuration: Sendable {
    public var node: String
    public var backoff: RestartBackoff
    /// Without a renewal for this long the store drops the heartbeat; renewed each third of it.
    public var leaseSeconds: Int64 = 10
    /// What changes within this time is written once.
    public var reportDelay = Duration.milliseconds(30)
    /// How long the report of a pod that only begins waits for its containers to run.
    public var startPatience = Duration.seconds(1)
    /// Reports being written at once.
    public var writesMax = 16
    /// The runtime executes nothing: pods need not say what.
    public var isHollow = false
    /// Where pods are reached.
    public var addresses = PodAddresses()

    public init(node: String, backoff: RestartBackoff = RestartBackoff()) {
      self.node = node
      self.backoff = backoff
    }
  }

  public enum Event: Sendable {
    /// First and once: what an earlier life left on the node.
    case start(Inheritance)
    case store(StoreEvent)
    case runtime(PodEvent)
    /// What the node says of itself, as it is to stand under `actual/node`.
    case nodeReport(Bytes)
    /// A time asked for by `wake` has come; it may come early or twice.
    case tick
    /// The agent ends; the pods go on, and so does the heartbeat until its lease lapses.
    case stop
  }

  public enum Effect: Hashable, Sendable {
    case store(StoreEffect)
    /// To be carried out in order; `PodCommand` says which event answers it.
    case runtime(PodCommand)
    /// Keep the lease for the next life, so that it takes the heartbeat up again.
    case saveLease(Int64)
    /// For who looks at the node from outside: whether the agent has a session with the store.
    case markSession(Bool)
    /// A `tick` is wanted at this time; the last one asked for is enough.
    case wake(at: Instant)
    case note(Note)
    /// After `stop`: nothing more follows.
    case stopped
  }

  /// What an earlier life of the agent left on the node.
  public struct Inheritance: Hashable, Sendable {
    public var lease: Int64?
    public var pods: [KeptPod]

    public init(lease: Int64? = nil, pods: [KeptPod] = []) {
      self.lease = lease
      self.pods = pods
    }
  }

  /// One event's time and what follows from it.
  struct Turn {
    let now: Instant
    var effects: [Effect] = []

    mutating func note(_ text: String, _ fields: [[String]] = [], isWarning: Bool = true) {
      effects.append(.note(Note(isWarning: isWarning, text: text, fields: fields)))
    }
  }

  let configuration: Configuration
  let keys: NodeKeys
  let planner: PodPlanner
  var pods: [String: AgentPod] = [:]
  var reports = ReportQueue()
  var session = AgentSession()
  private var lastWake: Instant?
  private var isStopped = false

  public init(_ configuration: Configuration) {
    self.configuration = configuration
    keys = NodeKeys(node: configuration.node)
    planner = PodPlanner(backoff: configuration.backoff)
  }

  public mutating func step(_ event: Event, now: Instant, into effects: inout [Effect]) {
    if isStopped { return }
    var turn = Turn(now: now)
    switch event {
    case .start(let inheritance): start(inheritance, &turn)
    case .store(.answered(let id, let answer)): answered(id, answer, &turn)
    case .store(.delivered(let id, let delivery)): delivered(id, delivery, &turn)
    case .runtime(let event): take(event, &turn)
    case .nodeReport(let value):
      reports.want(value, at: keys.actualNode, by: now + configuration.reportDelay)
    case .tick: tick(&turn)
    case .stop: stop(&turn)
    }
    if !isStopped {
      writeReports(&turn)
      wake(&turn)
    }
    effects += turn.effects
  }

  /// Uids of the pods that the agent looks after, in order.
  public var podUIDs: [String] { pods.keys.sorted() }

  private mutating func start(_ inheritance: Inheritance, _ turn: inout Turn) {
    for kept in inheritance.pods.sorted(by: { $0.uid < $1.uid }) {
      pods[kept.uid] = AgentPod(uid: kept.uid, isHollow: configuration.isHollow)
      pods[kept.uid]?.take(kept, now: turn.now)
      plan(kept.uid, &turn)
    }
    session.lease = inheritance.lease
    openSession(&turn)
  }

  private mutating func stop(_ turn: inout Turn) {
    if case .watching(let watch) = session.reading {
      turn.effects.append(.store(.cancelWatch(watch)))
    }
    mark(hasSession: false, &turn)
    isStopped = true
    turn.effects.append(.stopped)
  }

  // MARK: - Time

  private mutating func tick(_ turn: inout Turn) {
    let now = turn.now
    // The time asked for may not have come yet: ask again.
    lastWake = nil
    for uid in pods.filter({ $0.value.wake.map { $0 <= now } ?? false }).keys.sorted() {
      pods[uid]?.wake = nil
      if pods[uid]?.unkept != nil { keep(uid, &turn) }
      plan(uid, &turn)
    }
    sessionTick(&turn)
  }

  private mutating func wake(_ turn: inout Turn) {
    var times = session.dueTimes
    if session.canWrite, reports.writesUnderWay < configuration.writesMax,
      let due = reports.nextDue
    {
      times.append(due)
    }
    for pod in pods.values {
      if let wake = pod.wake { times.append(wake) }
    }
    guard let first = times.min() else { return }
    // A time that has passed was answered or is waited for elsewhere; asked for again it comes
    // again.
    if first == lastWake, first > turn.now { return }
    lastWake = first
    turn.effects.append(.wake(at: first))
  }
}
