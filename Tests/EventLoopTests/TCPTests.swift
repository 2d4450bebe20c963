import Base
import EventLoop
import Linux
import Testing

@Suite struct `TCP over loopback` {
  private let loop: EventLoop

  init() throws {
    loop = try EventLoop()
  }

  private func finishes(_ isDone: () -> Bool) -> Bool {
    loop.run(atMost: .seconds(10), until: isDone)
  }

  /// A connected pair: who connected, and who was accepted.
  private func pair(
    _ host: IPAddress = .loopbackV4, marks: TCPConnection.Marks = .standard
  ) throws -> (client: Peer, server: Peer) {
    let client = Peer()
    let server = Peer()
    let listener = try TCPListener(on: SocketAddress(host, port: 0), loop: loop) {
      [loop] socket, address in
      do {
        server.connection = try TCPConnection(
          socket, peer: address, loop: loop, delegate: server, marks: marks)
      } catch {
        Issue.record("\(error)")
      }
    }
    client.connection = try TCPConnection(
      to: listener.address, timeout: .seconds(5), loop: loop, delegate: client, marks: marks)
    #expect(finishes { client.hasConnected && server.connection != nil })
    listener.close()
    return (client, server)
  }

  @Test(arguments: [IPAddress.loopbackV4, .loopbackV6])
  func `bytes pass both ways, then both ends are told`(_ host: IPAddress) throws {
    let (client, server) = try pair(host)
    client.connection?.write("hello ")
    client.connection?.write("world")
    #expect(finishes { server.received == "hello world" })
    #expect(server.connection?.peerAddress == (try client.connection?.localAddress()))
    server.connection?.write("bye")
    server.connection?.close()
    #expect(finishes { client.hasPeerClosed })
    #expect(client.received == "bye")
    client.connection?.close()
    #expect(finishes { client.reason != nil && server.reason != nil })
    #expect(client.reason == .peer)
    #expect(server.reason == .local)
  }

  @Test func `writes of one turn are one segment`() throws {
    let (client, server) = try pair()
    for number in 0..<100 { client.connection?.write(Bytes("\(number),")) }
    #expect(finishes { !server.received.isEmpty })
    #expect(server.readCount == 1)
    #expect(server.received.text == (0..<100).map { "\($0)," }.joined())
  }

  @Test func `what was written before connecting leaves afterwards`() throws {
    let server = Peer()
    let client = Peer()
    let listener = try TCPListener(on: SocketAddress(.loopbackV4, port: 0), loop: loop) {
      [loop] socket, address in
      do {
        server.connection = try TCPConnection(
          socket, peer: address, loop: loop, delegate: server)
      } catch {
        Issue.record("\(error)")
      }
    }
    client.connection = try TCPConnection(
      to: listener.address, timeout: .seconds(5), loop: loop, delegate: client)
    client.connection?.write("early")
    #expect(finishes { server.received == "early" })
    client.connection?.abort()
    server.connection?.abort()
    listener.close()
  }

