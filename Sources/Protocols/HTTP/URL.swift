import Base

/// Why a text is no URL that we dial.
public enum URLError: Error, Equatable, Sendable {
  case missingScheme
  case missingHost
  case badHost
  case badPort
  /// User names and passwords in URLs are refused: they end in logs.
  case hasUserInformation
  /// A space, a control character or one beyond ASCII.
  case badCharacter(offset: Int)
}

/// An absolute URL with an authority (RFC 3986 §3): `scheme://host:port/path?query`.
///
/// Fragments are dropped. Nothing is percent-decoded or normalised but the case of scheme and host.
public struct URL: Hashable, Sendable {
  /// Lower case.
  public let scheme: String
  /// Lower case; an IPv6 address without its brackets.
  public let host: String
  public let port: UInt16?
  /// Empty, or from the first "/" on.
  public let path: String
  /// What follows "?", without it.
  public let query: String?

  /// Reads a URL from text.
  ///
  /// Throws `URLError` where `text` is none.
  public init(_ text: String) throws(URLError) {
    let bytes = Array(text.utf8)
    if let offset = bytes.firstIndex(where: { !(0x21...0x7E).contains($0) }) {
      throw .badCharacter(offset: offset)
    }
    guard let (scheme, rest) = Self.splitScheme(text[...]) else { throw .missingScheme }
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    let authority = rest[..<end]
    guard !authority.contains("@") else { throw .hasUserInformation }
    self.scheme = scheme.lowercased()
    (host, port) = try Self.splitAuthority(authority)
    let target = rest[end...].prefix { $0 != "#" }
    if let mark = target.firstIndex(of: "?") {
      path = String(target[..<mark])
      query = String(target[target.index(after: mark)...])
    } else {
      path = String(target)
      query = nil
    }
  }

  /// The port, or the scheme's own: 80 for http, 443 for https; nil for others.
  public var effectivePort: UInt16? {
    if let port { return port }
    return scheme == "http" ? 80 : scheme == "https" ? 443 : nil
  }

  /// Host and port as `:authority` and `Host` carry them.
  public var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port.map { "\(name):\($0)" } ?? name
  }

  /// Path and query as a request line carries them.
  public var target: String {
    (path.isEmpty ? "/" : path) + (query.map { "?" + $0 } ?? "")
  }

  private static func splitScheme(_ text: Substring) -> (Substring, Substring)? {
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
    let scheme = text[..<colon]
    guard let first = scheme.first, first.isLetter,
      scheme.allSatisfy({ $0.isLetter || $0.isNumber || "+-.".contains($0) })
    else { return nil }
    return (scheme, text[text.index(colon, offsetBy: 3)...])
  }

  private static func splitAuthority(
    _ authority: Substring
  ) throws(URLError) -> (host: String, port: UInt16?) {
    var host = authority
    var port: Substring?
    if authority.first == "[" {
      guard let close = authority.firstIndex(of: "]") else { throw .badHost }
      host = authority[authority.index(after: authority.startIndex)..<close]
      let address = host.prefix { $0 != "%" }
      guard address.contains(":"), address.allSatisfy({ $0.isHexDigit || ":.".contains($0) }) else {
        throw .badHost
      }
      let behind = authority[authority.index(after: close)...]
      guard behind.isEmpty || behind.first == ":" else { throw .badHost }
      port = behind.isEmpty ? nil : behind.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      port = authority[authority.index(after: colon)...]
    }
    guard !host.isEmpty else { throw .missingHost }
    guard authority.first == "[" || !host.contains(where: { "[]<>\"\\^`{|}".contains($0) }) else {
      throw .badHost
    }
    guard let port, !port.isEmpty else { return (host.lowercased(), nil) }
    guard let number = decimal(Bytes(String(port))), let value = UInt16(exactly: number) else {
      throw .badPort
    }
    return (host.lowercased(), value)
  }
}

extension URL: CustomStringConvertible {
  public var description: String {
    "\(scheme)://\(authority)\(path)" + (query.map { "?" + $0 } ?? "")
  }
}
