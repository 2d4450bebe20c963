import Base
import Crypto
import EtcdAPI
import EventLoop
import HTTP
import KVStore
import Linux
import Member
import Protobuf
import Transport

/// The client port: gRPC calls to the core and back, and the plain pages beside them.
final class ClientPort: HTTPServerDelegate {
  private let logger: Logger
  private let methods = MethodTable()
  private var calls = CallTable()
  /// Certificates' names as the core takes them, made once each.
  private var identities: [CertificateIdentity: ClientIdentity] = [:]
  private var probes = ProbeDesk()
  /// Streams that asked to be ended when their member has no leader.
  private var needLeader: Set<RequestOrigin> = []
  private var ticksWithoutLeader = 0
  private unowned var owner: StoreServer?
  private var server: HTTPServer?
  /// `--listen-metrics-urls`; its streams count from `Bounds.firstPageConnection`.
  private var pages: HTTPServer?
  private let pagesOnly = PagesOnly()

  private enum Bounds {
    /// Beyond, the cache starts anew.
    static let identitiesMax = 4_096
    static let firstPageConnection: UInt64 = 1 << 62
  }

  init(loop: EventLoop, configuration: StoreConfiguration, logger: Logger) {
    self.logger = logger
    var limits = HTTPServerLimits()
    limits.messageBytesMax = configuration.requestBytesMax + (512 << 10)
    limits.http2.concurrentStreamsMax = configuration.streamsPerConnectionMax
    server = HTTPServer(loop: loop, delegate: self, logger: logger, limits: limits)
    pages = HTTPServer(
      loop: loop, delegate: pagesOnly, logger: logger,
      firstConnection: Bounds.firstPageConnection)
    pagesOnly.port = self
  }

  func listen(on address: SocketAddress, settings: ChannelSettings) throws(Errno) {
    try server?.listen(on: address, settings: settings)
  }

  /// A port for health and metrics, open to everybody: gRPC calls are refused there.
  func listenForPages(on address: SocketAddress, settings: ChannelSettings) throws(Errno) {
    try pages?.listen(on: address, settings: settings)
  }

  func attach(_ owner: StoreServer) {
    self.owner = owner
  }

  func close() {
    server?.close()
    pages?.close()
  }

  var figures: HTTPServerFigures? { server?.figures }

  /// What clients asked since the last take.
  func takeBatch() -> RequestBatch? { calls.takeBatch() }

  // MARK: - Calls

  func callOpened(
    _ call: GRPCRequest, on stream: HTTPStreamID, from peer: HTTPPeer
  ) -> CallAdmission {
    switch methods[call.path] {
    case .core(let method):
      if call.fields[ClientPort.hasLeader] == "true" {
        guard owner?.figures.leader != nil else { return .refuse(grpc(.noLeader)) }
        if method.isStream { needLeader.insert(origin(stream)) }
      }
      calls.opened(origin(stream), method, identity: identity(of: peer))
      owner?.metrics.started(method)
      return .accept(tag: UInt32(method.rawValue))
    case .healthCheck: return .accept(tag: ClientPort.healthTag)
    case .unimplemented(let status): return .refuse(grpc(status))
    }
  }

  func callReceived(_ message: Bytes, on stream: HTTPStreamID, tag: UInt32) {
    guard tag != ClientPort.healthTag else { return checkHealth(message, on: stream) }
    if let status = calls.received(message, on: origin(stream)) { refuse(stream, status) }
  }

  func callHalfClosed(on stream: HTTPStreamID, tag: UInt32) {
    guard tag != ClientPort.healthTag else { return }
    if let status = calls.halfClosed(origin(stream)) { refuse(stream, status) }
  }

  func callClosed(on stream: HTTPStreamID, tag: UInt32) {
    guard tag != ClientPort.healthTag else { return }
    needLeader.remove(origin(stream))
    // grpc's code for a call that its client gave up.
    if let method = calls.closed(origin(stream)) { owner?.metrics.ended(method, code: 1) }
  }

  func callWritable(on stream: HTTPStreamID, tag: UInt32) {
    guard tag != ClientPort.healthTag else { return }
    calls.writable(origin(stream))
  }

