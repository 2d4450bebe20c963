/// A request's path and query, percent-decoded (RFC 3986 §2.1; in the query also `+` for a space,
/// as Go's url.ParseQuery has it).
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
    // By bytes in one array: going through characters or slices of text costs more than all the
    // rest.
    let bytes = Array(target.utf8)
    let mark = Self.offset(of: UInt8(ascii: "?"), in: bytes, from: 0, to: bytes.count)
    guard bytes.first == UInt8(ascii: "/"),
      let path = Self.decoded(bytes[..<mark], plusIsSpace: false)
    else { return nil }
    var parts: [String] = []
    parts.reserveCapacity(8)
    var start = 0
    while start < mark {
      let end = Self.offset(of: UInt8(ascii: "/"), in: bytes, from: start, to: mark)
      if start < end {
        guard let part = Self.decoded(bytes[start..<end], plusIsSpace: false) else { return nil }
        parts.append(part)
      }
      start = end + 1
    }
    var parameters: [Parameter] = []
    start = mark + 1
    while start < bytes.count {
      let end = Self.offset(of: UInt8(ascii: "&"), in: bytes, from: start, to: bytes.count)
      if start < end {
        let sign = Self.offset(of: UInt8(ascii: "="), in: bytes, from: start, to: end)
        guard let name = Self.decoded(bytes[start..<sign], plusIsSpace: true),
          let value = Self.decoded(bytes[min(sign + 1, end)..<end], plusIsSpace: true)
        else { return nil }
        parameters.append(Parameter(name: name, value: value))
      }
      start = end + 1
    }
    self.path = path
    self.parts = parts
    self.parameters = parameters
  }

  /// The first place of the byte, or `end`.
  private static func offset(
    of byte: UInt8, in bytes: [UInt8], from start: Int, to end: Int
  ) -> Int {
    var offset = start
    while offset < end, bytes[offset] != byte { offset += 1 }
    return offset
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
    decoded(Array(text.utf8)[...], plusIsSpace: plusIsSpace)
  }

  /// Nil for what is no percent-encoding of UTF-8.
  private static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> String? {
    var place = bytes.startIndex
    while place < bytes.endIndex, isPlain(bytes[place], plusIsSpace) { place += 1 }
    if place == bytes.endIndex { return String(decoding: bytes, as: UTF8.self) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    place = bytes.startIndex
    while place < bytes.endIndex {
      switch bytes[place] {
      case UInt8(ascii: "%"):
        guard place + 2 < bytes.endIndex, let high = digit(bytes[place + 1]),
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

  /// Stands for itself.
  private static func isPlain(_ byte: UInt8, _ plusIsSpace: Bool) -> Bool {
    byte != UInt8(ascii: "%") && byte < 0x80 && !(plusIsSpace && byte == UInt8(ascii: "+"))
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
