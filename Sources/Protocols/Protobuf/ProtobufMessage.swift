public import Base

/// A message of the protobuf wire format, proto3 (protobuf.dev, "Encoding").
///
/// Zero values are not written. Unknown fields are skipped. A singular message field that comes
/// twice is merged, any other singular field keeps its last value.
public protocol ProtobufMessage: Hashable, Sendable {
  init()

  /// Reads fields up to the reader's end. After an error `self` holds what was read before it.
  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError)

  /// Bytes that `encode(into:)` writes.
  var encodedLength: Int { get }

  func encode(into buffer: inout ByteBuffer)
}

extension ProtobufMessage {
  /// Reads a message that fills `bytes`. Fields of type bytes share the storage of `bytes`.
  @inlinable
  public init(decoding bytes: Bytes) throws(ProtobufError) {
    self.init()
    var reader = ProtobufReader(bytes)
    try merge(from: &reader)
  }

  /// The message's encoding in a buffer of its own.
  @inlinable public var encoded: Bytes {
    var buffer = ByteBuffer(capacity: encodedLength)
    encode(into: &buffer)
    return buffer.take()
  }
}
