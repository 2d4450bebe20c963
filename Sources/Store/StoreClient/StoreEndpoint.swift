/// Why a text names no endpoint.
public enum EndpointError: Error, Hashable, Sendable {
  case noEndpoints
  case badEndpoint(String, reason: String)
}

extension EndpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noEndpoints: "no endpoints"
    case .badEndpoint(let text, let reason): "endpoint \"\(text)\" \(reason)"
    }
  }
}

/// A member's client address: `host:port`, `http://host:port` or `https://host:port`.
public struct StoreEndpoint: Hashable, Sendable {
  /// As it was written.
  public let text: String
  /// A name or an address; IPv6 without brackets.
  public let host: String
  public let port: UInt16
  /// Whether the text asks for TLS; nil where it has no scheme and the credentials decide.
  public let isSecure: Bool?

  public init(_ text: String) throws(EndpointError) {
    func bad(_ reason: String) -> EndpointError { .badEndpoint(text, reason: reason) }
    self.text = text
    var rest = Substring(text)
    if rest.hasPrefix("https://") {
      isSecure = true
      rest = rest.dropFirst(8)
    } else if rest.hasPrefix("http://") {
      isSecure = false
      rest = rest.dropFirst(7)
    } else if rest.contains("://") {
      throw bad("has a scheme other than http and https")
    } else {
      isSecure = nil
    }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    guard let colon = rest.lastIndex(of: ":") else { throw bad("has no port") }
    var host = rest[..<colon]
    if host.hasPrefix("[") && host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw bad("needs brackets around its IPv6 address")
    }
    guard !host.isEmpty else { throw bad("has no host") }
    guard !host.contains(where: { $0 == "/" || $0 == "@" || $0 == "?" || $0 == " " }) else {
      throw bad("has a host that is no host")
    }
    guard let port = UInt16(rest[rest.index(after: colon)...]), port > 0 else {
      throw bad("has a port that is not 1...65535")
    }
    self.host = String(host)
    self.port = port
  }

  /// Parses a list; at least one.
  public static func list(_ texts: [String]) throws(EndpointError) -> [StoreEndpoint] {
    var endpoints: [StoreEndpoint] = []
    for text in texts { endpoints.append(try StoreEndpoint(text)) }
    if endpoints.isEmpty { throw .noEndpoints }
    return endpoints
  }
}
