import Base
import Crypto
import EventLoop
import HTTP
import Linux
import Testing
import Transport

/// Our server's TLS against curl and `openssl s_client`.
@Suite struct `TLS as foreign clients see it` {
  private let certificates: TestCertificates
  private let loop: EventLoop
  private let workers: WorkerPool

  init() throws {
    certificates = try TestCertificates()
    loop = try EventLoop()
    workers = try WorkerPool(threads: 2)
  }

  private func server(
    mutual: Bool = false, limits: HTTPServerLimits = HTTPServerLimits()
  ) throws -> EchoServer {
    let credentials = try certificates.server()
    let context = try TLSContext(
      .server(credentials, trustedFile: mutual ? certificates.authorityFile : nil))
    let settings = ChannelSettings(tls: context, workers: workers)
    return try EchoServer(loop: loop, settings: settings, limits: limits)
  }

  private func openssl(
    _ server: EchoServer, _ arguments: [String]
  ) throws -> (code: Int32, text: String) {
    let address = "localhost:\(server.address.port)"
    let tool = try ToolRun(
      "openssl",
      ["s_client", "-connect", address, "-servername", "localhost", "-verify_return_error"]
        + arguments, package: "openssl", loop: loop)
    // Ends the session where one stands.
    try tool.type("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    let code = tool.finish()
    return (code, tool.outputText + tool.errorText)
  }

  private func curl(
    _ arguments: [String]
  ) throws -> (code: Int32, output: String, errors: String) {
    let tool = try ToolRun(
      "curl", ["-sS", "--max-time", "15"] + arguments, package: "curl", loop: loop)
    let code = tool.finish()
    return (code, tool.outputText, tool.errorText)
  }

  @Test func `ALPN gives curl HTTP/2 or HTTP/1.1 as it asks`() throws {
    let server = try server()
    for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
      let run = try curl([
        flag, "--cacert", certificates.authorityFile, server.secureURL + "/hello", "-w",
        "%{http_version}",
      ])
      #expect(run.output == "hello\n" + version, "\(run.errors)")
    }
  }

  @Test func `nghttp fetches over TLS`() throws {
    let server = try server()
    let tool = try ToolRun(
      "nghttp", [server.secureURL + "/hello"], package: "nghttp2-client", loop: loop)
    #expect(tool.finish() == 0, "\(tool.errorText)")
    #expect(tool.outputText == "hello\n")
  }

  @Test func `curl does not believe a server of another authority`() throws {
    let server = try server()
    let other = try TestCertificates("another CA")
    let run = try curl(["--cacert", other.authorityFile, server.secureURL + "/hello"])
    // curl's manual: 60, the peer's certificate cannot be authenticated.
    #expect(run.code == 60)
    #expect(loop.run(atMost: .seconds(5)) { server.server.figures.handshakesFailed == 1 })
  }

  @Test func `openssl verifies chain and name, and TLS 1.3 is spoken`() throws {
    let server = try server()
    let run = try openssl(
      server,
      [
        "-CAfile", certificates.authorityFile, "-verify_hostname", "localhost", "-alpn",
        "http/1.1",
      ])
    #expect(run.text.contains("Verify return code: 0 (ok)"), "\(run.text)")
    #expect(run.text.contains("ALPN protocol: http/1.1"))
    #expect(run.text.contains("TLSv1.3"))
    #expect(run.text.contains("hello"))
  }

  @Test func `TLS 1.2 is spoken, 1.1 is refused`() throws {
    let server = try server()
    let authority = ["-CAfile", certificates.authorityFile]
    let good = try openssl(server, authority + ["-tls1_2"])
    #expect(good.text.contains("Protocol  : TLSv1.2"), "\(good.text)")
    let bad = try openssl(server, authority + ["-tls1_1", "-cipher", "ALL@SECLEVEL=0"])
    #expect(bad.code != 0)
    #expect(bad.text.contains("protocol version"), "\(bad.text)")
  }

  @Test func `a protocol that we lack is refused by alert 120`() throws {
    let server = try server()
    let run = try openssl(server, ["-CAfile", certificates.authorityFile, "-alpn", "spdy/3"])
    // RFC 7301 section 3.2.
    #expect(run.text.contains("no application protocol"), "\(run.text)")
    #expect(run.code != 0)
  }

  @Test func `a client without a certificate is refused`() throws {
    let server = try server(mutual: true)
    let run = try openssl(server, ["-CAfile", certificates.authorityFile])
    #expect(run.text.contains("certificate required"), "\(run.text)")
    #expect(!run.text.contains("hello"))
    #expect(loop.run(atMost: .seconds(5)) { server.server.figures.handshakesFailed == 1 })
  }

