import API
import APIServer
import Base
import Crypto
import EventLoop
import Linux
import StoreClient

extension Command {
  /// Flags as kube-apiserver names them, where it has them; the store's as etcdctl does.
  static let apiServer = Command(
    "apiserver", summary: "Serve the Kubernetes API over HTTPS; run as many as you like."
  ) { arguments in
    var flags = FlagSet(command: "keelson apiserver", environmentPrefixes: ["KEELSON_"])
    flags.declareStoreFlags()
    flags.declareServingFlags()
    flags.declareTokenFlags()
    flags.declareAgentFlags()
    flags.declare("log-level", .text, default: "info", help: "debug, info, warn or error")
    return runCommand(flags, arguments, environment: environmentVariables()) { values in
      guard let level = LogLevel(name: values.text("log-level")) else {
        complain("--log-level: expected debug, info, warn or error")
        return 2
      }
      do throws(BadFlags) {
        let configuration = try APIServerFlags(values).configuration()
        return serve(configuration, values, Logger("apiserver", minimum: level))
      } catch {
        complain("apiserver: \(error.message)")
        return 2
      }
    }
  }
}

extension FlagSet {
  fileprivate mutating func declareServingFlags() {
    declare(
      "bind-address", .text, default: "0.0.0.0", help: "the IP address to listen on for HTTPS")
    declare(
      "secure-port", .integer, default: "6443", help: "the port for HTTPS; 0 takes a free one")
    declare("tls-cert-file", .text, help: "PEM certificate of this server, with its chain")
    declare("tls-private-key-file", .text, help: "PEM key of that certificate")
    declare(
      "client-ca-file", .text,
      help: "PEM certificates of the authority whose clients are believed: CN is the user, O the "
        + "groups; without it no client certificate is asked for")
    declare(
      "request-timeout", .duration, default: "1m",
      help: "from a request's arrival to its answer; watches and logs have their own")
  }

  fileprivate mutating func declareTokenFlags() {
    declare(
      "service-account-key-file", .repeated,
      help: "PEM keys, public or private, that tokens of service accounts are checked with; given "
        + "more than once, each is good")
    declare(
      "service-account-signing-key-file", .text,
      help: "PEM private key on P-256 that tokens of service accounts are signed with")
    let settings = APISettings()
    declare(
      "service-account-issuer", .text, default: settings.issuer,
      help: "who signs tokens of service accounts: a token of another issuer is not believed")
    declare(
      "api-audiences", .repeated,
      help: "whom tokens are for that speak to API servers, comma-separated (default: issuer)"
    )
  }

  fileprivate mutating func declareAgentFlags() {
    declare(
      "kubelet-client-certificate", .text, help: "PEM certificate that agents are shown")
    declare("kubelet-client-key", .text, help: "PEM key of that certificate")
    declare(
      "kubelet-certificate-authority", .text,
      help: "PEM certificates of the authority that vouches for agents")
  }
}

/// What is wrong with a command line.
private struct BadFlags: Error {
  let message: String
}

/// Reads the flags of `keelson apiserver`.
private struct APIServerFlags {
  private let values: FlagValues

  init(_ values: FlagValues) {
    self.values = values
  }

  func configuration() throws(BadFlags) -> APIServerConfiguration {
    guard let host = IPAddress(values.text("bind-address")) else {
      throw BadFlags(message: "--bind-address: expected an IP address")
    }
    guard let port = UInt16(exactly: values.integer("secure-port")) else {
      throw BadFlags(message: "--secure-port: 0 to 65535")
    }
    var core = APICore.Configuration(entropy: Machine.randomWord())
    core.settings = try settings()
    core.requestTimeout = values.duration("request-timeout")
    guard core.requestTimeout >= .seconds(1), core.requestTimeout <= .seconds(3600) else {
      throw BadFlags(message: "--request-timeout: 1s to 1h")
    }
    var configuration = APIServerConfiguration(
      core: core, address: SocketAddress(host, port: port), tls: try serving())
    configuration.tokens = try tokens()
    configuration.agents = try agents()
    return configuration
  }

