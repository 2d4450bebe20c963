import Base
import Linux
import Node
import NodeAgent

/// The processes of a cluster as its folder names them.
struct ClusterProcesses {
  let folder: ClusterFolder
  private let boot: String

  init(folder: ClusterFolder) throws(Errno) {
    self.folder = folder
    boot = try HostIdentity.boot()
  }

  /// Whether a supervisor holds the lock.
  func isSupervised() throws(Errno) -> Bool {
    do throws(Errno) {
      let lock = try Files.open(folder.superviseLock, .read)
      return try !lock.tryLock(exclusive: false)
    } catch {
      if error == .notFound { return false }
      throw error
    }
  }

  /// The supervisor; nil where none runs.
  func supervisor() throws(Errno) -> ProcessStatus? {
    guard try isSupervised() else { return nil }
    return try status(ProcessIdentity.read(folder.superviseLock))
  }

  /// The process of that name; nil where it does not run.
  func process(_ name: String) throws(Errno) -> ProcessStatus? {
    try status(ProcessIdentity.read(folder.identity(of: name)))
  }

  /// The supervisors of all pods of a node.
  func podSupervisors(of node: String) throws(Errno) -> [ProcessStatus] {
    var found: [ProcessStatus] = []
    let pods = folder.node(node) + "/pods"
    guard Files.exists(pods) else { return [] }
    for uid in try Files.list(pods) {
      let pod = PodFolder("\(pods)/\(uid)")
      do throws(PodFolderError) {
        guard try pod.isSupervised() else { continue }
      } catch {
        // Gone between the list and the look.
        continue
      }
      // While the lock is held, its file names the holder, which lives.
      let text = try Files.read(pod.lockPath).text
      guard let pid = Int32(text.prefix { $0.isNumber }) else { continue }
      if let status = try ProcessStatus.read(pid: pid), !status.isZombie { found.append(status) }
    }
    return found
  }

  private func status(_ identity: ProcessIdentity?) throws(Errno) -> ProcessStatus? {
    guard let identity, try identity.isAlive(boot: boot) else { return nil }
    return try ProcessStatus.read(pid: identity.pid)
  }

  /// Sends SIGTERM, waits, sends SIGKILL. How many had to be killed.
  func end(_ processes: [ProcessStatus], grace: Duration) throws(Errno) -> Int {
    for process in processes { try signal(process, .terminate) }
    let deadline = Machine.now() + grace
    var killed = 0
    for process in processes {
      let left = max(.zero, deadline - Machine.now())
      if try awaitEnd(of: process, within: left) { continue }
      try signal(process, .kill)
      killed += 1
      _ = try awaitEnd(of: process, within: .seconds(10))
    }
    return killed
  }

  func signal(_ process: ProcessStatus, _ signal: Signal) throws(Errno) {
    do throws(Errno) {
      let handle = try ProcessDescriptor(pid: process.pid)
      guard try isSame(process) else { return }
      try handle.signal(signal)
    } catch {
      if error != .noProcess { throw error }
    }
  }

  private func awaitEnd(of process: ProcessStatus, within limit: Duration) throws(Errno) -> Bool {
    do throws(Errno) {
      let handle = try ProcessDescriptor(pid: process.pid)
      guard try isSame(process) else { return true }
      var epoll = try Epoll()
      try epoll.add(handle.rawValue, .readable, data: 0)
      var events: [(data: UInt64, readiness: Epoll.Readiness)] = []
      try epoll.wait(milliseconds: Int32(limit.milliseconds), into: &events)
      return !events.isEmpty
    } catch {
      if error == .noProcess { return true }
      throw error
    }
  }

  private func isSame(_ process: ProcessStatus) throws(Errno) -> Bool {
    guard let now = try ProcessStatus.read(pid: process.pid) else { return false }
    return now.startTicks == process.startTicks && !now.isZombie
  }
}
