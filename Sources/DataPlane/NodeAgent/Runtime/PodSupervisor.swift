import Base
public import EventLoop
public import Linux
import Node

/// The one process that starts, watches and ends a pod's processes. It outlives the node agent and
/// talks to it through files only: `orders` in, `record` out (see `PodFolder`).
public final class PodSupervisor {
  private let folder: PodFolder
  private let loop: EventLoop
  private let logger: Logger
  private let boot: String
  private let cgroups: PodCgroups
  private let lock: FileDescriptor
  private var supervision = PodSupervision()
  private var containers: [String: RunningContainer] = [:]
  /// Between its creation and the record that names it.
  private var held: GatedProcess?
  private var watch: FolderWatchSource?
  private var signals: SignalSource?
  private var timer: LoopTimer?
  private var isDone = false

  /// Why no supervisor runs; each has an exit code of its own.
  public enum Failure: Error {
    /// Another supervisor holds the lock.
    case locked
    case folder(PodFolderError)
    case system(String, Errno)
    /// A process of a lost supervisor cannot be killed.
    case undead(container: String, pid: Int32)

    /// As sysexits.h numbers them.
    public var exitCode: Int32 {
      switch self {
      case .locked: 75
      case .folder, .system: 74
      case .undead: 70
      }
    }

    public var message: String {
      switch self {
      case .locked: "another supervisor holds the pod's lock"
      case .folder(let error): error.message
      case .system(let what, let errno): "\(what): \(errno)"
      case .undead(let container, let pid):
        "process \(pid) of container \(container) survives SIGKILL: it may wait for a device"
      }
    }
  }

  /// How long a node that goes down waits for its processes.
  private static let shutdownGraceMilliseconds: Int64 = 10_000
  /// How long a killed process may take to die.
  private static let sweepLimit = Duration.seconds(10)

  /// Takes the pod's lock, or fails at once. Call it before any other thread is started.
  public init(folder: PodFolder, loop: EventLoop, logger: Logger) throws(Failure) {
    self.folder = folder
    self.loop = loop
    self.logger = logger
    do throws(Errno) {
      lock = try Files.open(folder.lockPath, [.write, .create], mode: 0o600)
      boot = try HostIdentity.boot()
      cgroups = PodCgroups(hierarchy: try CgroupHierarchy.discover())
    } catch {
      throw .system("start in \(folder.path)", error)
    }
    guard try takeLock() else { throw .locked }
    // Only now: until it ended, the supervisor before this one may still have written.
    do throws(PodFolderError) {
      supervision = PodSupervision(record: try folder.record() ?? PodRecord())
    } catch {
      throw .folder(error)
    }
  }

  /// The lock's file names who holds it. Tries for half a second: an agent that asks for the lock's
  /// state holds it for a moment, and so does a child of a killed supervisor until its exec.
  private func takeLock() throws(Failure) -> Bool {
    let deadline = Machine.now() + .milliseconds(500)
    do throws(Errno) {
      while try !lock.tryLock() {
        guard Machine.now() < deadline else { return false }
        pause(milliseconds: 5)
      }
      try lock.truncate(to: 0)
      try lock.write(Bytes("\(Machine.processID)\n"), at: 0)
      return true
    } catch {
      throw .system(folder.lockPath, error)
    }
  }

  /// Serves until nothing runs and nothing is expected.
  public func run() throws(Failure) {
    do throws(Errno) {
      signals = try SignalSource([.child, .terminate, .interrupt], loop: loop) { [weak self] in
        self?.received($0)
      }
      Signal.pipe.ignore()
      let watch = try FolderWatchSource(loop: loop) { [weak self] changes in
        if changes.contains(where: { $0.folder == nil || $0.name == PodFolder.ordersName }) {
          self?.readOrders()
        }
      }
      _ = try watch.add(folder.path)
      self.watch = watch
    } catch {
      throw .system("watch \(folder.path)", error)
    }
    try recover()
    readOrders()
    // Asked after a turn only, and the first turn might wait for ever.
    if !isDone { loop.run { isDone } }
  }

  // MARK: - Events

