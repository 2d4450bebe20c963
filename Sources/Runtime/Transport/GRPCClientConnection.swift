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
  private var isHandling = false
  private var isFlushScheduled = false
  private var isClosing = false
  private var loss: ChannelLoss?
  private var lastReceived: Instant
  private var lastReplenished: Instant
  private var pingedAt: Instant?
  private var keepAlive: RepeatingTimer?

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

  func headers(for call: GRPCCall, timeout: Duration?) -> HeaderFields {
    var fields = GRPCRequest.headers(path: call.path, authority: authority, scheme: scheme)
    if let timeout {
      let nanoseconds = UInt64(clamping: timeout.nanoseconds)
      fields.append(FieldName.grpcTimeout, GRPCRequest.timeoutValue(nanoseconds: nanoseconds))
    }
    for field in call.metadata { fields.append(field) }
    return fields
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
      http2.reset(stream: stream, .cancel)
      scheduleFlush()
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
    scheduleFlush()
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
      var batch: [HTTP2Event] = []
      swap(&batch, &events)
      for event in batch { handle(event) }
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
    guard call.httpStatus == "200" else { return }
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
