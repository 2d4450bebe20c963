import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Kubernetes' documentation, "Assigning Pods to Nodes" and "Pod Topology Spread Constraints".
@Suite struct `Pods beside pods` {
  private static let key = "topology.kubernetes.io/zone"

  /// Nodes a1, a2 in zone a, b1 in zone b, and one in no zone.
  private static let nodes: [JSONValue] = [
    nodeObject("a1", labels: ["topology.kubernetes.io/zone": "a"]),
    nodeObject("a2", labels: ["topology.kubernetes.io/zone": "a"]),
    nodeObject("b1", labels: ["topology.kubernetes.io/zone": "b"]), nodeObject("none"),
  ]

  private func story(_ pods: [JSONValue], nodes: [JSONValue] = nodes) -> NodeStory {
    var story = NodeStory([Scheduler()])
    for json in nodes + pods { story.put(json) }
    story.settle()
    return story
  }

  private func node(_ story: NodeStory, _ pod: String = "p") -> String {
    story.pod(pod)?.pod?.node ?? ""
  }

  private func message(_ story: NodeStory) -> String? {
    story.pod("p")?.condition("PodScheduled")?["message"]?.string
  }

  private func term(
    _ kind: String, app: JSONValue = "db", key: JSONValue = .string(key), more: JSONValue = [:]
  ) -> JSONValue {
    var term: JSONValue = ["labelSelector": ["matchLabels": ["app": app]], "topologyKey": key]
    for member in more.object?.members ?? [] { term = term.replacing(member.name, member.value) }
    let required = JSONObject([
      .init(name: "requiredDuringSchedulingIgnoredDuringExecution", value: [term])
    ])
    return ["affinity": .object(JSONObject([.init(name: kind, value: .object(required))]))]
  }

  private func labelled(_ app: JSONValue) -> JSONValue { ["labels": ["app": app]] }

  @Test func `a pod goes where the pods are that it wants to be near`() {
    let database = podObject("db", node: "b1", meta: labelled("db"))
    #expect(node(story([database, podObject("p", spec: term("podAffinity"))])) == "b1")
  }

  @Test func `without such a pod it waits, until one comes`() {
    var story = story([podObject("p", spec: term("podAffinity"))])
    #expect(message(story) == "0/4 nodes are available: 4 node(s) didn't match pod affinity rules.")
    story.put(podObject("db", node: "b1", meta: labelled("db")))
    story.settle()
    #expect(node(story) == "b1")
  }

  @Test func `the first of pods that want each other near may begin`() {
    let spec = term("podAffinity", app: "web")
    let pods = (1...3).map { podObject("p\($0)", meta: labelled("web"), spec: spec) }
    let story = story(pods)
    let zones = Set((1...3).map { node(story, "p\($0)").prefix(1) })
    #expect(zones == ["a"] || zones == ["b"])
  }

