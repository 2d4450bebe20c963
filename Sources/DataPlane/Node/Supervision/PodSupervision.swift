public import Base

/// What a pod's supervisor does, as a value: orders and process events in, ordered effects out.
///
///     orders --> spawn (held at a gate) --> spawned --> save --> open the gate --> running
///     running --> exited --> sweep what it left behind --> save --> (next attempt | end)
///
/// The process's identity is durable before its first instruction, and its end is durable before
/// anything follows from it: so no crash of the supervisor starts an attempt twice.
public struct PodSupervision: Sendable {
  public private(set) var record: PodRecord
  private var orders: PodOrders?
  private var live: [String: Live] = [:]
  /// Told to spawn and not answered yet.
  private var starting: Set<String> = []
  /// Overrules the orders once the node goes down.
  private var shutdown: ContainerOrder.Stop?

  /// What only the supervisor that started the process knows.
  private struct Live: Sendable {
    var startedAt: Instant
    var isTerminated = false
    var isKilled = false
    var killAt: Instant?
  }

  public enum Event: Hashable, Sendable {
    case ordered(PodOrders)
    /// The process exists and waits at its gate.
    case spawned(name: String, attempt: Int, ProcessIdentity)
    /// There is no process: it could not be made, or the command could not be executed.
    case startFailed(name: String, attempt: Int, message: String)
    case exited(name: String, ProcessEnd)
    /// The node goes down: end everything within this grace, then end.
    case shutdown(graceMilliseconds: Int64)
    /// The time named by `wake` has come.
    case tick
  }

  public enum Effect: Hashable, Sendable {
    /// Make the process and hold it before its first instruction.
    case spawn(ContainerSpec, attempt: Int)
    /// Make the record durable; what follows waits for it.
    case save
    /// Let the held process go.
    case open(name: String)
    /// Send a signal to the process's group.
    case signal(name: String, ProcessIdentity, StopSignal)
    /// Kill whatever the ended process left in its session, and wait until it is gone.
    case sweep(name: String, ProcessIdentity)
    case wake(at: Instant)
    /// Nothing runs and nothing more is expected.
    case end
  }

  public enum StopSignal: Hashable, Sendable {
    case terminate
    case kill
  }

  /// How a process ended, as wait(2) tells it.
  public struct ProcessEnd: Hashable, Sendable {
    public var code: Int32
    /// 0 where it exited by itself.
    public var signal: Int32
    public var wasOutOfMemory: Bool

    public init(code: Int32, signal: Int32 = 0, wasOutOfMemory: Bool = false) {
      self.code = code
      self.signal = signal
      self.wasOutOfMemory = wasOutOfMemory
    }
  }

  public init(record: PodRecord = PodRecord()) {
    self.record = record
  }

  /// Ends what a lost supervisor left running: its exit codes can no longer be known, so everything
  /// is killed and recorded as unknown. To be called once, before the first orders.
  /// `boot` is the host's present one: what ran before a reboot was lost with the node.
  public mutating func recover(boot: String, wall: WallTime, into effects: inout [Effect]) {
    var isChanged = false
    for index in record.containers.indices {
      guard case .running(let running) = record.containers[index].state else { continue }
      effects.append(.sweep(name: record.containers[index].name, running.process))
      let isOfThisBoot = running.process.boot == boot
      record.containers[index].state = .exited(
        ContainerExit(
          attempt: running.attempt, code: 137, reason: isOfThisBoot ? .unknown : .nodeShutdown,
          message: isOfThisBoot
            ? "the pod's supervisor was lost; the process was killed"
            : "the host was restarted",
          startedAt: running.startedAt, finishedAt: wall, ranMilliseconds: 0))
      isChanged = true
    }
    if isChanged { effects.append(.save) }
  }

