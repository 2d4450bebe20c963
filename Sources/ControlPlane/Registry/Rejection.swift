public import Objects

/// Why the registry does not write what was asked; Kubernetes' reasons and texts.
public enum Rejection: Error, Hashable, Sendable {
  /// 422 Invalid
  case invalid(Kind, name: String, [FieldError])
  /// 400 BadRequest
  case badRequest(String)
  /// 403 Forbidden
  case forbidden(Kind, name: String, reason: String)
  /// 403 Forbidden: nothing new comes into a namespace that is on its way out
  case namespaceTerminating(Kind, name: String, namespace: String)
  /// 404 NotFound
  case notFound(Kind, name: String)
  /// 409 AlreadyExists
  case alreadyExists(Kind, name: String)
  /// 409 AlreadyExists: what has the name is on its way out
  case beingDeleted(Kind, name: String)
  /// 409 Conflict
  case conflict(Kind, name: String, reason: String)
  /// 500 without a reason: what Kubernetes' registry words as a plain error.
  case failed(String)
}

/// One field that validation refuses (apimachinery field.Error).
public struct FieldError: Hashable, Sendable {
  /// `spec.template.spec.containers[0].name`
  public var path: String
  public var type: ErrorType
  /// What the user wrote, as Kubernetes prints it; nil where the type prints none.
  public var value: String?
  public var detail: String

  public enum ErrorType: String, Sendable {
    case required = "Required value"
    case invalid = "Invalid value"
    case unsupported = "Unsupported value"
    case duplicate = "Duplicate value"
    case forbidden = "Forbidden"
    case tooLong = "Too long"
    case tooMany = "Too many"
    case typeInvalid = "Invalid value type"
    case notFound = "Not found"
    case internalError = "Internal error"
  }

  public init(path: String, type: ErrorType, value: String? = nil, detail: String = "") {
    self.path = path
    self.type = type
    self.value = value
    self.detail = detail
  }
}

extension Rejection {
  static let modified = """
    the object has been modified; please apply your changes to the latest version and try again
    """

  /// HTTP's code, as kube-apiserver answers.
  public var code: Int {
    switch self {
    case .invalid: 422
    case .badRequest: 400
    case .forbidden, .namespaceTerminating: 403
    case .notFound: 404
    case .alreadyExists, .beingDeleted, .conflict: 409
    case .failed: 500
    }
  }

  /// meta/v1 StatusReason.
  public var reason: String {
    switch self {
    case .invalid: "Invalid"
    case .badRequest: "BadRequest"
    case .forbidden, .namespaceTerminating: "Forbidden"
    case .notFound: "NotFound"
    case .alreadyExists, .beingDeleted: "AlreadyExists"
    case .conflict: "Conflict"
    case .failed: ""
    }
  }

  /// The message as kube-apiserver words it: `Deployment.apps "web" is invalid: spec.replicas:
  /// ...`.
  public var message: String {
    switch self {
    case .invalid(let kind, let name, let errors):
      return "\(Self.qualified(kind.name, kind)) \"\(name)\" is invalid: \(Self.joined(errors))"
    case .badRequest(let text), .failed(let text): return text
    case .forbidden(let kind, let name, let reason):
      return "\(Self.resource(kind)) \"\(name)\" is forbidden: \(reason)"
    case .namespaceTerminating(let kind, let name, let namespace):
      return "\(Self.resource(kind)) \"\(name)\" is forbidden: unable to create new content in "
        + "namespace \(namespace) because it is being terminated"
    case .notFound(let kind, let name): return "\(Self.resource(kind)) \"\(name)\" not found"
    case .alreadyExists(let kind, let name):
      return "\(Self.resource(kind)) \"\(name)\" already exists"
    case .beingDeleted(let kind, let name):
      return "object is being deleted: \(Self.resource(kind)) \"\(name)\" already exists"
    case .conflict(let kind, let name, let reason):
      return "Operation cannot be fulfilled on \(Self.resource(kind)) \"\(name)\": \(reason)"
    }
  }

  private static func resource(_ kind: Kind) -> String { qualified(kind.plural, kind) }

  private static func qualified(_ name: String, _ kind: Kind) -> String {
    kind.group.isEmpty ? name : "\(name).\(kind.group)"
  }

  /// Each once; in brackets where there are several (field.ErrorList.ToAggregate).
  private static func joined(_ errors: [FieldError]) -> String {
    var texts: [String] = []
    for error in errors where !texts.contains(error.description) {
      texts.append(error.description)
    }
    return texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
  }
}

extension Rejection: CustomStringConvertible {
  public var description: String { message }
}

extension FieldError: CustomStringConvertible {
  /// `spec.replicas: Invalid value: -1: must be greater than or equal to 0`
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }

  /// The cause's message: without the path.
  public var message: String {
    var text = type.rawValue
    if let value { text += ": \(value)" }
    return detail.isEmpty ? text : "\(text): \(detail)"
  }
}
