extension ByteBuffer {
  /// Leaves room for the length of a run that is written next; `endNested` fills it in.
  @inlinable
  public mutating func beginNested() -> Int {
    write(0 as UInt8)
    return count - 1
  }

  /// Puts the length of what was written since `beginNested` before it, as a varint. Runs of 128
  /// bytes and more are moved by the varint's further bytes.
  @inlinable
  public mutating func endNested(_ position: Int) {
    let length = count - position - 1
    precondition(position >= 0 && length >= 0, "a run ends where none began")
    if length < 0x80 {
      storage[position] = UInt8(truncatingIfNeeded: length)
      return
    }
    let width = varintLength(UInt64(length))
    let end = storage.count
    storage.append(contentsOf: repeatElement(0, count: width - 1))
    // Safety: source and target lie within the array, which has just grown by `width - 1`.
    unsafe storage.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe (base + position + width).copyMemory(
        from: base + position + 1, byteCount: end - position - 1)
    }
    var rest = UInt64(length)
    for byte in 0..<width {
      storage[position + byte] =
        UInt8(truncatingIfNeeded: rest & 0x7F) | (byte + 1 < width ? 0x80 : 0)
      rest >>= 7
    }
  }
}

extension ByteBuffer {
  /// Appends a range of what another buffer holds.
  @inlinable
  public mutating func write(_ range: Range<Int>, of other: borrowing ByteBuffer) {
    precondition(range.lowerBound >= 0 && range.upperBound <= other.count, "range out of bounds")
    // Safety: the pointer lives only during the copy; the range was checked.
    unsafe other.withUnsafeBytes {
      unsafe write(unsafe: UnsafeRawBufferPointer(rebasing: $0[range]))
    }
  }
}
