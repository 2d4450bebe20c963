import Base

/// How a message's body ends (RFC 9112 §6.3).
enum HTTP1BodyFraming: Equatable {
  case length(UInt64)
  case chunked
  case untilClose
}

/// The grammar of start lines and fields (RFC 9112 §3-6).
enum HTTP1Syntax {
  /// Made once: a literal allocates at each use.
  private enum Name {
    static let host = Bytes("host")
    static let expect = Bytes("expect")
    static let connection = Bytes("connection")
    static let transferEncoding = Bytes("transfer-encoding")
    static let http11 = Bytes("HTTP/1.1")
  }

  static func requestHead(
    _ line: Bytes, _ fields: HeaderFields
  ) throws(HTTP1Error) -> HTTP1RequestHead {
    let first = spaceOffset(line, from: 0)
    let second = spaceOffset(line, from: first + 1)
    guard second < line.count, spaceOffset(line, from: second + 1) == line.count else {
      throw .badStartLine
    }
    let (method, target) = (line.prefix(first), line[first + 1..<second])
    guard isToken(method), !target.isEmpty, isVisible(target) else { throw .badStartLine }
    let minor = try minorVersion(line.dropFirst(second + 1))
    var hosts = 0
    for field in fields where field.name == Name.host { hosts += 1 }
    guard hosts == 1 || (hosts == 0 && minor == 0) else { throw .badHost }
    return HTTP1RequestHead(
      method: method, target: target, minorVersion: minor, fields: fields,
      keepAlive: keepsAlive(fields, minor),
      expectsContinue: minor == 1
        && fields[Name.expect].map(lowercased) == "100-continue")
  }

  static func responseHead(
    _ line: Bytes, _ fields: HeaderFields
  ) throws(HTTP1Error) -> HTTP1ResponseHead {
    // The reason phrase may hold spaces or be absent.
    guard line.count >= 12, line[8] == 0x20, line.count == 12 || line[12] == 0x20 else {
      throw .badStartLine
    }
    let minor = try minorVersion(line.prefix(8))
    guard let status = decimal(line[9..<12]), (100...599).contains(status) else {
      throw .badStartLine
    }
    return HTTP1ResponseHead(
      status: StatusCode(rawValue: UInt16(status)), minorVersion: minor, fields: fields,
      keepAlive: keepsAlive(fields, minor))
  }

  /// Splits a field line; the name becomes lower case.
  static func field(_ line: Bytes) throws(HTTP1Error) -> HeaderField {
    guard let colon = line.firstOffset(where: { $0 == UInt8(ascii: ":") }),
      isToken(line.prefix(colon))
    else { throw .badField }
    var start = colon + 1
    var end = line.count
    while start < end && (line[start] == 0x20 || line[start] == 0x09) { start += 1 }
    while end > start && (line[end - 1] == 0x20 || line[end - 1] == 0x09) { end -= 1 }
    let value = line[start..<end]
    let control = value.firstOffset { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }
    guard control == nil else { throw .badField }
    return HeaderField(lowercased(line.prefix(colon)), value)
  }

  /// Nil: the fields say nothing about a body.
  static func bodyFraming(_ fields: HeaderFields) throws(HTTP1Error) -> HTTP1BodyFraming? {
    let lengths = fields.values(of: FieldName.contentLength)
    let codings = fields.values(of: Name.transferEncoding)
    if !codings.isEmpty {
      guard lengths.isEmpty else { throw .badLength }
      guard codings.count == 1, lowercased(codings[0]) == "chunked" else {
        throw .unsupportedCoding
      }
      return .chunked
    }
    guard let first = lengths.first else { return nil }
    guard lengths.count == 1, let length = decimal(first), length <= UInt64(Int64.max) else {
      throw .badLength
    }
    return .length(length)
  }

  private static func minorVersion(_ text: Bytes) throws(HTTP1Error) -> UInt8 {
    if text == Name.http11 { return 1 }
    if text == "HTTP/1.0" { return 0 }
    throw text.hasPrefix("HTTP/") ? .badVersion : .badStartLine
  }

  private static func keepsAlive(_ fields: HeaderFields, _ minor: UInt8) -> Bool {
    var keeps = minor == 1
    for value in fields.values(of: Name.connection) {
      for option in value.array.split(separator: UInt8(ascii: ",")) {
        switch lowercased(trimmed(Bytes(Array(option)))) {
        case "close": return false
        case "keep-alive": keeps = true
        default: break
        }
      }
    }
    return keeps
  }

  private static func trimmed(_ text: Bytes) -> Bytes {
    var start = 0
    var end = text.count
    while start < end && (text[start] == 0x20 || text[start] == 0x09) { start += 1 }
    while end > start && (text[end - 1] == 0x20 || text[end - 1] == 0x09) { end -= 1 }
    return text[start..<end]
  }

  static func lowercased(_ text: Bytes) -> Bytes {
    guard text.firstOffset(where: { (0x41...0x5A).contains($0) }) != nil else { return text }
    return Bytes(text.array.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
  }

  /// Where the next space stands; the line's end, or behind it, where there is none.
  private static func spaceOffset(_ line: Bytes, from start: Int) -> Int {
    line.firstOffset(from: start) { $0 == 0x20 } ?? max(start, line.count)
  }

  /// RFC 9110 §5.6.2.
  static func isToken(_ text: Bytes) -> Bool {
    !text.isEmpty && text.firstOffset { !isTokenByte($0) } == nil
  }

  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#"),
      UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
      UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func isVisible(_ text: Bytes) -> Bool {
    text.firstOffset { !(0x21...0x7E).contains($0) } == nil
  }
}
