import Base

/// Subtrees that many texts have alike, such as the containers of a Deployment's pods: each is
/// parsed once and then held once by all the values that have it. So are longer strings.
///
/// Only objects below the members that are named are looked for, as such a member's value or as
/// elements of its array. What was not met for a while is forgotten: two generations are kept, each
/// of at most `countMax` texts and `bytesMax` of their bytes.
public struct SharedSubtrees: Sendable {
  /// Texts of other lengths, in bytes, are not worth a search, or the memory.
  static let bytes = 24...8192
  private static let countMax = 1024
  private static let bytesMax = 256 << 10

  private let names: Set<String>
  private var young: [Bytes: JSONValue] = [:]
  private var youngBytes = 0
  private var old: [Bytes: JSONValue] = [:]
  /// Nil where nothing is shared.
  private var texts: SharedTexts?

  /// Looks below members with these names, at any depth; for none, nothing is shared.
  public init(below names: Set<String>) {
    self.names = names
    texts = names.isEmpty ? nil : SharedTexts()
  }

  /// Nil for what is no UTF-8.
  mutating func text(of bytes: ArraySlice<UInt8>) -> String? {
    guard SharedTexts.bytes.contains(bytes.count), texts != nil else {
      return String(validating: bytes, as: UTF8.self)
    }
    return texts?.text(of: bytes)
  }

  func isLookedFor(below name: String) -> Bool { names.contains(name) }

  mutating func value(of text: Bytes) -> JSONValue? {
    if let value = young[text] { return value }
    // The key that is there, not the text: that one is a part of a whole document.
    guard let place = old.index(forKey: text) else { return nil }
    let (kept, value) = old.remove(at: place)
    insert(value, for: kept)
    return value
  }

  /// `text` is copied.
  mutating func note(_ value: JSONValue, of text: Bytes) {
    insert(value, for: Bytes(text.array))
  }

  private mutating func insert(_ value: JSONValue, for text: Bytes) {
    if young.count >= Self.countMax || youngBytes + text.count > Self.bytesMax {
      old = young
      young = [:]
      youngBytes = 0
    }
    if young.updateValue(value, forKey: text) == nil { youngBytes += text.count }
  }
}
