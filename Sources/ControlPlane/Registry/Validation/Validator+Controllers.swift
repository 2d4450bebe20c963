import JSON
import Objects

/// DaemonSet, StatefulSet, ControllerRevision (pkg/apis/apps/validation), ReplicationController and
/// PodTemplate (pkg/apis/core/validation).
extension Validator {
  // MARK: - DaemonSet

  mutating func daemonSet(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    let template = spec["template"]?.object ?? JSONObject()
    within("spec") { validator in
      if let selector = spec["selector"]?.object {
        validator.within("selector") { $0.labelSelector(selector) }
      }
      validator.templateMatches(spec)
      if let selector = spec["selector"]?.object, Self.isEmpty(selector) {
        validator.emptySelector(spec, "daemonset")
      }
      validator.within("template") { validator in
        validator.podTemplate(template)
        validator.endless(template, "DaemonSet")
      }
      validator.nonnegative("minReadySeconds", of: spec)
      validator.daemonSetStrategy(of: spec)
      validator.nonnegative("revisionHistoryLimit", of: spec)
    }
  }

  /// A selector that cannot be read is reported by itself.
  private mutating func templateMatches(_ spec: JSONObject) {
    let selector: LabelSelector
    do { selector = try LabelSelector(json: spec["selector"]) } catch { return }
    let meta = spec["template"]?["metadata"]?.object ?? JSONObject()
    within("template") { $0.templateLabels(meta, selectedBy: selector) }
  }

  static func isEmpty(_ selector: JSONObject) -> Bool {
    (selector["matchLabels"]?.object ?? JSONObject()).isEmpty
      && (selector["matchExpressions"]?.array ?? []).isEmpty
  }

  private mutating func emptySelector(_ spec: JSONObject, _ kind: String) {
    report(
      .invalid, "selector", value: GoText.structure("v1.LabelSelector", spec["selector"]),
      "empty selector is invalid for \(kind)")
  }

  private mutating func daemonSetStrategy(of spec: JSONObject) {
    let strategy = spec["updateStrategy"]?.object ?? JSONObject()
    switch strategy["type"]?.string ?? "" {
    case "OnDelete": break
    case "RollingUpdate":
      guard let rolling = strategy["rollingUpdate"]?.object else {
        return required("updateStrategy.rollingUpdate")
      }
      within("updateStrategy") { validator in
        validator.within("rollingUpdate") { $0.daemonSetRolling(rolling) }
      }
    default:
      report(
        .unsupported, "updateStrategy",
        value: GoText.structure("apps.DaemonSetUpdateStrategy", .object(strategy)),
        Self.supported(["OnDelete", "RollingUpdate"]))
    }
  }

  private mutating func daemonSetRolling(_ rolling: JSONObject) {
    let unavailable = countOrPercent("maxUnavailable", of: rolling)
    let surge = countOrPercent("maxSurge", of: rolling)
    atMostAll("maxUnavailable", unavailable)
    atMostAll("maxSurge", surge)
    switch (Self.number(unavailable) != 0, Self.number(surge) != 0) {
    case (true, true):
      report(
        .invalid, "maxSurge", value: GoText.intOrString(surge),
        "may not be set when maxUnavailable is non-zero")
    case (false, false): required("maxUnavailable", "cannot be 0 when maxSurge is 0")
    case (true, false), (false, true): break
    }
  }

  /// A percentage is of all there are.
  mutating func atMostAll(_ field: String, _ value: IntOrString) {
    guard let percent = value.percent, percent > 100 else { return }
    report(
      .invalid, field, value: GoText.intOrString(value), "must not be greater than 100%")
  }

  mutating func daemonSetStatus(_ status: JSONObject) {
    for counter in [
      "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
      "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable",
      "collisionCount",
    ] {
      nonnegative(counter, of: status)
    }
  }

  // MARK: - StatefulSet

