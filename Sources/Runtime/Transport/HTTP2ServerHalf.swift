internal import Base
internal import EventLoop
internal import HTTP
internal import Linux

/// The HTTP/2 side of a server's connection: streams become gRPC calls or plain requests.
final class HTTP2ServerHalf {
  private unowned let connection: ServerConnection
  private let limits: HTTPServerLimits
  var http2: HTTP2Connection
  private var events: [HTTP2Event] = []
  private var messages: [Bytes] = []
  private var streams: [UInt32: Exchange] = [:]
  /// A frame of the peer may make us send, which makes events of its own.
  private var isHandling = false
  private var pingedAt: Instant?
  private var hasFailed = false
  /// Bytes kept of messages and bodies that are not whole yet.
  private var heldBytes = 0

  private enum Exchange {
    case call(Call)
    case request(PlainRequest)
    /// A plain request that the user has and answers.
    case answering(isHead: Bool)
    /// Turned away; what still comes in is dropped.
    case refused
  }

  private struct Call {
    let tag: UInt32
    var reader: GRPCMessageReader
    var isHalfClosed = false
    var hasDeadline = false
    /// Bytes of a message that is not whole yet, at most.
    var heldBytes = 0
  }

  private struct PlainRequest {
    let head: HeaderFields
    var body = ByteBuffer()
  }

  init(connection: ServerConnection, limits: HTTPServerLimits) {
    self.connection = connection
    self.limits = limits
    http2 = HTTP2Connection(role: .server, limits: limits.http2)
  }

  private var delegate: (any HTTPServerDelegate)? { connection.server.delegate }

  // MARK: - What comes in

  func receive(_ bytes: Bytes) {
    guard !hasFailed else { return }
    http2.receive(bytes, into: &events)
    handleEvents()
  }

  private func handleEvents() {
    guard !isHandling else { return }
    isHandling = true
    while !events.isEmpty {
      var batch: [HTTP2Event] = []
      swap(&batch, &events)
      for event in batch { handle(event) }
      if events.isEmpty {
        // The batch's storage serves the next one.
        batch.removeAll(keepingCapacity: true)
        swap(&batch, &events)
      }
    }
    isHandling = false
  }

  private func handle(_ event: HTTP2Event) {
    switch event {
    case .headers(let stream, let fields, let endStream): begin(stream, fields, endStream)
    case .data(let stream, let bytes, let endStream): take(bytes, stream, endStream)
    case .trailers(let stream, _): take(Bytes(), stream, true)
    case .reset(let stream, _): close(stream)
    case .writable(let stream):
      switch streams[stream] {
      case .call(let call): delegate?.callWritable(on: connection.id(stream), tag: call.tag)
      case .answering: delegate?.requestWritable(on: connection.id(stream))
      case .request, .refused, nil: break
      }
    case .pong: break
    // A client that goes away closes when its streams have ended.
    case .goAway: break
    case .failed(let error):
      hasFailed = true
      connection.server.figures.protocolErrors += 1
      connection.server.logger.debug(
        "HTTP/2 connection failed",
        ["peer": connection.channel?.peerAddress.description ?? "-", "reason": "\(error)"])
      // What explains it is in the output; the flush closes behind it.
      connection.scheduleFlush()
    }
  }

  private func begin(_ stream: UInt32, _ fields: HeaderFields, _ endStream: Bool) {
    do throws(GRPCRequestError) {
      try beginCall(stream, GRPCRequest(fields), endStream)
    } catch {
      switch error {
      case .notPost, .notGRPC:
        streams[stream] = .request(PlainRequest(head: fields))
        if endStream { finishRequest(stream) }
      case .refused(let status): refuse(stream, status, endStream)
      }
    }
  }

  private func beginCall(_ stream: UInt32, _ request: GRPCRequest, _ endStream: Bool) {
    guard let peer = connection.peer, let delegate else { return }
    switch delegate.callOpened(request, on: connection.id(stream), from: peer) {
    case .refuse(let status): refuse(stream, status, endStream)
    case .accept(let tag):
      let reader = GRPCMessageReader(messageBytesMax: limits.messageBytesMax)
      var call = Call(tag: tag, reader: reader)
      if let timeout = request.timeoutNanoseconds {
        call.hasDeadline = true
        let delay = Duration.nanoseconds(Int64(clamping: min(timeout, 1 << 60)))
        connection.server.setDeadline(connection.server.loop.now + delay, connection.id(stream))
      }
      streams[stream] = .call(call)
      if endStream { halfClose(stream) }
    }
  }

