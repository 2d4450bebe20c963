import Base
import JSON
import Linux
import Node
import NodeAgent

/// A cluster that `keelson up` made in a folder of its own, seen from outside.
struct UpCluster {
  let scratch: ScratchFolder
  let path: String
  private let keelson: Program

  /// Runs `body` and ends all processes of the cluster whatever happens.
  ///
  /// `wrap` gives what runs keelson, for another user; the folder `home` in the given one is
  /// theirs.
  static func with(
    as wrap: (Program, ScratchFolder) async throws -> Program = { keelson, _ in keelson },
    _ body: (UpCluster) async throws -> Void
  ) async throws {
    let scratch = try ScratchFolder()
    let program = try await wrap(try Program.keelson.get(), scratch)
    let cluster = UpCluster(scratch: scratch, path: "\(scratch.path)/home/d", keelson: program)
    do {
      try await body(cluster)
      try await cluster.end()
    } catch {
      try await cluster.end()
      throw error
    }
  }

  func run(_ arguments: [String], within limit: Duration = .seconds(60)) async throws -> Outcome {
    try await keelson.run(arguments + ["--dir", path], within: limit)
  }

  /// A command about objects: it finds the store by the folder's `client.json`.
  func administer(_ arguments: [String], input: String = "") async throws -> Outcome {
    try await keelson.with([], environment: ["KEELSON_DIR=\(path)"]).run(arguments, input: input)
  }

  func expectSuccess(_ arguments: [String]) async throws {
    let outcome = try await run(arguments)
    guard outcome.status == 0 else {
      throw Overdue(
        what: "keelson \(arguments.joined(separator: " "))", seconds: 0,
        detail: "\(outcome)\n\(logs())")
    }
  }

  /// etcdctl at the cluster's endpoints with the certificate of a client.
  func etcdctl(as user: String) throws -> Program {
    let flags = [
      "--endpoints", try endpoints().joined(separator: ","), "--cacert",
      "\(path)/pki/client-ca.crt",
      "--cert", "\(path)/pki/clients/\(user).crt", "--key", "\(path)/pki/clients/\(user).key",
    ]
    return try Program.etcdctl.get().with(flags, environment: ["ETCDCTL_API=3"])
  }

  /// How many ranges each member has served, as its metrics page says, in order of the endpoints.
  func rangesServed() async throws -> [String] {
    var counters: [String] = []
    for endpoint in try endpoints() {
      let page = try await Program.curl.get().run([
        "--silent", "--fail", "--cacert", "\(path)/pki/client-ca.crt",
        "--cert", "\(path)/pki/clients/root.crt", "--key", "\(path)/pki/clients/root.key",
        "\(endpoint)/metrics",
      ])
      let lines = page.output.split(separator: "\n")
      counters += lines.filter { $0.hasPrefix("etcd_mvcc_range_total ") }.map(String.init)
    }
    return counters
  }

  /// From `client.json`, which other clients read too.
  func endpoints() throws -> [String] {
    let file = try JSONValue(parsing: Files.read("\(path)/client.json"))
    return (file["endpoints"]?.array ?? []).compactMap(\.string)
  }

  /// Members, agents and the supervisor by name, as the folder says.
  func named() throws -> [String: ProcessIdentity] {
    var found: [String: ProcessIdentity] = [:]
    guard Files.exists("\(path)/run") else { return [:] }
    for name in try Files.list("\(path)/run") {
      guard let identity = ProcessIdentity.read("\(path)/run/\(name)") else { continue }
      found[String(name.prefix { $0 != "." })] = identity
    }
    return found
  }

  func processes() throws -> [ProcessIdentity] {
    try named().values.sorted { $0.pid < $1.pid }
  }

  /// Pods' supervisors, whoever they are.
  private func podSupervisors() throws -> [Int32] {
    guard Files.exists("\(path)/nodes") else { return [] }
    var found: [Int32] = []
    for node in try Files.list("\(path)/nodes") {
      let pods = "\(path)/nodes/\(node)/pods"
      guard Files.exists(pods) else { continue }
      for uid in try Files.list(pods) {
        let pod = PodFolder("\(pods)/\(uid)")
        guard try pod.isSupervised() else { continue }
        let text = try Files.read(pod.lockPath).text
        if let pid = Int32(text.prefix { $0.isNumber }) { found.append(pid) }
      }
    }
    return found
  }

  /// Kills everything at once, the supervisor first.
  func killAll() async throws {
    let boot = try HostIdentity.boot()
    let named = try named()
    let all = [named["supervise"]].compactMap { $0 } + named.values
    for process in all where try process.isAlive(boot: boot) {
      try Process(pid: process.pid).signal(.kill)
    }
    for pid in try podSupervisors() { try Process(pid: pid).signal(.kill) }
    try await eventually("all are dead") {
      try all.allSatisfy { try !$0.isAlive(boot: boot) } ? true : nil
    }
  }

  /// Waits until two looks a second apart find the same revision.
  func awaitQuiet() async throws {
    let etcdctl = try etcdctl(as: "root")
    var last = ""
    try await eventually("nothing is written any more", within: .seconds(30)) { () -> Bool? in
      let get = try await etcdctl.run(["get", "no-such-key", "-w", "json"])
      let revision = try JSONValue(parsing: Bytes(get.output))["header"]?["revision"]
      let now = revision.map { $0.text() } ?? ""
      if now == last { return true }
      last = now
      try await Task.sleep(for: .seconds(1))
      return nil
    }
  }

  private func logs() -> String {
    guard let names = try? Files.list("\(path)/logs") else { return "no logs" }
    return names.map { name in
      let text = (try? Files.read("\(path)/logs/\(name)").text) ?? ""
      return "\(name):\n" + text.split(separator: "\n").suffix(8).joined(separator: "\n") + "\n"
    }.joined()
  }

  private func end() async throws {
    guard Files.exists("\(path)/cluster.json") else { return }
    let down = try await run(["down"])
    if down.status != 0 { try await killAll() }
  }
}