  @Test func `a pod goes where none is that it wants to be apart from`() {
    let databases = [
      podObject("db1", node: "a1", meta: labelled("db")),
      podObject("db2", node: "none", meta: labelled("db")),
    ]
    let pod = podObject("p", spec: term("podAntiAffinity"))
    // A node without the label is no place: nobody is near there.
    #expect(["b1", "none"].contains(node(story(databases + [pod]))))
    let third = podObject("db3", node: "b1", meta: labelled("db"))
    let zoned = Array(Self.nodes.prefix(3))
    #expect(
      message(story(databases + [third, pod], nodes: zoned))
        == "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.")
  }

  @Test func `pods that want others away keep them away`() {
    let spec = term("podAntiAffinity", app: "web")
    let loner = podObject("db", node: "a1", meta: labelled("db"), spec: spec)
    let other = podObject("db2", node: "b1", meta: labelled("db"), spec: spec)
    let pod = podObject("p", meta: labelled("web"))
    let zoned = Array(Self.nodes.prefix(3))
    #expect(node(story([loner, pod], nodes: zoned)) == "b1")
    #expect(
      message(story([loner, other, pod], nodes: zoned))
        == "0/3 nodes are available: 3 node(s) didn't satisfy existing pods anti-affinity rules.")
  }

  @Test func `replicas that want each other away get a node each, in one plan`() {
    let nodes = (1...3).map { nodeObject("n\($0)", labels: ["host": .string("n\($0)")]) }
    let spec = term("podAntiAffinity", app: "web", key: "host")
    let pods = (1...4).map { podObject("p\($0)", meta: labelled("web"), spec: spec) }
    let story = story(pods, nodes: nodes)
    let placed = (1...4).map { node(story, "p\($0)") }
    #expect(placed.filter { !$0.isEmpty }.sorted() == ["n1", "n2", "n3"])
  }

  @Test func `only pods of the named namespaces count`() {
    let database = podObject("db", node: "b1", meta: labelled("db").replacing("namespace", "other"))
    let here = podObject("p", spec: term("podAntiAffinity"))
    let there = podObject(
      "p", spec: term("podAffinity", more: ["namespaces": ["other"]]))
    let anywhere = podObject("p", spec: term("podAffinity", more: ["namespaceSelector": [:]]))
    #expect(!node(story([database, here])).isEmpty)
    #expect(node(story([database, there])) == "b1")
    #expect(node(story([database, anywhere])) == "b1")
  }

  // MARK: - Spreading

  private func spread(_ more: JSONValue = [:]) -> JSONValue {
    var constraint: JSONValue = [
      "maxSkew": 1, "topologyKey": .string(Self.key), "whenUnsatisfiable": "DoNotSchedule",
      "labelSelector": ["matchLabels": ["app": "web"]],
    ]
    for member in more.object?.members ?? [] {
      constraint = constraint.replacing(member.name, member.value)
    }
    return ["topologySpreadConstraints": [constraint]]
  }

  @Test func `no zone gets more than one pod above another`() {
    let pods = (1...6).map { podObject("p\($0)", meta: labelled("web"), spec: spread()) }
    let story = story(pods)
    let zones = (1...6).map { node(story, "p\($0)").prefix(1) }
    #expect(zones.count { $0 == "a" } == 3 && zones.count { $0 == "b" } == 3)
  }

  @Test func `a full zone holds the others back`() {
    let zoned = [
      nodeObject("a1", labels: ["topology.kubernetes.io/zone": "a"]),
      nodeObject("b1", pods: "0", labels: ["topology.kubernetes.io/zone": "b"]), nodeObject("none"),
    ]
    let first = podObject("q", node: "a1", meta: labelled("web"))
    let pod = podObject("p", meta: labelled("web"), spec: spread())
    #expect(
      message(story([first, pod], nodes: zoned))
        == "0/3 nodes are available: 1 Too many pods, "
        + "1 node(s) didn't match pod topology spread constraints, "
        + "1 node(s) didn't match pod topology spread constraints (missing required label).")
    let loose = podObject("p", meta: labelled("web"), spec: spread(["maxSkew": 2]))
    #expect(node(story([first, loose], nodes: zoned)) == "a1")
    let anyway = spread(["whenUnsatisfiable": "ScheduleAnyway"])
    #expect(!node(story([first, podObject("p", meta: labelled("web"), spec: anyway)])).isEmpty)
  }

  @Test func `with fewer zones than minDomains the emptiest counts as empty`() {
    let zoned = Array(Self.nodes.prefix(2))
    let first = podObject("q", node: "a1", meta: labelled("web"))
    let more = podObject("p", meta: labelled("web"), spec: spread(["minDomains": 2]))
    #expect(node(story([first, more], nodes: zoned)).isEmpty)
    let one = podObject("p", meta: labelled("web"), spec: spread(["minDomains": 1]))
    #expect(!node(story([first, one], nodes: zoned)).isEmpty)
  }

  @Test func `matchLabelKeys count the pods of one revision apart`() {
    let old: JSONValue = ["labels": ["app": "web", "hash": "1"]]
    let new: JSONValue = ["labels": ["app": "web", "hash": "2"]]
    let pods = [
      podObject("q1", node: "a1", meta: old), podObject("q2", node: "a1", meta: old),
      podObject("q3", node: "b1", meta: new),
    ]
    let spec = spread(["matchLabelKeys": ["hash"]])
    #expect(node(story(pods + [podObject("p", meta: new, spec: spec)])).hasPrefix("a"))
    #expect(node(story(pods + [podObject("p", meta: new, spec: spread())])) == "b1")
  }
}
