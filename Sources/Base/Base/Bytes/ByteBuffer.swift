/// A growable run of bytes to write into: messages, frames, log records.
///
/// Integers are little-endian unless the name says otherwise. Writers reserve once for a run of
/// fields (`reserve`) and then store without further checks of the capacity's growth.
public struct ByteBuffer: Sendable {
  @usableFromInline var storage: [UInt8]

  @inlinable
  public init() {
    storage = []
  }

  @inlinable
  public init(capacity: Int) {
    storage = []
    storage.reserveCapacity(capacity)
  }

  /// Bytes written so far.
  @inlinable public var count: Int { storage.count }
  @inlinable public var isEmpty: Bool { storage.isEmpty }

  /// Makes room for `additional` bytes, growing geometrically.
  @inlinable
  public mutating func reserve(_ additional: Int) {
    let needed = storage.count + additional
    if needed > storage.capacity {
      storage.reserveCapacity(max(needed, storage.capacity * 2))
    }
  }

  @inlinable
  public mutating func write(_ byte: UInt8) {
    storage.append(byte)
  }

  @inlinable
  public mutating func write(_ bytes: Bytes) {
    // Safety: the pointer lives only during the copy.
    unsafe bytes.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
  }

  @inlinable
  public mutating func write(_ bytes: [UInt8]) {
    storage.append(contentsOf: bytes)
  }

  @inlinable
  public mutating func write(_ text: String) {
    storage.append(contentsOf: text.utf8)
  }

  @inlinable
  public mutating func write(unsafe bytes: UnsafeRawBufferPointer) {
    unsafe storage.append(contentsOf: bytes)
  }

  @inlinable
  public mutating func write<Value: FixedWidthInteger>(littleEndian value: Value) {
    // Safety: reads the bytes of a local integer.
    unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe storage.append(contentsOf: $0) }
  }

  @inlinable
  public mutating func write<Value: FixedWidthInteger>(bigEndian value: Value) {
    // Safety: reads the bytes of a local integer.
    unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe storage.append(contentsOf: $0) }
  }

  /// Base-128 varint, low groups first (protobuf encoding guide, "Base 128 Varints"): 1...10 bytes.
  @inlinable
  public mutating func write(varint value: UInt64) {
    if value < 0x80 {
      storage.append(UInt8(truncatingIfNeeded: value))
      return
    }
    var rest = value
    while rest >= 0x80 {
      storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    storage.append(UInt8(truncatingIfNeeded: rest))
  }

  /// `bytes` behind its length as a varint.
  @inlinable
  public mutating func write(prefixed bytes: Bytes) {
    write(varint: UInt64(bytes.count))
    write(bytes)
  }

  /// Overwrites four bytes at `offset`, which were written before.
  @inlinable
  public mutating func patch(littleEndian value: UInt32, at offset: Int) {
    precondition(offset >= 0 && offset + 4 <= storage.count, "patch beyond what was written")
    for byte in 0..<4 { storage[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
  }

  /// Overwrites four bytes at `offset`, which were written before.
  @inlinable
  public mutating func patch(bigEndian value: UInt32, at offset: Int) {
    patch(littleEndian: value.byteSwapped, at: offset)
  }

  /// Drops what was written from `count` on.
  @inlinable
  public mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= storage.count, "truncation beyond the end")
    storage.removeLast(storage.count - count)
  }

  @inlinable
  public mutating func removeAll(keepingCapacity: Bool = true) {
    storage.removeAll(keepingCapacity: keepingCapacity)
  }

  /// Hands out what was written, without a copy, and starts anew.
  @inlinable
  public mutating func take() -> Bytes {
    var taken: [UInt8] = []
    swap(&taken, &storage)
    return Bytes(taken)
  }

  /// What was written so far, shared: the next write copies.
  @inlinable public var bytes: Bytes { Bytes(storage) }

  @inlinable
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    // Safety: the pointer lives only as long as the borrowed storage.
    unsafe try storage.withUnsafeBytes { unsafe try body($0) }
  }
}

/// Bytes that `ByteBuffer.write(varint:)` writes for `value`: 1...10.
@inlinable
public func varintLength(_ value: UInt64) -> Int {
  // 7 bits a byte; the multiplication divides by 7 exactly for 1...64 significant bits.
  ((64 - (value | 1).leadingZeroBitCount) * 9 + 64) / 64
}
