import Base
import Crypto
import EventLoop
import HTTP
import Transport

/// The API servers of a cluster on this host, asked as its administrator.
struct APIServerAccess {
  private let http: AsyncHTTPClient

  enum State: Hashable {
    case ready
    /// It answers, and its view is not filled.
    case notReady(String)
    case unreachable(String)

    var text: String {
      switch self {
      case .ready: "ready"
      case .notReady(let text): "not ready: \(text)"
      case .unreachable(let reason): "not serving: \(reason)"
      }
    }
  }

  private static let timeout = Duration.seconds(2)

  init(folder: ClusterFolder, loop: EventLoop) throws(CryptoError) {
    let administrator = TLSCredentials(
      certificateFile: folder.certificate("api/kubernetes-admin"),
      privateKeyFile: folder.key("api/kubernetes-admin"))
    let tls = try TLSContext(
      .client(
        administrator, trustedFile: folder.certificate("api-ca"), protocols: ["http/1.1"]))
    http = AsyncHTTPClient(loop: loop, settings: ChannelSettings(tls: tls))
  }

  func state(of server: ClusterAPIServer) async -> State {
    do {
      let url = try URL(server.url + "/readyz")
      let response = try await http.send("GET", url, timeout: Self.timeout)
      guard response.status == .ok else { return .notReady(response.body.text) }
      return .ready
    } catch {
      return .unreachable("\(error)")
    }
  }
}
