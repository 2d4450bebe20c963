extension ByteBuffer {
  /// The CRC-32C of what was written in `range`, continuing from the checksum of earlier bytes.
  public func checksum(of range: Range<Int>, continuing checksum: UInt32 = 0) -> UInt32 {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
    var crc = CRC32C(continuing: checksum)
    // Safety: the pointer lives only during the call, and the range lies within it.
    unsafe withUnsafeBytes { whole in
      unsafe crc.update(unsafe: UnsafeRawBufferPointer(rebasing: whole[range]))
    }
    return crc.value
  }

  /// Writes zero bytes.
  public mutating func write(zeros count: Int) {
    reserve(count)
    storage.append(contentsOf: repeatElement(0, count: count))
  }
}
