import Base
import JSON

/// autoscaling/v1 knows one metric, the use of CPU. What else autoscaling/v2 has stands in
/// annotations there (apis/autoscaling/v1/conversion.go).
enum AutoscalerVersions {
  private static let metricsNote = "autoscaling.alpha.kubernetes.io/metrics"
  private static let behaviorNote = "autoscaling.alpha.kubernetes.io/behavior"
  private static let conditionsNote = "autoscaling.alpha.kubernetes.io/conditions"

  // MARK: - To v1

  static func toV1(_ object: JSONObject) -> JSONObject {
    var result = object
    var notes: [(String, JSONValue)] = []
    if var spec = object["spec"]?.object {
      var others: [JSONValue] = []
      for metric in spec["metrics"]?.array ?? [] {
        if let use = cpuUse(metric, "target") {
          spec["targetCPUUtilizationPercentage"] = use
        } else {
          others.append(metricToV1(metric))
        }
      }
      if !others.isEmpty { notes.append((metricsNote, .array(others))) }
      if let behavior = spec["behavior"], !behavior.isNull {
        notes.append((behaviorNote, behavior))
      }
      spec["metrics"] = nil
      spec["behavior"] = nil
      result["spec"] = .object(spec)
    }
    if var status = object["status"]?.object {
      if let use = (status["currentMetrics"]?.array ?? []).lazy
        .compactMap({ cpuUse($0, "current") }).first
      {
        status["currentCPUUtilizationPercentage"] = use
      }
      if let conditions = status["conditions"], conditions.array?.isEmpty == false {
        notes.append((conditionsNote, conditions))
      }
      status["currentMetrics"] = nil
      status["conditions"] = nil
      // v1 never leaves them out.
      for counter in ["currentReplicas", "desiredReplicas"] {
        status[counter] = status[counter] ?? 0
      }
      result["status"] = .object(status)
    }
    if !notes.isEmpty { annotate(&result, notes) }
    return result
  }

  private static func annotate(_ object: inout JSONObject, _ notes: [(String, JSONValue)]) {
    var meta = object["metadata"]?.object ?? JSONObject()
    var annotations = meta["annotations"]?.object ?? JSONObject()
    for (name, value) in notes { annotations[name] = .string(value.text()) }
    meta["annotations"] = .object(annotations)
    object["metadata"] = .object(meta)
  }

  /// The percentage of CPU, of a spec's `target` or a status's `current`.
  private static func cpuUse(_ metric: JSONValue, _ side: String) -> JSONValue? {
    guard metric["type"] == "Resource", metric["resource"]?["name"] == "cpu",
      let use = metric["resource"]?[side]?["averageUtilization"], !use.isNull
    else { return nil }
    return use
  }

  private static func metricToV1(_ metric: JSONValue) -> JSONValue {
    guard let (field, source) = source(of: metric) else { return metric }
    let target = source["target"]
    var flat = JSONObject()
    func put(_ name: String, _ value: JSONValue?) {
      if let value, !value.isNull { flat[name] = value }
    }
    switch field {
    case "resource", "containerResource":
      put("name", source["name"])
      put("targetAverageUtilization", target?["averageUtilization"])
      put("targetAverageValue", target?["averageValue"])
      put("container", source["container"])
    case "pods":
      put("metricName", source["metric"]?["name"])
      put("selector", source["metric"]?["selector"])
      put("targetAverageValue", target?["averageValue"])
    case "object":
      put("target", source["describedObject"])
      put("metricName", source["metric"]?["name"])
      put("targetValue", target?["value"] ?? "0")
      put("selector", source["metric"]?["selector"])
      put("averageValue", target?["averageValue"])
    case "external":
      put("metricName", source["metric"]?["name"])
      put("metricSelector", source["metric"]?["selector"])
      put("targetValue", target?["value"])
      put("targetAverageValue", target?["averageValue"])
    default: return metric
    }
    return .object(
      JSONObject([
        .init(name: "type", value: metric["type"] ?? ""), .init(name: field, value: .object(flat)),
      ]))
  }

  private static let sources = ["resource", "containerResource", "pods", "object", "external"]

  private static func source(of metric: JSONValue) -> (String, JSONObject)? {
    for field in sources {
      if let source = metric[field]?.object { return (field, source) }
    }
    return nil
  }

