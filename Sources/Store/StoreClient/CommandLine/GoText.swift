import Base

/// Texts as Go's fmt and strconv packages write and read them: etcdctl's output and its input of
/// transactions are made of these.
enum GoText {
  // MARK: - Quoting

  /// `%q`: in double quotes, with escapes; bytes that are not UTF-8 as `\xNN`.
  static func quoted(_ bytes: Bytes) -> String {
    var text = "\""
    var rest = bytes.array[...]
    while let byte = rest.first {
      if byte < 0x80 {
        text += escaped(Unicode.Scalar(byte))
        rest = rest.dropFirst()
      } else if let scalar = leadingScalar(rest) {
        text += escaped(scalar)
        rest = rest.dropFirst(String(scalar).utf8.count)
      } else {
        text += "\\x" + Hex.encode(Bytes([byte]))
        rest = rest.dropFirst()
      }
    }
    return text + "\""
  }

  static func quoted(_ text: String) -> String { quoted(Bytes(text)) }

  /// The scalar at the front, or nil where the bytes are not UTF-8.
  private static func leadingScalar(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
    for length in 2...4 where bytes.count >= length {
      if let text = String(validating: bytes.prefix(length), as: UTF8.self) {
        return text.unicodeScalars.first
      }
    }
    return nil
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\u{7}": return "\\a"
    case "\u{8}": return "\\b"
    case "\u{C}": return "\\f"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "\u{B}": return "\\v"
    default: break
    }
    if isPrintable(scalar) { return String(scalar) }
    let digits = String(scalar.value, radix: 16)
    func padded(_ width: Int) -> String {
      String(repeating: "0", count: width - digits.count) + digits
    }
    if scalar.value < 0x80 { return "\\x" + padded(2) }
    return scalar.value < 0x10000 ? "\\u" + padded(4) : "\\U" + padded(8)
  }

  /// Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  /// Reads a double-quoted or back-quoted text at the front of `text` (`%q` of fmt.Sscanf); nil,
  /// and nothing is taken, where there is none.
  static func takeQuoted(from text: inout Substring) -> Bytes? {
    var rest = text
    guard let quote = rest.popFirst(), quote == "\"" || quote == "`" else { return nil }
    var content: [UInt8] = []
    while let character = rest.popFirst() {
      if character == quote {
        text = rest
        return Bytes(content)
      }
      if character == "\\" && quote == "\"" {
        guard let unescaped = takeEscape(from: &rest) else { return nil }
        content += unescaped
      } else {
        content += Array(String(character).utf8)
      }
    }
    return nil
  }

  /// What stands behind a backslash.
  private static func takeEscape(from text: inout Substring) -> [UInt8]? {
    guard let letter = text.popFirst() else { return nil }
    switch letter {
    case "a": return [7]
    case "b": return [8]
    case "f": return [12]
    case "n": return [10]
    case "r": return [13]
    case "t": return [9]
    case "v": return [11]
    case "\\", "\"": return Array(String(letter).utf8)
    case "x": return takeNumber(from: &text, digits: 2, radix: 16).map { [UInt8($0)] }
    case "u": return takeScalar(from: &text, digits: 4)
    case "U": return takeScalar(from: &text, digits: 8)
    case "0"..."7":
      text = letter.description + text
      return takeNumber(from: &text, digits: 3, radix: 8).flatMap { UInt8(exactly: $0) }.map {
        [$0]
      }
    default: return nil
    }
  }

  private static func takeScalar(from text: inout Substring, digits: Int) -> [UInt8]? {
    guard let number = takeNumber(from: &text, digits: digits, radix: 16),
      let scalar = Unicode.Scalar(number)
    else { return nil }
    return Array(String(Character(scalar)).utf8)
  }

  private static func takeNumber(
    from text: inout Substring, digits: Int, radix: Int
  ) -> UInt32? {
    let front = text.prefix(digits)
    guard front.count == digits, front.allSatisfy({ $0.isHexDigit }),
      let number = UInt32(front, radix: radix)
    else { return nil }
    text = text.dropFirst(digits)
    return number
  }

  // MARK: - Numbers

  /// `%x` of a lease or member.
  static func hex(_ number: UInt64) -> String { String(number, radix: 16) }

  /// `%016x` of a lease.
  static func hex16(_ number: Int64) -> String {
    let digits = String(UInt64(bitPattern: number), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// strconv.ParseInt's complaint, for messages that carry it.
  static func parseComplaint(_ text: String) -> String {
    let digits = text.drop { $0 == "-" || $0 == "+" }
    let isNumber = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
    let reason = isNumber ? "value out of range" : "invalid syntax"
    return "strconv.ParseInt: parsing \(quoted(text)): \(reason)"
  }

  /// time.Duration's String: `1.5ms`, `5.000814943s`, `1m0s`.
  static func duration(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    if nanoseconds == 0 { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let size = nanoseconds.magnitude
    switch size {
    case ..<1_000: return "\(sign)\(size)ns"
    case ..<1_000_000: return sign + decimal(size, unit: 1_000) + "µs"
    case ..<1_000_000_000: return sign + decimal(size, unit: 1_000_000) + "ms"
    default:
      let total = size / 1_000_000_000
      let (hours, minutes) = (total / 3600, total / 60 % 60)
      var text = sign
      if hours > 0 { text += "\(hours)h" }
      if total >= 60 { text += "\(minutes)m" }
      return text + decimal(size % 60_000_000_000, unit: 1_000_000_000) + "s"
    }
  }

  /// `size / unit` without trailing zeros.
  private static func decimal(_ size: UInt64, unit: UInt64) -> String {
    let fraction = size % unit
    if fraction == 0 { return "\(size / unit)" }
    var digits = String(fraction)
    digits = String(repeating: "0", count: String(unit).count - 1 - digits.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(size / unit).\(digits)"
  }

  /// go-humanize's Bytes: decimal units, one decimal below 10.
  static func humanized(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(max(bytes, 0))
    var unit = 0
    if bytes < 10 { return "\(max(bytes, 0)) B" }
    while value >= 1000 && unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let tenths = Int64((value * 10 + 0.5).rounded(.down))
    if tenths < 100 { return "\(tenths / 10).\(tenths % 10) \(units[unit])" }
    // "%.0f" rounds a half to even.
    return "\(Int64((Double(tenths) / 10).rounded(.toNearestOrEven))) \(units[unit])"
  }
}