  @Test func `a client of another authority is refused`() throws {
    let server = try server(mutual: true)
    let foreign = try TestCertificates("another CA")
    let credentials = try foreign.client("root", organizations: ["root"])
    let run = try openssl(
      server,
      [
        "-CAfile", certificates.authorityFile, "-cert", credentials.certificateFile, "-key",
        credentials.privateKeyFile,
      ])
    #expect(run.text.contains("alert"), "\(run.text)")
    #expect(!run.text.contains("hello"))
    #expect(loop.run(atMost: .seconds(5)) { server.server.figures.handshakesFailed == 1 })
  }

  @Test func `an expired client is refused`() throws {
    let server = try server(mutual: true)
    var profile = CertificateProfile(
      commonName: "n1", usage: .client, now: Machine.wallTime(), validity: .seconds(60))
    profile.notAfter = WallTime(milliseconds: Machine.wallTime().milliseconds - 60_000)
    let credentials = try certificates.issue(profile, as: "expired")
    let run = try openssl(
      server,
      [
        "-CAfile", certificates.authorityFile, "-cert", credentials.certificateFile, "-key",
        credentials.privateKeyFile,
      ])
    #expect(run.text.contains("certificate expired"), "\(run.text)")
    #expect(!run.text.contains("hello"))
  }

  @Test func `a server's certificate is no client's`() throws {
    let server = try server(mutual: true)
    let credentials = try certificates.server(as: "other-server")
    let run = try openssl(
      server,
      [
        "-CAfile", certificates.authorityFile, "-cert", credentials.certificateFile, "-key",
        credentials.privateKeyFile,
      ])
    #expect(run.text.contains("alert"), "\(run.text)")
    #expect(!run.text.contains("hello"))
  }

  @Test func `a verified client is known by CN and O`() throws {
    let server = try server(mutual: true)
    let credentials = try certificates.client("n1", organizations: ["node", "team é"])
    let run = try curl([
      "--cacert", certificates.authorityFile, "--cert", credentials.certificateFile, "--key",
      credentials.privateKeyFile, server.secureURL + "/who",
    ])
    #expect(run.output == "n1 [\"node\", \"team é\"]\n", "\(run.errors)")
  }

  @Test func `new files are used by the next handshake, broken ones are not`() throws {
    let server = try server()
    func subject() throws -> String {
      let run = try openssl(server, ["-CAfile", certificates.authorityFile])
      let lines = run.text.split(separator: "\n")
      return String(lines.first { $0.hasPrefix("subject=") } ?? "none: \(run.text)")
    }
    #expect(try subject() == "subject=CN = server")
    let second = try certificates.server(as: "second")
    let first = certificates.folder.file("server")
    try Files.rename(second.privateKeyFile, to: first + ".key")
    // The key alone does not fit: the first certificate stays in use.
    #expect(try subject() == "subject=CN = server")
    try Files.rename(second.certificateFile, to: first + ".crt")
    #expect(try subject() == "subject=CN = second")
    try Files.replace(first + ".crt", with: "no certificate at all\n")
    #expect(try subject() == "subject=CN = second")
  }

  @Test func `a client that never shakes hands is closed after the time for it`() throws {
    var limits = HTTPServerLimits()
    limits.headTimeout = .milliseconds(300)
    let server = try server(limits: limits)
    let silent = try RawClient(to: server.address, loop: loop)
    #expect(loop.run(atMost: .seconds(5)) { silent.hasEnded })
    #expect(loop.run(atMost: .seconds(5)) { server.server.connectionCount == 0 })
  }

  @Test func `plain text on the TLS port is refused and the server goes on`() throws {
    let server = try server()
    let plain = try RawClient(to: server.address, loop: loop)
    plain.connection?.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(loop.run(atMost: .seconds(5)) { plain.hasEnded })
    #expect(loop.run(atMost: .seconds(5)) { server.server.figures.handshakesFailed == 1 })
    let run = try curl(["--cacert", certificates.authorityFile, server.secureURL + "/hello"])
    #expect(run.output == "hello\n", "\(run.errors)")
  }

  @Test func `gRPC passes many megabytes over mutual TLS`() throws {
    var limits = HTTPServerLimits()
    limits.messageBytesMax = 32 << 20
    let server = try server(mutual: true, limits: limits)
    let credentials = try certificates.client()
    let tls = try TLSContext(.client(credentials, trustedFile: certificates.authorityFile))
    let settings = GRPCClientSettings(channel: ChannelSettings(tls: tls, workers: workers))
    let client = GRPCClient(server.endpoint, loop: loop, settings: settings)
    var generator = PRNG(seed: 3)
    let request = Bytes((0..<10_000_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
    var outcome: Result<Bytes, GRPCCallError>?
    client.unary("/test.Echo/Unary", request, timeout: .seconds(20)) { outcome = $0 }
    #expect(loop.run(atMost: .seconds(20)) { outcome != nil })
    #expect(outcome == .success(request))
    #expect(
      server.lastPeer?.identity
        == CertificateIdentity(commonName: "n1", organizations: ["node"]))
  }
}
