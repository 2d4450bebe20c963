public import Base

/// How members talk on the peer port.
///
/// Each frame is its payload's length (4 bytes), the payload's CRC32C (4 bytes) and the payload.
/// The first payload in each direction is a `PeerHello`. TCP's checksum misses one error in 65,536,
/// so every frame has its own; integers are little-endian.
public enum PeerWire {
  public static let headerBytes = 8
  /// Larger lengths are refused before a byte of the payload is kept.
  public static let payloadBytesMax = Limits.peerFrameBytesMax

  public static func write(_ payload: Bytes, into buffer: inout ByteBuffer) {
    precondition(payload.count <= payloadBytesMax, "a frame must be split by its sender")
    var checksum = CRC32C()
    checksum.update(payload)
    buffer.reserve(headerBytes + payload.count)
    buffer.write(littleEndian: UInt32(payload.count))
    buffer.write(littleEndian: checksum.value)
    buffer.write(payload)
  }
}

/// What a peer sent that no member sends. The connection is closed; the member goes on.
public enum PeerWireError: Error, Hashable, Sendable {
  case tooLong(bytes: Int)
  case checksumMismatch(expected: UInt32, actual: UInt32)
  case badMagic
  case unknownVersion(UInt16)
  case malformedHello
}

/// Cuts frames out of a byte stream.
public struct PeerWireReader: Sendable {
  private var partial = ByteBuffer()

  public init() {}

  /// Bytes kept of a frame that is not complete.
  public var partialBytes: Int { partial.count }

  /// Takes bytes as they came and appends the payloads that they complete to `payloads`, which
  /// share the storage of `bytes` where a frame lies within them.
  public mutating func receive(
    _ bytes: Bytes, into payloads: inout [Bytes]
  ) throws(PeerWireError) {
    var input = bytes
    if !partial.isEmpty {
      fill(upTo: PeerWire.headerBytes, from: &input)
      guard partial.count >= PeerWire.headerBytes else { return }
      let length = try Self.length(header: partial.bytes)
      fill(upTo: PeerWire.headerBytes + length, from: &input)
      guard partial.count == PeerWire.headerBytes + length else { return }
      payloads.append(try Self.payload(of: partial.take()))
    }
    while input.count >= PeerWire.headerBytes {
      let whole = PeerWire.headerBytes + (try Self.length(header: input))
      guard input.count >= whole else { break }
      payloads.append(try Self.payload(of: input[0..<whole]))
      input = input.dropFirst(whole)
    }
    partial.write(input)
  }

  private mutating func fill(upTo count: Int, from input: inout Bytes) {
    let wanted = min(count - partial.count, input.count)
    guard wanted > 0 else { return }
    partial.write(input.prefix(wanted))
    input = input.dropFirst(wanted)
  }

  private static func length(header: Bytes) throws(PeerWireError) -> Int {
    let length = Int(integer(header, at: 0))
    guard length <= PeerWire.payloadBytesMax else { throw .tooLong(bytes: length) }
    return length
  }

  private static func payload(of frame: Bytes) throws(PeerWireError) -> Bytes {
    let payload = frame.dropFirst(PeerWire.headerBytes)
    let expected = integer(frame, at: 4)
    var checksum = CRC32C()
    checksum.update(payload)
    guard checksum.value == expected else {
      throw .checksumMismatch(expected: expected, actual: checksum.value)
    }
    return payload
  }

  private static func integer(_ bytes: Bytes, at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
  }
}
