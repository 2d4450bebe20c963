import JSON
import Objects

/// apps/v1 (pkg/apis/apps/validation).
extension Validator {
  mutating func deployment(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.nonnegative("replicas", of: spec)
      validator.selectorAndTemplate(of: spec)
      validator.strategy(of: spec)
      validator.nonnegative("minReadySeconds", of: spec)
      validator.nonnegative("revisionHistoryLimit", of: spec)
      validator.nonnegative("progressDeadlineSeconds", of: spec)
      if let deadline = spec["progressDeadlineSeconds"]?.int64,
        deadline <= spec["minReadySeconds"]?.int64 ?? 0
      {
        validator.invalid(
          "progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")
      }
    }
  }

  mutating func replicaSet(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.nonnegative("replicas", of: spec)
      validator.nonnegative("minReadySeconds", of: spec)
      validator.selectorAndTemplate(of: spec)
    }
  }

  private mutating func selectorAndTemplate(of spec: JSONObject) {
    let selector = spec["selector"]?.object
    if let selector {
      within("selector") { $0.labelSelector(selector) }
      let isEmpty =
        (selector["matchLabels"]?.object ?? JSONObject()).isEmpty
        && (selector["matchExpressions"]?.array ?? []).isEmpty
      if isEmpty {
        // Of replica sets too: Kubernetes shares the text.
        report(
          .invalid, "selector", value: GoText.structure("v1.LabelSelector", spec["selector"]),
          "empty selector is invalid for deployment")
      }
    } else {
      required("selector")
    }
    do {
      let read = try LabelSelector(json: spec["selector"]?.object.map(JSONValue.object))
      template(of: spec, selectedBy: read)
    } catch {
      report(
        .invalid, "selector", value: GoText.structure("v1.LabelSelector", spec["selector"]),
        "invalid label selector")
    }
  }

  /// ValidatePodTemplateSpecForReplicaSet.
  private mutating func template(of spec: JSONObject, selectedBy selector: LabelSelector) {
    let template = spec["template"]?.object ?? JSONObject()
    let meta = template["metadata"]?.object ?? JSONObject()
    within("template") { validator in
      validator.templateLabels(meta, selectedBy: selector)
      validator.podTemplate(template)
      validator.endless(template, "ReplicaSet")
    }
  }

  /// A template's pods must be the ones that their owner looks for.
  mutating func templateLabels(_ meta: JSONObject, selectedBy selector: LabelSelector) {
    guard !selector.isEverything else { return }
    var labels: [String: String] = [:]
    for member in meta["labels"]?.object?.members ?? [] {
      if let text = member.value.string { labels[member.name] = text }
    }
    guard !selector.matches(labels) else { return }
    report(
      .invalid, "metadata.labels", value: GoText.map(meta["labels"]),
      "`selector` does not match template `labels`")
  }

  /// ValidatePodTemplateSpec, within the template.
  mutating func podTemplate(_ template: JSONObject) {
    let meta = template["metadata"]?.object ?? JSONObject()
    // As Kubernetes has it: without `metadata` in the path.
    labels("labels", of: meta)
    annotations(of: meta)
    let podSpec = template["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.podSpec(podSpec)
      if !(podSpec["ephemeralContainers"]?.array ?? []).isEmpty {
        validator.forbidden(
          "ephemeralContainers", "ephemeral containers not allowed in pod template")
      }
    }
  }

  /// Its pods run until they are told not to.
  mutating func endless(_ template: JSONObject, _ kind: String) {
    let podSpec = template["spec"]
    within("spec") { validator in
      if let policy = podSpec?["restartPolicy"]?.string, policy != "Always" {
        validator.unsupported("restartPolicy", policy, ["Always"])
      }
      if podSpec?["activeDeadlineSeconds"]?.int64 != nil {
        validator.forbidden(
          "activeDeadlineSeconds", "activeDeadlineSeconds in \(kind) is not Supported")
      }
    }
  }

  private mutating func strategy(of spec: JSONObject) {
    let strategy = spec["strategy"]?.object ?? JSONObject()
    let rolling = strategy["rollingUpdate"]?.object
    switch strategy["type"]?.string ?? "" {
    case "Recreate":
      if rolling != nil {
        within("strategy") {
          $0.forbidden(
            "rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
        }
      }
    case "RollingUpdate":
      within("strategy") { validator in
        validator.within("rollingUpdate") { $0.rollingUpdate(rolling ?? JSONObject()) }
      }
    default:
      report(
        .unsupported, "strategy",
        value: GoText.structure("apps.DeploymentStrategy", spec["strategy"]),
        Self.supported(["Recreate", "RollingUpdate"]))
    }
  }

  private mutating func rollingUpdate(_ rolling: JSONObject) {
    let unavailable = countOrPercent("maxUnavailable", of: rolling)
    let surge = countOrPercent("maxSurge", of: rolling)
    if Self.number(unavailable) == 0, Self.number(surge) == 0 {
      report(
        .invalid, "maxUnavailable", value: GoText.intOrString(unavailable),
        "may not be 0 when `maxSurge` is 0")
    }
    if let percent = unavailable.percent, percent > 100 {
      report(
        .invalid, "maxUnavailable", value: GoText.intOrString(unavailable),
        "must not be greater than 100%")
    }
  }

  mutating func countOrPercent(_ field: String, of parent: JSONObject) -> IntOrString {
    let value = IntOrString(json: parent[field]) ?? .int(0)
    switch value {
    case .int(let number):
      if number < 0 { invalid(field, Int64(number), "must be greater than or equal to 0") }
    case .string(let text):
      if !NameSyntax.isPercent(text) {
        report(.invalid, field, value: GoText.intOrString(value), NameSyntax.percent)
      }
    }
    return value
  }

  static func number(_ value: IntOrString) -> Int64 {
    switch value {
    case .int(let number): Int64(number)
    case .string: value.percent ?? 0
    }
  }

  // MARK: - Updates

  mutating func immutableSelector(_ object: JSONObject, replacing old: JSONObject) {
    let selector = object["spec"]?["selector"]
    guard selector != old["spec"]?["selector"] else { return }
    within("spec") {
      $0.report(
        .invalid, "selector", value: GoText.structure("v1.LabelSelector", selector),
        "field is immutable")
    }
  }

  // MARK: - Status

  /// ValidateDeploymentStatus and ValidateReplicaSetStatus: counters and what bounds them.
  mutating func workloadStatus(_ status: JSONObject, counters: [String]) {
    for counter in counters + ["observedGeneration", "collisionCount"] {
      nonnegative(counter, of: status)
    }
    let replicas = status["replicas"]?.int64 ?? 0
    for counter in counters where counter != "replicas" && counter != "unavailableReplicas" {
      if let count = status[counter]?.int64, count > replicas {
        invalid(counter, count, "cannot be greater than status.replicas")
      }
    }
    if let available = status["availableReplicas"]?.int64,
      available > status["readyReplicas"]?.int64 ?? 0
    {
      invalid("availableReplicas", available, "cannot be greater than readyReplicas")
    }
  }
}
