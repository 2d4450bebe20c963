import Base
import EventLoop
import JSON
import Linux
import Objects
import Registry
import StoreClient

/// Shows on a running cluster what it does: a Deployment becomes pods on several nodes, is scaled
/// and rolled to a new version, and goes on when a pod, the active scheduler and the store's leader
/// go.
struct Demo {
  let plan: ClusterPlan
  let folder: ClusterFolder
  let loop: EventLoop
  let steps: Steps

  static let limit = Duration.seconds(30)
  /// A killed leader's lease lasts 10 s before a standby acts.
  static let takeoverLimit = Duration.seconds(30)

  func run() async throws {
    let client = try StoreAccess(folder: folder, loop: loop).client(plan.endpoints)
    let access = ObjectAccess(client: client)
    var times = Times()
    try await awaitReadyNodes(access)
    try await create(access, &times)
    try await scale(access, &times)
    try await roll(access, &times)
    try await replacePod(access, &times)
    try await loseScheduler(access, &times)
    times += try await LostLeaderDemo(plan: plan, folder: folder, loop: loop, steps: steps).run()
    await client.close()
    steps.heading("What took how long:")
    say(columns(times.rows), terminator: "")
  }

  /// What was shown, and how long it took.
  struct Times {
    private(set) var rows: [[String]] = []

    mutating func add(_ what: String, _ duration: Duration) {
      rows.append([what, "\(seconds(duration, width: 6)) s"])
    }

    static func += (left: inout Times, right: Times) { left.rows += right.rows }
  }

  private func awaitReadyNodes(_ access: ObjectAccess) async throws {
    try await awaiting(within: Self.takeoverLimit) {
      UpFailure("the nodes are not Ready", advice: "keelson get nodes")
    } _: {
      let nodes = try await access.list(.node, in: nil).objects
      let ready = nodes.filter { $0.node?.isReady == true }.map(\.meta.name)
      return plan.nodes.allSatisfy(ready.contains) ? true : nil
    }
    steps.done("nodes", "Ready: \(plan.nodes.joined(separator: ", "))")
  }

  // MARK: - A Deployment

  private func create(_ access: ObjectAccess, _ times: inout Times) async throws {
    steps.heading("A Deployment is applied:\n\n\(DemoManifest(replicas: 4, version: 1).text)")
    let took = try await apply(DemoManifest(replicas: 4, version: 1), access)
    times.add("Deployment of 4 pods, from apply to ready", took)
    try await showPods(access)
  }

  private func scale(_ access: ObjectAccess, _ times: inout Times) async throws {
    steps.heading("It is scaled: the same manifest with replicas: 8.")
    let took = try await apply(DemoManifest(replicas: 8, version: 1), access)
    times.add("scaled from 4 pods to 8", took)
    try await showPods(access)
  }

  private func roll(_ access: ObjectAccess, _ times: inout Times) async throws {
    steps.heading("It is rolled to a new version, a quarter of the pods at a time: VERSION 2.")
    let took = try await apply(DemoManifest(replicas: 8, version: 2), access)
    times.add("rolled 8 pods to a new version", took)
    try await showPods(access)
  }

  /// Applies the manifest and waits until the Deployment is as it says.
  private func apply(_ manifest: DemoManifest, _ access: ObjectAccess) async throws -> Duration {
    let began = Machine.now()
    var reader = ManifestReader()
    reader.read(Bytes(manifest.text), file: "demo.yaml")
    precondition(reader.problems.isEmpty, "the demo's own manifest is good")
    try await ObjectApplication(access: access).run(reader.manifests) { manifest, outcome in
      steps.done("apply", "\(manifest.kind.printedName)/\(manifest.name) \(outcome.rawValue)")
    }
    try await awaitRollout(manifest, access)
    let took = Machine.now() - began
    steps.done("rollout", "\(manifest.replicas) pods are ready after \(seconds(took)) s")
    return took
  }

  /// As `kubectl rollout status` has it, and the old pods are gone.
  private func awaitRollout(_ manifest: DemoManifest, _ access: ObjectAccess) async throws {
    let key = ObjectKey(.deployment, namespace: "default", name: DemoManifest.name)
    try await awaiting(within: Self.limit) {
      UpFailure(
        "the Deployment's pods do not become ready", advice: "keelson get pods -o wide")
    } _: { () -> Bool? in
      guard let object = try await access.object(key) else { return nil }
      let status = object.json["status"]
      let wanted = Int64(manifest.replicas)
      guard status?["observedGeneration"]?.int64 == object.meta.generation,
        status?["updatedReplicas"]?.int64 == wanted, status?["replicas"]?.int64 == wanted,
        status?["availableReplicas"]?.int64 == wanted
      else { return nil }
      return try await pods(access).count == manifest.replicas ? true : nil
    }
  }

