/// Where a member listens or is reached: `http://host:port` or `https://host:port`.
public struct MemberURL: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// As it was written: member ids are hashes of these texts.
  public let text: String
  public let isSecure: Bool
  /// A name or an address; an IPv6 address without its brackets.
  public let host: String
  public let port: UInt16

  /// Refuses with etcd's words (`types.NewURLs`).
  public init(parsing text: String) throws(ConfigurationError) {
    let trimmed = text.drop { $0 == " " }
    guard let scheme = Self.schemes.first(where: { trimmed.hasPrefix($0.prefix) }) else {
      throw .invalidURL(String(trimmed), .scheme)
    }
    var authority = trimmed.dropFirst(scheme.prefix.count)
    while authority.last == " " { authority = authority.dropLast() }
    if authority.contains("/") {
      throw .invalidURL(String(trimmed), .path)
    }
    guard let colon = authority.lastIndex(of: ":"), colon != authority.startIndex,
      let port = UInt16(authority[authority.index(after: colon)...])
    else {
      throw .invalidURL(String(trimmed), .hostAndPort)
    }
    var host = authority[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw .invalidURL(String(trimmed), .hostAndPort)
    }
    self.text = scheme.prefix + authority
    self.isSecure = scheme.isSecure
    self.host = String(host)
    self.port = port
  }

  /// A list as flags hold it, with commas between; sorted by text, as etcd sorts it.
  public static func list(_ text: String) throws(ConfigurationError) -> [MemberURL] {
    var urls: [MemberURL] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      urls.append(try MemberURL(parsing: String(part)))
    }
    return urls.sorted()
  }

  public var description: String { text }

  public static func < (left: MemberURL, right: MemberURL) -> Bool { left.text < right.text }

  private static let schemes: [(prefix: String, isSecure: Bool)] = [
    ("http://", false), ("https://", true),
  ]
}
