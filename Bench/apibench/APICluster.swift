import Base
import Crypto
import EventLoop
import Linux

/// The processes that are measured, as children of this one.
final class APICluster: Sendable {
  let folder: String
  /// Where the API server serves HTTPS.
  let address: SocketAddress
  /// An administrator's side of TLS.
  let tls: TLSContext
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
    folder = plan.folder + "/apibench-\(Machine.processID)"
    try Files.makeFolders(folder)
    tls = try Self.makeCertificates(folder)
    let ports = try Self.freePorts(7)
    address = SocketAddress(.loopbackV4, port: ports[6])
    var processes: [(name: String, process: Process)] = []
    for (name, arguments) in Self.commands(plan, folder, ports) {
      var specification = ProcessSpecification(plan.keelson, arguments)
      let log = try Files.open("\(folder)/\(name).log", [.write, .create, .truncate])
      specification.descriptors = [nil, log.rawValue, log.rawValue]
      // They end with the benchmark, however that ends.
      specification.deathSignal = .kill
      processes.append((name, try Process.spawn(specification)))
    }
    self.processes = processes
  }

  /// Three members on the first six ports, the API server on the last.
  private static func commands(
    _ plan: BenchPlan, _ folder: String, _ ports: [UInt16]
  ) -> [(name: String, arguments: [String])] {
    let peers = (0..<3).map { "m\($0)=http://127.0.0.1:\(ports[3 + $0])" }
    var commands = (0..<3).map { member -> (name: String, arguments: [String]) in
      let client = "http://127.0.0.1:\(ports[member])"
      let peer = "http://127.0.0.1:\(ports[3 + member])"
      return (
        "store-\(member)",
        [
          "store", "serve", "--name", "m\(member)", "--data-dir", "\(folder)/m\(member)",
          "--listen-client-urls", client, "--advertise-client-urls", client,
          "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
          "--initial-cluster", peers.joined(separator: ","),
        ]
      )
    }
    let store = [
      "--endpoints", ports.prefix(3).map { "127.0.0.1:\($0)" }.joined(separator: ","),
    ]
    let anyPort = ["--metrics-address", "127.0.0.1:0"]
    commands.append(
      (
        "apiserver",
        ["apiserver"] + store + [
          "--bind-address", "127.0.0.1", "--secure-port", "\(ports[6])",
          "--tls-cert-file", folder + "/server.crt", "--tls-private-key-file",
          folder + "/server.key", "--client-ca-file", folder + "/ca.crt",
        ]
      ))
    commands.append(("controller-manager", ["controller-manager"] + store + anyPort))
    commands.append(("scheduler", ["scheduler"] + store + anyPort))
    commands.append(("agents", ["agent", "--hollow", "\(plan.nodes)"] + store))
    return commands
  }

  private static func makeCertificates(_ folder: String) throws -> TLSContext {
    let now = Machine.wallTime()
    let day = Duration.seconds(86_400)
    let authority = try CertificateAuthority.make(
      commonName: "apibench", now: now, validity: day)
    try Files.replace(folder + "/ca.crt", with: authority.certificate.pem())
    let profiles = [
      "server": CertificateProfile(
        commonName: "apiserver", usage: .server, addresses: ["127.0.0.1"], now: now,
        validity: day),
      "admin": CertificateProfile(
        commonName: "admin", organizations: ["system:masters"], usage: .client, now: now,
        validity: day),
    ]
    for (name, profile) in profiles.sorted(by: { $0.key < $1.key }) {
      let issued = try authority.issue(profile)
      try Files.replace("\(folder)/\(name).key", with: issued.key.pem())
      try Files.replace("\(folder)/\(name).crt", with: issued.certificate.pem())
    }
    let administrator = TLSCredentials(
      certificateFile: folder + "/admin.crt", privateKeyFile: folder + "/admin.key")
    return try TLSContext(
      .client(administrator, trustedFile: folder + "/ca.crt", protocols: ["http/1.1"]))
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

  /// By the kernel's accounts in nanoseconds, not in ticks of 10 ms.
  func serverCPU() throws -> Duration {
    guard let server = processes.first(where: { $0.name == "apiserver" }) else { return .zero }
    // The file of the process itself is of its first thread only; workers do TLS handshakes.
    var total: Int64 = 0
    for thread in try Files.list("/proc/\(server.process.pid)/task") {
      let line = try Files.read("/proc/\(server.process.pid)/task/\(thread)/schedstat").text
      total += Int64(line.split(separator: " ").first ?? "") ?? 0
    }
    return .nanoseconds(total)
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
