import Base
import EtcdAPI
import EventLoop
import Linux
import Node
import NodeAgent
import Registry
import StoreClient

/// Brings a cluster up, or what is missing of it.
struct ClusterStart {
  let folder: ClusterFolder
  let loop: EventLoop
  let members: Int?
  let nodes: Int?
  let apiServers: Int?
  let steps: Steps

  private static let membersDefault = 3
  private static let storeLimit = Duration.seconds(30)
  private static let nodesLimit = Duration.seconds(20)
  private static let componentsLimit = Duration.seconds(20)

  /// The plan that runs now.
  func run() async throws -> ClusterPlan {
    try preflight()
    let lock = try takeLock()
    let plan = try makePlan()
    try prepare(plan)
    try await startSupervisor(plan)
    try await awaitStore(plan)
    try await ClusterRolesUpdate(plan: plan, folder: folder, loop: loop, steps: steps).run()
    try await makeNamespaces(plan)
    try await awaitNodes(plan)
    try await awaitComponents(plan)
    try await awaitAPIServers(plan)
    // One that was being killed when it was first looked at is gone by now; what it left running is
    // taken over.
    if try !ClusterProcesses(folder: folder).isSupervised() { try await startSupervisor(plan) }
    try lock.unlock()
    return plan
  }

  // MARK: - Before anything is touched

  private func preflight() throws {
    let searchPath = Machine.environmentValue("PATH") ?? "/usr/bin:/bin"
    let needed = [("sh", "dash"), ("sleep", "coreutils")]
    let missing = needed.filter { Process.find($0.0, path: searchPath) == nil }
    guard missing.isEmpty else {
      throw UpFailure(
        "missing: \(missing.map(\.0).joined(separator: ", "))",
        advice: "apt-get install -y \(missing.map(\.1).joined(separator: " "))")
    }
    let space: FileSystemSpace
    do throws(Errno) {
      try folder.make()
      space = try Files.space(folder.path)
    } catch {
      throw UpFailure(
        "\(folder.path): \(error)", advice: "choose a folder that you may write with --dir")
    }
    guard space.availableBytes >= 512 << 20 else {
      throw UpFailure(
        "\(folder.path): only \(mebibytes(space.availableBytes)) free, 512 MiB are needed",
        advice: "choose another folder with --dir")
    }
    steps.done(
      "preflight",
      "\(Machine.processorCount) processors, \(mebibytes(space.availableBytes)) free in "
        + folder.path)
  }

  private func takeLock() throws -> FileDescriptor {
    let lock = try Files.open(folder.upLock, [.write, .create], mode: 0o600)
    guard try lock.tryLock() else {
      throw UpFailure("another keelson up works in \(folder.path)", advice: "wait for its end")
    }
    return lock
  }

  // MARK: - What the cluster is

  private func makePlan() throws -> ClusterPlan {
    if var plan = try ClusterPlan.read(folder) {
      if let members, members != plan.members.count {
        throw UpFailure(
          "the cluster in \(folder.path) has \(plan.members.count) members, not \(members)",
          advice: "leave --members out, or choose another --dir")
      }
      let before = plan
      if let nodes { plan.grow(toNodes: nodes) }
      try addComponents(to: &plan)
      try addAPIServers(to: &plan)
      if plan != before { try Files.replace(folder.clusterFile, with: plan.encoded) }
      steps.done("plan", "found \(describe(plan))")
      return plan
    }
    var plan = ClusterPlan(
      token: "keelson-" + String(Machine.randomWord(), radix: 16), members: [], nodes: [])
    for index in 0..<(members ?? Self.membersDefault) {
      let ports = try freePorts(ClusterPlan.defaultPorts(index), taken: plan)
      plan.members.append(
        .init(
          name: ClusterPlan.memberName(index), clientPort: ports.client, peerPort: ports.peer))
    }
    plan.grow(toNodes: nodes ?? 1)
    try addComponents(to: &plan)
    try addAPIServers(to: &plan)
    try Files.replace(folder.clusterFile, with: plan.encoded)
    steps.done("plan", "new: \(describe(plan))")
    return plan
  }