  private func refuse(_ stream: HTTPStreamID, _ status: EtcdStatus) {
    if let method = calls.closed(origin(stream)) {
      owner?.metrics.ended(method, code: status.code)
    }
    needLeader.remove(origin(stream))
    server?.sendStatus(grpc(status), on: stream)
  }

  /// Once per tick: after three elections' time without a leader, streams that need one end, so
  /// that their clients look for a member that is not cut off.
  func watchLeader(_ leader: NodeID?, electionTicks: Int) {
    guard leader == nil else {
      ticksWithoutLeader = 0
      return
    }
    ticksWithoutLeader += 1
    guard ticksWithoutLeader >= 3 * electionTicks, !needLeader.isEmpty else { return }
    let cut = needLeader.sorted { ($0.connection, $0.stream) < ($1.connection, $1.stream) }
    for origin in cut {
      refuse(HTTPStreamID(connection: origin.connection, stream: origin.stream), .noLeader)
    }
  }

  /// etcd's metadata for "fail when there is no leader".
  private static let hasLeader: Bytes = "hasleader"
  private static let healthTag = UInt32.max

  private func origin(_ stream: HTTPStreamID) -> RequestOrigin {
    RequestOrigin(connection: stream.connection, stream: stream.stream)
  }

  private func grpc(_ status: EtcdStatus) -> GRPCStatus {
    GRPCStatus(code: status.code, message: status.text)
  }

  private func identity(of peer: HTTPPeer) -> ClientIdentity? {
    guard let certificate = peer.identity else { return nil }
    if let known = identities[certificate] { return known }
    if identities.count >= Bounds.identitiesMax { identities.removeAll() }
    let made = ClientIdentity(
      commonName: Bytes(certificate.commonName),
      organizations: certificate.organizations.map { Bytes($0) })
    identities[certificate] = made
    return made
  }

  // MARK: - Answers of the core

  func deliver(_ batch: ReplyBatch) {
    var batch = batch
    let bytes = batch.buffer.take()
    for item in batch.items {
      switch item {
      case .message(let origin, let range): deliver(message: bytes[range], to: origin)
      case .answer(let origin, let range): deliver(answer: bytes[range], to: origin)
      case .end(let origin, let status): deliver(end: status, to: origin)
      }
    }
  }

  private func deliver(message: Bytes, to origin: RequestOrigin) {
    guard calls.method(of: origin) != nil, let server else { return }
    let stream = HTTPStreamID(connection: origin.connection, stream: origin.stream)
    let wasCongested = server.isCongested(stream)
    server.sendMessage(message, on: stream)
    if !wasCongested, server.isCongested(stream) { calls.congested(origin) }
  }

  private func deliver(answer: Bytes, to origin: RequestOrigin) {
    guard origin.connection != ProbeDesk.connection else { return probed(origin, .ok) }
    guard let method = calls.ended(origin) else { return }
    owner?.metrics.ended(method, code: 0)
    let stream = HTTPStreamID(connection: origin.connection, stream: origin.stream)
    server?.sendAnswer(answer, on: stream)
  }

  private func deliver(end status: EtcdStatus, to origin: RequestOrigin) {
    guard origin.connection != ProbeDesk.connection else { return probed(origin, status) }
    guard let method = calls.ended(origin) else { return }
    if method.isStream { needLeader.remove(origin) }
    owner?.metrics.ended(method, code: status.code)
    let stream = HTTPStreamID(connection: origin.connection, stream: origin.stream)
    server?.sendStatus(grpc(status), on: stream)
  }

  // MARK: - Plain pages

  func received(_ request: HTTPRequest, on stream: HTTPStreamID) {
    let path = request.path.text
    if let health = HealthRequest(path: path, query: request.query.text) {
      guard isGet(request, on: stream) else { return }
      return probe(.page(stream), health)
    }
    switch path {
    case "/version":
      guard isGet(request, on: stream), let version = owner?.version else { return }
      let cluster = version.split(separator: ".").prefix(2).joined(separator: ".") + ".0"
      let body =
        "{\"etcdserver\":\"\(version)\",\"etcdcluster\":\"\(cluster)\",\"storage\":\"\(cluster)\"}"
      respond(PlainAnswer(status: 200, contentType: PlainAnswer.json, body: body), on: stream)
    case "/metrics":
      guard isGet(request, on: stream), let owner else { return }
      let type = "text/plain; version=0.0.4; charset=utf-8"
      respond(PlainAnswer(status: 200, contentType: type, body: owner.metricsPage), on: stream)
    default:
      respond(
        PlainAnswer(status: 404, contentType: PlainAnswer.text, body: "404 page not found\n"),
        on: stream)
    }
  }

