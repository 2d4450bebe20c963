import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Expected behaviour: kubernetes.io/docs/concepts/architecture/garbage-collection and
/// /docs/concepts/overview/working-with-objects/owners-dependents.
@Suite struct `The garbage collector` {
  let collector = GarbageCollector()
  static let gone: JSONValue = "2026-01-01T00:00:00Z"
  typealias Changes = [([String], JSONValue?)]

  static func object(
    _ kind: String, _ name: String, in namespace: String? = "a", owners: [JSONValue] = [],
    revision: Int64 = 5, _ changes: Changes = []
  ) -> StoredObject {
    let isCore = ["Pod", "Node", "Namespace"].contains(kind)
    var json: JSONValue = [
      "apiVersion": isCore ? "v1" : "apps/v1", "kind": .string(kind),
      "metadata": [
        "name": .string(name), "uid": .string("u-\(name)"), "ownerReferences": .array(owners),
      ],
    ]
    if let namespace { json = json.setting(["metadata", "namespace"], .string(namespace)) }
    for (path, value) in changes { json = json.setting(path, value) }
    return .of(json, revision: revision)
  }

  static func owner(
    _ kind: String, _ name: String, uid: String? = nil, blocks: Bool = true,
    version: String = "apps/v1"
  ) -> JSONValue {
    [
      "apiVersion": .string(version), "kind": .string(kind), "name": .string(name),
      "uid": .string(uid ?? "u-\(name)"), "controller": false, "blockOwnerDeletion": .bool(blocks),
    ]
  }

  static func leaving(_ finalizer: String) -> Changes {
    [
      (["metadata", "deletionTimestamp"], gone),
      (["metadata", "finalizers"], [.string(finalizer)]),
    ]
  }

  func plan(_ object: StoredObject, _ others: [StoredObject] = [], reached: Int64 = .max) -> Plan {
    var view = ClusterView([object] + others)
    view.reached = reached
    var context = PlanContext(
      now: WallTime(milliseconds: 1_790_000_000_000), random: PRNG(seed: 1))
    return collector.reconcile(.key(object.key), in: view, context: &context)
  }

  func deletion(_ plan: Plan) -> DeleteOptions.Propagation? {
    guard plan.steps.count == 1, case .delete(_, let options)? = plan.steps.first?.intents.first
    else { return nil }
    return options.propagation
  }

  /// The uids of the owners that an update leaves.
  func owners(_ plan: Plan) -> [String]? {
    guard plan.steps.count == 1, case .update(_, let to)? = plan.steps.first?.intents.first else {
      return nil
    }
    return ObjectMeta(of: to).owners.map(\.uid)
  }

  func key(_ kind: Kind, _ name: String) -> StoreKey {
    .object(ObjectKey(kind, namespace: "a", name: name))
  }

  // MARK: - Background

  @Test func `an object whose owner is there stays`() {
    let pod = Self.object("Pod", "p", owners: [Self.owner("ReplicaSet", "r")])
    #expect(plan(pod, [Self.object("ReplicaSet", "r")]) == .nothing)
    #expect(plan(Self.object("Pod", "p")) == .nothing)
  }

  @Test func `an object whose owner is gone goes, if the store agrees that it is`() {
    let pod = Self.object("Pod", "p", owners: [Self.owner("ReplicaSet", "r")])
    let plan = plan(pod)
    #expect(deletion(plan) == .background)
    #expect(plan.steps.first?.guards == [.absent(key(.replicaSet, "r"))])
  }

  @Test func `an owner of the same name but another uid is another object`() {
    let other = Self.object("ReplicaSet", "r", [(["metadata", "uid"], "new")])
    let plan = plan(Self.object("Pod", "p", owners: [Self.owner("ReplicaSet", "r")]), [other])
    #expect(deletion(plan) == .background)
    #expect(plan.steps.first?.guards == [.unchanged(other)])
  }

  @Test func `a uid of another kind is no owner`() {
    let pod = Self.object("Pod", "p", owners: [Self.owner("ReplicaSet", "r", uid: "u-d")])
    #expect(deletion(plan(pod, [Self.object("Deployment", "d")])) == .background)
  }

  @Test(arguments: [
    owner("Widget", "w", version: "example.com/v1"), owner("ReplicaSet", "z", version: "v7"),
    owner("", ""), ["uid": "x"],
  ])
  func `owners of unknown kinds are never taken for gone`(owner: JSONValue) {
    #expect(plan(Self.object("Pod", "p", owners: [owner])) == .nothing)
    // Beside one that is gone, that one alone is taken out.
    let both = Self.object("Pod", "p", owners: [owner, Self.owner("ReplicaSet", "r")])
    #expect(owners(plan(both)) == ObjectMeta(of: both.json).owners.dropLast().map(\.uid))
  }

