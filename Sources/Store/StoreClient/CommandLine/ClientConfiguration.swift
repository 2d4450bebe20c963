public import Base
import JSON

/// Where the store is and how to speak with it: from flags, the environment, and the file that
/// `keelson up` writes.
public struct ClientConfiguration: Hashable, Sendable {
  public var endpoints: [String]
  public var credentials: StoreCredentials
  public var options: StoreClientOptions

  /// Where `keelson up` puts its members.
  static let defaultEndpoints = ["127.0.0.1:12379", "127.0.0.1:22379", "127.0.0.1:32379"]

  /// Flags that every command of the store's client takes.
  public static func declareFlags(_ flags: inout FlagSet) {
    flags.declare("endpoints", .text, help: "Members' client addresses, separated by commas")
    flags.declare("cacert", .text, help: "CAs that may have signed the members' certificates")
    flags.declare("cert", .text, help: "This client's certificate")
    flags.declare("key", .text, help: "This client's key")
    flags.declare(
      "insecure-skip-tls-verify", .boolean, help: "Take any server certificate (tests only)")
    flags.declare(
      "insecure-transport", .boolean, default: "true", help: "Allow connections without TLS")
    flags.declare("dial-timeout", .duration, default: "2s", help: "Time for one connection")
    flags.declare(
      "command-timeout", .duration, default: "5s", help: "Time for a request, dialling included")
    flags.declare(
      "keepalive-time", .duration, default: "10s", help: "Idle time before a sign of life is asked")
    flags.declare(
      "keepalive-timeout", .duration, default: "6s", help: "Time for the sign of life to come")
  }

  /// Names that the environment may set, behind `KEELSON_` or `ETCDCTL_`.
  public static let environmentFlags = [
    "endpoints", "cacert", "cert", "key", "insecure-skip-tls-verify", "insecure-transport",
    "dial-timeout", "command-timeout", "keepalive-time", "keepalive-timeout", "write-out", "hex",
  ]

  /// `file` is read where flags and environment name no endpoints or no certificates.
  public init(
    _ values: FlagValues, file: () throws(CommandFailure) -> ClientFile?
  ) throws(CommandFailure) {
    endpoints = values.text("endpoints").split(separator: ",").map(String.init)
    credentials = StoreCredentials(
      trustedCAs: values.givenText("cacert"), certificate: values.givenText("cert"),
      key: values.givenText("key"),
      skipsVerification: values.boolean("insecure-skip-tls-verify"))
    options = StoreClientOptions(
      requestTimeout: values.duration("command-timeout"),
      dialTimeout: values.duration("dial-timeout"),
      keepaliveTime: values.duration("keepalive-time"),
      keepaliveTimeout: values.duration("keepalive-timeout"))
    let named = !endpoints.isEmpty
    let wantsTLS = endpoints.contains { $0.hasPrefix("https://") }
    let hasCertificates = ["cacert", "cert", "key"].contains { values.givenText($0) != nil }
    // The file's certificates go with its own endpoints, or with TLS endpoints that name none.
    if !named || (wantsTLS && !hasCertificates), let file = try file() {
      if !named { endpoints = file.endpoints }
      if !hasCertificates { credentials.take(file) }
    }
    if endpoints.isEmpty { endpoints = Self.defaultEndpoints }
    try check(allowsPlain: values.boolean("insecure-transport"))
  }

  private func check(allowsPlain: Bool) throws(CommandFailure) {
    if (credentials.certificate == nil) != (credentials.key == nil) {
      throw CommandFailure(
        .badArguments, "empty certificate or key file",
        hint: "--cert and --key go together, as do KEELSON_CERT and KEELSON_KEY.")
    }
    if allowsPlain { return }
    let plain = endpoints.first { $0.hasPrefix("http://") }
    if let plain {
      throw CommandFailure(.badArguments, "\(plain) has no TLS and --insecure-transport=false")
    }
  }
}

extension FlagValues {
  /// nil where empty.
  fileprivate func givenText(_ name: String) -> String? {
    let text = text(name)
    return text.isEmpty ? nil : text
  }
}

/// `client.json`: what `keelson up` tells the store's clients.
public struct ClientFile: Hashable, Sendable {
  public var endpoints: [String]
  public var trustedCAs: String?
  public var certificate: String?
  public var key: String?

  /// - Throws: what is wrong with the document, for people.
  public init(parsing document: Bytes, path: String) throws(CommandFailure) {
    func failure(_ reason: String) -> CommandFailure {
      CommandFailure(
        .badArguments, "\(path): \(reason)", hint: "'keelson up' writes this file anew.")
    }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: document)
    } catch {
      throw failure(error.description)
    }
    guard let list = value["endpoints"]?.array, !list.isEmpty else {
      throw failure("\"endpoints\" must list at least one endpoint")
    }
    endpoints = list.compactMap(\.string)
    guard endpoints.count == list.count else { throw failure("endpoints must be texts") }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    func file(_ name: String) throws(CommandFailure) -> String? {
      guard let member = value[name], !member.isNull else { return nil }
      guard let text = member.string else { throw failure("\"\(name)\" must be a path") }
      if text.isEmpty { return nil }
      return text.hasPrefix("/") ? text : folder + text
    }
    trustedCAs = try file("cacert")
    certificate = try file("cert")
    key = try file("key")
  }

  /// Where the file lies: `KEELSON_DIR`, else root's or the user's own folder.
  public static func path(environment: [String: String], isRoot: Bool) -> String {
    if let folder = environment["KEELSON_DIR"], !folder.isEmpty { return folder + "/client.json" }
    if isRoot { return "/var/lib/keelson/client.json" }
    return (environment["HOME"] ?? ".") + "/.keelson/client.json"
  }
}

extension StoreCredentials {
  fileprivate mutating func take(_ file: ClientFile) {
    trustedCAs = file.trustedCAs
    certificate = file.certificate
    key = file.key
  }
}
