import Base
import EventLoop
import Linux
import Transport

/// A connection that a peer dialled: its hello, then its frames.
final class IncomingPeer: ChannelDelegate {
  /// Who dialled; nil before an accepted hello.
  private(set) var peer: NodeID?
  private let number: UInt64
  private unowned let transport: PeerTransport
  private var reader = PeerWireReader()
  private var payloads: [Bytes] = []
  private var timer: LoopTimer?
  private var channel: Channel?

  init(_ number: UInt64, transport: PeerTransport) {
    self.number = number
    self.transport = transport
  }

  func open(
    _ socket: consuming Socket, from address: SocketAddress, settings: ChannelSettings
  ) throws(ChannelError) {
    let opened = try Channel(
      accepting: socket, peer: address, loop: transport.loop, settings: settings, delegate: self)
    channel = opened
    let limit = settings.handshakeTimeout + PeerTransport.Bounds.helloTimeout
    timer = transport.loop.schedule(after: limit) { [self] in
      timer = nil
      transport.logger.warn("no hello on the peer port", ["address": address])
      opened.abort()
    }
  }

  func close() {
    channel?.abort()
  }

  func opened(_ channel: Channel) {}

  func received(_ bytes: Bytes, on channel: Channel) {
    payloads.removeAll(keepingCapacity: true)
    do throws(PeerWireError) {
      try reader.receive(bytes, into: &payloads)
      for payload in payloads {
        guard channel.isOpen else { return }
        if let peer {
          transport.delegate?.peerReceived(payload, from: peer)
        } else {
          greet(try PeerHello(decoding: payload), on: channel)
        }
      }
    } catch {
      transport.logger.warn(
        "garbage on the peer port", ["address": channel.peerAddress, "error": "\(error)"])
      channel.abort()
    }
  }

  private func greet(_ hello: PeerHello, on channel: Channel) {
    cancelTimer()
    let verdict = transport.judge(hello, on: number)
    let answer = PeerHello(
      cluster: transport.cluster, from: transport.local, to: hello.from, verdict: verdict)
    var buffer = ByteBuffer()
    PeerWire.write(answer.encoded, into: &buffer)
    channel.write(&buffer)
    guard verdict != .accepted else {
      peer = hello.from
      return
    }
    transport.logger.warn(
      "refused a peer: \(verdict)",
      [
        "address": channel.peerAddress, "its-id": hello.from,
        "its-cluster": String(hello.cluster, radix: 16),
        "our-cluster": String(transport.cluster, radix: 16),
      ])
    channel.close()
  }

  func peerClosed(_ channel: Channel) {
    channel.abort()
  }

  func congestionChanged(_ channel: Channel) {}

  func closed(_ channel: Channel, because reason: ChannelCloseReason) {
    cancelTimer()
    if peer == nil, case .tls(let error) = reason {
      transport.logger.warn(
        "TLS failed on the peer port", ["address": channel.peerAddress, "error": "\(error)"])
    }
    self.channel = nil
    transport.ended(number)
  }

  private func cancelTimer() {
    if let timer { transport.loop.cancel(timer) }
    timer = nil
  }
}