  // MARK: - To v2

  static func toV2(_ object: JSONObject) -> JSONObject {
    var result = object
    var metrics: [JSONValue] = []
    var spec = object["spec"]?.object ?? JSONObject()
    if let use = spec["targetCPUUtilizationPercentage"], !use.isNull {
      metrics.append([
        "type": "Resource",
        "resource": [
          "name": "cpu", "target": ["type": "Utilization", "averageUtilization": use],
        ],
      ])
    }
    if case .array(let others)? = note(metricsNote, of: object) {
      metrics += others.map(metricToV2)
    }
    spec["targetCPUUtilizationPercentage"] = nil
    if !metrics.isEmpty { spec["metrics"] = .array(metrics) }
    if case .object(let behavior)? = note(behaviorNote, of: object) {
      spec["behavior"] = .object(behavior)
    }
    if object["spec"] != nil { result["spec"] = .object(spec) }
    if var status = object["status"]?.object {
      if let use = status["currentCPUUtilizationPercentage"], !use.isNull {
        status["currentMetrics"] = [
          [
            "type": "Resource",
            "resource": ["name": "cpu", "current": ["averageUtilization": use]],
          ]
        ]
      }
      status["currentCPUUtilizationPercentage"] = nil
      if status["currentReplicas"] == 0 { status["currentReplicas"] = nil }
      if case .array(let conditions)? = note(conditionsNote, of: object) {
        status["conditions"] = .array(conditions)
      }
      result["status"] = .object(status)
    }
    dropNotes(&result)
    return result
  }

  /// Nil where there is none, or it is no JSON.
  private static func note(_ name: String, of object: JSONObject) -> JSONValue? {
    guard let text = object["metadata"]?["annotations"]?[name]?.string else { return nil }
    do throws(JSONError) {
      return try JSONValue(parsing: Bytes(text))
    } catch {
      return nil
    }
  }

  private static func dropNotes(_ object: inout JSONObject) {
    guard var meta = object["metadata"]?.object, var annotations = meta["annotations"]?.object
    else { return }
    let before = annotations.count
    for name in [metricsNote, behaviorNote, conditionsNote] { annotations[name] = nil }
    guard annotations.count < before else { return }
    meta["annotations"] = annotations.isEmpty ? nil : .object(annotations)
    object["metadata"] = .object(meta)
  }

  private static func metricToV2(_ metric: JSONValue) -> JSONValue {
    guard let (field, flat) = source(of: metric) else { return metric }
    var source = JSONObject()
    func metricNamed(_ selector: String) -> JSONValue {
      var named = JSONObject([.init(name: "name", value: flat["metricName"] ?? "")])
      if let selector = flat[selector], !selector.isNull { named["selector"] = selector }
      return .object(named)
    }
    switch field {
    case "resource", "containerResource":
      source["name"] = flat["name"] ?? ""
      source["container"] = flat["container"]
      source["target"] = target(
        ("Utilization", "averageUtilization", flat["targetAverageUtilization"]),
        ("AverageValue", "averageValue", flat["targetAverageValue"]))
    case "pods":
      source["metric"] = metricNamed("selector")
      source["target"] = target(("AverageValue", "averageValue", flat["targetAverageValue"]))
    case "object":
      source["describedObject"] = flat["target"] ?? [:]
      source["metric"] = metricNamed("selector")
      source["target"] = target(
        ("AverageValue", "averageValue", flat["averageValue"]),
        ("Value", "value", flat["targetValue"]))
    case "external":
      source["metric"] = metricNamed("metricSelector")
      source["target"] = target(
        ("Value", "value", flat["targetValue"]),
        ("AverageValue", "averageValue", flat["targetAverageValue"]))
    default: return metric
    }
    return .object(
      JSONObject([
        .init(name: "type", value: metric["type"] ?? ""),
        .init(name: field, value: .object(source)),
      ]))
  }

  /// The first that is there.
  private static func target(_ choices: (String, String, JSONValue?)...) -> JSONValue {
    for (type, name, value) in choices {
      if let value, !value.isNull {
        return .object(
          JSONObject([
            .init(name: "type", value: .string(type)), .init(name: name, value: value),
          ]))
      }
    }
    return [:]
  }
}
