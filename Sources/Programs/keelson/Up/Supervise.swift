import Base
import EventLoop
import Linux
import Node
import NodeAgent

/// Keeps the processes of `run/processes.json` running: starts what is missing, starts again what
/// ended, takes over what a lost supervisor left running. SIGTERM ends it and nothing else:
/// `keelson down` stops the processes themselves.
final class Supervise {
  private let folder: ClusterFolder
  private let loop: EventLoop
  private let logger: Logger
  private let boot: String
  private let lock: FileDescriptor
  private var watch: FolderWatchSource?
  private var signals: SignalSource?
  private var processes: [String: Supervised] = [:]
  private var isStopping = false

  private static let backoff = RestartBackoff(
    base: .milliseconds(250), longest: .seconds(30), resetAfter: .seconds(30))
  /// A log longer than this is put aside when its process starts.
  private static let logBytesMax: UInt64 = 10 << 20

  /// One process of the table.
  private struct Supervised {
    var row: ProcessTable.Row
    var state: State
    /// Restarts in a row.
    var streak = 0
    var startedAt: Instant

    enum State {
      case running(Process)
      /// Another supervisor's child: it is watched, and cannot be reaped.
      case adopted(ProcessWatcher)
      case waiting(LoopTimer?)
    }
  }

  enum Failure: Error {
    case locked
    case system(String, Errno)
    case table(ProcessTable.Failure)

    var message: String {
      switch self {
      case .locked: "another supervisor works here"
      case .system(let what, let errno): "\(what): \(errno)"
      case .table(.notJSON(let text)): "processes.json is not JSON: \(text)"
      case .table(.invalid(let field)): "processes.json: \(field) is missing or invalid"
      }
    }
  }

  init(folder: ClusterFolder, loop: EventLoop, logger: Logger) throws(Failure) {
    self.folder = folder
    self.loop = loop
    self.logger = logger
    do throws(Errno) {
      try Files.makeFolders(folder.logs)
      lock = try Files.open(folder.superviseLock, [.write, .create], mode: 0o600)
      boot = try HostIdentity.boot()
      guard try lock.tryLock() else { throw Errno.wouldBlock }
      guard let own = try ProcessIdentity.current() else { throw Errno.noProcess }
      try lock.truncate(to: 0)
      try lock.write(own.line, at: 0)
    } catch {
      if error == .wouldBlock { throw .locked }
      throw .system(folder.run, error)
    }
  }

  /// Serves until SIGTERM.
  func run() throws(Failure) {
    do throws(Errno) {
      signals = try SignalSource([.child, .terminate, .interrupt], loop: loop) { [weak self] in
        self?.received($0)
      }
      Signal.pipe.ignore()
      let watch = try FolderWatchSource(loop: loop) { [weak self] changes in
        if changes.contains(where: { $0.folder == nil || $0.name == "processes.json" }) {
          self?.readAgain()
        }
      }
      _ = try watch.add(folder.run)
      self.watch = watch
    } catch {
      throw .system("watch \(folder.run)", error)
    }
    try readTable()
    loop.run { isStopping }
  }

  // MARK: - Events

  private func received(_ signal: Signal) {
    if signal == .child {
      reap()
    } else {
      logger.info("supervisor ends; its processes go on", ["signal": signal.number])
      isStopping = true
    }
  }

  private func readAgain() {
    do throws(Failure) {
      try readTable()
    } catch {
      logger.error("cannot read the table of processes", ["error": error.message])
    }
  }

  /// Rows are added; a row that goes leaves its process alone.
  private func readTable() throws(Failure) {
    let bytes: Bytes
    do throws(Errno) {
      bytes = try Files.read(folder.processesFile)
    } catch {
      throw .system(folder.processesFile, error)
    }
    let table: ProcessTable
    do throws(ProcessTable.Failure) {
      table = try ProcessTable(decoding: bytes)
    } catch {
      throw .table(error)
    }
    for row in table.rows {
      if processes[row.name] == nil {
        processes[row.name] = Supervised(row: row, state: .waiting(nil), startedAt: Machine.now())
        if !adopt(row.name) { start(row.name) }
      } else {
        // A new command counts from the next start.
        processes[row.name]?.row = row
      }
    }
  }

  private func reap() {
    for name in processes.keys.sorted() {
      guard case .running(let process)? = processes[name]?.state else { continue }
      do throws(Errno) {
        guard let exit = try process.poll() else { continue }
        logger.warn("process ended", ["process": name, "status": exit.shellCode])
        ended(name)
      } catch {
        preconditionFailure("a child cannot be waited for: \(error)")
      }
    }
  }

  // MARK: - Starting

  /// Takes over what runs already, as its file tells.
  private func adopt(_ name: String) -> Bool {
    guard let identity = ProcessIdentity.read(folder.identity(of: name)) else { return false }
    do throws(Errno) {
      guard try identity.isAlive(boot: boot) else { return false }
      let watcher = try ProcessWatcher(pid: identity.pid, loop: loop) { [weak self] in
        self?.logger.warn("adopted process ended", ["process": name])
        self?.ended(name)
      }
      // Between the look and the handle the process may have ended and its pid gone to another.
      guard try identity.isAlive(boot: boot) else {
        watcher.cancel()
        return false
      }
      processes[name]?.state = .adopted(watcher)
      logger.info("process adopted", ["process": name, "pid": identity.pid])
      return true
    } catch {
      if error != .noProcess {
        logger.error("cannot adopt", ["process": name, "error": error])
      }
      return false
    }
  }

  private func start(_ name: String) {
    guard let row = processes[name]?.row else { return }
    processes[name]?.startedAt = Machine.now()
    do throws(Errno) {
      let log = try openLog(name)
      var specification = ProcessSpecification(row.arguments[0], Array(row.arguments.dropFirst()))
      specification.descriptors = [nil, log.rawValue, log.rawValue]
      specification.folder = "/"
      specification.newSession = true
      // The table says all that the process needs: settings of whoever called `up` are not for it.
      specification.environment = Machine.environment.filter { !$0.hasPrefix("KEELSON_") }
      let gated = try GatedProcess(specification)
      let pid = gated.pid
      guard let status = try ProcessStatus.read(pid: pid) else { throw Errno.noProcess }
      let identity = ProcessIdentity(pid: pid, startTicks: status.startTicks, boot: boot)
      // Recorded before it runs: a successor of this supervisor finds it, and starts no second one.
      try Files.replace(folder.identity(of: name), with: identity.line)
      processes[name]?.state = .running(try gated.open())
      logger.info("process started", ["process": name, "pid": pid])
    } catch {
      logger.error("cannot start", ["process": name, "error": error])
      ended(name)
    }
  }

  private func ended(_ name: String) {
    guard var process = processes[name] else { return }
    let ran = Machine.now() - process.startedAt
    if ran >= Self.backoff.resetAfter { process.streak = 0 }
    let delay = Self.backoff.delay(streak: process.streak)
    process.streak += 1
    process.state = .waiting(
      loop.schedule(after: delay) { [weak self] in self?.start(name) })
    processes[name] = process
  }

  private func openLog(_ name: String) throws(Errno) -> FileDescriptor {
    let path = folder.log(of: name)
    if Files.exists(path), try Files.status(path).size > Self.logBytesMax {
      try Files.rename(path, to: path + ".1")
    }
    return try Files.open(path, [.write, .create, .append], mode: 0o600)
  }
}
