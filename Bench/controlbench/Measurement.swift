import Base
import Benchmark
import EtcdAPI
import EventLoop
import JSON
import Linux
import Objects
import Registry
import StoreClient

/// One run: waits until the nodes are ready, applies, waits by watch, reads back, prints.
struct Measurement {
  private let plan: BenchPlan
  private let control: ControlPlane
  private let loop: EventLoop
  private let client: StoreClient

  init(_ plan: BenchPlan, _ control: ControlPlane, loop: EventLoop) throws {
    self.plan = plan
    self.control = control
    self.loop = loop
    client = try StoreClient(endpoints: control.endpoints, loop: loop)
  }

  /// Whether everything ended as it should.
  func run() async throws -> Bool {
    try await awaitNodes()
    var writer = try ObjectWriter(control, loop: loop)
    for name in ["bare", "rolled"] {
      if try await writer.read(ObjectKey(.namespace, name: name)) == nil {
        try await writer.write(.create(.namespace, try BenchObjects.namespace(name)))
      }
    }
    var isRight = true
    if plan.control.pods > 0 {
      try await writer.take(namespace: "bare")
      isRight = try await barePods(writer) && isRight
    }
    if plan.control.replicas > 0 {
      try await writer.take(namespace: "rolled")
      isRight = try await deployment(writer) && isRight
    }
    return isRight
  }

  /// Every node has a Node object that is ready.
  private func awaitNodes() async throws {
    let wanted = plan.control.nodes
    try await control.wait {
      do {
        let found = try await client.range(
          RangeRequest(key: Bytes("/registry/nodes/"), rangeEnd: Bytes("/registry/nodes0")))
        let ready = try found.kvs.count { entry in
          NodeFacts(try JSONValue(parsing: entry.value).object ?? JSONObject()).isReady
        }
        return ready == wanted ? nil : "\(ready) of \(wanted) nodes are ready"
      } catch let error as StoreError {
        return "\(error)"
      }
    }
  }

  // MARK: - Phases

