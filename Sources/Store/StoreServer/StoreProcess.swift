import Base
import Crypto
public import EventLoop
import KVStore
import Linux
import Member
import Transport

/// `keelson store serve`: sets one member up and runs it to its end.
public enum StoreProcess {
  /// Serves on the calling thread until a signal or a failure. Says on the log what went wrong.
  ///
  /// Returns the process' exit code: 0 after a signal, 1 after a failure.
  public static func run(_ configuration: StoreConfiguration, logger: Logger) -> Int32 {
    do {
      return try serve(configuration, logger)
    } catch {
      logger.error("not started: \(error.description)")
      return 1
    }
  }

  private static func serve(
    _ configuration: StoreConfiguration, _ logger: Logger
  ) throws(StartError) -> Int32 {
    // A signal's default action must not end the process in the middle of a write to a socket.
    Signal.pipe.ignore()
    raiseOpenFilesLimit(logger)
    let loop = try system("event loop") { () throws(Errno) in try EventLoop() }
    let shell = Shell()
    let signals = try system("signals") { () throws(Errno) in
      // Before any thread starts, or that thread takes them.
      try SignalSource([.terminate, .interrupt], loop: loop) { shell.server?.leave($0) }
    }
    defer { signals.close() }
    let workers = try system("threads") { () throws(Errno) in try WorkerPool() }

    // Ports first: whoever holds them may hold the data directory, too.
    let clients = ClientPort(loop: loop, configuration: configuration, logger: logger)
    try listen(clients, configuration, workers)
    let peers = try makePeers(configuration, loop, logger, workers, shell)

    let directory = try openDataDirectory(configuration)
    let disk = try system("data directory \(configuration.dataDirectory)") {
      () throws(Errno) in
      try DiskThread(root: configuration.dataDirectory, loop: loop) { token, error in
        shell.server?.diskAnswered(token, error)
      }
    }
    let member = try recover(configuration, disk: disk)
    let server = StoreServer(
      configuration, member: member, disk: disk, loop: loop, logger: logger)
    shell.server = server
    let code = server.run(clients: clients, peers: peers)
    disk.close()
    logger.info("ended", ["exit-code": code])
    withExtendedLifetime(directory) {}
    return code
  }

  /// Stands between the parts that are made before the server and the server.
  private final class Shell: PeerTransportDelegate {
    var server: StoreServer?

    func peerConnected(_ peer: NodeID) { server?.peerConnected(peer) }
    func peerDisconnected(_ peer: NodeID) { server?.peerDisconnected(peer) }
    func peerReceived(_ frame: Bytes, from peer: NodeID) {
      server?.peerReceived(frame, from: peer)
    }
  }

