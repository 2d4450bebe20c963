/// HTTP status codes that we send (RFC 9110 §15) and their reason phrases.
public struct StatusCode: RawRepresentable, Hashable, Sendable {
  /// 100...599.
  public let rawValue: UInt16

  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  public static let switchingProtocols = Self(rawValue: 101)
  public static let ok = Self(rawValue: 200)
  public static let created = Self(rawValue: 201)
  public static let noContent = Self(rawValue: 204)
  public static let notModified = Self(rawValue: 304)
  public static let badRequest = Self(rawValue: 400)
  public static let unauthorized = Self(rawValue: 401)
  public static let forbidden = Self(rawValue: 403)
  public static let notFound = Self(rawValue: 404)
  public static let methodNotAllowed = Self(rawValue: 405)
  public static let conflict = Self(rawValue: 409)
  public static let gone = Self(rawValue: 410)
  public static let contentTooLarge = Self(rawValue: 413)
  public static let unsupportedMediaType = Self(rawValue: 415)
  public static let unprocessableContent = Self(rawValue: 422)
  public static let tooManyRequests = Self(rawValue: 429)
  public static let headerFieldsTooLarge = Self(rawValue: 431)
  public static let internalServerError = Self(rawValue: 500)
  public static let notImplemented = Self(rawValue: 501)
  public static let serviceUnavailable = Self(rawValue: 503)
  public static let gatewayTimeout = Self(rawValue: 504)
  public static let versionNotSupported = Self(rawValue: 505)

  /// The phrase of the status line; empty for codes that we do not send.
  public var reason: String {
    switch rawValue {
    case 101: "Switching Protocols"
    case 200: "OK"
    case 201: "Created"
    case 204: "No Content"
    case 304: "Not Modified"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 409: "Conflict"
    case 410: "Gone"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: ""
    }
  }

  /// Whether a response with this status never has a body (RFC 9112 §6.3).
  public var forbidsBody: Bool {
    rawValue < 200 || rawValue == 204 || rawValue == 304
  }
}
