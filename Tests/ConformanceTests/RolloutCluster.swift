import Base
import JSON
import Linux
import NodeAgent

/// A store of three, two controller-managers, two schedulers and two nodes that run real processes:
/// what a Deployment needs to be rolled out while parts of it are killed.
actor RolloutCluster {
  nonisolated let store: StoreCluster
  private let scratch: ScratchFolder
  private let etcdctl: Program
  private var programs: [String: RunningProgram] = [:]
  private var starts = 0
  private var version = 0
  /// In the command of every process, so that they can be found on the host.
  private let token = 1_000_000_000 + Machine.randomWord() % 1_000_000_000

  static let replicas = 4
  static let nodes = ["n1", "n2"]

  private init(_ store: StoreCluster) throws {
    self.store = store
    scratch = try ScratchFolder()
    etcdctl = try store.etcdctl()
  }

  /// Runs `body` with everything started; ends all processes whatever happens.
  static func serving(_ body: (RolloutCluster) async throws -> Void) async throws {
    try await StoreCluster.serving(3) { store in
      let cluster = try RolloutCluster(store)
      do {
        try await cluster.startAll()
        try await body(cluster)
        try await cluster.end()
      } catch {
        try await cluster.end()
        throw error
      }
    }
  }

  private func startAll() async throws {
    for name in ["controller-manager-a", "controller-manager-b", "scheduler-a", "scheduler-b"] {
      try start(name)
    }
    for node in Self.nodes { try start("agent-\(node)") }
    try await put(
      "/registry/namespaces/default",
      """
      {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"default","uid":"namespace-1",
       "creationTimestamp":"2026-11-22T17:30:00Z"},"spec":{"finalizers":["kubernetes"]},
       "status":{"phase":"Active"}}
      """)
  }

  // MARK: - Programs

  /// Starts one of the programs, or starts it again.
  func start(_ name: String) throws {
    starts += 1
    let keelson = try Program.keelson.get()
    let store = ["--endpoints", store.endpoints]
    var arguments: [String]
    if name.hasPrefix("agent-") {
      let node = String(name.dropFirst("agent-".count))
      arguments = [
        "agent", "--node", node, "--dir", "\(scratch.path)/\(node)", "--restart-backoff", "100ms",
      ]
    } else {
      arguments = [
        String(name.dropLast(2)), "--metrics-address", "127.0.0.1:0",
        "--leader-elect-lease-duration", "2s",
      ]
    }
    programs[name] = try keelson.start(
      arguments + store, in: scratch, named: "\(name)-\(starts)")
  }

  func kill(_ name: String) async throws {
    try await programs.removeValue(forKey: name)?.kill()
  }

  /// The program that leads a reconciler: the oldest candidate names its process.
  func leader(of reconciler: String) async throws -> String {
    try await eventually("\(reconciler) has a leader that runs") {
      let found = try await etcdctl.run([
        "get", "--prefix", "/election/\(reconciler)/", "-w", "json",
      ])
      let candidates = try JSONValue(parsing: Bytes(found.output))["kvs"]?.array ?? []
      let oldest = candidates.min {
        ($0["create_revision"]?.int64 ?? 0) < ($1["create_revision"]?.int64 ?? 0)
      }
      guard let identity = oldest?["value"]?.string.flatMap({ Base64.decode($0)?.text }) else {
        return nil
      }
      return programs.first { identity.hasSuffix("-\($0.value.process.pid)") }?.key
    }
  }

  /// A supervisor of a pod on the node; nil where none runs just now.
  func supervisor(on node: String, choice: Int) throws -> Process? {
    let pods = "\(scratch.path)/\(node)/pods"
    guard Files.exists(pods) else { return nil }
    let held = try Files.list(pods).sorted().compactMap { uid -> Process? in
      let folder = PodFolder("\(pods)/\(uid)")
      guard Files.exists(folder.lockPath), try folder.isSupervised() else { return nil }
      return Int32(try Files.read(folder.lockPath).text.prefix { $0.isNumber })
        .map { Process(pid: $0) }
    }
    return held.isEmpty ? nil : held[choice % held.count]
  }

  // MARK: - The Deployment

  /// Writes the next version of the Deployment.
  func rollOut() async throws {
    version += 1
    let known = try await get("/registry/deployments/default/web")
    let first: JSONValue = [
      "name": "web", "namespace": "default", "uid": "deployment-1",
      "creationTimestamp": "2026-11-22T17:30:00Z",
    ]
    // A reconciler's annotations stay, and a change of what is wanted counts.
    var metadata = known?["metadata"]?.object ?? first.object ?? JSONObject()
    metadata["generation"] = .number(
      JSONNumber((metadata["generation"]?.int64 ?? 0) + 1))
    try await put(
      "/registry/deployments/default/web",
      """
      {"apiVersion":"apps/v1","kind":"Deployment","metadata":\(JSONValue.object(metadata).text()),
       "spec":{"replicas":\(Self.replicas),"selector":{"matchLabels":{"app":"web"}},
       "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":2,"maxUnavailable":0}},
       "revisionHistoryLimit":2,"progressDeadlineSeconds":600,
       "template":{"metadata":{"labels":{"app":"web"}},"spec":{"restartPolicy":"Always",
       "terminationGracePeriodSeconds":1,"dnsPolicy":"ClusterFirst","securityContext":{},
       "schedulerName":"default-scheduler","containers":[{"name":"main","image":"none",
       "imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log",
       "terminationMessagePolicy":"File","resources":{},
       "command":["/bin/sleep","\(duration(version))"]}]}}},
       "status":\(known?["status"]?.text() ?? "{}")}
      """)
  }

  /// How long the processes of a version sleep: it tells them from all others.
  private func duration(_ version: Int) -> String { "\(90_000 + version).\(token)" }

  /// Waits until the newest version runs as it should, in the store and on the host.
  func awaitRight(_ what: String) async throws {
    var last = ""
    try await eventually(what, within: .seconds(30)) {
      "\(last)\n\(logs())"
    } _: {
      last = try await wrong() ?? ""
      return last.isEmpty ? true : nil
    }
  }

  /// What is not as it should be; nil where everything is.
  private func wrong() async throws -> String? {
    let processes = try processes()
    guard processes == [version: Self.replicas] else {
      return "version \(version), processes by version: \(processes)"
    }
    let found = try await etcdctl.run(["get", "--prefix", "/registry/pods/", "-w", "json"])
    let entries = try JSONValue(parsing: Bytes(found.output))["kvs"]?.array ?? []
    let pods = try entries.map { entry in
      try JSONValue(parsing: entry["value"]?.string.flatMap { Base64.decode($0) } ?? Bytes())
    }
    let isRight = pods.allSatisfy { pod in
      pod["status"]?["phase"]?.string == "Running"
        && pod["spec"]?["containers"]?[0]?["command"]?[1]?.string == duration(version)
        && pod["status"]?["containerStatuses"]?[0]?["ready"]?.bool == true
    }
    guard pods.count == Self.replicas, isRight else {
      return pods.map { "\($0["metadata"]?["name"]?.string ?? "") \($0["status"]?.text() ?? "")" }
        .joined(separator: "\n")
    }
    let deployment = try await get("/registry/deployments/default/web")
    let status = deployment?["status"]
    for field in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
      guard status?[field]?.int64 == Int64(Self.replicas) else { return status?.text() ?? "" }
    }
    guard status?["observedGeneration"] == deployment?["metadata"]?["generation"] else {
      return status?.text() ?? "no status"
    }
    return nil
  }

  /// How many processes of each version run on this host.
  private func processes() throws -> [Int: Int] {
    var counts: [Int: Int] = [:]
    for status in try ProcessStatus.all() where status.command == "sleep" && !status.isZombie {
      let line: String
      do throws(Errno) {
        line = try Files.read("/proc/\(status.pid)/cmdline").text
      } catch {
        // It has ended since.
        continue
      }
      let words = line.split(separator: "\0")
      guard words.count == 2, words[1].hasSuffix(".\(token)"),
        let seconds = words[1].split(separator: ".").first.flatMap({ Int($0) })
      else { continue }
      counts[seconds - 90_000, default: 0] += 1
    }
    return counts
  }

  // MARK: - Steps

  private func put(_ key: String, _ value: String) async throws {
    let outcome = try await etcdctl.run(["put", key, value])
    guard outcome.status == 0 else {
      throw Overdue(what: "put \(key)", seconds: 0, detail: outcome.errors)
    }
  }

  private func get(_ key: String) async throws -> JSONValue? {
    let outcome = try await etcdctl.run(["get", key, "--print-value-only"])
    guard outcome.status == 0, !outcome.output.isEmpty else { return nil }
    return try JSONValue(parsing: Bytes(outcome.output))
  }

  private func logs() -> String {
    programs.keys.sorted().map { name in
      do {
        return "\(name):\n" + String(try programs[name]?.errors().suffix(1500) ?? "")
      } catch {
        return "\(name): no log"
      }
    }.joined(separator: "\n")
  }

  /// Ends the programs, then every pod as a node that goes down would.
  private func end() async throws {
    for name in programs.keys.sorted() { try await kill(name) }
    for node in Self.nodes {
      while let supervisor = try supervisor(on: node, choice: 0) {
        try supervisor.signal(.terminate)
        try await eventually("a supervisor ends", within: .seconds(20)) {
          try ProcessStatus.read(pid: supervisor.pid).map(\.isZombie) ?? true ? true : nil
        }
      }
    }
  }
}
