import Base
import JSON
import Objects

/// The rows of what runs.
extension TableRows {
  static let workloads: [String: TableRows] = [
    "pods": TableRows(PodCells.columns) { PodCells($0).cells },
    "deployments": deployment, "replicasets": replicaSet, "statefulsets": statefulSet,
    "daemonsets": daemonSet, "replicationcontrollers": replicationController,
    "controllerrevisions": controllerRevision, "podtemplates": podTemplate,
    "horizontalpodautoscalers": horizontalPodAutoscaler,
    "poddisruptionbudgets": podDisruptionBudget,
  ]

  private static let template: [ObjectTable.Column] = [.containers, .images, .selector]

  private static let desired = ObjectTable.Column("Desired", .integer, "Pods that are wanted.")
  private static let current = ObjectTable.Column("Current", .integer, "Pods that there are.")
  private static let ready = ObjectTable.Column("Ready", .integer, "Pods that are ready.")
  private static let readyOfAll = ObjectTable.Column("Ready", "Pods that are ready, of all.")

  private static let deployment = TableRows(
    [
      .name, readyOfAll, .init("Up-to-date", "Pods of the newest template."),
      .init("Available", "Pods that have been ready for long enough."), .age,
    ] + template
  ) { row in
    [
      row.name, ratio(row), row.status("updatedReplicas"), row.status("availableReplicas"),
      row.age,
    ] + templateCells(row) + [.string(LabelTerms.text(row.spec?["selector"]))]
  }

  private static func ratio(_ row: TableRow) -> JSONValue {
    let ready = row.status?["readyReplicas"]?.int64 ?? 0
    return .string("\(ready)/\(row.spec?["replicas"]?.int64 ?? 0)")
  }

  private static let replicaSet = TableRows([.name, desired, current, ready, .age] + template) {
    replicaCells($0) + [.string(LabelTerms.text($0.spec?["selector"]))]
  }

  private static let replicationController = TableRows(
    [.name, desired, current, ready, .age] + template
  ) { replicaCells($0) + [.string(CellList.labels($0.spec?["selector"]))] }

  private static func replicaCells(_ row: TableRow) -> [JSONValue] {
    [
      row.name, row.spec("replicas"), row.status("replicas"), row.status("readyReplicas"), row.age,
    ] + templateCells(row)
  }

  private static let statefulSet = TableRows([.name, readyOfAll, .age, .containers, .images]) {
    [$0.name, ratio($0), $0.age] + templateCells($0)
  }

  private static let daemonSet = TableRows(
    [
      .name, desired, current, ready,
      .init("Up-to-date", .integer, "Nodes that run the newest template."),
      .init("Available", .integer, "Nodes whose pod has been ready for long enough."),
      .init("Node Selector", "Labels of the nodes that run it."), .age,
    ] + template
  ) { row in
    [
      row.name, row.status("desiredNumberScheduled"), row.status("currentNumberScheduled"),
      row.status("numberReady"), row.status("updatedNumberScheduled"),
      row.status("numberAvailable"),
      .string(CellList.labels(row.spec?["template"]?["spec"]?["nodeSelector"])), row.age,
    ] + templateCells(row) + [.string(LabelTerms.text(row.spec?["selector"]))]
  }

  private static let controllerRevision = TableRows([
    .name, .init("Controller", "Whose revision it is."),
    .init("Revision", "Which one: a later one has a higher number."), .age,
  ]) { row in
    let owner = row.object.meta.controller.map { owner in
      let group = owner.apiVersion.split(separator: "/").dropLast().first.map { ".\($0)" } ?? ""
      return "\(owner.kind.lowercased())\(group)/\(owner.name)"
    }
    return [row.name, Absent.orNone(owner), .number(row.json["revision"]?.int64 ?? 0), row.age]
  }

  private static let podTemplate = TableRows([
    .name, .init("Containers", "Names of the template's containers."),
    .init("Images", "Images of the template's containers."),
    .init("Pod Labels", "Labels of the pods that are made of it."),
  ]) { row in
    let template = row.json["template"]
    return [row.name] + containerCells(template?["spec"])
      + [.string(CellList.labels(template?["metadata"]?["labels"]))]
  }

  private static let podDisruptionBudget = TableRows([
    .name, .init("Min Available", "Pods that must stay."),
    .init("Max Unavailable", "Pods that may be missing."),
    .init("Allowed Disruptions", .integer, "Pods that may be evicted now."), .age,
  ]) { row in
    func amount(_ field: String) -> JSONValue {
      .string(IntOrString(json: row.spec?[field])?.description ?? "N/A")
    }
    return [
      row.name, amount("minAvailable"), amount("maxUnavailable"),
      row.status("disruptionsAllowed"), row.age,
    ]
  }

