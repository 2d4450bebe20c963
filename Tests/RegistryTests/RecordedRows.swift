import Base
import Foundation
import JSON
import Objects
import Registry
import Testing

/// What kube-apiserver 1.33.13 answered to many inputs, recorded row by row.
struct RecordedRow: Sendable, CustomTestStringConvertible {
  let idea: String
  let kind: Kind
  let json: JSONValue

  var testDescription: String { "\(kind.name): \(idea)" }

  static func read(_ name: String) throws -> [RecordedRow] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/registry/\(name)")
    let json = try JSONValue(parsing: Bytes(Array(try Data(contentsOf: file))))
    return try (json["rows"]?.array ?? []).map { row in
      RecordedRow(
        idea: try #require(row["idea"]?.string),
        kind: try #require(Kind.all.first { $0.name == row["kind"]?.string }), json: row)
    }
  }

  /// The list of edits with this name.
  func edits(_ name: String) -> [(path: [String], value: JSONValue?)] {
    (json[name]?.array ?? []).map { edit in
      let path = edit["path"]?.string ?? ""
      return (path.split(separator: "/").map(String.init), Self.expanded(edit["value"]))
    }
  }

  /// `REPEAT-x-9` stands for nine letters x, wherever a label or an annotation has it.
  private static func expanded(_ value: JSONValue?) -> JSONValue? {
    guard case .object(let object) = value else { return value }
    var expanded = object
    for member in object.members {
      let parts = member.value.string?.split(separator: "-") ?? []
      if parts.count == 3, parts[0] == "REPEAT", let count = Int(parts[2]) {
        expanded[member.name] = .string(String(repeating: String(parts[1]), count: count))
      }
    }
    return .object(expanded)
  }

  /// The smallest good object of the kind, as the recordings began with.
  var base: JSONValue {
    var meta: JSONValue = ["name": "x"]
    if kind.isNamespaced { meta = meta.with("namespace", "v") }
    let template: JSONValue = [
      "metadata": ["labels": ["a": "b"]],
      "spec": ["containers": [["name": "c", "image": "a:1"]]],
    ]
    let object: JSONValue = ["metadata": meta]
    switch kind.name {
    case "Pod":
      return object.with("spec", template["spec"])
    case "Deployment", "ReplicaSet":
      return object.with("spec", ["selector": ["matchLabels": ["a": "b"]], "template": template])
    case "Event":
      return object.with("involvedObject", ["kind": "Pod", "name": "p", "namespace": "v"])
    case "Node", "Namespace", "Lease": return object.with("spec", [:])
    default: return object
    }
  }
}

extension JSONValue {
  func edited(_ edits: [(path: [String], value: JSONValue?)]) -> JSONValue {
    edits.reduce(self) { $0.with($1.path[...], $1.value) }
  }
}
