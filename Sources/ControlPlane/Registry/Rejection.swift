public import Objects

/// Why the registry does not write what was asked; Kubernetes' reasons and texts.
public enum Rejection: Error, Hashable, Sendable {
  /// 422 Invalid
  case invalid(Kind, name: String, [FieldError])
  /// 400 BadRequest
  case badRequest(String)
  /// 403 Forbidden
  case forbidden(Kind, name: String, reason: String)
  /// 404 NotFound
  case notFound(Kind, name: String)
  /// 409 AlreadyExists
  case alreadyExists(Kind, name: String)
  /// 409 AlreadyExists: what has the name is on its way out
  case beingDeleted(Kind, name: String)
  /// 409 Conflict
  case conflict(Kind, name: String, reason: String)
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
}
