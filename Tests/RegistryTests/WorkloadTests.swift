import Base
import JSON
import Objects
import Registry
import Testing

@Suite struct `Deployments and what they leave` {
  private let deployment: JSONValue = [
    "metadata": ["name": "web", "namespace": "default"],
    "spec": [
      "selector": ["matchLabels": ["app": "web"]],
      "template": [
        "metadata": ["labels": ["app": "web"]],
        "spec": ["containers": [["name": "c", "image": "a:1"]]],
      ],
    ],
  ]

  @Test func `generation counts changes of what is wanted`() throws {
    var cluster = ClusterHistory()
    let first = try cluster.create(.deployment, deployment)
    try cluster.commit(.update(from: first, to: first.with("metadata.labels", ["a": "b"])))
    let labelled = try #require(cluster.current(first))
    #expect(labelled.meta.generation == 1)
    try cluster.commit(.update(from: labelled, to: labelled.with("spec.replicas", 3)))
    let scaled = try #require(cluster.current(first))
    #expect(scaled.meta.generation == 2)
    try cluster.commit(
      .updateStatus(from: scaled, to: scaled.with("status", ["replicas": 3])))
    let observed = try #require(cluster.current(first))
    #expect(observed.meta.generation == 2)
    #expect(observed.at("status.replicas") == 3)
  }

