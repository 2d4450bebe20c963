import Base
import JSON
import Objects

/// The schema's types as JSON Schema, for OpenAPI's documents. What differs between its versions 2
/// and 3 is how one schema names another and what may stand beside such a name.
struct OpenAPISchemas: Sendable {
  enum Version: Sendable { case v2, v3 }

  let version: Version

  static let v2 = OpenAPISchemas(version: .v2)
  static let v3 = OpenAPISchemas(version: .v3)

  // MARK: - Names

  /// `io.k8s.api.core.v1.Container`, as Kubernetes names its definitions.
  static func name(_ type: String) -> String {
    switch type.prefix(while: { $0 != "." }) {
    case "meta": "io.k8s.apimachinery.pkg.apis.\(type)"
    case "resource": "io.k8s.apimachinery.pkg.api.\(type)"
    case "intstr": "io.k8s.apimachinery.pkg.util.\(type)"
    case "runtime": "io.k8s.apimachinery.pkg.\(type)"
    case "apiextensions": "io.k8s.apiextensions-apiserver.pkg.apis.\(type)"
    case "apiregistration": "io.k8s.kube-aggregator.pkg.apis.\(type)"
    default: "io.k8s.api.\(type)"
    }
  }

  func reference(_ type: String) -> JSONValue {
    let folder = version == .v2 ? "#/definitions/" : "#/components/schemas/"
    return ["$ref": .string(folder + Self.name(type))]
  }

  // MARK: - Types

  func schema(_ type: TypeSchema) -> JSONValue {
    var object = JSONObject()
    if let text = Descriptions.kubernetes.type(type.name) {
      object["description"] = .string(text)
    }
    switch type.form {
    case .fields: addFields(of: type, to: &object)
    case .quantity:
      if version == .v3 {
        object["oneOf"] = [["type": "string"], ["type": "number"]]
      } else {
        object["type"] = "string"
      }
    case .intOrString:
      object["format"] = "int-or-string"
      if version == .v3 {
        object["oneOf"] = [["type": "integer"], ["type": "string"]]
      } else {
        object["type"] = "string"
      }
    case .time, .microTime:
      object["type"] = "string"
      object["format"] = "date-time"
    case .duration: object["type"] = "string"
    case .anyObject: object["type"] = "object"
    case .any, .schemaOrSchemas, .schemaOrBoolean, .schemaOrStrings: break
    }
    if type.isAtomic { object["x-kubernetes-map-type"] = "atomic" }
    if !type.unions.isEmpty {
      object["x-kubernetes-unions"] = .array(type.unions.map(union))
    }
    let kinds = type.kinds.flatMap(kindNames)
    if !kinds.isEmpty { object["x-kubernetes-group-version-kind"] = .array(kinds) }
    return .object(object)
  }

  private func addFields(of type: TypeSchema, to object: inout JSONObject) {
    object["type"] = "object"
    var properties = JSONObject()
    for field in type.fields {
      properties[field.name] = property(field, of: type)
    }
    if !properties.isEmpty { object["properties"] = .object(properties) }
    let required = type.fields.filter(\.isRequired).map(\.name)
    if !required.isEmpty { object["required"] = .array(required.map(JSONValue.string)) }
  }

  private func union(_ union: TypeSchema.Union) -> JSONValue {
    var members = JSONObject()
    for member in union.members { members[member.field] = .string(member.value) }
    return [
      "discriminator": .string(union.discriminator), "fields-to-discriminateBy": .object(members),
    ]
  }

  /// A kind of every group stands with every version that is served.
  private func kindNames(_ text: String) -> [JSONValue] {
    guard text.hasPrefix("*/") else {
      let (group, version, kind) = KindText.parts(text)
      return [Self.groupVersionKind(group, version, kind)]
    }
    return GroupVersion.all.map {
      Self.groupVersionKind($0.group, $0.version, String(text.dropFirst(2)))
    }
  }

  static func groupVersionKind(_ group: String, _ version: String, _ kind: String) -> JSONValue {
    ["group": .string(group), "kind": .string(kind), "version": .string(version)]
  }

  // MARK: - Fields

  private func property(_ field: FieldSchema, of type: TypeSchema) -> JSONValue {
    var object = value(field.type, isField: true)
    if !field.allowed.isEmpty {
      let allowed = JSONValue.array(field.allowed.map(JSONValue.string))
      switch field.type {
      case .list, .map:
        let inner = object["items"] == nil ? "additionalProperties" : "items"
        if var items = object[inner]?.object {
          items["enum"] = allowed
          object[inner] = .object(items)
        }
      default: object["enum"] = allowed
      }
    }
    if let text = Descriptions.kubernetes.field(field.name, of: type.name) {
      object["description"] = .string(text)
    }
    if let value = field.defaultValue { object["default"] = value }
    switch field.list {
    case nil: break
    case .atomic?: object["x-kubernetes-list-type"] = "atomic"
    case .set?: object["x-kubernetes-list-type"] = "set"
    case .map(let keys)?:
      object["x-kubernetes-list-type"] = "map"
      object["x-kubernetes-list-map-keys"] = .array(keys.map(JSONValue.string))
    }
    if let isAtomic = field.isAtomic {
      object["x-kubernetes-map-type"] = isAtomic ? "atomic" : "granular"
    }
    var strategies: [String] = []
    if field.patch.merges { strategies.append("merge") }
    if field.patch.retainsKeys { strategies.append("retainKeys") }
    if field.patch.replaces { strategies.append("replace") }
    if !strategies.isEmpty {
      object["x-kubernetes-patch-strategy"] = .string(strategies.joined(separator: ","))
    }
    if let key = field.mergeKey { object["x-kubernetes-patch-merge-key"] = .string(key) }
    return .object(object)
  }

  /// In version 3 nothing may stand beside a reference: a field's lies in `allOf`.
  private func value(_ type: ValueType, isField: Bool = false) -> JSONObject {
    var object = JSONObject()
    switch type {
    case .string: object["type"] = "string"
    case .bytes: (object["type"], object["format"]) = ("string", "byte")
    case .int32: (object["type"], object["format"]) = ("integer", "int32")
    case .int64: (object["type"], object["format"]) = ("integer", "int64")
    case .double: (object["type"], object["format"]) = ("number", "double")
    case .boolean: object["type"] = "boolean"
    case .any: break
    case .object(let name):
      if isField && version == .v3 {
        object["allOf"] = [reference(name)]
      } else {
        object = reference(name).object ?? object
      }
    case .list(let element):
      object["type"] = "array"
      object["items"] = .object(value(element))
    case .map(let element):
      object["type"] = "object"
      object["additionalProperties"] = .object(value(element))
    }
    return object
  }

  // MARK: - Closures

  /// The types that these lead to, themselves among them, in the order of their names.
  static func closure(of names: [String]) -> [TypeSchema] {
    var seen: Set<String> = []
    var open = names
    var found: [TypeSchema] = []
    while let name = open.popLast() {
      guard seen.insert(name).inserted, let type = Schema.kubernetes.type(name) else { continue }
      found.append(type)
      for field in type.fields { open += Self.names(in: field.type) }
      if type.form == .schemaOrSchemas { open.append("apiextensions.v1.JSONSchemaProps") }
    }
    return found.sorted { $0.name < $1.name }
  }

  private static func names(in type: ValueType) -> [String] {
    switch type {
    case .object(let name): [name]
    case .list(let element), .map(let element): names(in: element)
    case .string, .bytes, .int32, .int64, .double, .boolean, .any: []
    }
  }
}
