public import Base

/// Which protocol a plain connection speaks, told from its first bytes.
public enum SniffedProtocol: Equatable, Sendable {
  /// The bytes are a prefix of the HTTP/2 preface: wait for more.
  case undecided
  case http2
  case http1

  /// `PRI * HTTP/2.0` (RFC 9113 §3.4) is no HTTP/1.1 request line: its first 16 bytes decide.
  public static func sniff(_ bytes: Bytes) -> SniffedProtocol {
    let seen = min(bytes.count, decisiveBytes)
    guard bytes.prefix(seen) == http2Preface.prefix(seen) else { return .http1 }
    return seen == decisiveBytes ? .http2 : .undecided
  }

  private static let decisiveBytes = 16
}

/// What an HTTP/2 client sends first (RFC 9113 §3.4): 24 bytes.
public let http2Preface = Bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