  @Test func `a selector that does not match is refused with its path`() throws {
    let cluster = ClusterHistory()
    let wrong = deployment.with("spec.selector.matchLabels", ["app": "api"])
      .with("spec.replicas", -1)
    #expect(
      cluster.rejection(of: .create(.deployment, wrong.members))?.message
        == "Deployment.apps \"web\" is invalid: [spec.replicas: Invalid value: -1: must be "
        + "greater than or equal to 0, spec.template.metadata.labels: Invalid value: "
        + "map[string]string{\"app\":\"web\"}: `selector` does not match template `labels`]")
  }

  @Test func `counters of a status stay within each other`() throws {
    var cluster = ClusterHistory()
    let set = try cluster.create(.replicaSet, deployment)
    func paths(_ status: JSONValue) -> [String] {
      let update = set.with("status", status)
      guard
        case .invalid(_, _, let errors) = cluster.rejection(
          of: .updateStatus(from: set, to: update))
      else { return [] }
      return errors.map(\.path)
    }
    #expect(paths(["replicas": 2, "readyReplicas": 1, "availableReplicas": 1]) == [])
    #expect(paths(["replicas": -1]) == ["status.replicas"])
    #expect(paths(["replicas": 1, "fullyLabeledReplicas": 2]) == ["status.fullyLabeledReplicas"])
    #expect(
      paths(["replicas": 2, "readyReplicas": 1, "availableReplicas": 2])
        == ["status.availableReplicas"])
  }

  @Test func `a template's defaults do not depend on who writes them`() throws {
    var cluster = ClusterHistory()
    let first = try cluster.create(.deployment, deployment)
    var set = deployment.with("metadata.name", "web-1")
    set = set.with("spec.template", first.at("spec.template"))
    let second = try cluster.create(.replicaSet, set)
    #expect(second.at("spec.template") == first.at("spec.template"))
  }

  @Test func `a namespace keeps its finalizer while it stays`() throws {
    var cluster = ClusterHistory()
    let namespace = try cluster.create(.namespace, ["metadata": ["name": "a"]])
    #expect(namespace.meta.labels == ["kubernetes.io/metadata.name": "a"])
    #expect(namespace.at("spec.finalizers") == ["kubernetes"])
    #expect(
      try cluster.commit(.update(from: namespace, to: namespace.with("spec", nil))).writes.isEmpty)
  }

  @Test func `nothing is told of a namespace on its way out`() throws {
    var cluster = ClusterHistory(namespaces: ["default", "a"])
    let pod = try cluster.create(
      .pod, podManifest.with("metadata.namespace", "a").with("spec.nodeName", "n1"))
    let namespace = try #require(cluster.view[ObjectKey(.namespace, name: "a")])
    try cluster.commit(.delete(namespace, DeleteOptions()))
    // The change itself goes on.
    let step = Step(
      [.delete(pod, DeleteOptions(graceSeconds: 0))],
      event: EventNote(regarding: pod, reason: "Killing", message: "it"))
    #expect(try cluster.commit(step).writes == [.delete(key: pod.key)])
  }

  @Test func `an event's name and message fit`() throws {
    var cluster = ClusterHistory()
    let name = String(repeating: "a", count: 235) + "." + String(repeating: "b", count: 17)
    let pod = try cluster.create(.pod, podManifest.with("metadata.name", .string(name)))
    let note = EventNote(
      regarding: pod, reason: "Long", message: String(repeating: "é", count: 1000))
    let transaction = try cluster.commit(Step([], event: note))
    guard case .putEvent(.object(let key), let value) = transaction.writes.first else {
      Issue.record("no event")
      return
    }
    #expect(key.name.utf8.count == 235 + 17)
    let event = try JSONValue(parsing: value)
    let message = try #require(event["message"]?.string)
    #expect(message.utf8.count <= 1024)
    #expect(message == String(repeating: "é", count: 510) + "...")
  }

  @Test func `an event of a node lies in the default namespace`() throws {
    var cluster = ClusterHistory()
    let node = try cluster.create(.node, ["metadata": ["name": "n1"]])
    let note = EventNote(regarding: node, type: .warning, reason: "Gone", message: "it")
    let transaction = try cluster.commit(Step([], event: note))
    guard case .putEvent(.object(let key), let value) = transaction.writes.first else {
      Issue.record("no event")
      return
    }
    #expect(key.namespace == "default")
    let event = try JSONValue(parsing: value)
    #expect(event["type"] == "Warning")
    #expect(event["involvedObject"]?["namespace"] == nil)
    // What the registry writes itself is an event that it would accept.
    let copy = event.with("metadata.name", "copy").with("metadata.uid", nil)
      .with("metadata.creationTimestamp", nil)
    #expect(cluster.rejection(of: .create(.event, copy.members)) == nil)
  }

  @Test func `a guard on existence holds through changes, not through a new birth`() throws {
    var cluster = ClusterHistory()
    let node = try cluster.create(.node, ["metadata": ["name": "n1"]])
    let guarded = Step(
      [.put(.grant(node: "n1", key: "/a"), JSONObject(), from: nil)], guards: [.exists(node)])
    try cluster.commit(.update(from: node, to: node.with("metadata.labels", ["a": "b"])))
    try cluster.commit(guarded)
    try cluster.commit(.remove(#require(cluster.view[.grant(node: "n1", key: "/a")])))
    try cluster.commit(.delete(#require(cluster.current(node)), DeleteOptions()))
    #expect(throws: ClusterView.Refusal.self) { try cluster.commit(guarded) }
    _ = try cluster.create(.node, ["metadata": ["name": "n1"]])
    #expect(throws: ClusterView.Refusal.self) { try cluster.commit(guarded) }
  }

  @Test func `a negative grace is the shortest one`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest.with("spec.nodeName", "n1"))
    try cluster.commit(.delete(pod, DeleteOptions(graceSeconds: -1)))
    #expect(cluster.current(pod)?.meta.deletionGraceSeconds == 1)
  }

  @Test func `the same seed gives the same names`() throws {
    var names: Set<String> = []
    for _ in 0..<2 {
      var cluster = ClusterHistory(seed: 7)
      let manifest = podManifest.with("metadata.name", nil).with("metadata.generateName", "a-")
      let pod = try cluster.create(.pod, manifest)
      names.insert("\(pod.meta.name) \(pod.meta.uid)")
    }
    #expect(names.count == 1)
  }

  @Test func `an object that is wrong everywhere is refused in bounded words`() throws {
    let cluster = ClusterHistory()
    let tolerations = (0..<2000).map { number -> JSONValue in
      ["key": .string("k\(number)"), "operator": .string("Bad\(number)")]
    }
    let pod = podManifest.with("spec.tolerations", .array(tolerations))
      .with("metadata.finalizers", .array((0..<2000).map { .string("f\($0)") }))
    guard case .invalid(_, _, let errors) = cluster.rejection(of: .create(.pod, pod.members))
    else {
      Issue.record("accepted")
      return
    }
    #expect(errors.count == 256)
  }

  @Test func `a kind without rules has its metadata and types checked`() throws {
    var cluster = ClusterHistory()
    let network = try #require(Kind.kept(plural: "servicecidrs"))
    let manifest: JSONValue = [
      "metadata": ["name": "data"], "spec": ["cidrs": ["10.9.0.0/16"], "future": 1],
      "status": ["conditions": []],
    ]
    let stored = try cluster.create(network, manifest)
    #expect(stored.at("spec") == ["cidrs": ["10.9.0.0/16"], "future": 1])
    #expect(stored.at("status.conditions") == nil)
    #expect(stored.at("metadata.generation") == nil)
    #expect(
      cluster.rejection(of: .create(network, manifest.with("spec", "x").members))?.message
        == "ServiceCIDR in version \"v1\" cannot be handled as a "
        + "ServiceCIDR: json: cannot unmarshal string into Go struct field "
        + "ServiceCIDR.spec of type v1.ServiceCIDRSpec")
    #expect(
      cluster.rejection(of: .create(network, manifest.with("metadata.name", "A").members))?.code
        == 422)
    #expect(cluster.rejection(of: .delete(stored, DeleteOptions())) == nil)
  }
}

@Suite struct `Daemon sets` {
  /// kube-apiserver's deprecated annotation, which `kubectl rollout` still reads.
  private static func number(_ object: StoredObject) -> JSONValue? {
    object.json["metadata"]?["annotations"]?["deprecated.daemonset.template.generation"]
  }

  @Test func `number their templates`() throws {
    var cluster = ClusterHistory()
    let first = try cluster.create(
      .daemonSet,
      [
        "metadata": ["name": "x", "namespace": "default"],
        "spec": [
          "selector": ["matchLabels": ["a": "b"]],
          "template": [
            "metadata": ["labels": ["a": "b"]],
            "spec": ["containers": [["name": "c", "image": "a:1"]]],
          ],
        ],
      ])
    try cluster.commit(.update(from: first, to: first.with("spec.minReadySeconds", 3)))
    let second = try #require(cluster.current(first))
    #expect(Self.number(second) == "1" && second.meta.generation == 2)
    try cluster.commit(
      .update(from: second, to: second.with("spec.template.spec.containers.0.image", "b:1")))
    #expect(Self.number(try #require(cluster.current(first))) == "2")
  }
}
