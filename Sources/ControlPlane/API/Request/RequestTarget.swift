/// A request's path and query, percent-decoded (RFC 3986 §2.1; in the query also `+` for a space, as
/// Go's url.ParseQuery has it).
public struct RequestTarget: Hashable, Sendable {
  /// Decoded, from the first slash on.
  public let path: String
  /// The path's parts, decoded each by itself: no part is empty.
  public let parts: [String]
  /// In the order of the query.
  public let parameters: [Parameter]

  public struct Parameter: Hashable, Sendable {
    public let name: String
    public let value: String
  }

  /// Nil for a target that is no path, or that no percent-decoding makes UTF-8 of.
  public init?(_ target: String) {
    // By bytes: going through characters would cost more than all the rest.
    let halves = target.utf8.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = halves.first, first.first == UInt8(ascii: "/") else { return nil }
    var parts: [String] = []
    for part in first.split(separator: UInt8(ascii: "/")) {
      guard let decoded = Self.decoded(Substring(part), plusIsSpace: false) else { return nil }
      parts.append(decoded)
    }
    guard let path = Self.decoded(Substring(first), plusIsSpace: false) else { return nil }
    var parameters: [Parameter] = []
    for pair in halves.count > 1 ? halves[1].split(separator: UInt8(ascii: "&")) : [] {
      let sides = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(Substring(sides[0]), plusIsSpace: true),
        let value = Self.decoded(sides.count > 1 ? Substring(sides[1]) : "", plusIsSpace: true)
      else { return nil }
      parameters.append(Parameter(name: name, value: value))
    }
    self.path = path
    self.parts = parts
    self.parameters = parameters
  }

  /// The first value of a parameter; nil where the query does not have it.
  public subscript(name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }

  /// Every value of a parameter, in order.
  public func values(of name: String) -> [String] {
    parameters.filter { $0.name == name }.map(\.value)
  }

  static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
    let isEncoded = text.utf8.contains {
      $0 == UInt8(ascii: "%") || plusIsSpace && $0 == UInt8(ascii: "+")
    }
    guard isEncoded else { return String(text) }
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "%"):
        guard place + 2 < bytes.count, let high = digit(bytes[place + 1]),
          let low = digit(bytes[place + 2])
        else { return nil }
        decoded.append(high << 4 | low)
        place += 3
      case UInt8(ascii: "+") where plusIsSpace:
        decoded.append(UInt8(ascii: " "))
        place += 1
      default:
        decoded.append(bytes[place])
        place += 1
      }
    }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
