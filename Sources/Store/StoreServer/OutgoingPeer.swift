import Base
import EventLoop
import Linux
import Transport

/// The connection that this member dialled to one peer, and dials again whenever it is gone.
///
///     waiting -> resolving -> dialling -> greeting -> connected -> waiting ...
final class OutgoingPeer: ChannelDelegate {
  let peer: NodeID
  private let name: String
  private let urls: [MemberURL]
  private let workers: WorkerPool
  private unowned let transport: PeerTransport
  private var state = State.waiting(nil)
  private var reader = PeerWireReader()
  private var scratch = ByteBuffer()
  private var nextURL = 0
  private var delay = PeerTransport.Bounds.redialFirst
  private var greetingTimer: LoopTimer?
  /// What the last attempt ended with, so that the log tells each reason once.
  private var lastComplaint = ""
  private var stalledSince: Instant?
  private var unsentBefore = 0
  private var isDropping = false

  private enum State {
    /// Until the timer dials; nil: until `dial`.
    case waiting(LoopTimer?)
    case resolving
    case dialling(Channel)
    case greeting(Channel)
    case connected(Channel)
    case closed
  }

  init(
    _ peer: NodeID, name: String, urls: [MemberURL], workers: WorkerPool, transport: PeerTransport
  ) {
    self.peer = peer
    self.name = name
    self.urls = urls
    self.workers = workers
    self.transport = transport
  }

  var isConnected: Bool {
    if case .connected = state { return true }
    return false
  }

  func send(_ frame: Bytes) {
    guard case .connected(let channel) = state else { return }
    guard channel.unsentCount + frame.count <= PeerTransport.Bounds.queueBytesMax else {
      if !isDropping { transport.logger.warn("peer is too slow, frames dropped", ["peer": name]) }
      isDropping = true
      return
    }
    isDropping = false
    PeerWire.write(frame, into: &scratch)
    channel.write(&scratch)
  }

  /// A connection whose peer takes nothing is as good as lost, long before TCP gives up.
  func endIfStalled() {
    guard case .connected(let channel) = state else { return }
    let unsent = channel.unsentCount
    defer { unsentBefore = unsent }
    guard unsent > 0, unsent >= unsentBefore else {
      stalledSince = nil
      return
    }
    guard let since = stalledSince else {
      stalledSince = transport.loop.now
      return
    }
    guard transport.loop.now - since >= PeerTransport.Bounds.stall else { return }
    complain("it takes no bytes")
    channel.abort()
  }

  func close() {
    switch state {
    case .waiting(let timer):
      if let timer { transport.loop.cancel(timer) }
      state = .closed
    case .resolving, .closed: state = .closed
    case .dialling(let channel), .greeting(let channel), .connected(let channel):
      state = .closed
      channel.close()
    }
  }

  // MARK: - Dialling

  /// The peer is alive: it has just dialled us.
  func dialNow() {
    guard case .waiting = state else { return }
    delay = PeerTransport.Bounds.redialFirst
    dial()
  }

  func dial() {
    guard case .waiting(let timer) = state else { return }
    if let timer { transport.loop.cancel(timer) }
    let url = urls[nextURL % urls.count]
    nextURL += 1
    if let host = IPAddress(url.host) {
      connect(to: SocketAddress(host, port: url.port), url)
      return
    }
    state = .resolving
    let (host, port) = (url.host, url.port)
    transport.loop.offload(to: workers) {
      OutgoingPeer.resolve(host, port)
    } completion: {
      [self] outcome in
      guard case .resolving = state else { return }
      switch outcome {
      case .success(let addresses):
        // The best one first, another one at each further attempt.
        connect(to: addresses[(nextURL - 1) / urls.count % addresses.count], url)
      case .failure(let error): retry(because: "cannot resolve \(host): \(error)")
      }
    }
  }

