/// Go's layouts of a time (time.Parse), for the errors that users know from Kubernetes.
struct GoTime {
  let example: String
  private let layout: String
  private let elements: [Element]

  private enum Element {
    /// Digits between two bounds; Go's spelling in the layout and its word for them.
    case number(String, digits: Int, ClosedRange<Int>, String)
    case literal(String)
    /// Six digits behind a point in MicroTime; else optional.
    case fraction(digits: Int)
    case zone
  }

  private static let date: [Element] = [
    .number("2006", digits: 4, 0...9999, "year"), .literal("-"),
    .number("01", digits: 2, 1...12, "month"), .literal("-"),
    .number("02", digits: 2, 1...31, "day"), .literal("T"),
    .number("15", digits: 2, 0...23, "hour"), .literal(":"),
    .number("04", digits: 2, 0...59, "minute"), .literal(":"),
    .number("05", digits: 2, 0...59, "second"),
  ]

  /// meta/v1 Time, which also takes a fraction.
  static let seconds = GoTime(
    example: "2006-01-02T15:04:05Z", layout: "2006-01-02T15:04:05Z07:00",
    elements: date + [.fraction(digits: 0), .zone])

  /// meta/v1 MicroTime
  static let micro = GoTime(
    example: "2006-01-02T15:04:05.000000Z", layout: "2006-01-02T15:04:05.000000Z07:00",
    elements: date + [.fraction(digits: 6), .zone])

  /// Nil where the text is a time.
  func error(in text: String) -> String? {
    var rest = Array(text.utf8)[...]
    var parts: [String: Int] = [:]
    func failure(_ element: String) -> String {
      "parsing time \"\(text)\" as \"\(layout)\": "
        + "cannot parse \"\(String(decoding: rest, as: UTF8.self))\" as \"\(element)\""
    }
    for element in elements {
      switch element {
      case .literal(let literal):
        guard rest.starts(with: literal.utf8) else { return failure(literal) }
        rest = rest.dropFirst(literal.utf8.count)
      case .number(let name, let digits, let range, let word):
        guard let number = Self.number(rest.prefix(digits), digits: digits) else {
          return failure(name)
        }
        guard range.contains(number) else {
          return "parsing time \"\(text)\": \(word) out of range"
        }
        parts[word] = number
        rest = rest.dropFirst(digits)
      case .fraction(let digits):
        guard let left = Self.afterFraction(rest, digits: digits) else { return failure(".000000") }
        rest = left
      case .zone:
        guard let left = Self.afterZone(rest) else { return failure("Z07:00") }
        rest = left
      }
    }
    if !rest.isEmpty {
      let extra = String(decoding: rest, as: UTF8.self)
      return "parsing time \"\(text)\": extra text: \"\(extra)\""
    }
    guard Self.isDay(parts) else { return "parsing time \"\(text)\": day out of range" }
    return nil
  }

  private static func number(_ bytes: ArraySlice<UInt8>, digits: Int) -> Int? {
    guard bytes.count == digits, bytes.allSatisfy(isDigit) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Nil without the digits that must be there; with none asked for, any number may stand there.
  private static func afterFraction(_ rest: ArraySlice<UInt8>, digits: Int) -> ArraySlice<UInt8>? {
    guard rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") else {
      return digits == 0 ? rest : nil
    }
    let behind = rest.dropFirst()
    let count = behind.prefix(while: isDigit).count
    guard digits == 0 ? count > 0 : count == digits else { return digits == 0 ? rest : nil }
    return behind.dropFirst(count)
  }

  private static func afterZone(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let sign = rest.first else { return nil }
    if sign == UInt8(ascii: "Z") { return rest.dropFirst() }
    let zone = Array(rest.prefix(6))
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), zone.count == 6,
      zone[3] == UInt8(ascii: ":"), let hours = number(zone[1...2], digits: 2),
      let minutes = number(zone[4...5], digits: 2), hours <= 24, minutes < 60
    else { return nil }
    return rest.dropFirst(6)
  }

  private static func isDay(_ parts: [String: Int]) -> Bool {
    guard let year = parts["year"], let month = parts["month"], let day = parts["day"] else {
      return false
    }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return day <= days[month - 1]
  }
}

/// encoding/base64 with padding.
enum GoBase64 {
  /// Where decoding stops; nil where the text is base 64. Line breaks are skipped.
  static func wrongByte(in text: String) -> Int? {
    let bytes = Array(text.utf8)
    var digits = 0
    for (offset, byte) in bytes.enumerated() where byte != 0x0A && byte != 0x0D {
      guard isDigit(byte) else {
        return byte == UInt8(ascii: "=") ? wrongPadding(bytes, offset, digits % 4) : offset
      }
      digits += 1
    }
    // Go counts back from the end to where the last group began.
    return digits % 4 == 0 ? nil : bytes.count - digits % 4
  }

  /// `held`: digits of the last group before the padding at `offset`.
  private static func wrongPadding(_ bytes: [UInt8], _ offset: Int, _ held: Int) -> Int? {
    guard held >= 2 else { return offset }
    var wanted = 4 - held
    for place in offset..<bytes.count where bytes[place] != 0x0A && bytes[place] != 0x0D {
      guard wanted > 0 else { return place }
      guard bytes[place] == UInt8(ascii: "=") else { return place - 1 }
      wanted -= 1
    }
    return wanted == 0 ? nil : bytes.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}

extension Quantity {
  /// The text matches Kubernetes' regular expression of a quantity, whatever its suffix means.
  static func isShaped(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    if let first = rest.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
      rest = rest.dropFirst()
    }
    let number = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == 0x2E }
    rest = rest.dropFirst(number.count)
    let letters = Set("eEinumkKMGTP".utf8)
    rest = rest.drop { letters.contains($0) }
    if let first = rest.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
      rest = rest.dropFirst()
    }
    return !number.isEmpty
      && rest.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}
