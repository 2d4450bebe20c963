import Base

/// One end of an HTTP/2 connection (RFC 9113) as a value: bytes and sends in, events and bytes out.
///
/// It has no clock: the owner calls `replenish()` once a second. Call `takeOutput` once per turn.
/// Sends on a stream that is gone are ignored, since its `.reset` may still be on its way to the
/// caller; all other misuse of a stream traps.
public struct HTTP2Connection: Sendable {
  public enum Role: Sendable { case server, client }

  public let role: Role
  public let limits: HTTP2Limits

  var streams = HTTP2StreamTable()
  /// Frames that go out as they are.
  var output: ByteBuffer
  /// What the last output was long: the next one is likely to need as much.
  var lastOutputBytes = 0

  // What comes in.
  var decoder: HPACKDecoder
  /// The preface, a frame header or a frame of which bytes are missing.
  var partial = ByteBuffer()
  var prefaceLeft: Int
  var hasReceivedSettings = false
  var headerBlock: HeaderBlockInProgress?
  /// Bytes that the peer may still send on all streams.
  var receiveWindow: Int
  var uncredited = 0
  /// Highest stream that the peer opened.
  var lastPeerStream: UInt32 = 0
  /// Streams that we reset a short time ago: what was on its way for them is no error.
  var recentResets = Deque<UInt32>()

  // What goes out.
  var peerSettings = HTTP2Settings()
  /// The peer shrank HPACK's table: the next block says that we use none (RFC 7541 §4.2).
  var owesTableSizeUpdate = false
  var sendWindow = 65_535
  /// Streams with queued bytes and an open window, in the order of their turns.
  var round = Deque<UInt32>()
  var staleInRound = 0
  /// Of a client: what `openStream` gives next.
  var nextStream: UInt32 = 1

  var isFailed = false
  /// Set by `goAway`: the highest stream of the peer that is served.
  var servedThrough: UInt32?
  var hasReceivedGoAway = false

  var resetBudget: AbuseBudget
  var controlBudget: AbuseBudget
  var streamErrorBudget: AbuseBudget

  /// HEADERS whose CONTINUATION is still to come.
  struct HeaderBlockInProgress: Sendable {
    let stream: UInt32
    let endStream: Bool
    var block: ByteBuffer
    var frames: Int
  }

  static let recentResetsMax = 64

  /// Puts our preface and SETTINGS in the output.
  public init(role: Role, limits: HTTP2Limits = HTTP2Limits()) {
    precondition((65_535...0x7FFF_FFFF).contains(limits.streamWindow), "a stream's window")
    precondition((65_535...0x7FFF_FFFF).contains(limits.connectionWindow), "a connection's window")
    precondition((16_384...16_777_215).contains(limits.frameBytesMax), "a frame's size")
    self.role = role
    self.limits = limits
    decoder = HPACKDecoder(listBytesMax: limits.headerListBytesMax)
    prefaceLeft = role == .server ? http2Preface.count : 0
    receiveWindow = limits.connectionWindow
    resetBudget = AbuseBudget(max: limits.resetsMax)
    controlBudget = AbuseBudget(max: limits.controlFramesMax)
    streamErrorBudget = AbuseBudget(max: limits.streamErrorsMax)
    output = ByteBuffer(capacity: 256)
    if role == .client { output.write(http2Preface) }
    writeSettings()
    if limits.connectionWindow > 65_535 {
      writeWindowUpdate(stream: 0, increment: limits.connectionWindow - 65_535)
    }
  }

  private mutating func writeSettings() {
    var settings = HTTP2Settings()
    settings.concurrentStreamsMax = UInt32(clamping: limits.concurrentStreamsMax)
    settings.initialWindow = UInt32(limits.streamWindow)
    settings.frameBytesMax = UInt32(limits.frameBytesMax)
    settings.headerListBytesMax = UInt32(clamping: limits.headerListBytesMax)
    settings.enablePush = role == .server
    let changed = settings.changed
    FrameHeader(length: 6 * changed.count, type: FrameType.settings, stream: 0)
      .write(into: &output)
    for setting in changed {
      output.write(bigEndian: setting.identifier)
      output.write(bigEndian: setting.value)
    }
  }

  // MARK: - Figures

  /// Bytes of the stream's body not yet handed out; 0 for a stream that is gone.
  public func pendingBytes(stream: UInt32) -> Int {
    streams.peek(stream).map { streams[$0].queuedBytes } ?? 0
  }

  /// Whether the stream passed `congestedBytes` and waits for `.writable`.
  public func isCongested(stream: UInt32) -> Bool {
    streams.peek(stream).map { streams[$0].isCongested } ?? false
  }

  /// Whether the stream's header section was sent, or the stream is gone.
  public func hasSentHeaders(stream: UInt32) -> Bool {
    streams.peek(stream).map { streams[$0].hasSentHeaders } ?? true
  }

  /// Whether our direction of the stream was ended, or the stream is gone.
  public func isEnded(stream: UInt32) -> Bool {
    streams.peek(stream).map { streams[$0].isEnded } ?? true
  }

  /// Streams that are not closed in both directions.
  public var openStreams: Int { streams.count }

  /// GOAWAY was sent or received and no stream is left.
  public var isDrained: Bool { (servedThrough != nil || hasReceivedGoAway) && streams.count == 0 }

  /// One second has passed: refills the budgets that bound abuse.
  public mutating func replenish() {
    resetBudget.refill()
    controlBudget.refill()
    streamErrorBudget.refill()
  }
}
