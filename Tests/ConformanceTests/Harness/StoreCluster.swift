import Base
import Linux

/// Members of one cluster on the loopback, each a process with a data directory of its own.
actor StoreCluster {
  /// What serves: the program under test, or etcd itself for expected answers.
  enum Server: Sendable { case keelson, etcd }

  struct Member: Sendable {
    let name: String
    let clientPort: UInt16
    let peerPort: UInt16
    let dataDirectory: String
  }

  nonisolated let folder: ScratchFolder
  nonisolated let members: [Member]
  nonisolated let certificates: Certificates?
  private let server: Server
  private let extraFlags: [String]
  private var running: [Int: RunningProgram] = [:]

  /// Chooses folders, and ports where none are given; nothing runs yet. Member ids follow from
  /// the ports: two clusters that serve one after the other on the same ports have the same.
  init(
    members count: Int, server: Server = .keelson, certificates: Certificates? = nil,
    ports chosen: [UInt16]? = nil, flags: [String] = []
  ) throws {
    folder = try ScratchFolder()
    self.server = server
    self.certificates = certificates
    extraFlags = flags
    let ports = try chosen ?? freePorts(count * 2)
    var members: [Member] = []
    for index in 0..<count {
      members.append(
        Member(
          name: "n\(index + 1)", clientPort: ports[2 * index], peerPort: ports[2 * index + 1],
          dataDirectory: "\(folder.path)/n\(index + 1)"))
    }
    self.members = members
  }

  /// Runs `body` with a cluster that serves, and ends its processes whatever happens.
  static func serving<Result: Sendable>(
    _ count: Int, server: Server = .keelson, certificates: Certificates? = nil,
    ports: [UInt16]? = nil, flags: [String] = [], _ body: (StoreCluster) async throws -> Result
  ) async throws -> Result {
    let cluster = try StoreCluster(
      members: count, server: server, certificates: certificates, ports: ports, flags: flags)
    do {
      for index in 0..<count { try await cluster.start(index) }
      for index in 0..<count { try await cluster.awaitHealth(of: index) }
      let result = try await body(cluster)
      await cluster.stop()
      return result
    } catch {
      await cluster.stop()
      throw error
    }
  }

  nonisolated var scheme: String { certificates == nil ? "http" : "https" }

  nonisolated func clientURL(_ index: Int) -> String {
    "\(scheme)://127.0.0.1:\(members[index].clientPort)"
  }

  nonisolated var endpoints: String {
    members.indices.map(clientURL).joined(separator: ",")
  }

  /// etcdctl, aimed at all members or one, with the client certificate of `user`.
  nonisolated func etcdctl(_ index: Int? = nil, as user: String = "root") throws -> Program {
    var flags = ["--endpoints", index.map(clientURL) ?? endpoints]
    if let certificates {
      flags += ["--cacert", certificates.authority(.client)]
      flags += ["--cert", certificates.certificate(user), "--key", certificates.key(user)]
    }
    return try Program.etcdctl.get().with(flags, environment: ["ETCDCTL_API=3"])
  }

  /// Our own client verbs, aimed at all members, with the client certificate of `user`.
  nonisolated func keelson(as user: String = "root") throws -> Program {
    var flags = ["--endpoints", endpoints]
    if let certificates {
      flags += ["--cacert", certificates.authority(.client)]
      flags += ["--cert", certificates.certificate(user), "--key", certificates.key(user)]
    }
    return Program(
      path: try Program.keelson.get().path, leading: ["store"], trailing: flags)
  }

  nonisolated func curl(as user: String = "root") throws -> Program {
    var flags = ["--silent", "--show-error", "--max-time", "10"]
    if let certificates {
      flags += ["--cacert", certificates.authority(.client)]
      flags += ["--cert", certificates.certificate(user), "--key", certificates.key(user)]
    }
    return try Program.curl.get().with(flags)
  }

  // MARK: - Processes

  /// Starts a member under `wrapper`, if one is given: that program's own arguments come first.
  func start(_ index: Int, under wrapper: Program? = nil) throws {
    precondition(running[index] == nil, "the member runs")
    let flags = serveFlags(of: index)
    let program: Program
    switch server {
    case .keelson: program = try Program.keelson.get().with(["store", "serve"])
    case .etcd: program = try Program.etcd.get()
    }
    if let wrapper {
      running[index] = try wrapper.with([program.path] + program.leading).start(
        flags, in: folder, named: members[index].name)
    } else {
      running[index] = try program.start(flags, in: folder, named: members[index].name)
    }
  }

  /// Waits until the member answers a linearizable read.
  func awaitHealth(of index: Int, within limit: Duration = .seconds(15)) async throws {
    let etcdctl = try etcdctl(index).with(["--command-timeout", "2s", "--dial-timeout", "1s"])
    try await eventually(
      "member \(members[index].name) serves", within: limit, detail: { self.log(of: index) }
    ) {
      if let exit = try self.running[index]?.poll() {
        throw Overdue(what: "member ended: \(exit)", seconds: 0, detail: self.log(of: index))
      }
      return try await etcdctl.run(["endpoint", "health"]).status == 0 ? true : nil
    }
  }

  func process(_ index: Int) -> RunningProgram? { running[index] }

  func signal(_ index: Int, _ signal: Signal) throws {
    try running[index]?.signal(signal)
  }

  /// Ends a member without warning.
  func kill(_ index: Int) async throws {
    try await running.removeValue(forKey: index)?.kill()
  }

  /// Waits for a member's own end.
  func awaitEnd(of index: Int, within limit: Duration = .seconds(10)) async throws -> ProcessExit {
    guard let program = running[index] else { preconditionFailure("the member does not run") }
    let exit = try await program.end(within: limit)
    running[index] = nil
    return exit
  }

  func stop() async {
    for index in running.keys.sorted() {
      do { try await kill(index) } catch {
        // Its process is gone or cannot be ended; the next test has ports of its own.
      }
    }
  }

  /// The end of what a member wrote on standard error.
  func log(of index: Int) -> String {
    do {
      let path = "\(folder.path)/\(members[index].name).err"
      return String(try Files.read(path).text.suffix(4_000))
    } catch {
      return "no log: \(error)"
    }
  }

  /// Index of the member that leads, as the members themselves report it.
  func leader(within limit: Duration = .seconds(10)) async throws -> Int {
    try await eventually("a leader is known", within: limit) {
      for index in self.running.keys.sorted() {
        let status = try await self.etcdctl(index).with(["--command-timeout", "1s"])
          .run(["endpoint", "status"])
        // ENDPOINT, ID, VERSION, DB SIZE, IS LEADER, ...
        let fields = status.output.split(separator: ",").map { $0.drop { $0 == " " } }
        if status.status == 0, fields.count > 4, fields[4] == "true" { return index }
      }
      return nil
    }
  }

  /// etcd's flags for this member.
  func serveFlags(of index: Int) -> [String] {
    let member = members[index]
    let peers = members.map { "\($0.name)=\(scheme)://127.0.0.1:\($0.peerPort)" }
    let peerURL = "\(scheme)://127.0.0.1:\(member.peerPort)"
    var flags = [
      "--name", member.name, "--data-dir", member.dataDirectory,
      "--listen-client-urls", clientURL(index), "--advertise-client-urls", clientURL(index),
      "--listen-peer-urls", peerURL, "--initial-advertise-peer-urls", peerURL,
      "--initial-cluster", peers.joined(separator: ","), "--initial-cluster-token", "conformance",
    ]
    if let certificates {
      flags += [
        "--cert-file", certificates.certificate("member-\(member.name)"),
        "--key-file", certificates.key("member-\(member.name)"),
        "--trusted-ca-file", certificates.authority(.client), "--client-cert-auth",
        "--peer-cert-file", certificates.certificate("peer-\(member.name)"),
        "--peer-key-file", certificates.key("peer-\(member.name)"),
        "--peer-trusted-ca-file", certificates.authority(.peer), "--peer-client-cert-auth",
      ]
    }
    return flags + extraFlags
  }
}
