import Base
import JSON
import Objects
import Registry
import Testing

@Suite struct `What the registry writes` {
  @Test func `a new object gets uid, time, generation and status`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    #expect(pod.at("apiVersion") == "v1")
    #expect(pod.at("kind") == "Pod")
    #expect(pod.at("metadata.creationTimestamp") == "2023-11-14T22:13:20Z")
    #expect(pod.meta.generation == 1)
    #expect(pod.json["status"] != nil)
    let uid = Array(pod.meta.uid.utf8)
    #expect(uid.count == 36)
    #expect(uid[14] == UInt8(ascii: "4"))
    #expect("89ab".utf8.contains(uid[19]))
    #expect([8, 13, 18, 23].allSatisfy { uid[$0] == UInt8(ascii: "-") })
  }

  @Test func `a create compares the key and the namespace`() throws {
    var cluster = ClusterHistory()
    let transaction = try cluster.commit(.create(.pod, podManifest.members))
    #expect(
      Set(transaction.compares) == [
        .init(key: "/registry/pods/default/p", modRevision: 0),
        .init(key: "/registry/namespaces/default", modRevision: 2),
      ])
  }

  @Test func `a generated name has five characters more`() throws {
    var cluster = ClusterHistory()
    let manifest = podManifest.with("metadata.name", nil).with("metadata.generateName", "web-")
    let pod = try cluster.create(.pod, manifest)
    #expect(pod.meta.name.hasPrefix("web-"))
    let suffix = pod.meta.name.utf8.dropFirst(4)
    #expect(suffix.count == 5)
    #expect(suffix.allSatisfy { "bcdfghjklmnpqrstvwxz2456789".utf8.contains($0) })
  }

  @Test func `unknown fields are kept`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest.with("spec.future", ["a": [1, nil]]))
    #expect(pod.at("spec.future") == ["a": [1, nil]])
    let update = pod.with("metadata.labels", ["a": "b"])
    try cluster.commit(.update(from: pod, to: update))
    #expect(cluster.current(pod)?.at("spec.future") == ["a": [1, nil]])
  }

  @Test func `an update keeps what only the system writes`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    let update = JSONValue.object(pod.json).with(
      "metadata.creationTimestamp", "2001-01-01T00:00:00Z"
    )
    .with("metadata.generation", 77).with("metadata.deletionTimestamp", "2001-01-01T00:00:00Z")
    .with("status", ["phase": "Running"]).with("metadata.labels", ["a": "b"])
    try cluster.commit(.update(from: pod, to: update.members))
    let after = try #require(cluster.current(pod))
    #expect(after.meta.labels == ["a": "b"])
    #expect(after.meta.generation == 1)
    #expect(after.meta.creationTime == pod.meta.creationTime)
    #expect(after.meta.deletionTime == nil)
    #expect(after.pod?.phase == .pending)
  }

  @Test func `an update of a stale object is refused by the store`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    try cluster.commit(.update(from: pod, to: pod.with("metadata.labels", ["a": "b"])))
    #expect(throws: ClusterView.Refusal.self) {
      try cluster.commit(.update(from: pod, to: pod.with("metadata.labels", ["a": "c"])))
    }
  }

  @Test func `an update that changes nothing writes nothing`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    #expect(try cluster.commit(.update(from: pod, to: pod.json)).writes.isEmpty)
    #expect(try cluster.commit(.updateStatus(from: pod, to: pod.json)).writes.isEmpty)
  }

  @Test func `a status update takes only the status`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    let update = JSONValue.object(pod.json).with("status.phase", "Running").with("spec", [:])
    try cluster.commit(.updateStatus(from: pod, to: update.members))
    let after = try #require(cluster.current(pod))
    #expect(after.pod?.phase == .running)
    #expect(after.json["spec"] == pod.json["spec"])
  }

  @Test func `a bound pod names its node and says so`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    try cluster.commit(.bind(pod: pod, node: "n1"))
    let bound = try #require(cluster.current(pod))
    #expect(bound.pod?.node == "n1")
    #expect(bound.at("status.conditions.0.type") == "PodScheduled")
    #expect(bound.at("status.conditions.0.status") == "True")
    #expect(
      cluster.rejection(of: .bind(pod: bound, node: "n2"))?.message
        == "Operation cannot be fulfilled on pods/binding \"p\": "
        + "pod p is already assigned to node \"n1\"")
    let held = try cluster.create(
      .pod,
      podManifest.with("metadata.name", "q").with("metadata.finalizers", ["example.com/a"]))
    try cluster.commit(.delete(held, DeleteOptions()))
    let leaving = try #require(cluster.current(held))
    #expect(
      cluster.rejection(of: .bind(pod: leaving, node: "n1"))?.message
        == "Operation cannot be fulfilled on pods/binding \"q\": "
        + "pod q is being deleted, cannot be assigned to a host")
  }

  @Test func `a gated pod is bound to no node`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(
      .pod, podManifest.with("spec.schedulingGates", [["name": "example.com/a"]]))
    #expect(
      cluster.rejection(of: .bind(pod: pod, node: "n1"))?.message
        == "Operation cannot be fulfilled on pods/binding \"p\": "
        + "pod p has non-empty .spec.schedulingGates")
    try cluster.commit(.update(from: pod, to: pod.with("spec.schedulingGates", [])))
    try cluster.commit(.bind(pod: #require(cluster.current(pod)), node: "n1"))
    #expect(cluster.current(pod)?.pod?.node == "n1")
  }

  @Test func `a default that came after the object is no change of it`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    let early = StoredObject(
      key: pod.key,
      json: JSONValue.object(pod.json).with("spec.enableServiceLinks", nil)
        .with("spec.containers.0.terminationMessagePath", nil).members,
      createRevision: pod.createRevision, modRevision: pod.modRevision)
    #expect(try cluster.commit(.update(from: early, to: early.json)).writes.isEmpty)
    try cluster.commit(.update(from: early, to: early.with("metadata.labels", ["a": "b"])))
    let after = try #require(cluster.current(pod))
    #expect(after.meta.generation == 1)
    #expect(after.at("spec.enableServiceLinks") == true)
  }

  @Test func `an event rides with the change that it tells of`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    let note = EventNote(regarding: pod, reason: "Scheduled", message: "to n1")
    let transaction = try cluster.commit(Step([.bind(pod: pod, node: "n1")], event: note))
    guard case .putEvent(.object(let key), let value) = transaction.writes.last else {
      Issue.record("no event")
      return
    }
    let event = try JSONValue(parsing: value)
    #expect(key.namespace == "default")
    #expect(key.name.hasPrefix("p."))
    #expect(key.name.utf8.count == 2 + 16)
    #expect(event["involvedObject"]?["uid"]?.string == pod.meta.uid)
    #expect(event["involvedObject"]?["kind"] == "Pod")
    #expect(event["source"]?["component"] == "tester")
    #expect(event["reportingComponent"] == "tester")
    #expect(event["count"] == 1)
    #expect(event["firstTimestamp"] == event["lastTimestamp"])
    // Nothing happened: nothing is told.
    let same = try #require(cluster.current(pod))
    let quiet = Step(
      [.update(from: same, to: same.json)],
      event: EventNote(regarding: same, reason: "Nothing", message: ""))
    #expect(try cluster.commit(quiet) == ObjectTransaction())
    // Without intents the event is the change.
    let alone = Step([], event: EventNote(regarding: same, reason: "Told", message: ""))
    #expect(try cluster.commit(alone).writes.count == 1)
  }

  @Test func `keys of nodes are put, changed and removed as they were read`() throws {
    var cluster = ClusterHistory()
    let key = StoreKey.desiredPod(node: "n1", uid: "u")
    try cluster.commit(.put(key, members(["a": 1]), from: nil))
    let first = try #require(cluster.view[key])
    #expect(try cluster.commit(.put(key, members(["a": 1]), from: first)).writes.isEmpty)
    try cluster.commit(.put(key, members(["a": 2]), from: first))
    #expect(throws: ClusterView.Refusal.self) { try cluster.commit(.remove(first)) }
    let second = try #require(cluster.view[key])
    try cluster.commit(.remove(second))
    #expect(cluster.view[key] == nil)
  }

  @Test func `guards are compared as well`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    let step = Step(
      [.put(.desiredPod(node: "n1", uid: "u"), members([:]), from: nil)],
      guards: [.unchanged(pod), .exists(pod), .absent(.heartbeat("n1"))])
    #expect(
      try cluster.commit(step).compares == [
        .init(key: "/nodes/n1/desired/pods/u", modRevision: 0),
        .init(key: "/registry/pods/default/p", modRevision: pod.modRevision),
        .init(key: "/registry/pods/default/p", revision: .created(pod.createRevision)),
        .init(key: "/nodes/n1/heartbeat", modRevision: 0),
      ])
  }

  @Test func `two objects of one collection in a step are a programmer error`() async {
    await #expect(processExitsWith: .failure) {
      let registry = ObjectRegistry(writer: "t")
      var context = PlanContext(now: WallTime(milliseconds: 0), random: PRNG(seed: 1))
      let intent = Intent.create(.pod, JSONObject())
      _ = try registry.transaction(
        for: Step([intent, intent]), in: ClusterView(), context: &context)
    }
  }
}
