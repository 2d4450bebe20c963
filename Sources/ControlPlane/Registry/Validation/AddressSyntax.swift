/// IP addresses and networks in text (Go netutils ParseIPSloppy and ParseCIDRSloppy).
enum AddressSyntax {
  static func isAddress(_ text: String) -> Bool { isIPv4(text[...]) || isIPv6(text[...]) }

  /// `10.9.8.0/24`, `2001:db8::/64`
  static func isNetwork(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let length = number(parts[1], max: 128) else { return false }
    return isIPv4(parts[0]) ? length <= 32 : isIPv6(parts[0])
  }

  /// The 4 or 16 bytes of an address; nil for another text.
  static func bytes(of text: String) -> [UInt8]? {
    if isIPv4(text[...]) { return text.split(separator: ".").compactMap { UInt8($0) } }
    guard isIPv6(text[...]) else { return nil }
    let halves = text[...].split(
      separator: "::", maxSplits: 2, omittingEmptySubsequences: false
    ).map(groupBytes)
    let count = halves.reduce(0) { $0 + $1.count }
    guard halves.count == 2, let first = halves.first, let last = halves.last else {
      return halves.first
    }
    return first + [UInt8](repeating: 0, count: max(16 - count, 0)) + last
  }

  private static func groupBytes(_ half: Substring) -> [UInt8] {
    half.split(separator: ":").flatMap { part -> [UInt8] in
      if part.contains(".") { return part.split(separator: ".").compactMap { UInt8($0) } }
      let group = UInt16(part, radix: 16) ?? 0
      return [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
    }
  }

  static func isIPv4(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { number($0, max: 255) != nil }
  }

  /// RFC 4291 section 2.2.
  static func isIPv6(_ text: Substring) -> Bool {
    let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
    guard !halves.isEmpty, halves.count <= 2 else { return false }
    var groups = 0
    for (place, half) in halves.enumerated() where !half.isEmpty {
      let parts = half.split(separator: ":", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        let isLast = place == halves.count - 1 && index == parts.count - 1
        if isLast, part.contains("."), isIPv4(part) {
          groups += 2
        } else {
          guard (1...4).contains(part.utf8.count), UInt16(part, radix: 16) != nil,
            part.utf8.first != UInt8(ascii: "+")
          else { return false }
          groups += 1
        }
      }
    }
    return halves.count == 2 ? groups < 8 : groups == 8
  }

  private static func number(_ text: Substring, max: Int) -> Int? {
    guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let value = Int(text), value <= max
    else { return nil }
    return value
  }
}
