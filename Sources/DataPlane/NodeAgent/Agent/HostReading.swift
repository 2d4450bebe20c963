import Base
import Linux
import Node

extension Pressures {
  /// By the kubelet's default thresholds for hard eviction: `memory.available` < 100 Mi,
  /// `nodefs.available` < 10 %, more than 90 % of the process ids.
  static func read(folder: String) throws(Errno) -> Pressures {
    let memory = try HostFacts.memory()
    let space = try Files.space(folder)
    let pidMax = try HostFacts.number("/proc/sys/kernel/pid_max") ?? .max
    let processes = try Files.list("/proc").count { Int32($0) != nil }
    return Pressures(
      memory: (memory["MemAvailable"] ?? .max) < 100 << 10,
      disk: space.availableBytes < space.totalBytes / 10,
      processes: Int64(processes) > pidMax / 10 * 9)
  }
}

extension HostFacts {
  /// From /proc and /etc.
  static func read() throws(Errno) -> HostFacts {
    var facts = HostFacts(
      hostName: try Machine.hostName(), processors: Machine.processorCount,
      memoryKibibytes: try memory()["MemTotal"] ?? 0)
    facts.kernel = try line("/proc/sys/kernel/osrelease")
    facts.system = try systemName()
    facts.architecture = ownArchitecture
    facts.boot = try HostIdentity.boot()
    facts.runtimeVersion = "process://1"
    return facts
  }

  /// /proc/meminfo, kibibytes.
  static func memory() throws(Errno) -> [String: Int64] {
    var values: [String: Int64] = [:]
    for line in try Files.read("/proc/meminfo").text.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == ":" })
      if words.count >= 2 { values[String(words[0])] = Int64(words[1]) }
    }
    return values
  }

  static func number(_ path: String) throws(Errno) -> Int64? { Int64(try line(path)) }

  /// As Go and Kubernetes name it.
  private static var ownArchitecture: String {
    #if arch(x86_64)
      "amd64"
    #elseif arch(arm64)
      "arm64"
    #else
      "unknown"
    #endif
  }

  private static func line(_ path: String) throws(Errno) -> String {
    String(try Files.read(path).text.split(separator: "\n").first ?? "")
  }

  private static func systemName() throws(Errno) -> String {
    do throws(Errno) {
      for line in try Files.read("/etc/os-release").text.split(separator: "\n") {
        guard line.hasPrefix("PRETTY_NAME=") else { continue }
        return String(line.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" })
      }
      return "Linux"
    } catch {
      if error == .notFound { return "Linux" }
      throw error
    }
  }
}
