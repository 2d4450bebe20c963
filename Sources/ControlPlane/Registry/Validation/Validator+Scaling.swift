import JSON
import Objects

/// autoscaling/v2 (pkg/apis/autoscaling/validation) and policy/v1 (pkg/apis/policy/validation).
extension Validator {
  mutating func horizontalPodAutoscaler(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    let fewest = spec["minReplicas"]?.int64
    let most = spec["maxReplicas"]?.int64 ?? 0
    within("spec") { validator in
      if let fewest, fewest < 1 {
        validator.invalid("minReplicas", fewest, "must be greater than or equal to 1")
      }
      if most < 1 { validator.invalid("maxReplicas", most, "must be greater than 0") }
      if let fewest, most < fewest {
        validator.invalid(
          "maxReplicas", most, "must be greater than or equal to `minReplicas`")
      }
      validator.scaleTarget("scaleTargetRef", of: spec)
      validator.metrics(of: spec, toZero: fewest == 0)
      validator.ifObject("behavior", of: spec) { validator, behavior in
        for field in ["scaleUp", "scaleDown"] {
          validator.ifObject(field, of: behavior) { $0.scalingRules($1) }
        }
      }
    }
  }

  private mutating func scaleTarget(_ field: String, of parent: JSONObject) {
    within(field) { validator in
      for part in ["kind", "name"] {
        let text = parent[field]?[part]?.string ?? ""
        if text.isEmpty { validator.required(part) }
        validator.invalid(part, text, NameSyntax.pathSegmentComplaints(text))
      }
    }
  }

  // MARK: - Metrics

  private static let sources: [(type: String, field: String)] = [
    ("ContainerResource", "containerResource"), ("External", "external"), ("Object", "object"),
    ("Pods", "pods"), ("Resource", "resource"),
  ]

  private mutating func metrics(of spec: JSONObject, toZero: Bool) {
    each("metrics", of: spec) { validator, metric, _ in validator.metric(metric) }
    let types = (spec["metrics"]?.array ?? []).map { $0["type"]?.string }
    if toZero, !types.contains("Object"), !types.contains("External") {
      forbidden(
        "metrics",
        "must specify at least one Object or External metric to support scaling to zero replicas")
    }
  }

  private mutating func metric(_ metric: JSONObject) {
    let type = metric["type"]?.string ?? ""
    if type.isEmpty { required("type", "must specify a metric source type") }
    let known = Self.sources.map(\.type)
    // Kubernetes tells it once for the type and once for what should come with it.
    if !known.contains(type) {
      unsupported("type", type, known)
      unsupported("type", type, known)
    }
    let present = Self.sources.filter { metric[$0.field]?.object != nil }
    if present.count == 1, let source = metric[present[0].field]?.object {
      within(present[0].field) { $0.metricSource(source, present[0].type) }
    }
    let expected = Self.sources.first { $0.type == type }
    if let expected, metric[expected.field]?.object == nil {
      required(expected.field, "must populate information for the given metric source")
    }
    guard present.count != 1 else { return }
    for other in present where other.type != type {
      forbidden(other.field, "must populate the given metric source only")
    }
  }

  private mutating func metricSource(_ source: JSONObject, _ type: String) {
    let target = source["target"]?.object ?? JSONObject()
    let hasValue = Quantity(json: target["value"]) != nil
    let average = Quantity(json: target["averageValue"])
    switch type {
    case "Resource", "ContainerResource":
      if (source["name"]?.string ?? "").isEmpty {
        required("name", "must specify a resource name")
      }
      if type == "ContainerResource", (source["container"]?.string ?? "").isEmpty {
        required("container", "must specify a container")
      }
      metricTarget(target)
      switch (target["averageUtilization"]?.int64 != nil, average != nil) {
      case (true, true):
        forbidden(
          "target.averageValue", "may not set both a target raw value and a target utilization")
      case (false, false):
        required(
          "target.averageUtilization",
          "must set either a target raw value or a target utilization")
      case (true, false), (false, true): break
      }
    case "Object":
      scaleTarget("describedObject", of: source)
      metricIdentifier(source)
      metricTarget(target)
      if !hasValue, average == nil {
        required("target.averageValue", "must set either a target value or averageValue")
      }
    case "Pods":
      metricIdentifier(source)
      metricTarget(target)
      if average == nil || average?.isZero == true || average?.isNegative == true {
        required("target.averageValue", "must specify a positive target averageValue")
      }
    default:
      metricIdentifier(source)
      metricTarget(target)
      switch (hasValue, average != nil) {
      case (true, true):
        forbidden(
          "target.value",
          "may not set both a target value for metric and a per-pod target")
      case (false, false):
        required(
          "target.averageValue",
          "must set either a target value for metric or a per-pod target")
      case (true, false), (false, true): break
      }
    }
  }

