/// The tags of YAML's core (YAML 1.2.2 chapter 10), and what plain words mean.
enum YAMLTag: String {
  case text = "text"
  case integer = "integer"
  case float = "float"
  case boolean = "boolean"
  case null = "null"
  case sequence = "sequence"
  case mapping = "mapping"
  /// `!`: a scalar that is a text whatever it looks like.
  case unspecific = "text or collection"

  init?(_ tag: String) {
    var name = Substring(tag)
    if tag == "!" {
      self = .unspecific
      return
    }
    if name.hasPrefix("!!") {
      name = name.dropFirst(2)
    } else if name.hasPrefix("!<tag:yaml.org,2002:"), name.hasSuffix(">") {
      name = name.dropFirst("!<tag:yaml.org,2002:".count).dropLast()
    } else {
      return nil
    }
    switch name {
    case "str": self = .text
    case "int": self = .integer
    case "float": self = .float
    case "bool": self = .boolean
    case "null": self = .null
    case "seq": self = .sequence
    case "map": self = .mapping
    default: return nil
    }
  }

  /// What a scalar means: by its tag, else by its look where it has no quotes.
  static func resolve(
    _ text: String, _ isPlain: Bool, _ tag: YAMLTag?, at place: TextPosition
  ) throws(YAMLError) -> JSONValue {
    guard let tag else { return isPlain ? try plain(text, at: place) : .string(text) }
    let meaning = try plain(text, at: place)
    let problem = YAMLError(reason: .notOfTag(tag.rawValue, value: text), position: place)
    switch (tag, meaning) {
    case (.text, _), (.unspecific, _): return .string(text)
    case (.null, .null), (.boolean, .bool), (.float, .number): return meaning
    case (.integer, .number(let number)) where number.int64 != nil || number.uint64 != nil:
      return meaning
    case (.null, _), (.boolean, _), (.float, _), (.integer, _), (.sequence, _), (.mapping, _):
      throw problem
    }
  }

  /// The text of a key: JSON's keys are texts, and kubectl's YAML reader turns numbers and booleans
  /// into such. Nil for any other.
  static func keyText(_ key: JSONValue) -> String? {
    switch key {
    case .string(let text): text
    case .number(let number): number.text
    case .bool(let flag): flag ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  /// Whether a plain word is just itself.
  static func isText(_ text: String) -> Bool {
    do throws(YAMLError) {
      return try plain(text, at: TextPosition(line: 1, column: 1)).string != nil && text != "<<"
    } catch {
      return false
    }
  }

  private static func plain(_ text: String, at place: TextPosition) throws(YAMLError) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON": return true
    case "false", "False", "FALSE", "no", "No", "NO", "n", "N", "off", "Off", "OFF": return false
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
      ".NaN", ".NAN":
      throw YAMLError(reason: .notFinite(text), position: place)
    case "<<": return .string(text)
    default: break
    }
    guard let first = text.utf8.first, isNumberStart(first) else { return .string(text) }
    return try number(text, at: place) ?? .string(text)
  }

  private static func isNumberStart(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  // MARK: - Numbers

  private static func number(_ text: String, at place: TextPosition) throws(YAMLError) -> JSONValue?
  {
    let bytes = text.utf8.filter { $0 != UInt8(ascii: "_") }
    let isNegative = bytes.first == UInt8(ascii: "-")
    let hasSign = isNegative || bytes.first == UInt8(ascii: "+")
    let unsigned = String(decoding: bytes.dropFirst(hasSign ? 1 : 0), as: UTF8.self)
    if let whole = whole(unsigned, isNegative) { return .number(whole) }
    return try float(unsigned, isNegative, text, at: place)
  }

  /// Decimal, `0x`, `0o`, `0b`, and octal with a leading 0 as in YAML 1.1.
  private static func whole(_ unsigned: String, _ isNegative: Bool) -> JSONNumber? {
    var digits = Substring(unsigned)
    var radix = 10
    let prefix = digits.prefix(2).lowercased()
    if let marked = ["0x": 16, "0o": 8, "0b": 2][prefix] {
      radix = marked
      digits = digits.dropFirst(2)
    } else if digits.count > 1, digits.first == "0" {
      radix = 8
    }
    guard let first = digits.first, first.isASCII, first.isHexDigit else { return nil }
    guard let magnitude = UInt64(digits, radix: radix) else { return nil }
    if !isNegative { return JSONNumber(magnitude) }
    guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
    return JSONNumber(Int64(truncatingIfNeeded: 0 &- magnitude))
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
  private static func float(
    _ unsigned: String, _ isNegative: Bool, _ text: String, at place: TextPosition
  ) throws(YAMLError) -> JSONValue? {
    var rest = Substring(unsigned)
    let whole = takeDigits(&rest)
    var fraction = Substring()
    if rest.first == "." {
      rest = rest.dropFirst()
      fraction = takeDigits(&rest)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    if let letter = rest.first, letter == "e" || letter == "E" {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == "-" || sign == "+" { rest = rest.dropFirst() }
      guard !takeDigits(&rest).isEmpty else { return nil }
    }
    guard rest.isEmpty, let magnitude = Double(unsigned) else { return nil }
    guard magnitude.isFinite else { throw YAMLError(reason: .notFinite(text), position: place) }
    let value = isNegative ? -magnitude : magnitude
    // As Go writes a float64 in JSON: without a fraction where there is none.
    if let exact = Int64(exactly: value), magnitude < 1e15 { return .number(JSONNumber(exact)) }
    return JSONNumber(value).map(JSONValue.number)
  }

  private static func takeDigits(_ rest: inout Substring) -> Substring {
    let digits = rest.prefix { $0.utf8.count == 1 && $0.utf8.first.map(isDigit) == true }
    rest = rest.dropFirst(digits.count)
    return digits
  }
}
