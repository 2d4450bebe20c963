internal import Base
internal import CLinux

/// One process as /proc/PID/stat shows it (proc_pid_stat(5)).
public struct ProcessStatus: Hashable, Sendable {
  public let pid: Int32
  public let parent: Int32
  public let group: Int32
  public let session: Int32
  /// The executable's name, at most 15 bytes.
  public let command: String
  /// `R` running, `S` sleeping, `D` disk, `Z` zombie, `T` stopped, `X` dead.
  public let state: Character
  /// User and system time of all its threads.
  public let cpuTime: Duration
  /// Clock ticks after boot; with the pid it names a process for ever.
  public let startTicks: UInt64
  /// Memory in use, shared pages included.
  public let residentBytes: UInt64
  public let threadCount: Int

  /// Dead, though its parent has not reaped it.
  public var isZombie: Bool { state == "Z" || state == "X" }

  /// Nil where no such process exists.
  public static func read(pid: Int32) throws(Errno) -> ProcessStatus? {
    do {
      return parse(try Files.read("/proc/\(pid)/stat").text)
    } catch .notFound {
      return nil
    } catch .noProcess {
      return nil
    }
  }

  /// All processes that this one may see, by pid.
  public static func all() throws(Errno) -> [ProcessStatus] {
    var processes: [ProcessStatus] = []
    for name in try Files.list("/proc") {
      guard let pid = Int32(name), let process = try read(pid: pid) else { continue }
      processes.append(process)
    }
    return processes.sorted { $0.pid < $1.pid }
  }

  /// Reads the file's only line. The command stands in parentheses and may hold any byte, so the
  /// last parenthesis ends it.
  public static func parse(_ line: String) -> ProcessStatus? {
    guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), open < close
    else { return nil }
    let fields = line[line.index(after: close)...].split(whereSeparator: \.isWhitespace)
    // Field 3 of the manual page is the first behind the command.
    func number(_ field: Int) -> Int64? {
      fields.count > field - 3 ? Int64(fields[field - 3]) : nil
    }
    guard let pid = Int32(line[..<open].trimmingSpaces), let state = fields.first?.first,
      let parent = number(4), let group = number(5), let session = number(6),
      let user = number(14), let system = number(15), let threads = number(20),
      fields.count > 21, let start = UInt64(fields[19]), let pages = UInt64(fields[21])
    else { return nil }
    let ticksPerSecond = Int64(clinux_clock_ticks_per_second())
    return ProcessStatus(
      pid: pid, parent: Int32(truncatingIfNeeded: parent),
      group: Int32(truncatingIfNeeded: group), session: Int32(truncatingIfNeeded: session),
      command: String(line[line.index(after: open)..<close]), state: state,
      cpuTime: .milliseconds((user + system) * 1000 / ticksPerSecond), startTicks: start,
      residentBytes: pages * UInt64(Machine.pageBytes), threadCount: Int(threads))
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var rest = self
    while rest.last == " " { rest = rest.dropLast() }
    return rest
  }
}