  private func refuse(_ stream: UInt32, _ status: GRPCStatus, _ endStream: Bool) {
    http2.sendStatus(stream: stream, status)
    if !endStream { streams[stream] = .refused }
  }

  private func take(_ bytes: Bytes, _ stream: UInt32, _ endStream: Bool) {
    guard let place = streams.index(forKey: stream) else { return }
    switch streams.values[place] {
    case .refused:
      if endStream { streams[stream] = nil }
    case .answering: break
    case .request(var request):
      heldBytes += bytes.count
      guard request.body.count + bytes.count <= limits.bodyBytesMax else {
        heldBytes -= request.body.count + bytes.count
        streams[stream] = endStream ? nil : .refused
        return answerTooLarge(stream)
      }
      // Taken out, so that the body is not copied.
      streams.values[place] = .answering(isHead: false)
      request.body.write(bytes)
      streams.values[place] = .request(request)
      if endStream { finishRequest(stream) } else { boundHeldBytes(stream) }
    case .call(var call):
      let tag = call.tag
      do throws(GRPCStatus) {
        streams.values[place] = .answering(isHead: false)
        try call.reader.receive(bytes, into: &messages)
        let held =
          call.reader.isAtBoundary
          ? 0 : messages.isEmpty ? call.heldBytes + bytes.count : bytes.count
        heldBytes += held - call.heldBytes
        call.heldBytes = held
        streams.values[place] = .call(call)
      } catch {
        messages.removeAll(keepingCapacity: true)
        streams.values[place] = .call(call)
        return failCall(stream, error, endStream)
      }
      deliverMessages(stream, tag)
      if endStream { halfClose(stream) } else { boundHeldBytes(stream) }
    }
  }

  /// Many streams with a part of a message each must not add up to all memory.
  private func boundHeldBytes(_ stream: UInt32) {
    guard heldBytes > limits.heldBytesMax else { return }
    http2.reset(stream: stream, .enhanceYourCalm)
    close(stream)
  }

  private func deliverMessages(_ stream: UInt32, _ tag: UInt32) {
    guard !messages.isEmpty else { return }
    var batch: [Bytes] = []
    swap(&batch, &messages)
    let id = connection.id(stream)
    for message in batch {
      // The user may have ended the call at an earlier message.
      guard case .call = streams[stream] else { break }
      delegate?.callReceived(message, on: id, tag: tag)
    }
    batch.removeAll(keepingCapacity: true)
    if messages.isEmpty { swap(&batch, &messages) }
  }

  private func halfClose(_ stream: UInt32) {
    guard case .call(var call) = streams[stream] else { return }
    guard call.reader.isAtBoundary else {
      let status = GRPCStatus(.internalError, "the request ended within a message")
      return failCall(stream, status, true)
    }
    call.isHalfClosed = true
    streams[stream] = .call(call)
    delegate?.callHalfClosed(on: connection.id(stream), tag: call.tag)
  }

  /// Ends a call that the user did not end.
  private func failCall(_ stream: UInt32, _ status: GRPCStatus, _ endStream: Bool) {
    http2.sendStatus(stream: stream, status)
    close(stream)
    if !endStream { streams[stream] = .refused }
  }

  private func finishRequest(_ stream: UInt32) {
    guard case .request(var request) = streams[stream], let peer = connection.peer else { return }
    let method = request.head[FieldName.method] ?? Bytes()
    streams[stream] = .answering(isHead: method == "HEAD")
    heldBytes -= request.body.count
    var fields = HeaderFields()
    for field in request.head where !field.name.hasPrefix(":") { fields.append(field) }
    let whole = HTTPRequest(
      method: method,
      target: request.head[FieldName.path] ?? Bytes(),
      authority: request.head[FieldName.authority] ?? fields["host"] ?? Bytes(), fields: fields,
      body: request.body.take(), peer: peer)
    delegate?.received(whole, on: connection.id(stream))
  }

  private func answerTooLarge(_ stream: UInt32) {
    let fields: HeaderFields = [":status": "413", "content-length": "0"]
    http2.sendHeaders(stream: stream, fields, endStream: true)
  }

  /// The stream is gone without our doing.
  private func close(_ stream: UInt32) {
    switch streams.removeValue(forKey: stream) {
    case .call(let call):
      heldBytes -= call.heldBytes
      delegate?.callClosed(on: connection.id(stream), tag: call.tag)
    case .answering: delegate?.requestClosed(on: connection.id(stream))
    case .request(let request): heldBytes -= request.body.count
    case .refused, nil: break
    }
  }

