package import Base
package import Crypto
package import EventLoop
package import Linux
import Transport

/// What the peer transport tells the server, on the loop's thread.
package protocol PeerTransportDelegate: AnyObject {
  /// Frames to the peer flow from now on.
  func peerConnected(_ peer: NodeID)
  func peerDisconnected(_ peer: NodeID)
  func peerReceived(_ frame: Bytes, from peer: NodeID)
}

/// Frames to and from the other members.
///
/// Each member dials every other and sends on the connections that it dialled; it receives on those
/// that were dialled by others. So each direction has one connection at most, and either end alone
/// can tell that it is gone. With TLS both ends verify each other by the peers' authority.
package final class PeerTransport: Network {
  let loop: EventLoop
  let local: NodeID
  let cluster: UInt64
  let logger: Logger
  let channelSettings: ChannelSettings
  private let members: [NodeID]
  private let acceptSettings: ChannelSettings
  private var outgoing: [NodeID: OutgoingPeer] = [:]
  private var listeners: [TCPListener] = []
  /// Accepted connections by number, those without a hello included.
  private var incoming: [UInt64: IncomingPeer] = [:]
  private var nextIncoming: UInt64 = 1
  private(set) weak var delegate: (any PeerTransportDelegate)?
  private var stallTimer: RepeatingTimer?

  enum Bounds {
    /// Unsent bytes to one peer; Raft's flow control keeps below it while the peer takes them.
    static let queueBytesMax = 64 << 20
    static let helloTimeout = Duration.seconds(5)
    static let redialFirst = Duration.milliseconds(50)
    static let redialMax = Duration.seconds(1)
    /// A peer that takes no byte for so long is dialled anew.
    static let stall = Duration.seconds(5)
    /// Accepted connections, several per peer while old ones die.
    static let incomingMax = 256
  }

  package init(
    configuration: StoreConfiguration, loop: EventLoop, logger: Logger, workers: WorkerPool,
    delegate: any PeerTransportDelegate
  ) throws(CryptoError) {
    self.loop = loop
    self.logger = logger
    self.delegate = delegate
    local = configuration.local.id
    cluster = configuration.cluster.id
    members = configuration.cluster.members.map(\.id)
    var dial = ChannelSettings(workers: workers)
    var accept = ChannelSettings(workers: workers)
    if let files = configuration.peerTLS {
      let credentials = TLSCredentials(
        certificateFile: files.certificate, privateKeyFile: files.key)
      dial.tls = try TLSContext(
        .client(credentials, trustedFile: files.trustedAuthorities, protocols: []))
      accept.tls = try TLSContext(
        .server(credentials, trustedFile: files.trustedAuthorities, protocols: []))
    }
    channelSettings = dial
    acceptSettings = accept
    for member in configuration.cluster.members where member.id != local {
      outgoing[member.id] = OutgoingPeer(
        member.id, name: member.name, urls: member.peerURLs, workers: workers, transport: self)
    }
  }

  /// Accepts peers at one of the `--listen-peer-urls`.
  package func listen(_ url: MemberURL, on address: SocketAddress) throws(StartError) {
    var settings = acceptSettings
    if !url.isSecure { settings.tls = nil }
    do {
      let listener = try TCPListener(on: address, loop: loop) { [self] socket, peer in
        accept(socket, from: peer, settings: settings)
      }
      listeners.append(listener)
    } catch {
      throw .cannotListen(url.text, error)
    }
  }

  /// Begins to dial the other members.
  package func dialAll() {
    for peer in outgoing.values { peer.dial() }
    stallTimer = loop.scheduleRepeating(every: .seconds(1)) { [self] in
      for peer in outgoing.values { peer.endIfStalled() }
    }
  }

  /// Queues a frame; drops it where the peer is not connected or its queue is full.
  package func send(_ frame: Bytes, to peer: NodeID) {
    outgoing[peer]?.send(frame)
  }

  /// Peers to whom frames flow.
  package var connectedCount: Int { outgoing.values.count { $0.isConnected } }

  package func close() {
    stallTimer?.cancel()
    for listener in listeners { listener.close() }
    // A port is free when its listener's last reference goes.
    listeners.removeAll()
    for peer in outgoing.values { peer.close() }
    for peer in incoming.values { peer.close() }
  }

  private func accept(
    _ socket: consuming Socket, from address: SocketAddress, settings: ChannelSettings
  ) {
    guard incoming.count < Bounds.incomingMax else {
      logger.warn("too many peer connections", ["address": address])
      return
    }
    let number = nextIncoming
    nextIncoming += 1
    do {
      let peer = IncomingPeer(number, transport: self)
      try peer.open(socket, from: address, settings: settings)
      incoming[number] = peer
    } catch {
      logger.warn("cannot take a peer connection", ["address": address, "error": "\(error)"])
    }
  }

  // MARK: - From incoming connections

  /// The answer to a hello. An accepted peer's older connection is dead, or it would not dial.
  func judge(_ hello: PeerHello, on number: UInt64) -> PeerHello.Verdict {
    let verdict = hello.judged(by: local, of: cluster, members: members)
    if verdict == .accepted {
      for (other, peer) in incoming where other != number && peer.peer == hello.from {
        peer.close()
      }
      outgoing[hello.from]?.dialNow()
    }
    return verdict
  }

  func ended(_ number: UInt64) {
    incoming[number] = nil
  }
}
