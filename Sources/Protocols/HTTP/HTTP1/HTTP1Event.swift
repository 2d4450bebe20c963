public import Base

/// The head of a request (RFC 9112 §3). Field names are lower case.
public struct HTTP1RequestHead: Equatable, Sendable {
  public let method: Bytes
  /// As on the request line: mostly `/path?query`.
  public let target: Bytes
  /// 0 or 1, of HTTP/1.x.
  public let minorVersion: UInt8
  public let fields: HeaderFields
  /// Whether the client takes a further response on this connection.
  public let keepAlive: Bool
  /// `Expect: 100-continue`: the client waits for that before it sends the body.
  public let expectsContinue: Bool
}

/// The head of a final response (RFC 9112 §4). Field names are lower case.
public struct HTTP1ResponseHead: Equatable, Sendable {
  public let status: StatusCode
  public let minorVersion: UInt8
  public let fields: HeaderFields
  /// Whether the server takes a further request on this connection.
  public let keepAlive: Bool
}

/// What came in on an HTTP/1.1 connection, in order: a head, body parts, `.end`, and again.
public enum HTTP1Event: Equatable, Sendable {
  case request(HTTP1RequestHead)
  case response(HTTP1ResponseHead)
  /// Part of a body, chunk framing removed, sharing the storage of what was received.
  case body(Bytes)
  /// The message is complete. Trailer fields are dropped, as RFC 9110 §6.5.1 allows.
  case end
  /// Nothing further can be read; a server answers `HTTP1Error.status` and closes.
  case failed(HTTP1Error)
}

/// What the peer did that ends an HTTP/1.1 connection.
public enum HTTP1Error: Error, Equatable, Sendable {
  case badStartLine
  /// Another version than HTTP/1.0 and HTTP/1.1.
  case badVersion
  /// Folding, a space before the colon, a forbidden character (RFC 9112 §5).
  case badField
  case headTooLarge
  /// Several or malformed lengths, or a length beside chunks: request smuggling (RFC 9112 §6.3).
  case badLength
  /// A transfer coding other than chunked.
  case unsupportedCoding
  case badChunk
  /// A request of HTTP/1.1 without `Host`, or with two (RFC 9112 §3.2).
  case badHost
  /// The connection ended inside a message.
  case truncated

  /// What a server answers before it closes.
  public var status: StatusCode {
    switch self {
    case .badStartLine, .badField, .badLength, .badChunk, .badHost, .truncated: .badRequest
    case .headTooLarge: .headerFieldsTooLarge
    case .unsupportedCoding: .notImplemented
    case .badVersion: .versionNotSupported
    }
  }
}

/// Bounds on one HTTP/1.1 connection.
public struct HTTP1Limits: Equatable, Sendable {
  /// Start line and fields together.
  public var headBytesMax = 65_536
  public var fieldsMax = 256
  /// One chunk-size line with its extensions (CVE-2023-39326), and all trailers.
  public var chunkLineBytesMax = 4_096

  public init() {}
}
