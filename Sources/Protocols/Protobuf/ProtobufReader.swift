public import Base

/// A field's tag: its number and the form in which its value follows.
public struct ProtobufField: Hashable, Sendable {
  /// 1...2^29 - 1.
  public let number: UInt32
  /// 0 varint, 1 eight bytes, 2 length-prefixed, 3 and 4 group, 5 four bytes.
  public let wireType: UInt8

  @inlinable
  init(number: UInt32, wireType: UInt8) {
    self.number = number
    self.wireType = wireType
  }
}

/// Reads the fields of a message, front to back; never traps on what it reads.
///
/// `nextField` gives a tag, then exactly one `read` or `skip` takes its value.
public struct ProtobufReader: Sendable {
  /// Messages within messages, as protobuf's own limit.
  @inlinable public static var depthMax: Int { 100 }

  @usableFromInline let bytes: Bytes
  @usableFromInline var offset: Int
  /// Where the message being read ends: within the outer one's end.
  @usableFromInline var end: Int
  @usableFromInline var depth: Int

  @inlinable
  public init(_ bytes: Bytes) {
    self.bytes = bytes
    offset = 0
    end = bytes.count
    depth = 0
  }

  /// The next field's tag, or nil at the message's end.
  @inlinable
  public mutating func nextField() throws(ProtobufError) -> ProtobufField? {
    if offset == end { return nil }
    let first = offset
    let tag = try readVarint()
    guard tag <= UInt64(UInt32.max), tag >= 8 else { throw .badTag(offset: first) }
    return ProtobufField(number: UInt32(tag >> 3), wireType: UInt8(tag & 7))
  }

  @inlinable
  mutating func readVarint() throws(ProtobufError) -> UInt64 {
    let first = offset
    guard first < end else { throw .truncated(offset: first) }
    let byte = bytes[first]
    offset = first + 1
    if byte < 0x80 { return UInt64(byte) }
    var value = UInt64(byte & 0x7F)
    var shift: UInt64 = 7
    while true {
      guard offset < end else { throw .truncated(offset: offset) }
      let next = bytes[offset]
      offset += 1
      if shift == 63 && next > 1 { throw .badVarint(offset: first) }
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return value }
      shift += 7
    }
  }

  @inlinable
  public mutating func readUInt64(_ field: ProtobufField) throws(ProtobufError) -> UInt64 {
    guard field.wireType == 0 else { throw unexpected(field) }
    return try readVarint()
  }

  @inlinable
  public mutating func readInt64(_ field: ProtobufField) throws(ProtobufError) -> Int64 {
    Int64(bitPattern: try readUInt64(field))
  }

  /// A uint32; higher bits are dropped, as protobuf asks.
  @inlinable
  public mutating func readUInt32(_ field: ProtobufField) throws(ProtobufError) -> UInt32 {
    UInt32(truncatingIfNeeded: try readUInt64(field))
  }

  /// An int32 or enum; higher bits are dropped, as protobuf asks.
  @inlinable
  public mutating func readInt32(_ field: ProtobufField) throws(ProtobufError) -> Int32 {
    Int32(truncatingIfNeeded: try readUInt64(field))
  }

  /// A double or fixed64, as its bits.
  public mutating func readFixed64(_ field: ProtobufField) throws(ProtobufError) -> UInt64 {
    guard field.wireType == 1 else { throw unexpected(field) }
    guard end - offset >= 8 else { throw .truncated(offset: offset) }
    var bits: UInt64 = 0
    for place in (0..<8).reversed() { bits = bits << 8 | UInt64(bytes[offset + place]) }
    offset += 8
    return bits
  }

  @inlinable
  public mutating func readBool(_ field: ProtobufField) throws(ProtobufError) -> Bool {
    try readUInt64(field) != 0
  }

  /// Bytes that share the message's storage.
  @inlinable
  public mutating func readBytes(_ field: ProtobufField) throws(ProtobufError) -> Bytes {
    let length = try readLength(field)
    offset += length
    return bytes[offset - length..<offset]
  }

  @inlinable
  public mutating func readString(_ field: ProtobufField) throws(ProtobufError) -> String {
    guard let text = try readBytes(field).utf8 else { throw .invalidUTF8(field: field.number) }
    return text
  }

  /// The values of a repeated int32 or enum: packed, or one by one.
  @inlinable
  public mutating func readInt32s(
    _ field: ProtobufField, appendingTo values: inout [Int32]
  ) throws(ProtobufError) {
    if field.wireType == 0 {
      values.append(try readInt32(field))
      return
    }
    let outerEnd = try enter(field)
    while offset < end { values.append(Int32(truncatingIfNeeded: try readVarint())) }
    leave(to: outerEnd)
  }

  @inlinable
  public mutating func readMessage<Message: ProtobufMessage>(
    _ field: ProtobufField, as type: Message.Type = Message.self
  ) throws(ProtobufError) -> Message {
    var message = Message()
    let outerEnd = try enter(field)
    try message.merge(from: &self)
    leave(to: outerEnd)
    return message
  }

  /// Merges into what the field held before.
  @inlinable
  public mutating func readMessage<Message: ProtobufMessage>(
    _ field: ProtobufField, into message: inout Message?
  ) throws(ProtobufError) {
    var merged = message ?? Message()
    let outerEnd = try enter(field)
    try merged.merge(from: &self)
    leave(to: outerEnd)
    message = merged
  }

  /// Passes over the value of an unknown field.
  public mutating func skip(_ field: ProtobufField) throws(ProtobufError) {
    if field.wireType == 3 {
      try skipGroup()
    } else {
      try skipValue(field)
    }
  }

  /// Passes over fields until the group's end; groups within it are counted, not recursed into.
  private mutating func skipGroup() throws(ProtobufError) {
    var open = 1
    while open > 0 {
      guard let field = try nextField() else { throw .truncated(offset: offset) }
      switch field.wireType {
      case 3:
        open += 1
        guard open <= Self.depthMax else { throw .tooDeep(offset: offset) }
      case 4: open -= 1
      default: try skipValue(field)
      }
    }
  }

  private mutating func skipValue(_ field: ProtobufField) throws(ProtobufError) {
    switch field.wireType {
    case 0: _ = try readVarint()
    case 1: try skip(count: 8)
    case 2: try skip(count: try readLength(field))
    case 5: try skip(count: 4)
    default: throw .badWireType(field.wireType, offset: offset)
    }
  }

  private mutating func skip(count: Int) throws(ProtobufError) {
    guard end - offset >= count else { throw .truncated(offset: offset) }
    offset += count
  }

  @inlinable
  mutating func readLength(_ field: ProtobufField) throws(ProtobufError) -> Int {
    guard field.wireType == 2 else { throw unexpected(field) }
    let length = try readVarint()
    guard length <= UInt64(end - offset) else {
      throw .lengthOutOfRange(length, offset: offset)
    }
    return Int(length)
  }

  /// Narrows the reader to an embedded message; gives the outer end for `leave`.
  @inlinable
  mutating func enter(_ field: ProtobufField) throws(ProtobufError) -> Int {
    let length = try readLength(field)
    guard depth < Self.depthMax else { throw .tooDeep(offset: offset) }
    let outerEnd = end
    depth += 1
    end = offset + length
    return outerEnd
  }

  @inlinable
  mutating func leave(to outerEnd: Int) {
    precondition(offset == end, "an embedded message was left before its end")
    depth -= 1
    end = outerEnd
  }

  @inlinable
  func unexpected(_ field: ProtobufField) -> ProtobufError {
    .unexpectedWireType(field.wireType, field: field.number)
  }
}
