internal import Base
internal import Crypto
internal import EventLoop
internal import HTTP
internal import Linux

/// One accepted connection: finds out what it speaks, and hands it to that protocol's half.
///
///     opening -> sniffing -> http1 | http2 -> closed
final class ServerConnection: ChannelDelegate {
  let number: UInt64
  let server: HTTPServer
  private(set) var channel: Channel?
  private(set) var peer: HTTPPeer?
  private var state = State.opening
  private var isFlushScheduled = false
  private var openedAt: Instant
  private(set) var lastReceived: Instant

  private enum State {
    case opening
    /// The first bytes so far: a prefix of HTTP/2's preface.
    case sniffing(Bytes)
    case http1(HTTP1ServerHalf)
    case http2(HTTP2ServerHalf)
    case closed
  }

  init(number: UInt64, server: HTTPServer) {
    self.number = number
    self.server = server
    openedAt = server.loop.now
    lastReceived = server.loop.now
  }

  func begin(
    _ socket: consuming Socket, _ address: SocketAddress, _ settings: ChannelSettings
  ) throws(ChannelError) {
    let channel = try Channel(
      accepting: socket, peer: address, loop: server.loop, settings: settings, delegate: self)
    self.channel = channel
    do {
      // A client whose host is gone is noticed within a minute; its watches end then.
      try channel.setKeepAlive(idleSeconds: 30, intervalSeconds: 10, probes: 3)
    } catch {
      channel.abort()
      throw .system(error)
    }
  }

  // MARK: - The channel's events

  func opened(_ channel: Channel) {
    peer = HTTPPeer(
      address: channel.peerAddress, identity: channel.peer, isSecure: channel.isSecure)
    switch channel.negotiatedProtocol {
    case "h2": startHTTP2()
    case "http/1.1": startHTTP1()
    default: state = .sniffing(Bytes())
    }
    flush()
  }

  private func startHTTP2() {
    let half = HTTP2ServerHalf(connection: self, limits: server.limits)
    state = .http2(half)
  }

  private func startHTTP1() {
    state = .http1(HTTP1ServerHalf(connection: self, limits: server.limits))
  }

  func received(_ bytes: Bytes, on channel: Channel) {
    lastReceived = server.loop.now
    server.figures.bytesReceived += UInt64(bytes.count)
    switch state {
    case .opening, .closed: break
    case .sniffing(let before):
      var seen = ByteBuffer()
      seen.write(before)
      seen.write(bytes)
      let first = seen.take()
      switch SniffedProtocol.sniff(first) {
      case .undecided: state = .sniffing(first)
      case .http2: startHTTP2()
      case .http1: startHTTP1()
      }
      if case .sniffing = state { return }
      deliver(first)
    case .http1, .http2: deliver(bytes)
    }
  }

  private func deliver(_ bytes: Bytes) {
    switch state {
    case .opening, .sniffing, .closed: break
    case .http1(let half): half.receive(bytes)
    case .http2(let half):
      half.receive(bytes)
      scheduleFlush()
    }
  }

  func peerClosed(_ channel: Channel) {
    switch state {
    case .opening, .sniffing, .closed: close()
    case .http1(let half): half.receiveEnd()
    // Nothing on an HTTP/2 connection outlives its client's end.
    case .http2: close()
    }
  }

  func congestionChanged(_ channel: Channel) {
    if channel.isCongested {
      // Who does not read what he asked for does not get to ask for more.
      channel.pauseReading()
    } else {
      scheduleFlush()
      guard case .http1(let half) = state else { return channel.resumeReading() }
      half.resume()
      half.writable()
    }
  }

  func closed(_ channel: Channel, because reason: ChannelCloseReason) {
    // A client that does not believe us may just be gone, or have sent an alert before.
    if case .opening = state, channel.isSecure, reason != .local {
      server.figures.handshakesFailed += 1
      server.logger.warn(
        "TLS handshake failed", ["peer": channel.peerAddress, "reason": reason])
    }
    finish()
  }

  private func finish() {
    let last = state
    state = .closed
    channel = nil
    server.forget(number)
    switch last {
    case .opening, .sniffing, .closed: break
    case .http1(let half): half.connectionClosed()
    case .http2(let half): half.connectionClosed()
    }
  }

  // MARK: - Housekeeping

