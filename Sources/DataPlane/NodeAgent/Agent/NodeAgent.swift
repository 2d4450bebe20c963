public import EventLoop
public import Linux
public import StoreClient

import Base
import EtcdAPI
import Node

/// The shell around `AgentCore` on a real host: files, folder watches, supervisors, connections.
///
///     StoreCaller ----\                      /--> StoreCaller
///     ProcessRuntime --+--> AgentCore.step --+--> ProcessRuntime
///     loop timer -----/                      \--> lease, session mark, log
public actor NodeAgent: LoopActor {
  public nonisolated let loop: EventLoop
  let configuration: AgentConfiguration
  let logger: Logger
  private let client: StoreClient
  fileprivate private(set) var core: AgentCore
  private let lock: FileDescriptor
  private var runtime: ProcessRuntime?
  private var caller: StoreCaller?
  private(set) var logPort: LogPort?
  private var timer: LoopTimer?
  /// Handed in while an event was being handled.
  private var pending = Deque<AgentCore.Event>()
  private var isStepping = false
  private let stopping: AsyncStream<Void>
  private let stopper: AsyncStream<Void>.Continuation
  /// When each of the node's conditions took its present state.
  var conditions: [String: (isTrue: Bool, since: WallTime)] = [:]

  /// Why an agent cannot begin.
  public enum Failure: Error {
    /// Another agent works in the folder.
    case locked(String)
    case system(String, Errno)
    case folder(PodFolderError)

    public var message: String {
      switch self {
      case .locked(let path): "another agent works here: it holds \(path)"
      case .system(let what, let errno): "\(what): \(errno)"
      case .folder(let error): error.message
      }
    }
  }

  public init(
    _ configuration: AgentConfiguration, client: StoreClient, loop: EventLoop, logger: Logger
  ) throws(Failure) {
    self.configuration = configuration
    self.client = client
    self.loop = loop
    self.logger = logger
    var agent = AgentCore.Configuration(node: configuration.node, backoff: configuration.backoff)
    agent.addresses = PodAddresses(host: configuration.address)
    core = AgentCore(agent)
    (stopping, stopper) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    do throws(Errno) {
      try Files.makeFolders(configuration.podsFolder)
      lock = try Files.open(configuration.lockPath, [.write, .create], mode: 0o600)
      guard try lock.tryLock() else { throw Errno.wouldBlock }
    } catch {
      if error == .wouldBlock { throw .locked(configuration.lockPath) }
      throw .system(configuration.folder, error)
    }
  }

  /// Works until `stop`. The pods go on: their supervisors do not need the agent.
  public func run() async throws(Failure) {
    let runtime: ProcessRuntime
    do throws(Errno) {
      runtime = try ProcessRuntime(configuration, loop: loop, logger: logger) {
        [weak self] events in
        self?.assumeIsolated { $0.feed(events.map { .runtime($0) }) }
      }
    } catch {
      throw .system("inotify", error)
    }
    self.runtime = runtime
    let pods: [KeptPod]
    do throws(PodFolderError) {
      pods = try runtime.inherited()
    } catch {
      throw .folder(error)
    }
    let caller = StoreCaller(client: client, loop: loop) { [weak self] events in
      self?.assumeIsolated { $0.feed(events.map { .store($0) }) }
    }
    self.caller = caller
    try listen()
    logger.info("agent runs", ["node": configuration.node, "pods": pods.count])
    feed([.start(AgentCore.Inheritance(lease: savedLease(), pods: pods))])
    reportNode()
    let reports = loop.scheduleRepeating(every: Self.nodeReportInterval) { [weak self] in
      self?.assumeIsolated { $0.reportNode() }
    }
    for await _ in stopping { break }
    reports.cancel()
    feed([.stop])
    if let timer { loop.cancel(timer) }
    caller.close()
    logPort?.close()
    runtime.close()
  }

  private func listen() throws(Failure) {
    guard let wanted = configuration.logPort else { return }
    do throws(Errno) {
      let places = OwnPods(agent: self)
      let port = try LogPort(
        wanted, agent: configuration, places: places, loop: loop, logger: logger.named("logs"))
      logPort = port
      logger.info("agent serves logs", ["address": port.address])
    } catch {
      throw .system("listen on \(wanted.address)", error)
    }
  }

  public func stop() {
    stopper.yield()
  }

  /// To be called on SIGCHLD.
  public func childrenChanged() {
    runtime?.childrenChanged()
  }

  // MARK: - Events and effects

  /// Hands events to the core, in order, and carries out what follows before the next one.
  func feed(_ events: [AgentCore.Event]) {
    for event in events { pending.append(event) }
    if isStepping { return }
    isStepping = true
    var effects: [AgentCore.Effect] = []
    while let event = pending.popFirst() {
      effects.removeAll(keepingCapacity: true)
      core.step(event, now: Machine.now(), into: &effects)
      for effect in effects { perform(effect) }
    }
    isStepping = false
    logPort?.recordsChanged()
  }

  private func perform(_ effect: AgentCore.Effect) {
    switch effect {
    case .store(let effect): caller?.perform(effect)
    case .runtime(let command): runtime?.perform(command)
    case .saveLease(let lease): save(lease: lease)
    case .markSession(let hasSession): mark(hasSession: hasSession)
    case .wake(let due): wake(at: due)
    case .note(let note):
      logger.log(note.isWarning ? .warn : .info, note.text, pairs: note.fields)
    case .stopped: break
    }
  }

  private func wake(at due: Instant) {
    if let timer { loop.cancel(timer) }
    timer = loop.schedule(after: max(.zero, due - Machine.now())) { [weak self] in
      self?.assumeIsolated { agent in
        agent.timer = nil
        agent.feed([.tick])
      }
    }
  }

  // MARK: - Files of the agent's own

  private func savedLease() -> Int64? {
    do {
      return Int64(try Files.read(configuration.leasePath).text, radix: 16)
    } catch {
      // No earlier life, or it left nothing: a new lease is granted.
      return nil
    }
  }

  private func save(lease: Int64) {
    do {
      try Files.replace(configuration.leasePath, with: Bytes(String(lease, radix: 16)))
    } catch {
      logger.warn("cannot save the lease: a restart has to wait for its end", ["error": error])
    }
  }

  /// For who looks at this host from outside, such as `keelson up`.
  private func mark(hasSession: Bool) {
    do throws(Errno) {
      if hasSession, let own = try ProcessIdentity.current() {
        try Files.replace(configuration.sessionPath, with: own.line)
      } else {
        try Files.removeTree(configuration.sessionPath)
      }
    } catch {
      logger.warn("cannot write the session's mark", ["error": error])
    }
  }
}

/// The agent's pods, for its port.
private struct OwnPods: LogPlaces {
  weak var agent: NodeAgent?

  func logPlace(namespace: String, name: String) -> PodLogPlace? {
    agent?.assumeIsolated { $0.core.logPlace(namespace: namespace, name: name) }
  }

  func logPlace(uid: String) -> PodLogPlace? {
    agent?.assumeIsolated { $0.core.logPlace(uid: uid) }
  }
}
