public import JSON

/// Holds a value against its type. Any value may come: what does not fit is told, never trapped on.
public struct SchemaCheck {
  private let schema: Schema
  private let requiresFields: Bool
  /// Only what a decoder cannot read is a problem.
  private let onlyDecodes: Bool
  private let problemsMax: Int
  private var problems: [SchemaProblem] = []
  private var path: [Part] = []

  private enum Part {
    case field(String)
    case index(Int)
    case key(String)
  }

  /// What Go calls the place: the struct that holds it, and the names from the top.
  private struct Place {
    let type: TypeSchema
    let field: FieldSchema
  }

  /// At most `problemsMax` problems, in the order of the value; fields that are required and
  /// missing come behind the others of their object. A null counts as absent, as in Go. Kubernetes'
  /// decoding itself asks for no field: validation does.
  public static func problems(
    in object: JSONObject, type: TypeSchema, schema: Schema = .kubernetes,
    requiresFields: Bool = true, problemsMax: Int = 32
  ) -> [SchemaProblem] {
    var check = SchemaCheck(
      schema: schema, requiresFields: requiresFields, problemsMax: problemsMax)
    check.check(object, type)
    return check.problems
  }

  /// The first value that a decoder cannot read: of a wrong type, or of a form that its type does
  /// not have. Unknown fields are none, however many there are, and neither are missing ones or
  /// texts that validation refuses.
  public static func firstUndecodable(
    in object: JSONObject, type: TypeSchema, schema: Schema = .kubernetes
  ) -> SchemaProblem? {
    var check = SchemaCheck(
      schema: schema, requiresFields: false, onlyDecodes: true, problemsMax: 1)
    check.check(object, type)
    return check.problems.first
  }

  private init(
    schema: Schema, requiresFields: Bool, onlyDecodes: Bool = false, problemsMax: Int
  ) {
    self.schema = schema
    self.requiresFields = requiresFields
    self.onlyDecodes = onlyDecodes
    self.problemsMax = problemsMax
  }

  private mutating func check(_ object: JSONObject, _ type: TypeSchema) {
    for member in object.members {
      path.append(.field(member.name))
      if let field = type.field(member.name) {
        check(member.value, field.type, Place(type: type, field: field))
      } else if !onlyDecodes {
        report(.unknownField(strictPath: strictPath))
      }
      path.removeLast()
      if problems.count >= problemsMax { return }
    }
    guard requiresFields else { return }
    for field in type.fields where field.isRequired && object[field.name]?.isNull ?? true {
      path.append(.field(field.name))
      report(.missing(expected: expectation(field.type)))
      path.removeLast()
    }
  }

  private mutating func check(_ value: JSONValue, _ type: ValueType, _ place: Place) {
    guard !value.isNull else { return }
    switch (type, value) {
    case (.any, _), (.boolean, .bool), (.double, .number): return
    case (.string, .string(let text)): checkAllowed(text, place.field)
    case (.bytes, .string(let text)): checkBase64(text)
    case (.int32, .number(let number))
    where number.int64.map { Int32(exactly: $0) != nil } ?? false,
      (.int64, .number(let number)) where number.int64 != nil:
      return
    case (.object(let name), _):
      guard let type = schema.type(name) else { return }
      checkForm(value, type, place)
    case (.list(let element), .array(let elements)):
      for (index, value) in elements.enumerated() {
        path.append(.index(index))
        check(value, element, place)
        path.removeLast()
        if problems.count >= problemsMax { return }
      }
    case (.map(let element), .object(let entries)):
      for member in entries.members {
        path.append(.key(member.name))
        check(member.value, element, place)
        path.removeLast()
        if problems.count >= problemsMax { return }
      }
    case (.string, _), (.bytes, _), (.int32, _), (.int64, _), (.double, _), (.boolean, _),
      (.list, _), (.map, _):
      reportType(value, type, place)
    }
  }

