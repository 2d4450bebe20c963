import Base
import JSON
import Objects
import Registry

/// What a Deployment says of its rollout (apps/v1 DeploymentStatus).
extension Rollout {
  private static let progressing = "Progressing"

  private struct Counts: Hashable {
    var replicas: Int64
    var updated: Int64
    var ready: Int64
    var available: Int64
    var unavailable: Int64
  }

  private var counts: Counts {
    let available = sets.reduce(0) { $0 + $1.status.available }
    return Counts(
      replicas: sets.reduce(0) { $0 + $1.status.replicas },
      updated: newSet?.status.replicas ?? 0, ready: sets.reduce(0) { $0 + $1.status.ready },
      available: available,
      unavailable: max(0, sets.reduce(0) { $0 + $1.replicas } - available))
  }

  private var lastCounts: Counts {
    let status = deployment.json["status"]
    return Counts(
      replicas: status?.count("replicas") ?? 0, updated: status?.count("updatedReplicas") ?? 0,
      ready: status?.count("readyReplicas") ?? 0,
      available: status?.count("availableReplicas") ?? 0,
      unavailable: status?.count("unavailableReplicas") ?? 0)
  }

  /// Every pod is of the newest template and available (deploymentutil.DeploymentComplete).
  var isComplete: Bool {
    let counts = counts
    return counts.updated == spec.replicas && counts.replicas == spec.replicas
      && counts.available == spec.replicas
  }

  /// A condition to say before anything else: the rollout was paused or resumed, so that its time
  /// is not counted (checkPausedConditions).
  var pauseNews: Conditions.Statement? {
    guard spec.progressDeadlineSeconds != nil else { return nil }
    let reason = Conditions(deployment.json["status"])[Self.progressing]?["reason"]?.string
    if reason == "ProgressDeadlineExceeded" { return nil }
    if spec.isPaused, reason != "DeploymentPaused" {
      return .init(Self.progressing, "Unknown", "DeploymentPaused", "Deployment is paused")
    }
    if !spec.isPaused, reason == "DeploymentPaused" {
      return .init(Self.progressing, "Unknown", "DeploymentResumed", "Deployment is resumed")
    }
    return nil
  }

  /// The newest set is there, and nothing has been said of the rollout yet.
  var foundNews: Conditions.Statement? {
    guard spec.progressDeadlineSeconds != nil, let newSet,
      Conditions(deployment.json["status"])[Self.progressing] == nil
    else { return nil }
    return .init(
      Self.progressing, "True", "FoundNewReplicaSet", "Found new replica set \"\(newSet.name)\"")
  }

  func createdNews(_ set: ObjectKey) -> Conditions.Statement? {
    guard spec.progressDeadlineSeconds != nil else { return nil }
    return .init(
      Self.progressing, "True", "NewReplicaSetCreated", "Created new replica set \"\(set.name)\"")
  }

  // MARK: - The status

  enum Scope {
    /// The counts and whether enough is available: while nothing is rolled out.
    case counts
    /// How far the rollout is too.
    case rollout
  }

  /// The status as it should be, as a step where it is not, and when time alone will change it.
  func report(
    _ scope: Scope, news: Conditions.Statement? = nil, collisions: Int64? = nil
  ) -> (step: Step?, lookAgain: Duration?) {
    let counts = counts
    var conditions = Conditions(deployment.json["status"])
    if let news { conditions.set(news, at: now) }
    conditions.set(
      counts.available >= spec.availableMin
        ? .init(
          "Available", "True", "MinimumReplicasAvailable",
          "Deployment has minimum availability.")
        : .init(
          "Available", "False", "MinimumReplicasUnavailable",
          "Deployment does not have minimum availability."), at: now)
    var lookAgain: Duration?
    if scope == .rollout {
      note(counts, in: &conditions)
      noteFailure(in: &conditions)
      lookAgain = deadline(conditions)
    }
    let object = written(counts, conditions, collisions)
    let step = object == deployment.json ? nil : Step([.updateStatus(from: deployment, to: object)])
    return (step, lookAgain)
  }

