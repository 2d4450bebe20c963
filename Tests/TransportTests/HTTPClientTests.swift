import Base
import Crypto
import EventLoop
import HTTP
import Linux
import Testing
import Transport

@Suite struct `Plain requests of our own client` {
  private let loop: EventLoop

  init() throws {
    loop = try EventLoop()
  }

  private func send(
    _ text: String, method: Bytes = "GET", body: Bytes = Bytes(), tls: TLSContext? = nil,
    timeout: Duration = .seconds(10), bodyBytesMax: Int = 16 << 20
  ) throws -> Result<HTTPResponse, HTTPClientError> {
    let client = HTTPClient(
      loop: loop, settings: ChannelSettings(tls: tls), bodyBytesMax: bodyBytesMax)
    var outcome: Result<HTTPResponse, HTTPClientError>?
    try client.send(method, URL(text), body: body, timeout: timeout) { outcome = $0 }
    let isInTime = loop.run(atMost: .seconds(15)) { outcome != nil }
    #expect(isInTime)
    return outcome ?? .failure(.timedOut)
  }

  @Test func `status, fields and body come back`() throws {
    let server = try EchoServer(loop: loop)
    let response = try send(server.url + "/hello").get()
    #expect(response.status == .ok && response.body == "hello\n")
    #expect(response.fields["content-type"] == "text/plain")
    #expect(try send(server.url + "/missing").get().status == .notFound)
    #expect(try send(server.url + "/echo", method: "POST", body: "abc").get().body == "abc")
    #expect(try send(server.url + "/parts").get().body == "one two three\n")
    #expect(try send(server.url + "/large").get().body.count == 3_000_000)
    let head = try send(server.url + "/hello", method: "HEAD").get()
    #expect(head.body.isEmpty && head.fields["content-length"] == "6")
    #expect(loop.run(atMost: .seconds(5)) { server.server.connectionCount == 0 })
  }

  @Test func `a name or an authority that is wrong is refused over TLS`() throws {
    let certificates = try TestCertificates()
    let context = try TLSContext(.server(certificates.server()))
    let server = try EchoServer(loop: loop, settings: ChannelSettings(tls: context))
    let trusting = try TLSContext(
      .client(trustedFile: certificates.authorityFile, protocols: ["http/1.1"]))
    #expect(try send(server.secureURL + "/hello", tls: trusting).get().body == "hello\n")
    let other = try TestCertificates("another CA")
    let doubting = try TLSContext(
      .client(trustedFile: other.authorityFile, protocols: ["http/1.1"]))
    for host in ["localhost", "127.0.0.1"] {
      let outcome = try send("https://\(host):\(server.address.port)/hello", tls: doubting)
      guard case .failure(.unreachable(.closed(_, .tls(.certificateRejected)))) = outcome else {
        Issue.record("not refused: \(outcome)")
        continue
      }
    }
  }

  @Test func `what cannot be answered has its reason`() throws {
    let server = try EchoServer(loop: loop)
    #expect(try send("ftp://localhost/") == .failure(.unsupportedScheme("ftp")))
    #expect(try send("https://localhost/") == .failure(.unsupportedScheme("https")))
    #expect(
      try send(server.url + "/large", bodyBytesMax: 1000)
        == .failure(.bodyTooLarge(bytesMax: 1000)))
    let silent = try Socket.listen(on: SocketAddress(.loopbackV4, port: 0))
    let address = try silent.localAddress()
    #expect(
      try send("http://\(address)/", timeout: .milliseconds(200)) == .failure(.timedOut))
  }

  @Test(arguments: [
    ("SSH-2.0-OpenSSH_9\r\n\r\n", HTTPClientError.broken(.badStartLine)),
    ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", .cutShort(.peer)),
    ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", .broken(.badChunk)),
    ("", .cutShort(.peer)),
  ])
  func `a server that talks nonsense is told from one that answers`(
    _ nonsense: String, _ error: HTTPClientError
  ) throws {
    var talkers: [Talker] = []
    let listener = try TCPListener(on: SocketAddress(.loopbackV4, port: 0), loop: loop) {
      [loop] socket, peer in
      let talker = Talker(nonsense)
      do {
        talker.connection = try TCPConnection(socket, peer: peer, loop: loop, delegate: talker)
      } catch {
        Issue.record("\(error)")
      }
      talkers.append(talker)
    }
    #expect(try send("http://\(listener.address)/") == .failure(error))
    listener.close()
  }
}

/// Says its piece to whoever asks anything, and ends.
private final class Talker: TCPConnectionDelegate {
  var connection: TCPConnection?
  private let text: String

  init(_ text: String) {
    self.text = text
  }

  func connected(_ connection: TCPConnection) {}
  func received(_ bytes: Bytes, on connection: TCPConnection) {
    connection.write(Bytes(text))
    connection.close()
  }
  func peerClosed(_ connection: TCPConnection) { connection.close() }
  func congestionChanged(_ connection: TCPConnection) {}
  func closed(_ connection: TCPConnection, because reason: TCPCloseReason) { self.connection = nil }
}
