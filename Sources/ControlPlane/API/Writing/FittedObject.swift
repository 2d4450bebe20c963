import JSON
import Objects

/// An object as a typed decoder takes it: only fields that its type has, nulls gone as if nobody
/// had written them.
struct FittedObject: Hashable, Sendable {
  private(set) var object: JSONObject
  /// As strict decoding spells them: `spec.containers[0].zz`.
  private(set) var unknownFields: [String] = []

  private static let problemsMax = 100

  /// Throws the first value that a decoder cannot read.
  init(_ object: JSONObject, _ type: TypeSchema) throws(SchemaProblem) {
    self.object = object
    let problems = SchemaCheck.problems(
      in: object, type: type, requiresFields: false, problemsMax: Self.problemsMax)
    for problem in problems {
      switch problem.reason {
      case .unknownField(let path): unknownFields.append(path)
      case .wrongType, .malformed: throw problem
      case .missing, .unsupported: break
      }
    }
    if problems.count >= Self.problemsMax,
      let problem = SchemaCheck.firstUndecodable(in: object, type: type)
    {
      throw problem
    }
    if !unknownFields.isEmpty { self.object = SchemaCheck.pruned(object, type: type) }
    if Self.holdsNull(.object(self.object)) {
      self.object = Self.withoutNulls(self.object, type)
    }
  }

  private static func holdsNull(_ value: JSONValue) -> Bool {
    switch value {
    case .null: true
    case .bool, .number, .string: false
    case .array(let elements): elements.contains(where: holdsNull)
    case .object(let object): object.members.contains { holdsNull($0.value) }
    }
  }

  private static func withoutNulls(_ object: JSONObject, _ type: TypeSchema) -> JSONObject {
    guard type.form == .fields else { return object }
    return JSONObject(
      object.members.compactMap { member in
        guard let field = type.field(member.name) else { return member }
        guard !member.value.isNull else { return nil }
        return .init(name: member.name, value: withoutNulls(member.value, field.type))
      })
  }

  private static func withoutNulls(_ value: JSONValue, _ type: ValueType) -> JSONValue {
    switch (type, value) {
    case (.object(let name), .object(let object)):
      guard let type = Schema.kubernetes.type(name) else { return value }
      return .object(withoutNulls(object, type))
    case (.list(let element), .array(let elements)):
      return .array(elements.map { withoutNulls($0, element) })
    case (.map(let element), .object(let entries)):
      return .object(
        JSONObject(
          entries.members.map { member in
            // A map's null is its type's zero in Go.
            let value = member.value.isNull ? zero(of: element) : member.value
            return .init(name: member.name, value: withoutNulls(value, element))
          }))
    case (.string, _), (.bytes, _), (.int32, _), (.int64, _), (.double, _), (.boolean, _),
      (.any, _), (.list, _), (.map, _), (.object, _):
      return value
    }
  }

  private static func zero(of type: ValueType) -> JSONValue {
    switch type {
    case .string, .bytes: ""
    case .int32, .int64, .double: 0
    case .boolean: false
    case .any, .list, .map, .object: .null
    }
  }
}
