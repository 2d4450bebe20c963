/// Why bytes could not be read as a protobuf message.
///
/// Offsets count from the start of the outermost message.
public enum ProtobufError: Error, Hashable, Sendable {
  /// The message ended inside a value.
  case truncated(offset: Int)
  /// A varint had more than ten bytes or did not fit into 64 bits.
  case badVarint(offset: Int)
  /// Field number 0, or a tag beyond 32 bits.
  case badTag(offset: Int)
  /// Wire types 6 and 7, or an end of a group that never began.
  case badWireType(UInt8, offset: Int)
  /// A known field came with the wire type of another type.
  case unexpectedWireType(UInt8, field: UInt32)
  /// A length prefix reaches beyond its message.
  case lengthOutOfRange(UInt64, offset: Int)
  /// A field of type string that is not UTF-8.
  case invalidUTF8(field: UInt32)
  /// Messages or groups lie deeper in each other than `ProtobufReader.depthMax`.
  case tooDeep(offset: Int)
}
