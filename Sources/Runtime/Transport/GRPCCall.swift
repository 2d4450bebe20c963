public import Base
internal import EventLoop
public import HTTP
internal import Linux

/// Why a call gave no answer.
public enum GRPCCallError: Error, Hashable, Sendable {
  /// The server's word.
  case status(GRPCStatus)
  /// Nothing of the call left this process.
  case unreachable(DialError)
  /// The server promises that it did not look at the call (RFC 9113 section 8.7).
  case notProcessed
  /// The connection or the stream ended with the call under way: it may have been served.
  case lost(ChannelLoss)
  /// The call's own time is up. Sent: it may have been served.
  case deadlineExceeded(wasSent: Bool)
  case cancelled

  /// Whether the server may have acted on the call.
  public var mayHaveBeenServed: Bool {
    switch self {
    case .status, .lost: true
    case .deadlineExceeded(let wasSent): wasSent
    // Cancelled by the caller, who knows what it sent.
    case .cancelled: true
    case .unreachable, .notProcessed: false
    }
  }
}

/// How a call under way was lost.
public enum ChannelLoss: Hashable, Sendable {
  case closed(ChannelCloseReason)
  case reset(HTTP2ErrorCode)
  /// The server's bytes are no HTTP/2.
  case protocolBroken
  /// The server did not answer a ping.
  case silent
}

/// What happens on a call, in order; nothing follows `.ended`.
public enum GRPCCallEvent: Sendable {
  /// The server's headers came: the stream stands.
  case opened
  case message(Bytes)
  /// Unsent messages fell to the low mark.
  case writable
  /// Nil: status OK.
  case ended(GRPCCallError?)
}

/// One call of a client, confined to its loop.
public final class GRPCCall {
  let path: Bytes
  let metadata: HeaderFields
  private let handler: (GRPCCallEvent) -> Void
  /// Nil before a stream is open and after the call's end.
  var stream: UInt32?
  weak var connection: GRPCClientConnection?
  private(set) var isEnded = false
  private(set) var wasSent = false
  var hasOpened = false
  var httpStatus: Bytes?
  var reader: GRPCMessageReader
  var deadline: Instant?
  private var timer: LoopTimer?
  private let loop: EventLoop
  /// Sent before there was a stream.
  private var early: [Bytes] = []
  private var isHalfClosed = false

  init(
    path: Bytes, metadata: HeaderFields, timeout: Duration?, messageBytesMax: Int,
    loop: EventLoop, handler: @escaping (GRPCCallEvent) -> Void
  ) {
    self.path = path
    self.metadata = metadata
    self.handler = handler
    self.loop = loop
    reader = GRPCMessageReader(messageBytesMax: messageBytesMax)
    if let timeout {
      deadline = Machine.now() + timeout
      timer = loop.schedule(after: timeout) { [self] in expire() }
    }
  }

  /// Sends a message; ignored once the call has ended.
  public func send(_ message: Bytes) {
    loop.preconditionOnLoop()
    precondition(!isHalfClosed, "nothing is sent behind the end")
    guard !isEnded else { return }
    if let stream, let connection {
      connection.http2.sendMessage(stream: stream, message)
      connection.scheduleFlush()
    } else {
      early.append(message)
    }
  }

  /// Sends no more; answers still come.
  public func halfClose() {
    loop.preconditionOnLoop()
    guard !isEnded, !isHalfClosed else { return }
    isHalfClosed = true
    guard let stream, let connection else { return }
    connection.http2.sendData(stream: stream, Bytes(), endStream: true)
    connection.scheduleFlush()
  }

  /// Gives the call up; `.ended(.cancelled)` follows at once.
  public func cancel() {
    loop.preconditionOnLoop()
    end(.cancelled, resetting: true)
  }

  /// Whether unsent messages passed the high mark: `.writable` follows.
  public var isCongested: Bool {
    guard let stream, let connection else { return false }
    return connection.http2.isCongested(stream: stream)
  }

  /// Lets the server send at most one window more, until `resumeReceiving`.
  public func pauseReceiving() {
    guard let stream, let connection else { return }
    connection.http2.withholdCredit(stream: stream)
  }

  public func resumeReceiving() {
    guard let stream, let connection else { return }
    connection.http2.releaseCredit(stream: stream)
    connection.scheduleFlush()
  }

  // MARK: - From the connection

  /// A stream is there: what waited goes out.
  func begin(on connection: GRPCClientConnection, stream: UInt32) {
    self.connection = connection
    self.stream = stream
    wasSent = true
    let headers = connection.headers(for: self, timeout: remaining)
    connection.http2.sendHeaders(stream: stream, encoded: headers, endStream: false)
    for (position, message) in early.enumerated() {
      let isLast = isHalfClosed && position == early.count - 1
      connection.http2.sendMessage(stream: stream, message, endStream: isLast)
    }
    if isHalfClosed && early.isEmpty {
      connection.http2.sendData(stream: stream, Bytes(), endStream: true)
    }
    early.removeAll()
  }

  private var remaining: Duration? { deadline.map { max($0 - Machine.now(), .nanoseconds(1)) } }

  func emit(_ event: GRPCCallEvent) {
    if !isEnded { handler(event) }
  }

  func end(_ error: GRPCCallError?, resetting: Bool = false) {
    guard !isEnded else { return }
    isEnded = true
    if let timer { loop.cancel(timer) }
    timer = nil
    early.removeAll()
    let connection = connection
    self.connection = nil
    if let stream, let connection { connection.forget(stream, resetting: resetting) }
    stream = nil
    handler(.ended(error))
  }

  private func expire() {
    timer = nil
    end(.deadlineExceeded(wasSent: wasSent), resetting: true)
  }
}
