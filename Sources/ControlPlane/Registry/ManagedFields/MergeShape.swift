import JSON
import Objects

/// What server-side apply knows of a type: what it takes as a whole, and how it tells the elements
/// of a list apart (structured-merge-diff's schema).
indirect enum MergeShape: Sendable {
  /// Texts, numbers, and whatever is taken as a whole: `x-kubernetes-map-type: atomic`,
  /// `x-kubernetes-list-type: atomic`.
  case leaf(Leaf)
  /// A type of the schema with fields of its own.
  case fields(Place)
  case map(of: MergeShape)
  /// Elements that are scalars, each at most once.
  case set
  case list(keys: [Key], of: MergeShape)
  /// The schema says nothing: objects are maps, all else is taken as a whole.
  case unknown

  enum Leaf: Sendable {
    case string
    case number
    case boolean
    /// Any scalar: a quantity, a port's name or number.
    case scalar
    case atomicObject(Place)
    case atomicMap(of: MergeShape)
    case atomicList(of: MergeShape)
  }

  /// Of a type in `MergeShapes`.
  typealias Place = Int

  struct Key: Sendable {
    let name: String
    /// Counts where an element does not say.
    let defaultValue: JSONValue?
  }
}

/// The shapes of all types, made once from the schema.
struct MergeShapes: Sendable {
  static let kubernetes = MergeShapes(.kubernetes)

  /// Of one type.
  struct Fields: Sendable {
    private let places: [String: Int]
    private let names: [String]
    private let shapes: [MergeShape]
    /// What Go's zero value of the type writes in JSON.
    let zero: [JSONObject.Member]

    init(_ fields: [(name: String, shape: MergeShape)], zero: [JSONObject.Member]) {
      names = fields.map(\.name)
      shapes = fields.map(\.shape)
      places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
      self.zero = zero
    }

    func shape(of name: String) -> MergeShape? {
      guard let place = places[name], names[place].hasBytes(of: name) else { return nil }
      return shapes[place]
    }
  }

  private let types: [Fields]
  private let places: [String: MergeShape.Place]

  init(_ schema: Schema) {
    var places: [String: MergeShape.Place] = [:]
    for (place, type) in schema.types.enumerated() { places[type.name] = place }
    self.places = places
    types = schema.types.map { type in
      Fields(
        type.fields.map { ($0.name, Self.shape(of: $0, schema, places)) },
        zero: type.fields.compactMap { Self.zero(of: $0, schema) })
    }
  }

  subscript(place: MergeShape.Place) -> Fields { types[place] }

  func shape(of kind: Kind) -> MergeShape {
    let name = Schema.kubernetes.type(of: kind)?.name
    return name.flatMap { places[$0] }.map(MergeShape.fields) ?? .unknown
  }

  /// The object that Go makes of `{}`: structs that are no pointers are there.
  func zero(of kind: Kind) -> JSONObject {
    guard case .fields(let place) = shape(of: kind) else { return JSONObject() }
    return JSONObject(types[place].zero)
  }

  // MARK: - From the schema

  private static func shape(
    of field: FieldSchema, _ schema: Schema, _ places: [String: MergeShape.Place]
  ) -> MergeShape {
    switch field.type {
    case .list(let element):
      let shape = shape(of: element, isAtomic: nil, schema, places)
      switch field.list {
      case .atomic: return .leaf(.atomicList(of: shape))
      case .set: return .set
      case .map(let keys): return .list(keys: keys.map { key($0, element, schema) }, of: shape)
      case nil:
        // Types from before the list types: what a strategic merge patch does counts.
        guard field.patch.merges else { return .leaf(.atomicList(of: shape)) }
        guard let key = field.mergeKey else { return .set }
        return .list(keys: [Self.key(key, element, schema)], of: shape)
      }
    case .string, .bytes, .int32, .int64, .double, .boolean, .any, .object, .map:
      return shape(of: field.type, isAtomic: field.isAtomic, schema, places)
    }
  }

  private static func key(
    _ name: String, _ element: ValueType, _ schema: Schema
  ) -> MergeShape.Key {
    var value: JSONValue?
    if case .object(let type) = element {
      value = schema.type(type)?.field(name)?.defaultValue
    }
    // An empty text only marks a field that must be there.
    return MergeShape.Key(name: name, defaultValue: value == "" ? nil : value)
  }

  private static func shape(
    of type: ValueType, isAtomic: Bool?, _ schema: Schema, _ places: [String: MergeShape.Place]
  ) -> MergeShape {
    switch type {
    case .string, .bytes: return .leaf(.string)
    case .int32, .int64, .double: return .leaf(.number)
    case .boolean: return .leaf(.boolean)
    case .any: return .unknown
    case .list(let element):
      return .leaf(.atomicList(of: shape(of: element, isAtomic: nil, schema, places)))
    case .map(let element):
      let shape = shape(of: element, isAtomic: nil, schema, places)
      return isAtomic ?? false ? .leaf(.atomicMap(of: shape)) : .map(of: shape)
    case .object(let name):
      guard let place = places[name] else { return .unknown }
      switch schema.types[place].form {
      case .fields:
        return isAtomic ?? schema.types[place].isAtomic
          ? .leaf(.atomicObject(place)) : .fields(place)
      case .quantity, .intOrString: return .leaf(.scalar)
      case .time, .microTime, .duration: return .leaf(.string)
      case .any, .anyObject, .schemaOrSchemas, .schemaOrBoolean, .schemaOrStrings: return .unknown
      }
    }
  }

  /// Nil where JSON leaves the zero value out.
  private static func zero(of field: FieldSchema, _ schema: Schema) -> JSONObject.Member? {
    if case .object(let name) = field.type, let type = schema.type(name), !field.isPointer {
      switch type.form {
      case .fields:
        return JSONObject.Member(
          name: field.name,
          value: .object(JSONObject(type.fields.compactMap { zero(of: $0, schema) })))
      case .time, .microTime: return JSONObject.Member(name: field.name, value: .null)
      case .quantity, .intOrString, .duration, .any, .anyObject, .schemaOrSchemas,
        .schemaOrBoolean, .schemaOrStrings:
        return nil
      }
    }
    guard !field.omitsEmpty else { return nil }
    switch field.type {
    case .list, .map, .bytes, .any: return JSONObject.Member(name: field.name, value: .null)
    case .string: return JSONObject.Member(name: field.name, value: "")
    case .int32, .int64, .double: return JSONObject.Member(name: field.name, value: 0)
    case .boolean: return JSONObject.Member(name: field.name, value: false)
    case .object: return nil
    }
  }
}
