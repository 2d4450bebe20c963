public import Base
public import Linux
public import Node

/// What names this host's present life.
public enum HostIdentity {
  /// The kernel's random name of this boot, proc_sys_kernel(5).
  public static func boot() throws(Errno) -> String {
    let text = try Files.read("/proc/sys/kernel/random/boot_id").text
    return String(text.split(separator: "\n").first ?? "")
  }
}

extension ProcessIdentity {
  /// The calling process.
  public static func current() throws(Errno) -> ProcessIdentity? {
    guard let status = try ProcessStatus.read(pid: Machine.processID) else { return nil }
    return ProcessIdentity(
      pid: status.pid, startTicks: status.startTicks, boot: try HostIdentity.boot())
  }

  /// Whether this very process lives; a zombie does not. `boot` is the present one.
  public func isAlive(boot: String) throws(Errno) -> Bool {
    guard boot == self.boot, let status = try ProcessStatus.read(pid: pid) else { return false }
    return status.startTicks == startTicks && !status.isZombie
  }

  /// One line with pid, start time and boot, for files that name a process.
  public var line: Bytes { Bytes("\(pid) \(startTicks) \(boot)\n") }

  /// Nil where the text is no such line.
  public init?(line: Bytes) {
    let words = line.text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard words.count == 3, let pid = Int32(words[0]), pid > 1, let ticks = UInt64(words[1]) else {
      return nil
    }
    self.init(pid: pid, startTicks: ticks, boot: String(words[2]))
  }

  /// What a file names; nil where there is none or it is torn.
  public static func read(_ path: String) -> ProcessIdentity? {
    do {
      return ProcessIdentity(line: try Files.read(path))
    } catch {
      // Never started, or stopped in order.
      return nil
    }
  }
}
