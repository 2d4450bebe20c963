import Base
import Crypto
import Linux
import Testing

@Suite struct `TLS sessions between two buffers` {
  private let tool: OpenSSLTool
  private let authority: CertificateAuthority

  init() throws {
    tool = try OpenSSLTool()
    authority = try CertificateAuthority.make(
      commonName: "CA", now: Machine.wallTime(), validity: .seconds(3600))
    _ = try tool.write("ca.crt", authority.certificate.pem())
  }

  private func credentials(_ name: String) throws -> TLSCredentials {
    let issued = try authority.issue(
      CertificateProfile(
        commonName: name, usage: .both, hostNames: ["localhost"], now: Machine.wallTime(),
        validity: .seconds(3600)))
    return TLSCredentials(
      certificateFile: try tool.write(name + ".crt", issued.certificate.pem()),
      privateKeyFile: try tool.write(name + ".key", issued.key.pem()))
  }

  private func pair(
    client: TLSSettings? = nil, server: TLSSettings? = nil
  ) throws -> (client: TLSSession, server: TLSSession) {
    let trusted = tool.path("ca.crt")
    let serverSettings = try server ?? .server(credentials("server"), trustedFile: trusted)
    let clientSettings = try client ?? .client(credentials("client"), trustedFile: trusted)
    return (
      try TLSContext(clientSettings).makeSession(serverName: "localhost"),
      try TLSContext(serverSettings).makeSession()
    )
  }

  /// Moves ciphertext, in parts of `part` bytes, until both are open.
  private func shakeHands(
    _ client: TLSSession, _ server: TLSSession, part: Int = .max
  ) throws {
    for _ in 0..<10 {
      let clientIsOpen = try client.handshake()
      try carry(client, server, part: part)
      let serverIsOpen = try server.handshake()
      try carry(server, client, part: part)
      if clientIsOpen && serverIsOpen { return }
    }
    Issue.record("no end of the handshake")
  }

  private func carry(_ source: TLSSession, _ target: TLSSession, part: Int) throws {
    var buffer = ByteBuffer()
    source.takeOutput(into: &buffer)
    var rest = buffer.take()
    while !rest.isEmpty {
      target.receive(rest.prefix(part))
      rest = rest.dropFirst(part)
      if target.state == .handshaking, !rest.isEmpty { _ = try target.handshake() }
    }
  }

  private func plaintext(_ session: TLSSession) throws -> Bytes {
    var buffer = ByteBuffer()
    while try session.read(into: &buffer, upTo: 1 << 20) {}
    return buffer.take()
  }

  @Test(arguments: [Int.max, 1, 7])
  func `both learn who the other is, however the bytes are cut`(_ part: Int) throws {
    let (client, server) = try pair()
    #expect(client.peer == nil && server.peer == nil)
    try shakeHands(client, server, part: part)
    #expect(client.peer?.commonName == "server")
    #expect(server.peer?.commonName == "client")
    #expect(client.negotiatedProtocol == "h2" && server.negotiatedProtocol == "h2")
    #expect(client.version == "TLSv1.3")
  }