  private mutating func checkForm(_ value: JSONValue, _ type: TypeSchema, _ place: Place) {
    switch (type.form, value) {
    case (.fields, .object(let object)): check(object, type)
    case (.any, _), (.anyObject, .object), (.schemaOrBoolean, .bool): return
    case (.quantity, _): checkQuantity(value)
    case (.intOrString, _): checkIntOrString(value)
    case (.time, .string(let text)): checkTime(text, GoTime.seconds)
    case (.microTime, .string(let text)): checkTime(text, GoTime.micro)
    case (.duration, .string): return
    case (.time, _), (.microTime, _), (.duration, _):
      reportMalformed(
        value, expectation(.object(type.name)),
        "json: cannot unmarshal \(value.goKind) into Go value of type string")
    case (.schemaOrSchemas, .array(let elements)), (.schemaOrStrings, .array(let elements)):
      let inner: ValueType =
        type.form == .schemaOrStrings ? .string : .object(Self.schemaProperties)
      for (index, element) in elements.enumerated() where problems.count < problemsMax {
        path.append(.index(index))
        check(element, inner, place)
        path.removeLast()
      }
    case (.schemaOrSchemas, .object(let object)), (.schemaOrBoolean, .object(let object)),
      (.schemaOrStrings, .object(let object)):
      if let properties = schema.type(Self.schemaProperties) { check(object, properties) }
    case (.fields, _), (.anyObject, _), (.schemaOrSchemas, _), (.schemaOrBoolean, _),
      (.schemaOrStrings, _):
      reportType(value, .object(type.name), place)
    }
  }

  private static let schemaProperties = "apiextensions.v1.JSONSchemaProps"

  // MARK: - Texts

  private mutating func checkAllowed(_ text: String, _ field: FieldSchema) {
    guard !onlyDecodes, !field.allowed.isEmpty, !text.isEmpty,
      !field.allowed.contains(where: { $0.utf8.elementsEqual(text.utf8) })
    else { return }
    report(.unsupported(found: text, allowed: field.allowed))
  }

  private mutating func checkBase64(_ text: String) {
    guard let offset = GoBase64.wrongByte(in: text) else { return }
    report(
      .malformed(
        expected: expectation(.bytes), found: "\"\(text)\"",
        text: "illegal base64 data at input byte \(offset)"))
  }

