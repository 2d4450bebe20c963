/// A fixed block of memory that is only ever appended to: what was written never moves or changes.
///
/// Not Sendable: one thread appends and reads. Offsets are byte offsets from the block's start, so
/// that a full block may as well lie in a mapped file.
@safe public final class SegmentMemory {
  @usableFromInline let base: UnsafeMutableRawPointer
  /// Bytes that fit.
  public let capacity: Int
  /// Bytes written.
  @inlinable public var count: Int { written }
  @usableFromInline var written = 0
  /// Nil where the memory is this object's own.
  public let file: (any MappedFile)?

  public init(capacity: Int) {
    precondition(capacity > 0, "an empty block holds nothing")
    self.capacity = capacity
    file = nil
    // Safety: owned by this object, freed in deinit; only bytes below `written` are ever read.
    unsafe base = .allocate(byteCount: capacity, alignment: 16)
  }

  /// A full block that holds a copy of `bytes`, which are not empty.
  public convenience init(copying bytes: Bytes) {
    self.init(capacity: bytes.count)
    append(bytes)
  }

  /// A full block whose bytes are a file's; nil where the file is empty.
  public init?(_ file: any MappedFile) {
    let bytes = unsafe file.bytes
    guard let start = bytes.baseAddress, bytes.count > 0 else { return nil }
    self.file = file
    capacity = bytes.count
    written = bytes.count
    // Safety: kept valid by `file`; a full block is never written to.
    unsafe base = UnsafeMutableRawPointer(mutating: start)
  }

  deinit {
    // Safety: allocated in init and never handed out.
    if file == nil { unsafe base.deallocate() }
  }

  /// Whether the block holds just these bytes.
  public func holds(_ file: any MappedFile) -> Bool {
    // Safety: both ends are as long as the counts say; the pointers live only during the
    // comparison.
    let bytes = unsafe file.bytes
    guard bytes.count == written else { return false }
    return unsafe compareBytes(UnsafeRawBufferPointer(start: base, count: written), bytes) == 0
  }

  @inlinable public var remaining: Int { capacity - written }

  @inlinable
  public func append(_ byte: UInt8) {
    precondition(remaining >= 1, "append beyond the block")
    // Safety: below `capacity`, checked above.
    unsafe base.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
    written += 1
  }

  @inlinable
  public func append<Value: FixedWidthInteger & BitwiseCopyable>(littleEndian value: Value) {
    let width = MemoryLayout<Value>.size
    precondition(remaining >= width, "append beyond the block")
    // Safety: ends below `capacity`, checked above.
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: written, as: Value.self)
    written += width
  }

  @inlinable
  public func append(_ bytes: Bytes) {
    precondition(remaining >= bytes.count, "append beyond the block")
    // Safety: ends below `capacity`, checked above; the source is borrowed for the copy.
    unsafe bytes.withUnsafeBytes { source in
      guard let from = source.baseAddress else { return }
      unsafe (base + written).copyMemory(from: from, byteCount: source.count)
    }
    written += bytes.count
  }

  /// Appends a range of another block's bytes.
  @inlinable
  public func append(_ range: Range<Int>, of other: SegmentMemory) {
    precondition(remaining >= range.count, "append beyond the block")
    precondition(range.lowerBound >= 0 && range.upperBound <= other.written, "read past the end")
    // Safety: both ranges were checked above.
    unsafe (base + written).copyMemory(from: other.base + range.lowerBound, byteCount: range.count)
    written += range.count
  }

  /// Base-128 varint, low groups first.
  @inlinable
  public func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  /// The byte at `offset`, 0..<count.
  @inlinable
  public subscript(offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < written, "read past the end")
    // Safety: checked above.
    return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// The integer whose first byte is at `offset`.
  @inlinable
  public func load<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Value.Type
  ) -> Value {
    precondition(offset >= 0 && offset <= written - MemoryLayout<Value>.size, "read past the end")
    // Safety: checked above; unaligned loads are allowed.
    return unsafe Value(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  @inlinable
  public func copy(_ range: Range<Int>, into buffer: inout ByteBuffer) {
    precondition(range.lowerBound >= 0 && range.upperBound <= written, "read past the end")
    // Safety: checked above; the pointer lives only during the copy.
    unsafe buffer.write(
      unsafe: UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// A copy of the bytes in `range`.
  public func bytes(_ range: Range<Int>) -> Bytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= written, "read past the end")
    // Safety: checked above; the array copies.
    return unsafe Bytes(
      Array(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)))
  }

  /// Orders the bytes in `range` against `other`: negative, zero or positive as they are less,
  /// equal or greater.
  @inlinable
  public func compare(_ range: Range<Int>, with other: Bytes) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= written, "read past the end")
    // Safety: checked above; the pointers live only during the comparison.
    return unsafe other.withUnsafeBytes { others in
      unsafe compareBytes(
        UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count), others)
    }
  }

  /// Adds the bytes in `range` to a checksum.
  public func update(_ checksum: inout CRC32C, with range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= written, "read past the end")
    // Safety: checked above; the pointer lives only during the call.
    unsafe checksum.update(
      unsafe: UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }
}

/// Where two runs of bytes first differ: the length of their common prefix.
@inlinable
func commonPrefixLength(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
  let shared = min(left.count, right.count)
  var offset = 0
  // Safety: every load ends at or before `shared`.
  while offset + 8 <= shared {
    let leftWord = unsafe left.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
    let rightWord = unsafe right.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
    let difference = leftWord ^ rightWord
    if difference != 0 { return offset + difference.trailingZeroBitCount / 8 }
    offset += 8
  }
  while offset < shared, unsafe left[offset] == right[offset] { offset += 1 }
  return offset
}

/// Negative, zero or positive as `left` is less than, equal to or greater than `right`, by unsigned
/// bytes, a prefix before its extensions.
@inlinable
func compareBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
  let shared = unsafe commonPrefixLength(left, right)
  if shared == left.count || shared == right.count { return left.count - right.count }
  return unsafe Int(left[shared]) - Int(right[shared])
}
