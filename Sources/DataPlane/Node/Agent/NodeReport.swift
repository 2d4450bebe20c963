public import Base
public import JSON

/// What stands under `/nodes/<node>/actual/node`: a core/v1 Node's status, and what this runtime
/// cannot isolate.
public struct NodeReport: Hashable, Sendable {
  public var node: String
  public var address: String
  public var facts: HostFacts
  public var pressures: Pressures
  /// When each condition took its present state.
  public var since: [String: WallTime]
  public var isolation: Isolation
  /// Where the agent serves logs; nil where it does not.
  public var port: Int?

  /// Limits that the runtime keeps here, out of `cpu` and `memory`.
  public struct Isolation: Hashable, Sendable {
    /// What runs the containers: `process` or `hollow`.
    public var runtime: String
    public var cgroupMode: String
    public var keptLimits: [String]

    public init(runtime: String, cgroupMode: String, keptLimits: [String]) {
      self.runtime = runtime
      self.cgroupMode = cgroupMode
      self.keptLimits = keptLimits
    }
  }

  public init(
    node: String, address: String, facts: HostFacts, pressures: Pressures, isolation: Isolation
  ) {
    self.node = node
    self.address = address
    self.facts = facts
    self.pressures = pressures
    self.isolation = isolation
    since = [:]
  }

  /// Kubernetes' default for the kubelet's `--max-pods`.
  public static let podsMax: Int64 = 110

  /// Always the same for processes on the host; containers would narrow it.
  public static let sharedAlways = ["filesystem", "network", "ports", "processes", "users"]

  public var json: JSONValue {
    let resources: JSONValue = [
      "cpu": .string("\(facts.processors)"), "memory": .string("\(facts.memoryKibibytes)Ki"),
      "pods": .string("\(Self.podsMax)"),
    ]
    let unkept = ["cpu", "memory"].filter { !isolation.keptLimits.contains($0) }
    var status = JSONObject([
      .init(name: "capacity", value: resources), .init(name: "allocatable", value: resources),
      .init(
        name: "addresses",
        value: [
          ["type": "Hostname", "address": .string(facts.hostName)],
          ["type": "InternalIP", "address": .string(address)],
        ]),
      .init(name: "conditions", value: .array(conditions)),
    ])
    if let port {
      status["daemonEndpoints"] = ["kubeletEndpoint": ["Port": .number(JSONNumber(Int64(port)))]]
    }
    status["nodeInfo"] = facts.json
    return [
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(node)],
      "status": .object(status),
      "isolation": [
        "runtime": .string(isolation.runtime), "cgroups": .string(isolation.cgroupMode),
        "keptLimits": .array(isolation.keptLimits.map { .string($0) }),
        "notKeptLimits": .array(unkept.map { .string($0) }),
        "shared": .array(Self.sharedAlways.map { .string($0) }),
      ],
    ]
  }

  /// The conditions' states, by type.
  public static func states(_ pressures: Pressures) -> [(type: String, isTrue: Bool)] {
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

/// What runs short on a host.
public struct Pressures: Hashable, Sendable {
  public var memory: Bool
  public var disk: Bool
  public var processes: Bool

  public init(memory: Bool = false, disk: Bool = false, processes: Bool = false) {
    self.memory = memory
    self.disk = disk
    self.processes = processes
  }
}

/// What a host is.
public struct HostFacts: Hashable, Sendable {
  public var hostName: String
  public var processors: Int
  public var memoryKibibytes: Int64
  public var kernel: String
  public var system: String
  /// As Go and Kubernetes name it: `amd64`, `arm64`.
  public var architecture: String
  /// The kernel's random name of its present life.
  public var boot: String
  /// As `nodeInfo` names it: `process://1`.
  public var runtimeVersion: String

  public init(hostName: String, processors: Int, memoryKibibytes: Int64) {
    self.hostName = hostName
    self.processors = processors
    self.memoryKibibytes = memoryKibibytes
    kernel = ""
    system = ""
    architecture = "unknown"
    boot = ""
    runtimeVersion = ""
  }

  /// core/v1 NodeSystemInfo.
  var json: JSONValue {
    [
      "kernelVersion": .string(kernel), "osImage": .string(system), "operatingSystem": "linux",
      "architecture": .string(architecture), "bootID": .string(boot),
      "containerRuntimeVersion": .string(runtimeVersion),
      "kubeletVersion": .string("v\(ProductVersion.text)"),
    ]
  }
}
