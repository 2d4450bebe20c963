/// IP addresses and networks in text (Go netutils ParseIPSloppy and ParseCIDRSloppy).
enum AddressSyntax {
  static func isAddress(_ text: String) -> Bool { isIPv4(text[...]) || isIPv6(text[...]) }

  /// `10.9.8.0/24`, `2001:db8::/64`
  static func isNetwork(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let length = number(parts[1], max: 128) else { return false }
    return isIPv4(parts[0]) ? length <= 32 : isIPv6(parts[0])
  }

  private static func isIPv4(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { number($0, max: 255) != nil }
  }

  /// RFC 4291 section 2.2.
  private static func isIPv6(_ text: Substring) -> Bool {
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