  private func settings() throws(BadFlags) -> APISettings {
    var settings = APISettings()
    settings.hasServiceAccounts = true
    settings.issuer = values.text("service-account-issuer")
    guard !settings.issuer.isEmpty else {
      throw BadFlags(message: "--service-account-issuer: expected an address")
    }
    let given = values.repeated("api-audiences").flatMap { $0.split(separator: ",") }
    settings.audiences = given.isEmpty ? [settings.issuer] : given.map(String.init)
    return settings
  }

  private func serving() throws(BadFlags) -> TLSContext {
    guard let credentials = try credentials("tls-cert-file", "tls-private-key-file") else {
      throw BadFlags(message: "--tls-cert-file and --tls-private-key-file are needed")
    }
    let clients = path("client-ca-file")
    return try context(APIServerConfiguration.settings(credentials, clients: clients))
  }

  private func agents() throws(BadFlags) -> TLSContext? {
    let own = try credentials("kubelet-client-certificate", "kubelet-client-key")
    let authority = path("kubelet-certificate-authority")
    guard let own else {
      if authority == nil { return nil }
      throw BadFlags(
        message: "--kubelet-certificate-authority needs --kubelet-client-certificate and "
          + "--kubelet-client-key: agents let nobody else in")
    }
    guard let authority else {
      throw BadFlags(
        message: "--kubelet-client-certificate needs --kubelet-certificate-authority")
    }
    return try context(.client(own, trustedFile: authority, protocols: ["http/1.1"]))
  }

  private func tokens() throws(BadFlags) -> TokenKeys? {
    let files = values.repeated("service-account-key-file")
    let signing = path("service-account-signing-key-file")
    if files.isEmpty && signing == nil { return nil }
    do throws(CryptoError) {
      let signer: TokenSigner? =
        if let signing { try TokenSigner(try PrivateKey(pem: try read(signing))) } else { nil }
      var keys: [PublicKey] = []
      for file in files.isEmpty ? [signing].compactMap({ $0 }) : files {
        keys.append(try PublicKey(pem: try read(file)))
      }
      return TokenKeys(signer: signer, verifier: try TokenVerifier(keys))
    } catch {
      throw BadFlags(message: "keys of service accounts: \(error)")
    }
  }

  private func read(_ file: String) throws(CryptoError) -> Bytes {
    do throws(Errno) {
      return try Files.read(file)
    } catch {
      throw .file(path: file, .privateKey, reason: "\(error)")
    }
  }

  private func credentials(
    _ certificate: String, _ key: String
  ) throws(BadFlags) -> TLSCredentials? {
    switch (path(certificate), path(key)) {
    case (let certificate?, let key?):
      return TLSCredentials(certificateFile: certificate, privateKeyFile: key)
    case (nil, nil): return nil
    case (.some, nil): throw BadFlags(message: "--\(certificate) needs --\(key)")
    case (nil, .some): throw BadFlags(message: "--\(key) needs --\(certificate)")
    }
  }

  private func context(_ settings: TLSSettings) throws(BadFlags) -> TLSContext {
    do throws(CryptoError) {
      return try TLSContext(settings)
    } catch {
      throw BadFlags(message: error.description)
    }
  }

  private func path(_ name: String) -> String? {
    values.text(name).isEmpty ? nil : values.text(name)
  }
}

private func serve(
  _ configuration: APIServerConfiguration, _ values: FlagValues, _ logger: Logger
) -> Int32 {
  do {
    let loop = try EventLoop()
    let ending = Ending(loop: loop) {
      logger.info("told to end; watches end, and requests get their answers")
    }
    // Before any other thread runs: it must not take the signals.
    let signals = try SignalSource([.terminate, .interrupt], loop: loop) { _ in ending.begin() }
    Signal.pipe.ignore()
    try Machine.raiseOpenFilesLimit()
    let client = try StoreClient(
      endpoints: values.storeEndpoints, credentials: values.storeCredentials, loop: loop)
    let server = try APIServer(
      configuration, client: client, workers: try WorkerPool(), loop: loop, logger: logger)
    logger.info(
      "apiserver serves", ["address": server.address, "pid": Machine.processID])
    ending.stop = server.stop
    server.start()
    loop.run()
    signals.close()
    return 0
  } catch {
    complain("apiserver: \(error)")
    return 1
  }
}
