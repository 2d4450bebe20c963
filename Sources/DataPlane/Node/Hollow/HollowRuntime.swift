public import Base

/// Runs pods in memory: containers "run" at once or after small seeded delays, end on order, and
/// may end by themselves. The twin of processes under supervisors; each pod is driven by the same
/// `PodSupervision`. Everything follows from the seed and the events.
public struct HollowRuntime: Sendable {
  public struct Settings: Hashable, Sendable {
    /// The longest a container takes to start; each start draws up to it. 0: at once.
    public var startMillisecondsMax = 20
    /// The longest a container takes to end after SIGTERM, should its grace allow it. 0: at once.
    public var stopMillisecondsMax = 20
    /// How many of the containers end by themselves.
    public var exits = Ratio.never
    /// How many of those that end by themselves fail.
    public var failures = Ratio(1, in: 2)
    /// The longest that one which ends by itself runs.
    public var runMillisecondsMax = 60_000

    public init() {}
  }

  /// A container that runs here.
  public struct RunningContainer: Hashable, Sendable {
    public let uid: String
    public let container: String
    public let attempt: Int
    public let pid: Int32
  }

  private let settings: Settings
  private var random: PRNG
  private var boot: String
  private var supervisors: [String: Supervisor] = [:]
  private var records: [String: PodRecord] = [:]
  private var processes: [Int32: RunningContainer] = [:]
  private var lastPID: Int32 = 1
  private var schedule = Heap<Timed>()
  private var lastNumber: UInt64 = 0

  /// What has changed for the agent to see.
  public enum Change: Hashable, Sendable {
    /// The record was written, or the supervisor came or went.
    case observed(uid: String)
    case supervisorEnded(uid: String, SupervisorEnd)
  }

  private struct Supervisor: Sendable {
    var supervision: PodSupervision
    /// Tells it from the pod's earlier ones.
    let life: UInt64
  }

  private struct Timed: Comparable, Sendable {
    let due: Instant
    /// Among equals the first that was asked for.
    let number: UInt64
    let uid: String
    /// The supervisor that it concerns.
    let life: UInt64?
    let happening: Happening

    static func < (left: Timed, right: Timed) -> Bool {
      (left.due, left.number) < (right.due, right.number)
    }

    static func == (left: Timed, right: Timed) -> Bool { left.number == right.number }
  }

  private enum Happening: Hashable, Sendable {
    case spawned(container: String, attempt: Int)
    case exited(pid: Int32, PodSupervision.ProcessEnd)
    case tick
  }

  public init(settings: Settings = Settings(), seed: UInt64) {
    self.settings = settings
    random = PRNG(seed: seed)
    boot = ""
    boot = Hex.digits(random.next())
  }

  /// Every container that runs, in the order of their starts.
  public var running: [RunningContainer] { processes.values.sorted { $0.pid < $1.pid } }

  public func record(of uid: String) -> PodRecord? { records[uid] }
  public func isSupervised(_ uid: String) -> Bool { supervisors[uid] != nil }

  /// When something happens here by itself; nil for never.
  public var nextDue: Instant? { schedule.first?.due }

  // MARK: - Commands

  /// A supervisor begins and reads the orders that are kept.
  public mutating func start(
    _ uid: String, orders: PodOrders?, at moment: Moment, into changes: inout [Change]
  ) {
    // The lock is held: the second one ends at once.
    guard supervisors[uid] == nil else {
      changes.append(.supervisorEnded(uid: uid, .inOrder))
      return
    }
    var supervision = PodSupervision(record: records[uid] ?? PodRecord())
    var effects: [PodSupervision.Effect] = []
    supervision.recover(boot: boot, wall: moment.wall, into: &effects)
    supervisors[uid] = Supervisor(supervision: supervision, life: nextNumber())
    changes.append(.observed(uid: uid))
    perform(effects, of: uid, at: moment, into: &changes)
    if let orders { order(uid, orders, at: moment, into: &changes) }
  }

  /// The orders were written: a supervisor that runs sees them.
  public mutating func order(
    _ uid: String, _ orders: PodOrders, at moment: Moment, into changes: inout [Change]
  ) {
    step(uid, .ordered(orders), at: moment, into: &changes)
  }

  /// Everything that is due by now happens, in order.
  public mutating func advance(to moment: Moment, into changes: inout [Change]) {
    while let first = schedule.first, first.due <= moment.instant {
      _ = schedule.popFirst()
      happen(first, at: moment, into: &changes)
    }
  }

  /// Removes what is kept of the pod.
  public mutating func forget(_ uid: String) {
    records[uid] = nil
  }

  // MARK: - Misfortunes

