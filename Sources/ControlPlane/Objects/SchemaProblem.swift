/// One place where a value does not fit its type.
public struct SchemaProblem: Error, Hashable, Sendable {
  /// `spec.containers[0].name`; an entry of a map is `metadata.labels[app]`, as validation spells
  /// it.
  public let path: String
  public let reason: Reason

  public enum Reason: Hashable, Sendable {
    /// The type has no such field. `strictPath` is the path as strict decoding spells it, with the
    /// entries of maps as fields.
    case unknownField(strictPath: String)
    /// Another kind of value. `field` is Go's name of the place, `goType` Go's type for it.
    case wrongType(expected: String, found: String, field: String, goType: String)
    /// A text that is not of the form its type has; in Kubernetes' words.
    case malformed(expected: String, found: String, text: String)
    /// A field that must be there is not.
    case missing(expected: String)
    /// A text that is none of those that the field may have.
    case unsupported(found: String, allowed: [String])
  }

  /// What belongs there: `a whole number of 32 bits`.
  public var expected: String {
    switch reason {
    case .unknownField: "no such field"
    case .wrongType(let expected, _, _, _), .malformed(let expected, _, _), .missing(let expected):
      expected
    case .unsupported(_, let allowed): "one of \(Self.quoted(allowed))"
    }
  }

  /// What is there: `string`, `number 80.5`.
  public var found: String {
    switch reason {
    case .unknownField: "a field that the type does not have"
    case .wrongType(_, let found, _, _), .malformed(_, let found, _): found
    case .missing: "nothing"
    case .unsupported(let found, _): "\"\(found)\""
    }
  }

  /// As kube-apiserver words it: Go's decoding errors, strict decoding's, or validation's.
  public var kubernetesText: String {
    switch reason {
    case .unknownField(let strictPath): "unknown field \"\(strictPath)\""
    case .wrongType(_, let found, let field, let goType):
      "json: cannot unmarshal \(found) into Go struct field \(field) of type \(goType)"
    case .malformed(_, _, let text): text
    case .missing: "\(path): Required value"
    case .unsupported(let found, let allowed):
      "\(path): Unsupported value: \"\(found)\": supported values: \(Self.quoted(allowed))"
    }
  }

  private static func quoted(_ texts: [String]) -> String {
    texts.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}

extension SchemaProblem: CustomStringConvertible {
  public var description: String { "\(path): expected \(expected), found \(found)" }
}
