/// A JSON number as it was written: nothing is rounded on the way through.
///
/// Numbers are equal when their texts are: `1.0` and `1` differ.
public struct JSONNumber: Hashable, Sendable {
  private enum Storage: Hashable, Sendable {
    case whole(Int64)
    case text(String)
  }

  private let storage: Storage

  public init(_ number: Int64) {
    storage = .whole(number)
  }

  public init(_ number: UInt64) {
    storage = Int64(exactly: number).map(Storage.whole) ?? .text(String(number))
  }

  /// nil for infinities and NaN, which JSON cannot write.
  public init?(_ number: Double) {
    guard number.isFinite else { return nil }
    storage = .text(number.description)
  }

  /// `text` must have RFC 8259's form; the parser sees to that.
  init(checked text: String) {
    if text != "-0", !text.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 | 0x20 == 0x65 }),
      let whole = Int64(text)
    {
      storage = .whole(whole)
    } else {
      storage = .text(text)
    }
  }

  /// The number where it was written as a whole one and fits.
  public var int64: Int64? {
    switch storage {
    case .whole(let number): number
    case .text: nil
    }
  }

  /// The number where it was written as a whole one and fits.
  public var uint64: UInt64? {
    switch storage {
    case .whole(let number): UInt64(exactly: number)
    case .text(let text): UInt64(text)
    }
  }

  /// The nearest double; nil beyond a double's range.
  public var double: Double? {
    switch storage {
    case .whole(let number): Double(number)
    case .text(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
  }

  /// As it is written in JSON.
  public var text: String {
    switch storage {
    case .whole(let number): String(number)
    case .text(let text): text
    }
  }
}