  private func recover() throws(Failure) {
    for container in supervision.record.containers {
      guard case .running(let running) = container.state else { continue }
      guard sweep(container.name, running.process) else {
        throw .undead(container: container.name, pid: running.process.pid)
      }
    }
    var effects: [PodSupervision.Effect] = []
    supervision.recover(boot: boot, wall: Machine.wallTime(), into: &effects)
    perform(effects)
  }

  private func readOrders() {
    do throws(PodFolderError) {
      if let orders = try folder.orders() { step(.ordered(orders)) }
    } catch {
      logger.error("cannot read the orders", ["error": error.message])
    }
  }

  private func received(_ signal: Signal) {
    if signal == .child {
      reap()
    } else {
      logger.info("going down", ["signal": signal.number])
      step(.shutdown(graceMilliseconds: Self.shutdownGraceMilliseconds))
    }
  }

  private func reap() {
    for name in containers.keys.sorted() {
      guard let container = containers[name] else { continue }
      do throws(Errno) {
        guard let exit = try container.process.poll() else { continue }
        let wasOutOfMemory = cgroups.outOfMemoryKills(container.group) > 0
        let end: PodSupervision.ProcessEnd =
          switch exit {
          case .exited(let code): .init(code: code, wasOutOfMemory: wasOutOfMemory)
          case .killed(let signal):
            .init(code: 0, signal: signal.number, wasOutOfMemory: wasOutOfMemory)
          }
        step(.exited(name: name, end))
      } catch {
        preconditionFailure("a child cannot be waited for: \(error)")
      }
    }
  }

  private func step(_ event: PodSupervision.Event) {
    var effects: [PodSupervision.Effect] = []
    supervision.step(event, now: Machine.now(), wall: Machine.wallTime(), into: &effects)
    perform(effects)
  }

  // MARK: - Effects

  private func perform(_ effects: [PodSupervision.Effect]) {
    for effect in effects {
      switch effect {
      case .spawn(let spec, let attempt): spawn(spec, attempt: attempt)
      case .save: save()
      case .open(let name): open(name)
      case .signal(let name, let process, let signal): send(signal, to: process, of: name)
      case .sweep(let name, let process): clean(name, process)
      case .wake(let due): wake(at: due)
      case .end: isDone = true
      }
    }
  }

  /// Makes the record durable. On a full disk it waits: to go on would risk a second start.
  private func save() {
    while true {
      do throws(PodFolderError) {
        return try folder.write(supervision.record)
      } catch {
        logger.error("cannot write the record, trying again", ["error": error.message])
        pause(milliseconds: 1000)
      }
    }
  }

  /// A time in which nothing else happens.
  private func pause(milliseconds: Int32) {
    do throws(Errno) {
      var epoll = try Epoll()
      var events: [(data: UInt64, readiness: Epoll.Readiness)] = []
      try epoll.wait(milliseconds: milliseconds, into: &events)
    } catch {
      preconditionFailure("epoll: \(error)")
    }
  }

  private func spawn(_ spec: ContainerSpec, attempt: Int) {
    do throws(Errno) {
      let group = try cgroups.make(groupName(spec.name), limits: spec.limits)
      let log = try LogFile(path: folder.logPath(container: spec.name, attempt: attempt))
      removeLogs(of: spec.name, before: attempt - 1)
      let output = try Pipe()
      let errors = try Pipe()
      let specification = try specification(
        spec, group: group, output: output.writer.rawValue, errors: errors.writer.rawValue)
      let gated = try GatedProcess(specification)
      let pid = gated.pid
      held = consume gated
      let running = RunningContainer(
        process: Process(pid: pid), group: group, log: log, loop: loop, logger: logger)
      containers[spec.name] = running
      try running.attach(output.reader.duplicate(), as: .output)
      try running.attach(errors.reader.duplicate(), as: .errors)
      guard let status = try ProcessStatus.read(pid: pid) else { throw .noProcess }
      let identity = ProcessIdentity(pid: pid, startTicks: status.startTicks, boot: boot)
      step(.spawned(name: spec.name, attempt: attempt, identity))
    } catch {
      abandon(spec.name)
      refuse(spec.name, attempt: attempt, "cannot start \(spec.arguments[0]): \(error)")
    }
  }