  /// The pod's supervisor is killed; its containers run on until the next one sweeps them.
  public mutating func killSupervisor(_ uid: String, into changes: inout [Change]) {
    guard supervisors.removeValue(forKey: uid) != nil else { return }
    changes.append(.observed(uid: uid))
    changes.append(.supervisorEnded(uid: uid, .killed))
  }

  /// The node loses its power: nothing runs any more; what was recorded stays.
  public mutating func reboot() {
    supervisors = [:]
    processes = [:]
    schedule = Heap()
    boot = Hex.digits(random.next())
  }

  // MARK: - One supervisor

  private mutating func step(
    _ uid: String, _ event: PodSupervision.Event, at moment: Moment,
    into changes: inout [Change]
  ) {
    var effects: [PodSupervision.Effect] = []
    supervisors[uid]?.supervision.step(
      event, now: moment.instant, wall: moment.wall, into: &effects)
    perform(effects, of: uid, at: moment, into: &changes)
  }

  private mutating func perform(
    _ effects: [PodSupervision.Effect], of uid: String, at moment: Moment,
    into changes: inout [Change]
  ) {
    for effect in effects {
      switch effect {
      case .spawn(let spec, let attempt):
        after(
          settings.startMillisecondsMax, at: moment, uid,
          .spawned(container: spec.name, attempt: attempt))
      case .save:
        records[uid] = supervisors[uid]?.supervision.record
        changes.append(.observed(uid: uid))
      case .open(let name): open(name, of: uid, at: moment)
      case .signal(_, let process, let signal): send(signal, to: process, of: uid, at: moment)
      case .sweep(_, let process):
        if process.boot == boot { processes[process.pid] = nil }
      case .wake(let due): add(.tick, of: uid, due: due)
      case .end:
        supervisors[uid] = nil
        changes.append(.observed(uid: uid))
        changes.append(.supervisorEnded(uid: uid, .inOrder))
      }
    }
  }

  private mutating func happen(
    _ timed: Timed, at moment: Moment, into changes: inout [Change]
  ) {
    let uid = timed.uid
    switch timed.happening {
    case .spawned(let container, let attempt):
      // Its supervisor may be gone, or be another one meanwhile.
      guard let supervisor = supervisors[uid], supervisor.life == timed.life else { return }
      lastPID += 1
      processes[lastPID] = RunningContainer(
        uid: uid, container: container, attempt: attempt, pid: lastPID)
      let identity = ProcessIdentity(
        pid: lastPID, startTicks: UInt64(moment.instant.nanoseconds.magnitude), boot: boot)
      step(
        uid, .spawned(name: container, attempt: attempt, identity), at: moment, into: &changes)
    case .exited(let pid, let end):
      // It may have been killed meanwhile.
      guard let process = processes.removeValue(forKey: pid) else { return }
      step(uid, .exited(name: process.container, end), at: moment, into: &changes)
    case .tick:
      step(uid, .tick, at: moment, into: &changes)
    }
  }

  /// The container begins; some are made to end by themselves.
  private mutating func open(_ name: String, of uid: String, at moment: Moment) {
    guard case .running(let running)? = supervisors[uid]?.supervision.record[name]?.state,
      random.chance(settings.exits)
    else { return }
    let code: Int32 = random.chance(settings.failures) ? 1 : 0
    after(
      settings.runMillisecondsMax, at: moment, uid,
      .exited(pid: running.process.pid, PodSupervision.ProcessEnd(code: code)))
  }

  private mutating func send(
    _ signal: PodSupervision.StopSignal, to process: ProcessIdentity, of uid: String,
    at moment: Moment
  ) {
    switch signal {
    case .terminate:
      let end = PodSupervision.ProcessEnd(code: 0, signal: 15)
      after(settings.stopMillisecondsMax, at: moment, uid, .exited(pid: process.pid, end))
    case .kill:
      let end = PodSupervision.ProcessEnd(code: 0, signal: 9)
      after(0, at: moment, uid, .exited(pid: process.pid, end))
    }
  }

  private mutating func after(
    _ millisecondsMax: Int, at moment: Moment, _ uid: String, _ happening: Happening
  ) {
    let microseconds = millisecondsMax == 0 ? 0 : random.below(millisecondsMax * 1000)
    add(happening, of: uid, due: moment.instant + .microseconds(microseconds))
  }

  private mutating func add(_ happening: Happening, of uid: String, due: Instant) {
    schedule.insert(
      Timed(
        due: due, number: nextNumber(), uid: uid, life: supervisors[uid]?.life,
        happening: happening))
  }

  private mutating func nextNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }
}
