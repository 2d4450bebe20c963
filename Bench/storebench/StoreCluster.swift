import Base
import EventLoop
import Linux

/// The programs that are compared.
enum StoreServerKind: String {
  case etcd, keelson
}

/// Members of one cluster as child processes on this machine, each with a data folder of its own.
final class StoreCluster {
  let kind: StoreServerKind
  let endpoints: [SocketAddress]
  private let folder: String
  private var processes: [Process] = []

  private enum Bounds {
    /// The magic number of tmpfs (statfs(2)).
    static let tmpfs: UInt64 = 0x0102_1994
    static let ready = Duration.seconds(30)
  }

  var pids: [Int32] { processes.map(\.pid) }

  init(_ kind: StoreServerKind, members: Int, keelson: String, folder: String) throws {
    self.kind = kind
    guard try Files.space(folder).fileSystem != Bounds.tmpfs else {
      throw BenchError.notADisk(folder)
    }
    let program = try Self.program(kind, keelson)
    let name = "storebench-\(Machine.processID)-\(kind.rawValue)"
    self.folder = folder + "/" + name
    try Files.makeFolders(self.folder)
    let ports = try Self.freePorts(members * 2)
    endpoints = ports.prefix(members).map { SocketAddress(.loopbackV4, port: $0) }
    let peers = (0..<members).map { "m\($0)=http://127.0.0.1:\(ports[members + $0])" }
    for member in 0..<members {
      let client = "http://127.0.0.1:\(ports[member])"
      let peer = "http://127.0.0.1:\(ports[members + member])"
      var arguments = [
        "--name", "m\(member)", "--data-dir", "\(self.folder)/m\(member)",
        "--listen-client-urls", client, "--advertise-client-urls", client,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
        "--initial-cluster", peers.joined(separator: ","),
      ]
      if kind == .keelson { arguments = ["store", "serve"] + arguments }
      processes.append(try start(program, arguments, member))
    }
    try awaitReady()
  }

  private static func program(_ kind: StoreServerKind, _ keelson: String) throws -> String {
    switch kind {
    case .keelson:
      guard Files.exists(keelson) else {
        throw BenchError.missing(keelson, hint: "swift build -c release --product keelson")
      }
      return keelson
    case .etcd:
      let path = Machine.environmentValue("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
      guard let found = Process.find("etcd", path: path) else {
        throw BenchError.missing("etcd", hint: "apt-get install etcd-server")
      }
      return found
    }
  }

  private func start(_ program: String, _ arguments: [String], _ member: Int) throws -> Process {
    var specification = ProcessSpecification(program, arguments)
    let log = try Files.open(log(member), [.write, .create, .truncate])
    specification.descriptors = [nil, log.rawValue, log.rawValue]
    // The servers end with the benchmark, however that ends.
    specification.deathSignal = .kill
    return try Process.spawn(specification)
  }

  private func log(_ member: Int) -> String { "\(folder)-m\(member).log" }

  /// Ports that are free now, all different.
  private static func freePorts(_ count: Int) throws -> [UInt16] {
    let loop = try EventLoop()
    let listeners = try (0..<count).map { _ in
      try TCPListener(on: SocketAddress(.loopbackV4, port: 0), loop: loop) { _, _ in }
    }
    let ports = listeners.map(\.address.port)
    for listener in listeners { listener.close() }
    return ports
  }

  /// Every member answers a linearizable read.
  private func awaitReady() throws {
    let deadline = Machine.now() + Bounds.ready
    for (member, endpoint) in endpoints.enumerated() {
      while true {
        if try processes[member].poll() != nil {
          throw BenchError.serverEnded("\(kind.rawValue) m\(member)", log: log(member))
        }
        let probe = LoadGenerator(
          loop: try EventLoop(), endpoints: [endpoint], clients: 1,
          keys: BenchKeys(clients: 1, valueBytes: 16), pids: [])
        if try probe.answersOnce(within: .milliseconds(500)) { break }
        guard Machine.now() < deadline else {
          throw BenchError.notReady("\(kind.rawValue) m\(member)", log: log(member))
        }
      }
    }
  }

  /// Ends the members and removes their data.
  func stop(keepingLogs: Bool = false) throws {
    for process in processes { try process.signal(.kill) }
    for process in processes { _ = try process.wait() }
    for member in processes.indices where !keepingLogs { try Files.remove(log(member)) }
    processes = []
    try Files.removeTree(folder)
  }
}
