public import Base

/// Keys and values are bytes, arguments are texts: bytes that are no UTF-8 travel through a text as
/// private-use scalars, U+10FF00 plus the byte, and come out as they went in.
public enum ArgumentText {
  private static let escapes: ClosedRange<UInt32> = 0x10FF80...0x10FFFF

  public static func text(_ bytes: Bytes) -> String {
    if let text = bytes.utf8, !text.unicodeScalars.contains(where: { escapes ~= $0.value }) {
      return text
    }
    var text = String.UnicodeScalarView()
    var rest = bytes.array[...]
    while !rest.isEmpty {
      let (scalar, length) = leading(rest)
      if let scalar, !(escapes ~= scalar.value) {
        text.append(scalar)
      } else {
        // A genuine private-use scalar of the range is escaped byte by byte too.
        for byte in rest.prefix(length) {
          if let escape = Unicode.Scalar(0x10FF00 + UInt32(byte)) { text.append(escape) }
        }
      }
      rest = rest.dropFirst(length)
    }
    return String(text)
  }

  public static func bytes(_ text: String) -> Bytes {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if escapes ~= scalar.value {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        bytes += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return Bytes(bytes)
  }

  /// The scalar at the front and its length; nil and 1 where the bytes are no UTF-8.
  private static func leading(_ bytes: ArraySlice<UInt8>) -> (Unicode.Scalar?, Int) {
    for length in 1...4 where bytes.count >= length {
      if let text = String(validating: bytes.prefix(length), as: UTF8.self) {
        return (text.unicodeScalars.first, length)
      }
    }
    return (nil, 1)
  }
}
