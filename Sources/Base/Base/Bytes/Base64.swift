/// Base 64 with padding (RFC 4648 §4), as JSON carries bytes and PEM carries DER.
public enum Base64 {
  public static func encode(_ bytes: Bytes) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var offset = 0
    while offset < bytes.count {
      let left = bytes.count - offset
      let group =
        UInt32(bytes[offset]) << 16
        | (left > 1 ? UInt32(bytes[offset + 1]) << 8 : 0)
        | (left > 2 ? UInt32(bytes[offset + 2]) : 0)
      text.append(digits[Int(group >> 18)])
      text.append(digits[Int(group >> 12 & 63)])
      text.append(left > 1 ? digits[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      text.append(left > 2 ? digits[Int(group & 63)] : UInt8(ascii: "="))
      offset += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, or nil where `text` is not base 64 with its padding. White space is not skipped.
  public static func decode(_ text: String) -> Bytes? {
    let characters = Array(text.utf8)
    guard characters.count % 4 == 0 else { return nil }
    let padding = characters.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
    var bytes: [UInt8] = []
    var group: UInt32 = 0
    for (position, character) in characters.dropLast(padding).enumerated() {
      guard let value = digit(character) else { return nil }
      group = group << 6 | UInt32(value)
      if position % 4 == 3 {
        bytes += [
          UInt8(truncatingIfNeeded: group >> 16), UInt8(truncatingIfNeeded: group >> 8),
          UInt8(truncatingIfNeeded: group),
        ]
        group = 0
      }
    }
    if padding == 1 {
      bytes += [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)]
    } else if padding == 2 {
      bytes += [UInt8(truncatingIfNeeded: group >> 4)]
    }
    return Bytes(bytes)
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

/// With URL-safe digits and without padding (RFC 4648 §5), as JSON Web Tokens have it.
extension Base64 {
  public static func encodeURL(_ bytes: Bytes) -> String {
    var text: [UInt8] = []
    for digit in encode(bytes).utf8 {
      switch digit {
      case UInt8(ascii: "+"): text.append(UInt8(ascii: "-"))
      case UInt8(ascii: "/"): text.append(UInt8(ascii: "_"))
      case UInt8(ascii: "="): break
      default: text.append(digit)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, or nil for any text but the one that `encodeURL` makes of them.
  public static func decodeURL(_ text: String) -> Bytes? {
    var digits: [UInt8] = []
    digits.reserveCapacity(text.utf8.count + 2)
    for digit in text.utf8 {
      switch digit {
      case UInt8(ascii: "-"): digits.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): digits.append(UInt8(ascii: "/"))
      case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
      default: digits.append(digit)
      }
    }
    while digits.count % 4 != 0 { digits.append(UInt8(ascii: "=")) }
    // Bits below the last byte must be zero: else two texts would mean the same.
    guard let bytes = decode(String(decoding: digits, as: UTF8.self)), encodeURL(bytes) == text
    else { return nil }
    return bytes
  }
}
