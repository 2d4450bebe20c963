public import Crypto
public import Linux

import Base
import EventLoop
import HTTP
import Node
import Transport

/// The port of a node agent, as a kubelet has it: for API servers only, by mutual TLS.
///
///     GET /containerLogs/<namespace>/<pod>/<container>   with kubectl logs' options
///     GET /healthz
///
/// On the loop's thread only.
final class LogPort {
  private let configuration: LogPortConfiguration
  private let loop: EventLoop
  private let logger: Logger
  private let podsFolder: String
  private let places: any LogPlaces
  private var server: HTTPServer?
  private var watch: FolderWatchSource?
  private var streams: [HTTPStreamID: LogStream] = [:]
  /// Streams by the folder that their log is in.
  private var watched: [FolderWatch.Token: Set<HTTPStreamID>] = [:]
  private(set) var address: SocketAddress

  init(
    _ configuration: LogPortConfiguration, agent: AgentConfiguration, places: any LogPlaces,
    loop: EventLoop, logger: Logger
  ) throws(Errno) {
    self.configuration = configuration
    self.places = places
    self.loop = loop
    self.logger = logger
    podsFolder = agent.podsFolder
    address = configuration.address
    watch = try FolderWatchSource(loop: loop) { [weak self] changes in self?.changed(changes) }
    let server = HTTPServer(loop: loop, delegate: self, logger: logger)
    self.server = server
    address = try server.listen(
      on: configuration.address,
      settings: ChannelSettings(tls: configuration.tls, workers: try WorkerPool(threads: 1)))
  }

  func close() {
    server?.close()
    watch?.close()
    watch = nil
    for stream in streams.values { stream.close() }
    streams = [:]
  }

  // MARK: - Followers

  /// Somebody's record changed: containers may have ended.
  func recordsChanged() {
    for id in streams.keys.sorted(by: LogPort.order) { pump(id) }
  }

  private func changed(_ changes: [FolderWatch.Change]) {
    var touched: Set<HTTPStreamID> = []
    for change in changes {
      guard let token = change.folder else {
        touched.formUnion(streams.keys)
        continue
      }
      touched.formUnion(watched[token] ?? [])
    }
    for id in touched.sorted(by: LogPort.order) { pump(id) }
  }

  private static func order(_ left: HTTPStreamID, _ right: HTTPStreamID) -> Bool {
    (left.connection, left.stream) < (right.connection, right.stream)
  }

  /// Sends what there is, as far as the client takes it.
  private func pump(_ id: HTTPStreamID) {
    guard let stream = streams[id], let server else { return }
    while !server.isCongested(id) {
      switch stream.next(places) {
      case .bytes(let bytes): server.sendBody(bytes, isLast: false, on: id)
      case .nothing: return
      case .end:
        forget(id)
        return server.sendBody(Bytes(), isLast: true, on: id)
      case .failed(let error):
        logger.error("cannot read a log", ["path": stream.path, "error": error])
        forget(id)
        return server.reset(id, .internalError)
      }
    }
  }

  private func forget(_ id: HTTPStreamID) {
    guard let stream = streams.removeValue(forKey: id) else { return }
    stream.close()
    guard let token = stream.watch else { return }
    watched[token]?.remove(id)
    guard watched[token]?.isEmpty == true else { return }
    watched[token] = nil
    do throws(Errno) {
      try watch?.remove(token)
    } catch {
      // The folder went with its pod, and the watch with it.
      logger.debug("a log's folder is gone", ["path": stream.path, "error": error])
    }
  }

  // MARK: - Requests

  private func begin(_ request: HTTPRequest, on id: HTTPStreamID) {
    let parts = request.path.text.split(separator: "/").map(String.init)
    switch (parts.first, parts.count) {
    case ("healthz", 1): respond(.ok, "ok", on: id)
    case ("containerLogs", 4): beginLog(parts, query: request.query.text, on: id)
    default: respond(.notFound, "404 page not found\n", on: id)
    }
  }

