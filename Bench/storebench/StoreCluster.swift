import Base
import Benchmark
import EventLoop
import Linux

/// The programs that are compared.
enum StoreServerKind: String {
  case etcd, keelson
}

/// Members of one cluster as child processes on this machine, each with a data folder of its own.
final class StoreCluster {
  let endpoints: [SocketAddress]
  private let servers: ServerGroup

  /// The longest time until every member answers.
  private static let readyLimit = Duration.seconds(30)

  var pids: [Int32] { servers.processes.map(\.process.pid) }

  init(_ kind: StoreServerKind, members: Int, keelson: String, folder: String) throws {
    let folder = try ServerGroup.makeFolder("storebench-\(kind.rawValue)", in: folder)
    let members = try StoreMembers(members)
    endpoints = members.clientPorts.map { SocketAddress(.loopbackV4, port: $0) }
    let commands =
      switch kind {
      case .keelson: members.commands(keelson: keelson, folder: folder)
      case .etcd: try Self.etcd(members, folder)
      }
    servers = try ServerGroup(commands, folder: folder)
    try awaitReady()
  }

  private static func etcd(_ members: StoreMembers, _ folder: String) throws
    -> [ServerGroup.Command]
  {
    let path = Machine.environmentValue("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    guard let program = Process.find("etcd", path: path) else {
      throw BenchError.missing("etcd", hint: "apt-get install etcd-server")
    }
    return members.clientPorts.indices.map {
      ServerGroup.Command("etcd-\($0)", program, members.arguments(of: $0, folder: folder))
    }
  }

  /// Every member answers a linearizable read.
  private func awaitReady() throws {
    let deadline = Machine.now() + Self.readyLimit
    for (server, endpoint) in zip(servers.processes, endpoints) {
      while true {
        if try server.process.poll() != nil {
          throw BenchError.serverEnded(server.name, log: servers.log(server.name))
        }
        let probe = LoadGenerator(
          loop: try EventLoop(), endpoints: [endpoint], clients: 1,
          keys: BenchKeys(clients: 1, valueBytes: 16), pids: [])
        if try probe.answersOnce(within: .milliseconds(500)) { break }
        guard Machine.now() < deadline else {
          throw BenchError.overdue(
            "an answer of \(server.name)", log: servers.log(server.name))
        }
      }
    }
  }

  /// Ends the members and removes their data.
  func stop(keepingLogs: Bool = false) throws {
    try servers.stop(keepingLogs: keepingLogs)
  }
}
