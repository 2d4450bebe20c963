import Base

/// Frame types (RFC 9113 §6).
enum FrameType {
  static let data: UInt8 = 0
  static let headers: UInt8 = 1
  static let priority: UInt8 = 2
  static let reset: UInt8 = 3
  static let settings: UInt8 = 4
  static let pushPromise: UInt8 = 5
  static let ping: UInt8 = 6
  static let goAway: UInt8 = 7
  static let windowUpdate: UInt8 = 8
  static let continuation: UInt8 = 9
}

enum FrameFlags {
  /// DATA and HEADERS.
  static let endStream: UInt8 = 0x01
  /// SETTINGS and PING.
  static let ack: UInt8 = 0x01
  static let endHeaders: UInt8 = 0x04
  static let padded: UInt8 = 0x08
  static let priority: UInt8 = 0x20
}

/// The nine bytes before every payload (RFC 9113 §4.1).
struct FrameHeader: Equatable {
  static let bytes = 9

  /// Payload bytes: 0..<2^24.
  var length: Int
  var type: UInt8
  var flags: UInt8
  /// 0..<2^31; 0 is the connection.
  var stream: UInt32

  init(length: Int, type: UInt8, flags: UInt8 = 0, stream: UInt32) {
    self.length = length
    self.type = type
    self.flags = flags
    self.stream = stream
  }

  /// Reads a header at the start of `bytes`, which must have nine.
  init(_ bytes: Bytes) {
    length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
    type = bytes[3]
    flags = bytes[4]
    stream = bytes.bigEndian32(at: 5) & 0x7FFF_FFFF
  }

  func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

  func write(into buffer: inout ByteBuffer) {
    precondition(length < 1 << 24, "a frame's length has 24 bits")
    let head =
      UInt64(length) << 40 | UInt64(type) << 32 | UInt64(flags) << 24 | UInt64(stream >> 8)
    buffer.write(bigEndian: head)
    buffer.write(UInt8(truncatingIfNeeded: stream))
  }
}

extension Bytes {
  /// The 32 bits at `offset`, which must be there.
  func bigEndian32(at offset: Int) -> UInt32 {
    UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16
      | UInt32(self[offset + 2]) << 8 | UInt32(self[offset + 3])
  }
}
