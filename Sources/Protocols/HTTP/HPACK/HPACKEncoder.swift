public import Base

/// Encodes header sections (RFC 7541) without ever using the dynamic table.
///
/// So a block may be encoded before its time, sent again and in any order: trailers queue behind
/// data, and equal responses are the same bytes. What it costs is some bytes on the wire.
public enum HPACKEncoder {
  /// The block of `fields`.
  public static func encode(_ fields: HeaderFields) -> Bytes {
    var buffer = ByteBuffer(capacity: 128)
    encode(fields, into: &buffer)
    return buffer.take()
  }

  /// Appends the block of `fields`: an index where the static table has name and value, else a
  /// literal without indexing (§6.2.2), never indexed where the value is a secret (§6.2.3, §7.1.3).
  public static func encode(_ fields: HeaderFields, into buffer: inout ByteBuffer) {
    for field in fields {
      let known = StaticTable.index(of: field)
      if let known, known.valueMatches {
        write(integer: UInt32(known.index), prefixBits: 7, flags: 0x80, into: &buffer)
        continue
      }
      let flags: UInt8 = field.name == FieldName.authorization ? 0x10 : 0
      write(integer: UInt32(known?.index ?? 0), prefixBits: 4, flags: flags, into: &buffer)
      if known == nil { write(string: field.name, into: &buffer) }
      write(string: field.value, into: &buffer)
    }
  }

  /// §5.1: an integer behind `flags` in the first octet's upper bits.
  package static func write(
    integer value: UInt32, prefixBits: UInt8, flags: UInt8, into buffer: inout ByteBuffer
  ) {
    let prefixMax = UInt32(1) << UInt32(prefixBits) - 1
    if value < prefixMax {
      buffer.write(flags | UInt8(value))
      return
    }
    buffer.write(flags | UInt8(prefixMax))
    buffer.write(varint: UInt64(value - prefixMax))
  }

  /// §5.2: Huffman-coded where that is shorter.
  static func write(string text: Bytes, into buffer: inout ByteBuffer) {
    let coded = HuffmanCoding.encodedLength(text)
    if coded < text.count {
      write(integer: UInt32(coded), prefixBits: 7, flags: 0x80, into: &buffer)
      HuffmanCoding.encode(text, into: &buffer)
    } else {
      write(integer: UInt32(text.count), prefixBits: 7, flags: 0, into: &buffer)
      buffer.write(text)
    }
  }
}