  @Test func `of several owners one is enough`() {
    let pod = Self.object(
      "Pod", "p", owners: [Self.owner("ReplicaSet", "r"), Self.owner("ReplicaSet", "s")])
    let plan = plan(pod, [Self.object("ReplicaSet", "s")])
    #expect(owners(plan) == ["u-s"])
    #expect(plan.steps.first?.guards == [.absent(key(.replicaSet, "r"))])
  }

  @Test func `an owner in another namespace counts as gone, and that is told`() {
    let pod = Self.object("Pod", "p", owners: [Self.owner("ReplicaSet", "r")])
    let plan = plan(pod, [Self.object("ReplicaSet", "r", in: "b")])
    #expect(deletion(plan) == .background)
    #expect(plan.steps.first?.event?.reason == "OwnerRefInvalidNamespace")
    #expect(plan.steps.first?.event?.type == .warning)
  }

  @Test func `an object without namespace is left alone by owners in one`() {
    let node = Self.object("Node", "n", in: nil, owners: [Self.owner("ReplicaSet", "r")])
    #expect(plan(node) == .nothing)
    let lost = Self.object("Node", "n", in: nil, owners: [Self.owner("Node", "m", version: "v1")])
    #expect(deletion(plan(lost)) == .background)
  }

  @Test func `more owners than one Txn can prove go in turns`() {
    let many = (0..<100).map { Self.owner("ReplicaSet", "r\($0)") }
    let plan = plan(Self.object("Pod", "p", owners: many))
    #expect(owners(plan)?.count == 68)
    #expect(plan.steps.first?.guards.count == 32)
  }

  @Test func `what is on its way out already is not deleted again`() {
    let pod = Self.object(
      "Pod", "p", owners: [Self.owner("ReplicaSet", "r")],
      [(["metadata", "deletionTimestamp"], Self.gone)])
    #expect(plan(pod) == .nothing)
  }

  // MARK: - Foreground

  @Test func `in the foreground the dependents that block go first`() {
    let deployment = Self.object("Deployment", "d", Self.leaving("foregroundDeletion"))
    let blocking = Self.object("ReplicaSet", "r", owners: [Self.owner("Deployment", "d")])
    let free = Self.object(
      "ReplicaSet", "f", owners: [Self.owner("Deployment", "d", blocks: false)])
    let pod = Self.object("Pod", "p", owners: [Self.owner("ReplicaSet", "r")])
    #expect(plan(deployment, [blocking, free]) == .nothing)
    // One with dependents of its own waits for them in turn.
    #expect(deletion(plan(blocking, [deployment, pod])) == .foreground)
    #expect(deletion(plan(blocking, [deployment])) == .background)
    #expect(plan(free, [deployment]) == .nothing)
    let last = plan(deployment, [free])
    guard case .update(deployment, let to)? = last.steps.first?.intents.first else {
      Issue.record("the finalizer stays: \(last)")
      return
    }
    #expect(to["metadata"]?["finalizers"] == nil)
  }

  @Test func `a view that is behind does not say that no dependent is left`() {
    for finalizer in ["foregroundDeletion", "orphan"] {
      let owner = Self.object("Deployment", "d", revision: 9, Self.leaving(finalizer))
      #expect(plan(owner, reached: 8) == .waiting(for: 9))
      #expect(plan(owner, reached: 9).steps.count == 1)
    }
  }

  @Test func `of a waiting owner and one that stays, the one that stays keeps the object`() {
    let waiting = Self.object("ReplicaSet", "r", Self.leaving("foregroundDeletion"))
    let pod = Self.object(
      "Pod", "p", owners: [Self.owner("ReplicaSet", "r"), Self.owner("ReplicaSet", "s")])
    #expect(owners(plan(pod, [waiting, Self.object("ReplicaSet", "s")])) == ["u-s"])
  }

  @Test func `owners in a circle do not wait for each other`() {
    let one = Self.object(
      "ReplicaSet", "one", owners: [Self.owner("ReplicaSet", "two")],
      Self.leaving("foregroundDeletion"))
    let two = Self.object("ReplicaSet", "two", owners: [Self.owner("ReplicaSet", "one")])
    let plan = plan(two, [one])
    guard case .update(_, let to)? = plan.steps.first?.intents.first else {
      Issue.record("no way out: \(plan)")
      return
    }
    #expect(ObjectMeta(of: to).owners.map(\.blocksOwnerDeletion) == [false])
    let own = Self.object(
      "ReplicaSet", "own", owners: [Self.owner("ReplicaSet", "own")],
      Self.leaving("foregroundDeletion"))
    #expect(self.plan(own).steps.count == 1)
  }

