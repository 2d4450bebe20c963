import Base
import HTTP
public import JSON
import Objects
public import Registry

/// What went wrong, as clients read it (meta/v1 Status).
public struct APIStatus: Error, Hashable, Sendable {
  /// HTTP's code.
  public var code: Int
  /// meta/v1 StatusReason; empty for none.
  public var reason: String
  public var message: String
  public var details: Details?
  /// A list that cannot go on says how to (410).
  public var continueToken: String?
  /// Answered as a line of plain text: what kube-apiserver says outside of its API's paths.
  public var isText = false

  public struct Details: Hashable, Sendable {
    public var name = ""
    public var group = ""
    /// The resource, or for invalid objects the kind.
    public var kind = ""
    public var uid = ""
    public var causes: [Cause] = []
    public var retryAfterSeconds: Int64 = 0

    public init(name: String = "", group: String = "", kind: String = "") {
      self.name = name
      self.group = group
      self.kind = kind
    }
  }

  public struct Cause: Hashable, Sendable {
    /// meta/v1 CauseType: `FieldValueInvalid`.
    public var reason: String
    public var message: String
    public var field: String

    public init(reason: String, message: String, field: String) {
      self.reason = reason
      self.message = message
      self.field = field
    }
  }

  public init(_ code: Int, _ reason: String, _ message: String, _ details: Details? = nil) {
    self.code = code
    self.reason = reason
    self.message = message
    self.details = details
  }
}

extension APIStatus {
  /// As kube-apiserver answers what its registry refuses.
  public init(_ rejection: Rejection) {
    self.init(rejection.code, rejection.reason, rejection.message, Details(rejection))
  }

  public static func badRequest(_ message: String) -> APIStatus {
    APIStatus(400, "BadRequest", message)
  }

  /// A path that nothing is served under.
  public static let noSuchPath = APIStatus(
    404, "NotFound", "the server could not find the requested resource", Details())

  /// A path outside of the API that nothing is served under.
  static let pageNotFound = text(404, "404 page not found")

  /// The answer is the message, on a line of its own (Go's http.Error).
  static func text(_ code: Int, _ message: String) -> APIStatus {
    var status = APIStatus(code, "", message)
    status.isText = true
    return status
  }

  public static func internalError(_ text: String) -> APIStatus {
    var status = APIStatus(500, "InternalError", "Internal error occurred: \(text)", Details())
    status.details?.causes = [Cause(reason: "", message: text, field: "")]
    return status
  }

  /// `message` of a request that took too long.
  public static func timeout(_ message: String) -> APIStatus {
    APIStatus(504, "Timeout", "Timeout: \(message)", Details())
  }

  public var json: JSONValue {
    var object = JSONObject([
      .init(name: "kind", value: "Status"), .init(name: "apiVersion", value: "v1"),
      .init(name: "metadata", value: .object(JSONObject())),
      .init(name: "status", value: "Failure"), .init(name: "message", value: .string(message)),
    ])
    if let continueToken { object["metadata"] = ["continue": .string(continueToken)] }
    if !reason.isEmpty { object["reason"] = .string(reason) }
    if let details { object["details"] = details.json }
    object["code"] = .number(Int64(code))
    return .object(object)
  }

  /// Errors are JSON whatever a client accepts: every client reads that.
  public var response: APIResponse {
    let status = StatusCode(rawValue: UInt16(clamping: code))
    guard !isText else {
      return APIResponse(
        status, ["content-type": "text/plain; charset=utf-8"], body: Bytes(message + "\n"))
    }
    var fields = HeaderFields()
    fields.append("content-type", "application/json")
    if let seconds = details?.retryAfterSeconds, seconds > 0 {
      fields.append("retry-after", Bytes(String(seconds)))
    }
    return APIResponse(status, fields, body: Bytes(json.text()))
  }
}

extension APIStatus.Details {
  init?(_ rejection: Rejection) {
    switch rejection {
    case .badRequest, .failed: return nil
    case .invalid(let kind, let name, let errors):
      self.init(name: name, group: kind.group, kind: kind.name)
      causes = errors.map {
        APIStatus.Cause(reason: $0.causeReason, message: $0.message, field: $0.path)
      }
    case .namespaceTerminating(let kind, let name, let namespace):
      self.init(name: name, group: kind.group, kind: kind.plural)
      causes = [
        APIStatus.Cause(
          reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated",
          field: "metadata.namespace")
      ]
    case .forbidden(let kind, let name, _), .notFound(let kind, let name),
      .alreadyExists(let kind, let name), .beingDeleted(let kind, let name),
      .conflict(let kind, let name, _):
      self.init(name: name, group: kind.group, kind: kind.plural)
    }
  }

  var json: JSONValue {
    var object = JSONObject()
    if !name.isEmpty { object["name"] = .string(name) }
    if !group.isEmpty { object["group"] = .string(group) }
    if !kind.isEmpty { object["kind"] = .string(kind) }
    if !uid.isEmpty { object["uid"] = .string(uid) }
    if !causes.isEmpty {
      object["causes"] = .array(
        causes.map { cause in
          var object = JSONObject()
          if !cause.reason.isEmpty { object["reason"] = .string(cause.reason) }
          if !cause.message.isEmpty { object["message"] = .string(cause.message) }
          if !cause.field.isEmpty { object["field"] = .string(cause.field) }
          return .object(object)
        })
    }
    if retryAfterSeconds > 0 { object["retryAfterSeconds"] = .number(retryAfterSeconds) }
    return .object(object)
  }
}

extension FieldError {
  /// meta/v1 CauseType (apimachinery field.ErrorType).
  var causeReason: String {
    switch type {
    case .required: "FieldValueRequired"
    case .invalid: "FieldValueInvalid"
    case .unsupported: "FieldValueNotSupported"
    case .duplicate: "FieldValueDuplicate"
    case .forbidden: "FieldValueForbidden"
    case .tooLong: "FieldValueTooLong"
    case .tooMany: "FieldValueTooMany"
    case .typeInvalid: "FieldValueTypeInvalid"
    case .notFound: "FieldValueNotFound"
    case .internalError: "InternalError"
    }
  }
}
