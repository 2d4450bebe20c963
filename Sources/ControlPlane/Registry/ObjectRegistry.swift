public import Base
public import Objects

/// Turns intents into values: defaults, admission, validation, uid and generation, owner references,
/// finalizers, unknown fields kept. The same code serves the reconcilers, the administrator's
/// commands and the API server, so that a ReplicaSet's pod meets the same rules as a user's.
public struct ObjectRegistry: Sendable {
  /// Names the writer in events (`source.component`) and managed fields.
  public var writer: String

  public init(writer: String) {
    self.writer = writer
  }

  /// What admission reads: a component that writes API objects follows these too.
  public static let collections: [Collection] = [.objects(.namespace)]
}

/// What the store is asked to do in one Txn, before a component adds its fence.
public struct ObjectTransaction: Hashable, Sendable {
  /// All must hold.
  public var compares: [Expectation]
  public var writes: [Write]

  public struct Expectation: Hashable, Sendable {
    public var key: Bytes
    /// 0: the key must not exist.
    public var modRevision: Int64

    public init(key: Bytes, modRevision: Int64) {
      self.key = key
      self.modRevision = modRevision
    }
  }

  public enum Write: Hashable, Sendable {
    case put(key: StoreKey, value: Bytes)
    /// Under the component's lease for events, whose time to live is an hour as in Kubernetes.
    case putEvent(key: StoreKey, value: Bytes)
    case delete(key: StoreKey)
  }

  public init(compares: [Expectation] = [], writes: [Write] = []) {
    self.compares = compares
    self.writes = writes
  }
}

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