  func sweep() {
    let now = server.loop.now
    let limits = server.limits
    switch state {
    case .opening, .sniffing:
      if now - openedAt >= limits.headTimeout { channel?.abort() }
    case .http1(let half): half.sweep(now)
    case .http2(let half):
      half.sweep(now)
      scheduleFlush()
    case .closed: break
    }
  }

  /// A call's deadline has passed.
  func expire(_ stream: UInt32) {
    guard case .http2(let half) = state else { return }
    half.expire(stream)
    scheduleFlush()
  }

  func drain() {
    switch state {
    case .opening, .sniffing, .closed: close()
    case .http1(let half): half.drain()
    case .http2(let half):
      half.drain()
      scheduleFlush()
    }
  }

  /// Sends what is there and closes.
  func close() {
    flush()
    channel?.close()
  }

  func abort() {
    channel?.abort()
  }

  func write(_ bytes: Bytes) {
    server.figures.bytesSent += UInt64(bytes.count)
    channel?.write(bytes)
  }

  func write(_ buffer: inout ByteBuffer) {
    server.figures.bytesSent += UInt64(buffer.count)
    channel?.write(&buffer)
  }

  func scheduleFlush() {
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    server.loop.atTurnEnd { [self] in
      isFlushScheduled = false
      flush()
    }
  }

  private func flush() {
    guard case .http2(let half) = state else { return }
    half.flush()
  }

  // MARK: - The user's sends

  func id(_ stream: UInt32) -> HTTPStreamID { HTTPStreamID(connection: number, stream: stream) }

  private func withHTTP2(_ body: (HTTP2ServerHalf) -> Void) {
    guard case .http2(let half) = state else { return }
    body(half)
    scheduleFlush()
  }

  func sendAnswer(_ message: Bytes, on stream: UInt32) {
    withHTTP2 { $0.sendAnswer(message, on: stream) }
  }

  func sendMessage(_ message: Bytes, on stream: UInt32) {
    withHTTP2 { $0.sendMessage(message, on: stream) }
  }

  func sendCallHeaders(on stream: UInt32) {
    withHTTP2 { $0.sendCallHeaders(on: stream) }
  }

  func sendStatus(_ status: GRPCStatus, on stream: UInt32) {
    withHTTP2 { $0.sendStatus(status, on: stream) }
  }

  func isCongested(_ stream: UInt32) -> Bool {
    switch state {
    case .http2(let half): half.http2.isCongested(stream: stream)
    case .http1: channel?.isCongested ?? false
    case .opening, .sniffing, .closed: false
    }
  }

  func pendingBytes(_ stream: UInt32) -> Int {
    switch state {
    case .http2(let half): half.http2.pendingBytes(stream: stream)
    case .http1: channel?.unsentCount ?? 0
    case .opening, .sniffing, .closed: 0
    }
  }

  func withholdCredit(_ stream: UInt32) {
    withHTTP2 { $0.http2.withholdCredit(stream: stream) }
  }

  func releaseCredit(_ stream: UInt32) {
    withHTTP2 { $0.http2.releaseCredit(stream: stream) }
  }

  func reset(_ stream: UInt32, _ code: HTTP2ErrorCode) {
    switch state {
    case .http2(let half):
      half.reset(stream, code)
      scheduleFlush()
    case .http1(let half): half.reset(stream)
    case .opening, .sniffing, .closed: break
    }
  }

  func respond(_ status: StatusCode, _ fields: HeaderFields, _ body: Bytes, on stream: UInt32) {
    switch state {
    case .http2(let half):
      half.respond(status, fields, body, on: stream)
      scheduleFlush()
    case .http1(let half): half.respond(status, fields, body, on: stream)
    case .opening, .sniffing, .closed: break
    }
  }

  func sendHead(_ status: StatusCode, _ fields: HeaderFields, on stream: UInt32) {
    switch state {
    case .http2(let half):
      half.sendHead(status, fields, on: stream)
      scheduleFlush()
    case .http1(let half): half.sendHead(status, fields, on: stream)
    case .opening, .sniffing, .closed: break
    }
  }

  func sendBody(_ bytes: Bytes, isLast: Bool, on stream: UInt32) {
    switch state {
    case .http2(let half):
      half.sendBody(bytes, isLast: isLast, on: stream)
      scheduleFlush()
    case .http1(let half): half.sendBody(bytes, isLast: isLast, on: stream)
    case .opening, .sniffing, .closed: break
    }
  }
}
