import EventLoop
import Linux
import StoreClient

/// The store of a cluster on this host, asked as its administrator.
struct StoreAccess {
  let folder: ClusterFolder
  let loop: EventLoop

  func client(_ endpoints: [String], timeout: Duration = .seconds(5)) throws -> StoreClient {
    let credentials = StoreCredentials(
      trustedCAs: folder.certificate("client-ca"), certificate: folder.certificate("clients/root"),
      key: folder.key("clients/root"))
    return try StoreClient(
      endpoints: endpoints, credentials: credentials,
      options: StoreClientOptions(requestTimeout: timeout), loop: loop)
  }
}
