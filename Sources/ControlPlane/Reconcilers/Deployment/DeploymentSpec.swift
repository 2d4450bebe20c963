import JSON
import Objects

/// What a Deployment asks for (apps/v1 DeploymentSpec), read once for a plan.
struct DeploymentSpec {
  let replicas: Int64
  let minReadySeconds: Int64
  let selector: LabelSelector
  let selectorJSON: JSONValue
  let template: JSONValue
  let isPaused: Bool
  /// Nil keeps every ReplicaSet.
  let historyMax: Int64?
  /// Nil: no rollout is ever late.
  let progressDeadlineSeconds: Int64?
  /// Pods beyond `replicas` during a rolling update; 0 for the strategy Recreate.
  let surgeMax: Int64
  /// Pods that may be missing during a rolling update; 0 for the strategy Recreate.
  let unavailableMax: Int64
  let isRolling: Bool

  /// Nil for one that no validation lets through: it would make ReplicaSets without end.
  init?(_ deployment: StoredObject) {
    guard let spec = deployment.json["spec"], let template = spec["template"],
      let selectorJSON = spec["selector"]
    else { return nil }
    self.template = template
    self.selectorJSON = selectorJSON
    replicas = spec.count("replicas") ?? 1
    minReadySeconds = spec.count("minReadySeconds") ?? 0
    isPaused = spec["paused"]?.bool ?? false
    historyMax = Self.bounded(spec.count("revisionHistoryLimit"))
    progressDeadlineSeconds = Self.bounded(spec.count("progressDeadlineSeconds"))
    isRolling = spec["strategy"]?["type"]?.string != "Recreate"
    let rolling = spec["strategy"]?["rollingUpdate"]
    (surgeMax, unavailableMax) =
      isRolling
      ? Self.fenceposts(
        surge: IntOrString(json: rolling?["maxSurge"]),
        unavailable: IntOrString(json: rolling?["maxUnavailable"]), of: replicas)
      : (0, 0)
    do throws(LabelSelectorError) {
      selector = try LabelSelector(json: selectorJSON)
    } catch {
      return nil
    }
    let labels = template["metadata"]?["labels"]?.object?.members ?? []
    let own = Dictionary(
      labels.compactMap { label in label.value.string.map { (label.name, $0) } }
    ) { first, _ in first }
    guard !selector.isEverything, selector.matches(own) else { return nil }
  }

  /// Pods of all its ReplicaSets together, never more.
  var podsMax: Int64 { replicas + surgeMax }
  /// Available pods, never fewer by a rollout's doing.
  var availableMin: Int64 { replicas - unavailableMax }

  /// Kubernetes takes the largest 32-bit number as none.
  private static func bounded(_ count: Int64?) -> Int64? { count == Int64(Int32.max) ? nil : count }

  /// The surge rounded up, the unavailable ones down; when both come to nothing, one pod may be
  /// unavailable, else no rollout would end (deploymentutil.ResolveFenceposts).
  private static func fenceposts(
    surge: IntOrString?, unavailable: IntOrString?, of replicas: Int64
  ) -> (surge: Int64, unavailable: Int64) {
    let quarter = IntOrString.string("25%")
    func resolved(_ value: IntOrString?, _ rounding: IntOrString.Rounding) -> Int64 {
      let scaled =
        (value ?? quarter).scaled(of: replicas, rounding: rounding)
        ?? quarter.scaled(of: replicas, rounding: rounding) ?? 0
      return max(0, min(scaled, Int64(Int32.max)))
    }
    let surge = resolved(surge, .up)
    var unavailable = resolved(unavailable, .down)
    if surge == 0 && unavailable == 0 { unavailable = 1 }
    return (surge, min(unavailable, replicas))
  }
}