  private func beginLog(_ parts: [String], query: String, on id: HTTPStreamID) {
    let (namespace, pod, container) = (parts[1], parts[2], parts[3])
    let options: LogOptions
    do throws(LogOptions.Invalid) {
      options = try LogOptions(query: query, now: Machine.wallTime())
    } catch {
      return respond(.badRequest, "\(error.parameter): cannot be understood", on: id)
    }
    guard let place = places.logPlace(namespace: namespace, name: pod) else {
      return respond(.notFound, "pod \"\(pod)\" does not exist", on: id)
    }
    let attempt: Int
    do throws(PodLogPlace.Refusal) {
      attempt = try place.attempt(container, previous: options.previous, of: pod)
    } catch {
      switch error {
      case .notFound(let text): return respond(.notFound, text, on: id)
      case .badRequest(let text): return respond(.badRequest, text, on: id)
      }
    }
    open(place, container, attempt, options, on: id)
  }

  private func open(
    _ place: PodLogPlace, _ container: String, _ attempt: Int, _ options: LogOptions,
    on id: HTTPStreamID
  ) {
    let path = PodFolder("\(podsFolder)/\(place.uid)")
      .logPath(container: container, attempt: attempt)
    do throws(Errno) {
      let stream = try LogStream(
        LogStream.Source(uid: place.uid, container: container, attempt: attempt, path: path),
        options)
      if options.follow, Files.exists(Files.folder(of: path)) {
        // Before the first read: what is written behind it is told.
        stream.watch = try watch?.add(Files.folder(of: path), writes: true)
        if let token = stream.watch { watched[token, default: []].insert(id) }
      }
      streams[id] = stream
    } catch {
      logger.error("cannot open a log", ["path": path, "error": error])
      return respond(.internalServerError, "the log cannot be read: \(error)", on: id)
    }
    server?.sendHead(.ok, ["content-type": "text/plain"], on: id)
    pump(id)
  }

  private func respond(_ status: StatusCode, _ text: String, on id: HTTPStreamID) {
    server?.respond(
      status, ["content-type": "text/plain; charset=utf-8"], body: Bytes(text), on: id)
  }
}

/// Knows the pods of a node.
protocol LogPlaces {
  func logPlace(namespace: String, name: String) -> PodLogPlace?
  func logPlace(uid: String) -> PodLogPlace?
}

/// Where an agent serves logs, and to whom.
public struct LogPortConfiguration: Sendable {
  /// Port 0 takes a free one.
  public var address: SocketAddress
  /// A server's side that requires certificates.
  public var tls: TLSContext
  /// The CN of those who may ask.
  public var clients: Set<String>

  public init(address: SocketAddress, tls: TLSContext, clients: Set<String>) {
    precondition(tls.settings.verification == .required, "logs are for API servers only")
    self.address = address
    self.tls = tls
    self.clients = clients
  }
}

extension LogPort: HTTPServerDelegate {
  func received(_ request: HTTPRequest, on stream: HTTPStreamID) {
    guard let name = request.peer.identity?.commonName, configuration.clients.contains(name) else {
      return respond(.forbidden, "Forbidden\n", on: stream)
    }
    guard request.method == "GET" else {
      return respond(.methodNotAllowed, "Method Not Allowed\n", on: stream)
    }
    begin(request, on: stream)
  }

  func requestClosed(on stream: HTTPStreamID) { forget(stream) }

  func requestWritable(on stream: HTTPStreamID) { pump(stream) }

  // MARK: - No calls

  func callOpened(
    _ call: GRPCRequest, on stream: HTTPStreamID, from peer: HTTPPeer
  ) -> CallAdmission {
    .refuse(GRPCStatus(.unimplemented, "this port serves logs"))
  }

  func callReceived(_ message: Bytes, on stream: HTTPStreamID, tag: UInt32) {}
  func callHalfClosed(on stream: HTTPStreamID, tag: UInt32) {}
  func callClosed(on stream: HTTPStreamID, tag: UInt32) {}
  func callWritable(on stream: HTTPStreamID, tag: UInt32) {}
}
