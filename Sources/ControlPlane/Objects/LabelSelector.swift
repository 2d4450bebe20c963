public import JSON

/// Which labels an object must carry (meta/v1 LabelSelector, and the text form of `--selector`).
public struct LabelSelector: Hashable, Sendable {
  /// All must hold, in the order of their keys; nil selects nothing.
  private let requirements: [Requirement]?

  /// What one label must be.
  public struct Requirement: Hashable, Sendable {
    public let key: String
    public let condition: Condition

    public enum Condition: Hashable, Sendable {
      case equals(String)
      case notEquals(String)
      /// A set: in order, none twice.
      case anyOf([String])
      case noneOf([String])
      case exists
      case doesNotExist
      case greaterThan(Int64)
      case lessThan(Int64)
    }

    public init(_ key: String, _ condition: Condition) {
      self.key = key
      self.condition =
        switch condition {
        case .anyOf(let values): .anyOf(Set(values).sorted())
        case .noneOf(let values): .noneOf(Set(values).sorted())
        case .equals, .notEquals, .exists, .doesNotExist, .greaterThan, .lessThan: condition
        }
    }
  }

  /// What an absent selector means.
  public static let nothing = LabelSelector(requirements: nil)
  /// What a selector without requirements means.
  public static let everything = LabelSelector([])

  private init(requirements: [Requirement]?) {
    self.requirements = requirements
  }

  public init(_ requirements: [Requirement]) {
    self.requirements = requirements.sorted { $0.sortKey < $1.sortKey }
  }

  public init(matchLabels: [String: String]) {
    self.init(matchLabels.map { Requirement($0.key, .equals($0.value)) })
  }

  /// Reads a meta/v1 LabelSelector; an absent one, or null, selects nothing.
  public init(json: JSONValue?) throws(LabelSelectorError) {
    guard let json, !json.isNull else {
      self = .nothing
      return
    }
    guard let object = json.object else { throw .wrongType(path: "") }
    var requirements: [Requirement] = []
    if let labels = object["matchLabels"], !labels.isNull {
      guard let members = labels.object?.members else { throw .wrongType(path: "matchLabels") }
      for member in members {
        guard let value = member.value.string else {
          throw .wrongType(path: "matchLabels.\(member.name)")
        }
        requirements.append(Requirement(member.name, .equals(value)))
      }
    }
    if let expressions = object["matchExpressions"], !expressions.isNull {
      guard let elements = expressions.array else { throw .wrongType(path: "matchExpressions") }
      for (index, element) in elements.enumerated() {
        requirements.append(try Requirement(element, path: "matchExpressions[\(index)]"))
      }
    }
    self.init(requirements)
  }

  /// Whether it selects nothing, whatever the labels.
  public var isNothing: Bool { requirements == nil }
  /// Whether it selects everything, because it asks for nothing.
  public var isEverything: Bool { requirements?.isEmpty ?? false }

  public func matches(_ labels: [String: String]) -> Bool {
    guard let requirements else { return false }
    return requirements.allSatisfy { $0.matches(labels[$0.key]) }
  }
}

extension LabelSelector.Requirement {
  /// A label that is absent meets `notEquals`, `noneOf` and `doesNotExist`.
  public func matches(_ label: String?) -> Bool {
    switch condition {
    case .equals(let value): label == value
    case .notEquals(let value): label != value
    case .anyOf(let values): label.map(values.contains) ?? false
    case .noneOf(let values): !(label.map(values.contains) ?? false)
    case .exists: label != nil
    case .doesNotExist: label == nil
    case .greaterThan(let bound): label.flatMap { Int64($0) }.map { $0 > bound } ?? false
    case .lessThan(let bound): label.flatMap { Int64($0) }.map { $0 < bound } ?? false
    }
  }

  /// A meta/v1 LabelSelectorRequirement.
  fileprivate init(_ json: JSONValue, path: String) throws(LabelSelectorError) {
    guard json.object != nil else { throw .wrongType(path: path) }
    guard let key = json["key"]?.string else { throw .wrongType(path: "\(path).key") }
    guard let name = json["operator"]?.string else { throw .wrongType(path: "\(path).operator") }
    var values: [String] = []
    if let given = json["values"], !given.isNull {
      guard let elements = given.array else { throw .wrongType(path: "\(path).values") }
      for (index, element) in elements.enumerated() {
        guard let value = element.string else {
          throw .wrongType(path: "\(path).values[\(index)]")
        }
        values.append(value)
      }
    }
    switch name {
    case "In" where values.isEmpty, "NotIn" where values.isEmpty:
      throw .valuesRequired(path: "\(path).values")
    case "Exists" where !values.isEmpty, "DoesNotExist" where !values.isEmpty:
      throw .valuesForbidden(path: "\(path).values")
    case "In": self.init(key, .anyOf(values))
    case "NotIn": self.init(key, .noneOf(values))
    case "Exists": self.init(key, .exists)
    case "DoesNotExist": self.init(key, .doesNotExist)
    default: throw .unknownOperator(name, path: "\(path).operator")
    }
  }

  fileprivate var sortKey: String { "\(key)\u{0}\(description)" }
}

/// Why a selector is none; the paths begin below the selector.
public enum LabelSelectorError: Error, Hashable, Sendable {
  case wrongType(path: String)
  case unknownOperator(String, path: String)
  case valuesRequired(path: String)
  case valuesForbidden(path: String)
  /// The text form, in apimachinery's words.
  case text(String)
}

// MARK: - Text

extension LabelSelector.Requirement: CustomStringConvertible {
  public var description: String {
    switch condition {
    case .equals(let value): "\(key)=\(value)"
    case .notEquals(let value): "\(key)!=\(value)"
    case .anyOf(let values): "\(key) in (\(values.joined(separator: ",")))"
    case .noneOf(let values): "\(key) notin (\(values.joined(separator: ",")))"
    case .exists: key
    case .doesNotExist: "!\(key)"
    case .greaterThan(let bound): "\(key)>\(bound)"
    case .lessThan(let bound): "\(key)<\(bound)"
    }
  }
}

extension LabelSelector: CustomStringConvertible {
  /// As labels.Selector prints it: by key, empty where it selects everything.
  public var description: String {
    (requirements ?? []).map(\.description).joined(separator: ",")
  }
}
