internal import CLinux

/// An IPv4 or IPv6 address.
public enum IPAddress: Hashable, Sendable {
  /// Four octets, the first one the most significant.
  case v4(UInt32)
  /// Sixteen octets as two big-endian halves, and the interface's index for link-local ones.
  case v6(high: UInt64, low: UInt64, scope: UInt32 = 0)

  public static let loopbackV4 = IPAddress.v4(0x7F00_0001)
  public static let loopbackV6 = IPAddress.v6(high: 0, low: 1)
  public static let anyV4 = IPAddress.v4(0)
  public static let anyV6 = IPAddress.v6(high: 0, low: 0)

  /// Reads `192.0.2.1`, `2001:db8::1` or `::ffff:192.0.2.1` (RFC 4291 section 2.2); no brackets, no
  /// zone. Nil where the text is none of these.
  public init?(_ text: String) {
    if let address = IPAddress.parseV4(text[...]) {
      self = .v4(address)
      return
    }
    guard let (high, low) = IPAddress.parseV6(text) else { return nil }
    self = .v6(high: high, low: low)
  }

  public var isLoopback: Bool {
    switch self {
    case .v4(let octets): octets >> 24 == 127
    case .v6(let high, let low, _): high == 0 && low == 1
    }
  }

  /// 4 or 16 octets in network order.
  public var octets: [UInt8] {
    switch self {
    case .v4(let word): (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
    case .v6(let high, let low, _):
      [high, low].flatMap { half in
        (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) }
      }
    }
  }

  private static func parseV4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var word: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
        part.utf8.count == 1 || !part.hasPrefix("0"), let octet = UInt8(part)
      else { return nil }
      word = word << 8 | UInt32(octet)
    }
    return word
  }

  private static func parseV6(_ text: String) -> (high: UInt64, low: UInt64)? {
    guard let gap = gapPosition(in: text) else { return nil }
    let groups: [UInt16]
    switch gap {
    case .none:
      guard let all = parseGroups(text[...]), all.count == 8 else { return nil }
      groups = all
    case .some(let position):
      let rest = text[text.index(position, offsetBy: 2)...]
      guard let head = parseGroups(text[..<position], mayEndInV4: false),
        let tail = parseGroups(rest), head.count + tail.count <= 7
      else { return nil }
      groups = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }
    let half = { (part: ArraySlice<UInt16>) in part.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    return (half(groups[..<4]), half(groups[4...]))
  }

  /// Where the only `::` stands; the outer nil means that there are two.
  private static func gapPosition(in text: String) -> String.Index?? {
    var found: String.Index?
    var index = text.startIndex
    while index < text.endIndex {
      let next = text.index(after: index)
      if text[index] == ":", next < text.endIndex, text[next] == ":" {
        guard found == nil else { return nil }
        found = index
        index = next
      }
      index = text.index(after: index)
    }
    return .some(found)
  }

  private static func parseGroups(_ text: Substring, mayEndInV4: Bool = true) -> [UInt16]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 8 else { return nil }
    var groups: [UInt16] = []
    for (position, part) in parts.enumerated() {
      if mayEndInV4, position == parts.count - 1, part.contains(".") {
        guard let word = parseV4(part) else { return nil }
        groups += [UInt16(word >> 16), UInt16(truncatingIfNeeded: word)]
        continue
      }
      guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexDigit),
        let group = UInt16(part, radix: 16)
      else { return nil }
      groups.append(group)
    }
    return groups
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
  }
}

extension IPAddress: CustomStringConvertible {
  /// Canonical text (RFC 5952): lower case, the longest run of zero groups as `::`.
  public var description: String {
    switch self {
    case .v4: octets.map(String.init).joined(separator: ".")
    case .v6(let high, let low, _): IPAddress.text(high: high, low: low)
    }
  }

  private static func text(high: UInt64, low: UInt64) -> String {
    if high == 0, low >> 32 == 0xFFFF {
      return "::ffff:" + IPAddress.v4(UInt32(truncatingIfNeeded: low)).description
    }
    let groups = [high, low].flatMap { half in
      (0..<4).map { UInt16(truncatingIfNeeded: half >> (48 - 16 * UInt64($0))) }
    }
    var longest = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8 && groups[end] == 0 { end += 1 }
      // One zero group alone is not shortened (RFC 5952 section 4.2.2); the first of equals wins.
      if end - start > max(longest.count, 1) { longest = start..<end }
      start = max(end, start + 1)
    }
    let hex = { (part: ArraySlice<UInt16>) in
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    if longest.isEmpty { return hex(groups[...]) }
    return hex(groups[..<longest.lowerBound]) + "::" + hex(groups[longest.upperBound...])
  }
}

/// Where a TCP socket listens or connects to.
public struct SocketAddress: Hashable, Sendable {
  public var host: IPAddress
  public var port: UInt16

  public init(_ host: IPAddress, port: UInt16) {
    self.host = host
    self.port = port
  }

  init(_ system: clinux_address) {
    // Safety: reads the sixteen bytes of a local structure.
    let octets = unsafe withUnsafeBytes(of: system.bytes) { unsafe Array($0) }
    let word = { (range: Range<Int>) in octets[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    port = system.port
    host =
      system.family == 6
      ? .v6(high: word(0..<8), low: word(8..<16), scope: system.scope)
      : .v4(UInt32(word(0..<4)))
  }

  var system: clinux_address {
    var system = clinux_address()
    system.port = port
    switch host {
    case .v4: system.family = 4
    case .v6(_, _, let scope):
      system.family = 6
      system.scope = scope
    }
    // Safety: copies 4 or 16 octets into a field of 16.
    unsafe withUnsafeMutableBytes(of: &system.bytes) { unsafe $0.copyBytes(from: host.octets) }
    return system
  }
}

extension SocketAddress: CustomStringConvertible {
  /// `127.0.0.1:2379` or `[::1]:2379`.
  public var description: String {
    switch host {
    case .v4: "\(host):\(port)"
    case .v6: "[\(host)]:\(port)"
    }
  }
}

/// Why a host name has no address.
public enum ResolveError: Error, Hashable, Sendable {
  /// getaddrinfo(3)'s reason.
  case failed(host: String, reason: String)
  case system(host: String, Errno)
}

public enum Resolver {
  /// Addresses of a host name in the order to try; literals and `localhost` are answered at once
  /// (RFC 6761 section 6.3), other names block on the system's resolver.
  public static func resolve(
    _ host: String, port: UInt16
  ) throws(ResolveError) -> [SocketAddress] {
    if let address = IPAddress(host) { return [SocketAddress(address, port: port)] }
    if host == "localhost" {
      return [SocketAddress(.loopbackV4, port: port), SocketAddress(.loopbackV6, port: port)]
    }
    var addresses = [clinux_address](repeating: clinux_address(), count: 16)
    // Safety: the call writes at most 16 addresses.
    let outcome = unsafe addresses.withUnsafeMutableBufferPointer {
      unsafe clinux_resolve(host, $0.baseAddress, 16)
    }
    if outcome <= -10000 {
      let reason = unsafe String(cString: clinux_resolve_message(-outcome - 10000))
      throw .failed(host: host, reason: reason)
    }
    if outcome < 0 { throw .system(host: host, Errno(rawValue: -outcome)) }
    return addresses[..<Int(outcome)].map { SocketAddress(SocketAddress($0).host, port: port) }
  }
}
