/// What one side announces in SETTINGS (RFC 9113 §6.5.2). Sizes in bytes.
public struct HTTP2Settings: Equatable, Sendable {
  /// Largest HPACK table that the other side may use when it sends to us.
  public var headerTableBytes: UInt32 = 4096
  /// Streams that the other side may have open at once.
  public var concurrentStreamsMax: UInt32 = .max
  /// Window of every new stream, 0...2^31-1.
  public var initialWindow: UInt32 = 65_535
  /// Largest frame payload, 16,384...16,777,215.
  public var frameBytesMax: UInt32 = 16_384
  public var headerListBytesMax: UInt32 = .max
  /// Whether the other side may push; a server never does.
  public var enablePush = true

  /// The values that hold before any SETTINGS frame.
  public init() {}

  static let headerTableIdentifier: UInt16 = 1
  static let enablePushIdentifier: UInt16 = 2
  static let concurrentStreamsIdentifier: UInt16 = 3
  static let initialWindowIdentifier: UInt16 = 4
  static let frameBytesIdentifier: UInt16 = 5
  static let headerListIdentifier: UInt16 = 6

  /// Takes over one received setting; unknown identifiers are ignored.
  mutating func apply(identifier: UInt16, value: UInt32) throws(HTTP2ConnectionError) {
    switch identifier {
    case Self.headerTableIdentifier:
      headerTableBytes = value
    case Self.enablePushIdentifier:
      guard value <= 1 else { throw .badSetting(identifier: identifier, value: value) }
      enablePush = value == 1
    case Self.concurrentStreamsIdentifier:
      concurrentStreamsMax = value
    case Self.initialWindowIdentifier:
      guard value <= 0x7FFF_FFFF else { throw .badSetting(identifier: identifier, value: value) }
      initialWindow = value
    case Self.frameBytesIdentifier:
      guard (16_384...16_777_215).contains(value) else {
        throw .badSetting(identifier: identifier, value: value)
      }
      frameBytesMax = value
    case Self.headerListIdentifier:
      headerListBytesMax = value
    default:
      break
    }
  }

  /// The settings that differ from what holds without a frame, in the order of their identifiers.
  var changed: [(identifier: UInt16, value: UInt32)] {
    let initial = HTTP2Settings()
    var list: [(identifier: UInt16, value: UInt32)] = []
    if headerTableBytes != initial.headerTableBytes {
      list.append((Self.headerTableIdentifier, headerTableBytes))
    }
    if !enablePush { list.append((Self.enablePushIdentifier, 0)) }
    if concurrentStreamsMax != initial.concurrentStreamsMax {
      list.append((Self.concurrentStreamsIdentifier, concurrentStreamsMax))
    }
    if initialWindow != initial.initialWindow {
      list.append((Self.initialWindowIdentifier, initialWindow))
    }
    if frameBytesMax != initial.frameBytesMax {
      list.append((Self.frameBytesIdentifier, frameBytesMax))
    }
    if headerListBytesMax != initial.headerListBytesMax {
      list.append((Self.headerListIdentifier, headerListBytesMax))
    }
    return list
  }
}

/// Our own bounds on one connection, beyond what SETTINGS announce.
public struct HTTP2Limits: Equatable, Sendable {
  /// Streams that the peer may have open at once; announced.
  public var concurrentStreamsMax = 10_000
  /// Bytes of one stream that may be on their way to us; announced.
  public var streamWindow = 1 << 20
  /// Bytes of all streams together that may be on their way to us.
  public var connectionWindow = 4 << 20
  /// Largest frame payload that we take, 16,384...16,777,215; announced.
  public var frameBytesMax = 16_384
  /// Decoded size of one header section (RFC 9113 §6.5.2); announced.
  public var headerListBytesMax = 65_536
  /// HEADERS and CONTINUATION frames of one header block.
  public var headerBlockFramesMax = 64
  /// Streams that the peer may reset per second before they have ended.
  public var resetsMax = 2_000
  /// Frames per second that carry neither work nor its consequences.
  public var controlFramesMax = 10_000
  /// Stream errors per second.
  public var streamErrorsMax = 1_000
  /// Bytes of unsent control frames, while the peer does not read.
  public var controlOutputBytesMax = 1 << 20
  /// Bytes that one `takeOutput` hands out before it stops taking from queues.
  public var outputBytesMax = 256 << 10
  /// A stream with more unsent bytes is congested ...
  public var congestedBytes = 256 << 10
  /// ... until it has no more than this: then `.writable` comes.
  public var writableBytes = 64 << 10

  public init() {}
}