  private static func resolve(
    _ host: String, _ port: UInt16
  ) -> Result<[SocketAddress], ResolveError> {
    do throws(ResolveError) {
      return .success(try Resolver.resolve(host, port: port))
    } catch {
      return .failure(error)
    }
  }

  private func connect(to address: SocketAddress, _ url: MemberURL) {
    var settings = transport.channelSettings
    if !url.isSecure { settings.tls = nil }
    do {
      let channel = try Channel(
        to: address, serverName: url.host, loop: transport.loop, settings: settings,
        delegate: self)
      state = .dialling(channel)
    } catch {
      retry(because: "\(error)")
    }
  }

  private func retry(because reason: String) {
    complain(reason)
    let timer = transport.loop.schedule(after: delay) { [self] in
      if case .waiting = state { state = .waiting(nil) }
      dial()
    }
    state = .waiting(timer)
    delay = min(delay * 2, PeerTransport.Bounds.redialMax)
  }

  private func complain(_ reason: String) {
    guard reason != lastComplaint else { return }
    lastComplaint = reason
    transport.logger.warn(
      "peer not reached", ["peer": name, "id": peer, "reason": reason])
  }

  // MARK: - Channel

  func opened(_ channel: Channel) {
    guard case .dialling = state else { return }
    state = .greeting(channel)
    reader = PeerWireReader()
    let hello = PeerHello(cluster: transport.cluster, from: transport.local, to: peer)
    PeerWire.write(hello.encoded, into: &scratch)
    channel.write(&scratch)
    greetingTimer = transport.loop.schedule(after: PeerTransport.Bounds.helloTimeout) {
      [self] in
      complain("it did not answer our hello")
      channel.abort()
    }
  }

  func received(_ bytes: Bytes, on channel: Channel) {
    guard case .greeting = state else {
      complain("it sent frames on a connection that it did not dial")
      return channel.abort()
    }
    var payloads: [Bytes] = []
    do throws(PeerWireError) {
      try reader.receive(bytes, into: &payloads)
      guard let first = payloads.first else { return }
      greeted(try PeerHello(decoding: first), on: channel)
    } catch {
      complain("it is no member: \(error)")
      channel.abort()
    }
  }

  private func greeted(_ answer: PeerHello, on channel: Channel) {
    cancelGreetingTimer()
    switch answer.verdict {
    case .accepted:
      guard answer.cluster == transport.cluster, answer.from == peer else {
        complain("another member answered: \(answer.from)")
        return channel.abort()
      }
      state = .connected(channel)
      delay = PeerTransport.Bounds.redialFirst
      lastComplaint = ""
      stalledSince = nil
      transport.logger.info("peer connected", ["peer": name, "id": peer])
      transport.delegate?.peerConnected(peer)
    case .otherCluster:
      let theirs = String(answer.cluster, radix: 16)
      let ours = String(transport.cluster, radix: 16)
      complain("it belongs to another cluster: \(theirs), not \(ours)")
      channel.close()
    case .otherMember:
      complain("another member is at its address: \(answer.from)")
      channel.close()
    case .unknownMember:
      complain("it does not know this member: \(transport.local)")
      channel.close()
    }
  }

  func peerClosed(_ channel: Channel) {
    channel.abort()
  }

  func congestionChanged(_ channel: Channel) {}

  func closed(_ channel: Channel, because reason: ChannelCloseReason) {
    cancelGreetingTimer()
    switch state {
    case .waiting, .resolving, .closed: return
    case .dialling: retry(because: "\(reason)")
    case .greeting: retry(because: lastComplaint.isEmpty ? "\(reason)" : lastComplaint)
    case .connected:
      state = .waiting(nil)
      transport.logger.warn("peer lost", ["peer": name, "id": peer, "reason": "\(reason)"])
      transport.delegate?.peerDisconnected(peer)
      dial()
    }
  }

  private func cancelGreetingTimer() {
    if let greetingTimer { transport.loop.cancel(greetingTimer) }
    greetingTimer = nil
  }
}
