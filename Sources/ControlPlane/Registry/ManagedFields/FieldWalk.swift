import JSON

/// The steps from a value to those within it, by its shape. Any value may come: one that does not
/// fit its shape is taken as a whole.
struct FieldWalk: Sendable {
  let shapes: MergeShapes

  /// One value within a list.
  struct Element {
    let path: PathElement
    let value: JSONValue
  }

  /// What an object's members have for shapes; nil for what is taken as a whole.
  enum Inside {
    case members(MergeShapes.Fields?, of: MergeShape)
    case elements(keys: [MergeShape.Key]?, of: MergeShape)
  }

  /// How a value of the shape opens; nil where it is taken as a whole.
  func inside(_ shape: MergeShape, _ value: JSONValue) -> Inside? {
    switch (shape, value) {
    case (.fields(let place), .object): .members(shapes[place], of: .unknown)
    case (.map(let element), .object): .members(nil, of: element)
    case (.unknown, .object): .members(nil, of: .unknown)
    case (.set, .array): .elements(keys: nil, of: .leaf(.scalar))
    case (.list(let keys, let element), .array): .elements(keys: keys, of: element)
    case (.leaf, _), (.fields, _), (.map, _), (.set, _), (.list, _), (.unknown, _): nil
    }
  }

  /// Whether the shape has parts of its own, whatever the value is.
  func opens(_ shape: MergeShape) -> Bool {
    switch shape {
    case .fields, .map, .set, .list: true
    case .leaf, .unknown: false
    }
  }

  /// The elements of a list with what tells them apart; those without it are left out.
  func elements(_ values: [JSONValue], keys: [MergeShape.Key]?) -> [Element] {
    values.compactMap { value in
      Self.path(of: value, keys: keys).map { Element(path: $0, value: value) }
    }
  }

  /// Nil for an element that lacks a key, or that cannot be an element of a set.
  static func path(of value: JSONValue, keys: [MergeShape.Key]?) -> PathElement? {
    guard let keys else {
      switch value {
      case .string, .number, .bool: return .value(value)
      case .null, .array, .object: return nil
      }
    }
    guard let object = value.object else { return nil }
    var fields: [PathElement.KeyField] = []
    for key in keys {
      guard let value = object[key.name] ?? key.defaultValue else { return nil }
      fields.append(PathElement.KeyField(name: key.name, value: value))
    }
    if fields.count > 1 { fields.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
    return .key(fields)
  }
}

extension JSONValue {
  /// Null, `{}` or `[]`.
  var isEmptyContainer: Bool {
    switch self {
    case .null: true
    case .array(let elements): elements.isEmpty
    case .object(let object): object.isEmpty
    case .bool, .number, .string: false
    }
  }
}

// MARK: - The fields of an object

extension FieldWalk {
  /// The fields that an applied object names (structured-merge-diff ToFieldSet): its leaves, the
  /// entries of maps and the elements of lists, but not the objects that hold them.
  func fields(of object: JSONObject, _ shape: MergeShape) -> FieldSet {
    children(of: .object(object), shape)
  }

  private func children(of value: JSONValue, _ shape: MergeShape) -> FieldSet {
    switch (inside(shape, value), value) {
    case (.members(let fields, let rest), .object(let object)):
      return FieldSet(
        object.members.map { member in
          let known = fields?.shape(of: member.name)
          let children = children(of: member.value, known ?? rest)
          let isLeaf = isLeaf(member.value, known ?? rest)
          return FieldSet.Node(
            .field(member.name), isMember: isLeaf || known == nil, children: children)
        })
    case (.elements(let keys, let element), .array(let values)):
      return FieldSet(
        elements(values, keys: keys).map {
          FieldSet.Node($0.path, isMember: true, children: children(of: $0.value, element))
        })
    case (.members, _), (.elements, _), (nil, _): return FieldSet()
    }
  }

  /// A list of elements that is empty names nothing.
  private func isLeaf(_ value: JSONValue, _ shape: MergeShape) -> Bool {
    switch value {
    case .null: true
    case .object(let object): object.isEmpty || inside(shape, value) == nil
    case .array, .bool, .number, .string: inside(shape, value) == nil
    }
  }
}
