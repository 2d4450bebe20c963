public import Base

/// What came in on a connection, in order.
public enum HTTP2Event: Equatable, Sendable {
  /// A request (server) or a final response (client). Informational responses are skipped.
  case headers(stream: UInt32, HeaderFields, endStream: Bool)
  /// Part of a body, sharing the storage of what was received: keep it no longer than needed.
  case data(stream: UInt32, Bytes, endStream: Bool)
  /// The fields behind a body; they end the stream in this direction.
  case trailers(stream: UInt32, HeaderFields)
  /// The stream is gone: the peer reset it, or broke a rule on it and was sent RST_STREAM.
  case reset(stream: UInt32, HTTP2ErrorCode)
  /// The unsent output of a congested stream fell to `HTTP2Limits.writableBytes`.
  case writable(stream: UInt32)
  /// The peer answered our ping.
  case pong(UInt64)
  /// The peer takes no streams above `lastStream`; ours above it are reset by `.reset` events.
  case goAway(lastStream: UInt32, HTTP2ErrorCode, debug: Bytes)
  /// The connection is over: send what `takeOutput` still gives (GOAWAY) and close.
  case failed(HTTP2ConnectionError)
}
