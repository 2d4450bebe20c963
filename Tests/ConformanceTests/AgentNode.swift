import Base
import JSON
import Linux
import Node
import NodeAgent

/// One node with its agent against a store of one member, and what tests ask of it.
actor AgentNode {
  nonisolated let name: String
  nonisolated let scratch: ScratchFolder
  private let cluster: StoreCluster
  private let etcdctl: Program
  private var agent: RunningProgram?
  private var agents = 0

  private init(name: String, cluster: StoreCluster) throws {
    self.name = name
    self.cluster = cluster
    scratch = try ScratchFolder()
    etcdctl = try cluster.etcdctl()
  }

  /// Runs `body` with a store and a node's agent; ends all processes whatever happens.
  static func serving<Result: Sendable>(
    _ name: String = "n1", flags: [String] = [],
    _ body: (AgentNode, StoreCluster) async throws -> Result
  ) async throws -> Result {
    try await StoreCluster.serving(1, flags: flags) { cluster in
      let node = try AgentNode(name: name, cluster: cluster)
      do {
        try await node.startAgent()
        let result = try await body(node, cluster)
        try await node.end()
        return result
      } catch {
        try await node.end()
        throw error
      }
    }
  }

  // MARK: - The agent

  func startAgent() throws {
    agents += 1
    agent = try Program.keelson.get().start(
      [
        "agent", "--node", name, "--dir", "\(scratch.path)/node", "--endpoints",
        cluster.endpoints, "--restart-backoff", "300ms",
      ], in: scratch, named: "agent\(agents)")
  }

  func killAgent() async throws {
    try await agent?.kill()
    agent = nil
  }

  func signalAgent(_ signal: Signal) async throws -> ProcessExit? {
    guard let agent else { return nil }
    try agent.signal(signal)
    self.agent = nil
    return try await agent.end(within: .seconds(10))
  }

  func agentLog() -> String {
    (1...max(1, agents)).map { number in
      do {
        return "agent \(number):\n" + (try Files.read("\(scratch.path)/agent\(number).err").text)
      } catch {
        return "agent \(number): no log\n"
      }
    }.joined()
  }

  // MARK: - Pods

  /// A desired pod of one container; every start leaves its pid in a file.
  func want(
    _ uid: String, _ script: String, policy: String = "Always", grace: Int = 2,
    metadata: [(String, JSONValue)] = [], limits: JSONValue = [:]
  ) async throws {
    var object = JSONObject()
    object["name"] = .string(uid)
    object["namespace"] = "default"
    object["uid"] = .string(uid)
    for (name, value) in metadata { object[name] = value }
    // Kubernetes makes one `$` of two in a command.
    let command = "echo $$$$ >> '\(startsPath(uid))'; \(script)"
    let pod: JSONValue = [
      "metadata": .object(object),
      "spec": [
        "restartPolicy": .string(policy),
        "terminationGracePeriodSeconds": .number(JSONNumber(Int64(grace))),
        "containers": [
          [
            "name": "main", "command": ["/bin/sh", "-c", .string(command)],
            "resources": ["limits": limits],
          ]
        ],
      ],
    ]
    try await run(["put", desiredKey(uid), pod.text()])
  }

  func unwant(_ uid: String) async throws {
    try await run(["del", desiredKey(uid)])
  }

  func get(_ key: String) async throws -> String? {
    let outcome = try await etcdctl.run(["get", key, "--print-value-only"])
    guard outcome.status == 0, !outcome.output.isEmpty else { return nil }
    return outcome.output
  }

  /// The reported status; nil where nothing is reported.
  func status(_ uid: String) async throws -> JSONValue? {
    guard let text = try await get("/nodes/\(name)/actual/pods/\(uid)") else { return nil }
    return try JSONValue(parsing: Bytes(text))
  }

  /// Waits until the first container's status satisfies `condition`.
  func container(
    _ uid: String, _ what: String, within limit: Duration = .seconds(15),
    _ condition: (JSONValue) -> Bool
  ) async throws -> JSONValue {
    var last: JSONValue?
    return try await eventually(what, within: limit) {
      "\(last?.text() ?? "no status")\n\(agentLog())"
    } _: {
      last = try await status(uid)?["status"]?["containerStatuses"]?[0]
      guard let last, condition(last) else { return nil }
      return last
    }
  }

  func running(_ uid: String, restarts: Int64 = 0) async throws -> JSONValue {
    let status = try await container(uid, "\(uid) runs with \(restarts) restarts") {
      $0["state"]?["running"] != nil && $0["restartCount"]?.int64 == restarts
    }
    try await eventually("the process of \(uid) has begun") {
      try starts(uid).count > Int(restarts) ? true : nil
    }
    return status
  }

  /// Every process that a pod's container was started as, in order.
  nonisolated func starts(_ uid: String) throws -> [Int32] {
    guard Files.exists(startsPath(uid)) else { return [] }
    return try Files.read(startsPath(uid)).text.split(separator: "\n").compactMap { Int32($0) }
  }

  nonisolated func alive(_ uid: String) throws -> [Int32] {
    try starts(uid).filter { pid in
      guard let status = try ProcessStatus.read(pid: pid) else { return false }
      return !status.isZombie
    }
  }

  nonisolated func folder(_ uid: String) -> PodFolder {
    PodFolder("\(scratch.path)/node/pods/\(uid)")
  }

  /// The pod's supervisor; nil where none runs.
  nonisolated func supervisor(_ uid: String) throws -> Process? {
    guard Files.exists(folder(uid).lockPath), try folder(uid).isSupervised() else { return nil }
    let text = try Files.read(folder(uid).lockPath).text
    return Int32(text.prefix { $0.isNumber }).map { Process(pid: $0) }
  }

  nonisolated func startsPath(_ uid: String) -> String { "\(scratch.path)/\(uid).starts" }
  nonisolated func desiredKey(_ uid: String) -> String { "/nodes/\(name)/desired/pods/\(uid)" }

  func run(_ arguments: [String]) async throws {
    let outcome = try await etcdctl.run(arguments)
    guard outcome.status == 0 else {
      throw Overdue(what: "etcdctl \(arguments)", seconds: 0, detail: outcome.errors)
    }
  }

  /// Ends the agent, then every pod as a node that goes down would.
  private func end() async throws {
    try await killAgent()
    let pods = "\(scratch.path)/node/pods"
    guard Files.exists(pods) else { return }
    for uid in try Files.list(pods) {
      guard let supervisor = try supervisor(uid) else { continue }
      try supervisor.signal(.terminate)
      try await eventually("the supervisor of \(uid) ends", within: .seconds(20)) {
        try self.supervisor(uid) == nil ? true : nil
      }
    }
  }
}
