import Base
import EtcdAPI
import EventLoop
import JSON
import Linux
import Node
import NodeAgent
import StoreClient

/// Shows on a running cluster what it does: pods made so, a killed process back, writes that go on
/// without the store's leader.
struct Demo {
  let plan: ClusterPlan
  let folder: ClusterFolder
  let loop: EventLoop
  let steps: Steps

  private static let limit = Duration.seconds(15)

  func run() async throws {
    let client = try StoreAccess(folder: folder, loop: loop).client(plan.endpoints)
    try await placePods(client)
    try await showRestart(client)
    try await showLostLeader()
    await client.close()
  }

  // MARK: - Pods

  private struct DemoPod {
    let node: String
    let uid: String
    let name: String
    let script: String
    let policy: String
    /// The phase that it ends up in.
    let phase: String
  }

  private static let web = DemoPod(
    node: "n1", uid: "demo-web", name: "web",
    script: "trap 'exit 0' TERM; while :; do echo serving; sleep 5 & wait $!; done",
    policy: "Always", phase: "Running")

  private static let pods = [
    web,
    DemoPod(
      node: "n2", uid: "demo-worker", name: "worker",
      script: "trap 'exit 0' TERM; while :; do echo working; sleep 5 & wait $!; done",
      policy: "Always", phase: "Running"),
    DemoPod(
      node: "n2", uid: "demo-job", name: "job", script: "echo 6 times 7 is $((6 * 7))",
      policy: "Never", phase: "Succeeded"),
  ]

  private func placePods(_ client: StoreClient) async throws {
    steps.heading("Pods, by writing what the nodes should run:")
    for pod in Self.pods {
      let key = NodeKeys(node: pod.node).desiredPod(pod.uid)
      _ = try await client.put(PutRequest(key: key, value: Bytes(object(pod).text())))
      steps.done("put", key.text)
    }
    for pod in Self.pods {
      try await awaiting(within: Self.limit) {
        UpFailure("pod \(pod.name) is not \(pod.phase)", advice: "see \(folder.log(of: pod.node))")
      } _: {
        try await status(pod, client)?["phase"]?.string == pod.phase ? true : nil
      }
      steps.done("pod \(pod.name)", "\(pod.phase) on \(pod.node)")
    }
    steps.heading("Desired beside actual:")
    var rows = [["NODE", "POD", "DESIRED", "ACTUAL", "RESTARTS"]]
    for node in plan.nodes {
      let prefix = NodeKeys(node: node).prefix
      let end = Bytes(prefix.array.dropLast() + [UInt8(ascii: "/") + 1])
      let entries = try await client.range(RangeRequest(key: prefix, rangeEnd: end)).kvs
      for pod in ClusterStatus.pods(entries, NodeKeys(node: node)) {
        rows.append([
          node, pod.name, pod.isDesired ? "yes" : "no", pod.phase, "\(pod.restarts)",
        ])
      }
    }
    say(columns(rows), terminator: "")
  }

