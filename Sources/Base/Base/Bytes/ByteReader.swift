/// Why bytes could not be read as what they should be.
public enum ByteReaderError: Error, Equatable {
  /// Fewer bytes were left than the value needs.
  case truncated(offset: Int, needed: Int)
  /// A varint had more than ten bytes or did not fit into 64 bits.
  case varintTooLong(offset: Int)
}

/// Reads values from bytes, front to back. Never reads past the end and never traps on what it
/// reads.
public struct ByteReader {
  public let bytes: Bytes
  /// Where the next value starts: 0...bytes.count.
  public private(set) var offset = 0

  @inlinable
  public init(_ bytes: Bytes) {
    self.bytes = bytes
  }

  @inlinable public var remaining: Int { bytes.count - offset }
  @inlinable public var isAtEnd: Bool { offset == bytes.count }

  public mutating func readUInt8() throws(ByteReaderError) -> UInt8 {
    guard remaining >= 1 else { throw .truncated(offset: offset, needed: 1) }
    offset += 1
    return bytes[offset - 1]
  }

  public mutating func readInteger<Value: FixedWidthInteger>(
    littleEndian type: Value.Type
  ) throws(ByteReaderError) -> Value {
    let width = Value.bitWidth / 8
    guard remaining >= width else { throw .truncated(offset: offset, needed: width) }
    var value: Value = 0
    for byte in 0..<width {
      value |= Value(truncatingIfNeeded: bytes[offset + byte]) << Value(8 * byte)
    }
    offset += width
    return value
  }

  public mutating func readInteger<Value: FixedWidthInteger>(
    bigEndian type: Value.Type
  ) throws(ByteReaderError) -> Value {
    try readInteger(littleEndian: type).byteSwapped
  }

  /// Base-128 varint; at most ten bytes, the tenth at most 1.
  public mutating func readVarint() throws(ByteReaderError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    let first = offset
    while true {
      let byte = try readUInt8()
      if shift == 63 && byte > 1 { throw .varintTooLong(offset: first) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  /// The next `count` bytes, sharing their storage.
  public mutating func readBytes(_ count: Int) throws(ByteReaderError) -> Bytes {
    guard count >= 0, remaining >= count else { throw .truncated(offset: offset, needed: count) }
    offset += count
    return bytes[offset - count..<offset]
  }

  /// Bytes behind their length as a varint.
  public mutating func readPrefixed() throws(ByteReaderError) -> Bytes {
    let length = try readVarint()
    guard length <= UInt64(remaining) else {
      throw .truncated(offset: offset, needed: Int(clamping: length))
    }
    return try readBytes(Int(length))
  }
}
