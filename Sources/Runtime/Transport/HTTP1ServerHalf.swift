internal import Base
internal import EventLoop
internal import HTTP
internal import Linux

/// The HTTP/1.1 side of a server's connection: one request after the other, answered in order.
///
///     reading -> answering -> reading | closing
final class HTTP1ServerHalf {
  private unowned let connection: ServerConnection
  private let limits: HTTPServerLimits
  private var parser: HTTP1Parser
  /// Read behind the request that is being answered.
  private var waiting = Deque<HTTP1Event>()
  /// Of one read; empty between reads.
  private var events: [HTTP1Event] = []
  private var state = State.reading
  private var nextStream: UInt32 = 1
  private var isDraining = false
  private var hasPeerClosed = false
  /// Since when the head or body that is being read has been under way.
  private var readingSince: Instant?
  private var idleSince: Instant

  // Made once: a literal allocates at each use.
  private static let head: Bytes = "HEAD"
  private static let host: Bytes = "host"

  private enum State {
    case reading
    case body(HTTP1RequestHead, ByteBuffer)
    case answering(Answer)
    case closing
  }

  private struct Answer {
    let stream: UInt32
    let isHead: Bool
    let keepAlive: Bool
    let isChunkable: Bool
    var body = Body.none

    enum Body {
      case none
      case chunks
      case untilClose
    }
  }

  init(connection: ServerConnection, limits: HTTPServerLimits) {
    self.connection = connection
    self.limits = limits
    parser = HTTP1Parser(role: .server, limits: limits.http1)
    idleSince = connection.server.loop.now
  }

  // MARK: - What comes in

  func receive(_ bytes: Bytes) {
    if case .closing = state { return }
    if readingSince == nil { readingSince = connection.server.loop.now }
    parser.receive(bytes, into: &events)
    for event in events { waiting.append(event) }
    events.removeAll(keepingCapacity: true)
    advance()
  }

  func receiveEnd() {
    hasPeerClosed = true
    var events: [HTTP1Event] = []
    parser.receiveEnd(into: &events)
    for event in events { waiting.append(event) }
    advance()
    switch state {
    // A client may end its side and still read the answer.
    case .answering: break
    case .reading, .body, .closing: connection.close()
    }
  }

  private func advance() {
    while true {
      if case .answering = state { break }
      if case .closing = state { return }
      guard let event = waiting.popFirst() else { break }
      handle(event)
    }
    // A client that sends ahead waits until its turn has come.
    if case .answering = state, !waiting.isEmpty { connection.channel?.pauseReading() }
  }

  func resume() {
    if case .answering = state, !waiting.isEmpty { return }
    guard let channel = connection.channel, !channel.isCongested else { return }
    channel.resumeReading()
  }

  /// The connection has room again.
  func writable() {
    guard case .answering(let answer) = state else { return }
    switch answer.body {
    case .none: break
    case .chunks, .untilClose:
      connection.server.delegate?.requestWritable(on: connection.id(answer.stream))
    }
  }

  private func handle(_ event: HTTP1Event) {
    switch event {
    case .request(let head):
      state = .body(head, ByteBuffer())
      if head.expectsContinue {
        var buffer = ByteBuffer()
        HTTP1Writer.writeContinue(into: &buffer)
        connection.write(&buffer)
      }
    case .body(let bytes):
      guard case .body(let head, var body) = state else { return }
      guard body.count + bytes.count <= limits.bodyBytesMax else { return fail(.contentTooLarge) }
      state = .reading
      body.write(bytes)
      state = .body(head, body)
    case .end:
      guard case .body(let head, var body) = state else { return }
      begin(head, body.take())
    case .failed(let error):
      connection.server.figures.protocolErrors += 1
      fail(error.status)
    case .response: preconditionFailure("a server's parser reads requests")
    }
  }

  /// A connection may outlive 2^31 requests: their numbers then begin again, one at a time.
  static func number(after stream: UInt32) -> UInt32 { stream &+ 2 }

  private func begin(_ head: HTTP1RequestHead, _ body: Bytes) {
    guard let peer = connection.peer else { return }
    let stream = nextStream
    nextStream = Self.number(after: stream)
    readingSince = nil
    state = .answering(
      Answer(
        stream: stream, isHead: head.method == Self.head, keepAlive: head.keepAlive,
        isChunkable: head.minorVersion >= 1))
    let request = HTTPRequest(
      method: head.method, target: head.target, authority: head.fields[Self.host] ?? Bytes(),
      fields: head.fields, body: body, peer: peer)
    connection.server.delegate?.received(request, on: connection.id(stream))
  }