  @Test func `a slow reader congests, and all arrives in order when it reads`() throws {
    let (client, server) = try pair(marks: TCPConnection.Marks(low: 1000, high: 100_000))
    server.connection?.pauseReading()
    var generator = PRNG(seed: 5)
    var sent = ByteBuffer()
    while client.connection?.isCongested == false {
      let part = Bytes((0..<10_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
      client.connection?.write(part)
      sent.write(part)
      // Lets the kernel take what it takes.
      _ = loop.run(atMost: .milliseconds(1)) { false }
    }
    #expect(client.congestions == [true])
    #expect((client.connection?.unsentCount ?? 0) > 100_000)
    let before = server.received.count
    #expect(!loop.run(atMost: .milliseconds(50)) { server.received.count > before + 65_536 })
    server.connection?.resumeReading()
    #expect(finishes { server.received.count == sent.count })
    #expect(server.received == sent.bytes)
    #expect(client.congestions == [true, false])
    client.connection?.abort()
    #expect(finishes { server.hasPeerClosed || server.reason != nil })
  }

  @Test func `close sends everything first`() throws {
    let (client, server) = try pair()
    let large = Bytes(Array(repeating: 42, count: 20_000_000))
    client.connection?.write(large)
    client.connection?.close()
    client.connection?.write("too late")
    #expect(finishes { server.hasPeerClosed })
    #expect(server.received.count == large.count)
    server.connection?.close()
    #expect(finishes { client.reason != nil && server.reason != nil })
  }

  @Test func `unread input does not turn a close into a reset`() throws {
    let (client, server) = try pair()
    // The server answers without having read what the client is still sending.
    server.connection?.pauseReading()
    client.connection?.write(Bytes(Array(repeating: 1, count: 50_000)))
    #expect(!loop.run(atMost: .milliseconds(50)) { false })
    server.connection?.write("refused")
    server.connection?.close()
    #expect(finishes { client.hasPeerClosed || client.reason != nil })
    #expect(client.received == "refused")
    client.connection?.close()
    #expect(finishes { client.reason != nil && server.reason != nil })
    #expect(client.reason == .peer)
  }

  @Test func `a port in use is refused`() throws {
    let listener = try TCPListener(on: SocketAddress(.loopbackV4, port: 0), loop: loop) { _, _ in }
    let address = listener.address
    #expect(throws: Errno.addressInUse) {
      _ = try TCPListener(on: address, loop: self.loop) { _, _ in }
    }
    listener.close()
  }

  @Test func `nobody listening is connection refused`() throws {
    let address = try freeAddress()
    let client = Peer()
    client.connection = try TCPConnection(
      to: address, timeout: .seconds(5), loop: loop, delegate: client)
    #expect(finishes { client.reason != nil })
    #expect(client.reason == .failed(.connectionRefused))
    #expect(!client.hasConnected)
  }

  @Test func `a connect that takes too long is given up`() throws {
    // A listener whose queue is full lets SYNs fall (tcp(7)): nobody ever accepts here.
    let socket = try Socket.listen(on: SocketAddress(.loopbackV4, port: 0), backlog: 0)
    let address = try socket.localAddress()
    var clients: [Peer] = []
    for _ in 0..<4 {
      let client = Peer()
      client.connection = try TCPConnection(
        to: address, timeout: .milliseconds(300), loop: loop, delegate: client)
      clients.append(client)
    }
    #expect(finishes { clients.contains { $0.reason != nil } })
    #expect(clients.compactMap(\.reason).allSatisfy { $0 == .connectTimedOut })
    for client in clients { client.connection?.abort() }
    withExtendedLifetime(socket.rawValue) {}
  }

  @Test func `abort within a call is told after it`() throws {
    let (client, server) = try pair()
    server.onReceive = {
      server.connection?.abort()
      #expect(server.reason == nil)
    }
    client.connection?.write("x")
    #expect(finishes { server.reason != nil && client.hasPeerClosed })
    #expect(server.reason == .local)
    client.connection?.abort()
    #expect(finishes { client.reason != nil })
  }

  @Test func `a hundred connections share the loop`() throws {
    var accepted: [Peer] = []
    let listener = try TCPListener(on: SocketAddress(.loopbackV4, port: 0), loop: loop) {
      [loop] socket, address in
      let peer = Peer()
      peer.onReceive = { peer.connection?.write(peer.take()) }
      do {
        peer.connection = try TCPConnection(socket, peer: address, loop: loop, delegate: peer)
      } catch {
        Issue.record("\(error)")
      }
      accepted.append(peer)
    }
    var clients: [Peer] = []
    for number in 0..<100 {
      let client = Peer()
      client.connection = try TCPConnection(
        to: listener.address, timeout: .seconds(5), loop: loop, delegate: client)
      client.connection?.write(Bytes("I am \(number)"))
      clients.append(client)
    }
    #expect(
      finishes {
        clients.enumerated().allSatisfy { $0.element.received == Bytes("I am \($0.offset)") }
      }
    )
    for client in clients { client.connection?.abort() }
    #expect(finishes { accepted.allSatisfy { $0.hasPeerClosed || $0.reason != nil } })
    for peer in accepted { peer.connection?.abort() }
    listener.close()
  }

  /// An address where nobody listens any more.
  private func freeAddress() throws -> SocketAddress {
    let socket = try Socket.listen(on: SocketAddress(.loopbackV4, port: 0))
    return try socket.localAddress()
  }
}

/// Keeps what happens on a connection.
private final class Peer: TCPConnectionDelegate {
  var connection: TCPConnection?
  var onReceive: () -> Void = {}
  private(set) var hasConnected = false
  private(set) var hasPeerClosed = false
  private(set) var reason: TCPCloseReason?
  private(set) var congestions: [Bool] = []
  private(set) var readCount = 0
  private var buffer = ByteBuffer()

  var received: Bytes { buffer.bytes }
  func take() -> Bytes { buffer.take() }

  func connected(_ connection: TCPConnection) { hasConnected = true }

  func received(_ bytes: Bytes, on connection: TCPConnection) {
    readCount += 1
    buffer.write(bytes)
    onReceive()
  }

  func peerClosed(_ connection: TCPConnection) { hasPeerClosed = true }
  func congestionChanged(_ connection: TCPConnection) { congestions.append(connection.isCongested) }

  func closed(_ connection: TCPConnection, because reason: TCPCloseReason) {
    self.reason = reason
    onReceive = {}
    self.connection = nil
  }
}
