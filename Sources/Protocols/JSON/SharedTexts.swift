/// Names and texts that were read lately, so that values that have them alike hold each once: the
/// names of members, uids, times.
///
/// A table of a fixed size in which the last text of a place stays. Where two meet, the older one
/// is forgotten, and read anew when it comes again.
struct SharedTexts: Sendable {
  /// In bytes: shorter texts lie in the `String` itself, longer ones are rarely alike.
  static let bytes = 16...64
  /// A power of two.
  private static let countMax = 4096

  private var texts: [String] = []

  /// Nil where the bytes, of a length within `bytes`, are no UTF-8.
  mutating func text(of bytes: ArraySlice<UInt8>) -> String? {
    if texts.isEmpty { texts = [String](repeating: "", count: Self.countMax) }
    let place = Self.place(of: bytes)
    if Self.isEqual(texts[place], bytes) { return texts[place] }
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    texts[place] = text
    return text
  }

  /// Of the first and the last bytes: what is alike in the middle too often is seldom long.
  private static func place(of bytes: ArraySlice<UInt8>) -> Int {
    var hash = UInt64(bytes.count)
    for offset in 0..<8 {
      let pair =
        UInt64(bytes[bytes.startIndex + offset]) << 8 | UInt64(bytes[bytes.endIndex - 1 - offset])
      hash = (hash ^ pair) &* 0x9E37_79B9_7F4A_7C15
    }
    return Int(truncatingIfNeeded: hash >> 40) & (countMax - 1)
  }

  private static func isEqual(_ text: String, _ bytes: ArraySlice<UInt8>) -> Bool {
    let own = text.utf8.span
    guard own.count == bytes.count else { return false }
    let first = bytes.startIndex
    for offset in 0..<own.count where own[offset] != bytes[first + offset] { return false }
    return true
  }
}