  func requestClosed(on stream: HTTPStreamID) {
    // Its probe goes on; the answer then finds no stream.
  }

  private func server(of stream: HTTPStreamID) -> HTTPServer? {
    stream.connection >= Bounds.firstPageConnection ? pages : server
  }

  private func isGet(_ request: HTTPRequest, on stream: HTTPStreamID) -> Bool {
    if request.method == "GET" { return true }
    server(of: stream)?.respond(
      .methodNotAllowed, ["allow": "GET", "content-type": Bytes(PlainAnswer.text)],
      body: "Method Not Allowed\n", on: stream)
    return false
  }

  private func respond(_ answer: PlainAnswer, on stream: HTTPStreamID) {
    server(of: stream)?.respond(
      StatusCode(rawValue: answer.status), ["content-type": Bytes(answer.contentType)],
      body: Bytes(answer.body), on: stream)
  }

  // MARK: - Health

  /// grpc.health.v1: the empty service name, and etcd's own, stand for the whole server.
  private func checkHealth(_ message: Bytes, on stream: HTTPStreamID) {
    do {
      let request = try HealthCheckRequest(decoding: message)
      guard request.service.isEmpty || request.service == "etcdserverpb.KV" else {
        server?.sendStatus(GRPCStatus(.notFound, "unknown service"), on: stream)
        return
      }
      probe(.call(stream), .checks([.serializableRead], verbose: false))
    } catch {
      server?.sendStatus(GRPCStatus(.invalidArgument, "\(error)"), on: stream)
    }
  }

  private func probe(_ asker: ProbeDesk.Asker, _ health: HealthRequest) {
    let (number, requests) = probes.begin(asker, health)
    if requests.isEmpty { return answerProbe(number) }
    for (origin, body) in requests {
      calls.opened(origin, .range, identity: ProbeDesk.identity)
      _ = calls.received(body, on: origin)
    }
  }

  private func probed(_ origin: RequestOrigin, _ status: EtcdStatus) {
    _ = calls.ended(origin)
    if let number = probes.ended(origin, status) { answerProbe(number) }
  }

  private func answerProbe(_ number: UInt32) {
    guard let owner, let probe = probes.take(number) else { return }
    let figures = owner.figures
    let answer = probe.request.answer(
      HealthFindings(
        alarms: figures.alarms.map(\.alarm), hasLeader: figures.leader != nil,
        isLearner: figures.isLearner, serializable: probe.serializable,
        linearizable: probe.linearizable))
    let isFine = answer.status == 200
    (isFine ? owner.metrics.healthSuccesses : owner.metrics.healthFailures).increment()
    if !isFine { logger.warn("not healthy", ["answer": answer.body]) }
    switch probe.asker {
    case .page(let stream): respond(answer, on: stream)
    case .call(let stream):
      var buffer = ByteBuffer()
      HealthCheckResponse(status: isFine ? .serving : .notServing).encode(into: &buffer)
      server?.sendAnswer(buffer.take(), on: stream)
    }
  }
}

/// Lets plain requests through to the client port's pages, and no gRPC call.
private final class PagesOnly: HTTPServerDelegate {
  weak var port: ClientPort?

  func callOpened(
    _ call: GRPCRequest, on stream: HTTPStreamID, from peer: HTTPPeer
  ) -> CallAdmission {
    .refuse(GRPCStatus(.unimplemented, "this port serves health and metrics only"))
  }

  func callReceived(_ message: Bytes, on stream: HTTPStreamID, tag: UInt32) {}
  func callHalfClosed(on stream: HTTPStreamID, tag: UInt32) {}
  func callClosed(on stream: HTTPStreamID, tag: UInt32) {}
  func callWritable(on stream: HTTPStreamID, tag: UInt32) {}

  func received(_ request: HTTPRequest, on stream: HTTPStreamID) {
    port?.received(request, on: stream)
  }

  func requestClosed(on stream: HTTPStreamID) {
    port?.requestClosed(on: stream)
  }
}
