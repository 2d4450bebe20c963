public import Base

/// etcd's way to name ranges of keys: `key` up to but without `range_end`.
public enum KeyRanges {
  /// As a range end: every key from `key` on.
  public static let unbounded = Bytes([0])

  /// The range end for all keys that start with `prefix`: its last byte below 0xFF raised by one.
  /// Unbounded where there is none. The empty prefix goes with `key` = `unbounded` (etcd's "\0").
  public static func end(ofPrefix prefix: Bytes) -> Bytes {
    var end = prefix.array
    while let last = end.popLast() {
      if last < 0xFF { return Bytes(end + [last + 1]) }
    }
    return unbounded
  }
}

extension RangeRequest {
  /// All keys that start with `prefix`.
  public init(prefix: Bytes) {
    self.init(
      key: prefix.isEmpty ? KeyRanges.unbounded : prefix,
      rangeEnd: KeyRanges.end(ofPrefix: prefix))
  }
}

extension DeleteRangeRequest {
  /// All keys that start with `prefix`.
  public init(prefix: Bytes) {
    self.init(
      key: prefix.isEmpty ? KeyRanges.unbounded : prefix,
      rangeEnd: KeyRanges.end(ofPrefix: prefix))
  }
}

extension WatchCreateRequest {
  /// All keys that start with `prefix`.
  public init(prefix: Bytes, startRevision: Int64 = 0) {
    self.init(
      key: prefix.isEmpty ? KeyRanges.unbounded : prefix,
      rangeEnd: KeyRanges.end(ofPrefix: prefix),
      startRevision: startRevision)
  }
}