  private func barePods(_ writer: ObjectWriter) async throws -> Bool {
    let writers = try (0..<plan.writers).map { _ in
      // Each with a connection of its own.
      writer.with(try StoreClient(endpoints: control.endpoints, loop: loop))
    }
    let first = try await revision() + 1
    let before = try control.servers.usage()
    let began = Machine.now()
    let tally = PodTally(namespace: "bare", loop: loop)
    var applied = Duration.zero
    let running = try await following(tally, from: first) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, writer) in writers.enumerated() {
          let numbers = stride(from: index, to: plan.control.pods, by: plan.writers)
          group.addTask {
            for number in numbers {
              let pod = try BenchObjects.pod(number, in: "bare")
              try await writer.write(.create(.pod, pod))
            }
          }
        }
        try await group.waitForAll()
      }
      applied = Machine.now() - began
      try await tally.wait(forReady: plan.control.pods)
      return Machine.now() - began
    }
    let after = try control.servers.usage()
    let last = try await revision()
    say("\(plan.control.pods) bare pods over \(plan.control.nodes) nodes, \(plan.writers) writers")
    say("  applied        \(decimal(seconds(applied))) s")
    say(
      "  all running    \(decimal(seconds(running))) s   "
        + "(Kubernetes 1.33, 1000 pods: \(RecordedKubernetes.thousandPodsSeconds) s)")
    let count = try await HistoryCount(client, namespace: "bare", first: first, last: last)
    report(count)
    report(before, after)
    return try await readBack("bare", expected: plan.control.pods)
      && count.revisionsMax <= 8 && count.bytesRatios.worst <= 4
  }

  private func deployment(_ writer: ObjectWriter) async throws -> Bool {
    let key = ObjectKey(.deployment, namespace: "rolled", name: "web")
    try await writer.write(
      .create(
        .deployment, try BenchObjects.deployment("web", in: "rolled", replicas: 0)))
    let first = try await revision() + 1
    let before = try control.servers.usage()
    let tally = PodTally(namespace: "rolled", loop: loop)
    let (up, middle, down) = try await following(tally, from: first) {
      let up = try await scale(key, to: plan.control.replicas, writer, tally)
      let middle = try await revision()
      guard try await readBack("rolled", expected: plan.control.replicas) else {
        throw BenchError.refused("not all of the Deployment's pods run")
      }
      return (up, middle, try await scale(key, to: 0, writer, tally))
    }
    let after = try control.servers.usage()
    say("a Deployment of \(plan.control.replicas) over \(plan.control.nodes) nodes")
    say(
      "  0 to all ready \(decimal(seconds(up))) s   "
        + "(Kubernetes 1.33, 500 replicas: \(RecordedKubernetes.deploymentUpSeconds) s)")
    say(
      "  all to 0       \(decimal(seconds(down))) s   "
        + "(Kubernetes 1.33, 500 replicas: \(RecordedKubernetes.deploymentDownSeconds) s)")
    let count = try await HistoryCount(client, namespace: "rolled", first: first, last: middle)
    report(count)
    report(before, after)
    return try await readBack("rolled", expected: 0)
      && count.revisionsMax <= 8 && count.bytesRatios.worst <= 4
  }

  private func scale(
    _ key: ObjectKey, to replicas: Int, _ writer: ObjectWriter, _ tally: PodTally
  ) async throws -> Duration {
    let began = Machine.now()
    while true {
      guard let object = try await writer.read(key), var spec = object.json["spec"]?.object else {
        throw BenchError.refused("the Deployment is gone")
      }
      var wanted = object.json
      spec["replicas"] = .number(JSONNumber(Int64(replicas)))
      wanted["spec"] = .object(spec)
      do {
        try await writer.write(.update(from: object, to: wanted))
        break
      } catch BenchError.refused {
        // Its status was written meanwhile: read it again.
        continue
      }
    }
    try await tally.wait(forReady: replicas)
    return Machine.now() - began
  }

  /// Runs `body` while the tally follows, within the limit.
  private func following<Value: Sendable>(
    _ tally: PodTally, from revision: Int64, _ body: () async throws -> Value
  ) async throws -> Value {
    let follower = Task(executorPreference: loop) { [client] in
      await tally.follow(client, from: revision)
    }
    let watchdog = Task(executorPreference: loop) { [control] in
      do {
        try await Task.sleep(for: control.plan.limit)
      } catch {
        // The body ended in time.
        return
      }
      await tally.giveUp(BenchError.overdue(await tally.standing, log: control.servers.folder))
    }
    defer {
      follower.cancel()
      watchdog.cancel()
    }
    return try await body()
  }

  // MARK: - Reading and printing

  private func revision() async throws -> Int64 {
    try await client.range(RangeRequest(key: Bytes("/none"))).header?.revision ?? 0
  }

  /// A fresh list, not the watch: so many pods are there, and all run on nodes that have them.
  private func readBack(_ namespace: String, expected: Int) async throws -> Bool {
    let found = try await client.range(
      RangeRequest(
        key: Bytes("/registry/pods/\(namespace)/"),
        rangeEnd: Bytes("/registry/pods/\(namespace)0")))
    var running = 0
    for entry in found.kvs {
      let facts = PodFacts(try JSONValue(parsing: entry.value).object ?? JSONObject())
      if facts.phase == .running, !facts.node.isEmpty { running += 1 }
    }
    say("  read back      \(running) of \(found.kvs.count) pods run")
    return running == expected && found.kvs.count == expected
  }

  private func report(_ count: HistoryCount) {
    let ratios = count.bytesRatios
    say("  per pod        at most \(count.revisionsMax) revisions (budget 8)")
    say(
      "  per pod        \(decimal(ratios.mean)) times its \(count.meanFinalBytes) bytes written, "
        + "at most \(decimal(ratios.worst)) (budget 4)")
  }

  private func report(_ before: [ProcessUsage], _ after: [ProcessUsage]) {
    for (earlier, later) in zip(before, after) { say(later.line(since: earlier)) }
  }
}
