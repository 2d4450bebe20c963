public import JSON

/// One field of a type.
public struct FieldSchema: Sendable {
  public let name: String
  public let type: ValueType
  public let wire: Wire
  /// Its protobuf type where `type` does not say it.
  public let wireType: String?
  /// OpenAPI's `required`.
  public let isRequired: Bool
  /// Absent differs from zero (a pointer in Go).
  public let isPointer: Bool
  /// JSON leaves it out when it is zero or empty.
  public let omitsEmpty: Bool
  /// How server-side apply merges a list; nil for anything else.
  public let list: ListKind?
  /// Overrides whether server-side apply takes the object as a whole.
  public let isAtomic: Bool?
  public let patch: PatchStrategy
  /// The field that tells the elements of a list apart in a strategic merge patch.
  public let mergeKey: String?
  /// OpenAPI's `default`; `{}`, `""` and `0` only mark a field that is no pointer.
  public let defaultValue: JSONValue?
  /// What a text, or each element of a list or map, may be; empty where anything may.
  public let allowed: [String]

  /// Where protobuf keeps the field.
  public enum Wire: Hashable, Sendable {
    case number(Int)
    /// The fields that lead to it: all but the last are messages that JSON inlines.
    case nested([Int])
    /// Outside of the message: `apiVersion` and `kind`.
    case envelope
    case none
  }

  /// `x-kubernetes-list-type`
  public enum ListKind: Hashable, Sendable {
    case atomic
    case set
    case map(keys: [String])
  }

  /// `x-kubernetes-patch-strategy`
  public struct PatchStrategy: Hashable, Sendable {
    /// Lists merge element by element; without it a list is replaced.
    public var merges = false
    /// A patch names the fields that stay.
    public var retainsKeys = false
    /// An object is replaced, not merged.
    public var replaces = false
  }
}

/// What a field holds.
public indirect enum ValueType: Hashable, Sendable {
  case string
  /// Base64 in JSON.
  case bytes
  case int32
  case int64
  case double
  case boolean
  case any
  /// A type of the schema, by its name.
  case object(String)
  case list(ValueType)
  /// Texts to values.
  case map(ValueType)
}