  private mutating func metricIdentifier(_ source: JSONObject) {
    let name = source["metric"]?["name"]?.string ?? ""
    if name.isEmpty { required("metric.name", "must specify a metric name") }
    invalid("metric.name", name, NameSyntax.pathSegmentComplaints(name))
  }

  private mutating func metricTarget(_ target: JSONObject) {
    within("target") { validator in
      let type = target["type"]?.string ?? ""
      if type.isEmpty { validator.required("type", "must specify a metric target type") }
      if !["Utilization", "Value", "AverageValue"].contains(type) {
        validator.invalid(
          "type", type, "must be either Utilization, Value, or AverageValue")
      }
      for field in ["value", "averageValue"] {
        guard let value = Quantity(json: target[field]), value.isZero || value.isNegative else {
          continue
        }
        validator.invalid(field, value.description, "must be positive")
      }
      if let percent = target["averageUtilization"]?.int64, percent < 1 {
        validator.invalid("averageUtilization", percent, "must be greater than 0")
      }
    }
  }

  // MARK: - Behavior

  private static let stabilizationSecondsMax: Int64 = 3600
  private static let periodSecondsMax: Int64 = 1800

  private mutating func scalingRules(_ rules: JSONObject) {
    if let window = rules["stabilizationWindowSeconds"]?.int64 {
      if window < 0 {
        invalid(
          "stabilizationWindowSeconds", window, "must be greater than or equal to zero")
      }
      if window > Self.stabilizationSecondsMax {
        invalid(
          "stabilizationWindowSeconds", window,
          "must be less than or equal to \(Self.stabilizationSecondsMax)")
      }
    }
    oneOf(["Disabled", "Max", "Min"], "selectPolicy", of: rules)
    if (rules["policies"]?.array ?? []).isEmpty {
      required("policies", "must specify at least one Policy")
    }
    each("policies", of: rules) { validator, policy, _ in
      let type = policy["type"]?.string ?? ""
      if type != "Pods", type != "Percent" {
        validator.unsupported("type", type, ["Percent", "Pods"])
      }
      for field in ["value", "periodSeconds"] {
        let number = policy[field]?.int64 ?? 0
        if number <= 0 { validator.invalid(field, number, "must be greater than zero") }
      }
      if let period = policy["periodSeconds"]?.int64, period > Self.periodSecondsMax {
        validator.invalid(
          "periodSeconds", period, "must be less than or equal to \(Self.periodSecondsMax)")
      }
    }
  }

  // MARK: - PodDisruptionBudget

  mutating func podDisruptionBudget(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    func has(_ field: String) -> Bool { IntOrString(json: spec[field]) != nil }
    if has("minAvailable"), has("maxUnavailable") {
      report(
        .invalid, "spec",
        value: GoText.structure("policy.PodDisruptionBudgetSpec", .object(spec)),
        "minAvailable and maxUnavailable cannot be both set")
    }
    within("spec") { validator in
      for field in ["minAvailable", "maxUnavailable"] where has(field) {
        let value = validator.countOrPercent(field, of: spec)
        validator.atMostAll(field, value)
      }
      validator.ifObject("selector", of: spec) { $0.labelSelector($1) }
      validator.oneOf(["AlwaysAllow", "IfHealthyBudget"], "unhealthyPodEvictionPolicy", of: spec)
    }
  }

  mutating func disruptionStatus(_ status: JSONObject) {
    for field in ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] {
      nonnegative(field, of: status)
    }
  }
}
