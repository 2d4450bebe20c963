import Base
import Crypto
import EventLoop
import HTTP
import Linux
import Testing
import Transport

/// Our client's TLS against `openssl s_server`.
@Suite struct `TLS towards foreign servers` {
  private let certificates: TestCertificates
  private let loop: EventLoop

  init() throws {
    certificates = try TestCertificates()
    loop = try EventLoop()
  }

  /// Starts a server that sends back what it reads in reverse, and finds its port.
  private func server(
    _ credentials: TLSCredentials, _ arguments: [String] = []
  ) throws -> (tool: ToolRun, address: SocketAddress) {
    let tool = try ToolRun(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:0", "-cert", credentials.certificateFile, "-key",
        credentials.privateKeyFile, "-rev",
      ] + arguments, package: "openssl", loop: loop)
    var port: UInt16?
    let isUp = loop.run(atMost: .seconds(10)) {
      // "ACCEPT 127.0.0.1:41234"
      let line = tool.outputText.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
      port = (line?.split(separator: ":").last).flatMap { UInt16($0) }
      return port != nil
    }
    #expect(isUp, "\(tool.errorText)")
    return (tool, SocketAddress(.loopbackV4, port: port ?? 1))
  }

  private func outcome(
    _ address: SocketAddress, name: String, _ settings: TLSSettings
  ) throws -> ChannelProbe {
    let channelSettings = ChannelSettings(tls: try TLSContext(settings))
    let probe = ChannelProbe()
    let channel = try Channel(
      to: address, serverName: name, loop: loop, settings: channelSettings, delegate: probe)
    channel.write("reverse me\n")
    #expect(
      loop.run(atMost: .seconds(10)) { probe.reason != nil || !probe.received.isEmpty },
      "neither an answer nor an end")
    channel.close()
    return probe
  }

  private var trusting: TLSSettings {
    .client(trustedFile: certificates.authorityFile, protocols: [])
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func `a server with the right chain and name is believed`(_ name: String) throws {
    let (tool, address) = try server(certificates.server())
    defer { tool.stop() }
    let probe = try outcome(address, name: name, trusting)
    #expect(probe.received.text == "em esrever\n")
  }

  @Test func `another authority's server is refused`() throws {
    let other = try TestCertificates("another CA")
    let (tool, address) = try server(other.server())
    defer { tool.stop() }
    let probe = try outcome(address, name: "localhost", trusting)
    guard case .tls(.certificateRejected(let code, _)) = probe.reason else {
      Issue.record("not refused: \(String(describing: probe.reason))")
      return
    }
    // X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    #expect(code == 20)
    #expect(!probe.hasOpened && probe.received.isEmpty)
  }

  @Test func `an expired server is refused`() throws {
    var profile = CertificateProfile(
      commonName: "old", usage: .server, hostNames: ["localhost"], now: Machine.wallTime(),
      validity: .seconds(60))
    profile.notAfter = WallTime(milliseconds: Machine.wallTime().milliseconds - 60_000)
    let (tool, address) = try server(certificates.issue(profile, as: "old"))
    defer { tool.stop() }
    let probe = try outcome(address, name: "localhost", trusting)
    // X509_V_ERR_CERT_HAS_EXPIRED
    #expect(
      probe.reason == .tls(.certificateRejected(code: 10, reason: "certificate has expired")))
    #expect(!probe.hasOpened)
  }

  @Test(arguments: [
    ("other.example", 62, "hostname mismatch"), ("127.0.0.2", 64, "IP address mismatch"),
  ])
  func `a server with another name is refused`(
    _ name: String, _ code: Int, _ reason: String
  ) throws {
    let (tool, address) = try server(certificates.server())
    defer { tool.stop() }
    let probe = try outcome(address, name: name, trusting)
    #expect(probe.reason == .tls(.certificateRejected(code: code, reason: reason)))
    #expect(!probe.hasOpened)
  }

  @Test func `the common name alone makes no server's name`() throws {
    let profile = CertificateProfile(
      commonName: "localhost", usage: .server, addresses: ["192.0.2.1"], now: Machine.wallTime(),
      validity: .seconds(60))
    let (tool, address) = try server(certificates.issue(profile, as: "cn-only"))
    defer { tool.stop() }
    let probe = try outcome(address, name: "localhost", trusting)
    #expect(
      probe.reason == .tls(.certificateRejected(code: 62, reason: "hostname mismatch")))
  }

  @Test func `a client's certificate is no server's`() throws {
    let profile = CertificateProfile(
      commonName: "client", usage: .client, hostNames: ["localhost"], now: Machine.wallTime(),
      validity: .seconds(60))
    let (tool, address) = try server(certificates.issue(profile, as: "client-as-server"))
    defer { tool.stop() }
    let probe = try outcome(address, name: "localhost", trusting)
    guard case .tls(.certificateRejected(let code, _)) = probe.reason else {
      Issue.record("not refused: \(String(describing: probe.reason))")
      return
    }
    // X509_V_ERR_INVALID_PURPOSE
    #expect(code == 26)
  }

  @Test func `a server that wants a certificate gets it, or ends the session`() throws {
    let (tool, address) = try server(
      certificates.server(),
      ["-Verify", "1", "-verify_return_error", "-CAfile", certificates.authorityFile])
    defer { tool.stop() }
    let credentials = try certificates.client()
    let known = try outcome(
      address, name: "localhost",
      .client(credentials, trustedFile: certificates.authorityFile, protocols: []))
    #expect(known.received.text == "em esrever\n")
    let unknown = try outcome(address, name: "localhost", trusting)
    #expect(unknown.received.isEmpty)
    guard case .tls(.protocolFailure(let reason)) = unknown.reason else {
      Issue.record("not ended: \(String(describing: unknown.reason))")
      return
    }
    #expect(reason.contains("certificate required"), "\(reason)")
  }

  @Test func `without verification any server is believed, and nobody is known`() throws {
    let other = try TestCertificates("another CA")
    let (tool, address) = try server(other.server())
    defer { tool.stop() }
    var settings = trusting
    settings.verification = .none
    let probe = try outcome(address, name: "anything", settings)
    #expect(probe.received.text == "em esrever\n")
    #expect(probe.identity == nil)
  }

  @Test func `a gRPC client refuses a server without h2`() throws {
    let (tool, address) = try server(certificates.server(), ["-alpn", "http/1.1"])
    defer { tool.stop() }
    let tls = try TLSContext(
      .client(trustedFile: certificates.authorityFile, protocols: ["h2", "http/1.1"]))
    let client = GRPCClient(
      Endpoint(host: "127.0.0.1", port: address.port), loop: loop,
      settings: GRPCClientSettings(channel: ChannelSettings(tls: tls)))
    var result: Result<Bytes, GRPCCallError>?
    client.unary("/a/b", "x", timeout: .seconds(10)) { result = $0 }
    #expect(loop.run(atMost: .seconds(10)) { result != nil })
    #expect(result == .failure(.unreachable(.noCommonProtocol(address))))
  }

  @Test func `a server that ends without goodbye cuts the session short`() throws {
    let (tool, address) = try server(certificates.server())
    let probe = ChannelProbe()
    let channel = try Channel(
      to: address, serverName: "localhost", loop: loop,
      settings: ChannelSettings(tls: try TLSContext(trusting)), delegate: probe)
    channel.write("x\n")
    #expect(loop.run(atMost: .seconds(10)) { !probe.received.isEmpty })
    tool.stop()
    #expect(loop.run(atMost: .seconds(10)) { probe.reason != nil })
    #expect(
      [.tls(.truncated), .connection(.connectionReset)].contains(probe.reason),
      "\(String(describing: probe.reason))")
  }
}

/// Keeps what happens on a channel.
final class ChannelProbe: ChannelDelegate {
  private(set) var hasOpened = false
  private(set) var reason: ChannelCloseReason?
  private(set) var identity: CertificateIdentity?
  private var buffer = ByteBuffer()

  var received: Bytes { buffer.bytes }

  func opened(_ channel: Channel) {
    hasOpened = true
    identity = channel.peer
  }

  func received(_ bytes: Bytes, on channel: Channel) { buffer.write(bytes) }
  func peerClosed(_ channel: Channel) { channel.close() }
  func congestionChanged(_ channel: Channel) {}
  func closed(_ channel: Channel, because reason: ChannelCloseReason) { self.reason = reason }
}
