import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Expected behaviour: kubernetes.io/docs/concepts/overview/working-with-objects/namespaces, and
/// the conditions' texts of kube-controller-manager's namespace controller.
@Suite struct `The namespace reconciler` {
  let reconciler = NamespaceReconciler()
  let now = WallTime(milliseconds: 1_790_000_000_000)
  let key = ObjectKey(.namespace, name: "a")

  func namespace(_ changes: [([String], JSONValue?)] = []) -> StoredObject {
    var json: JSONValue = [
      "apiVersion": "v1", "kind": "Namespace",
      "metadata": ["name": "a", "uid": "ns", "deletionTimestamp": "2026-01-01T00:00:00Z"],
      "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Terminating"],
    ]
    for (path, value) in changes { json = json.setting(path, value) }
    return .of(json, revision: 9)
  }

  func object(_ kind: String, _ name: String, finalizers: [String] = [], isLeaving: Bool = false)
    -> StoredObject
  {
    let version =
      ["ReplicaSet", "Deployment"].contains(kind)
      ? "apps/v1" : kind == "Lease" ? "coordination.k8s.io/v1" : "v1"
    var json: JSONValue = [
      "apiVersion": .string(version), "kind": .string(kind),
      "metadata": [
        "name": .string(name), "namespace": "a", "uid": .string(name),
        "finalizers": .array(finalizers.map(JSONValue.string)),
      ],
    ]
    if isLeaving {
      json = json.setting(["metadata", "deletionTimestamp"], "2026-01-01T00:00:00Z")
    }
    return .of(json)
  }

  func plan(_ objects: [StoredObject], reached: Int64 = .max) -> Plan {
    var view = ClusterView(objects)
    view.reached = reached
    var context = PlanContext(now: now, random: PRNG(seed: 1))
    return reconciler.reconcile(.object(key), in: view, context: &context)
  }

  func deleted(_ plan: Plan) -> [String] {
    plan.steps.compactMap { step in
      if case .delete(let object, _)? = step.intents.first { object.meta.name } else { nil }
    }
  }

  @Test func `four namespaces are always there`() {
    var world = World([reconciler])
    world.settle()
    let names = ["default", "kube-node-lease", "kube-public", "kube-system"]
    #expect(world.truth.objects(.namespace).map(\.meta.name) == names)
    #expect(
      world.truth.objects(.namespace).allSatisfy {
        $0.meta.labels["kubernetes.io/metadata.name"] == $0.meta.name
      })
    world.delete(ObjectKey(.namespace, name: "kube-node-lease"))
    world.settle()
    #expect(world.truth.objects(.namespace).map(\.meta.name) == names)
    #expect(world.truth.objects(.namespace).allSatisfy { !$0.meta.isBeingDeleted })
  }

  @Test func `a namespace that stays is left alone, and so is one that is not there`() {
    #expect(plan([namespace([(["metadata", "deletionTimestamp"], nil)])]) == .nothing)
    #expect(plan([]) == .nothing)
  }

  @Test func `pods go first, then everything else`() {
    let others = [
      object("Deployment", "d"), object("ReplicaSet", "r"), object("Event", "e"),
      object("Lease", "l"),
    ]
    let first = plan([namespace(), object("Pod", "p"), object("Pod", "q")] + others)
    #expect(deleted(first) == ["p", "q"])
    #expect(first.order == .independent)
    #expect(first.steps.allSatisfy { $0.intents.count == 1 })
    let waiting = plan([namespace(), object("Pod", "p", isLeaving: true)] + others)
    #expect(deleted(waiting) == [])
    #expect(Set(deleted(plan([namespace()] + others))) == ["d", "r", "e", "l"])
    #expect(deleted(plan([namespace()] + (0..<700).map { object("Pod", "p\($0)") })).count == 500)
  }

  @Test func `the conditions say what remains`() throws {
    let plan = plan([
      namespace([(["status"], nil)]), object("Pod", "p", finalizers: ["x/y"], isLeaving: true),
      object("Pod", "q", isLeaving: true), object("ReplicaSet", "r", isLeaving: true),
    ])
    guard case .updateStatus(_, let to)? = plan.steps.first?.intents.first else {
      Issue.record("no status: \(plan)")
      return
    }
    #expect(to["status"]?["phase"] == "Terminating")
    let conditions = Conditions(to["status"])
    func text(_ type: String) -> [String?] {
      ["status", "reason", "message"].map { conditions[type]?[$0]?.string }
    }
    #expect(
      text("NamespaceContentRemaining") == [
        "True", "SomeResourcesRemain",
        "Some resources are remaining: pods. has 2 resource instances, "
          + "replicasets.apps has 1 resource instances",
      ])
    #expect(
      text("NamespaceFinalizersRemaining") == [
        "True", "SomeFinalizersRemain",
        "Some content in the namespace has finalizers remaining: x/y in 1 resource instances",
      ])
    #expect(text("NamespaceDeletionContentFailure")[0...1] == ["False", "ContentDeleted"])
    #expect(text("NamespaceDeletionDiscoveryFailure")[0...1] == ["False", "ResourcesDiscovered"])
    #expect(conditions.list.count == 5)
  }

  @Test func `it is empty only in a view that has reached its mark`() {
    #expect(plan([namespace()], reached: 8) == .waiting(for: 9))
    guard case .update(_, let to)? = plan([namespace()], reached: 9).steps.first?.intents.first
    else {
      Issue.record("the finalizer stays")
      return
    }
    #expect(to["spec"]?["finalizers"] == [])
  }

  @Test func `finalizers of others hold it, and then it says that it is empty`() {
    let held = namespace([(["spec", "finalizers"], ["other"])])
    guard case .updateStatus(_, let to)? = plan([held]).steps.first?.intents.first else {
      Issue.record("no status")
      return
    }
    let condition = Conditions(to["status"])["NamespaceContentRemaining"]
    #expect(condition?["reason"] == "ContentRemoved")
    let said = StoredObject.of(.object(to), revision: 9)
    #expect(plan([said]) == .nothing)
    #expect(deleted(plan([namespace([(["spec"], [:])])])) == ["a"])
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `a full namespace goes, and nothing stays behind`(seed: UInt64) {
    var world = World(
      [
        DeploymentReconciler(), GarbageCollector(), NamespaceReconciler(), ReplicaSetReconciler(),
      ], seed: seed)
    world.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"]])
    world.create([
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "a"],
      "spec": [
        "replicas": 4, "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"], "finalizers": ["example.com/hold"]],
          "spec": ["containers": [["name": "c", "image": "i"]]],
        ],
      ],
    ])
    world.run(steps: Int(seed) * 20)
    world.delete(key)
    #expect(world.truth[key]?.json["status"]?["phase"] == "Terminating")
    world.check = { view, revision in
      guard view[key] == nil else { return }
      for kind in Kind.all where kind.isNamespaced {
        #expect(view.objects(kind, in: "a").isEmpty, "revision \(revision): \(kind.plural)")
      }
    }
    world.settle()
    // Its pods are held by somebody else's finalizer.
    let held = world.truth.objects(.pod, in: "a")
    #expect((world.truth[key] != nil) == !held.isEmpty)
    for pod in held {
      #expect(pod.meta.isBeingDeleted)
      guard let key = pod.objectKey else { continue }
      world.edit(key, ["metadata", "finalizers"], nil)
    }
    world.settle()
    #expect(world.truth[key] == nil)
    #expect(world.truth.objects(.pod, in: "a").isEmpty)
    #expect(world.truth.objects(.event, in: "a").isEmpty)
    let revision = world.revision
    world.settle()
    #expect(world.revision == revision)
  }
}
