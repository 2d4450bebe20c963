import Base
import Benchmark
import EventLoop
import JSON
import Linux

/// One run: waits until the nodes are ready, measures, reads back, prints.
struct Measurement {
  private let plan: BenchPlan
  private let cluster: APICluster
  private let loop: EventLoop

  init(_ plan: BenchPlan, _ cluster: APICluster, loop: EventLoop) throws {
    self.plan = plan
    self.cluster = cluster
    self.loop = loop
  }

  /// Whether everything ended as it should.
  func run() async throws -> Bool {
    try await awaitNodes()
    let client = try APIConnection(cluster, loop: loop)
    for name in ["single", "bare", "rolled"] {
      let namespace =
        #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"\#(name)"}}"#
      try await client.create("/api/v1/namespaces", namespace)
    }
    var table = Figures()
    var isRight = try await single(client, &table)
    if plan.control.replicas > 0 { isRight = try await deployment(client, &table) && isRight }
    if plan.control.pods > 0 { isRight = try await barePods(client, &table) && isRight }
    let usage = try cluster.control.servers.usage()
    addMemory(usage, &table)
    table.show()
    say("")
    for process in usage { say(process.line()) }
    return isRight
  }

  /// Fake nodes are no part of a control plane.
  private func addMemory(_ usage: [ProcessUsage], _ table: inout Figures) {
    let control = usage.filter { $0.name != "agent" }
    let proportional = control.reduce(0) { $0 + $1.proportionalBytes } >> 20
    let resident = control.reduce(0) { $0 + $1.residentBytes } >> 20
    let recorded = RecordedKubernetes.memoryMebibytes
    table.add(
      "memory of the control plane", "\(proportional) MiB",
      kubernetes: "\(decimal(recorded, 0)) MiB", isMet: Double(proportional) <= recorded / 3,
      wanted: "\(decimal(recorded / 3, 0)) MiB")
    table.note("the same, resident sets", "\(resident) MiB")
  }

  /// Every node is Ready, as the API server says.
  private func awaitNodes() async throws {
    let wanted = plan.control.nodes
    try await cluster.control.wait {
      do {
        let client = try APIConnection(cluster, loop: loop)
        let answer = try await client.send("GET", "/api/v1/nodes")
        await client.close()
        guard answer.status == 200 else { return "the API server answers \(answer.status)" }
        let nodes = try JSONValue(parsing: answer.body)["items"]?.array ?? []
        let ready = nodes.count { $0.hasCondition("Ready") }
        return ready == wanted ? nil : "\(ready) of \(wanted) nodes are ready"
      } catch let error as BenchError {
        return error.explanation
      }
    }
  }

  // MARK: - One client

  private func single(_ client: APIConnection, _ table: inout Figures) async throws -> Bool {
    let path = "/api/v1/namespaces/single/configmaps"
    let creates = try await timed { number in
      let map =
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c\#(number)"},"#
        + #""data":{"key":"value of \#(number)"}}"#
      try await client.create(path, map)
    }
    let gets = try await timed { number in
      let answer = try await client.send("GET", "\(path)/c\(number)")
      guard answer.status == 200 else {
        throw BenchError.refused("GET answers \(answer.status)")
      }
    }
    table.add(
      "create, one client, p50", seconds(creates.median) * 1e3, "ms",
      kubernetes: RecordedKubernetes.createMilliseconds)
    table.add(
      "get, one client, p50", seconds(gets.median) * 1e3, "ms",
      kubernetes: RecordedKubernetes.getMilliseconds)
    table.add(
      "API server CPU per create", microseconds(creates.cpu), kubernetes: "",
      isMet: creates.cpu <= .microseconds(330), wanted: "330 us")
    table.add(
      "API server CPU per get", microseconds(gets.cpu), kubernetes: "",
      isMet: gets.cpu <= .microseconds(66), wanted: "66 us")
    let crowded = try await crowd(path)
    table.add(
      "the same, \(plan.clients) clients", microseconds(crowded), kubernetes: "",
      isMet: crowded <= .microseconds(66), wanted: "66 us")
    let found = try await client.list(path)
    let values = Set(found.compactMap { $0["data"]?["key"]?.string })
    say("  read back: \(found.count) ConfigMaps with \(values.count) values")
    return found.count == plan.requests && values.count == plan.requests
  }

  private struct Timing {
    let median: Duration
    /// Of the API server, of each.
    let cpu: Duration
  }

  private func timed(_ request: (Int) async throws -> Void) async throws -> Timing {
    var times: [Duration] = []
    let before = try cluster.serverCPU()
    for number in 0..<plan.requests {
      let began = Machine.now()
      try await request(number)
      times.append(Machine.now() - began)
    }
    let cpu = (try cluster.serverCPU() - before) / plan.requests
    return Timing(median: times.sorted()[times.count / 2], cpu: cpu)
  }

