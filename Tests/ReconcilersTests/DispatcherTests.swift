import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

@Suite struct `What nodes are told` {
  private let dispatcher = Dispatcher()
  private let place = StoreKey.desiredPod(node: "n1", uid: "uid-p")
  private let podKey = ObjectKey(.pod, namespace: "default", name: "p")

  @Test func `a bound pod is told to its node, guarded by the pod as it was read`() throws {
    var story = NodeStory()
    story.put(podObject("p", node: "n1"))
    let pod = try #require(story.pod("p"))
    let plan = story.plan(dispatcher, .key(place))
    #expect(plan.steps.map(\.guards) == [[.unchanged(pod)]])
    try story.apply(plan.steps[0])
    let desired = try #require(story.view[place])
    #expect(desired.json["spec"] == pod.json["spec"])
    #expect(desired.meta.uid == "uid-p" && desired.meta.name == "p")
    #expect(desired.json["status"] == nil)
    #expect(story.plan(dispatcher, .key(place)) == .nothing)
  }

  @Test func `only what the node needs is told`() {
    let meta: JSONValue = [
      "labels": ["a": "b"], "generation": 3, "managedFields": [["manager": "kubectl"]],
      "annotations": [
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "keelson.dev/scheduling-verdicts": "{}", "keep": "me",
      ],
    ]
    var story = NodeStory()
    story.put(podObject("p", node: "n1", meta: meta))
    guard
      case .put(_, let wanted, nil)? = story.plan(dispatcher, .key(place)).steps[0].intents.first
    else {
      Issue.record("a first put")
      return
    }
    #expect(
      wanted["metadata"] == [
        "name": "p", "namespace": "default", "uid": "uid-p", "labels": ["a": "b"],
        "annotations": ["keep": "me"],
      ])
  }

  @Test func `a status that changes tells the node nothing`() throws {
    var story = NodeStory([dispatcher])
    story.put(podObject("p", node: "n1"))
    story.settle()
    let first = try #require(story.view[place])
    story.put(podObject("p", node: "n1", status: ["phase": "Running"]))
    story.settle()
    #expect(story.view[place]?.modRevision == first.modRevision)
  }

  @Test func `a deletion is carried to the node with its grace`() throws {
    var story = NodeStory([dispatcher])
    story.put(podObject("p", node: "n1"))
    story.settle()
    let pod = try #require(story.pod("p"))
    try story.user(.delete(pod, DeleteOptions(graceSeconds: 7)))
    story.settle()
    let desired = try #require(story.view[place])
    #expect(desired.meta.isBeingDeleted && desired.meta.deletionGraceSeconds == 7)
  }

  @Test func `a pod that is gone is taken from its node`() throws {
    var story = NodeStory([dispatcher])
    story.put(podObject("p", node: "n1"))
    story.settle()
    story.remove(.object(podKey))
    let plan = story.plan(dispatcher, .key(place))
    #expect(plan.steps.map(\.guards) == [[.absent(.object(podKey))]])
    story.settle()
    #expect(story.view[place] == nil)
  }

  @Test func `another pod of the same name is another pod`() throws {
    var story = NodeStory([dispatcher])
    story.put(podObject("p", node: "n1"))
    story.settle()
    story.remove(.object(podKey))
    story.put(podObject("p", node: "n2", meta: ["uid": "second"]))
    let other = try #require(story.pod("p"))
    #expect(story.plan(dispatcher, .key(place)).steps.map(\.guards) == [[.unchanged(other)]])
    story.settle()
    #expect(story.view[place] == nil)
    #expect(story.view[.desiredPod(node: "n2", uid: "second")] != nil)
  }

  @Test func `a view that has not seen the pod yet does not stop it`() throws {
    var now = NodeStory([dispatcher])
    now.put(podObject("p", node: "n1"))
    now.settle()
    // A copy that knows the desired key but not the pod.
    var late = NodeStory()
    late.put(place, .object(try #require(now.view[place]).json))
    let step = try #require(late.plan(dispatcher, .key(place)).steps.first)
    // What it read of the desired key is not older here: the pod's existence refuses it.
    let present = try #require(now.view[place])
    #expect(throws: ClusterView.Refusal.self) {
      try now.apply(Step([.remove(present)], guards: step.guards))
    }
  }

  @Test func `a pod that ended before its node heard of it does not begin`() {
    var story = NodeStory()
    story.put(podObject("p", node: "n1", status: ["phase": "Failed"]))
    #expect(story.plan(dispatcher, .key(place)) == .nothing)
  }

  @Test func `a pod that ended stays with its node until it is deleted`() throws {
    var story = NodeStory([dispatcher])
    story.put(podObject("p", node: "n1"))
    story.settle()
    story.put(podObject("p", node: "n1", status: ["phase": "Succeeded"]))
    story.settle()
    #expect(story.view[place] != nil)
  }

  @Test(arguments: ["", "a/b", "a/desired/pods/x"])
  func `a node's name never leads to other keys`(_ node: String) {
    var story = NodeStory([dispatcher])
    story.put(podObject("p", node: node))
    story.settle()
    #expect(story.committed.isEmpty)
  }

  @Test func `a pod without a uid is told to nobody`() {
    var story = NodeStory([dispatcher])
    story.put(podObject("p", node: "n1", meta: ["uid": ""]))
    story.settle()
    #expect(story.committed.isEmpty)
  }
}
