public import Base
public import Member

/// What one member is started with: etcd's flags, read and checked.
public struct StoreConfiguration: Hashable, Sendable {
  /// The files of one port's TLS, PEM. Read again at each handshake.
  public struct TLSFiles: Hashable, Sendable {
    public let certificate: String
    public let key: String
    /// Whoever connects must show a certificate of these authorities; nil: none is asked for.
    public let trustedAuthorities: String?
  }

  public let name: String
  public let dataDirectory: String
  public let listenClientURLs: [MemberURL]
  public let listenPeerURLs: [MemberURL]
  /// Plain HTTP with health and metrics only.
  public let listenMetricsURLs: [MemberURL]
  public let advertiseClientURLs: [MemberURL]
  public let cluster: InitialCluster
  public let local: InitialCluster.Member
  /// False: `--initial-cluster-state existing`, which starts only where data is.
  public let mayBootstrap: Bool
  public let clusterToken: String
  /// One tick of Raft.
  public let heartbeatInterval: Duration
  /// 5 at least.
  public let electionTicks: Int
  public let clientTLS: TLSFiles?
  public let peerTLS: TLSFiles?
  /// nil: no limit.
  public let quotaBytes: UInt64?
  public let autoCompaction: AutoCompactionPolicy
  public let transactionOperationsMax: Int
  /// Of one request's encoding.
  public let requestBytesMax: Int
  public let streamsPerConnectionMax: Int
  public let watchProgressInterval: Duration
  /// A JSON document that a new cluster's certificate roles are read from.
  public let certificateRolesFile: String?
  public let logLevel: String

  /// How long a request may wait for its answer: etcd's 5 s and two election time-outs.
  public var requestTimeout: Duration { .seconds(5) + heartbeatInterval * electionTicks * 2 }
}

// MARK: - Flags

extension StoreConfiguration {
  /// etcd's names and defaults, where this store has what they set.
  public static let flags: FlagSet = {
    var flags = FlagSet(command: "keelson store serve", environmentPrefixes: ["ETCD_"])
    declareMember(&flags)
    declareClustering(&flags)
    declareSecurity(&flags)
    return flags
  }()

  private static func declareMember(_ flags: inout FlagSet) {
    flags.declare("name", .text, default: "default", help: "human-readable name of this member")
    flags.declare("data-dir", .text, help: "path of the data directory (default NAME.etcd)")
    flags.declare(
      "listen-client-urls", .text, default: "http://localhost:2379",
      help: "where to serve clients; commas between")
    flags.declare(
      "listen-peer-urls", .text, default: "http://localhost:2380",
      help: "where to serve the other members; commas between")
    flags.declare(
      "listen-metrics-urls", .text, help: "further places that serve /health and /metrics")
    flags.declare("heartbeat-interval", .integer, default: "100", help: "milliseconds")
    flags.declare("election-timeout", .integer, default: "1000", help: "milliseconds")
    flags.declare(
      "quota-backend-bytes", .integer, default: "0",
      help: "raise NOSPACE beyond this size; 0 is 2 GiB, below 0 is no limit")
    flags.declare(
      "auto-compaction-mode", .text, default: "periodic",
      help: "what --auto-compaction-retention counts: periodic or revision")
    flags.declare(
      "auto-compaction-retention", .text, default: "0",
      help: "history to keep: a duration (a bare number is hours), or revisions; 0 is all")
    flags.declare("max-txn-ops", .integer, default: "128", help: "operations of one transaction")
    flags.declare("max-request-bytes", .integer, default: "1572864", help: "size of one request")
    flags.declare(
      "max-concurrent-streams", .integer, default: "10000",
      help: "open calls on one connection (etcd's default is no limit)")
    for name in ["watch-progress-notify-interval", "experimental-watch-progress-notify-interval"] {
      flags.declare(name, .duration, default: "10m", help: "between progress notes to idle watches")
    }
    flags.declare("log-level", .text, default: "info", help: "debug, info, warn or error")
  }

  private static func declareClustering(_ flags: inout FlagSet) {
    flags.declare(
      "initial-advertise-peer-urls", .text, default: "http://localhost:2380",
      help: "where the other members reach this one")
    flags.declare(
      "advertise-client-urls", .text, default: "http://localhost:2379",
      help: "where clients reach this member")
    flags.declare(
      "initial-cluster", .text,
      help: "name=peerURL of every first member; commas between (default this member alone)")
    flags.declare("initial-cluster-state", .text, default: "new", help: "new or existing")
    flags.declare(
      "initial-cluster-token", .text, default: "etcd-cluster",
      help: "tells apart clusters with the same URLs")
    flags.declare(
      "certificate-roles", .text,
      help: "JSON document of certificate roles that a new cluster starts with")
  }

  private static func declareSecurity(_ flags: inout FlagSet) {
    flags.declare("cert-file", .text, help: "PEM certificate for the client port")
    flags.declare("key-file", .text, help: "PEM key of that certificate")
    flags.declare(
      "trusted-ca-file", .text, help: "clients must show a certificate of this authority")
    flags.declare(
      "client-cert-auth", .boolean, help: "clients must show a certificate (as --trusted-ca-file)")
    flags.declare("peer-cert-file", .text, help: "PEM certificate for the peer port")
    flags.declare("peer-key-file", .text, help: "PEM key of that certificate")
    flags.declare("peer-trusted-ca-file", .text, help: "authority of all members' certificates")
    flags.declare(
      "peer-client-cert-auth", .boolean, help: "members must show a certificate: always so")
  }
}

// MARK: - From flags

