import Base
import JSON
import Objects

/// The rows of Deployments and ReplicaSets.
enum WorkloadCells {
  private static let template: [ObjectTable.Column] = [
    .init("Containers", isWide: true), .init("Images", isWide: true),
    .init("Selector", isWide: true),
  ]

  static let deployment: [ObjectTable.Column] =
    [.init("Name"), .init("Ready"), .init("Up-to-date"), .init("Available"), .init("Age")]
    + template

  static let replicaSet: [ObjectTable.Column] =
    [.init("Name"), .init("Desired"), .init("Current"), .init("Ready"), .init("Age")] + template

  @Sendable static func deploymentCells(_ object: StoredObject, now: WallTime) -> [String] {
    let status = object.json["status"]
    let wanted = object.json["spec"]?["replicas"]?.int64 ?? 0
    return [
      object.meta.name, "\(status?["readyReplicas"]?.int64 ?? 0)/\(wanted)",
      "\(status?["updatedReplicas"]?.int64 ?? 0)",
      "\(status?["availableReplicas"]?.int64 ?? 0)",
      Age.text(since: object.meta.creationTime, now: now),
    ] + templateCells(object)
  }

  @Sendable static func replicaSetCells(_ object: StoredObject, now: WallTime) -> [String] {
    let status = object.json["status"]
    return [
      object.meta.name, "\(object.json["spec"]?["replicas"]?.int64 ?? 0)",
      "\(status?["replicas"]?.int64 ?? 0)", "\(status?["readyReplicas"]?.int64 ?? 0)",
      Age.text(since: object.meta.creationTime, now: now),
    ] + templateCells(object)
  }

  private static func templateCells(_ object: StoredObject) -> [String] {
    let containers = object.json["spec"]?["template"]?["spec"]?["containers"]?.array ?? []
    return [
      containers.map { $0["name"]?.string ?? "" }.joined(separator: ","),
      containers.map { $0["image"]?.string ?? "" }.joined(separator: ","),
      selector(object.json["spec"]?["selector"]),
    ]
  }

  /// As a selector is typed (meta/v1 FormatLabelSelector).
  private static func selector(_ json: JSONValue?) -> String {
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
