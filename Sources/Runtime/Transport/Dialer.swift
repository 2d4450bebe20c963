internal import Base
internal import Crypto
internal import EventLoop
public import Linux

/// A server to call.
public struct Endpoint: Hashable, Sendable {
  /// A name or an address, without brackets. With TLS, what the certificate must bear.
  public var host: String
  public var port: UInt16

  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }
}

extension Endpoint: CustomStringConvertible {
  public var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}

/// Why a server cannot be reached.
public enum DialError: Error, Hashable, Sendable {
  case unresolved(ResolveError)
  case channel(ChannelError)
  /// The first address tried, and how that ended: later ones are mostly the same host again.
  case closed(SocketAddress, ChannelCloseReason)
  /// TLS stands, but the server does not speak the protocol that is needed.
  case noCommonProtocol(SocketAddress)
  /// This side gave up.
  case cancelled
}

/// Connects to an endpoint: its addresses one after the other, until a channel is open.
final class Dialer {
  private let endpoint: Endpoint
  private let serverName: String
  private let loop: EventLoop
  private let settings: ChannelSettings
  private let makeDelegate: () -> any ChannelDelegate
  private let completion: (Result<Channel, DialError>) -> Void
  private var addresses: [SocketAddress] = []
  private var attempt: DialAttempt?
  private var firstError: DialError?
  private var isDone = false

  /// Begins at once. `completion` gets an open channel whose events go to what `makeDelegate` gave.
  /// `serverName` is what the certificate must bear where that is not the endpoint's host.
  init(
    _ endpoint: Endpoint, serverName: String? = nil, loop: EventLoop, settings: ChannelSettings,
    makeDelegate: @escaping () -> any ChannelDelegate,
    completion: @escaping (Result<Channel, DialError>) -> Void
  ) {
    self.endpoint = endpoint
    self.serverName = serverName ?? endpoint.host
    self.loop = loop
    self.settings = settings
    self.makeDelegate = makeDelegate
    self.completion = completion
    resolve()
  }

  func cancel() {
    finish(.failure(.cancelled))
  }

  private func resolve() {
    let isLiteral = endpoint.host == "localhost" || IPAddress(endpoint.host) != nil
    guard let workers = settings.workers, !isLiteral else {
      // From the loop, so that the caller has the dialer before it hears of it.
      return loop.submitLocally { [self] in resolved(Dialer.lookUp(endpoint)) }
    }
    let wanted = endpoint
    loop.offload(to: workers) {
      Dialer.lookUp(wanted)
    } completion: { [self] outcome in
      resolved(outcome)
    }
  }

  private static func lookUp(_ endpoint: Endpoint) -> Result<[SocketAddress], ResolveError> {
    do throws(ResolveError) {
      return .success(try Resolver.resolve(endpoint.host, port: endpoint.port))
    } catch {
      return .failure(error)
    }
  }

  private func resolved(_ outcome: Result<[SocketAddress], ResolveError>) {
    guard !isDone else { return }
    switch outcome {
    case .failure(let error): finish(.failure(.unresolved(error)))
    case .success(let found):
      addresses = found.reversed()
      tryNext()
    }
  }

  private func tryNext() {
    guard !isDone else { return }
    guard let address = addresses.popLast() else {
      let nowhere = ResolveError.failed(host: endpoint.host, reason: "no address")
      return finish(.failure(firstError ?? .unresolved(nowhere)))
    }
    let attempt = DialAttempt { [self] outcome in
      switch outcome {
      case .success(let channel): finish(.success(channel))
      case .failure(let reason): failed(.closed(address, reason))
      }
    }
    do {
      attempt.channel = try Channel(
        to: address, serverName: serverName, loop: loop, settings: settings, delegate: attempt)
      attempt.target = makeDelegate()
      self.attempt = attempt
    } catch {
      failed(.channel(error))
    }
  }

  private func failed(_ error: DialError) {
    firstError = firstError ?? error
    tryNext()
  }

  private func finish(_ outcome: Result<Channel, DialError>) {
    guard !isDone else { return }
    isDone = true
    if case .failure = outcome { attempt?.channel?.abort() }
    attempt = nil
    completion(outcome)
  }
}

/// One address: tells the dialer the outcome, and hands on what follows an open channel.
private final class DialAttempt: ChannelDelegate {
  var channel: Channel?
  var target: (any ChannelDelegate)?
  private var completion: ((Result<Channel, ChannelCloseReason>) -> Void)?

  init(completion: @escaping (Result<Channel, ChannelCloseReason>) -> Void) {
    self.completion = completion
  }

  func opened(_ channel: Channel) {
    let completion = completion
    self.completion = nil
    self.channel = nil
    completion?(.success(channel))
    target?.opened(channel)
  }

  func received(_ bytes: Bytes, on channel: Channel) { target?.received(bytes, on: channel) }
  func peerClosed(_ channel: Channel) { target?.peerClosed(channel) }
  func congestionChanged(_ channel: Channel) { target?.congestionChanged(channel) }

  func closed(_ channel: Channel, because reason: ChannelCloseReason) {
    self.channel = nil
    if let completion {
      self.completion = nil
      completion(.failure(reason))
    } else {
      target?.closed(channel, because: reason)
    }
    target = nil
  }
}
