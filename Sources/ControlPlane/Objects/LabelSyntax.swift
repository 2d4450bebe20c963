/// What may be a label's key and value (apimachinery util/validation).
public enum LabelSyntax {
  static let nameBytesMax = 63
  static let prefixBytesMax = 253

  /// At most 63 letters, digits, `-`, `_`, `.`, with a letter or digit at both ends; or empty.
  public static func isValue(_ text: String) -> Bool { text.isEmpty || isName(text) }

  /// A name as above, perhaps with a DNS subdomain and a slash before it.
  public static func isQualifiedName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return isName(text)
    case 2: return isSubdomain(String(parts[0])) && isName(String(parts[1]))
    default: return false
    }
  }

  private static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last else { return false }
    return bytes.count <= nameBytesMax && isLetterOrDigit(first) && isLetterOrDigit(last)
      && bytes.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
  }

  /// RFC 1123 section 2.1, in lower case.
  public static func isSubdomain(_ text: String) -> Bool {
    text.utf8.count <= prefixBytesMax
      && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .allSatisfy { label in
          guard let first = label.first, let last = label.last else { return false }
          return isLowerOrDigit(first) && isLowerOrDigit(last)
            && label.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}
