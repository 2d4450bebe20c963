internal import Base
internal import EventLoop
internal import HTTP
internal import Linux

/// One connection of a client: its HTTP/2 state and the calls on it.
final class GRPCClientConnection: ChannelDelegate {
  private weak var client: GRPCClient?
  private let loop: EventLoop
  private let settings: GRPCClientSettings
  private let authority: Bytes
  private let scheme: Bytes
  private var channel: Channel?
  var http2: HTTP2Connection
  private var calls: [UInt32: GRPCCall] = [:]
  private var events: [HTTP2Event] = []
  /// Those that are being handled; both lists keep their storage.
  private var handled: [HTTP2Event] = []
  /// Encoded header sections by path.
  private var sharedBlocks: [Bytes: Bytes] = [:]
  private var lastTimeout: (nanoseconds: UInt64, header: Bytes) = (0, Bytes())
  private var isHandling = false
  private var isFlushScheduled = false
  private var isClosing = false
  private var loss: ChannelLoss?
  private var lastReceived: Instant
  private var lastReplenished: Instant
  private var pingedAt: Instant?
  private var keepAlive: RepeatingTimer?

  /// Made once: a literal allocates at each use.
  private static let statusOK: Bytes = "200"

  private enum Bounds {
    /// A service has fewer methods; a caller that makes up paths gets no memory for them.
    static let sharedBlocks = 64
  }

  init(client: GRPCClient) {
    self.client = client
    loop = client.loop
    settings = client.settings
    authority = Bytes(client.endpoint.description)
    scheme = client.settings.channel.tls == nil ? "http" : "https"
    http2 = HTTP2Connection(role: .client, limits: client.settings.http2)
    lastReceived = client.loop.now
    lastReplenished = client.loop.now
  }

  /// The encoded header section of a call; what calls of one path share is encoded once.
  func headers(for call: GRPCCall, timeout: Duration?) -> Bytes {
    let shared = sharedHeaders(call.path)
    guard timeout != nil || !call.metadata.isEmpty else { return shared }
    var block = ByteBuffer(capacity: shared.count + 24)
    block.write(shared)
    if let timeout { block.write(timeoutHeader(timeout)) }
    if !call.metadata.isEmpty { HPACKEncoder.encode(call.metadata, into: &block) }
    return block.take()
  }

  /// A second and more in milliseconds, rounded up: calls that have just begun then tell the same.
  private func timeoutHeader(_ timeout: Duration) -> Bytes {
    var nanoseconds = UInt64(clamping: timeout.nanoseconds)
    if nanoseconds >= 1_000_000_000 {
      nanoseconds = (nanoseconds - 1) / 1_000_000 * 1_000_000 + 1_000_000
    }
    if nanoseconds == lastTimeout.nanoseconds { return lastTimeout.header }
    let value = GRPCRequest.timeoutValue(nanoseconds: nanoseconds)
    let header = HPACKEncoder.encode([FieldName.grpcTimeout: value])
    lastTimeout = (nanoseconds, header)
    return header
  }

  private func sharedHeaders(_ path: Bytes) -> Bytes {
    if let known = sharedBlocks[path] { return known }
    let block = HPACKEncoder.encode(
      GRPCRequest.headers(path: path, authority: authority, scheme: scheme))
    if sharedBlocks.count < Bounds.sharedBlocks { sharedBlocks[path] = block }
    return block
  }

  /// False while the server allows no further stream.
  func begin(_ call: GRPCCall) -> Bool {
    guard !isClosing, channel != nil, let stream = http2.openStream() else { return false }
    // Silence counts from the last sign of life that was due.
    if calls.isEmpty { lastReceived = loop.now }
    calls[stream] = call
    call.begin(on: self, stream: stream)
    scheduleFlush()
    return true
  }

  func forget(_ stream: UInt32, resetting: Bool) {
    guard calls.removeValue(forKey: stream) != nil else { return }
    if resetting {
      // Says nothing of a stream that has ended on both sides.
      http2.reset(stream: stream, .cancel)
      if http2.hasOutput { scheduleFlush() }
    }
    client?.hasRoom(self)
  }

  func close() {
    guard !isClosing else { return }
    isClosing = true
    http2.goAway(.noError)
    flush()
    channel?.close()
  }

  // MARK: - The channel's events

