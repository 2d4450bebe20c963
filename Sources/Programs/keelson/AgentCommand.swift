import Base
import Crypto
import EventLoop
import Linux
import Node
import NodeAgent
import StoreClient

extension Command {
  static let agent = Command("agent", summary: "Run the pods of one node.") { arguments in
    var flags = FlagSet(command: "keelson agent", environmentPrefixes: ["KEELSON_"])
    flags.declare("node", .text, help: "the node's name, as in /nodes/<name>/")
    flags.declare(
      "hollow", .integer, default: "0",
      help: "run this many nodes whose containers run in memory only; their certificate is one "
        + "of O root, or of a role that covers /nodes/<prefix>*")
    flags.declare(
      "node-prefix", .text, default: "hollow-", help: "what the hollow nodes' names begin with")
    flags.declare("seed", .integer, default: "1", help: "what the hollow nodes draw from")
    flags.declare("dir", .text, help: "the node's folder (default D/nodes/<name>)")
    flags.declare("endpoints", .repeated, help: "the store's members, comma-separated")
    flags.declare("cacert", .text, help: "PEM certificates of the store's authority")
    flags.declare("cert", .text, help: "PEM certificate of this node: CN is its name, O is node")
    flags.declare("key", .text, help: "PEM key of that certificate")
    flags.declare(
      "address", .text, default: "127.0.0.1", help: "what the node reports as its InternalIP")
    flags.declare(
      "port", .integer, default: "10250",
      help: "where API servers read logs over HTTPS, at --address; 0 takes a free one")
    flags.declare(
      "tls-cert-file", .text,
      help: "PEM certificate of that port, whose DNS name is the node's; without it no logs are "
        + "served")
    flags.declare("tls-private-key-file", .text, help: "PEM key of that certificate")
    flags.declare(
      "client-ca-file", .text, help: "PEM certificates of the authority of those who may ask")
    flags.declare(
      "restart-backoff", .duration, default: "10s",
      help: "wait before the second restart in a row; doubles up to 5m")
    return runCommand(flags, arguments, environment: environmentVariables()) { values in
      if values.integer("hollow") > 0 { return runHollowAgents(values) }
      let node = values.text("node")
      guard NodeKeys.isValidName(node) else {
        complain("--node: expected a name of lower-case letters, digits, '-' and '.'")
        return 2
      }
      return runAgent(node: node, values)
    }
  }
}

private func runAgent(node: String, _ values: FlagValues) -> Int32 {
  let logger = Logger("agent")
  do {
    let base = values.duration("restart-backoff")
    guard base >= .zero, base <= .seconds(300) else {
      complain("--restart-backoff: 0s to 5m")
      return 2
    }
    let given = values.text("dir")
    let folder = given.isEmpty ? ClusterFolder.defaultPath + "/nodes/\(node)" : given
    let loop = try EventLoop()
    // Before any other thread runs: it must not take the signals.
    let signals = Signals()
    let source = try SignalSource([.child, .terminate, .interrupt], loop: loop) {
      signals.received($0)
    }
    Signal.pipe.ignore()
    var configuration = AgentConfiguration(
      node: node, folder: try ClusterFolder(folder).path, address: values.text("address"),
      backoff: RestartBackoff(base: base), executable: try Machine.executablePath())
    configuration.logPort = try logPort(values)
    let client = try StoreClient(
      endpoints: endpoints(values), credentials: credentials(values),
      options: StoreClientOptions(), loop: loop)
    let agent = try NodeAgent(configuration, client: client, loop: loop, logger: logger)
    signals.agent = agent
    try loop.runBlocking { try await agent.run() }
    source.close()
    return 0
  } catch let error as BadPort {
    complain(error.message)
    return 2
  } catch let error as NodeAgent.Failure {
    complain("agent: \(error.message)")
    return 1
  } catch {
    complain("agent: \(error)")
    return 1
  }
}

/// What is wrong with the flags of the port.
private struct BadPort: Error {
  let message: String
}

private func logPort(_ values: FlagValues) throws -> LogPortConfiguration? {
  let files = ["tls-cert-file", "tls-private-key-file", "client-ca-file"].map { values.text($0) }
  if files.allSatisfy(\.isEmpty) { return nil }
  guard !files.contains(where: \.isEmpty) else {
    throw BadPort(
      message: "--tls-cert-file, --tls-private-key-file and --client-ca-file belong together")
  }
  guard let host = IPAddress(values.text("address")) else {
    throw BadPort(message: "--address: expected an IP address to serve logs at")
  }
  guard let port = UInt16(exactly: values.integer("port")) else {
    throw BadPort(message: "--port: 0 to 65535")
  }
  let credentials = TLSCredentials(certificateFile: files[0], privateKeyFile: files[1])
  let tls = try TLSContext(
    .server(credentials, trustedFile: files[2], protocols: ["http/1.1"]))
  return LogPortConfiguration(
    address: SocketAddress(host, port: port), tls: tls,
    clients: [ClusterCertificates.agentClient])
}

/// `hollow-1` ... `hollow-<N>`, each drawing from a seed of its own.
private func runHollowAgents(_ values: FlagValues) -> Int32 {
  let prefix = values.text("node-prefix")
  guard NodeKeys.isValidName(prefix + "1") else {
    complain("--node-prefix: expected lower-case letters, digits, '-' and '.'")
    return 2
  }
  var seeds = PRNG(seed: UInt64(bitPattern: values.integer("seed")))
  let nodes = (1...values.integer("hollow")).map { number in
    var node = HollowNode.Configuration(node: "\(prefix)\(number)", seed: seeds.next())
    node.address = values.text("address")
    return node
  }
  do {
    let loop = try EventLoop()
    // Before any other thread runs: it must not take the signals.
    let signals = Signals()
    let source = try SignalSource([.terminate, .interrupt], loop: loop) { signals.received($0) }
    Signal.pipe.ignore()
    let client = try StoreClient(
      endpoints: endpoints(values), credentials: credentials(values),
      options: StoreClientOptions(), loop: loop)
    let agents = HollowAgents(nodes, client: client, loop: loop, logger: Logger("hollow-agents"))
    signals.hollowAgents = agents
    try loop.runBlocking { await agents.run() }
    source.close()
    return 0
  } catch {
    complain("agent: \(error)")
    return 1
  }
}

/// Hands the loop's signals to the agents.
private final class Signals {
  var agent: NodeAgent?
  var hollowAgents: HollowAgents?

  func received(_ signal: Signal) {
    agent?.assumeIsolated { agent in
      if signal == .child { agent.childrenChanged() } else { agent.stop() }
    }
    hollowAgents?.assumeIsolated { $0.stop() }
  }
}

private func endpoints(_ values: FlagValues) -> [String] {
  let given = values.repeated("endpoints").flatMap { $0.split(separator: ",").map(String.init) }
  // Where `keelson up` puts its members.
  return given.isEmpty ? ["127.0.0.1:12379", "127.0.0.1:22379", "127.0.0.1:32379"] : given
}

private func credentials(_ values: FlagValues) -> StoreCredentials {
  func path(_ name: String) -> String? {
    values.text(name).isEmpty ? nil : values.text(name)
  }
  return StoreCredentials(
    trustedCAs: path("cacert"), certificate: path("cert"), key: path("key"))
}
