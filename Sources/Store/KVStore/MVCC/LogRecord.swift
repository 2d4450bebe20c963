import Base

/// A view of one record of the revision log: one change of one key.
///
/// Layout, little-endian: body length and key length (4 bytes each), ordinal, main revision,
/// ordinal of the key's previous record (0: none), wall milliseconds (8 bytes each), sub revision
/// (4 bytes; bit 31: a deletion), length of the user's name (4 bytes); then the body, which is the
/// encoded mvccpb.KeyValue as events and ranges carry it, then the user's name.
struct LogRecord {
  static let headerBytes = 48
  static let tombstoneBit: UInt32 = 1 << 31
  static let keyBytesMax = 1 << 24

  let memory: SegmentMemory
  let offset: Int

  var bodyLength: Int { Int(memory.load(at: offset, as: UInt32.self)) }
  var keyLength: Int { Int(memory.load(at: offset + 4, as: UInt32.self)) }
  var ordinal: UInt64 { memory.load(at: offset + 8, as: UInt64.self) }
  /// The revision of the request that wrote it (mod_revision).
  var main: Int64 { memory.load(at: offset + 16, as: Int64.self) }
  var previous: UInt64 { memory.load(at: offset + 24, as: UInt64.self) }
  var wallMilliseconds: Int64 { memory.load(at: offset + 32, as: Int64.self) }
  private var subAndFlags: UInt32 { memory.load(at: offset + 40, as: UInt32.self) }
  var sub: Int { Int(subAndFlags & ~LogRecord.tombstoneBit) }
  var isTombstone: Bool { subAndFlags & LogRecord.tombstoneBit != 0 }
  var userLength: Int { Int(memory.load(at: offset + 44, as: UInt32.self)) }

  var length: Int { LogRecord.headerBytes + bodyLength + userLength }
  var range: Range<Int> { offset..<offset + length }
  var body: Range<Int> {
    let start = offset + LogRecord.headerBytes
    return start..<start + bodyLength
  }
  var keyRange: Range<Int> {
    let length = keyLength
    let start = offset + LogRecord.headerBytes + 1 + varintLength(UInt64(length))
    return start..<start + length
  }
  /// A copy of the key.
  var key: Bytes { memory.bytes(keyRange) }
  var user: Bytes { memory.bytes(body.upperBound..<range.upperBound) }

  /// The body's fields behind the key; nil where the body is no KeyValue as `append` writes it.
  ///
  /// Each field has a variable of its own: with one `Fields` that a loop fills, Swift 6.3.1 lost
  /// the last field's store in release builds (`a key moves to the lease of its last put` caught
  /// it).
  var fields: Fields? {
    let end = body.upperBound
    var position = keyRange.upperBound
    var createRevision: Int64 = 0
    var modRevision: Int64 = 0
    var version: Int64 = 0
    var lease: Int64 = 0
    var value = 0..<0
    var valueField = position..<position
    var last: UInt8 = 0x0A
    while position < end {
      let tag = memory[position]
      let start = position
      guard tag > last else { return nil }
      last = tag
      position += 1
      guard let number = readVarint(&position, end) else { return nil }
      switch tag {
      case 0x10: createRevision = Int64(bitPattern: number)
      case 0x18: modRevision = Int64(bitPattern: number)
      case 0x20: version = Int64(bitPattern: number)
      case 0x2A:
        guard number <= UInt64(end - position) else { return nil }
        value = position..<position + Int(number)
        position += Int(number)
        valueField = start..<position
      case 0x30: lease = Int64(bitPattern: number)
      default: return nil
      }
    }
    return Fields(
      createRevision: createRevision, modRevision: modRevision, version: version, lease: lease,
      value: value, valueField: valueField)
  }

  struct Fields {
    var createRevision: Int64 = 0
    var modRevision: Int64 = 0
    var version: Int64 = 0
    var lease: Int64 = 0
    /// The value's bytes.
    var value: Range<Int> = 0..<0
    /// The value with its tag and length; empty where the value is.
    var valueField: Range<Int> = 0..<0
  }

  /// The fields of a record that was written here or checked on arrival.
  var knownFields: Fields {
    guard let fields else { preconditionFailure("a stored record lost its shape") }
    return fields
  }

  private func readVarint(_ position: inout Int, _ end: Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = memory[position]
      position += 1
      if shift == 63 && byte > 1 { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
      if shift > 63 { return nil }
    }
    return nil
  }

  // MARK: Encoding

  /// Writes the KeyValue as the length-prefixed field `field` (1...15).
  func write(into buffer: inout ByteBuffer, field: UInt8) {
    let body = self.body
    buffer.write(field << 3 | 2)
    buffer.write(varint: UInt64(body.count))
    memory.copy(body, into: &buffer)
  }

  /// The same without the value (keys_only).
  func writeWithoutValue(into buffer: inout ByteBuffer, field: UInt8) {
    let body = self.body
    let value = knownFields.valueField
    buffer.write(field << 3 | 2)
    buffer.write(varint: UInt64(body.count - value.count))
    memory.copy(body.lowerBound..<value.lowerBound, into: &buffer)
    memory.copy(value.upperBound..<body.upperBound, into: &buffer)
  }
}

/// What `RevisionLog.append` is told about one change.
struct LogChange {
  let main: Int64
  let sub: Int
  let key: Bytes
  /// The ordinal of the key's previous record; 0 for none.
  let previous: UInt64
  /// nil: a deletion.
  let put: Put?

  struct Put {
    let value: Bytes
    let createRevision: Int64
    let version: Int64
    let lease: Int64
  }

  /// Bytes of the encoded KeyValue; zero fields are left out, as protobuf does.
  var bodyLength: Int {
    var length = 1 + varintLength(UInt64(key.count)) + key.count + Self.length(main)
    if let put {
      length += Self.length(put.createRevision) + Self.length(put.version)
      length += Self.length(put.lease)
      if !put.value.isEmpty {
        length += 1 + varintLength(UInt64(put.value.count)) + put.value.count
      }
    }
    return length
  }

  private static func length(_ number: Int64) -> Int {
    number == 0 ? 0 : 1 + varintLength(UInt64(bitPattern: number))
  }

  func appendBody(to memory: SegmentMemory) {
    memory.append(0x0A)
    memory.append(varint: UInt64(key.count))
    memory.append(key)
    if let put { Self.append(put.createRevision, 0x10, to: memory) }
    Self.append(main, 0x18, to: memory)
    guard let put else { return }
    Self.append(put.version, 0x20, to: memory)
    if !put.value.isEmpty {
      memory.append(0x2A)
      memory.append(varint: UInt64(put.value.count))
      memory.append(put.value)
    }
    Self.append(put.lease, 0x30, to: memory)
  }

  private static func append(_ number: Int64, _ tag: UInt8, to memory: SegmentMemory) {
    guard number != 0 else { return }
    memory.append(tag)
    memory.append(varint: UInt64(bitPattern: number))
  }
}
