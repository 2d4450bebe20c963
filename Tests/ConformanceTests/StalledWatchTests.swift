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

extension Conformance {
  /// An API server in this process, before a store of its own, on real connections.
  @Suite struct `Watchers that do not read` {
    private static let mute = 20
    private static let objects = 60
    private static let objectBytes = 256 << 10

    @Test func `are cut off, and little is held for them until then`() async throws {
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up", "--members", "1", "--nodes", "0"])
        let etcdctl = try cluster.etcdctl(as: "root")
        let padding = String(repeating: "x", count: Self.objectBytes)
        for number in 0..<Self.objects {
          let put = try await etcdctl.run(
            ["put", "/registry/configmaps/default/large-\(number)"],
            input: """
              {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"large-\(number)",\
              "namespace":"default","uid":"u-\(number)"},"data":{"padding":"\(padding)"}}
              """)
          try #require(put.status == 0, "\(put)")
        }
        let crowd = try MuteCrowd(cluster)
        try crowd.run(mute: Self.mute, objects: Self.objects)
        // What is sent to one that reads is 15 MiB: for all the others it would be 300.
        #expect(crowd.read > Self.objects * Self.objectBytes)
        #expect(crowd.growth < 100 << 20, "\(crowd.growth) bytes more")
        #expect(crowd.endings.count == Self.mute)
        for (bytes, isWhole) in crowd.endings {
          #expect(!isWhole && bytes < Self.objects * Self.objectBytes, "\(bytes) bytes")
        }
      }
    }
  }
}

/// One API server and its clients on one loop.
private final class MuteCrowd {
  private let loop: EventLoop
  private let server: APIServer
  private let client: StoreClient
  private let tls: TLSContext
  private var streams: [HTTPStream] = []
  private var heads = 0
  /// What the client that reads has got.
  private(set) var read = 0
  /// Of each that did not read: what it found once it did, and whether the answer's end was there.
  private(set) var endings: [(bytes: Int, isWhole: Bool)] = []
  /// Of this process, in bytes.
  private(set) var growth = 0

  init(_ cluster: UpCluster) throws {
    loop = try EventLoop()
    let pki = "\(cluster.path)/pki"
    let own = TLSCredentials(
      certificateFile: "\(pki)/api/apiserver-1.crt",
      privateKeyFile: "\(pki)/api/apiserver-1.key")
    var core = APICore.Configuration(entropy: 1)
    core.stallTimeout = .seconds(2)
    let configuration = APIServerConfiguration(
      core: core, address: SocketAddress(.loopbackV4, port: 0),
      tls: try TLSContext(
        APIServerConfiguration.settings(own, clients: "\(pki)/api-ca.crt")))
    client = try StoreClient(
      endpoints: try cluster.endpoints(),
      credentials: StoreCredentials(
        trustedCAs: "\(pki)/client-ca.crt", certificate: "\(pki)/clients/apiserver-1.crt",
        key: "\(pki)/clients/apiserver-1.key"), loop: loop)
    server = try APIServer(
      configuration, client: client, workers: WorkerPool(), loop: loop,
      logger: Logger("test", minimum: .error))
    let administrator = TLSCredentials(
      certificateFile: "\(pki)/api/kubernetes-admin.crt",
      privateKeyFile: "\(pki)/api/kubernetes-admin.key")
    tls = try TLSContext(
      .client(administrator, trustedFile: "\(pki)/api-ca.crt", protocols: ["http/1.1"]))
  }

  private static func resident() throws -> Int {
    Int(try ProcessStatus.read(pid: Machine.processID)?.residentBytes ?? 0)
  }

  private func watch(_ handler: @escaping (HTTPStreamEvent) -> Void) {
    let target = HTTPStream.Target(
      address: server.address, serverName: "localhost",
      path: "/api/v1/namespaces/default/configmaps?watch=true")
    streams.append(
      HTTPStream(
        "GET", target, settings: ChannelSettings(tls: tls), loop: loop,
        headTimeout: .seconds(20), handler: handler))
  }

  /// How many watches the server has, as its metrics say.
  private func longRunning() throws -> Int? {
    let http = HTTPClient(loop: loop, settings: ChannelSettings(tls: tls))
    var page: Result<HTTPResponse, HTTPClientError>?
    let url = try URL("https://localhost:\(server.address.port)/metrics")
    http.send("GET", url, timeout: .seconds(20)) { page = $0 }
    #expect(loop.run(atMost: .seconds(20)) { page != nil })
    let lines = try page?.get().body.text.split(separator: "\n") ?? []
    let line = lines.first { $0.hasPrefix("apiserver_longrunning_requests ") }
    return line?.split(separator: " ").last.flatMap { Int($0) }
  }

  func run(mute: Int, objects: Int) throws {
    server.start()
    #expect(loop.run(atMost: .seconds(20)) { server.isReady })
    let before = try Self.resident()
    watch { [weak self] event in
      if case .body(let bytes) = event { self?.read += bytes.count }
    }
    for number in 1...mute { watch { [weak self] in self?.received($0, mute: number) } }
    #expect(loop.run(atMost: .seconds(20)) { heads == mute })
    #expect(try longRunning() == mute + 1)
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(20)
    while try longRunning() != 1, clock.now < deadline {
      growth = max(growth, try Self.resident() - before)
    }
    #expect(try longRunning() == 1)
    for stream in streams { stream.resume() }
    #expect(loop.run(atMost: .seconds(20)) { endings.count == mute })
    for stream in streams { stream.cancel() }
    var hasStopped = false
    server.stop { hasStopped = true }
    #expect(loop.run(atMost: .seconds(20)) { hasStopped })
  }

  private var held: [Int: Int] = [:]

  private func received(_ event: HTTPStreamEvent, mute number: Int) {
    switch event {
    case .head:
      heads += 1
      streams[number].pause()
    case .body(let bytes): held[number, default: 0] += bytes.count
    case .end: endings.append((held[number, default: 0], true))
    case .failed: endings.append((held[number, default: 0], false))
    }
  }
}
