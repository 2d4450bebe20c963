import Base

/// Which header sections are well-formed messages (RFC 9113 §8.2.2, §8.3).
enum HeaderRules {
  struct Verdict: Equatable {
    var isWellFormed: Bool
    var contentLength: UInt64?
    /// `:status` 100...199.
    var isInformational = false

    static let malformed = Verdict(isWellFormed: false)
  }

  static func request(_ section: HPACKDecoder.Section) -> Verdict {
    guard section.isValid else { return .malformed }
    var pseudo = PseudoFields()
    guard let length = scan(section.fields, &pseudo) else { return .malformed }
    guard pseudo.status == nil, let method = pseudo.method else { return .malformed }
    if method == connect {
      guard pseudo.authority != nil, pseudo.scheme == nil, pseudo.path == nil else {
        return .malformed
      }
    } else {
      guard let path = pseudo.path, pseudo.scheme != nil, !path.isEmpty else { return .malformed }
    }
    return Verdict(isWellFormed: true, contentLength: length.value)
  }

  static func response(_ section: HPACKDecoder.Section) -> Verdict {
    guard section.isValid else { return .malformed }
    var pseudo = PseudoFields()
    guard let length = scan(section.fields, &pseudo) else { return .malformed }
    guard pseudo.method == nil, pseudo.scheme == nil, pseudo.path == nil, pseudo.authority == nil,
      let status = pseudo.status, status.count == 3, let code = decimal(status), code >= 100
    else { return .malformed }
    return Verdict(isWellFormed: true, contentLength: length.value, isInformational: code < 200)
  }

  static func trailers(_ section: HPACKDecoder.Section) -> Bool {
    guard section.isValid else { return false }
    for field in section.fields {
      if field.name[0] == UInt8(ascii: ":") || isConnectionSpecific(field) { return false }
    }
    return true
  }

  private struct PseudoFields {
    var method: Bytes?
    var scheme: Bytes?
    var path: Bytes?
    var authority: Bytes?
    var status: Bytes?

    /// Whether `field` is known and was not there before.
    mutating func take(_ field: HeaderField) -> Bool {
      switch field.name.count {
      case 5 where field.name == FieldName.path: Self.set(&path, field.value)
      case 7 where field.name == FieldName.method: Self.set(&method, field.value)
      case 7 where field.name == FieldName.scheme: Self.set(&scheme, field.value)
      case 7 where field.name == FieldName.status: Self.set(&status, field.value)
      case 10 where field.name == FieldName.authority: Self.set(&authority, field.value)
      default: false
      }
    }

    private static func set(_ place: inout Bytes?, _ value: Bytes) -> Bool {
      guard place == nil else { return false }
      place = value
      return true
    }
  }

  private struct ContentLength {
    var value: UInt64?
  }

  /// Pseudo-header fields first and once each, then the others; nil where a rule is broken.
  private static func scan(
    _ fields: HeaderFields, _ pseudo: inout PseudoFields
  ) -> ContentLength? {
    var length = ContentLength()
    var isPseudoOver = false
    for field in fields {
      if field.name[0] == UInt8(ascii: ":") {
        guard !isPseudoOver, pseudo.take(field) else { return nil }
        continue
      }
      isPseudoOver = true
      if isConnectionSpecific(field) { return nil }
      if field.name.count == 14 && field.name == FieldName.contentLength {
        guard let value = decimal(field.value), length.value == nil || length.value == value else {
          return nil
        }
        length.value = value
      }
    }
    return length
  }

  private static func isConnectionSpecific(_ field: HeaderField) -> Bool {
    switch field.name.count {
    case 2: field.name == FieldName.te && field.value != FieldName.trailers
    case 7: field.name == upgrade
    case 10: field.name == connection || field.name == keepAlive
    case 16: field.name == proxyConnection
    case 17: field.name == transferEncoding
    default: false
    }
  }

  private static let connect = Bytes("CONNECT")
  private static let upgrade = Bytes("upgrade")
  private static let connection = Bytes("connection")
  private static let keepAlive = Bytes("keep-alive")
  private static let proxyConnection = Bytes("proxy-connection")
  private static let transferEncoding = Bytes("transfer-encoding")
}