  private func describe(_ plan: ClusterPlan) -> String {
    let ports = plan.members.map { "\($0.clientPort)" }.joined(separator: ", ")
    let nodes = plan.nodes.isEmpty ? "none" : plan.nodes.joined(separator: ", ")
    return "\(plan.members.count) members on 127.0.0.1 ports \(ports); nodes \(nodes)"
  }

  /// Two of each; those of an earlier `up` stay.
  private func addComponents(to plan: inout ClusterPlan) throws {
    for role in ClusterComponent.Role.allCases {
      for number in 1...ClusterComponent.copies
      where !plan.components.contains(where: { $0.role == role && $0.number == number }) {
        let wanted = ClusterComponent.defaultPort(role, number)
        let port = isFree(wanted) ? wanted : try freePorts((wanted, wanted), taken: plan).client
        plan.components.append(ClusterComponent(role: role, number: number, metricsPort: port))
      }
    }
  }

  /// As many as asked for, one at least; those of an earlier `up` stay.
  private func addAPIServers(to plan: inout ClusterPlan) throws {
    for number in 1...max(1, apiServers ?? 1)
    where !plan.apiServers.contains(where: { $0.number == number }) {
      let wanted = ClusterAPIServer.defaultPort(number)
      let isTaken = plan.ports.contains(wanted) || !isFree(wanted)
      let port = isTaken ? try freePorts((wanted, wanted), taken: plan).client : wanted
      plan.apiServers.append(ClusterAPIServer(number: number, port: port))
    }
  }

  /// The wanted pair, else one that is free now, below the range of outgoing connections.
  private func freePorts(
    _ wanted: (client: UInt16, peer: UInt16), taken plan: ClusterPlan
  ) throws -> (client: UInt16, peer: UInt16) {
    if isFree(wanted.client) && isFree(wanted.peer) { return wanted }
    let used = plan.ports
    for _ in 0..<1000 {
      let port = UInt16(20_000 + Machine.randomWord() % 12_000)
      if !used.contains(port), !used.contains(port + 1), isFree(port), isFree(port + 1) {
        return (port, port + 1)
      }
    }
    throw UpFailure("no two free ports in a row between 20000 and 32000")
  }

  private func isFree(_ port: UInt16) -> Bool {
    do throws(Errno) {
      return try Socket.listen(on: SocketAddress(.loopbackV4, port: port)).rawValue >= 0
    } catch {
      return false
    }
  }

  private func prepare(_ plan: ClusterPlan) throws {
    let certificates = ClusterCertificates(folder: folder, now: Machine.wallTime())
    do throws(ClusterCertificates.Failure) {
      let made = try certificates.make(for: plan)
      steps.done("certificates", made == 0 ? "all there" : "\(made) made")
    } catch {
      throw UpFailure(error.message, advice: "remove that file to have it made anew")
    }
    // What the store is seeded with; a store that is there keeps its own until it runs.
    if !Files.exists(folder.rolesFile) {
      try Files.replace(folder.rolesFile, with: ClusterRoles.document)
    }
    try Files.replace(folder.clientFile, with: plan.clientFile(folder: folder))
    try Files.replace(folder.kubeconfig, with: Kubeconfig.of(plan, folder: folder).encoded)
    let table = plan.processes(folder: folder, executable: try Machine.executablePath())
    try Files.replace(folder.processesFile, with: table.encoded)
  }

  // MARK: - Running

  private func startSupervisor(_ plan: ClusterPlan) async throws {
    if try ClusterProcesses(folder: folder).isSupervised() {
      steps.done("supervisor", "runs already")
      return
    }
    let log = try Files.open(folder.log(of: "supervise"), [.write, .create, .append], mode: 0o600)
    var specification = ProcessSpecification(
      try Machine.executablePath(), ["supervise", "--dir", folder.path])
    specification.descriptors = [nil, log.rawValue, log.rawValue]
    specification.folder = "/"
    specification.newSession = true
    let process = try Process.spawn(specification)
    try await awaiting(within: .seconds(10)) {
      UpFailure("the supervisor does not start", advice: "see \(folder.log(of: "supervise"))")
    } _: {
      if let exit = try process.poll() {
        throw UpFailure(
          "the supervisor ended with \(exit.shellCode)",
          advice: "see \(folder.log(of: "supervise"))")
      }
      return try ClusterProcesses(folder: folder).isSupervised() ? true : nil
    }
    steps.done(
      "supervisor",
      "pid \(process.pid), "
        + "\(plan.processCount) processes")
  }

