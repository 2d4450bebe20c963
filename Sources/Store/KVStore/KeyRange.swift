public import Base

/// The keys that a request names (etcd's key and range_end).
///
/// An empty range end names one key; `\0` is the end of all keys; an end at or before the key names
/// nothing.
public struct KeyRange: Hashable, Sendable {
  /// The first key.
  public let start: Bytes
  /// Behind the last key; nil is the end of all keys.
  public let end: Bytes?
  /// Whether it names exactly `start`.
  public let isSingle: Bool

  public init(key: Bytes, rangeEnd: Bytes) {
    start = key
    if rangeEnd.isEmpty {
      end = nil
      isSingle = true
    } else {
      end = rangeEnd.count == 1 && rangeEnd[0] == 0 ? nil : rangeEnd
      isSingle = false
    }
  }

  public func contains(_ key: Bytes) -> Bool {
    if isSingle { return key == start }
    if key < start { return false }
    guard let end else { return true }
    return key < end
  }

  /// Whether no key lies in it.
  public var isEmpty: Bool {
    guard !isSingle, let end else { return false }
    return !(start < end)
  }

  /// The same range in storage of its own: what outlives the request must not hold its frame.
  var detached: KeyRange {
    KeyRange(start: start.detached, end: end?.detached, isSingle: isSingle)
  }

  private init(start: Bytes, end: Bytes?, isSingle: Bool) {
    self.start = start
    self.end = end
    self.isSingle = isSingle
  }
}

extension Bytes {
  /// The same bytes in storage of their own.
  var detached: Bytes { Bytes(array) }

  /// The next key after this one: `key + "\0"`.
  var successor: Bytes { Bytes(array + [0]) }

  /// Behind the last key that has this prefix; nil where that is the end of all keys.
  var prefixEnd: Bytes? {
    var end = array
    while let last = end.last {
      if last < 0xFF {
        end[end.count - 1] = last + 1
        return Bytes(end)
      }
      end.removeLast()
    }
    return nil
  }
}
