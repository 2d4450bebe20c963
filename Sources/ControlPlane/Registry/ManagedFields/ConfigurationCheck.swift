import JSON

/// What in a configuration does not fit its type, so that it cannot be applied; in
/// structured-merge-diff's words (typed validation).
struct ConfigurationCheck {
  private let walk: FieldWalk
  private var path: [PathElement] = []
  private var problems: [String] = []
  private static let problemsMax = 32

  /// Nil for a good one. Several problems come as a list of lines.
  static func problem(
    in object: JSONObject, _ shape: MergeShape, _ walk: FieldWalk
  ) -> String? {
    var check = ConfigurationCheck(walk: walk)
    check.check(.object(object), shape)
    guard let first = check.problems.first else { return nil }
    guard check.problems.count > 1 else { return first }
    return "errors:" + check.problems.map { "\n  \($0)" }.joined()
  }

  private init(walk: FieldWalk) {
    self.walk = walk
  }

  private mutating func check(_ value: JSONValue, _ shape: MergeShape) {
    guard !value.isNull, problems.count < Self.problemsMax else { return }
    switch shape {
    case .leaf(let leaf): check(value, leaf)
    case .fields(let place): checkFields(value, walk.shapes[place])
    case .map(let element): checkMap(value, element)
    case .set: checkElements(value, keys: nil, .leaf(.scalar))
    case .list(let keys, let element): checkElements(value, keys: keys, element)
    case .unknown: return
    }
  }

  private mutating func check(_ value: JSONValue, _ leaf: MergeShape.Leaf) {
    switch leaf {
    case .string: if value.string == nil { report("expected string, got \(value.goValue)") }
    case .boolean: if value.bool == nil { report("expected boolean, got \(value.goValue)") }
    case .number:
      if case .number = value { return }
      report("expected numeric (int or float), got \(value.goValue)")
    case .scalar:
      switch value {
      case .object, .array: report("expected scalar, got \(value.goValue)")
      case .null, .bool, .number, .string: return
      }
    case .atomicObject(let place): checkFields(value, walk.shapes[place])
    case .atomicMap(let element): checkMap(value, element)
    case .atomicList(let element):
      guard let elements = value.array else { return reportList(value) }
      for (place, value) in elements.enumerated() { descend(.index(place), value, element) }
    }
  }

  private mutating func checkFields(_ value: JSONValue, _ fields: MergeShapes.Fields) {
    guard let object = value.object else { return reportMap(value) }
    for member in object.members {
      if let shape = fields.shape(of: member.name) {
        descend(.field(member.name), member.value, shape)
      } else {
        path.append(.field(member.name))
        report("field not declared in schema")
        path.removeLast()
      }
    }
  }

  private mutating func checkMap(_ value: JSONValue, _ element: MergeShape) {
    guard let object = value.object else { return reportMap(value) }
    for member in object.members { descend(.field(member.name), member.value, element) }
  }

  private mutating func checkElements(
    _ value: JSONValue, keys: [MergeShape.Key]?, _ shape: MergeShape
  ) {
    guard let elements = value.array else { return reportList(value) }
    var seen: Set<PathElement> = []
    for (place, value) in elements.enumerated() {
      guard let element = FieldWalk.path(of: value, keys: keys) else {
        report("element \(place): \(Self.reason(value, keys))")
        continue
      }
      if !seen.insert(element).inserted {
        report("duplicate entries for key \(element.pathText)")
      }
      descend(element, value, shape)
    }
  }

  private static func reason(_ value: JSONValue, _ keys: [MergeShape.Key]?) -> String {
    let list = "associative list"
    guard let keys else {
      switch value {
      case .object: return "\(list) without keys has an element that's a map type"
      case .array: return "not supported: \(list) with lists as elements"
      case .null: return "\(list) without keys has an element that's an explicit null"
      case .string, .number, .bool: preconditionFailure("a scalar is an element of a set")
      }
    }
    guard let object = value.object else {
      return value.isNull
        ? "\(list) with keys may not have a null element"
        : "\(list) with keys may not have non-map elements"
    }
    let missing = keys.first { object[$0.name] == nil && $0.defaultValue == nil }?.name ?? ""
    return "\(list) with keys has an element that omits key field \(GoText.quoted(missing)) "
      + "(and doesn't have default value)"
  }

  private mutating func descend(
    _ element: PathElement, _ value: JSONValue, _ shape: MergeShape
  ) {
    path.append(element)
    check(value, shape)
    path.removeLast()
  }

  private mutating func reportMap(_ value: JSONValue) {
    report("expected map, got \(value.goValue)")
  }

  private mutating func reportList(_ value: JSONValue) {
    report("expected list, got \(value.goValue)")
  }

  private mutating func report(_ text: String) {
    guard problems.count < Self.problemsMax else { return }
    problems.append(path.isEmpty ? text : "\(FieldSet.text(of: path)): \(text)")
  }
}

extension JSONValue {
  /// As structured-merge-diff shows a value that does not fit.
  fileprivate var goValue: String {
    let inner =
      switch self {
      case .string(let text): GoText.quoted(text)
      case .null: "interface {}(nil)"
      case .bool, .number: text()
      case .array, .object: text()
      }
    return "&value.valueUnstructured{Value:\(inner)}"
  }
}