  @Test func `plaintext passes in records as large as may be`() throws {
    let (client, server) = try pair()
    try shakeHands(client, server)
    let message = Bytes((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try client.write(message)
    var ciphertext = ByteBuffer()
    client.takeOutput(into: &ciphertext)
    // RFC 8446 section 5: 5 bytes of header, 1 of type and 16 of tag for at most 16,384 bytes.
    let records = (100_000 + 16_383) / 16_384
    #expect(ciphertext.count == 100_000 + records * 22)
    server.receive(ciphertext.take())
    #expect(try plaintext(server) == message)
    #expect(!client.hasOutput)
  }

  @Test func `goodbye is told from a cut`() throws {
    let (client, server) = try pair()
    try shakeHands(client, server)
    #expect(throws: TLSError.truncated) { try server.transportEnded() }
    client.close()
    try carry(client, server, part: .max)
    #expect(try plaintext(server).isEmpty)
    #expect(server.state == .closed)
    try server.transportEnded()
  }

  @Test func `a changed byte ends the session`() throws {
    let (client, server) = try pair()
    try shakeHands(client, server)
    try client.write("secret")
    var buffer = ByteBuffer()
    client.takeOutput(into: &buffer)
    var bytes = buffer.take().array
    bytes[10] ^= 1
    server.receive(Bytes(bytes))
    #expect(throws: TLSError.self) { try self.plaintext(server) }
  }

  @Test func `nobody shows a certificate where none is asked for`() throws {
    let server = TLSSettings.server(try credentials("server"))
    let (clientSession, serverSession) = try pair(server: server)
    try shakeHands(clientSession, serverSession)
    #expect(serverSession.peer == nil)
    #expect(clientSession.peer?.commonName == "server")
  }

  @Test func `a certificate that is optional is verified if given`() throws {
    let trusted = tool.path("ca.crt")
    var server = TLSSettings.server(try credentials("server"), trustedFile: trusted)
    server.verification = .ifGiven
    let (anonymous, first) = try pair(client: .client(trustedFile: trusted), server: server)
    try shakeHands(anonymous, first)
    #expect(first.peer == nil)
    let (known, second) = try pair(server: server)
    try shakeHands(known, second)
    #expect(second.peer?.commonName == "client")
    let stranger = try CertificateAuthority.make(
      commonName: "stranger", now: Machine.wallTime(), validity: .seconds(60))
    let issued = try stranger.issue(
      CertificateProfile(
        commonName: "root", usage: .client, now: Machine.wallTime(), validity: .seconds(60)))
    let foreign = TLSCredentials(
      certificateFile: try tool.write("f.crt", issued.certificate.pem()),
      privateKeyFile: try tool.write("f.key", issued.key.pem()))
    let (unknown, third) = try pair(
      client: .client(foreign, trustedFile: trusted), server: server)
    #expect(throws: TLSError.self) { try self.shakeHands(unknown, third) }
    #expect(third.peer == nil)
  }

  @Test func `seeded mutations of a handshake never trap and nobody is mistaken`() throws {
    let trusted = tool.path("ca.crt")
    let serverContext = try TLSContext(.server(credentials("server"), trustedFile: trusted))
    let clientContext = try TLSContext(.client(credentials("client"), trustedFile: trusted))
    var generator = PRNG(seed: 9)
    var refusals = 0
    for _ in 0..<150 {
      let server = try serverContext.makeSession()
      let client = try clientContext.makeSession(serverName: "localhost")
      var turnToBreak = generator.below(3)
      var sessions = (source: client, target: server)
      for _ in 0..<8 {
        do {
          _ = try sessions.source.handshake()
          var buffer = ByteBuffer()
          sessions.source.takeOutput(into: &buffer)
          var bytes = buffer.take().array
          if turnToBreak == 0, !bytes.isEmpty {
            bytes[generator.below(bytes.count)] ^= UInt8(1 + generator.below(255))
          }
          turnToBreak -= 1
          sessions.target.receive(Bytes(bytes))
        } catch {
          refusals += 1
          break
        }
        sessions = (sessions.target, sessions.source)
      }
      // A few bytes carry nothing: the version in a record's header (RFC 8446 section 5.1).
      #expect(server.peer.map { $0.commonName == "client" } ?? true)
      #expect(client.peer.map { $0.commonName == "server" } ?? true)
    }
    #expect(refusals > 120)
  }

  @Test func `files that are none are named`() throws {
    let good = try credentials("server")
    let missing = TLSCredentials(
      certificateFile: tool.path("no.crt"), privateKeyFile: good.privateKeyFile)
    do {
      _ = try TLSContext(.server(missing))
      Issue.record("a context without a certificate")
    } catch .file(let path, let role, _) {
      #expect(path == missing.certificateFile && role == .certificate)
    } catch {
      Issue.record("\(error)")
    }
    let other = try credentials("other")
    let mixed = TLSCredentials(
      certificateFile: good.certificateFile, privateKeyFile: other.privateKeyFile)
    #expect(
      throws: CryptoError.keyMismatch(
        certificate: good.certificateFile, key: other.privateKeyFile)
    ) { _ = try TLSContext(.server(mixed)) }
    do {
      _ = try TLSContext(.client(trustedFile: good.privateKeyFile))
      Issue.record("a key as an authority")
    } catch .file(let path, let role, _) {
      #expect(path == good.privateKeyFile && role == .trustedCertificates)
    } catch {
      Issue.record("\(error)")
    }
  }
}