  mutating func statefulSet(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.podManagement(of: spec)
      validator.statefulSetStrategy(of: spec)
      validator.ifObject("persistentVolumeClaimRetentionPolicy", of: spec) { validator, policy in
        for field in ["whenDeleted", "whenScaled"] {
          validator.oneOf(["Delete", "Retain"], field, of: policy)
        }
      }
      validator.nonnegative("replicas", of: spec)
      validator.nonnegative("minReadySeconds", of: spec)
      validator.ifObject("ordinals", of: spec) { $0.nonnegative("start", of: $1) }
      if let selector = spec["selector"]?.object {
        validator.within("selector") { $0.labelSelector(selector) }
        if Self.isEmpty(selector) { validator.emptySelector(spec, "statefulset") }
      } else {
        validator.required("selector")
      }
      validator.templateMatches(spec)
      // The volumes of its pods come from claims: Kubernetes does not look at the template's spec.
      let template = spec["template"]?.object ?? JSONObject()
      let meta = template["metadata"]?.object ?? JSONObject()
      validator.within("template") { validator in
        validator.labels("labels", of: meta)
        validator.annotations(of: meta)
        validator.endless(template, "StatefulSet")
      }
    }
  }

  private mutating func podManagement(of spec: JSONObject) {
    switch spec["podManagementPolicy"]?.string ?? "" {
    case "": required("podManagementPolicy")
    case "OrderedReady", "Parallel": break
    case let policy:
      invalid("podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'")
    }
  }

  private mutating func statefulSetStrategy(of spec: JSONObject) {
    let strategy = spec["updateStrategy"]?.object ?? JSONObject()
    let rolling = strategy["rollingUpdate"]?.object
    switch strategy["type"]?.string ?? "" {
    case "": required("updateStrategy")
    case "OnDelete":
      if let rolling {
        report(
          .invalid, "updateStrategy.rollingUpdate",
          value: GoText.structure("apps.RollingUpdateStatefulSetStrategy", .object(rolling)),
          "only allowed for updateStrategy 'RollingUpdate'")
      }
    case "RollingUpdate":
      within("updateStrategy") { validator in
        validator.within("rollingUpdate") {
          $0.nonnegative("partition", of: rolling ?? JSONObject())
        }
      }
    default:
      report(
        .invalid, "updateStrategy",
        value: GoText.structure("apps.StatefulSetUpdateStrategy", .object(strategy)),
        "must be 'RollingUpdate' or 'OnDelete'")
    }
  }

  private static let statefulSetFixed = """
    updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
    'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and \
    'minReadySeconds' are forbidden
    """

  mutating func statefulSetUpdate(_ object: JSONObject, replacing old: JSONObject) {
    func fixed(_ object: JSONObject) -> JSONObject? {
      object["spec"]?.object?.without(
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds")
    }
    if fixed(object) != fixed(old) { forbidden("spec", Self.statefulSetFixed) }
  }

  mutating func statefulSetStatus(_ status: JSONObject) {
    let counters = ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"]
    for counter in ["replicas"] + counters + ["observedGeneration", "collisionCount"] {
      nonnegative(counter, of: status)
    }
    let replicas = status["replicas"]?.int64 ?? 0
    for counter in counters {
      if let count = status[counter]?.int64, count > replicas {
        invalid(counter, count, "cannot be greater than status.replicas")
      }
    }
    if let available = status["availableReplicas"]?.int64,
      available > status["readyReplicas"]?.int64 ?? 0
    {
      invalid("availableReplicas", available, "cannot be greater than status.readyReplicas")
    }
  }

  // MARK: - ReplicationController, PodTemplate, ControllerRevision

  mutating func replicationController(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    let labels = spec["selector"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.nonnegative("minReadySeconds", of: spec)
      if labels.isEmpty { validator.required("selector") }
      validator.nonnegative("replicas", of: spec)
      guard let template = spec["template"]?.object else { return validator.required("template") }
      validator.within("template") { validator in
        validator.controllerLabels(template, labels)
        validator.podTemplate(template)
        validator.endless(template, "ReplicationController")
      }
    }
  }

  private mutating func controllerLabels(_ template: JSONObject, _ selector: JSONObject) {
    let labels = template["metadata"]?["labels"]
    guard selector.members.contains(where: { labels?[$0.name] != $0.value }) else { return }
    report(
      .invalid, "metadata.labels", value: GoText.map(labels),
      "`selector` does not match template `labels`")
  }

  mutating func podTemplateObject(_ object: JSONObject) {
    let template = object["template"]?.object ?? JSONObject()
    within("template") { $0.podTemplate(template) }
  }

  mutating func controllerRevision(_ object: JSONObject) {
    if object["data"] == nil || object["data"]?.isNull == true {
      required("data", "data is mandatory")
    }
    nonnegative("revision", of: object)
  }

  mutating func controllerRevisionUpdate(_ object: JSONObject, replacing old: JSONObject) {
    guard object["data"] != old["data"] else { return }
    report(
      .invalid, "data", value: GoText.structure("runtime.RawExtension", object["data"]),
      "field is immutable")
  }
}
