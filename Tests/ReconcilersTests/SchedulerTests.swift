import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

@Suite struct `Where pods go` {
  private let scheduler = Scheduler()

  /// The node that the pod `p` is bound to, or what it is told.
  private func outcome(_ nodes: [JSONValue], _ pods: [JSONValue]) -> String {
    var story = NodeStory([scheduler])
    for json in nodes + pods { story.put(json) }
    story.settle()
    guard let pod = story.pod("p") else { return "no pod" }
    if let node = pod.pod?.node, !node.isEmpty { return node }
    return pod.condition("PodScheduled")?["message"]?.string ?? ""
  }

  // MARK: - Binding

  @Test func `a bind compares the pod and the node, and is told`() throws {
    var story = NodeStory()
    story.put(nodeObject("n1"))
    story.put(podObject("p"))
    let pod = try #require(story.pod("p"))
    let node = try #require(story.node("n1"))
    let plan = story.plan(scheduler, .everything)
    #expect(
      plan
        == Plan(
          [
            Step(
              [.bind(pod: pod, node: "n1")], guards: [.unchanged(node)],
              event: EventNote(
                regarding: pod, reason: "Scheduled",
                message: "Successfully assigned default/p to n1"))
          ], order: .independent))
    try story.apply(plan.steps[0])
    #expect(story.pod("p")?.pod?.node == "n1")
    #expect(story.plan(scheduler, .everything) == .nothing)
  }

  @Test func `a node cordoned meanwhile gets no pod`() throws {
    var story = NodeStory()
    story.put(nodeObject("n1"))
    story.put(podObject("p"))
    let plan = story.plan(scheduler, .everything)
    story.put(nodeObject("n1", spec: ["unschedulable": true]))
    #expect(throws: ClusterView.Refusal.self) { try story.apply(plan.steps[0]) }
  }

  @Test(arguments: [
    podObject("p", meta: ["deletionTimestamp": "2023-11-14T22:13:20Z"]),
    podObject("p", spec: ["schedulingGates": [["name": "wait"]]]),
    podObject("p", spec: ["schedulerName": "other"]),
    podObject("p", status: ["phase": "Failed"]),
    podObject("p", node: "n9"),
  ])
  func `not every pod is this scheduler's to place`(_ pod: JSONValue) {
    var story = NodeStory([scheduler])
    story.put(nodeObject("n1"))
    story.put(pod)
    story.settle()
    #expect(story.committed.isEmpty)
  }

  @Test func `what a plan has placed counts for the next pod of it`() {
    var story = NodeStory([scheduler])
    for name in ["n1", "n2"] { story.put(nodeObject(name, cpu: "1")) }
    for index in 0..<3 { story.put(podObject("p\(index)", requests: ["cpu": "600m"])) }
    let plan = story.plan(scheduler, .everything)
    let binds = plan.steps.compactMap { step -> String? in
      if case .bind(_, let node) = step.intents[0] { node } else { nil }
    }
    #expect(binds.sorted() == ["n1", "n2"])
    #expect(plan.steps.count == 3)
  }

  @Test func `higher priority first, then age, then name`() {
    var story = NodeStory()
    story.put(nodeObject("n1", cpu: "1"))
    let request: JSONValue = ["cpu": "400m"]
    let times = ["c": "2023-11-14T10:00:00Z", "b": "2023-11-14T09:00:00Z"]
    for name in ["a", "b", "c", "d"] {
      let meta: JSONValue = ["creationTimestamp": .string(times[name] ?? "2023-11-14T11:00:00Z")]
      let priority: JSONValue = name == "d" ? 1000 : 0
      story.put(podObject(name, requests: request, meta: meta, spec: ["priority": priority]))
    }
    let bound = story.plan(scheduler, .everything).steps.compactMap { step -> String? in
      if case .bind(let pod, _) = step.intents[0] { pod.meta.name } else { nil }
    }
    #expect(bound == ["d", "b"])
  }

  @Test func `the same seed draws the same nodes, another one others`() {
    func nodes(seed: UInt64) -> [String?] {
      var story = NodeStory([scheduler], seed: seed)
      for index in 0..<8 { story.put(nodeObject("n\(index)")) }
      for index in 0..<8 { story.put(podObject("p\(index)")) }
      story.settle()
      return (0..<8).map { story.pod("p\($0)")?.pod?.node }
    }
    #expect(nodes(seed: 5) == nodes(seed: 5))
    #expect(Set((1...5).map(nodes)).count > 1)
  }

  // MARK: - Filters, in Kubernetes' words

  @Test func `each reason is counted, and they are sorted as texts`() {
    let tainted: JSONValue = ["taints": [["key": "a", "value": "b", "effect": "NoSchedule"]]]
    let nodes = [
      nodeObject("n1", cpu: "1"), nodeObject("n2", spec: tainted), nodeObject("n3", spec: tainted),
    ]
    #expect(
      outcome(nodes, [podObject("p", requests: ["cpu": "2"])])
        == "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}.")
  }

  @Test func `without nodes there is no reason to count`() {
    #expect(outcome([], [podObject("p")]) == "no nodes available to schedule pods")
  }

  static let refusals: [(node: JSONValue, pod: JSONValue, reason: String)] = [
    (
      nodeObject("n", spec: ["unschedulable": true]), podObject("p"), "node(s) were unschedulable"
    ),
    (
      nodeObject("n", spec: ["taints": [["key": "k", "effect": "NoExecute"]]]), podObject("p"),
      "node(s) had untolerated taint {k: }"
    ),
    (
      nodeObject("n", labels: ["disk": "hdd"]),
      podObject("p", spec: ["nodeSelector": ["disk": "ssd"]]),
      "node(s) didn't match Pod's node affinity/selector"
    ),
    (
      nodeObject("n", labels: ["zone": "a"]),
      podObject("p", spec: required([["key": "zone", "operator": "NotIn", "values": ["a"]]])),
      "node(s) didn't match Pod's node affinity/selector"
    ),
    (nodeObject("n", pods: "0"), podObject("p"), "Too many pods"),
    (
      nodeObject("n", memory: "1Gi"), podObject("p", requests: ["memory": "1025Mi"]),
      "Insufficient memory"
    ),
    (
      nodeObject("n"), podObject("p", requests: ["ephemeral-storage": "1"]),
      "Insufficient ephemeral-storage"
    ),
    (
      nodeObject("n"), podObject("p", requests: ["nvidia.com/gpu": "1"]),
      "Insufficient nvidia.com/gpu"
    ),
    (
      nodeObject("n", cpu: "1", memory: "1Gi"),
      podObject("p", requests: ["cpu": "2", "memory": "2Gi"]),
      "Insufficient cpu, 1 Insufficient memory"
    ),
  ]

  @Test(arguments: refusals.indices)
  func `a node says why`(_ index: Int) {
    let row = Self.refusals[index]
    #expect(outcome([row.node], [row.pod]) == "0/1 nodes are available: 1 \(row.reason).")
  }

  static func required(_ expressions: JSONValue) -> JSONValue {
    [
      "affinity": [
        "nodeAffinity": [
          "requiredDuringSchedulingIgnoredDuringExecution": [
            "nodeSelectorTerms": [["matchExpressions": expressions]]
          ]
        ]
      ]
    ]
  }

  static let tolerated: [(node: JSONValue, pod: JSONValue)] = [
    (
      nodeObject("n", spec: ["unschedulable": true]),
      podObject(
        "p",
        spec: [
          "tolerations": [["key": "node.kubernetes.io/unschedulable", "operator": "Exists"]]
        ])
    ),
    (
      nodeObject("n", spec: ["taints": [["key": "k", "value": "v", "effect": "NoSchedule"]]]),
      podObject("p", spec: ["tolerations": [["key": "k", "value": "v", "effect": "NoSchedule"]]])
    ),
    (
      nodeObject("n", spec: ["taints": [["key": "k", "value": "v", "effect": "NoSchedule"]]]),
      podObject("p", spec: ["tolerations": [["operator": "Exists"]]])
    ),
    (
      nodeObject("n", spec: ["taints": [["key": "k", "effect": "PreferNoSchedule"]]]),
      podObject("p")
    ),
    (
      nodeObject("n", labels: ["cores": "8"]),
      podObject("p", spec: required([["key": "cores", "operator": "Gt", "values": ["4"]]]))
    ),
    (nodeObject("n", cpu: "1500m"), podObject("p", requests: ["cpu": "1.5"])),
  ]

  @Test(arguments: tolerated.indices)
  func `a node that will do`(_ index: Int) {
    #expect(outcome([Self.tolerated[index].node], [Self.tolerated[index].pod]) == "n")
  }

  @Test func `a host's port is given once`() {
    func ports(_ port: JSONValue, _ address: JSONValue? = nil) -> JSONValue {
      var object = JSONObject()
      object["containerPort"] = 80
      object["hostPort"] = port
      object["hostIP"] = address
      return ["containers": [["name": "c", "ports": [.object(object)]]]]
    }
    let message =
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."
    let other = podObject("q", node: "n", spec: ports(8080, "10.0.0.1"))
    #expect(outcome([nodeObject("n")], [other, podObject("p", spec: ports(8080))]) == message)
    #expect(outcome([nodeObject("n")], [other, podObject("p", spec: ports(8081))]) == "n")
    #expect(
      outcome([nodeObject("n")], [other, podObject("p", spec: ports(8080, "10.0.0.2"))]) == "n")
  }

  @Test func `ended pods take nothing, those on their way out still do`() {
    let ended = podObject("q", node: "n", requests: ["cpu": "1"], status: ["phase": "Succeeded"])
    let leaving = podObject(
      "q", node: "n", requests: ["cpu": "1"], meta: ["deletionTimestamp": "2023-11-14T22:13:20Z"])
    let pod = podObject("p", requests: ["cpu": "1"])
    #expect(outcome([nodeObject("n", cpu: "1")], [ended, pod]) == "n")
    #expect(
      outcome([nodeObject("n", cpu: "1")], [leaving, pod])
        == "0/1 nodes are available: 1 Insufficient cpu.")
  }

  // MARK: - Requests

  private func demands(_ spec: JSONValue) -> PodDemands { PodDemands(spec) }

  /// Kubernetes' documentation of sidecars: the higher of the highest init request and the sum of
  /// what runs on, plus overhead.
  @Test func `init containers, sidecars and overhead are summed as Kubernetes does`() {
    func container(_ cpu: String, always: Bool = false) -> JSONValue {
      var object = JSONObject()
      object["resources"] = ["requests": ["cpu": .string(cpu)]]
      if always { object["restartPolicy"] = "Always" }
      return .object(object)
    }
    let containers: JSONValue = .array([container("200m"), container("300m")])
    #expect(demands(["containers": containers]).requests.cpuMilli == 500)
    // One after the other: only the largest counts, and only above the sum.
    #expect(
      demands(["containers": containers, "initContainers": [container("400m"), container("100m")]])
        .requests.cpuMilli == 500)
    #expect(
      demands(["containers": containers, "initContainers": [container("900m")]])
        .requests.cpuMilli == 900)
    // A sidecar runs beside the containers, and beside the init containers after it.
    #expect(
      demands([
        "containers": containers,
        "initContainers": [container("100m", always: true), container("600m")],
      ]).requests.cpuMilli == 700)
    #expect(
      demands([
        "containers": containers,
        "initContainers": [container("600m"), container("150m", always: true)],
      ]).requests.cpuMilli == 650)
    #expect(
      demands(["containers": containers, "overhead": ["cpu": "25m"]]).requests.cpuMilli == 525)
  }

  @Test func `nonsense asks for nothing, and too much fits nowhere`() {
    #expect(demands(["containers": "x", "tolerations": 3, "nodeSelector": [1]]) == .none)
    let huge = demands([
      "containers": [
        ["resources": ["requests": ["memory": "9223372036854775807", "cpu": "-1", "x": "y"]]],
        ["resources": ["requests": ["memory": "9223372036854775807"]]],
      ]
    ])
    #expect(huge.requests.memoryBytes == .max && huge.requests.cpuMilli == 0)
    #expect(huge.requests.others.isEmpty)
    let pod = podObject("p", requests: ["memory": "9223372036854775807"])
    #expect(outcome([nodeObject("n")], [pod]) == "0/1 nodes are available: 1 Insufficient memory.")
  }

  // MARK: - Scores

  @Test func `the emptier node is better`() {
    let full = podObject("q", node: "n1", requests: ["cpu": "3", "memory": "6Gi"])
    #expect(outcome([nodeObject("n1"), nodeObject("n2")], [full, podObject("p")]) == "n2")
  }

  @Test func `processor and memory are taken to like shares`() {
    // Both are as full on the whole: a pod that asks for processor alone evens out the second one.
    let one = podObject("q1", node: "n1", requests: ["cpu": "2", "memory": "0"])
    let two = podObject("q2", node: "n2", requests: ["cpu": "0", "memory": "4Gi"])
    let pod = podObject("p", requests: ["cpu": "1", "memory": "0"])
    #expect(outcome([nodeObject("n1"), nodeObject("n2")], [one, two, pod]) == "n2")
  }

  @Test func `pods of one owner spread over the nodes`() {
    var story = NodeStory([scheduler])
    for index in 0..<5 { story.put(nodeObject("n\(index)")) }
    let owner: JSONValue = [
      "ownerReferences": [
        [
          "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "rs",
          "controller": true,
        ]
      ]
    ]
    for index in 0..<10 { story.put(podObject("p\(index)", meta: owner)) }
    story.settle()
    let counts = (0..<5).map { story.view.pods(onNode: "n\($0)").count }
    #expect(counts == [2, 2, 2, 2, 2])
  }

  @Test func `preferences weigh, and taints to be avoided weigh more`() {
    let ssd: JSONValue = ["disk": "ssd"]
    let preference: JSONValue = [
      "affinity": [
        "nodeAffinity": [
          "preferredDuringSchedulingIgnoredDuringExecution": [
            [
              "weight": 10,
              "preference": [
                "matchExpressions": [["key": "disk", "operator": "In", "values": ["ssd"]]]
              ],
            ]
          ]
        ]
      ]
    ]
    let avoid: JSONValue = ["taints": [["key": "k", "effect": "PreferNoSchedule"]]]
    let pod = podObject("p", spec: preference)
    #expect(outcome([nodeObject("n1"), nodeObject("n2", labels: ssd)], [pod]) == "n2")
    #expect(outcome([nodeObject("n1"), nodeObject("n2", labels: ssd, spec: avoid)], [pod]) == "n1")
  }

  // MARK: - Why a pod waits

  private static let annotation = "keelson.dev/scheduling-verdicts"

  @Test func `a pod that fits nowhere is told once, with every node's verdict`() throws {
    var story = NodeStory([scheduler])
    story.put(nodeObject("n1", cpu: "1"))
    story.put(nodeObject("n2", spec: ["unschedulable": true]))
    try story.create(podObject("p", requests: ["cpu": "2"]))
    story.settle()
    let pod = try #require(story.pod("p"))
    let condition = try #require(pod.condition("PodScheduled"))
    let message =
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable."
    #expect(condition["status"] == "False" && condition["reason"] == "Unschedulable")
    #expect(condition["message"] == .string(message))
    #expect(story.events == ["FailedScheduling"])
    let kept = try JSONValue(parsing: Bytes(try #require(pod.meta.annotations[Self.annotation])))
    #expect(
      kept["nodes"] == [
        "n1": "NodeResourcesFit: Insufficient cpu",
        "n2": "NodeUnschedulable: node(s) were unschedulable",
      ])
    #expect(story.plan(scheduler, .everything).steps.isEmpty)
  }

  @Test func `verdicts that change are written at most every ten seconds`() throws {
    var story = NodeStory([scheduler])
    story.put(nodeObject("n1", cpu: "1"))
    try story.create(podObject("p", requests: ["cpu": "2"]))
    story.settle()
    let first = try #require(story.pod("p")?.modRevision)
    story.put(nodeObject("n2", cpu: "1"))
    story.settle()
    #expect(story.pod("p")?.modRevision == first)
    #expect(story.lookAgain == .seconds(10))
    story.advance(.seconds(10))
    story.lookAtAll()
    story.settle()
    #expect(
      story.pod("p")?.condition("PodScheduled")?["message"]
        == "0/2 nodes are available: 2 Insufficient cpu.")
    #expect(story.events == ["FailedScheduling"])
  }

  @Test func `many nodes are named up to a bound`() throws {
    var story = NodeStory([scheduler])
    for index in 0..<60 { story.put(nodeObject("n\(index)", cpu: "1")) }
    try story.create(podObject("p", requests: ["cpu": "2"]))
    story.settle()
    let text = try #require(story.pod("p")?.meta.annotations[Self.annotation])
    let kept = try JSONValue(parsing: Bytes(text))
    #expect(kept["nodes"]?.object?.count == 50 && kept["more"] == 10)
  }

  @Test func `a node that frees or appears lets a waiting pod go on`() throws {
    var story = NodeStory([scheduler])
    story.put(nodeObject("n1", cpu: "1"))
    story.put(podObject("q", node: "n1", requests: ["cpu": "1"]))
    try story.create(podObject("p", requests: ["cpu": "1"]))
    story.settle()
    #expect(story.pod("p")?.pod?.node == "")
    story.remove(.object(ObjectKey(.pod, namespace: "default", name: "q")))
    story.settle()
    #expect(story.pod("p")?.pod?.node == "n1")
  }

  // MARK: - Speed

  @Test func `a thousand pods over a hundred nodes are planned at once`() {
    var story = NodeStory()
    for index in 0..<100 { story.put(nodeObject("n\(index)")) }
    let owner: JSONValue = [
      "ownerReferences": [["kind": "ReplicaSet", "name": "web", "uid": "rs", "controller": true]]
    ]
    for index in 0..<1000 {
      story.put(podObject("p\(index)", requests: ["cpu": "100m", "memory": "64Mi"], meta: owner))
    }
    let clock = ContinuousClock()
    var plan = Plan.nothing
    let time = clock.measure { plan = story.plan(scheduler, .everything) }
    #expect(plan.steps.count == 1000)
    var counts: [String: Int] = [:]
    for step in plan.steps {
      if case .bind(_, let node) = step.intents[0] { counts[node, default: 0] += 1 }
    }
    #expect(counts.count == 100 && counts.values.allSatisfy { $0 == 10 })
    // Milliseconds in release; the bound is for a debug build on a busy machine.
    #expect(time < .seconds(10))
  }

  @Test func `a hundred pods that fit nowhere are told once`() throws {
    var story = NodeStory([scheduler])
    for index in 0..<100 { story.put(nodeObject("n\(index)", cpu: "1")) }
    for index in 0..<100 {
      try story.create(podObject("p\(index)", requests: ["cpu": "2"]))
    }
    story.settle()
    #expect(story.committed.count == 200)
    #expect(story.plan(scheduler, .everything).steps.isEmpty)
  }
}
