import Base
public import Component
import EtcdAPI
public import EventLoop
import Linux
public import StoreClient

/// Runs one `ControlComponent` on a loop and real connections.
///
///     StoreCaller --events of one turn--> step --effects--> StoreCaller, timer, log
///
/// Every verb is for the loop's thread.
public final class ComponentProcess {
  private let loop: EventLoop
  private let logger: Logger
  private var component: ControlComponent
  private var caller: StoreCaller?
  private let stepSeconds: Histogram
  private var timer: (timer: LoopTimer, due: Instant)?
  private var effects: [ControlComponent.Effect] = []
  private var onStopped: (() -> Void)?
  public let metrics: ComponentMetrics

  public init(
    _ configuration: ControlComponent.Configuration, client: StoreClient, loop: EventLoop,
    logger: Logger
  ) {
    loop.preconditionOnLoop()
    self.loop = loop
    self.logger = logger
    component = ControlComponent(configuration)
    metrics = ComponentMetrics(component.status)
    stepSeconds = metrics.stepSeconds
    let own = LoopBound(Weak(self), on: loop)
    caller = StoreCaller(client: client, loop: loop) { events in
      own.value.process?.step(events.map(ControlComponent.Event.store))
    }
  }

  public var status: ComponentStatus { component.status }

  /// The page for Prometheus, of this moment.
  public var metricsPage: String { metrics.page(component.status, now: Machine.now()) }

  /// Begins to list, to stand for election and to act.
  public func start() {
    step([.start])
  }

  /// Withdraws the candidates; then nothing is asked of the store any more and `body` runs, at the
  /// latest after a request's timeout.
  public func stop(then body: @escaping () -> Void) {
    onStopped = body
    step([.stop])
  }

  private func step(_ events: [ControlComponent.Event]) {
    loop.preconditionOnLoop()
    let begun = Machine.now()
    let moment = Moment(instant: begun, wall: Machine.wallTime())
    component.step(events, at: moment, into: &effects)
    stepSeconds.observe(Machine.now() - begun)
    var carried: [ControlComponent.Effect] = []
    swap(&carried, &effects)
    for effect in carried { perform(effect) }
    carried.removeAll(keepingCapacity: true)
    // What the effects caused meanwhile comes as events of a later turn.
    if effects.isEmpty { swap(&carried, &effects) }
  }

  private func perform(_ effect: ControlComponent.Effect) {
    switch effect {
    case .store(let effect): caller?.perform(effect)
    case .wake(let at): wake(at: at)
    case .note(let note): log(note)
    case .stopped:
      if let timer { loop.cancel(timer.timer) }
      timer = nil
      caller?.close()
      onStopped?()
      onStopped = nil
    }
  }

  private func log(_ note: Note) {
    let level: LogLevel = note.isWarning ? .warn : .info
    let fields = note.fields.map { "\($0.first ?? "")=\($0.dropFirst().joined(separator: " "))" }
    if fields.isEmpty {
      logger.log(level, note.text)
    } else {
      logger.log(level, note.text, ["about": fields.joined(separator: ", ")])
    }
  }

  private func wake(at due: Instant) {
    if let timer {
      guard due < timer.due else { return }
      loop.cancel(timer.timer)
    }
    let set = loop.schedule(after: max(.zero, due - Machine.now())) { [weak self] in
      self?.timer = nil
      self?.step([.tick])
    }
    timer = (set, due)
  }
}

/// Breaks the circle of a process and what delivers to it.
private struct Weak {
  weak var process: ComponentProcess?

  init(_ process: ComponentProcess) { self.process = process }
}
