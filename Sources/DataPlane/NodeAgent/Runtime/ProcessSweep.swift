import Base
import Linux
import Node

/// Kills everything that a container's first process left: its session, and its control group's
/// members where it has one.
struct ProcessSweep {
  let process: ProcessIdentity
  let boot: String
  /// `cgroup.procs` files of the container.
  let groupFiles: [String]

  /// Kills, and waits until all are dead; false where some still live after `limit`.
  func run(limit: Duration) throws(Errno) -> Bool {
    let deadline = Machine.now() + limit
    while true {
      let victims = try find()
      if victims.isEmpty { return true }
      guard Machine.now() < deadline else { return false }
      for victim in victims { try kill(victim) }
      if let first = victims.first { try awaitEnd(of: first) }
    }
  }

  private func find() throws(Errno) -> [ProcessStatus] {
    // After a reboot the pids of old belong to others.
    guard boot == process.boot else { return [] }
    let all = try ProcessStatus.all()
    // A pid serves again only when no process has it as its session: so where the pid now belongs
    // to a younger process, nothing of the session is left.
    let isReused = all.contains {
      $0.pid == process.pid && $0.startTicks != process.startTicks
    }
    let members = groupMembers()
    return all.filter { status in
      if status.isZombie { return false }
      if members.contains(status.pid) { return true }
      return !isReused && (status.pid == process.pid || status.session == process.pid)
    }
  }

  private func groupMembers() -> Set<Int32> {
    var members: Set<Int32> = []
    for file in groupFiles {
      do {
        let text = try Files.read(file).text
        members.formUnion(text.split(separator: "\n").compactMap { Int32($0) })
      } catch {
        // The group was never made, or is gone with its last member.
        continue
      }
    }
    return members
  }

  private func kill(_ victim: ProcessStatus) throws(Errno) {
    do throws(Errno) {
      let handle = try ProcessDescriptor(pid: victim.pid)
      // The handle is on whoever has the pid now: only the one that was found may be killed.
      guard let now = try ProcessStatus.read(pid: victim.pid), now.startTicks == victim.startTicks
      else { return }
      try handle.signal(.kill)
    } catch {
      // It ended by itself meanwhile.
      if error != .noProcess { throw error }
    }
  }

  /// At most 50 ms: then the table is looked at again.
  private func awaitEnd(of victim: ProcessStatus) throws(Errno) {
    do throws(Errno) {
      let handle = try ProcessDescriptor(pid: victim.pid)
      var epoll = try Epoll()
      try epoll.add(handle.rawValue, .readable, data: 0)
      var events: [(data: UInt64, readiness: Epoll.Readiness)] = []
      try epoll.wait(milliseconds: 50, into: &events)
    } catch {
      if error != .noProcess { throw error }
    }
  }
}
