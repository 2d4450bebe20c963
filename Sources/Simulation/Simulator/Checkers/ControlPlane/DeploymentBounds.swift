import JSON
import Objects
import Registry

/// What a Deployment's spec allowed, generation by generation: a controller that has not yet seen
/// the newest one acts rightly by an older.
struct DeploymentBounds {
  struct Bounds {
    /// spec.replicas + maxSurge
    var podsMax: Int64
    /// spec.replicas - maxUnavailable
    var availableMin: Int64
  }

  private var byGeneration: [Int64: Bounds] = [:]
  private var observed: Int64 = 0

  mutating func take(_ deployment: StoredObject) {
    byGeneration[deployment.meta.generation] = Self.bounds(of: deployment)
    let seen = deployment.json["status"]?["observedGeneration"]?.int64 ?? 0
    guard seen > observed else { return }
    observed = seen
    byGeneration = byGeneration.filter { $0.key >= seen }
  }

  var podsMax: Int64 { byGeneration.values.map(\.podsMax).max() ?? .max }
  var availableMin: Int64 { byGeneration.values.map(\.availableMin).min() ?? 0 }

  private static func bounds(of deployment: StoredObject) -> Bounds {
    let spec = deployment.json["spec"]
    let replicas = spec?["replicas"]?.int64 ?? 1
    guard spec?["strategy"]?["type"]?.string != "Recreate" else {
      return Bounds(podsMax: replicas, availableMin: 0)
    }
    // The simulated user writes whole numbers.
    let rolling = spec?["strategy"]?["rollingUpdate"]
    let surge = rolling?["maxSurge"]?.int64 ?? 0
    let unavailable = rolling?["maxUnavailable"]?.int64 ?? 0
    return Bounds(podsMax: replicas + surge, availableMin: replicas - unavailable)
  }
}

extension ClusterView {
  /// The Deployment that a pod belongs to through its ReplicaSet, as far as they exist.
  func deployment(ofPod pod: StoredObject) -> StoredObject? {
    guard let set = replicaSet(ofPod: pod), let owner = set.meta.controller else { return nil }
    return object(uid: owner.uid).flatMap { $0.objectKey?.kind == .deployment ? $0 : nil }
  }

  func replicaSet(ofPod pod: StoredObject) -> StoredObject? {
    guard let owner = pod.meta.controller else { return nil }
    return object(uid: owner.uid).flatMap { $0.objectKey?.kind == .replicaSet ? $0 : nil }
  }

  /// A ReplicaSet's pods that count: neither ended nor on their way out.
  func countedPods(ofSet uid: String) -> [StoredObject] {
    dependents(of: uid).filter {
      $0.meta.controller?.uid == uid && $0.objectKey?.kind == .pod && $0.isCounted
    }
  }

  func countedPods(ofDeployment uid: String) -> [StoredObject] {
    dependents(of: uid).filter {
      $0.meta.controller?.uid == uid && $0.objectKey?.kind == .replicaSet
    }
    .flatMap { countedPods(ofSet: $0.meta.uid) }
  }
}

extension StoredObject {
  var isCounted: Bool { !meta.isBeingDeleted && pod?.hasEnded == false }
  var isAvailable: Bool { isCounted && pod?.isReady == true }
}
