import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

@Suite struct `Nodes that come, fall silent and go` {
  /// A cluster of nodes that speak.
  private func story(_ nodes: [String], seed: UInt64 = 1) -> NodeStory {
    var story = NodeStory([NodeLifecycle(), PodStatusReconciler(), Dispatcher()], seed: seed)
    for node in nodes { story.speak(node) }
    story.settle()
    return story
  }

  /// A ready pod on a node, as all reconcilers see it.
  private func run(_ pod: String, on node: String, _ spec: JSONValue, in story: inout NodeStory) {
    story.put(podObject(pod, node: node, spec: spec))
    story.settle()
    story.put(
      .actualPod(node: node, uid: "uid-\(pod)"), podReport("Running", ready: "True", running: true))
    story.settle()
  }

  private func tolerating(_ seconds: JSONValue?) -> JSONValue {
    var object = JSONObject()
    object["key"] = "node.kubernetes.io/unreachable"
    object["operator"] = "Exists"
    object["effect"] = "NoExecute"
    object["tolerationSeconds"] = seconds
    return ["tolerations": [.object(object)]]
  }

  private func taints(_ story: NodeStory, _ node: String) -> [String] {
    (story.node(node)?.node?.taints ?? []).map { "\($0.key):\($0.effect.rawValue)" }
  }

  // MARK: - Coming

