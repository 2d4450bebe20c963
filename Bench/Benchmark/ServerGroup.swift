import Base
import EventLoop
public import Linux

/// Programs that are measured, as children of this one, with a folder for their data and logs.
public final class ServerGroup: Sendable {
  public let folder: String
  public let processes: [(name: String, process: Process)]

  /// One program: its name in this run, its file and its arguments.
  public struct Command: Sendable {
    public let name: String
    public let program: String
    public let arguments: [String]

    public init(_ name: String, _ program: String, _ arguments: [String]) {
      self.name = name
      self.program = program
      self.arguments = arguments
    }
  }

  /// The magic number of tmpfs (statfs(2)).
  private static let tmpfs: UInt64 = 0x0102_1994

  /// Starts programs; `folder` stands. Their logs are `NAME.log` in it.
  public init(_ commands: [Command], folder: String) throws {
    self.folder = folder
    var processes: [(name: String, process: Process)] = []
    for command in commands {
      try Self.checkProgram(command.program)
      var specification = ProcessSpecification(command.program, command.arguments)
      let log = try Files.open("\(folder)/\(command.name).log", [.write, .create, .truncate])
      specification.descriptors = [nil, log.rawValue, log.rawValue]
      // They end with the benchmark, however that ends.
      specification.deathSignal = .kill
      processes.append((command.name, try Process.spawn(specification)))
    }
    self.processes = processes
  }

  /// Throws where this program is not there.
  static func checkProgram(_ path: String) throws {
    guard Files.exists(path) else {
      throw BenchError.missing(path, hint: "swift build -c release --product keelson")
    }
  }

  /// Makes a folder of this run's own within `parent`, which is on a disk.
  public static func makeFolder(_ name: String, in parent: String) throws -> String {
    guard try Files.space(parent).fileSystem != tmpfs else { throw BenchError.notADisk(parent) }
    let folder = "\(parent)/\(name)-\(Machine.processID)"
    try Files.makeFolders(folder)
    return folder
  }

  /// Ports that are free now, all different.
  public static func freePorts(_ count: Int) throws -> [UInt16] {
    let loop = try EventLoop()
    let listeners = try (0..<count).map { _ in
      try TCPListener(on: SocketAddress(.loopbackV4, port: 0), loop: loop) { _, _ in }
    }
    let ports = listeners.map(\.address.port)
    for listener in listeners { listener.close() }
    return ports
  }

  /// What all processes have used, in the order of their starts.
  public func usage() throws -> [ProcessUsage] {
    try processes.map { name, process in
      guard let status = try ProcessStatus.read(pid: process.pid), !status.isZombie else {
        throw BenchError.serverEnded(name, log: log(name))
      }
      return try ProcessUsage(name, status)
    }
  }

  public func log(_ name: String) -> String { "\(folder)/\(name).log" }

  /// Ends all and removes their data, which lie in folders, and the logs where they are not kept.
  public func stop(keepingLogs: Bool) throws {
    for (_, process) in processes { try process.signal(.kill) }
    for (_, process) in processes { _ = try process.wait() }
    guard keepingLogs else { return try Files.removeTree(folder) }
    for name in try Files.list(folder) where !name.hasSuffix(".log") {
      try Files.removeTree("\(folder)/\(name)")
    }
  }
}

/// The members of a store, etcd's or ours: the flags are the same.
public struct StoreMembers: Sendable {
  /// Where clients find them, `ADDRESS:PORT` each.
  public var endpoints: [String] { clientPorts.map { "127.0.0.1:\($0)" } }
  public let clientPorts: [UInt16]
  private let peerPorts: [UInt16]

  public init(_ count: Int) throws {
    let ports = try ServerGroup.freePorts(2 * count)
    clientPorts = Array(ports.prefix(count))
    peerPorts = Array(ports.suffix(count))
  }

  /// The arguments of one member, with its data below `folder`.
  public func arguments(of member: Int, folder: String) -> [String] {
    let client = "http://127.0.0.1:\(clientPorts[member])"
    let peers = peerPorts.map { "http://127.0.0.1:\($0)" }
    let cluster = peers.enumerated().map { "m\($0)=\($1)" }
    return [
      "--name", "m\(member)", "--data-dir", "\(folder)/m\(member)",
      "--listen-client-urls", client, "--advertise-client-urls", client,
      "--listen-peer-urls", peers[member], "--initial-advertise-peer-urls", peers[member],
      "--initial-cluster", cluster.joined(separator: ","),
    ]
  }

  /// All members as programs of Keelson.
  public func commands(keelson: String, folder: String) -> [ServerGroup.Command] {
    clientPorts.indices.map {
      ServerGroup.Command(
        "store-\($0)", keelson, ["store", "serve"] + arguments(of: $0, folder: folder))
    }
  }
}
