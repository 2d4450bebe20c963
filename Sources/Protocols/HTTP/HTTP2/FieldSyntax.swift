import Base

/// Which characters names and values may have (RFC 9113 §8.2.1).
enum FieldSyntax {
  /// A lower-case token, or one behind ":".
  static func isValidName(_ name: Bytes) -> Bool {
    let start = !name.isEmpty && name[0] == UInt8(ascii: ":") ? 1 : 0
    guard name.count > start else { return false }
    for offset in start..<name.count {
      let byte = name[offset]
      guard HTTP1Syntax.isTokenByte(byte), !(0x41...0x5A).contains(byte) else { return false }
    }
    return true
  }

  /// No NUL, CR or LF, and no space at either end.
  static func isValidValue(_ value: Bytes) -> Bool {
    guard !value.isEmpty else { return true }
    for offset in 0..<value.count {
      let byte = value[offset]
      if byte == 0 || byte == 0x0A || byte == 0x0D { return false }
    }
    return !isBlank(value[0]) && !isBlank(value[value.count - 1])
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
