import Base
import Linux

/// CPU time and memory of one process.
public struct ProcessUsage: Sendable {
  public let name: String
  /// User and system time.
  public let cpu: Duration
  /// Pages in memory, those that it shares with others included.
  public let residentBytes: UInt64
  /// Its share: a page that n processes have in memory counts one n-th for each. Of processes that
  /// run the same program, the sum of these is the memory that is in use; the sum of the resident
  /// bytes counts the program and its libraries once per process.
  public let proportionalBytes: UInt64

  init(_ name: String, _ status: ProcessStatus) throws {
    self.name = name
    cpu = status.cpuTime
    residentBytes = status.residentBytes
    // proc_pid_smaps(5): `Pss:  1234 kB`.
    let path = "/proc/\(status.pid)/smaps_rollup"
    let line = try Files.read(path).text.split(separator: "\n").first { $0.hasPrefix("Pss:") }
    guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
    else { throw BenchError.refused("\(path) says nothing of Pss") }
    proportionalBytes = kilobytes << 10
  }

  /// Its line in a report: CPU since `earlier`, if given, and memory.
  public func line(since earlier: ProcessUsage? = nil) -> String {
    "  \(padded(name, 20)) \(decimal(seconds(cpu - (earlier?.cpu ?? .zero)))) s CPU, "
      + "\(proportionalBytes >> 20) MiB (\(residentBytes >> 20) MiB resident)"
  }
}