  private func awaitStore(_ plan: ClusterPlan) async throws {
    for member in plan.members {
      let client = try StoreAccess(folder: folder, loop: loop).client(
        [member.clientURL], timeout: .seconds(1))
      var last = ""
      try await awaiting(within: Self.storeLimit) {
        UpFailure(
          "member \(member.name) does not serve: \(last)\n" + tail(of: member.name),
          advice: "see \(folder.log(of: member.name))")
      } _: {
        do throws(StoreError) {
          return try await client.status().leader != 0 ? true : nil
        } catch {
          last = error.description
          return nil
        }
      }
      await client.close()
      steps.done("member \(member.name)", "serves \(member.clientURL)")
    }
  }

  private func awaitNodes(_ plan: ClusterPlan) async throws {
    let processes = try ClusterProcesses(folder: folder)
    for node in plan.nodes {
      try await awaiting(within: Self.nodesLimit) {
        UpFailure(
          "node \(node) has no session with the store\n" + tail(of: node),
          advice: "see \(folder.log(of: node))")
      } _: { () -> Bool? in
        // A heartbeat may still stand from before; the agent's own mark names the process.
        let session = ProcessIdentity.read(folder.session(of: node))
        guard let agent = try processes.process(node) else { return nil }
        return session?.pid == agent.pid && session?.startTicks == agent.startTicks ? true : nil
      }
      steps.done("node \(node)", "has a heartbeat")
    }
  }

  /// The namespaces that every cluster has.
  private func makeNamespaces(_ plan: ClusterPlan) async throws {
    let client = try StoreAccess(folder: folder, loop: loop).client(plan.endpoints)
    let application = ObjectApplication(access: ObjectAccess(client: client))
    for name in ManifestApply.systemNamespaces { try await application.create(namespace: name) }
    await client.close()
    steps.done("namespaces", ManifestApply.systemNamespaces.joined(separator: ", "))
  }

  /// Each component runs and stands in its elections, or leads without one.
  private func awaitComponents(_ plan: ClusterPlan) async throws {
    let client = try StoreAccess(folder: folder, loop: loop).client(plan.endpoints)
    let processes = try ClusterProcesses(folder: folder)
    for component in plan.components {
      try await awaiting(within: Self.componentsLimit) {
        UpFailure(
          "\(component.name) stands in no election\n" + tail(of: component.name),
          advice: "see \(folder.log(of: component.name))")
      } _: { () -> Bool? in
        guard let process = try processes.process(component.name) else { return nil }
        let elections = try await Elections.read(client)
        return elections.stands(component, process) ? true : nil
      }
      steps.done(component.name, "stands in its elections")
    }
    await client.close()
  }

  /// Each API server's view is filled.
  private func awaitAPIServers(_ plan: ClusterPlan) async throws {
    let access = try APIServerAccess(folder: folder, loop: loop)
    for server in plan.apiServers {
      var last = ""
      try await awaiting(within: Self.componentsLimit) {
        UpFailure(
          "\(server.name) is not ready: \(last)\n" + tail(of: server.name),
          advice: "see \(folder.log(of: server.name))")
      } _: { () -> Bool? in
        let state = await access.state(of: server)
        last = state.text
        return state == .ready ? true : nil
      }
      steps.done(server.name, "serves \(server.url)")
    }
  }

  /// The last lines of a process's log.
  private func tail(of process: String) -> String {
    do throws(Errno) {
      let text = try Files.read(folder.log(of: process)).text
      return text.split(separator: "\n").suffix(5).map { "  | \($0)\n" }.joined()
    } catch {
      return "  (no log: \(error))\n"
    }
  }
}

extension ClusterPlan {
  /// What an earlier `up` decided; nil where there was none.
  static func read(_ folder: ClusterFolder) throws -> ClusterPlan? {
    let bytes: Bytes
    do throws(Errno) {
      bytes = try Files.read(folder.clusterFile)
    } catch {
      if error == .notFound { return nil }
      throw UpFailure("\(folder.clusterFile): \(error)")
    }
    do throws(Failure) {
      return try ClusterPlan(decoding: bytes)
    } catch {
      throw UpFailure("\(folder.clusterFile): \(error)", advice: "restore it from a backup")
    }
  }
}
