import Base
import Crypto
import EventLoop
import Linux
import StoreServer
import Synchronization
import Testing

@Suite struct `Members that talk` {
  /// One member's end, and what it was told.
  private final class End: PeerTransportDelegate {
    let loop: EventLoop
    let lines = Lines()
    private(set) var events: [String] = []
    private(set) var frames: [Bytes] = []
    private var transport: PeerTransport?

    init(_ name: String, of cluster: Cluster, loop: EventLoop, token: String = "t") throws {
      self.loop = loop
      let configuration = try cluster.configuration(name, token: token)
      let lines = lines
      let made = try PeerTransport(
        configuration: configuration, loop: loop,
        logger: Logger("peers", minimum: .info) { lines.append($0) },
        workers: try WorkerPool(threads: 1), delegate: self)
      for url in configuration.listenPeerURLs {
        try made.listen(url, on: SocketAddress(.loopbackV4, port: url.port))
      }
      made.dialAll()
      transport = made
    }

    func send(_ frame: Bytes, to peer: NodeID) { transport?.send(frame, to: peer) }

    func close() {
      transport?.close()
      transport = nil
    }

    func peerConnected(_ peer: NodeID) { events.append("connected \(peer)") }
    func peerDisconnected(_ peer: NodeID) { events.append("disconnected \(peer)") }
    func peerReceived(_ frame: Bytes, from peer: NodeID) { frames.append(frame) }
  }

  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func append(_ line: String) { lines.withLock { $0.append(line) } }
    func contains(_ text: String) -> Bool {
      lines.withLock { $0.contains { $0.contains(text) } }
    }
    var all: String { lines.withLock { $0.joined(separator: "\n") } }
  }

  /// The flags of two members, a and b.
  private struct Cluster {
    let ports: [UInt16]
    var scheme = "http"
    var tls: [String] = []

    init() throws {
      // Below the range that outgoing connections take; one at random is hardly ever taken.
      let first = UInt16.random(in: 20_000..<32_000)
      ports = [first, first + 1]
    }

    func url(_ name: String) -> String {
      "\(scheme)://127.0.0.1:\(ports[name == "a" ? 0 : 1])"
    }

    func configuration(_ name: String, token: String = "t") throws -> StoreConfiguration {
      let flags = [
        "--name", name, "--initial-cluster", "a=\(url("a")),b=\(url("b"))",
        "--initial-cluster-token", token, "--listen-peer-urls", url(name),
        "--initial-advertise-peer-urls", url(name),
      ]
      return try StoreConfiguration(StoreConfiguration.flags.parse(flags + tls))
    }

    func id(_ name: String) throws -> NodeID { try configuration(name).local.id }
  }

  private static func wait(
    _ loop: EventLoop, _ what: Comment, _ condition: () -> Bool
  ) {
    let isTrue = loop.run(atMost: .seconds(10), until: condition)
    #expect(isTrue, what)
  }

  @Test func `exchange frames in order, and notice the other's end and return`() throws {
    let cluster = try Cluster()
    let loop = try EventLoop()
    let (idA, idB) = (try cluster.id("a"), try cluster.id("b"))
    let first = try End("a", of: cluster, loop: loop)
    let second = try End("b", of: cluster, loop: loop)
    Self.wait(loop, "both connect") { !first.events.isEmpty && !second.events.isEmpty }
    #expect(first.events == ["connected \(idB)"])
    let large = Bytes([UInt8](repeating: 7, count: 3 << 20))
    first.send("one", to: idB)
    first.send(large, to: idB)
    second.send("back", to: idA)
    Self.wait(loop, "frames arrive") { second.frames.count == 2 && first.frames.count == 1 }
    #expect(second.frames == ["one", large])
    #expect(first.frames == ["back"])

    second.close()
    Self.wait(loop, "the end is noticed") { first.events.count == 2 }
    #expect(first.events.last == "disconnected \(idB)")
    first.send("lost", to: idB)
    let third = try End("b", of: cluster, loop: loop)
    Self.wait(loop, "the return is noticed") { first.events.count == 3 }
    first.send("again", to: idB)
    Self.wait(loop, "the frame arrives") { !third.frames.isEmpty }
    #expect(third.frames == ["again"])
    first.close()
    third.close()
  }

  @Test func `refuse a member of another cluster and say so on both sides`() throws {
    let cluster = try Cluster()
    let loop = try EventLoop()
    let first = try End("a", of: cluster, loop: loop)
    let stranger = try End("b", of: cluster, loop: loop, token: "other")
    Self.wait(loop, "both complain") {
      first.lines.contains("refused a peer: otherCluster")
        && stranger.lines.contains("it belongs to another cluster")
    }
    #expect(first.events.isEmpty && stranger.events.isEmpty)
    #expect(first.frames.isEmpty)
    first.close()
    stranger.close()
  }

  @Test func `survive garbage on the peer port`() throws {
    let cluster = try Cluster()
    let loop = try EventLoop()
    let first = try End("a", of: cluster, loop: loop)
    let second = try End("b", of: cluster, loop: loop)
    Self.wait(loop, "both connect") { !first.events.isEmpty && !second.events.isEmpty }
    var random = PRNG(seed: 5)
    let address = SocketAddress(.loopbackV4, port: cluster.ports[0])
    for length in [1, 8, 9, 64, 5_000] {
      let client = try GarbageClient(
        Bytes((0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }), to: address,
        loop: loop)
      Self.wait(loop, "garbage is sent") { client.isConnected }
      client.close()
    }
    Self.wait(loop, "garbage is reported") {
      first.lines.contains("garbage on the peer port")
    }
    second.send("still here", to: try cluster.id("a"))
    Self.wait(loop, "frames still flow") { !first.frames.isEmpty }
    #expect(first.events.count == 1)
    first.close()
    second.close()
  }

  private final class GarbageClient: TCPConnectionDelegate {
    private(set) var isConnected = false
    private var connection: TCPConnection?

    init(_ bytes: Bytes, to address: SocketAddress, loop: EventLoop) throws {
      connection = try TCPConnection(
        to: address, timeout: .seconds(5), loop: loop, delegate: self)
      connection?.write(bytes)
    }

    func close() { connection?.close() }
    func connected(_ connection: TCPConnection) { isConnected = true }
    func received(_ bytes: Bytes, on connection: TCPConnection) {}
    func peerClosed(_ connection: TCPConnection) {}
    func congestionChanged(_ connection: TCPConnection) {}
    func closed(_ connection: TCPConnection, because reason: TCPCloseReason) {}
  }

  @Test func `verify each other where TLS is on`() throws {
    let folder = "/tmp/keelson-test-\(String(Machine.randomWord(), radix: 16))"
    try Files.makeFolder(folder)
    defer { do { try Files.removeTree(folder) } catch { Issue.record(error) } }
    func issue(_ name: String) throws -> [String] {
      let now = Machine.wallTime()
      let authority = try CertificateAuthority.make(
        commonName: "\(name)-ca", now: now, validity: .seconds(3600))
      let leaf = try authority.issue(
        CertificateProfile(
          commonName: name, usage: .both, addresses: ["127.0.0.1"], now: now,
          validity: .seconds(3600)))
      let files = ["ca", "crt", "key"].map { "\(folder)/\(name).\($0)" }
      try Files.replace(files[0], with: authority.certificate.pem())
      try Files.replace(files[1], with: leaf.certificate.pem())
      try Files.replace(files[2], with: leaf.key.pem())
      return [
        "--peer-trusted-ca-file", files[0], "--peer-cert-file", files[1], "--peer-key-file",
        files[2],
      ]
    }
    var trusted = try Cluster()
    trusted.scheme = "https"
    trusted.tls = try issue("good")
    var stranger = trusted
    stranger.tls = try issue("bad")

    let loop = try EventLoop()
    let first = try End("a", of: trusted, loop: loop)
    let intruder = try End("b", of: stranger, loop: loop)
    Self.wait(loop, "the other authority is refused") {
      first.lines.contains("TLS failed on the peer port")
    }
    #expect(first.events.isEmpty && intruder.events.isEmpty)
    intruder.close()
    let second = try End("b", of: trusted, loop: loop)
    Self.wait(loop, "members of one authority connect") {
      !first.events.isEmpty && !second.events.isEmpty
    }
    second.send("secret", to: try trusted.id("a"))
    Self.wait(loop, "the frame arrives") { first.frames == ["secret"] }
    first.close()
    second.close()
  }
}
