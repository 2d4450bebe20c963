import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Expected behaviour: Kubernetes' documentation of ReplicaSet, its controller's comments on the
/// order of deletion, and kubernetes.io/docs/reference/labels-annotations-taints.
@Suite struct `The replicaset reconciler` {
  let now = WallTime(milliseconds: 1_790_000_000_000)
  let reconciler = ReplicaSetReconciler()
  let key = WorkKey.object(ObjectKey(.replicaSet, namespace: "a", name: "web"))

  static let namespace = StoredObject.of([
    "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a", "uid": "ns"],
  ])

  func set(_ replicas: Int64, _ more: [([String], JSONValue?)] = []) -> StoredObject {
    var json: JSONValue = [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": ["name": "web", "namespace": "a", "uid": "rs", "generation": 3],
      "spec": [
        "replicas": .number(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web", "tier": "x"], "annotations": ["note": "n"]],
          "spec": ["containers": [["name": "c", "image": "i"]]],
        ],
      ],
    ]
    for (path, value) in more { json = json.setting(path, value) }
    return .of(json, revision: 7)
  }

  func pod(
    _ name: String, owner: String? = "rs", labels: JSONValue = ["app": "web"], node: String = "",
    phase: String = "Pending", readySince: Int64? = nil, _ more: [([String], JSONValue?)] = []
  ) -> StoredObject {
    var owners: [JSONValue] = []
    if let owner {
      owners = [
        [
          "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": .string(owner),
          "controller": true, "blockOwnerDeletion": true,
        ]
      ]
    }
    var json: JSONValue = [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(name), "namespace": "a", "uid": .string("u-\(name)"), "labels": labels,
        "ownerReferences": .array(owners),
      ],
      "spec": ["nodeName": .string(node)],
      "status": ["phase": .string(phase)],
    ]
    if let readySince {
      let time = WallTime(milliseconds: now.milliseconds - readySince * 1000).rfc3339
      json = json.setting(
        ["status", "conditions"],
        [["type": "Ready", "status": "True", "lastTransitionTime": .string(time)]])
    }
    for (path, value) in more { json = json.setting(path, value) }
    return .of(json, revision: 5)
  }

  func plan(_ objects: [StoredObject]) -> Plan {
    var context = PlanContext(now: now, random: PRNG(seed: 1))
    return reconciler.reconcile(
      key, in: ClusterView([Self.namespace] + objects), context: &context)
  }

  func running(_ name: String) -> StoredObject {
    pod(name, node: "n1", phase: "Running", readySince: 100)
  }

  func deleted(_ plan: Plan) -> [String] {
    plan.steps.compactMap { step in
      if case .delete(let pod, _)? = step.intents.first { pod.meta.name } else { nil }
    }
  }

  func written(_ plan: Plan) -> JSONObject? {
    guard case .updateStatus(_, let to)? = plan.steps.last?.intents.first else { return nil }
    return to["status"]?.object
  }

  // MARK: - Pods made

  @Test func `missing pods are made from the template, each in a Txn of its own`() throws {
    let plan = plan([set(3), running("one")])
    #expect(plan.order == .independent)
    #expect(plan.steps.count == 2)
    var names: Set<String> = []
    for step in plan.steps {
      guard case .create(.pod, let pod)? = step.intents.first, step.intents.count == 1 else {
        Issue.record("not a creation: \(step)")
        return
      }
      let name = try #require(pod["metadata"]?["name"]?.string)
      #expect(name.wholeMatch(of: /web-[bcdfghjklmnpqrstvwxz2456789]{5}/) != nil)
      names.insert(name)
      #expect(pod["metadata"]?["generateName"] == "web-")
      #expect(pod["metadata"]?["labels"] == ["app": "web", "tier": "x"])
      #expect(pod["metadata"]?["annotations"] == ["note": "n"])
      #expect(
        pod["metadata"]?["ownerReferences"] == [
          [
            "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "rs",
            "controller": true, "blockOwnerDeletion": true,
          ]
        ])
      #expect(pod["spec"] == ["containers": [["name": "c", "image": "i"]]])
      #expect(step.guards == [.unchanged(set(3))])
      #expect(step.event?.reason == "SuccessfulCreate")
      #expect(step.event?.message == "Created pod: \(name)")
    }
    #expect(names.count == 2)
  }

  @Test func `at most 500 at once`() {
    #expect(plan([set(1200)]).steps.count == 500)
  }

  @Test func `ended and terminating pods are not counted; failed ones are replaced`() {
    let leaving = pod(
      "leaving", node: "n1", phase: "Running",
      [(["metadata", "deletionTimestamp"], "2026-01-01T00:00:00Z")])
    let plan = plan([
      set(2), running("one"), leaving, pod("failed", node: "n1", phase: "Failed"),
      pod("done", node: "n1", phase: "Succeeded"),
    ])
    #expect(plan.steps.count == 1)
    #expect(plan.steps.first?.event?.reason == "SuccessfulCreate")
  }

  @Test func `nothing is done while it is being deleted, or for what is no ReplicaSet`() {
    let leaving = set(3, [(["metadata", "deletionTimestamp"], "2026-01-01T00:00:00Z")])
    #expect(plan([leaving]) == .nothing)
    #expect(plan([]) == .nothing)
    var context = PlanContext(now: now, random: PRNG(seed: 1))
    #expect(reconciler.reconcile(.everything, in: ClusterView(), context: &context) == .nothing)
  }

  @Test func `no pods are tried in a namespace on its way out`() {
    let leaving = StoredObject.of([
      "apiVersion": "v1", "kind": "Namespace",
      "metadata": ["name": "a", "deletionTimestamp": "2026-01-01T00:00:00Z"],
    ])
    let plan = plan([set(3), leaving])
    #expect(plan.steps.allSatisfy { $0.event == nil })
    #expect(written(plan)?["observedGeneration"] == 3)
  }

  @Test(
    arguments: [
      (["spec"], nil), (["spec", "template"], nil), (["spec", "selector"], nil),
      (["spec", "selector"], [:]), (["spec", "selector"], "app=web"),
      (["spec", "selector", "matchLabels"], ["app": "other"]),
      (["spec", "template", "metadata", "labels"], [1]), (["spec", "template"], 5),
    ] as [([String], JSONValue?)])
  func `a nonsense object is left alone`(path: [String], value: JSONValue?) {
    #expect(plan([set(3, [(path, value)]), running("one")]) == .nothing)
  }

  // MARK: - Ownership

  @Test func `a matching pod without controller is adopted, a terminating one is not`() throws {
    let orphan = pod("orphan", owner: nil)
    let leaving = pod(
      "leaving", owner: nil, [(["metadata", "deletionTimestamp"], "2026-01-01T00:00:00Z")])
    let plan = plan([set(1), orphan, leaving, pod("other", owner: nil, labels: ["app": "db"])])
    #expect(plan.steps.count == 1)
    guard case .update(orphan, let to)? = plan.steps.first?.intents.first else {
      Issue.record("no adoption")
      return
    }
    #expect(ObjectMeta(of: to).controller?.uid == "rs")
    #expect(plan.steps.first?.guards == [.unchanged(set(1))])
  }

  @Test func `a pod of another controller is left alone`() {
    let plan = plan([set(1), pod("theirs", owner: "other")])
    #expect(plan.steps.count == 1)
    #expect(plan.steps.first?.event?.reason == "SuccessfulCreate")
  }

  @Test func `a pod whose labels match no longer is released, and one made in its place`() {
    let strayed = pod("strayed", labels: ["app": "debug"])
    let plan = plan([set(1), strayed])
    #expect(plan.steps.count == 2)
    guard case .update(strayed, let to)? = plan.steps.first?.intents.first else {
      Issue.record("no release")
      return
    }
    #expect(to["metadata"]?["ownerReferences"] == nil)
    #expect(plan.steps.last?.event?.reason == "SuccessfulCreate")
  }

  @Test func `who is to be planned when a pod changes`() {
    let view = ClusterView([set(1), pod("own")])
    let other = pod("x", owner: "elsewhere")
    let own = pod("own")
    let orphan = pod("y", owner: nil)
    let foreign = pod("z", owner: nil, labels: ["app": "db"])
    #expect(reconciler.keys(old: nil, new: own, in: view) == [key])
    #expect(reconciler.keys(old: own, new: nil, in: view) == [key])
    #expect(reconciler.keys(old: own, new: own, in: view) == [key])
    #expect(reconciler.keys(old: nil, new: other, in: view) == [])
    #expect(reconciler.keys(old: nil, new: orphan, in: view) == [key])
    #expect(reconciler.keys(old: nil, new: foreign, in: view) == [])
    #expect(reconciler.keys(old: own, new: foreign, in: view) == [key])
    #expect(reconciler.keys(old: nil, new: set(1), in: view) == [key])
  }

  // MARK: - Surplus

  func victim(_ left: StoredObject, _ right: StoredObject) -> [String] {
    deleted(plan([set(1), left, right]))
  }

  @Test func `the surplus goes in Kubernetes' order`() {
    let bound = pod("a", node: "n1")
    #expect(victim(bound, pod("b")) == ["b"])
    let unknown = pod("b", node: "n1", phase: "Unknown")
    #expect(victim(bound, unknown) == ["a"])
    #expect(victim(unknown, pod("a", node: "n1", phase: "Running")) == ["b"])
    #expect(victim(running("a"), pod("b", node: "n1", phase: "Running")) == ["b"])
    func cost(_ name: String, _ cost: String) -> StoredObject {
      pod(
        name, node: "n1", phase: "Running", readySince: 100,
        [
          (
            ["metadata", "annotations"],
            ["controller.kubernetes.io/pod-deletion-cost": .string(cost)]
          )
        ])
    }
    #expect(victim(cost("a", "5"), cost("b", "-5")) == ["b"])
    #expect(victim(cost("a", "5"), running("b")) == ["b"])
    // Not a number as Kubernetes takes it: as if it were not there.
    #expect(victim(cost("a", "-1"), cost("b", "+7")) == ["a"])
    #expect(victim(cost("a", "1"), cost("b", "07")) == ["b"])
    #expect(
      victim(running("a"), pod("b", node: "n1", phase: "Running", readySince: 1)) == ["b"])
    func restarted(_ name: String, _ count: Int64) -> StoredObject {
      pod(
        name, node: "n1", phase: "Running", readySince: 100,
        [
          (
            ["status", "containerStatuses"],
            [["restartCount": 0], ["restartCount": .number(count)]]
          )
        ])
    }
    #expect(victim(restarted("a", 1), restarted("b", 3)) == ["b"])
    func born(_ name: String, _ time: JSONValue?) -> StoredObject {
      pod(name, node: "n1", phase: "Running", [(["metadata", "creationTimestamp"], time)])
    }
    #expect(victim(born("a", "2026-01-01T00:00:00Z"), born("b", nil)) == ["b"])
    #expect(victim(running("b"), running("a")) == ["a"])
  }

  @Test func `the node with more pods of the deployment gives first`() {
    let deployment: JSONValue = [
      [
        "apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "d",
        "controller": true,
      ]
    ]
    let owned = set(1, [(["metadata", "ownerReferences"], deployment)])
    let sibling = set(
      1,
      [
        (["metadata", "ownerReferences"], deployment), (["metadata", "name"], "web-2"),
        (["metadata", "uid"], "rs2"),
      ])
    let one = pod("one", node: "n1", phase: "Running", readySince: 100)
    let two = pod("two", node: "n2", phase: "Running", readySince: 100)
    let theirs = pod("three", owner: "rs2", node: "n2", phase: "Running", readySince: 100)
    #expect(deleted(plan([owned, one, two])) == ["one"])
    #expect(deleted(plan([owned, sibling, one, two, theirs])) == ["two"])
  }

  @Test func `what is deleted is told, and only while the number holds`() {
    let plan = plan([set(0), running("one")])
    #expect(plan.steps.first?.event?.message == "Deleted pod: one")
    #expect(plan.steps.first?.event?.reason == "SuccessfulDelete")
    #expect(plan.steps.first?.guards == [.unchanged(set(0))])
  }

  // MARK: - Status

  @Test func `the status counts, and is written only when it differs`() throws {
    let pods = [
      running("one"), pod("two", node: "n1", phase: "Running", readySince: 2),
      pod("three", labels: ["app": "web", "tier": "x"]),
    ]
    let first = set(3, [(["spec", "minReadySeconds"], 5), (["status", "extra"], "kept")])
    let plan = plan([first] + pods)
    let status = try #require(written(plan))
    #expect(
      .object(status) == [
        "extra": "kept", "replicas": 3, "fullyLabeledReplicas": 1, "readyReplicas": 2,
        "availableReplicas": 1, "observedGeneration": 3,
      ])
    #expect(plan.lookAgain == .seconds(3))
    let second = set(3, [(["spec", "minReadySeconds"], 5), (["status"], .object(status))])
    let again = self.plan([second] + pods)
    #expect(again.steps == [])
    #expect(again.lookAgain == .seconds(3))
  }

  @Test func `zero counts are left out, replicas is not`() throws {
    let status = try #require(written(plan([set(0)])))
    #expect(.object(status) == ["replicas": 0, "observedGeneration": 3])
  }

  // MARK: - Histories

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `however late its views, pods never exceed what was asked`(seed: UInt64) {
    var world = World([reconciler], seed: seed)
    world.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"]])
    world.create(.object(set(4, [(["metadata", "uid"], nil)]).json))
    let key = ObjectKey(.replicaSet, namespace: "a", name: "web")
    var most = 4
    world.check = { view, _ in
      let count = view.objects(.pod).count(where: \.isActivePod)
      #expect(count <= most)
    }
    world.settle()
    #expect(world.truth.objects(.pod).count == 4)
    world.check = { _, _ in }
    for replicas: Int64 in [9, 2, 5] {
      most = max(world.truth.objects(.pod).count, Int(replicas))
      world.edit(key, ["spec", "replicas"], .number(replicas))
      world.run(steps: 20)
      if let pod = world.truth.objects(.pod).first(where: \.isActivePod) {
        world.delete(ObjectKey(.pod, namespace: "a", name: pod.meta.name))
      }
      world.settle()
      #expect(world.truth.objects(.pod).count == Int(replicas))
      let status = world.truth[key]?.json["status"]
      #expect(status?["replicas"] == .number(replicas))
      #expect(status?["availableReplicas"] == .number(replicas))
      #expect(status?["observedGeneration"]?.int64 == world.truth[key]?.meta.generation)
    }
    // Until its namespace is in the view, a pod is refused and tried again.
    #expect(world.rejections.allSatisfy { $0 == .notFound(.namespace, name: "a") })
  }

  @Test func `the end of a history stays as it is`() {
    var world = World([reconciler])
    world.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"]])
    world.create(.object(set(3, [(["metadata", "uid"], nil)]).json))
    world.settle()
    let revision = world.revision
    world.pass(seconds: 3600)
    world.settle()
    #expect(world.revision == revision)
    // Per pod: made, bound, ready; and statuses that say so.
    #expect(revision <= 2 + 3 * 3 + 3 * 2 + 1)
  }
}
