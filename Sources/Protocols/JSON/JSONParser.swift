public import Base

/// Bounds and choices of a parser.
public struct JSONOptions: Hashable, Sendable {
  public enum DuplicateMembers: Hashable, Sendable {
    case refused
    /// The last one counts, at the first one's place, as in Go's encoding/json.
    case lastWins
  }

  /// Arrays and objects within each other: 1 allows a flat one.
  public var depthMax: Int
  /// Bytes of the whole text.
  public var bytesMax: Int
  public var duplicateMembers: DuplicateMembers

  public init(
    depthMax: Int = 256, bytesMax: Int = 64 << 20, duplicateMembers: DuplicateMembers = .refused
  ) {
    self.depthMax = depthMax
    self.bytesMax = bytesMax
    self.duplicateMembers = duplicateMembers
  }
}

extension JSONValue {
  /// Parses one value that fills `text` but for white space (RFC 8259; strict UTF-8, no comments).
  public init(parsing text: Bytes, options: JSONOptions = JSONOptions()) throws(JSONError) {
    var parser = JSONParser(text: text.array, options: options)
    self = try parser.parseDocument()
  }

  /// Parses one value whose objects may repeat members: the last one counts. `duplicates` gets each
  /// repeated one's place, such as `spec.ports[0].name`, in the order of the text; at most 100.
  public init(
    parsing text: Bytes, duplicates: inout [String]
  ) throws(JSONError) {
    var parser = JSONParser(
      text: text.array, options: JSONOptions(duplicateMembers: .lastWins))
    self = try parser.parseDocument()
    duplicates += parser.duplicates
  }

  /// As `init(parsing:)`, but what `subtrees` has of it already is taken from there.
  public init(parsing text: Bytes, sharing subtrees: inout SharedSubtrees) throws(JSONError) {
    var parser = JSONParser(text: text.array, options: JSONOptions())
    parser.subtrees = subtrees
    // Not held twice: a change would copy it.
    subtrees = SharedSubtrees(below: [])
    defer { if let kept = parser.subtrees { subtrees = kept } }
    self = try parser.parseDocument()
  }
}

struct JSONParser {
  private let text: [UInt8]
  private let options: JSONOptions
  private var offset = 0
  /// Places of repeated members, as far as they are known from within: each array and object that
  /// ends puts its own part in front.
  private(set) var duplicates: [String] = []
  private static let duplicatesMax = 100
  /// Nil where nothing is shared.
  var subtrees: SharedSubtrees?
  /// Members and elements of the objects and arrays that are being read, the innermost one's last:
  /// what is read keeps arrays of just its size.
  private var members: [JSONObject.Member] = []
  private var elements: [JSONValue] = []

  init(text: [UInt8], options: JSONOptions) {
    self.text = text
    self.options = options
  }

  mutating func parseDocument() throws(JSONError) -> JSONValue {
    if text.count > options.bytesMax { throw failure(.tooLong(limit: options.bytesMax), at: 0) }
    skipSpace()
    let value = try parseValue(depth: 0)
    skipSpace()
    if offset < text.count { throw failure(.trailingBytes, at: offset) }
    return value
  }

