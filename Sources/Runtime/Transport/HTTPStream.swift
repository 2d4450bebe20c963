public import Base
public import EventLoop
public import HTTP
public import Linux

/// What comes of a request whose response is read as it arrives.
public enum HTTPStreamEvent: Sendable {
  case head(StatusCode, HeaderFields)
  case body(Bytes)
  /// The response is whole: the last event.
  case end
  /// There is no response, or no more of it: the last event.
  case failed(HTTPClientError)
}

/// One request over HTTP/1.1, whose response may last as long as it likes: a log that is followed.
///
///     connecting -> head -> body ... -> end
///
/// On the loop's thread only.
public final class HTTPStream {
  private let loop: EventLoop
  private var handler: ((HTTPStreamEvent) -> Void)?
  private var request = ByteBuffer()
  private var parser = HTTP1Parser(role: .client)
  private var dialer: Dialer?
  private var channel: Channel?
  private var timer: LoopTimer?
  private var isPaused = false

  /// Where a request goes, and as whom the server has to prove itself.
  public struct Target: Sendable {
    public let address: SocketAddress
    /// What the server's certificate must bear.
    public let serverName: String
    /// `/path?query`.
    public let path: Bytes

    public init(address: SocketAddress, serverName: String, path: Bytes) {
      self.address = address
      self.serverName = serverName
      self.path = path
    }
  }

  /// Begins to connect and sends the request without a body. `handler` runs on the loop, never
  /// within this call; the stream lives until its last event, or until `cancel`.
  ///
  /// - Parameters:
  ///   - method: in upper case.
  ///   - target: where to connect, and what to ask for.
  ///   - settings: with TLS where they have a context.
  ///   - loop: on whose thread the caller is.
  ///   - headTimeout: from now to the response's head; nothing limits what follows.
  ///   - handler: gets what comes of it.
  public init(
    _ method: Bytes, _ target: Target, settings: ChannelSettings, loop: EventLoop,
    headTimeout: Duration, handler: @escaping (HTTPStreamEvent) -> Void
  ) {
    loop.preconditionOnLoop()
    self.loop = loop
    self.handler = handler
    parser.nextResponseHasNoBody = method == "HEAD"
    let endpoint = Endpoint(host: target.address.host.description, port: target.address.port)
    HTTP1Writer.writeRequest(
      method: method, target: target.path,
      ["host": Bytes(endpoint.description), "connection": "close"], into: &request)
    timer = loop.schedule(after: headTimeout) { [self] in finish(.failed(.timedOut)) }
    dialer = Dialer(
      endpoint, serverName: target.serverName, loop: loop, settings: settings
    ) { [self] in
      self
    } completion: { [self] outcome in
      dialer = nil
      if case .failure(let error) = outcome { finish(.failed(.unreachable(error))) }
    }
  }

  /// Delivers no more until `resume`, and so keeps the server from sending; what was read in this
  /// turn still comes.
  public func pause() {
    isPaused = true
    channel?.pauseReading()
  }

  public func resume() {
    isPaused = false
    channel?.resumeReading()
  }

  /// Ends it without a further event.
  public func cancel() {
    loop.preconditionOnLoop()
    handler = nil
    release()
  }

  private func finish(_ last: HTTPStreamEvent) {
    guard let handler else { return }
    self.handler = nil
    release()
    handler(last)
  }

  private func release() {
    if let timer { loop.cancel(timer) }
    timer = nil
    dialer?.cancel()
    dialer = nil
    channel?.abort()
    channel = nil
  }

  private func handle(_ events: [HTTP1Event]) {
    for event in events {
      switch event {
      case .response(let head):
        if let timer { loop.cancel(timer) }
        timer = nil
        handler?(.head(head.status, head.fields))
      case .body(let bytes): handler?(.body(bytes))
      case .end: finish(.end)
      case .failed(.truncated): finish(.failed(.cutShort(.peer)))
      case .failed(let error): finish(.failed(.broken(error)))
      case .request: preconditionFailure("a client's parser reads responses")
      }
    }
  }
}

extension HTTPStream: ChannelDelegate {
  public func opened(_ channel: Channel) {
    guard handler != nil else { return channel.abort() }
    self.channel = channel
    if isPaused { channel.pauseReading() }
    channel.write(&request)
  }

  public func received(_ bytes: Bytes, on channel: Channel) {
    var events: [HTTP1Event] = []
    parser.receive(bytes, into: &events)
    handle(events)
  }

  public func peerClosed(_ channel: Channel) {
    // A body may last until the end.
    var events: [HTTP1Event] = []
    parser.receiveEnd(into: &events)
    handle(events)
    finish(.failed(.cutShort(.peer)))
  }

  public func congestionChanged(_ channel: Channel) {}

  public func closed(_ channel: Channel, because reason: ChannelCloseReason) {
    self.channel = nil
    finish(.failed(.cutShort(reason)))
  }
}
