import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Quotas beside the reconcilers that make pods: expected behaviour by
/// kubernetes.io/docs/concepts/policy/resource-quotas and the conditions of apps/v1.
@Suite struct `A quota and who makes pods` {
  private let quotaKey = ObjectKey(.resourceQuota, namespace: "default", name: "q")
  private let setKey = ObjectKey(.replicaSet, namespace: "default", name: "web")

  private func world(seed: UInt64, podsMax: Int64) -> World {
    var world = World(
      [
        QuotaReconciler(kinds: [.pod, .replicaSet]), ReplicaSetReconciler(),
        DeploymentReconciler(),
      ], seed: seed)
    world.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "default"]])
    world.create([
      "apiVersion": "v1", "kind": "ResourceQuota",
      "metadata": ["name": "q", "namespace": "default"],
      "spec": ["hard": ["pods": .string("\(podsMax)")]],
    ])
    world.settle()
    world.check = { view, revision in
      let pods = view.objects(.pod, in: "default").count { $0.pod?.hasEnded == false }
      #expect(pods <= Int(podsMax), "\(pods) pods at \(revision)")
    }
    return world
  }

  private func workload(_ kind: String, replicas: Int64) -> JSONValue {
    [
      "apiVersion": "apps/v1", "kind": .string(kind),
      "metadata": ["name": "web", "namespace": "default"],
      "spec": [
        "replicas": .number(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "c", "image": "a:1"]]],
        ],
      ],
    ]
  }

  private func used(_ world: World) -> String? {
    world.truth[quotaKey]?.json["status"]?["used"]?["pods"]?.string
  }

  @Test(arguments: UInt64(1)...4)
  func `a ReplicaSet stops at the quota, says so, and goes on when there is room`(
    seed: UInt64
  ) throws {
    var world = world(seed: seed, podsMax: 2)
    world.create(workload("ReplicaSet", replicas: 5))
    world.run(steps: 600)
    #expect(world.truth.objects(.pod, in: "default").count == 2)
    #expect(used(world) == "2")
    let set = try #require(world.truth[setKey])
    let failure = try #require(set.condition("ReplicaFailure"))
    #expect(failure["status"] == "True")
    #expect(failure["reason"] == "FailedCreate")
    let message = try #require(failure["message"]?.string)
    #expect(
      message.hasSuffix(
        "is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2"))
    #expect(set.json["status"]?["replicas"] == 2)
    let events = world.truth.objects(.event).filter { $0.json["reason"] == "FailedCreate" }
    #expect(events.count == 1)
    #expect(events.first?.json["type"] == "Warning")
    #expect(events.first?.json["message"]?.string == "Error creating: \(message)")

    world.check = { _, _ in }
    world.edit(quotaKey, ["spec", "hard", "pods"], "9")
    world.settle()
    #expect(world.truth.objects(.pod, in: "default").count == 5)
    #expect(used(world) == "5")
    #expect(world.truth[setKey]?.condition("ReplicaFailure") == nil)
  }

  @Test(arguments: UInt64(1)...3)
  func `a Deployment tells of its ReplicaSet's failure`(seed: UInt64) throws {
    var world = world(seed: seed, podsMax: 1)
    world.create(workload("Deployment", replicas: 2))
    world.run(steps: 800)
    let key = ObjectKey(.deployment, namespace: "default", name: "web")
    let failure = try #require(world.truth[key]?.condition("ReplicaFailure"))
    #expect(failure["status"] == "True")
    #expect(failure["reason"] == "FailedCreate")
    #expect(failure["message"]?.string?.contains("exceeded quota: q") == true)
    world.check = { _, _ in }
    world.edit(quotaKey, ["spec", "hard", "pods"], "2")
    world.settle()
    #expect(world.truth[key]?.condition("ReplicaFailure") == nil)
    #expect(world.truth[key]?.json["status"]?["availableReplicas"] == 2)
  }

  @Test(arguments: UInt64(1)...4)
  func `what goes is given back, exactly`(seed: UInt64) throws {
    var world = world(seed: seed, podsMax: 8)
    world.create(workload("ReplicaSet", replicas: 6))
    world.settle()
    #expect(used(world) == "6")
    for replicas in [Int64(2), 7, 0, 3] {
      world.edit(setKey, ["spec", "replicas"], .number(replicas))
      world.settle()
      #expect(used(world) == "\(replicas)")
    }
    let pod = try #require(world.truth.objects(.pod, in: "default").first)
    world.setReady(pod, false, phase: "Failed")
    world.settle()
    #expect(used(world) == "3")
    #expect(world.truth.objects(.pod, in: "default").count == 4)
  }

  /// The leader before may have ended between a pod's end and its count; found by simulation.
  @Test func `a new leader counts each quota anew`() throws {
    func quota(used: String, revision: Int64) throws -> StoredObject {
      let json: JSONValue = [
        "apiVersion": "v1", "kind": "ResourceQuota",
        "metadata": ["name": "q", "namespace": "default"], "spec": ["hard": ["pods": "4"]],
        "status": ["hard": ["pods": "4"], "used": ["pods": .string(used)]],
      ]
      return StoredObject(
        key: .object(quotaKey), json: try #require(json.object), createRevision: 2,
        modRevision: revision)
    }
    let reconciler = QuotaReconciler(kinds: [.pod])
    let (old, charged) = (try quota(used: "1", revision: 3), try quota(used: "2", revision: 4))
    let view = ClusterView([charged])
    #expect(reconciler.keys(old: old, new: charged, in: view) == [])
    #expect(reconciler.keys(old: nil, new: charged, in: view) == [.object(quotaKey)])
    var context = PlanContext(now: WallTime(milliseconds: 0), random: PRNG(seed: 1))
    let plan = reconciler.reconcile(.object(quotaKey), in: view, context: &context)
    guard case .updateStatus(charged, let counted)? = plan.steps.first?.intents.first else {
      Issue.record("not counted: \(plan)")
      return
    }
    #expect(counted["status"]?["used"] == ["pods": "0"])
  }

  @Test func `the system's priority classes are made, and made again`() {
    var world = World([SystemClassReconciler()])
    world.settle()
    let names = ["system-cluster-critical", "system-node-critical"]
    #expect(world.truth.objects(.priorityClass).map(\.meta.name) == names)
    world.delete(ObjectKey(.priorityClass, name: names[0]))
    world.settle()
    #expect(world.truth.objects(.priorityClass).map(\.meta.name) == names)
  }
}
