public import Base

/// Fields as protobuf writes them: always, also when the value is zero. Leaving zeros out is the
/// caller's part, since members of a oneof keep theirs.
extension ByteBuffer {
  @inlinable
  public mutating func write(varint value: UInt64, field: UInt32) {
    write(varint: UInt64(field << 3))
    write(varint: value)
  }

  /// A double or fixed64, by its bits.
  public mutating func write(fixed64 bits: UInt64, field: UInt32) {
    write(varint: UInt64(field << 3 | 1))
    for place in 0..<8 { write(UInt8(truncatingIfNeeded: bits >> (8 * UInt64(place)))) }
  }

  @inlinable
  public mutating func write(bytes: Bytes, field: UInt32) {
    write(varint: UInt64(field << 3 | 2))
    write(prefixed: bytes)
  }

  @inlinable
  public mutating func write(string: String, field: UInt32) {
    write(varint: UInt64(field << 3 | 2))
    write(varint: UInt64(string.utf8.count))
    write(string)
  }

  @inlinable
  public mutating func write<Message: ProtobufMessage>(message: Message, field: UInt32) {
    write(varint: UInt64(field << 3 | 2))
    write(varint: UInt64(message.encodedLength))
    message.encode(into: &self)
  }

  /// A repeated int32 or enum, packed; nothing when empty.
  public mutating func write(packed values: [Int32], field: UInt32) {
    if values.isEmpty { return }
    write(varint: UInt64(field << 3 | 2))
    write(varint: UInt64(packedLength(values)))
    for value in values { write(varint: protobufVarint(value)) }
  }
}

/// Negative enum values and int32 are written as 64-bit varints of ten bytes.
@inlinable
public func protobufVarint(_ value: Int32) -> UInt64 {
  UInt64(bitPattern: Int64(value))
}

/// Bytes of a length-prefixed value of `count` bytes, prefix included, tag not.
@inlinable
public func prefixedLength(_ count: Int) -> Int {
  varintLength(UInt64(count)) + count
}

/// Bytes of the values of a packed field, without tag and prefix.
public func packedLength(_ values: [Int32]) -> Int {
  values.reduce(0) { $0 + varintLength(protobufVarint($1)) }
}