  private func pods(_ access: ObjectAccess) async throws -> [StoredObject] {
    try await access.list(.pod, in: "default").objects
      .filter { $0.meta.labels["app"] == DemoManifest.name }
  }

  private func showPods(_ access: ObjectAccess) async throws {
    let table = ObjectTable(.pod)
    let now = Machine.wallTime()
    var rows = [table.columns.map { $0.name.uppercased() }]
    rows += try await pods(access).map { table.cells(of: $0, now: now) }
    // Up to the node.
    say(columns(rows.map { Array($0.prefix(5)) + [$0[6]] }), terminator: "")
  }

  // MARK: - A deleted pod

  private func replacePod(_ access: ObjectAccess, _ times: inout Times) async throws {
    steps.heading("A pod is deleted:")
    let before = try await pods(access)
    guard let victim = before.first, let key = victim.objectKey else {
      throw UpFailure("the Deployment has no pods", advice: "keelson get pods")
    }
    let began = Machine.now()
    var context = ObjectAccess.context()
    let transaction = try access.registry.transaction(
      for: Step([.delete(victim, DeleteOptions(propagation: .background))]),
      in: ClusterView([victim]), context: &context)
    guard try await access.commit(transaction) else {
      throw UpFailure("pod \(key.name) changed while it was deleted", advice: "try again")
    }
    steps.done("delete", "pod \(key.name)")
    let known = Set(before.map(\.meta.uid))
    let next = try await awaiting(within: Self.limit) {
      UpFailure("no other pod takes its place", advice: "keelson get pods")
    } _: {
      try await pods(access).first { !known.contains($0.meta.uid) && $0.pod?.isReady == true }
    }
    let took = Machine.now() - began
    steps.done(
      "pod \(next.meta.name)",
      "is ready on \(next.pod?.node ?? "") in its place after \(seconds(took)) s")
    times.add("a deleted pod's successor ready", took)
  }

  // MARK: - A lost scheduler

  private func loseScheduler(_ access: ObjectAccess, _ times: inout Times) async throws {
    steps.heading("The active scheduler is killed, and two more pods are asked for:")
    let processes = try ClusterProcesses(folder: folder)
    let schedulers = plan.components.filter { $0.role == .scheduler }
    let active = try await awaiting(within: Self.takeoverLimit) {
      UpFailure("no scheduler leads", advice: "keelson status")
    } _: { () -> (name: String, process: ProcessStatus)? in
      let elections = try await Elections.read(access.client)
      for component in schedulers {
        guard let process = try processes.process(component.name) else { continue }
        if elections.leads(component, process).contains("scheduler") {
          return (component.name, process)
        }
      }
      return nil
    }
    try processes.signal(active.process, .kill)
    let killed = Machine.now()
    steps.done("kill -9 \(active.process.pid)", "\(active.name), which led")
    _ = try await apply(DemoManifest(replicas: 10, version: 2), access)
    let took = Machine.now() - killed
    let elections = try await Elections.read(access.client)
    steps.done(
      "scheduler",
      "\(elections.leader(of: "scheduler") ?? "nobody") leads; the dead one's lease had to end")
    times.add("pods placed after the active scheduler was killed", took)
  }
}

/// What the demo applies: four pods or more of a shell script.
struct DemoManifest {
  static let name = "demo"
  let replicas: Int
  let version: Int

  var text: String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: \(Self.name)
    spec:
      replicas: \(replicas)
      selector:
        matchLabels: {app: \(Self.name)}
      template:
        metadata:
          labels: {app: \(Self.name)}
        spec:
          terminationGracePeriodSeconds: 5
          # A pod on a lost node is replaced after 5 s instead of Kubernetes' 300.
          tolerations:
          - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute,
             tolerationSeconds: 5}
          - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute,
             tolerationSeconds: 5}
          containers:
          - name: main
            image: none  # the container is a process of this host
            env:
            - {name: VERSION, value: "\(version)"}
            command: [sh, -c]
            args:
            - |
              trap 'exit 0' TERM
              while :; do echo "version $VERSION serves"; sleep 5 & wait $!; done

    """
  }
}
