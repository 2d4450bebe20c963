import Base
import EventLoop
import Linux

/// The processes that are measured, as children of this one.
final class ControlCluster: Sendable {
  let endpoints: [String]
  let folder: String
  let processes: [(name: String, process: Process)]

  /// The magic number of tmpfs (statfs(2)).
  private static let tmpfs: UInt64 = 0x0102_1994

  init(_ plan: BenchPlan) throws {
    guard Files.exists(plan.keelson) else {
      throw BenchError.missing(plan.keelson, hint: "swift build -c release --product keelson")
    }
    guard try Files.space(plan.folder).fileSystem != Self.tmpfs else {
      throw BenchError.notADisk(plan.folder)
    }
    folder = plan.folder + "/controlbench-\(Machine.processID)"
    try Files.makeFolders(folder)
    let ports = try Self.freePorts(6)
    endpoints = ports.prefix(3).map { "127.0.0.1:\($0)" }
    let peers = (0..<3).map { "m\($0)=http://127.0.0.1:\(ports[3 + $0])" }
    var commands: [(name: String, arguments: [String])] = []
    for member in 0..<3 {
      let client = "http://127.0.0.1:\(ports[member])"
      let peer = "http://127.0.0.1:\(ports[3 + member])"
      commands.append(
        (
          "store-\(member)",
          [
            "store", "serve", "--name", "m\(member)", "--data-dir", "\(folder)/m\(member)",
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", peers.joined(separator: ","),
          ]
        ))
    }
    let store = ["--endpoints", endpoints.joined(separator: ",")]
    let anyPort = ["--metrics-address", "127.0.0.1:0"]
    commands.append(("controller-manager", ["controller-manager"] + store + anyPort))
    commands.append(("scheduler", ["scheduler"] + store + anyPort))
    commands.append(("agents", ["agent", "--hollow", "\(plan.nodes)"] + store))
    var processes: [(name: String, process: Process)] = []
    for (name, arguments) in commands {
      var specification = ProcessSpecification(plan.keelson, arguments)
      let log = try Files.open("\(folder)/\(name).log", [.write, .create, .truncate])
      specification.descriptors = [nil, log.rawValue, log.rawValue]
      // They end with the benchmark, however that ends.
      specification.deathSignal = .kill
      processes.append((name, try Process.spawn(specification)))
    }
    self.processes = processes
  }

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

  /// CPU time and memory of each process, in the order of their starts.
  func usage() throws -> [(name: String, cpu: Duration, residentBytes: UInt64)] {
    try processes.map { name, process in
      guard let status = try ProcessStatus.read(pid: process.pid), !status.isZombie else {
        throw BenchError.refused("\(name) ended; its log is \(folder)/\(name).log")
      }
      return (name, status.cpuTime, status.residentBytes)
    }
  }

  /// Ends all and removes their data.
  func stop(keepingLogs: Bool) throws {
    for (_, process) in processes { try process.signal(.kill) }
    for (_, process) in processes { _ = try process.wait() }
    if keepingLogs {
      for member in 0..<3 { try Files.removeTree("\(folder)/m\(member)") }
    } else {
      try Files.removeTree(folder)
    }
  }
}
