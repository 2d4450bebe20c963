import Base
import Component
public import EventLoop
import HTTP
public import Linux
import Objects
import Transport

/// The pages of a component over plain HTTP, for a loopback address: health as
/// kube-controller-manager and kube-scheduler tell it, and metrics.
public final class ComponentPort {
  private let pages: ComponentPages
  private let server: HTTPServer
  /// Where it listens, with the port that the kernel chose if 0 was asked for.
  public let address: SocketAddress

  public init(
    _ process: ComponentProcess, on address: SocketAddress, loop: EventLoop, logger: Logger
  ) throws(Errno) {
    pages = ComponentPages(process)
    server = HTTPServer(loop: loop, delegate: pages, logger: logger)
    pages.server = server
    self.address = try server.listen(on: address, settings: ChannelSettings(tls: nil))
  }

  public func close() {
    server.close()
  }
}

private final class ComponentPages: HTTPServerDelegate {
  private let process: ComponentProcess
  weak var server: HTTPServer?

  init(_ process: ComponentProcess) {
    self.process = process
  }

  func received(_ request: HTTPRequest, on stream: HTTPStreamID) {
    guard request.method == "GET" else {
      return respond(.methodNotAllowed, "Method Not Allowed\n", on: stream)
    }
    switch request.path.text {
    case "/metrics": respond(.ok, process.metricsPage, on: stream)
    case "/healthz", "/livez": respond(.ok, "ok", on: stream)
    case "/readyz":
      let unlisted = process.status.informers.filter { !$0.isListed }
      if unlisted.isEmpty { return respond(.ok, "ok", on: stream) }
      let names = unlisted.map { "[-]informer \($0.collection.prefix.text) not listed\n" }
      respond(.internalServerError, names.joined() + "readyz check failed\n", on: stream)
    default: respond(.notFound, "404 page not found\n", on: stream)
    }
  }

  private func respond(_ status: StatusCode, _ body: String, on stream: HTTPStreamID) {
    server?.respond(
      status, ["content-type": "text/plain; version=0.0.4; charset=utf-8"], body: Bytes(body),
      on: stream)
  }

  func requestClosed(on stream: HTTPStreamID) {
    // Answers are whole: nothing is kept for a request.
  }

  // MARK: - No calls

  func callOpened(
    _ call: GRPCRequest, on stream: HTTPStreamID, from peer: HTTPPeer
  ) -> CallAdmission {
    .refuse(GRPCStatus(.unimplemented, "this port serves health and metrics only"))
  }

  func callReceived(_ message: Bytes, on stream: HTTPStreamID, tag: UInt32) {}
  func callHalfClosed(on stream: HTTPStreamID, tag: UInt32) {}
  func callClosed(on stream: HTTPStreamID, tag: UInt32) {}
  func callWritable(on stream: HTTPStreamID, tag: UInt32) {}
}
