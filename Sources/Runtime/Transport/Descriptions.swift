internal import Crypto
internal import HTTP
internal import Linux

// Why something failed, in words for a log or a terminal.

extension ChannelCloseReason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .local: "closed by this side"
    case .peer: "closed by the peer"
    case .connection(let errno): errno.description
    case .connectTimedOut: "no connection within the time allowed"
    case .tls(let error): error.description
    case .handshakeTimedOut: "no TLS handshake within the time allowed"
    }
  }
}

extension ChannelError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let errno): errno.description
    case .crypto(let error): error.description
    }
  }
}

extension DialError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unresolved(.failed(let host, let reason)): "\(host): \(reason)"
    case .unresolved(.system(let host, let errno)): "\(host): \(errno)"
    case .channel(let error): error.description
    case .closed(let address, let reason): "\(address): \(reason)"
    case .noCommonProtocol(let address): "\(address) does not speak HTTP/2"
    case .cancelled: "given up"
    }
  }
}

extension ChannelLoss: CustomStringConvertible {
  public var description: String {
    switch self {
    case .closed(let reason): reason.description
    case .reset(let code): "the stream was reset with HTTP/2 error \(code.rawValue)"
    case .protocolBroken: "the server's bytes are no HTTP/2"
    case .silent: "the server did not answer a ping"
    }
  }
}

extension HTTPClientError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreachable(let error): error.description
    case .unsupportedScheme(let scheme): "no TLS context for \(scheme)"
    case .broken(let error): "the server's bytes are no HTTP/1.1: \(error)"
    case .cutShort(let reason): "the response was cut short: \(reason)"
    case .bodyTooLarge(let bytesMax): "the response has more than \(bytesMax) bytes"
    case .timedOut: "no response within the time allowed"
    }
  }
}
