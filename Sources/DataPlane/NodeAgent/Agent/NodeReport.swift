import Base
import JSON
import Linux

/// What stands under `/nodes/<node>/actual/node`: a core/v1 Node's status, and what this runtime
/// cannot isolate.
struct NodeReport: Hashable, Sendable {
  var node: String
  var address: String
  var facts: HostFacts
  var pressures: Pressures
  /// When each condition took its present state.
  var since: [String: WallTime]
  var isolation: Isolation

  /// Limits that the runtime keeps here, out of `cpu` and `memory`.
  struct Isolation: Hashable, Sendable {
    var cgroupMode: String
    var keptLimits: [String]
  }

  /// Kubernetes' default for the kubelet's `--max-pods`.
  static let podsMax: Int64 = 110

  /// Always the same for processes on the host; containers would narrow it.
  static let sharedAlways = ["filesystem", "network", "ports", "processes", "users"]

  var json: JSONValue {
    let resources: JSONValue = [
      "cpu": .string("\(facts.processors)"), "memory": .string("\(facts.memoryKibibytes)Ki"),
      "pods": .string("\(Self.podsMax)"),
    ]
    let unkept = ["cpu", "memory"].filter { !isolation.keptLimits.contains($0) }
    return [
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(node)],
      "status": [
        "capacity": resources, "allocatable": resources,
        "addresses": [
          ["type": "Hostname", "address": .string(facts.hostName)],
          ["type": "InternalIP", "address": .string(address)],
        ],
        "conditions": .array(conditions),
        "nodeInfo": facts.json,
      ],
      "isolation": [
        "runtime": "process", "cgroups": .string(isolation.cgroupMode),
        "keptLimits": .array(isolation.keptLimits.map { .string($0) }),
        "notKeptLimits": .array(unkept.map { .string($0) }),
        "shared": .array(Self.sharedAlways.map { .string($0) }),
      ],
    ]
  }

  /// The conditions' states, by type.
  static func states(_ pressures: Pressures) -> [(type: String, isTrue: Bool)] {
    [
      ("Ready", true), ("MemoryPressure", pressures.memory), ("DiskPressure", pressures.disk),
      ("PIDPressure", pressures.processes),
    ]
  }

  private var conditions: [JSONValue] {
    Self.states(pressures).map { type, isTrue in
      var object = JSONObject()
      object["type"] = .string(type)
      object["status"] = .string(isTrue ? "True" : "False")
      if let since = since[type] { object["lastTransitionTime"] = .string(since.rfc3339) }
      return .object(object)
    }
  }
}

/// What runs short on the host, by the kubelet's default thresholds for hard eviction.
struct Pressures: Hashable, Sendable {
  var memory: Bool
  var disk: Bool
  var processes: Bool

  /// `memory.available` < 100 Mi, `nodefs.available` < 10 %, more than 90 % of the process ids.
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

/// What a host is, from /proc and /etc.
struct HostFacts: Hashable, Sendable {
  var hostName: String
  var processors: Int
  var memoryKibibytes: Int64
  var kernel: String
  var system: String
  var boot: String

  static func read() throws(Errno) -> HostFacts {
    HostFacts(
      hostName: try Machine.hostName(), processors: Machine.processorCount,
      memoryKibibytes: try memory()["MemTotal"] ?? 0,
      kernel: try line("/proc/sys/kernel/osrelease"),
      system: try systemName(), boot: try HostIdentity.boot())
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

  var json: JSONValue {
    [
      "kernelVersion": .string(kernel), "osImage": .string(system), "operatingSystem": "linux",
      "architecture": .string(Self.architecture), "bootID": .string(boot),
      "containerRuntimeVersion": "process://1",
    ]
  }

  /// As Go and Kubernetes name it.
  private static var architecture: String {
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
