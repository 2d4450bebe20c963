/// Base 16 (RFC 4648 §8), lower case, as etcd prints member and lease ids.
public enum Hex {
  public static func encode(_ bytes: Bytes) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for offset in 0..<bytes.count {
      text.append(digits[Int(bytes[offset] >> 4)])
      text.append(digits[Int(bytes[offset] & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// 16 digits.
  public static func digits(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  /// The bytes, or nil where a digit is none or one is missing. Accepts both cases.
  public static func decode(_ text: String) -> Bytes? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for pair in 0..<digits.count / 2 {
      guard let high = digit(digits[2 * pair]), let low = digit(digits[2 * pair + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return Bytes(bytes)
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
