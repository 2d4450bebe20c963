import Base
import StoreClient

/// The flags of a component that is fastened to the store, named as etcdctl names them.
extension FlagSet {
  mutating func declareStoreFlags() {
    declare("endpoints", .repeated, help: "the store's members, comma-separated")
    declare("cacert", .text, help: "PEM certificates of the store's authority")
    declare("cert", .text, help: "PEM certificate of this component")
    declare("key", .text, help: "PEM key of that certificate")
  }
}

extension FlagValues {
  /// Those given, else where `keelson up` puts its members.
  var storeEndpoints: [String] {
    let given = repeated("endpoints").flatMap { $0.split(separator: ",").map(String.init) }
    return given.isEmpty ? ["127.0.0.1:12379", "127.0.0.1:22379", "127.0.0.1:32379"] : given
  }

  var storeCredentials: StoreCredentials {
    func path(_ name: String) -> String? { text(name).isEmpty ? nil : text(name) }
    return StoreCredentials(
      trustedCAs: path("cacert"), certificate: path("cert"), key: path("key"))
  }
}