  private func written(
    _ counts: Counts, _ conditions: Conditions, _ collisions: Int64?
  ) -> JSONObject {
    var object = deployment.json
    object.edit("status") { status in
      status.setCount("observedGeneration", deployment.meta.generation)
      status.setCount("replicas", counts.replicas)
      status.setCount("updatedReplicas", counts.updated)
      status.setCount("readyReplicas", counts.ready)
      status.setCount("availableReplicas", counts.available)
      status.setCount("unavailableReplicas", counts.unavailable)
      status["conditions"] = .array(conditions.list)
      if let collisions { status.setCount("collisionCount", collisions) }
    }
    return object
  }

  /// The condition Progressing (deployment controller, syncRolloutStatus).
  private func note(_ counts: Counts, in conditions: inout Conditions) {
    guard let deadline = spec.progressDeadlineSeconds else {
      return conditions.remove(Self.progressing)
    }
    let current = conditions[Self.progressing]
    let reason = current?["reason"]?.string
    if counts.replicas == counts.updated, reason == "NewReplicaSetAvailable" { return }
    let subject = newSet.map { "ReplicaSet \"\($0.name)\"" } ?? "Deployment \"\(key.name)\""
    let last = lastCounts
    if isComplete {
      conditions.set(
        .init(
          Self.progressing, "True", "NewReplicaSetAvailable",
          "\(subject) has successfully progressed."), at: now)
    } else if counts.updated > last.updated
      || counts.replicas - counts.updated < last.replicas - last.updated
      || counts.ready > last.ready || counts.available > last.available
    {
      conditions.set(
        .init(Self.progressing, "True", "ReplicaSetUpdated", "\(subject) is progressing."),
        isNews: true, at: now)
    } else if let current, isLate(current, deadline) {
      conditions.set(
        .init(
          Self.progressing, "False", "ProgressDeadlineExceeded",
          "\(subject) has timed out progressing."), at: now)
    }
  }

  /// A set that cannot make its pods, the newest one before others (getReplicaFailures).
  private func noteFailure(in conditions: inout Conditions) {
    let type = ReplicaSetReconciler.failure
    let failures = ([newSet].compactMap { $0 } + sets).compactMap {
      Conditions($0.object.json["status"])[type]
    }
    guard let failure = failures.first, let status = failure["status"]?.string else {
      return conditions.remove(type)
    }
    conditions.set(
      .init(
        type, status, failure["reason"]?.string ?? "", failure["message"]?.string ?? ""), at: now)
  }

  /// The newest set could not be made.
  func refusal(of set: String, _ rejection: Rejection) -> Conditions.Statement? {
    guard spec.progressDeadlineSeconds != nil else { return nil }
    return .init(
      Self.progressing, "False", "ReplicaSetCreateError",
      "Failed to create new replica set \"\(set)\": \(rejection.message)")
  }

  private func isLate(_ condition: JSONValue, _ deadlineSeconds: Int64) -> Bool {
    switch condition["reason"]?.string {
    case "NewReplicaSetAvailable": return false
    case "ProgressDeadlineExceeded": return true
    default:
      guard let updated = Self.time(condition["lastUpdateTime"]) else { return false }
      return now.milliseconds - updated.milliseconds > deadlineSeconds * 1000
    }
  }

  /// When a rollout that stands still is to be called late.
  private func deadline(_ conditions: Conditions) -> Duration? {
    guard let deadline = spec.progressDeadlineSeconds, !isComplete,
      let condition = conditions[Self.progressing],
      condition["reason"]?.string != "ProgressDeadlineExceeded",
      let updated = Self.time(condition["lastUpdateTime"])
    else { return nil }
    let passed = now.milliseconds - updated.milliseconds
    // A second more, because times are written in whole ones.
    return .milliseconds(max(1000, deadline * 1000 - passed + 1000))
  }

  private static func time(_ value: JSONValue?) -> WallTime? {
    value?.string.flatMap(WallTime.init(rfc3339:))
  }
}