  private static let horizontalPodAutoscaler = TableRows([
    .name, .init("Reference", "What it scales."),
    .init("Targets", "What is measured, and what it should be."),
    .init("MinPods", "Fewest pods."), .init("MaxPods", "Most pods."),
    .init("Replicas", "Pods that there are."), .age,
  ]) { row in
    let target = row.spec?["scaleTargetRef"]
    let fewest = row.spec?["minReplicas"]?.int64.map { "\($0)" }
    return [
      row.name, .string("\(target?["kind"]?.string ?? "")/\(target?["name"]?.string ?? "")"),
      .string(MetricCells.text(row)), .string(fewest ?? Absent.unset), row.spec("maxReplicas"),
      row.status("currentReplicas"), row.age,
    ]
  }

  private static func templateCells(_ row: TableRow) -> [JSONValue] {
    containerCells(row.spec?["template"]?["spec"])
  }

  /// Names and images of a pod's containers.
  static func containerCells(_ podSpec: JSONValue?) -> [JSONValue] {
    let containers = podSpec?["containers"]?.array ?? []
    return ["name", "image"].map { field in
      .string(containers.map { $0[field]?.string ?? "" }.joined(separator: ","))
    }
  }
}

/// A selector as it is typed (meta/v1 FormatLabelSelector).
enum LabelTerms {
  static func text(_ json: JSONValue?) -> String {
    guard let object = json?.object else { return Absent.none }
    var terms: [(key: String, text: String)] = []
    for label in object["matchLabels"]?.object?.members ?? [] {
      terms.append((label.name, "\(label.name)=\(label.value.string ?? "")"))
    }
    for expression in object["matchExpressions"]?.array ?? [] {
      guard let key = expression["key"]?.string else { continue }
      let values = (expression["values"]?.array ?? []).compactMap(\.string).sorted()
        .joined(separator: ",")
      switch expression["operator"]?.string {
      case "In": terms.append((key, "\(key) in (\(values))"))
      case "NotIn": terms.append((key, "\(key) notin (\(values))"))
      case "Exists": terms.append((key, key))
      case "DoesNotExist": terms.append((key, "!\(key)"))
      default: return "<error>"
      }
    }
    return terms.isEmpty
      ? Absent.none : terms.sorted { $0.key < $1.key }.map(\.text).joined(separator: ",")
  }
}

/// What a HorizontalPodAutoscaler measures: `cpu: 12%/80%`.
enum MetricCells {
  static func text(_ row: TableRow) -> String {
    let metrics = row.spec?["metrics"]?.array ?? []
    guard !metrics.isEmpty else { return Absent.none }
    let texts = metrics.enumerated().map { place, metric in
      text(metric, row.status?["currentMetrics"]?[place])
    }
    return CellList.text(texts, max: 2, separator: ", ")
  }

  /// By the metric's place: the status lists what was measured in the order of the spec.
  private static func text(_ metric: JSONValue, _ measured: JSONValue?) -> String {
    let type = metric["type"]?.string ?? ""
    guard let field = fields[type] else { return "<unknown type>" }
    let target = metric[field]?["target"]
    let current = measured?[field]?["current"]
    let name = metric[field]?["name"]?.string ?? ""
    switch type {
    case "Resource", "ContainerResource":
      if let average = amount(target?["averageValue"]) {
        return "\(name): \(amount(current?["averageValue"]) ?? Absent.unknown)/\(average)"
      }
      let percent = { (value: JSONValue?) in value?.int64.map { "\($0)%" } }
      return "\(name): \(percent(current?["averageUtilization"]) ?? Absent.unknown)/"
        + (percent(target?["averageUtilization"]) ?? "<auto>")
    case "Pods":
      return "\(amount(current?["averageValue"]) ?? Absent.unknown)/"
        + (amount(target?["averageValue"]) ?? "")
    default:
      if let average = amount(target?["averageValue"]) {
        return "\(amount(current?["averageValue"]) ?? Absent.unknown)/\(average) (avg)"
      }
      return "\(amount(current?["value"]) ?? Absent.unknown)/\(amount(target?["value"]) ?? "")"
    }
  }

  private static let fields = [
    "Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods",
    "Object": "object", "External": "external",
  ]

  private static func amount(_ value: JSONValue?) -> String? {
    Quantity(json: value)?.description
  }
}