extension StoreConfiguration {
  /// Reads a member's command line.
  ///
  /// - Throws: `ConfigurationError` in etcd's words, where the values do not go together.
  public init(_ values: FlagValues) throws(ConfigurationError) {
    if let operand = values.operands.first { throw .notAFlag(operand) }
    name = values.text("name")
    let folder = values.text("data-dir")
    dataDirectory = folder.isEmpty ? "\(name).etcd" : folder

    listenClientURLs = try Self.bindable(values.text("listen-client-urls"))
    listenPeerURLs = try Self.bindable(values.text("listen-peer-urls"))
    let metrics = values.text("listen-metrics-urls")
    listenMetricsURLs = metrics.isEmpty ? [] : try Self.bindable(metrics)
    if values.isGiven("listen-client-urls"), !values.isGiven("advertise-client-urls") {
      throw .advertiseClientURLsRequired
    }
    advertiseClientURLs = try MemberURL.list(values.text("advertise-client-urls"))

    clusterToken = values.text("initial-cluster-token")
    let advertised = try MemberURL.list(values.text("initial-advertise-peer-urls"))
    let alone = advertised.map { "\(values.text("name"))=\($0)" }.joined(separator: ",")
    let members = values.text("initial-cluster")
    cluster = try InitialCluster(parsing: members.isEmpty ? alone : members, token: clusterToken)
    local = try cluster.member(named: name, advertising: advertised)
    mayBootstrap = try Self.mayBootstrap(values.text("initial-cluster-state"))

    (heartbeatInterval, electionTicks) = try Self.timing(values)
    clientTLS = try Self.tls(values, prefix: "", urls: listenClientURLs)
    peerTLS = try Self.tls(values, prefix: "peer-", urls: listenPeerURLs + advertised)

    let quota = values.integer("quota-backend-bytes")
    quotaBytes = quota < 0 ? nil : quota == 0 ? Limits.quotaBackendBytes : UInt64(quota)
    autoCompaction = try CompactionRetention.policy(
      mode: values.text("auto-compaction-mode"), retention: values.text("auto-compaction-retention")
    )
    transactionOperationsMax = try Self.positive("max-txn-ops", values)
    requestBytesMax = try Self.positive("max-request-bytes", values)
    guard requestBytesMax <= MemberLimits.requestBytesCeiling else {
      throw .tooLarge(flag: "max-request-bytes", max: MemberLimits.requestBytesCeiling)
    }
    streamsPerConnectionMax = try Self.positive("max-concurrent-streams", values)
    let progress = "watch-progress-notify-interval"
    watchProgressInterval = values.duration(
      values.isGiven(progress) ? progress : "experimental-\(progress)")
    guard watchProgressInterval >= .milliseconds(100) else {
      throw .tooShort(flag: progress, minimumMilliseconds: 100)
    }
    let roles = values.text("certificate-roles")
    certificateRolesFile = roles.isEmpty ? nil : roles
    logLevel = values.text("log-level")
  }

  /// Listeners take an address or `localhost`; a name could change where a member listens.
  private static func bindable(_ text: String) throws(ConfigurationError) -> [MemberURL] {
    let urls = try MemberURL.list(text)
    for url in urls where url.host != "localhost" {
      let isAddress =
        url.host.contains(":")
        || url.host.split(separator: ".", omittingEmptySubsequences: false)
          .compactMap { UInt8($0) }.count == 4
      guard isAddress else { throw .expectedAddressToBind(url.text) }
    }
    return urls
  }

  private static func mayBootstrap(_ state: String) throws(ConfigurationError) -> Bool {
    switch state {
    case "new": true
    case "existing": false
    default: throw .unknownClusterState(state)
    }
  }

  private static func timing(
    _ values: FlagValues
  ) throws(ConfigurationError) -> (Duration, Int) {
    let heartbeat = Int64(try positive("heartbeat-interval", values))
    let election = Int64(try positive("election-timeout", values))
    if election >= 50_000 { throw .electionTooLong(electionMilliseconds: election) }
    // Divided, not multiplied: the number comes from the user.
    if election / 5 < heartbeat {
      throw .electionTooShort(
        electionMilliseconds: election, heartbeatMilliseconds: heartbeat)
    }
    return (.milliseconds(heartbeat), Int(election / heartbeat))
  }

  private static func positive(
    _ flag: String, _ values: FlagValues
  ) throws(ConfigurationError) -> Int {
    let value = values.integer(flag)
    guard value > 0 else { throw .notPositive(flag: flag) }
    return Int(clamping: value)
  }

  /// nil where no URL is secure: etcd then ignores the files, too.
  private static func tls(
    _ values: FlagValues, prefix: String, urls: [MemberURL]
  ) throws(ConfigurationError) -> TLSFiles? {
    guard let secure = urls.first(where: \.isSecure) else { return nil }
    func file(_ flag: String) -> String? {
      let path = values.text(prefix + flag)
      return path.isEmpty ? nil : path
    }
    guard let certificate = file("cert-file") else {
      throw .incompleteTLS(missing: "\(prefix)cert-file", because: "\(secure) is served with TLS")
    }
    guard let key = file("key-file") else {
      throw .incompleteTLS(missing: "\(prefix)key-file", because: "\(secure) is served with TLS")
    }
    let authorities = file("trusted-ca-file")
    if authorities == nil {
      if prefix == "peer-" {
        throw .incompleteTLS(
          missing: "peer-trusted-ca-file", because: "members verify each other's certificates")
      }
      if values.boolean("client-cert-auth") {
        throw .incompleteTLS(
          missing: "trusted-ca-file", because: "--client-cert-auth needs an authority to ask")
      }
    }
    return TLSFiles(certificate: certificate, key: key, trustedAuthorities: authorities)
  }
}
