import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

@Suite struct `What nodes say of pods` {
  private let desired = StoreKey.desiredPod(node: "n1", uid: "uid-p")
  private let actual = StoreKey.actualPod(node: "n1", uid: "uid-p")

  /// A pod that its node was told of.
  private func story(_ pod: JSONValue = podObject("p", node: "n1")) -> NodeStory {
    var story = NodeStory([Dispatcher(), PodStatusReconciler()])
    story.speak("n1")
    story.put(pod)
    story.settle()
    return story
  }

  @Test func `a report becomes the pod's status; what others decide stays`() throws {
    var story = story(
      podObject(
        "p", node: "n1",
        status: [
          "phase": "Pending", "qosClass": "Burstable",
          "conditions": [["type": "PodScheduled", "status": "True"]],
        ]))
    story.put(
      actual, podReport("Running", ready: "True", running: true, more: ["podIP": "10.1.0.5"]))
    story.settle()
    let pod = try #require(story.pod("p"))
    #expect(pod.pod?.phase == .running && pod.pod?.isReady == true)
    let status = try #require(pod.json["status"])
    #expect(status["qosClass"] == "Burstable" && status["podIP"] == "10.1.0.5")
    #expect(status["podIPs"] == [["ip": "10.1.0.5"]])
    #expect(status["startTime"] == "2023-11-14T22:13:09Z")
    #expect(status["containerStatuses"]?[0]?["name"] == "c")
    #expect(
      status["conditions"]?.array?.compactMap { $0["type"]?.string } == [
        "PodScheduled", "Initialized", "Ready", "ContainersReady",
      ])
    #expect(pod.condition("Ready")?["lastTransitionTime"] == "2023-11-14T22:13:11Z")
    #expect(story.committed.count == 1)
  }

  @Test func `a node decides no condition but its own`() throws {
    var story = story()
    let conditions: JSONValue = [
      "conditions": [
        ["type": "Ready", "status": "True"], ["type": "PodScheduled", "status": "False"],
        ["type": "example.com/mine", "status": "True"],
      ]
    ]
    story.put(actual, podReport("Running", running: true, more: conditions))
    story.settle()
    let pod = try #require(story.pod("p"))
    #expect(pod.pod?.isReady == true)
    #expect(pod.condition("PodScheduled") == nil && pod.condition("example.com/mine") == nil)
  }

  @Test func `the same report twice writes once`() {
    var story = story()
    story.put(actual, podReport("Running", ready: "True", running: true))
    story.settle()
    story.put(actual, podReport("Running", ready: "True", revision: 9, running: true))
    story.settle()
    #expect(story.committed.isEmpty)
  }

  @Test func `a report of another node or another pod counts for nothing`() {
    var story = story()
    story.put(.actualPod(node: "n2", uid: "uid-p"), podReport("Running", running: true))
    story.put(.actualPod(node: "n1", uid: "uid-q"), podReport("Running", running: true))
    story.settle()
    #expect(story.pod("p")?.pod?.phase == .pending)
  }

  @Test func `a pod that its node is not to run any more takes no report`() {
    var story = NodeStory([PodStatusReconciler()])
    story.speak("n1")
    story.put(podObject("p", node: "n1"))
    story.put(actual, podReport("Running", running: true))
    story.settle()
    #expect(story.committed.isEmpty)
  }

  @Test(arguments: [("Succeeded", "Running"), ("Failed", "Pending"), ("Failed", "Succeeded")])
  func `an ended pod stays ended`(_ before: String, _ reported: String) {
    var story = story()
    story.put(podObject("p", node: "n1", status: ["phase": .string(before)]))
    story.put(actual, podReport(reported, running: true))
    story.settle()
    #expect(story.pod("p")?.json["status"]?["phase"] == .string(before))
  }

  @Test func `why a pod ended stays, what held it up does not`() {
    var story = story()
    story.put(podObject("p", node: "n1", status: ["phase": "Failed", "reason": "Evicted"]))
    story.put(actual, podReport("Failed"))
    story.settle()
    #expect(story.pod("p")?.json["status"]?["reason"] == "Evicted")
    story.put(podObject("p", node: "n1", status: ["phase": "Pending", "reason": "Waiting"]))
    story.put(actual, podReport("Running", running: true))
    story.settle()
    #expect(story.pod("p")?.json["status"]?["reason"] == nil)
  }

  @Test func `readiness gates hold Ready back, and nothing else`() throws {
    var story = story(
      podObject(
        "p", node: "n1",
        spec: ["readinessGates": [["conditionType": "a"], ["conditionType": "b"]]],
        status: ["phase": "Pending", "conditions": [["type": "b", "status": "False"]]]))
    story.put(actual, podReport("Running", ready: "True", running: true))
    story.settle()
    let held = try #require(story.pod("p"))
    #expect(held.pod?.isReady == false)
    #expect(held.condition("ContainersReady")?["status"] == "True")
    #expect(held.condition("Ready")?["reason"] == "ReadinessGatesNotReady")
    #expect(
      held.condition("Ready")?["message"]
        == .string(
          "corresponding condition of pod readiness gate \"a\" does not exist., "
            + "the status of pod readiness gate \"b\" is not \"True\", but False"))
    var open = JSONValue.object(held.json)
    var status = try #require(open["status"]?.object)
    status["conditions"] = .array(
      (status["conditions"]?.array ?? []).filter { $0["type"] != "b" } + [
        ["type": "a", "status": "True"], ["type": "b", "status": "True"],
      ])
    open = .object(held.json).replacing("status", .object(status))
    story.put(open)
    story.advance(.seconds(60))
    story.settle()
    #expect(story.pod("p")?.pod?.isReady == true)
    #expect(story.pod("p")?.condition("Ready")?["reason"] == nil)
  }

  @Test func `a silent node vouches for no pod's readiness, but for its end`() {
    var story = story()
    story.remove(.heartbeat("n1"))
    story.put(actual, podReport("Running", ready: "True", running: true))
    story.settle()
    #expect(story.pod("p")?.pod?.phase == .running && story.pod("p")?.pod?.isReady == false)
    story.put(.heartbeat("n1"), [:])
    story.settle()
    #expect(story.pod("p")?.pod?.isReady == true)
    story.remove(.heartbeat("n1"))
    story.put(actual, podReport("Succeeded"))
    story.settle()
    #expect(story.pod("p")?.pod?.phase == .succeeded)
  }

  // MARK: - What is told

  /// The only container waits.
  private func waiting(_ reason: String, _ message: String = "") -> JSONValue {
    let state: JSONValue = ["waiting": ["reason": .string(reason), "message": .string(message)]]
    return [
      "containerStatuses": [
        ["name": "c", "restartCount": 1, "state": state]
      ]
    ]
  }

  @Test func `a crash loop is told of once, and again when it comes back`() throws {
    var story = story()
    story.put(actual, podReport("Running", more: waiting("ContainerCreating")))
    story.settle()
    #expect(story.events == [])
    story.put(actual, podReport("Running", more: waiting("CrashLoopBackOff", "back-off 10s")))
    story.settle()
    let note = try #require(story.committed.compactMap(\.event).first)
    #expect(note.type == .warning && note.reason == "BackOff")
    #expect(note.message == "Back-off restarting failed container c in pod p_default(uid-p)")
    story.put(actual, podReport("Running", more: waiting("CrashLoopBackOff", "back-off 20s")))
    story.settle()
    #expect(story.committed.count == 1 && story.events == [])
    story.put(actual, podReport("Running", running: true))
    story.settle()
    #expect(story.events == [])
    story.put(actual, podReport("Running", more: waiting("CrashLoopBackOff", "back-off 40s")))
    story.settle()
    #expect(story.events == ["BackOff"])
  }

  @Test func `a container that cannot be made is told of with the reason`() throws {
    var story = story()
    story.put(
      actual,
      podReport(
        "Pending",
        more: ["reason": "CreateContainerConfigError", "message": "spec.c is missing"]))
    story.settle()
    let note = try #require(story.committed.compactMap(\.event).first)
    #expect(note.reason == "Failed" && note.message == "Error: spec.c is missing")
    story.put(actual, podReport("Pending", more: waiting("RunContainerError", "no such file")))
    story.settle()
    #expect(story.committed.compactMap(\.event?.message) == ["Error: no such file"])
  }

  /// Containers of one report, how the pod's status told of them before, and what is told in turn.
  struct Troubles: Sendable, CustomTestStringConvertible {
    let name: String
    var before: [String: String] = [:]
    let reported: [(name: String, reason: String)]
    var pod: JSONValue = [:]
    /// The events, and the reasons that the pod's status has when each is recorded.
    let told: [(event: String, reasons: [String])]

    var testDescription: String { name }
  }

  private static let loops = "CrashLoopBackOff"

  static let troubles = [
    Troubles(
      name: "one container", reported: [("a", loops)],
      told: [("a in pod p_default(uid-p)", [loops])]),
    Troubles(
      name: "two that were not told of before", reported: [("a", loops), ("b", loops)],
      told: [
        ("a in pod p_default(uid-p)", [loops, "ContainerCreating"]),
        ("b in pod p_default(uid-p)", [loops, loops]),
      ]),
    Troubles(
      name: "two that were created before", before: ["a": "PodInitializing", "b": "Stopped"],
      reported: [("a", "RunContainerError"), ("b", loops)],
      told: [
        ("Error: a RunContainerError", ["RunContainerError", "Stopped"]),
        ("b in pod p_default(uid-p)", ["RunContainerError", loops]),
      ]),
    Troubles(
      name: "three, of which one is well", before: ["b": loops],
      reported: [("a", "ErrImagePull"), ("b", "ContainerCreating"), ("c", "ErrImagePull")],
      told: [
        ("Error: a ErrImagePull", ["ErrImagePull", "ContainerCreating", "ContainerCreating"]),
        ("Error: c ErrImagePull", ["ErrImagePull", "ContainerCreating", "ErrImagePull"]),
      ]),
    Troubles(
      name: "one that is told of already", before: ["a": loops],
      reported: [("a", loops), ("b", loops)],
      told: [("b in pod p_default(uid-p)", [loops, loops])]),
    Troubles(
      name: "the pod and a container", reported: [("a", "ErrImagePull")],
      pod: ["reason": "CreateContainerConfigError", "message": "spec.c is missing"],
      told: [
        ("Error: spec.c is missing", ["ContainerCreating"]),
        ("Error: a ErrImagePull", ["ErrImagePull"]),
      ]),
  ]

  /// The kubelet tells of each; a Txn records one event.
  @Test(arguments: troubles)
  func `each container that fails is told of`(_ troubles: Troubles) throws {
    func report(_ containers: [(name: String, reason: String)], _ more: JSONValue) -> JSONValue {
      let statuses = containers.map { name, reason -> JSONValue in
        let waiting: JSONValue = [
          "reason": .string(reason), "message": .string("\(name) \(reason)"),
        ]
        return ["name": .string(name), "restartCount": 1, "state": ["waiting": waiting]]
      }
      var all = more.object ?? JSONObject()
      all["containerStatuses"] = .array(statuses)
      return podReport("Pending", more: .object(all))
    }
    var story = story()
    if !troubles.before.isEmpty {
      let before = troubles.before.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      story.put(actual, report(before, [:]))
      story.settle()
    }
    story.put(actual, report(troubles.reported, troubles.pod))
    story.settle()
    let steps = story.committed
    #expect(steps.count == troubles.told.count)
    for (step, expected) in zip(steps, troubles.told) {
      #expect(step.event?.message.hasSuffix(expected.event) == true, "\(step)")
      guard case .updateStatus(_, let wanted)? = step.intents.first else {
        Issue.record("not a status: \(step)")
        continue
      }
      let containers = wanted["status"]?["containerStatuses"]?.array ?? []
      #expect(
        containers.map { $0["state"]?["waiting"]?["reason"]?.string } == expected.reasons)
    }
    let final = report(troubles.reported, [:])["status"]?["containerStatuses"]
    #expect(story.pod("p")?.json["status"]?["containerStatuses"] == final)
  }

  // MARK: - The way out

  /// A pod whose deletion its node was told of.
  private func deleted(finalizers: JSONValue = []) throws -> NodeStory {
    var story = story(podObject("p", node: "n1", meta: ["finalizers": finalizers]))
    story.put(actual, podReport("Running", ready: "True", running: true))
    story.settle()
    try story.user(.delete(try #require(story.pod("p")), DeleteOptions()))
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == true)
    return story
  }

  @Test func `a deleted pod goes when its node has stopped it`() throws {
    var story = try deleted()
    let told = try #require(story.view[desired]).modRevision
    story.put(actual, podReport("Running", revision: told, running: true))
    story.settle()
    #expect(story.pod("p") != nil)
    story.put(actual, podReport("Succeeded", revision: told))
    story.settle()
    #expect(story.pod("p") == nil)
    #expect(story.view[desired] == nil)
  }

  @Test func `an end from before the deletion was heard is not its end`() throws {
    var story = try deleted()
    let told = try #require(story.view[desired]).modRevision
    story.put(actual, podReport("Succeeded", revision: told - 1))
    story.settle()
    #expect(story.pod("p") != nil)
  }

  @Test func `a container that still runs keeps the pod`() throws {
    var story = try deleted()
    let told = try #require(story.view[desired]).modRevision
    story.put(actual, podReport("Failed", revision: told, running: true))
    story.settle()
    #expect(story.pod("p") != nil)
  }

  @Test func `finalizers keep a stopped pod; the last one takes it along`() throws {
    var story = try deleted(finalizers: ["example.com/hold"])
    let told = try #require(story.view[desired]).modRevision
    story.put(actual, podReport("Succeeded", revision: told))
    story.settle()
    let held = try #require(story.pod("p"))
    #expect(held.pod?.phase == .succeeded)
    var meta = try #require(held.json["metadata"]?.object)
    meta["finalizers"] = nil
    story.put(JSONValue.object(held.json).replacing("metadata", .object(meta)))
    story.settle()
    #expect(story.pod("p") == nil)
  }

  @Test func `a running pod that nobody deleted stays when it ends`() {
    var story = story()
    let told = story.view[desired]?.modRevision ?? 0
    story.put(actual, podReport("Succeeded", revision: told))
    story.settle()
    #expect(story.pod("p")?.pod?.phase == .succeeded)
  }

  @Test func `every write compares the report and the heartbeat`() throws {
    var story = NodeStory()
    story.speak("n1")
    story.put(podObject("p", node: "n1"))
    story.put(desired, [:])
    story.put(actual, podReport("Running", running: true))
    let step = try #require(story.plan(PodStatusReconciler(), .key(actual)).steps.first)
    let report = try #require(story.view[actual])
    let heartbeat = try #require(story.view[.heartbeat("n1")])
    #expect(step.guards == [.unchanged(report), .unchanged(heartbeat)])
    story.remove(.heartbeat("n1"))
    #expect(throws: ClusterView.Refusal.self) { try story.apply(step) }
  }
}

extension JSONValue {
  /// An object with one member replaced.
  func replacing(_ name: String, _ value: JSONValue?) -> JSONValue {
    var members = object ?? JSONObject()
    members[name] = value
    return .object(members)
  }
}
