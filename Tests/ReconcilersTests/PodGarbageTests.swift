import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

@Suite struct `Pods that nobody else removes` {
  @Test func `a pod of a node that is gone goes after forty seconds`() throws {
    var story = NodeStory([PodGarbage()])
    story.put(podObject("p", node: "lost"))
    story.settle()
    let mark = try #require(story.pod("p")?.condition("DisruptionTarget"))
    #expect(mark["reason"] == "DeletionByPodGC" && mark["status"] == "True")
    #expect(mark["message"] == "PodGC: node no longer exists")
    #expect(story.lookAgain == .seconds(40))
    story.advance(.seconds(39))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p") != nil && story.lookAgain == .seconds(1))
    story.advance(.seconds(1))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p") == nil)
  }

  @Test func `a node that comes back in time keeps its pods`() throws {
    var story = NodeStory([PodGarbage()])
    story.put(podObject("p", node: "n1"))
    story.settle()
    story.put(nodeObject("n1"))
    story.settle()
    #expect(story.pod("p")?.condition("DisruptionTarget") == nil)
    story.advance(.seconds(100))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p") != nil)
  }

  @Test func `a node that comes back at the last moment keeps its pods`() throws {
    var story = NodeStory([PodGarbage()])
    story.put(podObject("p", node: "n1"))
    story.settle()
    story.advance(.seconds(40))
    let key = ObjectKey(.pod, namespace: "default", name: "p")
    let plan = story.plan(PodGarbage(), .object(key))
    #expect(plan.steps.count == 1)
    story.put(.actualNode("n1"), nodeReport())
    #expect(throws: ClusterView.Refusal.self) { try story.apply(plan.steps[0]) }
  }

  @Test func `a node that still reports is not gone`() {
    var story = NodeStory([PodGarbage()])
    story.put(.actualNode("n1"), nodeReport())
    story.put(podObject("p", node: "n1"))
    story.settle()
    #expect(story.committed.isEmpty)
  }

  @Test func `finalizers keep a pod of a lost node, marked as deleted`() {
    var story = NodeStory([PodGarbage()])
    story.put(podObject("p", node: "lost", meta: ["finalizers": ["example.com/hold"]]))
    story.settle()
    story.advance(.seconds(40))
    story.lookAtAll()
    story.settle()
    #expect(story.pod("p")?.meta.isBeingDeleted == true)
    story.lookAtAll()
    story.settle()
    #expect(story.committed.isEmpty)
  }

  @Test func `a pod on its way out that no node runs goes at once`() {
    var story = NodeStory([PodGarbage()])
    let leaving: JSONValue = ["deletionTimestamp": "2023-11-14T22:13:20Z"]
    story.put(podObject("p", meta: leaving))
    story.put(podObject("q", meta: leaving.replacing("finalizers", ["a/b"])))
    story.put(podObject("r"))
    story.settle()
    #expect(story.pod("p") == nil && story.pod("q") != nil && story.pod("r") != nil)
  }

  @Test func `beyond the threshold the oldest ended pods go`() {
    var story = NodeStory([PodGarbage(endedPodsMax: 3)])
    story.put(nodeObject("n1"))
    for (index, hour) in [12, 10, 14, 11, 13].enumerated() {
      let meta: JSONValue = ["creationTimestamp": .string("2023-11-14T\(hour):00:00Z")]
      let phase: JSONValue = ["phase": index % 2 == 0 ? "Succeeded" : "Failed"]
      story.put(podObject("p\(index)", node: "n1", meta: meta, status: phase))
    }
    story.put(podObject("running", node: "n1", status: ["phase": "Running"]))
    story.settle()
    let left = story.view.objects(.pod).map(\.meta.name)
    #expect(left == ["p0", "p2", "p4", "running"])
  }

  @Test func `Kubernetes' threshold is the default`() {
    #expect(PodGarbage().endedPodsMax == 12_500)
  }
}
