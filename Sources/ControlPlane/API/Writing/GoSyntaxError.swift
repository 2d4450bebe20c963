import Base

/// Why Go's encoding/json takes a text for no JSON, in its words (scanner.go): users search for
/// them.
struct GoSyntaxError {
  private let text: [UInt8]
  private var place = 0
  /// What is open: true for an object.
  private var open: [Bool] = []

  private struct Failure: Error {
    let text: String
  }

  /// Nil for what Go takes for JSON.
  static func text(of body: Bytes) -> String? {
    var scanner = GoSyntaxError(text: body.array)
    do throws(Failure) {
      try scanner.scan()
      return nil
    } catch {
      return error.text
    }
  }

  private init(text: [UInt8]) {
    self.text = text
  }

  // MARK: - Structure

  private mutating func scan() throws(Failure) {
    var wantsValue = true
    while true {
      if wantsValue {
        wantsValue = try value()
        if wantsValue { continue }
      }
      guard let isObject = open.last else { break }
      let byte = try next()
      switch byte {
      case UInt8(ascii: ","):
        if isObject { try key(try next()) }
        wantsValue = true
      case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject: open.removeLast()
      default:
        throw invalid(byte, isObject ? "after object key:value pair" : "after array element")
      }
    }
    skipSpace()
    if place < text.count { throw invalid(text[place], "after top-level value") }
  }

  /// Whether another value must follow: the first one of what was opened.
  private mutating func value() throws(Failure) -> Bool {
    let byte = try next()
    switch byte {
    case UInt8(ascii: "{"):
      let first = try next()
      if first == UInt8(ascii: "}") { return false }
      try key(first)
      open.append(true)
      return true
    case UInt8(ascii: "["):
      skipSpace()
      if place < text.count, text[place] == UInt8(ascii: "]") {
        place += 1
        return false
      }
      open.append(false)
      return true
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(byte)
    default: throw invalid(byte, "looking for beginning of value")
    }
    return false
  }

  private mutating func key(_ byte: UInt8) throws(Failure) {
    guard byte == UInt8(ascii: "\"") else {
      throw invalid(byte, "looking for beginning of object key string")
    }
    try string()
    let colon = try next()
    guard colon == UInt8(ascii: ":") else { throw invalid(colon, "after object key") }
  }

  // MARK: - Scalars

  private mutating func string() throws(Failure) {
    while true {
      let byte = try take()
      switch byte {
      case UInt8(ascii: "\""): return
      case UInt8(ascii: "\\"):
        let escape = try take()
        if escape == UInt8(ascii: "u") {
          for _ in 0..<4 {
            let digit = try take()
            guard Self.isHex(digit) else {
              throw invalid(digit, "in \\u hexadecimal character escape")
            }
          }
        } else if !"\"\\/bfnrt".utf8.contains(escape) {
          throw invalid(escape, "in string escape code")
        }
      case 0..<0x20: throw invalid(byte, "in string literal")
      default: break
      }
    }
  }

  private mutating func literal(_ word: String) throws(Failure) {
    for expected in word.utf8.dropFirst() {
      let byte = try take()
      guard byte == expected else {
        throw invalid(
          byte, "in literal \(word) (expecting '\(Character(Unicode.Scalar(expected)))')")
      }
    }
  }

  private mutating func number(_ first: UInt8) throws(Failure) {
    var digit = first
    if digit == UInt8(ascii: "-") {
      digit = try take()
      guard Self.isDigit(digit) else { throw invalid(digit, "in numeric literal") }
    }
    if digit != UInt8(ascii: "0") { skipDigits() }
    if take(oneOf: ".") { try digits("after decimal point in numeric literal") }
    if take(oneOf: "eE") {
      _ = take(oneOf: "+-")
      try digits("in exponent of numeric literal")
    }
  }

  private mutating func digits(_ context: String) throws(Failure) {
    let byte = try take()
    guard Self.isDigit(byte) else { throw invalid(byte, context) }
    skipDigits()
  }

  // MARK: - Bytes

  private mutating func next() throws(Failure) -> UInt8 {
    skipSpace()
    return try take()
  }

  private mutating func take() throws(Failure) -> UInt8 {
    guard place < text.count else { throw Failure(text: "unexpected end of JSON input") }
    defer { place += 1 }
    return text[place]
  }

  private mutating func take(oneOf bytes: String) -> Bool {
    guard place < text.count, bytes.utf8.contains(text[place]) else { return false }
    place += 1
    return true
  }

  private mutating func skipSpace() {
    while place < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[place]) { place += 1 }
  }

  private mutating func skipDigits() {
    while place < text.count, Self.isDigit(text[place]) { place += 1 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }

  /// The byte as Go quotes a character.
  private func invalid(_ byte: UInt8, _ context: String) -> Failure {
    let character: String
    switch byte {
    case UInt8(ascii: "'"): character = #"\'"#
    case UInt8(ascii: "\\"): character = #"\\"#
    case 0x07: character = #"\a"#
    case 0x08: character = #"\b"#
    case 0x09: character = #"\t"#
    case 0x0A: character = #"\n"#
    case 0x0B: character = #"\v"#
    case 0x0C: character = #"\f"#
    case 0x0D: character = #"\r"#
    case 0..<0x20, 0x7F: character = "\\x" + Hex.encode(Bytes([byte]))
    case 0x80..<0xA1, 0xAD: character = "\\u00" + Hex.encode(Bytes([byte]))
    default: character = String(Character(Unicode.Scalar(byte)))
    }
    return Failure(text: "invalid character '\(character)' \(context)")
  }
}
