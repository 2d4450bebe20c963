public import JSON

/// One term of a selector of nodes: all of it must match (core/v1 NodeSelectorTerm).
public struct NodeTerm: Hashable, Sendable {
  private let labels: [Requirement]
  private let fields: [Requirement]

  public init(_ json: JSONValue) {
    labels = (json["matchExpressions"]?.array ?? []).map(Requirement.init)
    fields = (json["matchFields"]?.array ?? []).map(Requirement.init)
  }

  /// A term without requirements matches no node; one that cannot be read matches none either.
  public func matches(_ node: ObjectMeta) -> Bool {
    guard !labels.isEmpty || !fields.isEmpty else { return false }
    return labels.allSatisfy { $0.matches(node.labels[$0.key]) }
      && fields.allSatisfy { $0.key == "metadata.name" && $0.matches(node.name) }
  }
}

extension NodeTerm {
  /// core/v1 NodeSelectorRequirement.
  private struct Requirement: Hashable, Sendable {
    let key: String
    let relation: Relation?
    let values: [String]

    enum Relation: String {
      case isIn = "In"
      case notIn = "NotIn"
      case exists = "Exists"
      case doesNotExist = "DoesNotExist"
      case greater = "Gt"
      case less = "Lt"
    }

    init(_ json: JSONValue) {
      key = json["key"]?.string ?? ""
      relation = json["operator"]?.string.flatMap(Relation.init(rawValue:))
      values = (json["values"]?.array ?? []).compactMap(\.string)
    }

    func matches(_ text: String?) -> Bool {
      switch relation {
      case .isIn: text.map(values.contains) ?? false
      case .notIn: text.map { !values.contains($0) } ?? true
      case .exists: text != nil
      case .doesNotExist: text == nil
      case .greater: compares(text, >)
      case .less: compares(text, <)
      case nil: false
      }
    }

    /// Both must be whole numbers.
    private func compares(_ text: String?, _ holds: (Int64, Int64) -> Bool) -> Bool {
      guard values.count == 1, let bound = values.first.flatMap({ Int64($0) }),
        let number = text.flatMap({ Int64($0) })
      else { return false }
      return holds(number, bound)
    }
  }
}