  private func specification(
    _ spec: ContainerSpec, group: PodCgroups.Group, output: Int32, errors: Int32
  ) throws(Errno) -> ProcessSpecification {
    let inherited = ContainerEnvironment(Machine.environment)
    let environment = inherited.merged(with: spec.environment)
    guard let path = Process.find(spec.arguments[0], path: environment.searchPath) else {
      throw .notFound
    }
    var specification = ProcessSpecification(path)
    specification.arguments = spec.arguments
    specification.environment = environment.assignments
    specification.folder = spec.workingFolder ?? "/"
    specification.descriptors = [nil, output, errors]
    specification.newSession = true
    specification.cgroupFiles = group.processFiles
    return specification
  }

  private func open(_ name: String) {
    guard let gated = held.take() else { preconditionFailure("no process is held") }
    do throws(Errno) {
      _ = try gated.open()
    } catch {
      containers[name]?.close()
      containers[name] = nil
      let attempt = supervision.record[name]?.attempt ?? 1
      refuse(name, attempt: attempt, "cannot execute: \(error)")
    }
  }

  /// Ends a process that was made and never let go.
  private func abandon(_ name: String) {
    containers[name]?.close()
    if let gated = held.take() {
      let process = Process(pid: gated.pid)
      discardGate(gated)
      do throws(Errno) {
        _ = try process.wait()
      } catch {
        preconditionFailure("a child cannot be waited for: \(error)")
      }
    }
    containers[name] = nil
  }

  /// Closing the gate is what ends the process behind it.
  private func discardGate(_ gated: consuming GatedProcess) {}

  private func refuse(_ name: String, attempt: Int, _ message: String) {
    logger.warn("container did not start", ["container": name, "error": message])
    step(.startFailed(name: name, attempt: attempt, message: message))
  }

  private func send(
    _ signal: PodSupervision.StopSignal, to process: ProcessIdentity, of name: String
  ) {
    let number: Signal =
      switch signal {
      case .terminate: .terminate
      case .kill: .kill
      }
    do throws(Errno) {
      // The leader has not been reaped, so the group is still its own.
      try Process.signalGroup(process.pid, number)
    } catch {
      if error != .noProcess {
        logger.error("cannot signal", ["container": name, "error": error])
      }
    }
  }

  private func clean(_ name: String, _ process: ProcessIdentity) {
    if !sweep(name, process) {
      logger.error("processes survive SIGKILL", ["container": name, "session": process.pid])
    }
    containers[name]?.close()
    containers[name] = nil
  }

  private func sweep(_ name: String, _ process: ProcessIdentity) -> Bool {
    let group = cgroups.existing(groupName(name))
    do throws(Errno) {
      let sweep = ProcessSweep(process: process, boot: boot, groupFiles: group.processFiles)
      guard try sweep.run(limit: Self.sweepLimit) else { return false }
      try cgroups.remove(group)
    } catch {
      logger.error("cannot clean up", ["container": name, "error": error])
    }
    return true
  }

  private func wake(at due: Instant) {
    if let timer { loop.cancel(timer) }
    timer = loop.schedule(after: max(.zero, due - Machine.now())) { [weak self] in
      self?.timer = nil
      self?.step(.tick)
    }
  }

  /// Unique on the host also where agents of several nodes share it: folders differ.
  private func groupName(_ container: String) -> String {
    let place = CRC32C.checksum(Bytes(folder.path))
    return "\(folder.uid)-\(String(place, radix: 16))-\(container)"
  }

  private func removeLogs(of container: String, before attempt: Int) {
    let logs = Files.folder(of: folder.logPath(container: container, attempt: attempt))
    do throws(Errno) {
      for name in try Files.list(logs) {
        guard let number = Int(name.prefix { $0 != "." }), number < attempt else { continue }
        try Files.remove("\(logs)/\(name)")
      }
    } catch {
      logger.warn("cannot remove old logs", ["container": container, "error": error])
    }
  }
}
