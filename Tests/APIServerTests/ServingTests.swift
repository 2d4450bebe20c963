import API
import APIServer
import Base
import Crypto
import EventLoop
import HTTP
import Linux
import StoreClient
import Testing
import Transport

/// What the shell does by itself: no store answers, so that the view is never filled.
@Suite struct `Serving without a store` {
  private let loop: EventLoop
  private let certificates: ServingCertificates
  private let server: APIServer

  init() throws {
    loop = try EventLoop()
    certificates = try ServingCertificates()
    let tls = try TLSContext(
      APIServerConfiguration.settings(certificates.server, clients: certificates.authorityFile))
    let configuration = APIServerConfiguration(
      core: APICore.Configuration(entropy: 1), address: SocketAddress(.loopbackV4, port: 0),
      tls: tls)
    // A port that nobody listens at any more.
    let free = try Socket.listen(on: SocketAddress(.loopbackV4, port: 0)).localAddress()
    let client = try StoreClient(
      endpoints: [free.description], credentials: StoreCredentials(), loop: loop)
    server = try APIServer(
      configuration, client: client, workers: WorkerPool(), loop: loop,
      logger: Logger("test", minimum: .error))
    server.start()
  }

  private func get(
    _ path: String, as client: TLSCredentials?, method: Bytes = "GET", body: Bytes = Bytes()
  ) throws -> Result<HTTPResponse, HTTPClientError> {
    let tls = try TLSContext(
      .client(client, trustedFile: certificates.authorityFile, protocols: ["http/1.1"]))
    let http = HTTPClient(loop: loop, settings: ChannelSettings(tls: tls))
    var outcome: Result<HTTPResponse, HTTPClientError>?
    let url = try URL("https://localhost:\(server.address.port)\(path)")
    http.send(method, url, body: body, timeout: .seconds(20)) { outcome = $0 }
    #expect(loop.run(atMost: .seconds(25)) { outcome != nil })
    return outcome ?? .failure(.timedOut)
  }

  @Test func `an administrator sees that it lives and is not ready`() throws {
    let live = try get("/livez", as: certificates.administrator).get()
    #expect(live.status == .ok && live.body == "ok")
    #expect(!server.isReady)
  }

  @Test func `requests are counted under kube-apiserver's names`() throws {
    _ = try get("/livez", as: certificates.administrator).get()
    let page = try get("/metrics", as: certificates.administrator).get()
    #expect(page.status == .ok)
    #expect(page.fields["content-type"]?.text.hasPrefix("text/plain; version=0.0.4") == true)
    let lines = page.body.text.split(separator: "\n")
    let count =
      "apiserver_request_total{code=\"200\",group=\"\",resource=\"\","
      + "subresource=\"\",verb=\"GET\",version=\"\"} 1"
    #expect(lines.contains { $0 == count })
    // The one that asks.
    #expect(
      lines.contains { $0 == "apiserver_current_inflight_requests{request_kind=\"readOnly\"} 1" })
    #expect(lines.contains { $0.hasPrefix("apiserver_request_duration_seconds_bucket{") })
    #expect(lines.contains { $0.hasPrefix("process_resident_memory_bytes ") })
  }

  @Test func `a certificate of another authority is refused in the handshake`() throws {
    let other = try ServingCertificates()
    let outcome = try get("/livez", as: other.administrator)
    guard case .failure = outcome else {
      Issue.record("believed: \(outcome)")
      return
    }
  }

  @Test func `a body of more than 3 MiB is answered with 413`() throws {
    let body = Bytes([UInt8](repeating: UInt8(ascii: "x"), count: (3 << 20) + 1))
    let answer = try get(
      "/api/v1/namespaces/default/pods", as: certificates.administrator, method: "POST", body: body
    ).get()
    #expect(answer.status == .contentTooLarge)
    #expect(answer.body.text.contains("\"reason\":\"RequestEntityTooLarge\""))
    #expect(answer.body.text.contains("Request entity too large: limit is 3145728"))
  }

  @Test func `it stops although requests wait for the store`() throws {
    var answered: Result<HTTPResponse, HTTPClientError>?
    let tls = try TLSContext(
      .client(
        certificates.administrator, trustedFile: certificates.authorityFile,
        protocols: ["http/1.1"]))
    let http = HTTPClient(loop: loop, settings: ChannelSettings(tls: tls))
    let url = try URL("https://localhost:\(server.address.port)/api/v1/nodes/none")
    http.send("GET", url, timeout: .seconds(30)) { answered = $0 }
    var hasStopped = false
    loop.schedule(after: .milliseconds(200)) { [server] in server.stop { hasStopped = true } }
    #expect(loop.run(atMost: .seconds(20)) { hasStopped && answered != nil })
  }
}

/// An authority with a server's and an administrator's certificate, as files that go with it.
final class ServingCertificates {
  let server: TLSCredentials
  let administrator: TLSCredentials
  let authorityFile: String
  private let folder: String

  init() throws {
    folder = "/tmp/keelson-test-\(Machine.processID)-\(Machine.randomWord())"
    try Files.makeFolder(folder)
    authorityFile = folder + "/ca.crt"
    let now = Machine.wallTime()
    let validity = Duration.seconds(3600)
    let authority = try CertificateAuthority.make(
      commonName: "test API CA", now: now, validity: validity)
    try Files.replace(authorityFile, with: authority.certificate.pem())
    var files: [TLSCredentials] = []
    let profiles = [
      CertificateProfile(
        commonName: "apiserver", usage: .server, hostNames: ["localhost"],
        addresses: ["127.0.0.1"], now: now, validity: validity),
      CertificateProfile(
        commonName: "admin", organizations: ["system:masters"], usage: .client, now: now,
        validity: validity),
    ]
    for (number, profile) in profiles.enumerated() {
      let issued = try authority.issue(profile)
      let credentials = TLSCredentials(
        certificateFile: "\(folder)/\(number).crt", privateKeyFile: "\(folder)/\(number).key")
      try Files.replace(credentials.privateKeyFile, with: issued.key.pem())
      try Files.replace(credentials.certificateFile, with: issued.certificate.pem())
      files.append(credentials)
    }
    server = files[0]
    administrator = files[1]
  }

  deinit {
    do {
      try Files.removeTree(folder)
    } catch {
      // A left-over folder under /tmp harms no test.
      return
    }
  }
}
