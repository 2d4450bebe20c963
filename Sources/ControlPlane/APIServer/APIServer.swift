import API
import Base
import Crypto
public import EventLoop
import HTTP
public import Linux
public import StoreClient
import Transport

/// Runs one `APICore` on a loop and real connections.
///
///     RequestDesk --\                      /--> RequestDesk
///     StoreCaller ---+--> APICore.step ---+--> StoreCaller, workers
///     loop timer ---/                      \--> AgentStreams --> RequestDesk
///
/// What happens in one turn of the loop is one step of the core, at the turn's end; what it answers
/// leaves in the same turn. Every verb is for the loop's thread.
public final class APIServer {
  private let loop: EventLoop
  private let logger: Logger
  private let workers: WorkerPool
  private let tokens: TokenKeys?
  private let metrics: APIServerMetrics
  private var core: APICore
  private var caller: StoreCaller?
  private var desk: RequestDesk?
  private var agents: AgentStreams?
  private var timer: (timer: LoopTimer, due: Instant)?
  private var pending: [APICore.Event] = []
  private var effects: [APICore.Effect] = []
  private var isStepScheduled = false
  private var onStopped: (() -> Void)?
  /// Where it listens, with the port that the kernel chose if 0 was asked for.
  public private(set) var address: SocketAddress

  private enum Bounds {
    /// From being told to end to ending, whoever still waits for an answer.
    static let stop = Duration.seconds(10)
    /// For connections to take their last bytes.
    static let flush = Duration.seconds(2)
    static let flushStep = Duration.milliseconds(10)
    /// Of one connection: a thousand clients that do not read hold a quarter of a GiB.
    static let unsent = TCPConnection.Marks(low: 64 << 10, high: 256 << 10)
  }

  /// Listens at once; requests are answered once the view of the store is filled.
  public init(
    _ configuration: APIServerConfiguration, client: StoreClient, workers: WorkerPool,
    loop: EventLoop, logger: Logger
  ) throws(Errno) {
    loop.preconditionOnLoop()
    self.loop = loop
    self.logger = logger
    self.workers = workers
    tokens = configuration.tokens
    metrics = APIServerMetrics()
    core = APICore(configuration.core)
    address = configuration.address
    let own = LoopBound(Weak(self), on: loop)
    caller = StoreCaller(client: client, loop: loop) { events in
      for event in events { own.value.server?.take(.store(event)) }
    }
    let desk = RequestDesk(loop: loop, logger: logger, metrics: metrics.requests) {
      [weak self] event in
      self?.receive(event)
    }
    self.desk = desk
    agents = AgentStreams(
      desk: desk, tls: configuration.agents, workers: workers, loop: loop, logger: logger)
    var settings = ChannelSettings(tls: configuration.tls, workers: workers)
    settings.marks = Bounds.unsent
    address = try desk.listen(on: configuration.address, settings)
  }

  /// Begins to fill the view.
  public func start() {
    take(.start)
  }

  /// Takes no further connections, ends watches, lets requests have their answers; then `body`
  /// runs.
  public func stop(then body: @escaping () -> Void) {
    guard onStopped == nil else { return }
    onStopped = body
    desk?.drain()
    agents?.stop()
    take(.stop)
    loop.schedule(after: Bounds.stop) { [weak self] in self?.finish() }
  }

  /// The view holds every API object: requests can be answered.
  public var isReady: Bool { core.isReady }

  // MARK: - Events

  /// What the desk tells: of forwarded requests, the agents' streams have to know.
  private func receive(_ event: APICore.Event) {
    if agents?.take(event) == true { return }
    take(event)
  }

  private func take(_ event: APICore.Event) {
    pending.append(event)
    guard !isStepScheduled else { return }
    isStepScheduled = true
    loop.atTurnEnd { [weak self] in self?.step() }
  }

  private func step() {
    isStepScheduled = false
    var events: [APICore.Event] = []
    swap(&events, &pending)
    let begun = Machine.now()
    core.step(events, at: Moment(instant: begun, wall: Machine.wallTime()), into: &effects)
    metrics.stepSeconds.observe(Machine.now() - begun)
    events.removeAll(keepingCapacity: true)
    if pending.isEmpty { swap(&events, &pending) }
    var carried: [APICore.Effect] = []
    swap(&carried, &effects)
    for effect in carried { perform(effect) }
    carried.removeAll(keepingCapacity: true)
    if effects.isEmpty { swap(&carried, &effects) }
  }

  // MARK: - Effects

  private func perform(_ effect: APICore.Effect) {
    switch effect {
    case .store(let effect): caller?.perform(effect)
    case .respond(let id, let response): desk?.respond(id, response)
    case .head(let id, let status, let fields): desk?.head(id, status, fields)
    case .body(let id, let bytes, let isLast): desk?.body(id, bytes, isLast: isLast)
    case .abort(let id): desk?.abort(id)
    case .ask(let id, let question): answer(question, of: id)
    case .forward(let id, let request): agents?.open(id, request)
    case .wake(let due): wake(at: due)
    case .note(let note):
      logger.log(note.isWarning ? .warn : .info, note.text, pairs: note.fields)
    case .stopped: finish()
    }
  }

  private func answer(_ question: ShellQuestion, of id: RequestID) {
    switch question {
    case .verify(let token): ask(.verify(token), of: id)
    case .sign(let claims): ask(.sign(claims), of: id)
    case .metrics:
      let page = metrics.page(revision: core.revision, watches: core.watchCount)
      take(.answered(id, .metrics(Bytes(page))))
    }
  }

  /// Signatures cost a tenth of a millisecond each: the loop has better things to do.
  private func ask(_ question: TokenQuestion, of id: RequestID) {
    guard let tokens else {
      return take(.answered(id, .failed("this API server has no keys of service accounts")))
    }
    loop.offload(to: workers) {
      tokens.answer(question)
    } completion: { [weak self] answer in
      self?.take(.answered(id, answer))
    }
  }

  private func wake(at due: Instant) {
    if let timer {
      guard due < timer.due else { return }
      loop.cancel(timer.timer)
    }
    let set = loop.schedule(after: max(.zero, due - Machine.now())) { [weak self] in
      self?.timer = nil
      self?.take(.tick)
    }
    timer = (set, due)
  }

  // MARK: - The end

  private func finish() {
    guard let caller else { return }
    if let timer { loop.cancel(timer.timer) }
    timer = nil
    caller.close()
    self.caller = nil
    desk?.close()
    awaitFlush(until: Machine.now() + Bounds.flush)
  }

  /// What was answered last is on its way to the kernel.
  private func awaitFlush(until limit: Instant) {
    guard desk?.connectionCount != 0, Machine.now() < limit else {
      onStopped?()
      onStopped = nil
      return
    }
    loop.schedule(after: Bounds.flushStep) { [weak self] in self?.awaitFlush(until: limit) }
  }
}

/// Breaks the circle of a server and what delivers to it.
private struct Weak {
  weak var server: APIServer?

  init(_ server: APIServer) { self.server = server }
}
