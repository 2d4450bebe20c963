public import Base
public import EventLoop
public import HTTP
internal import Linux

/// A whole response.
public struct HTTPResponse: Hashable, Sendable {
  public let status: StatusCode
  public let fields: HeaderFields
  public let body: Bytes
}

/// Why a request got no response.
public enum HTTPClientError: Error, Hashable, Sendable {
  case unreachable(DialError)
  /// Neither `http` nor `https`, or `https` without a TLS context.
  case unsupportedScheme(String)
  /// The response is no HTTP/1.1.
  case broken(HTTP1Error)
  /// The connection ended before the response was whole.
  case cutShort(ChannelCloseReason)
  case bodyTooLarge(bytesMax: Int)
  case timedOut
}

/// Plain requests: one over HTTP/1.1 and one connection each, for probes and the odd question.
public final class HTTPClient {
  private let loop: EventLoop
  private let settings: ChannelSettings
  private let bodyBytesMax: Int

  /// `settings` hold the TLS context for `https`; its protocols should name `http/1.1` or none.
  public init(loop: EventLoop, settings: ChannelSettings, bodyBytesMax: Int = 16 << 20) {
    self.loop = loop
    self.settings = settings
    self.bodyBytesMax = bodyBytesMax
  }

  /// Sends a request; `completion` runs once on the loop, never within this call.
  ///
  /// - Parameters:
  ///   - method: in upper case.
  ///   - url: `http://` or `https://`.
  ///   - fields: beside `host`, `content-length` and `connection`, which are added.
  ///   - body: empty for none.
  ///   - timeout: from now to the whole response.
  ///   - completion: gets the response, of any status; redirects are not followed.
  public func send(
    _ method: Bytes = "GET", _ url: URL, fields: HeaderFields = HeaderFields(),
    body: Bytes = Bytes(), timeout: Duration,
    completion: @escaping (Result<HTTPResponse, HTTPClientError>) -> Void
  ) {
    loop.preconditionOnLoop()
    var channel = settings
    switch url.scheme {
    case "http": channel.tls = nil
    case "https" where channel.tls != nil: break
    default:
      let error = HTTPClientError.unsupportedScheme(url.scheme)
      return loop.submitLocally { completion(.failure(error)) }
    }
    let exchange = HTTPExchange(
      isHead: method == "HEAD", bodyBytesMax: bodyBytesMax, completion: completion)
    var all: HeaderFields = ["host": Bytes(url.authority)]
    for field in fields { all.append(field) }
    if !body.isEmpty { all.append("content-length", Bytes(String(body.count))) }
    all.append("connection", "close")
    HTTP1Writer.writeRequest(
      method: method, target: Bytes(url.target), all, into: &exchange.request)
    exchange.request.write(body)
    let endpoint = Endpoint(host: url.host, port: url.effectivePort ?? 80)
    exchange.begin(endpoint, loop, channel, timeout: timeout)
  }
}

/// One request with its response.
private final class HTTPExchange: ChannelDelegate {
  var request = ByteBuffer()
  private let bodyBytesMax: Int
  private var completion: ((Result<HTTPResponse, HTTPClientError>) -> Void)?
  private var parser = HTTP1Parser(role: .client)
  private var head: HTTP1ResponseHead?
  private var body = ByteBuffer()
  private var dialer: Dialer?
  private var channel: Channel?
  private var timer: LoopTimer?
  private var loop: EventLoop?

  init(
    isHead: Bool, bodyBytesMax: Int,
    completion: @escaping (Result<HTTPResponse, HTTPClientError>) -> Void
  ) {
    self.bodyBytesMax = bodyBytesMax
    self.completion = completion
    parser.nextResponseHasNoBody = isHead
  }

  func begin(
    _ endpoint: Endpoint, _ loop: EventLoop, _ settings: ChannelSettings, timeout: Duration
  ) {
    self.loop = loop
    timer = loop.schedule(after: timeout) { [self] in finish(.failure(.timedOut)) }
    dialer = Dialer(endpoint, loop: loop, settings: settings) { [self] in
      self
    } completion: { [self] outcome in
      dialer = nil
      if case .failure(let error) = outcome { finish(.failure(.unreachable(error))) }
    }
  }

  func opened(_ channel: Channel) {
    guard completion != nil else { return channel.abort() }
    self.channel = channel
    channel.write(&request)
  }

  func received(_ bytes: Bytes, on channel: Channel) {
    var events: [HTTP1Event] = []
    parser.receive(bytes, into: &events)
    handle(events)
  }

  func peerClosed(_ channel: Channel) {
    // A body may last until the end.
    var events: [HTTP1Event] = []
    parser.receiveEnd(into: &events)
    handle(events)
    finish(.failure(.cutShort(.peer)))
  }

  func congestionChanged(_ channel: Channel) {}

  func closed(_ channel: Channel, because reason: ChannelCloseReason) {
    self.channel = nil
    finish(.failure(.cutShort(reason)))
  }

  private func handle(_ events: [HTTP1Event]) {
    for event in events {
      switch event {
      case .response(let head): self.head = head
      case .body(let bytes):
        guard body.count + bytes.count <= bodyBytesMax else {
          return finish(.failure(.bodyTooLarge(bytesMax: bodyBytesMax)))
        }
        body.write(bytes)
      case .end:
        guard let head else { return }
        finish(
          .success(HTTPResponse(status: head.status, fields: head.fields, body: body.take())))
      case .failed(.truncated): finish(.failure(.cutShort(.peer)))
      case .failed(let error): finish(.failure(.broken(error)))
      case .request: preconditionFailure("a client's parser reads responses")
      }
    }
  }

  private func finish(_ outcome: Result<HTTPResponse, HTTPClientError>) {
    guard let completion else { return }
    self.completion = nil
    if let timer { loop?.cancel(timer) }
    timer = nil
    dialer?.cancel()
    dialer = nil
    channel?.close()
    completion(outcome)
  }
}

/// The async face of `HTTPClient`, for tasks on any thread.
public struct AsyncHTTPClient: Sendable {
  private let loop: EventLoop
  private let client: LoopBound<HTTPClient>

  public init(loop: EventLoop, settings: ChannelSettings, bodyBytesMax: Int = 16 << 20) {
    self.loop = loop
    client = LoopBound(on: loop) {
      HTTPClient(loop: loop, settings: settings, bodyBytesMax: bodyBytesMax)
    }
  }

  /// Sends a request, see `HTTPClient.send`; a cancelled task still waits for the time-out at most.
  public func send(
    _ method: Bytes = "GET", _ url: URL, fields: HeaderFields = HeaderFields(),
    body: Bytes = Bytes(), timeout: Duration
  ) async throws(HTTPClientError) -> HTTPResponse {
    let outcome: Result<HTTPResponse, HTTPClientError> = await withCheckedContinuation {
      continuation in
      loop.submit {
        client.value.send(method, url, fields: fields, body: body, timeout: timeout) {
          continuation.resume(returning: $0)
        }
      }
    }
    return try outcome.get()
  }
}
