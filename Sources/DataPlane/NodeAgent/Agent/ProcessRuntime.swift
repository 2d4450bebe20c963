import Base
import EventLoop
import Linux
import Node

/// Runs pods as processes: carries out the core's commands by files, folder watches and
/// supervisors.
///
///     keep, order --> files          folder watch --> observed
///     startSupervisor --> child --> supervisorEnded
///
/// On the loop's thread only.
final class ProcessRuntime {
  private let configuration: AgentConfiguration
  private let loop: EventLoop
  private let logger: Logger
  private let deliver: ([PodEvent]) -> Void
  private var watch: FolderWatchSource?
  private var pods: [String: Place] = [:]
  private var podsByToken: [FolderWatch.Token: String] = [:]

  private struct Place {
    let folder: PodFolder
    let watch: FolderWatch.Token
    /// The supervisor that this agent started and that has not ended.
    var child: Process?
  }

  /// `deliver` is called at once, also from within `perform`.
  init(
    _ configuration: AgentConfiguration, loop: EventLoop, logger: Logger,
    deliver: @escaping ([PodEvent]) -> Void
  ) throws(Errno) {
    self.configuration = configuration
    self.loop = loop
    self.logger = logger
    self.deliver = deliver
    watch = try FolderWatchSource(loop: loop) { [weak self] changes in self?.changed(changes) }
  }

  func close() {
    watch?.close()
    watch = nil
  }

  // MARK: - What is there

  /// What an earlier agent left; to be called once, before any command.
  func inherited() throws(PodFolderError) -> [KeptPod] {
    let names: [String]
    do throws(Errno) {
      names = try Files.list(configuration.podsFolder)
    } catch {
      throw .system(path: configuration.podsFolder, error)
    }
    var kept: [KeptPod] = []
    for uid in names.sorted() where Pod.isValidUID(uid) {
      let folder = folder(uid)
      do throws(PodFolderError) {
        // A folder without it was made by an agent that ended before the pod was taken up.
        guard let desired = try folder.desired() else { continue }
        kept.append(try add(folder, desired))
      } catch {
        logger.error("cannot adopt a pod", ["pod": uid, "error": error.message])
      }
    }
    return kept
  }

  private func folder(_ uid: String) -> PodFolder {
    PodFolder("\(configuration.podsFolder)/\(uid)")
  }

  private func add(
    _ folder: PodFolder, _ desired: DesiredPodFile
  ) throws(PodFolderError) -> KeptPod {
    guard let watch else { preconditionFailure("pods are added while the agent runs") }
    let token: FolderWatch.Token
    do throws(Errno) {
      token = try watch.add(folder.path)
    } catch {
      throw .system(path: folder.path, error)
    }
    // The lock first: a record read before the supervisor's end might not be its last.
    let isSupervised = try folder.isSupervised()
    let kept = KeptPod(
      uid: folder.uid, desired: desired, orders: try folder.orders(),
      record: try folder.record(), isSupervised: isSupervised)
    pods[folder.uid] = Place(folder: folder, watch: token)
    podsByToken[token] = folder.uid
    return kept
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
    for uid in touched.sorted() { deliver(observed(uid)) }
  }

  /// What the supervisor wrote, and whether it lives.
  private func observed(_ uid: String) -> [PodEvent] {
    guard let folder = pods[uid]?.folder else { return [] }
    do throws(PodFolderError) {
      // The lock first: a record read before the supervisor's end might not be its last.
      let isSupervised = try folder.isSupervised()
      return [.observed(uid: uid, try folder.record(), isSupervised: isSupervised)]
    } catch {
      logger.error("cannot read a pod's record", ["pod": uid, "error": error.message])
      return []
    }
  }

  /// To be called on SIGCHLD.
  func childrenChanged() {
    for uid in pods.keys.sorted() {
      guard let child = pods[uid]?.child else { continue }
      do throws(Errno) {
        guard let exit = try child.poll() else { continue }
        pods[uid]?.child = nil
        let end: SupervisorEnd =
          switch exit {
          // 75: another supervisor has the lock.
          case .exited(let code): code == 0 || code == 75 ? .inOrder : .failed
          case .killed: .killed
          }
        deliver(observed(uid) + [.supervisorEnded(uid: uid, end)])
      } catch {
        preconditionFailure("a child cannot be waited for: \(error)")
      }
    }
  }

  // MARK: - Commands

  func perform(_ command: PodCommand) {
    switch command {
    case .keep(let uid, let desired): keep(uid, desired)
    case .order(let uid, let orders): order(uid, orders)
    case .startSupervisor(let uid): startSupervisor(uid)
    case .forget(let uid): forget(uid)
    }
  }

  private func keep(_ uid: String, _ desired: DesiredPodFile) {
    let folder = folder(uid)
    do throws(PodFolderError) {
      if pods[uid] == nil { try folder.make() }
      try folder.write(desired)
      let kept =
        pods[uid] == nil
        ? try add(folder, desired) : KeptPod(uid: uid, desired: desired)
      deliver([.kept(kept)])
    } catch {
      logger.error("cannot keep a desired pod", ["pod": uid, "error": error.message])
      deliver([.notKept(uid: uid)])
    }
  }

  private func order(_ uid: String, _ orders: PodOrders) {
    do throws(PodFolderError) {
      try folder(uid).write(orders)
      deliver([.ordered(uid: uid, orders)])
    } catch {
      logger.error("cannot write orders", ["pod": uid, "error": error.message])
      deliver([.notOrdered(uid: uid)])
    }
  }

  private func startSupervisor(_ uid: String) {
    let path = folder(uid).path
    do throws(Errno) {
      let log = try Files.open(
        path + "/supervisor.log", [.write, .create, .append], mode: 0o600)
      var specification = ProcessSpecification(
        configuration.executable, ["pod-supervisor", "--folder", path])
      specification.descriptors = [nil, log.rawValue, log.rawValue]
      specification.folder = "/"
      // A session of its own: what ends the agent's group must not end the pods.
      specification.newSession = true
      pods[uid]?.child = try Process.spawn(specification)
    } catch {
      logger.error("cannot start a supervisor", ["pod": uid, "error": error])
      deliver([.supervisorEnded(uid: uid, .failed)])
    }
  }

  private func forget(_ uid: String) {
    guard let place = pods.removeValue(forKey: uid) else { return }
    podsByToken[place.watch] = nil
    do throws(Errno) {
      // The desired copy goes first: a crash midway leaves a folder that is no pod.
      try Files.removeTree(place.folder.path + "/desired")
      try Files.removeTree(place.folder.path)
    } catch {
      logger.error("cannot remove a pod's folder", ["pod": uid, "error": error])
    }
  }
}