  public mutating func step(
    _ event: Event, now: Instant, wall: WallTime, into effects: inout [Effect]
  ) {
    switch event {
    case .ordered(let new):
      // An older order may arrive late only through a mistake of ours; it must not undo a newer
      // one.
      guard new.generation > orders?.generation ?? -1 else { return }
      orders = new
      if record.generation != new.generation {
        record.generation = new.generation
        effects.append(.save)
      }
    case .spawned(let name, let attempt, let process):
      starting.remove(name)
      live[name] = Live(startedAt: now)
      let running = RunningProcess(attempt: attempt, process: process, startedAt: wall)
      record.firstStart = record.firstStart ?? wall
      enter(name, .running(running))
      effects.append(.save)
      effects.append(.open(name: name))
    case .startFailed(let name, let attempt, let message):
      let exit = ContainerExit(
        attempt: attempt, code: 128, reason: .startError, message: message, startedAt: wall,
        finishedAt: wall, ranMilliseconds: 0)
      starting.remove(name)
      live[name] = nil
      enter(name, .exited(exit))
      effects.append(.save)
    case .exited(let name, let end):
      finish(name, end, now: now, wall: wall, into: &effects)
    case .shutdown(let grace):
      shutdown = ContainerOrder.Stop(graceMilliseconds: grace, generation: record.generation)
    case .tick:
      break
    }
    advance(now: now, into: &effects)
  }

  // MARK: - Following the orders

  private mutating func advance(now: Instant, into effects: inout [Effect]) {
    guard let orders else {
      if shutdown != nil { effects.append(.end) }
      return
    }
    var wake: Instant?
    var isBusy = false
    for order in orders.containers {
      let known = record[order.spec.name]
      if case .running(let running)? = known?.state {
        isBusy = true
        let ordered = order.attempt == running.attempt ? order.stop : nil
        guard let stop = shutdown ?? ordered else { continue }
        halt(order.spec.name, running.process, stop, now: now, into: &effects)
        if let due = live[order.spec.name]?.killAt { wake = min(wake ?? due, due) }
      } else if order.attempt > known?.attempt ?? 0, order.stop == nil,
        shutdown == nil
      {
        isBusy = true
        if starting.insert(order.spec.name).inserted {
          effects.append(.spawn(order.spec, attempt: order.attempt))
        }
      }
    }
    if let wake { effects.append(.wake(at: wake)) }
    if !isBusy && (orders.isReleased || shutdown != nil) { effects.append(.end) }
  }

  private mutating func halt(
    _ name: String, _ process: ProcessIdentity, _ stop: ContainerOrder.Stop, now: Instant,
    into effects: inout [Effect]
  ) {
    guard var state = live[name], !state.isKilled else { return }
    let due = now + .milliseconds(stop.graceMilliseconds)
    // Told again with a shorter grace the end comes sooner, never later.
    state.killAt = min(state.killAt ?? due, due)
    if let killAt = state.killAt, killAt <= now {
      effects.append(.signal(name: name, process, .kill))
      state.isKilled = true
      state.killAt = nil
    } else if !state.isTerminated {
      effects.append(.signal(name: name, process, .terminate))
      state.isTerminated = true
    }
    live[name] = state
  }

  private mutating func finish(
    _ name: String, _ end: ProcessEnd, now: Instant, wall: WallTime, into effects: inout [Effect]
  ) {
    guard case .running(let running)? = record[name]?.state else {
      preconditionFailure("a process ended that was not recorded as running")
    }
    let code = end.signal == 0 ? end.code : 128 + end.signal
    let ownReason: ContainerExit.Reason =
      end.wasOutOfMemory && code != 0 ? .outOfMemory : code == 0 ? .completed : .error
    let reason = shutdown == nil ? ownReason : .nodeShutdown
    let ran = live[name].map { (now - $0.startedAt).milliseconds } ?? 0
    effects.append(.sweep(name: name, running.process))
    live[name] = nil
    enter(
      name,
      .exited(
        ContainerExit(
          attempt: running.attempt, code: code, signal: end.signal, reason: reason,
          startedAt: running.startedAt, finishedAt: wall, ranMilliseconds: ran)))
    effects.append(.save)
  }

  private mutating func enter(_ name: String, _ state: ContainerRecord.State) {
    guard let index = record.containers.firstIndex(where: { $0.name == name }) else {
      record.containers.append(ContainerRecord(name: name, state: state))
      return
    }
    // The end of the attempt before becomes history when the next one begins or fails to.
    if case .exited(let earlier) = record.containers[index].state {
      record.containers[index].previous = earlier
    }
    record.containers[index].state = state
  }
}