  func connectionClosed() {
    hasFailed = true
    for stream in streams.keys.sorted() { close(stream) }
  }

  // MARK: - Time

  func expire(_ stream: UInt32) {
    guard case .call(let call) = streams[stream], call.hasDeadline else { return }
    let status = GRPCStatus(.deadlineExceeded, "context deadline exceeded")
    failCall(stream, status, true)
    if !call.isHalfClosed { http2.reset(stream: stream, .cancel) }
  }

  func sweep(_ now: Instant) {
    http2.replenish()
    let silence = now - connection.lastReceived
    if let pinged = pingedAt {
      if connection.lastReceived > pinged {
        pingedAt = nil
      } else if now - pinged >= limits.keepAliveTimeout {
        connection.abort()
      }
    } else if silence >= limits.keepAliveInterval {
      pingedAt = now
      http2.ping(1)
    }
  }

  func drain() {
    http2.goAway(.noError)
  }

  // MARK: - What goes out

  /// Hands what may be sent to the channel; the rest follows when the channel has room.
  func flush() {
    while let channel = connection.channel, !channel.isCongested,
      let output = http2.takeOutput(into: &events)
    {
      connection.write(output)
    }
    handleEvents()
    if hasFailed || http2.isDrained && !http2.hasOutput { connection.channel?.close() }
  }

  /// Takes the call out of the table once its end is sent.
  private func ended(_ stream: UInt32) -> Bool {
    guard case .call(let call) = streams[stream] else { return false }
    heldBytes -= call.heldBytes
    streams[stream] = call.isHalfClosed ? nil : .refused
    return true
  }

  func sendAnswer(_ message: Bytes, on stream: UInt32) {
    guard ended(stream) else { return }
    guard http2.hasSentHeaders(stream: stream) else {
      return http2.sendAnswer(stream: stream, message)
    }
    http2.sendMessage(stream: stream, message)
    http2.sendStatus(stream: stream, .ok)
  }

  func sendCallHeaders(on stream: UInt32) {
    guard case .call = streams[stream], !http2.hasSentHeaders(stream: stream) else { return }
    http2.sendResponseHeaders(stream: stream)
  }

  func sendMessage(_ message: Bytes, on stream: UInt32) {
    guard case .call = streams[stream] else { return }
    if !http2.hasSentHeaders(stream: stream) { http2.sendResponseHeaders(stream: stream) }
    http2.sendMessage(stream: stream, message)
  }

  func sendStatus(_ status: GRPCStatus, on stream: UInt32) {
    guard ended(stream) else { return }
    http2.sendStatus(stream: stream, status)
  }

  func reset(_ stream: UInt32, _ code: HTTP2ErrorCode) {
    guard let exchange = streams.removeValue(forKey: stream) else { return }
    if case .call(let call) = exchange { heldBytes -= call.heldBytes }
    http2.reset(stream: stream, code)
  }

  func respond(_ status: StatusCode, _ fields: HeaderFields, _ body: Bytes, on stream: UInt32) {
    guard case .answering(let isHead) = streams[stream] else { return }
    streams[stream] = nil
    var all: HeaderFields = [":status": Bytes(String(status.rawValue))]
    for field in fields { all.append(field) }
    if !status.forbidsBody { all.append("content-length", Bytes(String(body.count))) }
    // What answers HEAD tells the length of the body that GET would have (RFC 9110 section 9.3.2).
    let isEmpty = body.isEmpty || isHead
    http2.sendHeaders(stream: stream, all, endStream: isEmpty)
    if !isEmpty { http2.sendData(stream: stream, body, endStream: true) }
  }

  func sendHead(_ status: StatusCode, _ fields: HeaderFields, on stream: UInt32) {
    guard case .answering = streams[stream] else { return }
    var all: HeaderFields = [":status": Bytes(String(status.rawValue))]
    for field in fields { all.append(field) }
    http2.sendHeaders(stream: stream, all, endStream: false)
  }

  func sendBody(_ bytes: Bytes, isLast: Bool, on stream: UInt32) {
    guard case .answering(let isHead) = streams[stream] else { return }
    if isLast { streams[stream] = nil }
    if isHead && !isLast { return }
    http2.sendData(stream: stream, isHead ? Bytes() : bytes, endStream: isLast)
  }
}
