/// An immutable slice of shared bytes: keys, values, messages and frames.
///
/// Slicing shares the storage and costs one retain. Ordered as etcd orders keys: by unsigned bytes,
/// a prefix before its extensions.
public struct Bytes: Sendable {
  @usableFromInline let storage: [UInt8]
  @usableFromInline let start: Int
  /// Number of bytes.
  public let count: Int

  @inlinable
  public init(_ array: [UInt8]) {
    storage = array
    start = 0
    count = array.count
  }

  @inlinable
  public init() {
    self.init([])
  }

  @inlinable
  public init(_ text: String) {
    self.init(Array(text.utf8))
  }

  @inlinable
  public init(_ text: StaticString) {
    // Safety: the bytes are copied while the borrowed buffer is valid.
    self.init(text.withUTF8Buffer { unsafe Array($0) })
  }

  @inlinable
  init(storage: [UInt8], start: Int, count: Int) {
    self.storage = storage
    self.start = start
    self.count = count
  }

  @inlinable public var isEmpty: Bool { count == 0 }

  /// The byte at `offset`, 0..<count.
  @inlinable
  public subscript(offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < count, "offset out of range")
    return storage[start + offset]
  }

  /// The bytes in `range`, which must lie within 0..<count. Shares the storage.
  @inlinable
  public subscript(range: Range<Int>) -> Bytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
    return Bytes(storage: storage, start: start + range.lowerBound, count: range.count)
  }

  @inlinable
  public func dropFirst(_ dropped: Int) -> Bytes {
    self[min(dropped, count)..<count]
  }

  @inlinable
  public func prefix(_ length: Int) -> Bytes {
    self[0..<min(length, count)]
  }

  /// Copies the bytes out; no copy where the slice is the whole storage.
  @inlinable public var array: [UInt8] {
    start == 0 && count == storage.count ? storage : Array(storage[start..<start + count])
  }

  /// The text, or nil where the bytes are not valid UTF-8.
  public var utf8: String? {
    String(validating: storage[start..<start + count], as: UTF8.self)
  }

  /// The text, with U+FFFD in place of what is not valid UTF-8.
  public var text: String {
    String(decoding: storage[start..<start + count], as: UTF8.self)
  }

  @inlinable
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    // Safety: the pointer lives only as long as the borrowed storage.
    unsafe try storage.withUnsafeBytes { whole in
      unsafe try body(UnsafeRawBufferPointer(rebasing: whole[start..<start + count]))
    }
  }

  /// Where the first byte from `start` on stands that matches; nil for none. Faster than a loop
  /// over offsets, each of which is checked.
  @inlinable
  public func firstOffset(from start: Int = 0, where matches: (UInt8) -> Bool) -> Int? {
    precondition(start >= 0, "offsets count from 0")
    // Safety: every load is below the borrowed bytes' count.
    return unsafe withUnsafeBytes { bytes in
      var offset = start
      while offset < bytes.count {
        if unsafe matches(bytes[offset]) { return offset }
        offset += 1
      }
      return nil
    }
  }

  public func hasPrefix(_ prefix: Bytes) -> Bool {
    count >= prefix.count && firstDifference(from: prefix) == nil
  }
}

extension Bytes: Equatable {
  @inlinable
  public static func == (left: Bytes, right: Bytes) -> Bool {
    left.count == right.count && left.firstDifference(from: right) == nil
  }
}

extension Bytes: Comparable {
  @inlinable
  public static func < (left: Bytes, right: Bytes) -> Bool {
    guard let offset = left.firstDifference(from: right) else { return left.count < right.count }
    return left[offset] < right[offset]
  }

  /// Where the two first differ, within the shorter one's length.
  @inlinable
  func firstDifference(from other: Bytes) -> Int? {
    let shared = min(count, other.count)
    // Safety: every load ends at or before `shared`.
    return unsafe withUnsafeBytes { own in
      unsafe other.withUnsafeBytes { others in
        var offset = 0
        while offset + 8 <= shared {
          let ownWord = unsafe own.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          let otherWord = unsafe others.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          if ownWord != otherWord { break }
          offset += 8
        }
        while offset < shared {
          if unsafe own[offset] != others[offset] { return offset }
          offset += 1
        }
        return nil
      }
    }
  }
}

extension Bytes: Hashable {
  @inlinable
  public func hash(into hasher: inout Hasher) {
    // Safety: the hasher reads the borrowed bytes and keeps nothing.
    unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}

extension Bytes: ExpressibleByStringLiteral {
  @inlinable
  public init(stringLiteral value: String) {
    self.init(value)
  }
}

extension Bytes: CustomStringConvertible {
  public var description: String { text }
}
