import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Rollouts from end to end: the deployment and replicaset reconcilers on one store, each with
/// views that are late by their own pace, and what a Deployment promises checked at every revision.
@Suite struct `Histories of rollouts` {
  let key = ObjectKey(.deployment, namespace: "a", name: "web")

  func world(_ seed: UInt64, strategy: JSONValue, replicas: Int64 = 8) -> World {
    var world = World([DeploymentReconciler(), ReplicaSetReconciler()], seed: seed)
    world.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"]])
    world.create([
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "web", "namespace": "a"],
      "spec": [
        "replicas": .number(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "c", "image": "v0"]]],
        ],
        "strategy": strategy,
      ],
    ])
    return world
  }

  func image(_ world: inout World, _ image: String) {
    world.edit(
      key, ["spec", "template", "spec", "containers"],
      [["name": "c", "image": .string(image)]])
  }

  func active(_ view: ClusterView) -> [StoredObject] {
    view.objects(.pod).filter(\.isActivePod)
  }

  func available(_ view: ClusterView) -> Int {
    active(view).count { $0.pod?.isReady == true }
  }

  func isComplete(_ view: ClusterView, _ replicas: Int64) -> Bool {
    let status = view[key]?.json["status"]
    let counts = ["updatedReplicas", "replicas", "availableReplicas"].map {
      status?[$0]?.int64 ?? 0
    }
    return counts.allSatisfy { $0 == replicas }
      && Conditions(status)["Progressing"]?["reason"] == "NewReplicaSetAvailable"
  }

  static let strategies: [(surge: JSONValue, unavailable: JSONValue, more: Int, less: Int)] = [
    // Of 8 pods.
    ("25%", "25%", 2, 2), (1, 0, 1, 0), (0, 1, 0, 1), ("0%", "10%", 0, 1), ("100%", 0, 8, 0),
    (3, "50%", 3, 4),
  ]

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `no revision has more pods than the surge allows, or too few available`(seed: UInt64) {
    let strategy = Self.strategies[Int(seed) % Self.strategies.count]
    var world = world(
      seed,
      strategy: [
        "type": "RollingUpdate",
        "rollingUpdate": ["maxSurge": strategy.surge, "maxUnavailable": strategy.unavailable],
      ])
    world.check = { view, revision in
      #expect(active(view).count <= 8 + strategy.more, "revision \(revision)")
    }
    world.settle()
    #expect(isComplete(world.truth, 8))
    world.check = { view, revision in
      #expect(active(view).count <= 8 + strategy.more, "revision \(revision)")
      #expect(available(view) >= 8 - strategy.less, "revision \(revision)")
    }
    // Each begins before the one before it is through; the third goes back to the first.
    for next in ["v1", "v2", "v0"] {
      image(&world, next)
      world.run(steps: 60)
    }
    world.settle()
    #expect(isComplete(world.truth, 8))
    #expect(active(world.truth).count == 8)
    #expect(
      active(world.truth).allSatisfy {
        $0.json["spec"]?["containers"]?[0]?["image"]?.string == "v0"
      })
    // A rollback finds its ReplicaSet again.
    #expect(Set(world.truth.objects(.replicaSet).map(\.meta.name)).count <= 3)
    let revision = world.truth[key]?.meta.annotations["deployment.kubernetes.io/revision"]
    #expect(
      world.truth.objects(.replicaSet).contains {
        $0.meta.annotations["deployment.kubernetes.io/revision"] == revision
      })
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `scaled, paused and robbed of pods meanwhile, it ends where it should`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var world = world(
      seed,
      strategy: ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 2, "maxUnavailable": 1]])
    var most: Int64 = 8
    var replicas: Int64 = 8
    world.run(steps: 50)
    for round in 0..<8 {
      switch random.below(4) {
      case 0:
        replicas = Int64(random.below(15))
        // What was there before the user's edit may still be there after it.
        most = max(most, replicas)
        world.edit(key, ["spec", "replicas"], .number(replicas))
      case 1: image(&world, "v\(random.below(3))")
      case 2:
        if let pod = active(world.truth).first, let podKey = pod.objectKey {
          world.delete(podKey)
        }
      default: world.edit(key, ["spec", "paused"], .bool(round % 2 == 0))
      }
      let bound = Int(most) + 2
      world.check = { view, revision in
        #expect(active(view).count <= bound, "revision \(revision)")
      }
      world.run(steps: random.below(80))
    }
    world.edit(key, ["spec", "paused"], false)
    world.settle()
    #expect(isComplete(world.truth, replicas))
    #expect(active(world.truth).count == Int(replicas))
    let revision = world.revision
    world.pass(seconds: 3600)
    world.settle()
    #expect(world.revision == revision, "nothing is left to do")
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `recreate never has pods of two templates`(seed: UInt64) {
    var world = world(seed, strategy: ["type": "Recreate"])
    world.check = { view, revision in
      let images = view.objects(.pod).map { $0.json["spec"]?["containers"]?[0]?["image"]?.string }
      #expect(Set(images).count <= 1, "revision \(revision)")
    }
    world.settle()
    image(&world, "v1")
    world.settle()
    #expect(isComplete(world.truth, 8))
  }

  @Test func `a rollout to what never gets ready keeps what is available, and is late`() {
    var world = world(
      3,
      strategy: ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1, "maxUnavailable": 1]])
    world.settle()
    image(&world, "broken")
    world.settle(nodes: false)
    #expect(available(world.truth) == 7)
    #expect(active(world.truth).count == 9)
    world.pass(seconds: 700)
    world.settle(nodes: false)
    let condition = Conditions(world.truth[key]?.json["status"])["Progressing"]
    #expect(condition?["reason"] == "ProgressDeadlineExceeded")
    image(&world, "v0")
    world.settle()
    #expect(isComplete(world.truth, 8))
  }
}