  /// The API server's CPU for each GET of many clients at once.
  private func crowd(_ path: String) async throws -> Duration {
    let clients = try (0..<plan.clients).map { _ in try APIConnection(cluster, loop: loop) }
    // A handshake costs as much as many requests, and is not asked about.
    for client in clients { _ = try await client.send("GET", "\(path)/c0") }
    let before = try cluster.serverCPU()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, client) in clients.enumerated() {
        let numbers = stride(from: index, to: plan.requests, by: clients.count)
        group.addTask {
          for number in numbers {
            let answer = try await client.send("GET", "\(path)/c\(number)")
            guard answer.status == 200 else {
              throw BenchError.refused("GET answers \(answer.status)")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let cpu = (try cluster.serverCPU() - before) / plan.requests
    for client in clients { await client.close() }
    return cpu
  }

  // MARK: - A Deployment

  private func deployment(_ client: APIConnection, _ table: inout Figures) async throws -> Bool {
    let path = "/apis/apps/v1/namespaces/rolled/deployments"
    try await client.create(path, BenchObjects.deployment)
    let follower = try APIConnection(cluster, loop: loop)
    let ready = Milestone()
    let wanted = plan.control.replicas
    await follower.watch("\(path)?watch=true") { line in
      let status = Measurement.parsed(line)["object"]?["status"]
      ready.note(Int(status?["readyReplicas"]?.int64 ?? 0), of: wanted)
    }
    let began = Machine.now()
    let patch = Bytes(#"{"spec":{"replicas":\#(wanted)}}"#)
    let answer = try await client.send(
      "PATCH", "\(path)/web/scale", "application/merge-patch+json", body: patch)
    guard answer.status == 200 else {
      throw BenchError.refused("scaling answers \(answer.status): \(answer.body.text)")
    }
    try await ready.wait("replicas are ready", cluster)
    let took = Machine.now() - began
    await follower.close()
    table.add(
      "Deployment, 0 to \(wanted) ready", seconds(took), "s",
      kubernetes: RecordedKubernetes.deploymentUpSeconds)
    let running = try await runningPods("rolled", client)
    let gone = try await client.send("DELETE", "\(path)/web")
    guard gone.status == 200 else { throw BenchError.refused("DELETE answers \(gone.status)") }
    try await awaitNoPods("rolled", client)
    return running == wanted
  }

  // MARK: - Bare pods

  private func barePods(_ client: APIConnection, _ table: inout Figures) async throws -> Bool {
    let path = "/api/v1/namespaces/bare/pods"
    let follower = try APIConnection(cluster, loop: loop)
    let running = Milestone()
    let pods = plan.control.pods
    await follower.watch("\(path)?watch=true") { line in
      if let name = BenchObjects.runningPod(line) { running.note(name, of: pods) }
    }
    let clients = try (0..<plan.clients).map { _ in try APIConnection(cluster, loop: loop) }
    let before = try cluster.serverCPU()
    let began = Machine.now()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, client) in clients.enumerated() {
        let numbers = stride(from: index, to: pods, by: clients.count)
        group.addTask {
          for number in numbers { try await client.create(path, BenchObjects.pod(number)) }
        }
      }
      try await group.waitForAll()
    }
    let created = Machine.now() - began
    try await running.wait("pods run", cluster)
    let took = Machine.now() - began
    let cpu = try cluster.serverCPU() - before
    await follower.close()
    for client in clients { await client.close() }
    let rate = Double(pods) / seconds(created)
    let recorded = RecordedKubernetes.podsPerSecond
    table.add(
      "\(pods) pods by \(plan.clients) clients", "\(decimal(rate, 0))/s",
      kubernetes: "\(decimal(recorded, 0))/s", isMet: rate >= recorded * 2,
      wanted: "\(decimal(recorded * 2, 0))/s")
    table.add(
      "\(pods) pods, first create to all Running", seconds(took), "s",
      kubernetes: RecordedKubernetes.thousandPodsSeconds)
    say("  \(decimal(seconds(cpu))) s CPU of the API server for \(pods) pods, created to Running")
    return try await runningPods("bare", client) == pods
  }

  // MARK: - Reading back

  /// A fresh list, not the watch: so many run on nodes and are ready.
  private func runningPods(_ namespace: String, _ client: APIConnection) async throws -> Int {
    let found = try await client.list("/api/v1/namespaces/\(namespace)/pods")
    let running = found.count { pod in
      pod["status"]?["phase"]?.string == "Running" && pod.hasCondition("Ready")
        && pod["spec"]?["nodeName"]?.string?.isEmpty == false
    }
    say("  read back: \(running) of \(found.count) pods in \(namespace) run")
    return found.count == running ? running : -1
  }

  private func awaitNoPods(_ namespace: String, _ client: APIConnection) async throws {
    try await cluster.control.wait {
      let left = try await client.list("/api/v1/namespaces/\(namespace)/pods").count
      return left == 0 ? nil : "\(left) pods of the Deployment are still there"
    }
  }

  private static func parsed(_ line: Bytes) -> JSONValue {
    do {
      return try JSONValue(parsing: line)
    } catch {
      // Then nothing is reached, and the phase says so.
      return .null
    }
  }
}

extension APIConnection {
  func create(_ path: String, _ object: String) async throws {
    let answer = try await send("POST", path, body: Bytes(object))
    guard answer.status == 201 else {
      throw BenchError.refused("POST \(path) answers \(answer.status): \(answer.body.text)")
    }
  }

  func list(_ path: String) async throws -> [JSONValue] {
    let answer = try await send("GET", path)
    guard answer.status == 200 else {
      throw BenchError.refused("GET \(path) answers \(answer.status)")
    }
    return try JSONValue(parsing: answer.body)["items"]?.array ?? []
  }
}

extension JSONValue {
  fileprivate func hasCondition(_ type: String) -> Bool {
    self["status"]?["conditions"]?.array?.contains {
      $0["type"]?.string == type && $0["status"]?.string == "True"
    } ?? false
  }
}