  @Test func `a node that reports becomes a Node`() throws {
    let story = story(["n1"])
    let node = try #require(story.node("n1"))
    #expect(
      node.meta.labels == [
        "kubernetes.io/hostname": "n1", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
      ])
    #expect(node.node?.isReady == true && node.node?.podsMax == 110)
    #expect(node.node?.allocatable.cpuMilli == 4000)
    #expect(node.condition("Ready")?["reason"] == "KubeletReady")
    #expect(node.condition("Ready")?["message"] == "kubelet is posting ready status")
    #expect(node.condition("MemoryPressure")?["reason"] == "KubeletHasSufficientMemory")
    #expect(taints(story, "n1").isEmpty)
    #expect(story.rejections.isEmpty)
  }

  @Test func `a heartbeat without a report is no node, nor is a report of one that is silent`() {
    var story = NodeStory([NodeLifecycle()])
    story.put(.heartbeat("n1"), [:])
    story.settle()
    #expect(story.node("n1") == nil)
    story.remove(.heartbeat("n1"))
    story.put(.actualNode("n1"), nodeReport())
    story.settle()
    #expect(story.node("n1") == nil)
  }

  @Test func `nothing changes, nothing is written`() {
    var story = story(["n1", "n2"])
    story.advance(.seconds(3600))
    story.lookAtAll()
    story.settle()
    #expect(story.committed.isEmpty)
  }

  @Test func `a report that changes changes the Node`() {
    var story = story(["n1"])
    story.put(.actualNode("n1"), nodeReport(cpu: "8"))
    story.settle()
    #expect(story.node("n1")?.node?.allocatable.cpuMilli == 8000)
    #expect(story.committed.count == 1)
  }

  @Test func `what users write on a Node stays`() throws {
    var story = story(["n1"])
    var node = JSONValue.object(try #require(story.node("n1")).json)
    node = node.replacing(
      "spec", ["taints": [["key": "mine", "value": "x", "effect": "NoSchedule"]], "podCIDR": "c"])
    story.put(node)
    story.settle()
    story.remove(.heartbeat("n1"))
    story.put(.heartbeat("n1"), [:])
    story.settle()
    #expect(taints(story, "n1") == ["mine:NoSchedule"])
    #expect(story.node("n1")?.json["spec"]?["podCIDR"] == "c")
  }

  // MARK: - Conditions and taints

  @Test func `a node that says it is not ready is tainted not-ready`() {
    var story = story(["n1", "n2", "n3"])
    story.put(.actualNode("n1"), nodeReport(ready: "False"))
    story.settle()
    #expect(
      taints(story, "n1") == [
        "node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute",
      ])
    #expect(story.events == ["NodeNotReady"])
    story.put(.actualNode("n1"), nodeReport())
    story.settle()
    #expect(taints(story, "n1").isEmpty)
    #expect(story.events == ["NodeReady"])
  }

  @Test func `pressure and cordons are taints too`() throws {
    var story = story(["n1"])
    var report = nodeReport()
    report = report.replacing(
      "status",
      [
        "conditions": [
          ["type": "Ready", "status": "True"], ["type": "DiskPressure", "status": "True"],
        ]
      ])
    story.put(.actualNode("n1"), report)
    story.settle()
    #expect(taints(story, "n1") == ["node.kubernetes.io/disk-pressure:NoSchedule"])
    #expect(story.node("n1")?.condition("DiskPressure")?["reason"] == "KubeletHasDiskPressure")
    var node = try #require(story.node("n1")).json
    var spec = try #require(node["spec"]?.object)
    spec["unschedulable"] = true
    node["spec"] = .object(spec)
    story.put(.object(node))
    story.settle()
    #expect(
      taints(story, "n1") == [
        "node.kubernetes.io/disk-pressure:NoSchedule",
        "node.kubernetes.io/unschedulable:NoSchedule",
      ])
  }

  // MARK: - Silence

  @Test func `a silent node is Unknown, unreachable, and its pods are not ready`() throws {
    var story = story(["n1", "n2", "n3"])
    run("p", on: "n1", tolerating(300), in: &story)
    #expect(story.pod("p")?.pod?.isReady == true)
    story.remove(.heartbeat("n1"))
    story.settle()
    let node = try #require(story.node("n1"))
    #expect(node.condition("Ready")?["status"] == "Unknown")
    #expect(node.condition("Ready")?["reason"] == "NodeStatusUnknown")
    #expect(node.condition("Ready")?["message"] == "Kubelet stopped posting node status.")
    #expect(node.condition("DiskPressure")?["status"] == "Unknown")
    #expect(
      taints(story, "n1") == [
        "node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute",
      ])
    #expect(node.node?.taints.last?.timeAdded == story.now)
    #expect(story.pod("p")?.pod?.isReady == false)
    #expect(story.events == ["NodeNotReady", "NodeNotReady"])
    #expect(story.lookAgain == .seconds(300))
  }

  @Test func `its pods leave after their toleration, and not before`() {
    var story = story(["n1", "n2", "n3"])
    run("p", on: "n1", tolerating(60), in: &story)
    run("forever", on: "n1", tolerating(nil), in: &story)
    run("elsewhere", on: "n2", tolerating(60), in: &story)
    story.remove(.heartbeat("n1"))
    story.settle()
    story.advance(.milliseconds(59_999))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == false)
    #expect(story.lookAgain == .milliseconds(1))
    story.advance(.milliseconds(1))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == true)
    #expect(story.events == ["TaintManagerEviction"])
    story.advance(.seconds(100_000))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("forever")?.meta.isBeingDeleted == false)
    #expect(story.pod("elsewhere")?.meta.isBeingDeleted == false)
  }

  @Test func `a time that is written in whole seconds makes nobody leave early`() throws {
    var story = story(["n1", "n2", "n3"])
    run("p", on: "n1", tolerating(60), in: &story)
    story.advance(.milliseconds(700))
    story.remove(.heartbeat("n1"))
    story.settle()
    #expect(story.lookAgain == .milliseconds(60_300))
    story.advance(.milliseconds(60_299))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == false)
  }

  @Test func `a pod that tolerates nothing leaves at once`() {
    var story = story(["n1", "n2", "n3"])
    run("p", on: "n1", [:], in: &story)
    story.remove(.heartbeat("n1"))
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == true)
  }

  @Test func `a node that was only slow keeps its pods`() throws {
    var story = story(["n1", "n2", "n3"])
    run("p", on: "n1", tolerating(60), in: &story)
    story.remove(.heartbeat("n1"))
    story.settle()
    story.advance(.seconds(50))
    story.put(.heartbeat("n1"), [:])
    story.settle()
    #expect(taints(story, "n1").isEmpty)
    #expect(story.node("n1")?.node?.isReady == true && story.pod("p")?.pod?.isReady == true)
    // Silent again: the time begins anew.
    story.remove(.heartbeat("n1"))
    story.settle()
    story.advance(.seconds(50))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == false)
  }

  @Test func `a node that comes back before the eviction is stored keeps its pods`() throws {
    var story = story(["n1", "n2", "n3"])
    run("p", on: "n1", tolerating(60), in: &story)
    story.remove(.heartbeat("n1"))
    story.settle()
    story.advance(.seconds(60))
    let plan = story.plan(NodeLifecycle(), .object(NodeLifecycle.key(of: "n1")))
    #expect(plan.steps.count == 1)
    story.put(.heartbeat("n1"), [:])
    #expect(throws: ClusterView.Refusal.self) { try story.apply(plan.steps[0]) }
  }

  @Test func `a pod that came to a tainted node has its own time`() throws {
    var story = story(["n1", "n2", "n3"])
    story.remove(.heartbeat("n1"))
    story.settle()
    story.advance(.seconds(100))
    let status: JSONValue = [
      "phase": "Pending",
      "conditions": [
        [
          "type": "PodScheduled", "status": "True",
          "lastTransitionTime": .string(story.now.rfc3339),
        ]
      ],
    ]
    story.put(podObject("p", node: "n1", spec: tolerating(60), status: status))
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == false)
    #expect(story.lookAgain == .seconds(60))
  }

  @Test func `tolerations of ages do not trap`() {
    var story = story(["n1", "n2", "n3"])
    run("p", on: "n1", tolerating(9_223_372_036_854_775_807), in: &story)
    run("q", on: "n1", tolerating(-9_223_372_036_854_775_807), in: &story)
    story.remove(.heartbeat("n1"))
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == false)
    #expect(story.lookAgain == .seconds(86_400))
    #expect(story.pod("q")?.meta.isBeingDeleted == true)
  }

  @Test func `a user's NoExecute taint counts from when it was seen`() throws {
    var story = story(["n1"])
    run(
      "p", on: "n1", ["tolerations": [["key": "k", "operator": "Exists", "tolerationSeconds": 5]]],
      in: &story)
    var node = try #require(story.node("n1")).json
    node["spec"] = ["taints": [["key": "k", "effect": "NoExecute"]]]
    story.put(.object(node))
    story.settle()
    #expect(story.node("n1")?.node?.taints.first?.timeAdded == story.now)
    #expect(story.lookAgain == .seconds(5))
    story.advance(.seconds(5))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == true)
  }

  // MARK: - Many at once

  /// How many of `p1`, `p2`... are on their way out.
  private func left(_ story: NodeStory, _ count: Int) -> Int {
    var left = 0
    for index in 1...count where story.pod("p\(index)")?.meta.isBeingDeleted == true { left += 1 }
    return left
  }

  @Test func `with more than 55 percent silent nobody is evicted, until fewer are`() {
    let nodes = (1...20).map { "n\($0)" }
    var story = story(nodes)
    for index in 1...12 { run("p\(index)", on: "n\(index)", tolerating(30), in: &story) }
    for index in 1...12 { story.remove(.heartbeat("n\(index)")) }
    story.settle()
    #expect(taints(story, "n1") == ["node.kubernetes.io/unreachable:NoSchedule"])
    story.advance(.seconds(3600))
    story.lookAtAll()
    story.settle()
    #expect(left(story, 12) == 0)
    // Eleven of twenty are 55 percent, and no more.
    story.put(.heartbeat("n12"), [:])
    story.settle()
    #expect(taints(story, "n1").last == "node.kubernetes.io/unreachable:NoExecute")
    #expect(left(story, 12) == 0 && story.lookAgain == .seconds(30))
    story.advance(.seconds(30))
    story.lookAtAll()
    story.settle()
    #expect(left(story, 12) == 11)
    #expect(story.pod("p12")?.meta.isBeingDeleted == false)
  }

  // MARK: - Going

  @Test func `a Node deleted while its agent speaks comes back`() {
    var story = story(["n1"])
    story.remove(.object(NodeLifecycle.key(of: "n1")))
    story.settle()
    #expect(story.node("n1")?.node?.isReady == true)
  }

  @Test func `a silent Node that is deleted leaves nothing behind`() throws {
    var story = NodeStory([NodeLifecycle(), PodStatusReconciler(), Dispatcher(), PodGarbage()])
    for node in ["n1", "n2", "n3"] { story.speak(node) }
    story.settle()
    run("p", on: "n1", tolerating(nil), in: &story)
    story.remove(.heartbeat("n1"))
    story.settle()
    story.remove(.object(NodeLifecycle.key(of: "n1")))
    story.settle()
    #expect(story.view[.actualNode("n1")] == nil && story.pod("p") != nil)
    #expect(story.lookAgain == .seconds(40))
    story.advance(.seconds(40))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p") == nil)
    #expect(story.view.entries(ofNode: "n1").isEmpty)
  }

  /// Whatever the order of planning, the cluster comes to the same rest.
  @Test(arguments: 1...8) func `any order of planning ends alike`(_ seed: Int) throws {
    var story = story(["n1", "n2", "n3", "n4"], seed: UInt64(seed))
    for index in 1...4 { run("p\(index)", on: "n\(index)", tolerating(10), in: &story) }
    story.remove(.heartbeat("n1"))
    story.put(.actualNode("n2"), nodeReport(ready: "False"))
    story.settle()
    story.advance(.seconds(10))
    story.lookAtAll()
    story.settle()
    #expect((1...4).map { story.pod("p\($0)")?.meta.isBeingDeleted } == [true, true, false, false])
    #expect((1...4).map { story.node("n\($0)")?.node?.isReady } == [false, false, true, true])
    story.put(.heartbeat("n1"), [:])
    story.put(.actualNode("n2"), nodeReport())
    story.settle()
    #expect((1...4).allSatisfy { story.node("n\($0)")?.node?.taints.isEmpty == true })
    story.lookAtAll()
    story.settle()
    #expect(story.committed.isEmpty && story.rejections.isEmpty)
  }
}
