import JSON
import Objects

/// The fields of a kind that a field selector may name, beside the name and the namespace
/// (Kubernetes 1.33, registry strategies' ToSelectableFields and the versions' field labels).
struct SelectableFields: Sendable {
  struct Field: Hashable, Sendable {
    /// As selectors name it: `spec.nodeName`.
    let label: String
    /// Where the value is, and where else when that is empty.
    let paths: [[String]]
    /// What an absent one counts as.
    let absent: String
    /// Other names that a version of the API has for it.
    let aliases: [String]

    init(_ label: String, at paths: String..., absent: String = "", aliases: [String] = []) {
      self.label = label
      self.paths = (paths.isEmpty ? [label] : paths).map {
        $0.split(separator: ".").map(String.init)
      }
      self.absent = absent
      self.aliases = aliases
    }

    func value(in object: JSONObject) -> String {
      for path in paths {
        var value: JSONValue? = .object(object)
        for name in path { value = value?[name] }
        switch value {
        case .string(let text) where !text.isEmpty: return text
        case .bool(let flag): return flag ? "true" : "false"
        case .number(let number): return number.text
        case .string, .null, .array, .object, nil: continue
        }
      }
      return absent
    }
  }

  let fields: [Field]

  static subscript(kind: Kind) -> SelectableFields { table[kind.plural] ?? none }

  func place(of label: String) -> Int? {
    fields.firstIndex { $0.label == label || $0.aliases.contains(label) }
  }

  /// One for each field, in their order.
  func values(of object: JSONObject) -> [String] { fields.map { $0.value(in: object) } }

  private static let none = SelectableFields(fields: [])

  private static let table: [String: SelectableFields] = [
    "pods": SelectableFields(fields: [
      Field("spec.nodeName", aliases: ["spec.host"]), Field("spec.restartPolicy"),
      Field("spec.schedulerName"), Field("spec.serviceAccountName"),
      Field("spec.hostNetwork", absent: "false"), Field("status.phase"), Field("status.podIP"),
      Field("status.nominatedNodeName"),
    ]),
    "nodes": SelectableFields(fields: [Field("spec.unschedulable", absent: "false")]),
    "namespaces": SelectableFields(fields: [Field("status.phase")]),
    "secrets": SelectableFields(fields: [Field("type")]),
    "services": SelectableFields(fields: [Field("spec.clusterIP"), Field("spec.type")]),
    "replicationcontrollers": SelectableFields(fields: [Field("status.replicas", absent: "0")]),
    "replicasets": SelectableFields(fields: [Field("status.replicas", absent: "0")]),
    "jobs": SelectableFields(fields: [
      Field("status.successful", at: "status.succeeded", absent: "0")
    ]),
    "certificatesigningrequests": SelectableFields(fields: [Field("spec.signerName")]),
    "events": SelectableFields(
      fields: ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"]
        .map { Field("involvedObject.\($0)", aliases: ["regarding.\($0)"]) } + [
          Field("reason"), Field("reportingComponent", aliases: ["reportingController"]),
          Field("source", at: "source.component", "reportingComponent"), Field("type"),
        ]),
  ]
}
