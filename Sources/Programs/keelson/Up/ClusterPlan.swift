import Base
import JSON

/// What a cluster on this host consists of. Decided by the first `up` and kept in `cluster.json`.
struct ClusterPlan: Hashable, Sendable {
  var token: String
  var members: [Member]
  var nodes: [String]
  var components: [ClusterComponent] = []
  var apiServers: [ClusterAPIServer] = []

  struct Member: Hashable, Sendable {
    var name: String
    var clientPort: UInt16
    var peerPort: UInt16

    var clientURL: String { "https://127.0.0.1:\(clientPort)" }
    var peerURL: String { "https://127.0.0.1:\(peerPort)" }
  }

  enum Failure: Error, Hashable {
    case notJSON(String)
    case invalid(field: String)
  }

  static let membersMax = 5
  static let nodesMax = 100

  /// The ports that member `index` has unless they are taken: 12379/12380, 22379/22380, ...
  static func defaultPorts(_ index: Int) -> (client: UInt16, peer: UInt16) {
    let base = UInt16(12_379 + 10_000 * index)
    return (base, base + 1)
  }

  static func memberName(_ index: Int) -> String { "s\(index + 1)" }
  static func nodeName(_ index: Int) -> String { "n\(index + 1)" }

  /// Every port that a process of the cluster has for itself.
  var ports: Set<UInt16> {
    Set(
      members.flatMap { [$0.clientPort, $0.peerPort] } + components.map(\.metricsPort)
        + apiServers.map(\.port))
  }

  var endpoints: [String] { members.map(\.clientURL) }

  /// Grows to `count` nodes; never shrinks, since pods may run on them.
  mutating func grow(toNodes count: Int) {
    while nodes.count < count { nodes.append(Self.nodeName(nodes.count)) }
  }

  // MARK: - Processes

  var processCount: Int { members.count + apiServers.count + components.count + nodes.count }

  /// Everything that runs, in the order in which it starts.
  func processes(folder: ClusterFolder, executable: String) -> ProcessTable {
    let stores = members.map { member in
      ProcessTable.Row(
        name: member.name,
        arguments: [executable, "store", "serve"] + storeFlags(member, folder: folder))
    }
    let agents = nodes.map { node in
      ProcessTable.Row(
        name: node, arguments: [executable, "agent"] + agentFlags(node, folder: folder))
    }
    let servers = apiServers.map { server in
      ProcessTable.Row(
        name: server.name, arguments: [executable, "apiserver"] + serverFlags(server, folder))
    }
    let components = components.map { component in
      ProcessTable.Row(
        name: component.name,
        arguments: [executable, component.role.rawValue]
          + clientFlags(component.name, folder: folder)
          + ["--metrics-address", "127.0.0.1:\(component.metricsPort)"]
          + roleFlags(component.role, folder))
    }
    return ProcessTable(rows: stores + servers + components + agents)
  }

  private func roleFlags(_ role: ClusterComponent.Role, _ folder: ClusterFolder) -> [String] {
    switch role {
    case .controllerManager: ["--root-ca-file", folder.certificate("api-ca")]
    case .scheduler: []
    }
  }

  private func storeFlags(_ member: Member, folder: ClusterFolder) -> [String] {
    let peers = members.map { "\($0.name)=\($0.peerURL)" }
    let certificate = "members/\(member.name)"
    return [
      "--name", member.name, "--data-dir", folder.data(of: member.name),
      "--listen-client-urls", member.clientURL, "--advertise-client-urls", member.clientURL,
      "--listen-peer-urls", member.peerURL, "--initial-advertise-peer-urls", member.peerURL,
      "--initial-cluster", peers.joined(separator: ","), "--initial-cluster-state", "new",
      "--initial-cluster-token", token,
      // kube-apiserver's --etcd-compaction-interval.
      "--auto-compaction-mode", "periodic", "--auto-compaction-retention", "5m",
      // An idle informer that is told where it stands goes on behind a compaction.
      "--watch-progress-notify-interval", "1m",
      "--cert-file", folder.certificate("\(certificate)-server"),
      "--key-file", folder.key("\(certificate)-server"),
      "--trusted-ca-file", folder.certificate("client-ca"), "--client-cert-auth",
      "--peer-cert-file", folder.certificate("\(certificate)-peer"),
      "--peer-key-file", folder.key("\(certificate)-peer"),
      "--peer-trusted-ca-file", folder.certificate("peer-ca"), "--peer-client-cert-auth",
      "--certificate-roles", folder.rolesFile,
    ]
  }

