public import JSON

/// What the schema says of a place in a patch. Where it says nothing, objects merge and lists are
/// replaced, as in a JSON merge patch.
struct PatchShape {
  private enum Form {
    case type(TypeSchema)
    case map(of: ValueType)
    case unknown
  }

  private let form: Form
  private let schema: Schema

  /// How one member merges.
  struct Member {
    /// Of an object that is the member, or of each element of a list.
    let shape: PatchShape
    let strategy: FieldSchema.PatchStrategy
    let mergeKey: String?

    /// A list merges element by element.
    var mergesList: Bool { strategy.merges }
  }

  init(_ type: TypeSchema?, schema: Schema) {
    let form = type.map { $0.form == .fields ? Form.type($0) : .unknown } ?? .unknown
    self.init(form: form, schema: schema)
  }

  private init(_ type: ValueType, schema: Schema) {
    switch type {
    case .object(let name): self.init(schema.type(name), schema: schema)
    case .map(let element): self.init(form: .map(of: element), schema: schema)
    case .list(let element): self.init(element, schema: schema)
    case .string, .bytes, .int32, .int64, .double, .boolean, .any:
      self.init(form: .unknown, schema: schema)
    }
  }

  private init(form: Form, schema: Schema) {
    self.form = form
    self.schema = schema
  }

  func member(_ name: String) -> Member {
    switch form {
    case .type(let type):
      guard let field = type.field(name) else { break }
      return Member(
        shape: PatchShape(field.type, schema: schema), strategy: field.patch,
        mergeKey: field.mergeKey)
    case .map(let element):
      return Member(
        shape: PatchShape(element, schema: schema), strategy: FieldSchema.PatchStrategy(),
        mergeKey: nil)
    case .unknown: break
    }
    return Member(
      shape: PatchShape(nil, schema: schema), strategy: FieldSchema.PatchStrategy(), mergeKey: nil)
  }
}

/// The members of a strategic merge patch that are no fields.
enum PatchDirective {
  static let patch = "$patch"
  static let retainKeys = "$retainKeys"
  static let deleteFromList = "$deleteFromPrimitiveList/"
  static let elementOrder = "$setElementOrder/"

  /// The list that a name with such a prefix speaks of.
  static func list(_ name: String, after prefix: String) -> String? {
    guard name.utf8.starts(with: prefix.utf8) else { return nil }
    return String(name.dropFirst(prefix.count))
  }
}

/// Why a strategic merge patch does not fit; `description` has apimachinery's words.
public enum StrategicMergeError: Error, Hashable, Sendable {
  case unknownDirective(JSONValue, in: JSONObject)
  case noMergeKey(String, in: JSONObject)
  /// A list of objects merges, and the schema names no key.
  case listWithoutMergeKey(String)
  /// A list holds both objects and scalars, or lists.
  case mixedList(String)
  case retainKeysMalformed
  case elementOrderMalformed
  /// The elements of a patched list come in another order than `$setElementOrder` says.
  case elementOrderDiffers(String)
  case deletionsMalformed(String)
}

extension StrategicMergeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownDirective(let directive, let object):
      "unknown patch type: \(directive.goText) in map: \(JSONValue.object(object).goText)"
    case .noMergeKey(let key, let object):
      "map: \(JSONValue.object(object).goText) does not contain declared merge key: \(key)"
    case .listWithoutMergeKey(let list): "cannot merge lists without merge key for \(list)"
    case .mixedList(let list): "list element types are not identical in \(list)"
    case .retainKeysMalformed: "invalid patch format of retainKeys"
    case .elementOrderMalformed: "invalid patch format of setElementOrder list"
    case .elementOrderDiffers(let list):
      "the order in the patch list \(list) does not match its $setElementOrder list"
    case .deletionsMalformed(let list): "invalid patch format of $deleteFromPrimitiveList/\(list)"
    }
  }
}

extension JSONValue {
  /// As Go's `%v` prints a decoded value: `map[a:1 b:[x y]]`.
  public var goText: String {
    switch self {
    case .null: "<nil>"
    case .bool(let flag): "\(flag)"
    case .number(let number): number.text
    case .string(let text): text
    case .array(let elements): "[\(elements.map(\.goText).joined(separator: " "))]"
    case .object(let object):
      "map["
        + object.members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        .map { "\($0.name):\($0.value.goText)" }.joined(separator: " ") + "]"
    }
  }
}
