public import Base

/// One end of an HTTP/2 connection (RFC 9113) as a value: bytes and sends in, events and output out.
///
/// It has no clock: the owner calls `replenish()` once a second. Call `takeOutput` once per turn.
/// Sends on a stream that is gone are ignored, since its `.reset` may still be on its way to the
/// caller; all other misuse of a stream traps.
public struct HTTP2Connection: Sendable {
  public enum Role: Sendable { case server, client }

  public let role: Role
  public let limits: HTTP2Limits

  /// Puts our preface and SETTINGS in the output.
  public init(role: Role, limits: HTTP2Limits = HTTP2Limits()) {
    self.role = role
    self.limits = limits
  }

  // MARK: - Receiving

  /// Takes bytes as they came; `events` is appended to. After `.failed` further bytes are ignored.
  public mutating func receive(_ bytes: Bytes, into events: inout [HTTP2Event]) {
    fatalError()
  }

  /// Keeps back the stream's credit: the peer may send at most one more window on it.
  public mutating func withholdCredit(stream: UInt32) { fatalError() }

  /// Gives back the credit that was withheld, and again as data comes in.
  public mutating func releaseCredit(stream: UInt32) { fatalError() }

  // MARK: - Sending

  /// A new stream of a client, or nil while the peer allows none (its limit, GOAWAY, ids used up).
  public mutating func openStream() -> UInt32? { fatalError() }

  /// A request's or response's header section; before any data.
  public mutating func sendHeaders(stream: UInt32, _ fields: HeaderFields, endStream: Bool) {
    fatalError()
  }

  /// The same with a block that `HPACKEncoder.encode` made before: no encoding per call.
  public mutating func sendHeaders(stream: UInt32, encoded block: Bytes, endStream: Bool) {
    fatalError()
  }

  /// Body bytes; queued while windows or `takeOutput`'s bound do not allow them.
  public mutating func sendData(stream: UInt32, _ bytes: Bytes, endStream: Bool) { fatalError() }

  /// A gRPC message behind its 5-byte prefix (flag 0, length), copied once at most.
  public mutating func sendMessage(stream: UInt32, _ message: Bytes, endStream: Bool = false) {
    fatalError()
  }

  /// The fields behind the body; ends the stream.
  public mutating func sendTrailers(stream: UInt32, _ fields: HeaderFields) { fatalError() }

  /// The same with a block that `HPACKEncoder.encode` made before.
  public mutating func sendTrailers(stream: UInt32, encoded block: Bytes) { fatalError() }

  /// RST_STREAM; what is queued on the stream is dropped, and no further event comes for it.
  public mutating func reset(stream: UInt32, _ code: HTTP2ErrorCode) { fatalError() }

  /// A PING that the peer answers: `.pong` with the same number.
  public mutating func ping(_ opaque: UInt64) { fatalError() }

  /// Refuses further streams of the peer; those open go on. With an error code: close soon after.
  public mutating func goAway(_ code: HTTP2ErrorCode, debug: Bytes = Bytes()) { fatalError() }

  // MARK: - Output and figures

  /// What is to be written now, or nil: control frames and headers first, then the queues of all
  /// streams in turn, one frame each, up to `HTTP2Limits.outputBytesMax`. Call it again once
  /// that much is written.
  public mutating func takeOutput(into events: inout [HTTP2Event]) -> Bytes? { fatalError() }

  /// Whether `takeOutput` would give something.
  public var hasOutput: Bool { fatalError() }

  /// Bytes of the stream's body not yet handed out; 0 for a stream that is gone.
  public func pendingBytes(stream: UInt32) -> Int { fatalError() }

  /// Whether the stream passed `congestedBytes` and waits for `.writable`.
  public func isCongested(stream: UInt32) -> Bool { fatalError() }

  /// Whether the stream's header section was sent, or the stream is gone.
  public func hasSentHeaders(stream: UInt32) -> Bool { fatalError() }

  /// Streams that are not closed in both directions.
  public var openStreams: Int { fatalError() }

  /// GOAWAY was sent or received and no stream is left.
  public var isDrained: Bool { fatalError() }

  /// One second has passed: refills the budgets that bound abuse.
  public mutating func replenish() { fatalError() }
}