  private func agentFlags(_ node: String, folder: ClusterFolder) -> [String] {
    [
      "--node", node, "--dir", folder.node(node), "--address", "127.0.0.1",
      "--tls-cert-file", folder.certificate("agents/\(node)"),
      "--tls-private-key-file", folder.key("agents/\(node)"),
      "--client-ca-file", folder.certificate("agent-ca"), "--port", "0",
    ] + clientFlags(node, folder: folder)
  }

  private func serverFlags(_ server: ClusterAPIServer, _ folder: ClusterFolder) -> [String] {
    clientFlags(server.name, folder: folder) + [
      "--bind-address", "127.0.0.1", "--secure-port", "\(server.port)",
      "--tls-cert-file", folder.certificate("api/\(server.name)"),
      "--tls-private-key-file", folder.key("api/\(server.name)"),
      "--client-ca-file", folder.certificate("api-ca"),
      "--service-account-key-file", folder.publicKey(ClusterCertificates.serviceAccounts),
      "--service-account-signing-key-file", folder.key(ClusterCertificates.serviceAccounts),
      "--kubelet-client-certificate", folder.certificate("agents/kube-apiserver"),
      "--kubelet-client-key", folder.key("agents/kube-apiserver"),
      "--kubelet-certificate-authority", folder.certificate("agent-ca"),
    ]
  }

  /// How a client with a certificate of that name reaches the store.
  private func clientFlags(_ name: String, folder: ClusterFolder) -> [String] {
    [
      "--endpoints", endpoints.joined(separator: ","),
      "--cacert", folder.certificate("client-ca"),
      "--cert", folder.certificate("clients/\(name)"), "--key", folder.key("clients/\(name)"),
    ]
  }

  // MARK: - Files

  /// What clients on this host are told: `client.json`.
  func clientFile(folder: ClusterFolder) -> Bytes {
    let value: JSONValue = [
      "endpoints": .array(endpoints.map { .string($0) }),
      "cacert": .string(folder.certificate("client-ca")),
      "cert": .string(folder.certificate("clients/root")),
      "key": .string(folder.key("clients/root")),
    ]
    return Bytes(value.text(.indented) + "\n")
  }

  private static let format = "keelson.cluster/1"

  var encoded: Bytes {
    let value: JSONValue = [
      "format": .string(Self.format), "token": .string(token),
      "members": .array(
        members.map {
          [
            "name": .string($0.name), "clientPort": .number(JSONNumber(Int64($0.clientPort))),
            "peerPort": .number(JSONNumber(Int64($0.peerPort))),
          ]
        }),
      "nodes": .array(nodes.map { .string($0) }),
      "components": .array(components.map(\.json)),
      "apiServers": .array(apiServers.map(\.json)),
    ]
    return Bytes(value.text(.indented) + "\n")
  }

  init(token: String, members: [Member], nodes: [String]) {
    self.token = token
    self.members = members
    self.nodes = nodes
  }

  init(decoding bytes: Bytes) throws(Failure) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw .notJSON("\(error)")
    }
    guard value["format"]?.string == Self.format else { throw .invalid(field: "format") }
    guard let token = value["token"]?.string else { throw .invalid(field: "token") }
    var members: [Member] = []
    for element in value["members"]?.array ?? [] {
      guard let name = element["name"]?.string,
        let client = element["clientPort"]?.int64.flatMap({ UInt16(exactly: $0) }),
        let peer = element["peerPort"]?.int64.flatMap({ UInt16(exactly: $0) })
      else { throw .invalid(field: "members") }
      members.append(Member(name: name, clientPort: client, peerPort: peer))
    }
    guard !members.isEmpty else { throw .invalid(field: "members") }
    self.init(
      token: token, members: members, nodes: (value["nodes"]?.array ?? []).compactMap(\.string))
    for element in value["components"]?.array ?? [] {
      guard let component = ClusterComponent(element) else { throw .invalid(field: "components") }
      components.append(component)
    }
    for element in value["apiServers"]?.array ?? [] {
      guard let server = ClusterAPIServer(element) else { throw .invalid(field: "apiServers") }
      apiServers.append(server)
    }
  }
}