  // MARK: - Orphaning

  @Test func `orphaning takes the owner out of each dependent, then the finalizer off`() {
    let set = Self.object("ReplicaSet", "r", Self.leaving("orphan"))
    let pods = ["p", "q"].map {
      Self.object(
        "Pod", $0, owners: [Self.owner("ReplicaSet", "r"), Self.owner("ReplicaSet", "s")])
    }
    let first = plan(set, pods)
    #expect(first.order == .independent)
    let left = first.steps.map { step -> [String] in
      guard case .update(_, let to)? = step.intents.first else { return [] }
      return ObjectMeta(of: to).owners.map(\.uid)
    }
    #expect(left == [["u-s"], ["u-s"]])
    let last = plan(set)
    guard case .update(set, let to)? = last.steps.first?.intents.first else {
      Issue.record("the finalizer stays: \(last)")
      return
    }
    #expect(to["metadata"]?["finalizers"] == nil)
  }

  // MARK: - Keys

  @Test func `who is to be planned`() {
    let set = Self.object("ReplicaSet", "r")
    let waiting = Self.object("ReplicaSet", "r", Self.leaving("foregroundDeletion"))
    let pod = Self.object("Pod", "p", owners: [Self.owner("ReplicaSet", "r")])
    let ready = Self.object(
      "Pod", "p", owners: [Self.owner("ReplicaSet", "r")], revision: 6,
      [(["status", "phase"], "Running")])
    let view = ClusterView([pod])
    #expect(collector.keys(old: nil, new: pod, in: ClusterView([pod, set])) == [.key(pod.key)])
    #expect(collector.keys(old: pod, new: ready, in: ClusterView([ready, set])) == [])
    #expect(collector.keys(old: set, new: nil, in: view) == [.key(pod.key)])
    #expect(
      collector.keys(old: set, new: waiting, in: ClusterView([pod, waiting]))
        == [.key(set.key), .key(pod.key)])
    #expect(collector.keys(old: pod, new: nil, in: ClusterView([waiting])) == [.key(set.key)])
  }

  // MARK: - Histories

  static let propagations: [DeleteOptions.Propagation] = [.background, .foreground, .orphan]

  @Test(arguments: 1...9 as ClosedRange<UInt64>)
  func `a deployment goes as it was asked to, however late the views`(seed: UInt64) {
    let propagation = Self.propagations[Int(seed) % 3]
    var world = World(
      [DeploymentReconciler(), GarbageCollector(), ReplicaSetReconciler()], seed: seed)
    world.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"]])
    world.create([
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "a"],
      "spec": [
        "replicas": 4, "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "c", "image": "i"]]],
        ],
      ],
    ])
    world.run(steps: Int(seed) * 25)
    let key = ObjectKey(.deployment, namespace: "a", name: "web")
    var ended = 0
    world.check = { view, revision in
      guard propagation == .foreground else { return }
      if view[key] == nil {
        ended += 1
        #expect(view.objects(.replicaSet).isEmpty, "revision \(revision)")
        #expect(view.objects(.pod).isEmpty, "revision \(revision)")
      }
    }
    let sets = world.truth.objects(.replicaSet).map(\.meta.uid)
    world.delete(key, DeleteOptions(propagation: propagation))
    world.settle()
    #expect(world.truth[key] == nil)
    switch propagation {
    case .background, .foreground:
      #expect(world.truth.objects(.replicaSet).isEmpty)
      #expect(world.truth.objects(.pod).isEmpty)
    case .orphan:
      #expect(world.truth.objects(.replicaSet).allSatisfy { $0.meta.owners.isEmpty })
      #expect(Set(sets).isSubset(of: world.truth.objects(.replicaSet).map(\.meta.uid)))
      #expect(world.truth.objects(.pod).count == (sets.isEmpty ? 0 : 4))
    }
    #expect(propagation != .foreground || ended > 0)
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `nothing with an owner is ever removed by a view that lags`(seed: UInt64) {
    var world = World([GarbageCollector(), ReplicaSetReconciler()], seed: seed)
    world.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"]])
    for number in 0..<4 {
      world.create([
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": ["name": .string("r\(number)"), "namespace": "a"],
        "spec": [
          "replicas": 3, "selector": ["matchLabels": ["app": .string("r\(number)")]],
          "template": [
            "metadata": ["labels": ["app": .string("r\(number)")]],
            "spec": ["containers": [["name": "c", "image": "i"]]],
          ],
        ],
      ])
    }
    var most = 0
    world.check = { view, revision in
      let count = view.objects(.pod).count
      #expect(count >= most, "revision \(revision)")
      most = count
    }
    world.settle()
    #expect(most == 12)
  }
}