  /// Keeps the data directory locked while it lives.
  private final class LockedDirectory {
    let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) {
      self.descriptor = descriptor
    }
  }

  private static func raiseOpenFilesLimit(_ logger: Logger) {
    do {
      try Machine.raiseOpenFilesLimit()
    } catch {
      logger.warn("the limit of open files stays as it is", ["error": "\(error)"])
    }
  }

  private static func system<Value>(
    _ what: String, _ body: () throws(Errno) -> Value
  ) throws(StartError) -> Value {
    do {
      return try body()
    } catch {
      throw .system(what, error)
    }
  }

  // MARK: - Ports

  private static func listen(
    _ clients: ClientPort, _ configuration: StoreConfiguration, _ workers: WorkerPool
  ) throws(StartError) {
    var secure = ChannelSettings(workers: workers)
    if let files = configuration.clientTLS {
      let credentials = TLSCredentials(
        certificateFile: files.certificate, privateKeyFile: files.key)
      do {
        secure.tls = try TLSContext(.server(credentials, trustedFile: files.trustedAuthorities))
      } catch {
        throw .tls(error)
      }
    }
    for url in configuration.listenClientURLs {
      let address = try address(of: url)
      do {
        try clients.listen(on: address, settings: url.isSecure ? secure : ChannelSettings())
      } catch {
        throw .cannotListen(url.text, error)
      }
    }
    for url in configuration.listenMetricsURLs {
      let address = try address(of: url)
      do {
        let settings = url.isSecure ? secure : ChannelSettings()
        try clients.listenForPages(on: address, settings: settings)
      } catch {
        throw .cannotListen(url.text, error)
      }
    }
  }

  private static func makePeers(
    _ configuration: StoreConfiguration, _ loop: EventLoop, _ logger: Logger,
    _ workers: WorkerPool, _ delegate: any PeerTransportDelegate
  ) throws(StartError) -> PeerTransport {
    let peers: PeerTransport
    do {
      peers = try PeerTransport(
        configuration: configuration, loop: loop, logger: logger, workers: workers,
        delegate: delegate)
    } catch {
      throw .tls(error)
    }
    for url in configuration.listenPeerURLs {
      try peers.listen(url, on: address(of: url))
    }
    return peers
  }

  private static func address(of url: MemberURL) throws(StartError) -> SocketAddress {
    do {
      guard let first = try Resolver.resolve(url.host, port: url.port).first else {
        throw StartError.noAddress(url.text)
      }
      return first
    } catch {
      throw .noAddress(url.text)
    }
  }

  // MARK: - Data

  /// Makes the data directory where it is missing, and locks it.
  private static func openDataDirectory(
    _ configuration: StoreConfiguration
  ) throws(StartError) -> LockedDirectory {
    let path = configuration.dataDirectory
    do {
      try Files.makeFolders(path, mode: 0o700)
      if !configuration.mayBootstrap, try Files.list(path).isEmpty {
        throw StartError.nothingToRestart(path)
      }
      let folder = try Files.open(path, [.read, .folder])
      guard try folder.tryLock() else { throw StartError.inUse(path) }
      return LockedDirectory(folder)
    } catch let error as StartError {
      throw error
    } catch let error as Errno {
      throw .dataDirectory(path, error)
    } catch {
      preconditionFailure("only errors of the system are thrown here: \(error)")
    }
  }

  private static func recover(
    _ configuration: StoreConfiguration, disk: DiskThread
  ) throws(StartError) -> StoreMember {
    var setup = MemberConfiguration(
      id: configuration.local.id, clusterID: configuration.cluster.id,
      initialMembers: configuration.cluster.members.map { member in
        MemberConfiguration.InitialMember(
          id: member.id, name: member.name, peerURLs: member.peerURLs.map(\.text))
      },
      clientURLs: configuration.advertiseClientURLs.map(\.text),
      heartbeat: configuration.heartbeatInterval, electionTicks: configuration.electionTicks)
    setup.limits.quotaBytes = configuration.quotaBytes ?? .max
    setup.limits.autoCompaction = configuration.autoCompaction
    setup.limits.transactionOperationsMax = configuration.transactionOperationsMax
    setup.limits.requestBytesMax = configuration.requestBytesMax
    setup.limits.watchProgressPeriod = configuration.watchProgressInterval
    if let path = configuration.certificateRolesFile {
      setup.certificateRoles = try readRoles(path)
    }
    let time = MemberTime(instant: Machine.now(), wall: Machine.wallTime())
    do {
      return try StoreMember.recover(setup, disk: disk, time: time, seed: Machine.randomWord())
    } catch {
      throw .member(error, directory: configuration.dataDirectory)
    }
  }

  /// Checked here, where a user is there to read what is wrong with it.
  private static func readRoles(_ path: String) throws(StartError) -> Bytes {
    let document: Bytes
    do {
      document = try Files.read(path)
    } catch {
      throw .roles(path: path, error)
    }
    do {
      _ = try CertificateRoles(parsing: document)
    } catch {
      throw .rolesInvalid(path: path, error)
    }
    return document
  }
}
