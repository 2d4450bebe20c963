import Base
import JSON
import Linux

/// One copy of `keelson controller-manager` or `keelson scheduler`, as a process of its own.
final class ComponentCopy: Sendable {
  let running: RunningProgram
  private let port: String

  private init(_ running: RunningProgram, port: String) {
    self.running = running
    self.port = port
  }

  /// Starts a copy and waits until it has said where its metrics are.
  static func start(
    _ arguments: [String], on cluster: StoreCluster, in folder: ScratchFolder, named name: String
  ) async throws -> ComponentCopy {
    let flags = ["--endpoints", cluster.endpoints, "--metrics-address", "127.0.0.1:0"]
    let running = try Program.keelson.get().start(arguments + flags, in: folder, named: name)
    let port = try await eventually("\(name) says where its metrics are") {
      "exit: \(running.ending)\n\(running.log)"
    } _: {
      // `metrics=127.0.0.1:40123`
      let log = try running.errors()
      guard
        let word = log.split(whereSeparator: \.isWhitespace).first(where: {
          $0.hasPrefix("metrics=")
        })
      else { return nil as String? }
      return word.split(separator: ":").last.map(String.init)
    }
    return ComponentCopy(running, port: port)
  }

  func page(_ path: String) async throws -> Outcome {
    try await Program.curl.get().run([
      "--silent", "--show-error", "--max-time", "5", "http://127.0.0.1:\(port)\(path)",
    ])
  }

  /// A figure of the metrics page; 0 where it is not there.
  func figure(_ name: String) async throws -> Double {
    let page = try await page("/metrics").output
    let line = page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line.flatMap { Double($0.dropFirst(name.count + 1)) } ?? 0
  }

  func leads(_ reconciler: String) async throws -> Bool {
    try await figure("leader_election_master_status{name=\"\(reconciler)\"}") == 1
  }

  func acts(_ reconciler: String) async throws -> Bool {
    try await figure("keelson_reconciler_acting{name=\"\(reconciler)\"}") == 1
  }
}

/// Objects of the store that tests write and count with etcdctl.
struct ObjectDesk: Sendable {
  let etcdctl: Program

  func put(_ key: String, _ value: String) async throws {
    let outcome = try await etcdctl.run(["put", key], input: value)
    guard outcome.status == 0 else { throw Overdue(what: "put", seconds: 0, detail: "\(outcome)") }
  }

  func putNamespace(_ name: String) async throws {
    try await put(
      "/registry/namespaces/\(name)",
      """
      {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"\(name)","uid":"u-\(name)"},\
      "spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}
      """)
  }

  /// A ReplicaSet as the registry would have written it, with so many bytes of annotation.
  func putReplicaSet(_ name: String, replicas: Int, padding: Int = 0) async throws {
    let labels = "{\"set\":\"\(name)\"}"
    try await put(
      "/registry/replicasets/default/\(name)",
      """
      {"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"\(name)",\
      "namespace":"default","uid":"uid-\(name)","generation":1,\
      "annotations":{"padding":"\(String(repeating: "x", count: padding))"}},\
      "spec":{"replicas":\(replicas),"selector":{"matchLabels":\(labels)},\
      "template":{"metadata":{"labels":\(labels)},"spec":{"containers":[{"name":"main",\
      "image":"none","command":["serve"]}]}}},"status":{"replicas":0}}
      """)
  }

  /// The pods that were ever made and still are: name and creation revision, by ReplicaSet.
  func pods() async throws -> [String: Int] {
    let outcome = try await etcdctl.run([
      "get", "/registry/pods/default/", "--prefix", "--keys-only",
    ])
    var counts: [String: Int] = [:]
    for line in outcome.output.split(separator: "\n") {
      guard let name = line.split(separator: "/").last, let dash = name.lastIndex(of: "-") else {
        continue
      }
      counts[String(name[..<dash]), default: 0] += 1
    }
    return counts
  }

  func rangesServed(_ cluster: StoreCluster) async throws -> [String] {
    var counters: [String] = []
    for index in cluster.members.indices {
      let page = try await cluster.curl().run([cluster.clientURL(index) + "/metrics"]).output
      counters += page.split(separator: "\n").filter { $0.hasPrefix("etcd_mvcc_range_total ") }
        .map(String.init)
    }
    return counters
  }
}

extension RunningProgram {
  /// What it wrote on standard error.
  fileprivate var log: String {
    do { return try errors() } catch { return "no log: \(error)" }
  }

  fileprivate var ending: String {
    do { return try poll().map { "\($0)" } ?? "runs" } catch { return "\(error)" }
  }
}
