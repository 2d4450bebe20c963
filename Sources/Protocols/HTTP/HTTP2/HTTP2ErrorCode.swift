/// RFC 9113 §7. Unknown codes are kept as they came: they must not cause special behaviour.
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  public static let noError = Self(rawValue: 0x0)
  public static let protocolError = Self(rawValue: 0x1)
  public static let internalError = Self(rawValue: 0x2)
  public static let flowControlError = Self(rawValue: 0x3)
  public static let settingsTimeout = Self(rawValue: 0x4)
  public static let streamClosed = Self(rawValue: 0x5)
  public static let frameSizeError = Self(rawValue: 0x6)
  public static let refusedStream = Self(rawValue: 0x7)
  public static let cancel = Self(rawValue: 0x8)
  public static let compressionError = Self(rawValue: 0x9)
  public static let connectError = Self(rawValue: 0xA)
  public static let enhanceYourCalm = Self(rawValue: 0xB)
  public static let inadequateSecurity = Self(rawValue: 0xC)
  public static let http11Required = Self(rawValue: 0xD)
}

/// What the peer did that ends the whole connection.
public enum HTTP2ConnectionError: Error, Equatable, Sendable {
  /// The first bytes were not the preface, or the first frame was not SETTINGS (RFC 9113 §3.4).
  case badPreface
  case frameTooLarge(bytes: Int)
  /// A frame's length does not fit its type (RFC 9113 §6).
  case badFrameSize(type: UInt8, bytes: Int)
  /// A frame on a stream where its type has no place: stream 0, an idle or a foreign stream.
  case badStream(type: UInt8, stream: UInt32)
  /// Padding as long as the payload or longer (RFC 9113 §6.1).
  case badPadding(stream: UInt32)
  /// Another frame inside a header block, or a CONTINUATION outside (RFC 9113 §6.10).
  case brokenHeaderBlock(stream: UInt32)
  /// HPACK could not be decoded: the table state is lost (RFC 9113 §4.3).
  case compression(HPACKError)
  /// A setting outside its range (RFC 9113 §6.5.2).
  case badSetting(identifier: UInt16, value: UInt32)
  /// A WINDOW_UPDATE of 0 for the connection (RFC 9113 §6.9).
  case zeroIncrement
  /// The connection's window was overrun or raised beyond 2^31-1 (RFC 9113 §6.9.1).
  case flowControl
  /// PUSH_PROMISE, which nobody enabled (RFC 9113 §6.6).
  case unexpectedPush
  /// A limit of `HTTP2Limits` against abuse was passed.
  case abuse(HTTP2Abuse)

  /// The code that GOAWAY carries.
  public var code: HTTP2ErrorCode {
    switch self {
    case .badPreface, .badStream, .badPadding, .brokenHeaderBlock, .unexpectedPush, .zeroIncrement:
      .protocolError
    case .frameTooLarge, .badFrameSize: .frameSizeError
    case .compression(.listTooLarge): .enhanceYourCalm
    case .compression: .compressionError
    case .badSetting(let identifier, _):
      identifier == HTTP2Settings.initialWindowIdentifier ? .flowControlError : .protocolError
    case .flowControl: .flowControlError
    case .abuse: .enhanceYourCalm
    }
  }
}

/// Ways to make the other side work or hold memory for nothing.
public enum HTTP2Abuse: Equatable, Sendable {
  /// Streams opened and reset at once (CVE-2023-44487).
  case rapidReset
  /// SETTINGS, PING, PRIORITY, WINDOW_UPDATE, empty DATA or unknown frames without work between.
  case controlFlood
  /// A header block in more frames, or of more bytes, than allowed (CVE-2024-27316).
  case headerFlood
  /// Replies to control frames pile up because the peer does not read (CVE-2019-9512, 9515).
  case outputFlood
  /// Stream errors without end.
  case streamErrors
}
