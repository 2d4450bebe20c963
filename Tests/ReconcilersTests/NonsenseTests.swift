import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Objects in the store are untrusted: whatever they say, reconcilers answer with a plan, and
/// the registry with a Txn or a rejection.
@Suite struct `Reconcilers on objects that others broke` {
  static let reconcilers: [any Reconciler] = [
    DeploymentReconciler(), GarbageCollector(), NamespaceReconciler(), ReplicaSetReconciler(),
  ]

  /// A rollout under way, with something on its way out.
  func view(_ seed: UInt64) -> ClusterView {
    var world = World(Self.reconcilers, seed: seed)
    world.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"]])
    for name in ["web", "db"] {
      world.create([
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": ["name": .string(name), "namespace": "a"],
        "spec": [
          "replicas": 3, "selector": ["matchLabels": ["app": .string(name)]],
          "template": [
            "metadata": ["labels": ["app": .string(name)]],
            "spec": ["containers": [["name": "c", "image": "i"]]],
          ],
        ],
      ])
    }
    world.settle()
    world.edit(
      ObjectKey(.deployment, namespace: "a", name: "web"),
      ["spec", "template", "spec", "containers"], [["name": "c", "image": "j"]])
    world.run(steps: 40)
    world.delete(
      ObjectKey(.deployment, namespace: "a", name: "db"),
      DeleteOptions(propagation: .foreground))
    if seed % 2 == 0 { world.delete(ObjectKey(.namespace, name: "a")) }
    world.run(steps: 5)
    return world.truth
  }

  /// A value of any type: the ends of numbers, other objects' names, deep and empty ones.
  func anything(_ random: inout PRNG, uids: [String]) -> JSONValue? {
    switch random.below(12) {
    case 0: nil
    case 1: .null
    case 2: .number(.max)
    case 3: .number(.min)
    case 4: .number(Int64(random.below(5)) - 2)
    case 5: "9223372036854775807"
    case 6:
      ["2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z"][random.below(3)]
    case 7: .string(uids[random.below(uids.count)])
    case 8: []
    case 9: [:]
    case 10: [["uid": .string(uids[random.below(uids.count)]), "controller": true, "name": "x/y"]]
    default: .bool(random.below(2) == 0)
    }
  }

  func broken(_ value: JSONValue, _ random: inout PRNG, uids: [String]) -> JSONValue? {
    switch value {
    case .object(var object) where !object.isEmpty && !random.chance(Ratio(1, in: 12)):
      let member = object.members[random.below(object.count)]
      object[member.name] = broken(member.value, &random, uids: uids)
      return .object(object)
    case .array(var elements) where !elements.isEmpty && !random.chance(Ratio(1, in: 8)):
      let place = random.below(elements.count)
      elements[place] = broken(elements[place], &random, uids: uids) ?? .null
      return .array(elements)
    case .null, .bool, .number, .string, .array, .object:
      return anything(&random, uids: uids)
    }
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `there is always an answer`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var view = view(seed)
    let objects = Kind.all.flatMap { Array(view.objects($0)) }
    let uids = objects.map(\.meta.uid) + [""]
    let registry = ObjectRegistry(writer: "test")
    var plans = 0
    for _ in 0..<150 {
      let victim = objects[random.below(objects.count)]
      var json = JSONValue.object(victim.json)
      for _ in 0...random.below(3) { json = broken(json, &random, uids: uids) ?? .null }
      let new = StoredObject(
        key: victim.key, json: json.object ?? JSONObject(),
        createRevision: victim.createRevision, modRevision: victim.modRevision + 1)
      let old = view.put(new)
      for reconciler in Self.reconcilers {
        let keys =
          reconciler.keys(old: old, new: new, in: view)
          + reconciler.keys(old: new, new: nil, in: view) + [.key(new.key)]
        for key in keys.prefix(8) {
          let now = WallTime(milliseconds: 1_790_000_000_000)
          var context = PlanContext(now: now, random: random.fork())
          let plan = reconciler.reconcile(key, in: view, context: &context)
          plans += 1
          #expect(plan.steps.count <= 500)
          for step in plan.steps.prefix(3) {
            do throws(Rejection) {
              let transaction = try registry.transaction(for: step, in: view, context: &context)
              #expect(transaction.compares.count + transaction.writes.count <= 128)
            } catch {
              // A rejection is an answer.
            }
          }
        }
      }
      // Most of what is broken is mended, so that the others are seen beside it.
      if random.chance(Ratio(7, in: 8)) { _ = view.put(victim) }
    }
    #expect(plans > 500)
  }
}
