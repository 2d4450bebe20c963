public import Base

/// Cuts messages out of a stream's DATA (grpc/doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message).
///
/// A message that lies within one DATA frame shares its storage.
public struct GRPCMessageReader: Sendable {
  /// Largest message taken; etcd: `--max-request-bytes` + 512 KiB.
  public let messageBytesMax: Int
  private var partial = ByteBuffer()

  public init(messageBytesMax: Int) {
    self.messageBytesMax = messageBytesMax
  }

  /// Whether the stream may end here: no message has begun.
  public var isAtBoundary: Bool { partial.isEmpty }

  /// Takes a DATA frame's bytes and appends what they complete to `messages`.
  ///
  /// Throws `unimplemented` for a compressed message, `resourceExhausted` for one too large.
  public mutating func receive(
    _ bytes: Bytes, into messages: inout [Bytes]
  ) throws(GRPCStatus) {
    var input = bytes
    if !partial.isEmpty {
      guard try complete(from: &input) else { return }
      messages.append(partial.take().dropFirst(Self.prefixBytes))
    }
    while input.count >= Self.prefixBytes {
      let length = try messageLength(input)
      let whole = Self.prefixBytes + length
      guard input.count >= whole else { break }
      messages.append(input[Self.prefixBytes..<whole])
      input = input.dropFirst(whole)
    }
    if !input.isEmpty { partial.write(input) }
  }

  static let prefixBytes = 5

  /// Moves bytes to `partial` until it holds one message; whether it does.
  private mutating func complete(from input: inout Bytes) throws(GRPCStatus) -> Bool {
    take(Self.prefixBytes - partial.count, from: &input)
    guard partial.count >= Self.prefixBytes else { return false }
    let whole = Self.prefixBytes + (try messageLength(partial.bytes))
    take(whole - partial.count, from: &input)
    return partial.count == whole
  }

  private mutating func take(_ wanted: Int, from input: inout Bytes) {
    guard wanted > 0 else { return }
    partial.write(input.prefix(wanted))
    input = input.dropFirst(wanted)
  }

  /// The length in a prefix of which five bytes are there.
  private func messageLength(_ prefix: Bytes) throws(GRPCStatus) -> Int {
    guard prefix[0] == 0 else {
      throw GRPCStatus(
        .unimplemented, "grpc: compressed flag set, but no grpc-encoding that we support")
    }
    var length = 0
    for offset in 1..<5 { length = length << 8 | Int(prefix[offset]) }
    guard length <= messageBytesMax else {
      throw GRPCStatus(
        .resourceExhausted,
        "grpc: received message larger than max (\(length) vs. \(messageBytesMax))")
    }
    return length
  }
}
