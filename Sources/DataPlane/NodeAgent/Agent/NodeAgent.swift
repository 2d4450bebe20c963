public import EventLoop
public import Linux
public import StoreClient

import Base
import JSON

/// The agent of one node: makes the pods under `/nodes/<node>/desired/` so and reports under
/// `/nodes/<node>/actual/`. It goes on without the store, from its own copy of what is desired.
///
///     store watch --> desired ----\
///     folder watch --> record -----+--> PodPlanner --> orders, supervisors, reports
///     child ended --> supervised --/
public actor NodeAgent: LoopActor {
  public nonisolated let loop: EventLoop
  let configuration: AgentConfiguration
  let keys: NodeKeys
  let client: StoreClient
  let logger: Logger
  var reports = ReportQueue()
  private(set) var pods: [String: PodWorker] = [:]
  private let planner: PodPlanner
  private let lock: FileDescriptor
  private var watch: FolderWatchSource?
  /// What could not be written to the disk yet.
  private var unkept: [String: DesiredPodFile] = [:]
  private var podsByToken: [FolderWatch.Token: String] = [:]
  private let stopping: AsyncStream<Void>
  private let stopper: AsyncStream<Void>.Continuation

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
    keys = NodeKeys(node: configuration.node)
    planner = PodPlanner(backoff: configuration.backoff)
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
    do throws(Errno) {
      watch = try FolderWatchSource(loop: loop) { [weak self] changes in
        self?.assumeIsolated { $0.changed(changes) }
      }
    } catch {
      throw .system("inotify", error)
    }
    do throws(PodFolderError) {
      try adoptPods()
    } catch {
      throw .folder(error)
    }
    logger.info("agent runs", ["node": configuration.node, "pods": pods.count])
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.serveStore() }
      group.addTask { await self.keepNodeReportFresh() }
      for await _ in stopping { break }
      group.cancelAll()
    }
    watch?.close()
  }

  public func stop() {
    stopper.yield()
  }

  // MARK: - Desired state

  /// The key of a pod was written at `revision`.
  func desire(_ uid: String, revision: Int64, value: Bytes) {
    if let known = pods[uid]?.desired, known.revision == revision, !known.isGone { return }
    keep(uid, DesiredPodFile(revision: revision, value: value))
  }

  /// The key of a pod is gone.
  func release(_ uid: String) {
    unkept[uid] = nil
    guard var desired = pods[uid]?.desired, !desired.isGone else { return }
    desired.isGone = true
    keep(uid, desired)
  }

  /// Durable before anything follows from it; a full disk postpones both.
  private func keep(_ uid: String, _ desired: DesiredPodFile) {
    let folder = PodFolder("\(configuration.podsFolder)/\(uid)")
    unkept[uid] = nil
    do throws(PodFolderError) {
      if pods[uid] == nil { try folder.make() }
      try folder.write(desired)
      if pods[uid] == nil {
        try add(folder, desired)
      } else {
        pods[uid]?.take(desired)
      }
      plan(uid)
    } catch {
      logger.error("cannot keep a desired pod", ["pod": uid, "error": error.message])
      unkept[uid] = desired
      retry { agent in
        // Unless something newer came meanwhile.
        if agent.unkept[uid] == desired { agent.keep(uid, desired) }
      }
    }
  }

  // MARK: - What is there

  /// Takes up what an earlier agent left.
  private func adoptPods() throws(PodFolderError) {
    let names: [String]
    do throws(Errno) {
      names = try Files.list(configuration.podsFolder)
    } catch {
      throw .system(path: configuration.podsFolder, error)
    }
    for uid in names where Pod.isValidUID(uid) {
      let folder = PodFolder("\(configuration.podsFolder)/\(uid)")
      do throws(PodFolderError) {
        // A folder without it was made by an agent that ended before the pod was taken up.
        guard let desired = try folder.desired() else { continue }
        try add(folder, desired)
        plan(uid)
      } catch {
        logger.error("cannot adopt a pod", ["pod": uid, "error": error.message])
      }
    }
  }

  private func add(_ folder: PodFolder, _ desired: DesiredPodFile) throws(PodFolderError) {
    guard let watch else { preconditionFailure("pods are added while the agent runs") }
    let token: FolderWatch.Token
    do throws(Errno) {
      token = try watch.add(folder.path)
    } catch {
      throw .system(path: folder.path, error)
    }
    var worker = PodWorker(folder: folder, watch: token, desired: desired)
    worker.orders = try folder.orders()
    worker.isLocked = try folder.isSupervised()
    worker.take(try folder.record(), now: Machine.now())
    pods[folder.uid] = worker
    podsByToken[token] = folder.uid
  }

  private func changed(_ changes: [FolderWatch.Change]) {
    var touched: Set<String> = []
    for change in changes {
      guard let token = change.folder else {
        touched.formUnion(pods.keys)
        continue
      }
      let isOfSupervisor = [PodFolder.recordName, PodFolder.lockName].contains(change.name)
      if isOfSupervisor, let uid = podsByToken[token] { touched.insert(uid) }
    }
    for uid in touched.sorted() {
      refresh(uid)
      plan(uid)
    }
  }

  /// Reads what the supervisor wrote, and whether it lives.
  private func refresh(_ uid: String) {
    guard var worker = pods[uid] else { return }
    do throws(PodFolderError) {
      // The lock first: a record read before the supervisor's end might not be its last.
      worker.isLocked = try worker.folder.isSupervised()
      worker.take(try worker.folder.record(), now: Machine.now())
      pods[uid] = worker
    } catch {
      logger.error("cannot read a pod's record", ["pod": uid, "error": error.message])
    }
  }

  /// To be called on SIGCHLD.
  public func childrenChanged() {
    for uid in pods.keys.sorted() {
      guard let child = pods[uid]?.child else { continue }
      do throws(Errno) {
        guard let exit = try child.poll() else { continue }
        pods[uid]?.child = nil
        let end: SupervisorDelay.End =
          switch exit {
          // 75: another supervisor has the lock.
          case .exited(let code): code == 0 || code == 75 ? .inOrder : .failed
          case .killed: .killed
          }
        if end != .inOrder { logger.warn("supervisor lost", ["pod": uid, "code": exit.shellCode]) }
        pods[uid]?.supervisorDelay.ended(end, now: Machine.now())
        refresh(uid)
        plan(uid)
      } catch {
        preconditionFailure("a child cannot be waited for: \(error)")
      }
    }
  }

  // MARK: - Planning

  private func plan(_ uid: String) {
    guard let worker = pods[uid] else { return }
    for effect in planner.plan(worker.view, now: Machine.now()) {
      switch effect {
      case .order(let orders):
        // What follows relies on the orders: without them, plan again later.
        guard order(uid, orders) else { return }
      case .startSupervisor: startSupervisor(uid)
      case .wake(let due): wake(uid, at: due)
      case .forget:
        forget(uid)
        return
      }
    }
    guard let report = pods[uid]?.report(backoff: configuration.backoff) else { return }
    reports.want(Bytes(report.json.text()), at: keys.actualPod(uid))
  }

  private func order(_ uid: String, _ orders: PodOrders) -> Bool {
    guard let folder = pods[uid]?.folder else { return false }
    do throws(PodFolderError) {
      try folder.write(orders)
      pods[uid]?.orders = orders
      return true
    } catch {
      logger.error("cannot write orders", ["pod": uid, "error": error.message])
      retry { $0.plan(uid) }
      return false
    }
  }

  private func startSupervisor(_ uid: String) {
    guard let worker = pods[uid] else { return }
    if let due = worker.supervisorDelay.notBefore, due > Machine.now() {
      return wake(uid, at: due)
    }
    do throws(Errno) {
      let log = try Files.open(
        worker.folder.path + "/supervisor.log", [.write, .create, .append], mode: 0o600)
      var specification = ProcessSpecification(
        configuration.executable, ["pod-supervisor", "--folder", worker.folder.path])
      specification.descriptors = [nil, log.rawValue, log.rawValue]
      specification.folder = "/"
      // A session of its own: what ends the agent's group must not end the pods.
      specification.newSession = true
      pods[uid]?.child = try Process.spawn(specification)
      pods[uid]?.supervisorDelay.started(now: Machine.now())
    } catch {
      logger.error("cannot start a supervisor", ["pod": uid, "error": error])
      pods[uid]?.supervisorDelay.ended(.failed, now: Machine.now())
      if let due = pods[uid]?.supervisorDelay.notBefore { wake(uid, at: due) }
    }
  }

  private func wake(_ uid: String, at due: Instant) {
    if let timer = pods[uid]?.timer { loop.cancel(timer) }
    pods[uid]?.timer = loop.schedule(after: max(.zero, due - Machine.now())) { [weak self] in
      self?.assumeIsolated { agent in
        agent.pods[uid]?.timer = nil
        agent.plan(uid)
      }
    }
  }

  /// After what only time can mend, such as a full disk.
  private func retry(_ body: @escaping @Sendable (isolated NodeAgent) -> Void) {
    loop.schedule(after: .seconds(5)) { [weak self] in
      self?.assumeIsolated { body($0) }
    }
  }

  private func forget(_ uid: String) {
    guard let worker = pods[uid] else { return }
    do throws(Errno) {
      // The desired copy goes first: a crash midway leaves a folder that is no pod.
      try Files.removeTree(worker.folder.path + "/desired")
      try Files.removeTree(worker.folder.path)
    } catch {
      logger.error("cannot remove a pod's folder", ["pod": uid, "error": error])
    }
    if let timer = worker.timer { loop.cancel(timer) }
    podsByToken[worker.watch] = nil
    pods[uid] = nil
    reports.want(nil, at: keys.actualPod(uid))
  }
}
