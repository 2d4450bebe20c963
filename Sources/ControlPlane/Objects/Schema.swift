/// The types of an API: what each object may hold, and how its parts merge.
///
/// Data, not code: `schema/types.txt` has every type of Kubernetes 1.33, so that a further kind is
/// a row there and nothing here.
public struct Schema: Sendable {
  /// In the order of their names' bytes.
  public let types: [TypeSchema]
  private let places: [String: Int]
  private let kinds: [String: Int]

  /// Kubernetes 1.33's, read from its text at the first use.
  public static let kubernetes = Schema(SchemaReader.types(of: KubernetesText.types))

  /// Two types of one name are a programmer error.
  public init(_ types: [TypeSchema]) {
    self.types = types.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var places: [String: Int] = [:]
    var kinds: [String: Int] = [:]
    for (place, type) in self.types.enumerated() {
      precondition(places.updateValue(place, forKey: type.name) == nil, "a type comes twice")
      for kind in type.kinds { kinds[kind] = place }
    }
    self.places = places
    self.kinds = kinds
  }

  /// `core.v1.Container`: the API package (`rbac.v1`), not the group, and the type.
  public func type(_ name: String) -> TypeSchema? { places[name].map { types[$0] } }

  /// The type of a kind; nil for a kind that the API does not have.
  public func type(of kind: Kind) -> TypeSchema? {
    type(apiVersion: kind.apiVersion, kind: kind.name)
  }

  /// As a manifest spells them: `apps/v1` and `Deployment`.
  public func type(apiVersion: String, kind: String) -> TypeSchema? {
    (kinds["\(apiVersion)/\(kind)"] ?? kinds["*/\(kind)"]).map { types[$0] }
  }
}

/// One type of an API.
public struct TypeSchema: Sendable {
  /// `apps.v1.DeploymentSpec`
  public let name: String
  /// `apps/v1/Deployment`; `*/DeleteOptions` for a kind of every group. Empty for most types.
  public let kinds: [String]
  public let form: Form
  /// Server-side apply takes it as a whole (`x-kubernetes-map-type: atomic`).
  public let isAtomic: Bool
  /// Whether the API's OpenAPI documents have it.
  public let isPublished: Bool
  public let hasProtobuf: Bool
  /// In the order of their names' bytes; empty for every form but `.fields`.
  public let fields: [FieldSchema]
  /// Messages whose fields JSON inlines.
  public let embedded: [Embedded]
  public let unions: [Union]

  /// How JSON writes a value of the type.
  public enum Form: String, Hashable, Sendable {
    case fields
    /// A text such as `500m`, or a number.
    case quantity
    case intOrString
    /// RFC 3339 in whole seconds; null when zero.
    case time
    /// RFC 3339 with six digits of a fraction; null when zero.
    case microTime
    /// Go's: `1m30s`.
    case duration
    /// Any value at all.
    case any
    /// An object with any members.
    case anyObject
    case schemaOrSchemas
    case schemaOrBoolean
    case schemaOrStrings
  }

  /// One message within another that JSON does not show.
  public struct Embedded: Hashable, Sendable {
    public let number: Int
    public let type: String
  }

  /// The field that says which of the others counts.
  public struct Union: Hashable, Sendable {
    public let discriminator: String
    /// Field and the discriminator's value for it.
    public let members: [Member]

    public struct Member: Hashable, Sendable {
      public let field: String
      public let value: String
    }
  }

  /// The field of exactly this name.
  public func field(_ name: String) -> FieldSchema? {
    var low = 0
    var high = fields.count
    while low < high {
      let middle = (low + high) / 2
      if fields[middle].name.utf8.lexicographicallyPrecedes(name.utf8) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < fields.count, fields[low].name.utf8.elementsEqual(name.utf8) else { return nil }
    return fields[low]
  }

  /// `DeploymentSpec`, as Go's messages name it.
  public var shortName: String {
    String(name[(name.lastIndex(of: ".").map(name.index(after:)) ?? name.startIndex)...])
  }
}