  private func object(_ pod: DemoPod) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(pod.name), "namespace": "default", "uid": .string(pod.uid),
      ],
      "spec": [
        "restartPolicy": .string(pod.policy), "terminationGracePeriodSeconds": 5,
        "containers": [
          ["name": "main", "command": ["sh", "-c"], "args": [.string(pod.script)]]
        ],
      ],
    ]
  }

  private func status(_ pod: DemoPod, _ client: StoreClient) async throws -> JSONValue? {
    guard let entry = try await client.get(NodeKeys(node: pod.node).actualPod(pod.uid)) else {
      return nil
    }
    return try JSONValue(parsing: entry.value)["status"]
  }

  // MARK: - A killed process

  private func showRestart(_ client: StoreClient) async throws {
    steps.heading("A process of a pod is killed:")
    let pod = Self.web
    guard let before = try await status(pod, client)?["containerStatuses"]?[0],
      let restarts = before["restartCount"]?.int64,
      let pid = before["containerID"]?.string.flatMap(Self.pid)
    else { throw UpFailure("pod \(pod.name) shows no process") }
    let killed = Machine.now()
    try Process(pid: pid).signal(.kill)
    steps.done("kill -9 \(pid)", "the process of pod \(pod.name)")
    let after = try await awaiting(within: Self.limit) {
      UpFailure("pod \(pod.name) does not come back", advice: "see \(folder.log(of: pod.node))")
    } _: { () -> JSONValue? in
      guard let now = try await status(pod, client)?["containerStatuses"]?[0],
        now["restartCount"]?.int64 ?? 0 > restarts, now["state"]?["running"] != nil
      else { return nil }
      return now
    }
    let code = after["lastState"]?["terminated"]?["exitCode"]?.int64 ?? 0
    steps.done(
      "pod \(pod.name)",
      "runs again after \(seconds(Machine.now() - killed)) s; its last end has exit code \(code)")
  }

  /// The pid in `process://<pid>/<start ticks>`.
  private static func pid(_ containerID: String) -> Int32? {
    containerID.split(separator: "/").dropFirst().first.flatMap { Int32($0) }
  }

  // MARK: - A lost leader

  private func showLostLeader() async throws {
    guard plan.members.count >= 3 else { return }
    steps.heading("The store's leader is killed while writes go on:")
    let view = try await ClusterStatus.read(plan, folder: folder, loop: loop)
    guard let leader = view.leader, let process = leader.process else {
      throw UpFailure("no member leads", advice: "keelson status")
    }
    let client = try StoreAccess(folder: folder, loop: loop).client(
      plan.endpoints, timeout: .seconds(1))
    var writes = Writes()
    try await writes.run(client, until: 20)
    try ClusterProcesses(folder: folder).signal(process, .kill)
    let killed = Machine.now()
    steps.done("kill -9 \(process.pid)", "member \(leader.plan.name), the leader")
    try await writes.run(client, until: writes.acknowledged + 20)
    let gap = (writes.firstAfter(killed) ?? Machine.now()) - killed
    steps.done("writes", "go on after \(seconds(gap)) s; \(writes.acknowledged) acknowledged")
    try await writes.check(client)
    steps.done("reads", "every acknowledged write is there")
    await client.close()
    try await awaitMember(leader.plan)
  }

  /// Numbered writes, one after the other.
  private struct Writes {
    private(set) var acknowledged = 0
    private var times: [Instant] = []
    private static let prefix = "/demo/"
    private static let limit = Duration.seconds(10)

    mutating func run(_ client: StoreClient, until count: Int) async throws {
      let deadline = Machine.now() + Self.limit
      while acknowledged < count {
        let key = Bytes("\(Self.prefix)\(acknowledged)")
        do throws(StoreError) {
          // Repeating it is harmless: the same key gets the same value.
          _ = try await client.put(PutRequest(key: key, value: Bytes("\(acknowledged)")))
          acknowledged += 1
          times.append(Machine.now())
        } catch {
          guard Machine.now() < deadline else {
            throw UpFailure("the store takes no writes: \(error)", advice: "keelson status")
          }
          try await Task.sleep(for: .milliseconds(20))
        }
      }
    }

    func firstAfter(_ moment: Instant) -> Instant? { times.first { $0 > moment } }

    func check(_ client: StoreClient) async throws {
      for number in 0..<acknowledged {
        let stored = try await client.get(Bytes("\(Self.prefix)\(number)"))
        guard stored?.value == Bytes("\(number)") else {
          throw UpFailure("write \(number) was acknowledged and is lost")
        }
      }
    }
  }

  private func awaitMember(_ member: ClusterPlan.Member) async throws {
    let client = try StoreAccess(folder: folder, loop: loop).client(
      [member.clientURL], timeout: .seconds(1))
    try await awaiting(within: Self.limit) {
      UpFailure(
        "member \(member.name) does not come back", advice: "see \(folder.log(of: member.name))")
    } _: {
      do throws(StoreError) {
        return try await client.status().leader != 0 ? true : nil
      } catch {
        return nil
      }
    }
    await client.close()
    steps.done("member \(member.name)", "is back, started again by the supervisor")
  }
}