  /// Answers what cannot be understood, and closes.
  private func fail(_ status: StatusCode) {
    state = .closing
    var buffer = ByteBuffer()
    let body = Bytes("\(status.rawValue) \(status.reason)\n")
    HTTP1Writer.writeResponse(
      status, ["content-type": "text/plain; charset=utf-8"], body: body, keepAlive: false,
      into: &buffer)
    connection.write(&buffer)
    connection.close()
  }

  func connectionClosed() {
    if case .answering(let answer) = state {
      connection.server.delegate?.requestClosed(on: connection.id(answer.stream))
    }
    state = .closing
  }

  // MARK: - Time

  func sweep(_ now: Instant) {
    switch state {
    case .reading, .body:
      if let since = readingSince {
        if now - since >= limits.headTimeout { fail(StatusCode(rawValue: 408)) }
      } else if now - idleSince >= limits.idleTimeout {
        connection.close()
      }
    case .answering, .closing: break
    }
  }

  func drain() {
    isDraining = true
    switch state {
    case .reading where readingSince == nil: connection.close()
    case .reading, .body, .answering, .closing: break
    }
  }

  // MARK: - What goes out

  private func answer(to stream: UInt32) -> Answer? {
    guard case .answering(let answer) = state, answer.stream == stream else { return nil }
    return answer
  }

  func respond(_ status: StatusCode, _ fields: HeaderFields, _ body: Bytes, on stream: UInt32) {
    guard let answer = answer(to: stream) else { return }
    var buffer = ByteBuffer(capacity: 256 + body.count)
    let keepAlive = answer.keepAlive && !isDraining
    HTTP1Writer.writeResponse(
      status, fields, body: body, keepAlive: keepAlive, isHead: answer.isHead, into: &buffer)
    connection.write(&buffer)
    finish(keepAlive: keepAlive)
  }

  func sendHead(_ status: StatusCode, _ fields: HeaderFields, on stream: UInt32) {
    guard var answer = answer(to: stream) else { return }
    var all = fields
    // Without chunks, only the connection's end can end the body (RFC 9112 section 6.3).
    answer.body = answer.isChunkable ? .chunks : .untilClose
    if answer.isChunkable {
      all.append("transfer-encoding", "chunked")
    }
    if !answer.isChunkable || !answer.keepAlive || isDraining { all.append("connection", "close") }
    var buffer = ByteBuffer()
    HTTP1Writer.writeResponse(status, all, into: &buffer)
    connection.write(&buffer)
    state = .answering(answer)
  }

  func sendBody(_ bytes: Bytes, isLast: Bool, on stream: UInt32) {
    guard let answer = answer(to: stream) else { return }
    var buffer = ByteBuffer()
    switch answer.body {
    case .none: preconditionFailure("a body follows a head")
    case .chunks:
      if !answer.isHead { HTTP1Writer.writeChunk(bytes, into: &buffer) }
      if isLast && !answer.isHead { HTTP1Writer.writeLastChunk(into: &buffer) }
    case .untilClose: if !answer.isHead { buffer.write(bytes) }
    }
    connection.write(&buffer)
    if isLast { finish(keepAlive: answer.keepAlive && answer.isChunkable && !isDraining) }
  }

  /// An answer that cannot be completed: only the connection's end says so.
  func reset(_ stream: UInt32) {
    guard answer(to: stream) != nil else { return }
    state = .closing
    connection.abort()
  }

  private func finish(keepAlive: Bool) {
    guard keepAlive, !(hasPeerClosed && waiting.isEmpty) else {
      state = .closing
      return connection.close()
    }
    state = .reading
    idleSince = connection.server.loop.now
    readingSince = waiting.isEmpty ? nil : idleSince
    // Work for the loop costs a turn: one without a further request does without it.
    guard !waiting.isEmpty else { return resume() }
    // The user is in a call to the server: the next request comes to it from the loop.
    // By then the connection may be gone, and nothing else would hold it.
    connection.server.loop.submitLocally { [self, connection] in
      guard connection.channel != nil else { return }
      advance()
      resume()
    }
  }
}