  func opened(_ channel: Channel) {
    self.channel = channel
    lastReceived = loop.now
    let interval = settings.keepAliveInterval / 2
    keepAlive = loop.scheduleRepeating(every: interval) { [self] in checkSilence() }
    flush()
    client?.hasRoom(self)
  }

  func received(_ bytes: Bytes, on channel: Channel) {
    lastReceived = loop.now
    pingedAt = nil
    if loop.now - lastReplenished >= .seconds(1) {
      lastReplenished = loop.now
      http2.replenish()
    }
    http2.receive(bytes, into: &events)
    handleEvents()
    // An answer mostly leaves nothing to say.
    if http2.hasOutput || http2.isDrained { scheduleFlush() }
  }

  func peerClosed(_ channel: Channel) {
    channel.close()
  }

  func congestionChanged(_ channel: Channel) {
    if !channel.isCongested { scheduleFlush() }
  }

  func closed(_ channel: Channel, because reason: ChannelCloseReason) {
    finish(loss ?? .closed(reason))
  }

  private func finish(_ loss: ChannelLoss) {
    isClosing = true
    channel = nil
    keepAlive?.cancel()
    keepAlive = nil
    client?.detach(self)
    // In the order in which they began.
    for (_, call) in calls.sorted(by: { $0.key < $1.key }) { call.end(.lost(loss)) }
    calls.removeAll()
  }

  private func checkSilence() {
    guard !calls.isEmpty, !isClosing else {
      pingedAt = nil
      return
    }
    if let pinged = pingedAt {
      guard loop.now - pinged >= settings.keepAliveTimeout else { return }
      loss = .silent
      channel?.abort()
    } else if loop.now - lastReceived >= settings.keepAliveInterval {
      pingedAt = loop.now
      http2.ping(1)
      scheduleFlush()
    }
  }

  // MARK: - HTTP/2

  private func handleEvents() {
    guard !isHandling else { return }
    isHandling = true
    while !events.isEmpty {
      swap(&handled, &events)
      for event in handled { handle(event) }
      handled.removeAll(keepingCapacity: true)
    }
    isHandling = false
  }

  private func handle(_ event: HTTP2Event) {
    switch event {
    case .headers(let stream, let fields, let endStream):
      guard let call = calls[stream] else { return }
      call.httpStatus = fields[FieldName.status]
      if endStream { return end(call, GRPCStatus(trailers: fields, httpStatus: call.httpStatus)) }
      call.hasOpened = true
      call.emit(.opened)
    case .data(let stream, let bytes, let endStream):
      guard let call = calls[stream] else { return }
      take(bytes, call)
      if endStream, !call.isEnded {
        end(call, GRPCStatus(trailers: HeaderFields(), httpStatus: call.httpStatus))
      }
    case .trailers(let stream, let fields):
      guard let call = calls[stream] else { return }
      end(call, GRPCStatus(trailers: fields, httpStatus: call.httpStatus))
    case .reset(let stream, let code):
      guard let call = calls[stream] else { return }
      call.end(code == .refusedStream ? .notProcessed : .lost(.reset(code)))
    case .writable(let stream): calls[stream]?.emit(.writable)
    case .pong: break
    case .goAway:
      client?.detach(self)
    case .failed:
      loss = .protocolBroken
      client?.detach(self)
      flush()
      channel?.close()
    }
  }

  private func take(_ bytes: Bytes, _ call: GRPCCall) {
    // An HTTP error page is no message.
    guard call.httpStatus == Self.statusOK else { return }
    var messages: [Bytes] = []
    do {
      try call.reader.receive(bytes, into: &messages)
    } catch {
      return call.end(.status(error), resetting: true)
    }
    for message in messages { call.emit(.message(message)) }
  }

  private func end(_ call: GRPCCall, _ status: GRPCStatus) {
    // The server's END_STREAM may come before ours: the stream then has to be given up.
    guard status.code == GRPCStatus.ok.code else {
      return call.end(.status(status), resetting: true)
    }
    guard call.reader.isAtBoundary else {
      let broken = GRPCStatus(.internalError, "the answer ended within a message")
      return call.end(.status(broken), resetting: true)
    }
    call.end(nil, resetting: true)
  }

  func scheduleFlush() {
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    loop.atTurnEnd { [self] in
      isFlushScheduled = false
      flush()
    }
  }

  private func flush() {
    while let channel, !channel.isCongested, let output = http2.takeOutput(into: &events) {
      channel.write(output)
    }
    handleEvents()
    if http2.isDrained && !http2.hasOutput { channel?.close() }
  }
}