  private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
    guard offset < text.count else { throw failure(.unexpectedEnd, at: offset) }
    switch text[offset] {
    case UInt8(ascii: "{"): return .object(try parseObject(depth: try deeper(depth)))
    case UInt8(ascii: "["): return .array(try parseArray(depth: try deeper(depth)))
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", as: true)
    case UInt8(ascii: "f"): return try parseWord("false", as: false)
    case UInt8(ascii: "n"): return try parseWord("null", as: nil)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    default: throw failure(.unexpectedByte(text[offset]), at: offset)
    }
  }

  private func deeper(_ depth: Int) throws(JSONError) -> Int {
    if depth >= options.depthMax { throw failure(.tooDeep(limit: options.depthMax), at: offset) }
    return depth + 1
  }

  private mutating func parseObject(depth: Int) throws(JSONError) -> JSONObject {
    offset += 1
    skipSpace()
    if take(UInt8(ascii: "}")) { return JSONObject() }
    let first = members.count
    var places = MemberPlaces()
    while true {
      let start = offset
      guard start < text.count else { throw failure(.unexpectedEnd, at: start) }
      guard text[start] == UInt8(ascii: "\"") else {
        throw failure(.unexpectedByte(text[start]), at: start)
      }
      let name = try parseString()
      skipSpace()
      try expect(UInt8(ascii: ":"))
      skipSpace()
      let known = duplicates.count
      let value = try parseMember(name, depth: depth)
      for place in known..<duplicates.count {
        let inner = duplicates[place]
        duplicates[place] =
          inner.utf8.first == UInt8(ascii: "[") ? name + inner : "\(name).\(inner)"
      }
      if let twin = places.place(of: name, in: members[first...]) {
        switch options.duplicateMembers {
        case .refused: throw failure(.duplicateMember(name), at: start)
        case .lastWins:
          members[twin].value = value
          if duplicates.count < Self.duplicatesMax { duplicates.append(name) }
        }
      } else {
        members.append(JSONObject.Member(name: name, value: value))
      }
      skipSpace()
      if take(UInt8(ascii: "}")) {
        return JSONObject(distinct: Self.takeLast(members.count - first, of: &members))
      }
      try expect(UInt8(ascii: ","))
      skipSpace()
    }
  }

  private mutating func parseArray(
    depth: Int, isShared: Bool = false
  ) throws(JSONError) -> [JSONValue] {
    offset += 1
    skipSpace()
    if take(UInt8(ascii: "]")) { return [] }
    let first = elements.count
    while true {
      let known = duplicates.count
      elements.append(isShared ? try parseShared(depth: depth) : try parseValue(depth: depth))
      for place in known..<duplicates.count {
        let inner = duplicates[place]
        let joint = inner.utf8.first == UInt8(ascii: "[") ? "" : "."
        duplicates[place] = "[\(elements.count - first - 1)]\(joint)\(inner)"
      }
      skipSpace()
      if take(UInt8(ascii: "]")) {
        return Self.takeLast(elements.count - first, of: &elements)
      }
      try expect(UInt8(ascii: ","))
      skipSpace()
    }
  }

  /// In an array of just their size: a slice of a whole array would become that array, with all the
  /// room that it has.
  private static func takeLast<Element>(_ count: Int, of read: inout [Element]) -> [Element] {
    var own: [Element] = []
    own.reserveCapacity(count)
    own.append(contentsOf: read[(read.count - count)...])
    read.removeLast(count)
    return own
  }

  private mutating func parseWord(
    _ word: StaticString, as value: JSONValue
  ) throws(JSONError) -> JSONValue {
    for byte in "\(word)".utf8 { try expect(byte) }
    return value
  }

  // MARK: - Shared subtrees

  private mutating func parseMember(
    _ name: String, depth: Int
  ) throws(JSONError) -> JSONValue {
    guard subtrees?.isLookedFor(below: name) == true, offset < text.count else {
      return try parseValue(depth: depth)
    }
    guard text[offset] == UInt8(ascii: "[") else { return try parseShared(depth: depth) }
    return .array(try parseArray(depth: try deeper(depth), isShared: true))
  }

  private mutating func parseShared(depth: Int) throws(JSONError) -> JSONValue {
    guard offset < text.count, text[offset] == UInt8(ascii: "{"), let span = sharedSpan(depth)
    else { return try parseValue(depth: depth) }
    let own = Bytes(text)[span]
    if let value = subtrees?.value(of: own) {
      offset = span.upperBound
      return value
    }
    let value = try parseValue(depth: depth)
    subtrees?.note(value, of: own)
    return value
  }

  /// Where the object that begins here stands, if it is short enough to be shared and as a part of
  /// this text not too deep. Says nothing of whether it is well formed.
  private func sharedSpan(_ depth: Int) -> Range<Int>? {
    let end = min(text.count, offset + SharedSubtrees.bytes.upperBound)
    var open = 0
    var isText = false
    var place = offset
    while place < end {
      switch text[place] {
      case UInt8(ascii: "\""): isText.toggle()
      case UInt8(ascii: "\\"): place += 1
      case UInt8(ascii: "{") where !isText, UInt8(ascii: "[") where !isText:
        open += 1
        if depth + open > options.depthMax { return nil }
      case UInt8(ascii: "}") where !isText, UInt8(ascii: "]") where !isText:
        open -= 1
        if open == 0 {
          return place + 1 - offset >= SharedSubtrees.bytes.lowerBound ? offset..<place + 1 : nil
        }
      default: break
      }
      place += 1
    }
    return nil
  }

  // MARK: - Numbers

  private mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = offset
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try takeDigits(of: start) }
    if take(UInt8(ascii: ".")) { try takeDigits(of: start) }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try takeDigits(of: start)
    }
    if offset < text.count, isDigit(text[offset]) { throw failure(.invalidNumber, at: start) }
    return .number(JSONNumber(checked: String(decoding: text[start..<offset], as: UTF8.self)))
  }

  private mutating func takeDigits(of start: Int) throws(JSONError) {
    let first = offset
    while offset < text.count, isDigit(text[offset]) { offset += 1 }
    if offset == first { throw failure(.invalidNumber, at: start) }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  // MARK: - Strings

  private mutating func parseString() throws(JSONError) -> String {
    offset += 1
    let start = offset
    while offset < text.count {
      let byte = text[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        return try decode(text[start..<offset - 1])
      }
      if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
      if byte < 0x20 { throw failure(.controlCharacter(byte), at: offset) }
      offset += 1
    }
    throw failure(.unexpectedEnd, at: offset)
  }

  /// Goes on at the first backslash, gathering what the string says.
  private mutating func parseEscapedString(from start: Int) throws(JSONError) -> String {
    var unescaped = Array(text[start..<offset])
    while offset < text.count {
      let byte = text[offset]
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return try decode(unescaped[...], from: start)
      case UInt8(ascii: "\\"): try parseEscape(into: &unescaped)
      case 0..<0x20: throw failure(.controlCharacter(byte), at: offset)
      default:
        unescaped.append(byte)
        offset += 1
      }
    }
    throw failure(.unexpectedEnd, at: offset)
  }

  private mutating func parseEscape(into unescaped: inout [UInt8]) throws(JSONError) {
    let start = offset
    offset += 1
    guard offset < text.count else { throw failure(.unexpectedEnd, at: offset) }
    let letter = text[offset]
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(letter)
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0C)
    case UInt8(ascii: "n"): unescaped.append(0x0A)
    case UInt8(ascii: "r"): unescaped.append(0x0D)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try parseUnicodeEscape(from: start)
      unescaped.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw failure(.invalidEscape, at: start)
    }
  }

  /// The digits behind `\u`, and a second escape where the first is half of a pair.
  private mutating func parseUnicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try parseHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw failure(.loneSurrogate, at: start)
    }
    let second = try parseHexDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure(.loneSurrogate, at: start) }
    return scalar
  }

  private mutating func parseHexDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard offset < text.count else { throw failure(.unexpectedEnd, at: offset) }
      let byte = text[offset]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        value = value << 4 | UInt32((byte | 0x20) - UInt8(ascii: "a") + 10)
      default: throw failure(.invalidEscape, at: offset)
      }
      offset += 1
    }
    return value
  }

  private mutating func decode(
    _ bytes: ArraySlice<UInt8>, from start: Int? = nil
  ) throws(JSONError) -> String {
    let string =
      subtrees == nil
      ? String(validating: bytes, as: UTF8.self) : subtrees?.text(of: bytes)
    guard let string else { throw failure(.invalidUTF8, at: start ?? bytes.startIndex) }
    return string
  }

  // MARK: - Bytes

  private mutating func skipSpace() {
    while offset < text.count {
      switch text[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard offset < text.count, text[offset] == byte else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    if take(byte) { return }
    guard offset < text.count else { throw failure(.unexpectedEnd, at: offset) }
    throw failure(.unexpectedByte(text[offset]), at: offset)
  }

  private func failure(_ reason: JSONError.Reason, at place: Int) -> JSONError {
    var line = 1
    var column = 1
    for byte in text[..<min(place, text.count)] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return JSONError(reason: reason, line: line, column: column)
  }
}