  private mutating func checkQuantity(_ value: JSONValue) {
    guard Quantity(json: value) == nil else { return }
    let text = value.string ?? value.goText
    reportMalformed(
      value, "a quantity such as 500m or 64Mi",
      Quantity.isShaped(text)
        ? "unable to parse quantity's suffix"
        : "quantities must match the regular expression "
          + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  }

  private mutating func checkIntOrString(_ value: JSONValue) {
    guard IntOrString(json: value) == nil else { return }
    reportMalformed(
      value, "a whole number of 32 bits, or a text",
      "json: cannot unmarshal \(value.goFound) into Go value of type int32")
  }

  private mutating func checkTime(_ text: String, _ layout: GoTime) {
    guard let error = layout.error(in: text) else { return }
    report(
      .malformed(expected: "a time as in \(layout.example)", found: "\"\(text)\"", text: error))
  }

  // MARK: - Reports

  private mutating func reportMalformed(_ value: JSONValue, _ expected: String, _ text: String) {
    report(.malformed(expected: expected, found: value.goFound, text: text))
  }

  private mutating func reportType(_ value: JSONValue, _ type: ValueType, _ place: Place) {
    let isNumeric = type == .int32 || type == .int64
    let goPath = path.compactMap { part in
      if case .field(let name) = part { name } else { nil }
    }
    report(
      .wrongType(
        expected: expectation(type), found: isNumeric ? value.goFound : value.goKind,
        field: ([place.type.shortName] + goPath).joined(separator: "."), goType: goType(type)))
  }

  private mutating func report(_ reason: SchemaProblem.Reason) {
    guard problems.count < problemsMax else { return }
    problems.append(SchemaProblem(path: pathText { "[\($0)]" }, reason: reason))
  }

  private var strictPath: String { pathText { ".\($0)" } }

  private func pathText(key: (String) -> String) -> String {
    path.reduce(into: "") { text, part in
      switch part {
      case .field(let name): text += text.isEmpty ? name : ".\(name)"
      case .index(let index): text += "[\(index)]"
      case .key(let name): text += key(name)
      }
    }
  }

  private func expectation(_ type: ValueType) -> String {
    switch type {
    case .string: "a text"
    case .bytes: "a text in base 64"
    case .int32: "a whole number of 32 bits"
    case .int64: "a whole number of 64 bits"
    case .double: "a number"
    case .boolean: "true or false"
    case .any: "any value"
    case .list: "a list"
    case .map: "an object"
    case .object(let name):
      switch schema.type(name)?.form {
      case .quantity: "a quantity such as 500m or 64Mi"
      case .intOrString: "a whole number of 32 bits, or a text"
      case .time, .microTime: "a time as in \(GoTime.seconds.example)"
      case .duration: "a duration such as 1m30s"
      case .any: "any value"
      case .schemaOrSchemas: "an object or a list of objects"
      case .schemaOrBoolean: "an object, true or false"
      case .schemaOrStrings: "an object or a list of texts"
      case .fields, .anyObject, nil: "an object"
      }
    }
  }

  /// `[]v1.Container`: the last part of the package, and the type.
  private func goType(_ type: ValueType) -> String {
    switch type {
    case .string: "string"
    case .bytes: "[]uint8"
    case .int32: "int32"
    case .int64: "int64"
    case .double: "float64"
    case .boolean: "bool"
    case .any: "interface {}"
    case .list(let element): "[]\(goType(element))"
    case .map(let element): "map[string]\(goType(element))"
    case .object(let name): name.split(separator: ".").suffix(2).joined(separator: ".")
    }
  }
}

// MARK: - Pruning

extension SchemaCheck {
  /// The object without the fields that its type does not have. Values of a wrong type stay.
  public static func pruned(
    _ object: JSONObject, type: TypeSchema, schema: Schema = .kubernetes
  ) -> JSONObject {
    var result = object
    for member in object.members {
      if let field = type.field(member.name) {
        result[member.name] = pruned(member.value, field.type, schema)
      } else {
        result[member.name] = nil
      }
    }
    return result
  }

  private static func pruned(
    _ value: JSONValue, _ type: ValueType, _ schema: Schema
  ) -> JSONValue {
    switch (type, value) {
    case (.object(let name), _):
      guard let type = schema.type(name) else { return value }
      return pruned(value, type, schema)
    case (.list(let element), .array(let elements)):
      return .array(elements.map { pruned($0, element, schema) })
    case (.map(let element), .object(let entries)):
      var result = entries
      for member in entries.members {
        result[member.name] = pruned(member.value, element, schema)
      }
      return .object(result)
    case (.string, _), (.bytes, _), (.int32, _), (.int64, _), (.double, _), (.boolean, _),
      (.any, _), (.list, _), (.map, _):
      return value
    }
  }

  private static func pruned(
    _ value: JSONValue, _ type: TypeSchema, _ schema: Schema
  ) -> JSONValue {
    switch (type.form, value) {
    case (.fields, .object(let object)):
      return .object(pruned(object, type: type, schema: schema))
    case (.schemaOrSchemas, .object), (.schemaOrBoolean, .object), (.schemaOrStrings, .object):
      return pruned(value, .object(schemaProperties), schema)
    case (.schemaOrSchemas, .array):
      return pruned(value, .list(.object(schemaProperties)), schema)
    case (.fields, _), (.quantity, _), (.intOrString, _), (.time, _), (.microTime, _),
      (.duration, _), (.any, _), (.anyObject, _), (.schemaOrSchemas, _), (.schemaOrBoolean, _),
      (.schemaOrStrings, _):
      return value
    }
  }
}

extension JSONValue {
  /// Go's word for the kind of a JSON value.
  var goKind: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// The same; a number with its text.
  var goFound: String {
    if case .number(let number) = self { "number \(number.text)" } else { goKind }
  }
}
