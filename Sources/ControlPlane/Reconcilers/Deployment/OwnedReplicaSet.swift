import Base
import JSON
import Objects
import Registry

/// A ReplicaSet of a Deployment, with what a rollout asks of it.
struct OwnedReplicaSet {
  let object: StoredObject
  let key: ObjectKey
  /// What it asks for.
  let replicas: Int64
  let status: Status
  let minReadySeconds: Int64
  /// `deployment.kubernetes.io/revision`; 0 where it does not say.
  let revision: Int64

  /// What its controller last said (apps/v1 ReplicaSetStatus).
  struct Status {
    var replicas: Int64
    var ready: Int64
    var available: Int64
    var observedGeneration: Int64

    init(_ status: JSONValue?) {
      replicas = status?.count("replicas") ?? 0
      ready = status?.count("readyReplicas") ?? 0
      available = status?.count("availableReplicas") ?? 0
      observedGeneration = status?["observedGeneration"]?.int64 ?? 0
    }
  }

  init?(_ object: StoredObject) {
    guard let key = object.objectKey else { return nil }
    self.object = object
    self.key = key
    let spec = object.json["spec"]
    replicas = spec?.count("replicas") ?? 1
    minReadySeconds = spec?.count("minReadySeconds") ?? 0
    status = Status(object.json["status"])
    revision = Self.number(object.meta.annotations[RolloutAnnotation.revision]) ?? 0
  }

  var name: String { key.name }
  var template: JSONValue { object.json["spec"]?["template"] ?? .null }
  var isBeingDeleted: Bool { object.meta.isBeingDeleted }
  /// It asks for pods, and gets them: one on its way out gets none.
  var isActive: Bool { replicas > 0 && !isBeingDeleted }
  /// `deployment.kubernetes.io/desired-replicas`: the Deployment's number that it was sized for.
  var desired: Int64? { annotated(RolloutAnnotation.desiredReplicas) }
  /// `deployment.kubernetes.io/max-replicas`
  var mostAtDesired: Int64? { annotated(RolloutAnnotation.maxReplicas) }

  /// Its controller knows what it asks for: from then on it has `status.replicas` pods or what it
  /// asks for, whichever is more.
  var isObserved: Bool { status.observedGeneration >= object.meta.generation }

  private func annotated(_ name: String) -> Int64? {
    Self.number(object.meta.annotations[name]).map { min($0, Int64(Int32.max)) }
  }

  /// A number that is not negative.
  static func number(_ text: String?) -> Int64? {
    guard let text, let number = Int64(text), number >= 0 else { return nil }
    return number
  }
}

extension OwnedReplicaSet {
  /// Older ones first; those of one second by name.
  static func isOlder(_ left: OwnedReplicaSet, _ right: OwnedReplicaSet) -> Bool {
    let (leftTime, rightTime) = (left.object.meta.creationTime, right.object.meta.creationTime)
    if leftTime == rightTime { return left.name < right.name }
    guard let leftTime else { return true }
    guard let rightTime else { return false }
    return leftTime < rightTime
  }
}

/// Annotations that a Deployment's controller writes (pkg/controller/deployment/util).
enum RolloutAnnotation {
  static let revision = "deployment.kubernetes.io/revision"
  static let revisionHistory = "deployment.kubernetes.io/revision-history"
  static let desiredReplicas = "deployment.kubernetes.io/desired-replicas"
  static let maxReplicas = "deployment.kubernetes.io/max-replicas"

  /// Those of a Deployment that its ReplicaSets do not get.
  static let kept: Set<String> = [
    revision, revisionHistory, desiredReplicas, maxReplicas,
    "kubectl.kubernetes.io/last-applied-configuration",
    "deprecated.deployment.rollback.to",
  ]
}
