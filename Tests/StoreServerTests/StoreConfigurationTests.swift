import Base
import Member
import StoreServer
import Testing

@Suite struct `A member's flags` {
  private static func configure(
    _ line: String, _ environment: [String: String] = [:]
  ) throws -> StoreConfiguration {
    let arguments = line.split(separator: " ").map(String.init)
    return try StoreConfiguration(
      StoreConfiguration.flags.parse(arguments, environment: environment))
  }

  /// The ids that etcd 3.4.23 logs when it is started without flags.
  @Test func `without flags it is etcd's default member`() throws {
    let configuration = try Self.configure("")
    #expect(configuration.dataDirectory == "default.etcd")
    #expect(configuration.local.id == NodeID(0x8e9e_05c5_2164_694d))
    #expect(configuration.cluster.id == 0xcdf8_1819_4e3a_8c32)
    #expect(configuration.heartbeatInterval == .milliseconds(100))
    #expect(configuration.electionTicks == 10)
    #expect(configuration.requestTimeout == .seconds(7))
    #expect(configuration.quotaBytes == 2_147_483_648)
    #expect(configuration.clientTLS == nil)
  }

  /// Logged by etcd 3.4.23 for these flags.
  @Test func `ids follow from sorted peer URLs and the token as in etcd`() throws {
    let configuration = try Self.configure(
      "--name n1 --initial-cluster-token tok --initial-cluster n1=http://127.0.0.1:41380,"
        + "n2=http://127.0.0.1:41381,n3=http://127.0.0.1:41382,n1=http://localhost:41383 "
        + "--initial-advertise-peer-urls http://localhost:41383,http://127.0.0.1:41380")
    #expect(
      configuration.cluster.members.map(\.id) == [
        NodeID(0x298d_a9a3_f414_93cd), NodeID(0xa3b4_f9b8_c863_4235),
        NodeID(0xcfa6_ba54_8327_1eb1),
      ])
    #expect(configuration.cluster.members.map(\.name) == ["n3", "n1", "n2"])
    #expect(configuration.local.id == NodeID(0xa3b4_f9b8_c863_4235))
    #expect(configuration.cluster.id == 0x1cee_1243_f519_8145)
  }

  @Test func `the environment sets what the line does not`() throws {
    let environment = [
      "ETCD_NAME": "x", "ETCD_DATA_DIR": "/d", "ETCD_HEARTBEAT_INTERVAL": "10",
      "ETCD_ELECTION_TIMEOUT": "60",
    ]
    let configuration = try Self.configure("--data-dir /e", environment)
    #expect(configuration.name == "x")
    #expect(configuration.dataDirectory == "/e")
    #expect(configuration.electionTicks == 6)
    #expect(configuration.cluster.members.map(\.name) == ["x"])
  }

  @Test func `quotas are etcd's: zero is the default and below zero is none`() throws {
    #expect(try Self.configure("--quota-backend-bytes -1").quotaBytes == nil)
    #expect(try Self.configure("--quota-backend-bytes 17").quotaBytes == 17)
  }

  /// etcd's configuration guide, "auto compaction": off by default; a bare number is hours by time
  /// and revisions by number; zero is off.
  @Test func `history is kept as etcd's auto compaction flags say`() throws {
    #expect(try Self.configure("").autoCompaction == .off)
    let retentions: [(String, AutoCompactionPolicy)] = [
      ("--auto-compaction-retention 0", .off),
      ("--auto-compaction-retention 0s", .off),
      ("--auto-compaction-retention 1", .periodic(retention: .seconds(3600))),
      ("--auto-compaction-retention 5m", .periodic(retention: .seconds(300))),
      ("--auto-compaction-retention 300ms", .periodic(retention: .milliseconds(300))),
      (
        "--auto-compaction-mode periodic --auto-compaction-retention 1h30m",
        .periodic(retention: .seconds(5400))
      ),
      ("--auto-compaction-mode revision --auto-compaction-retention 1000", .revisions(1000)),
      ("--auto-compaction-mode revision --auto-compaction-retention 0", .off),
    ]
    for (line, policy) in retentions {
      #expect(try Self.configure(line).autoCompaction == policy, "\(line)")
    }
    let environment = [
      "ETCD_AUTO_COMPACTION_MODE": "revision", "ETCD_AUTO_COMPACTION_RETENTION": "7",
    ]
    #expect(try Self.configure("", environment).autoCompaction == .revisions(7))
  }

  /// etcd's words (embed.Config.Validate, parseCompactionRetention) with Go's (time.ParseDuration);
  /// the last two are ours: etcd starts with them.
  @Test(arguments: [
    ("periodic", "x", "error parsing CompactionRetention: time: invalid duration \"x\""),
    ("periodic", "", "error parsing CompactionRetention: time: invalid duration \"\""),
    ("periodic", ".", "error parsing CompactionRetention: time: invalid duration \".\""),
    (
      "periodic", "5mx",
      "error parsing CompactionRetention: time: unknown unit \"mx\" in duration \"5mx\""
    ),
    (
      "periodic", "5d",
      "error parsing CompactionRetention: time: unknown unit \"d\" in duration \"5d\""
    ),
    ("periodic", "-1", "error parsing CompactionRetention: time: missing unit in duration \"-1\""),
    (
      "periodic", "1.5", "error parsing CompactionRetention: time: missing unit in duration \"1.5\""
    ),
    (
      "periodic", "9999999999",
      "error parsing CompactionRetention: time: invalid duration \"9999999999\""
    ),
    ("revision", "-1", "error parsing CompactionRetention: time: missing unit in duration \"-1\""),
    ("hourly", "1", "unknown auto-compaction-mode \"hourly\""),
    ("", "1", "undefined auto-compaction-mode"),
    ("periodic", "-1h", "error parsing CompactionRetention: \"-1h\" is below zero"),
    ("revision", "5m", "error parsing CompactionRetention: \"5m\" is no number of revisions"),
  ])
  func `a retention that is none is refused in etcd's words`(
    mode: String, retention: String, words: String
  ) throws {
    let values = try StoreConfiguration.flags.parse(
      ["--auto-compaction-mode=\(mode)", "--auto-compaction-retention=\(retention)"],
      environment: [:])
    let error = #expect(throws: ConfigurationError.self) { try StoreConfiguration(values) }
    #expect(error?.description == words)
  }

  private static let refusals: [(String, ConfigurationError)] = [
    ("--name a --initial-cluster b=http://h:1", .localNameMissing("a")),
    (
      "--name a --initial-cluster a=http://h:1 --initial-advertise-peer-urls http://h:2",
      .advertisedNotInCluster(name: "a", advertised: ["http://h:2"], initialCluster: ["http://h:1"])
    ),
    ("--initial-cluster a", .malformedInitialCluster("a")),
    ("--initial-cluster =http://h:1", .malformedInitialCluster("=http://h:1")),
    ("--initial-cluster a=h:1", .invalidURL("h:1", .scheme)),
    ("--initial-cluster a=http://h:1,b=http://h:1", .duplicatePeerURLs("http://h:1")),
    ("--listen-peer-urls http://localhost", .invalidURL("http://localhost", .hostAndPort)),
    ("--listen-peer-urls http://[::1:1", .invalidURL("http://[::1:1", .hostAndPort)),
    ("--listen-peer-urls http://1.2.3.4:99999", .invalidURL("http://1.2.3.4:99999", .hostAndPort)),
    ("--listen-peer-urls http://localhost:1/x", .invalidURL("http://localhost:1/x", .path)),
    ("--listen-client-urls http://localhost:1", .advertiseClientURLsRequired),
    ("--listen-peer-urls http://foo.bar:1", .expectedAddressToBind("http://foo.bar:1")),
    (
      "--heartbeat-interval 100 --election-timeout 499",
      .electionTooShort(electionMilliseconds: 499, heartbeatMilliseconds: 100)
    ),
    (
      "--heartbeat-interval 9223372036854775807",
      .electionTooShort(
        electionMilliseconds: 1000, heartbeatMilliseconds: 9_223_372_036_854_775_807)
    ),
    ("--election-timeout 50000", .electionTooLong(electionMilliseconds: 50_000)),
    ("--heartbeat-interval 0", .notPositive(flag: "heartbeat-interval")),
    ("--max-request-bytes 9000000", .tooLarge(flag: "max-request-bytes", max: 6 << 20)),
    (
      "--watch-progress-notify-interval 99ms",
      .tooShort(flag: "watch-progress-notify-interval", minimumMilliseconds: 100)
    ),
    ("--initial-cluster-state old", .unknownClusterState("old")),
    ("extra", .notAFlag("extra")),
    (
      "--listen-peer-urls https://127.0.0.1:1",
      .incompleteTLS(
        missing: "peer-cert-file", because: "https://127.0.0.1:1 is served with TLS")
    ),
    (
      "--listen-peer-urls https://127.0.0.1:1 --peer-cert-file c --peer-key-file k",
      .incompleteTLS(
        missing: "peer-trusted-ca-file", because: "members verify each other's certificates")
    ),
    (
      "--listen-client-urls https://127.0.0.1:1 --advertise-client-urls https://127.0.0.1:1 "
        + "--cert-file c --key-file k --client-cert-auth",
      .incompleteTLS(
        missing: "trusted-ca-file", because: "--client-cert-auth needs an authority to ask")
    ),
  ]

  @Test(arguments: refusals)
  func `what does not go together is refused`(line: String, error: ConfigurationError) {
    #expect(throws: error) { try Self.configure(line) }
    #expect(!error.description.isEmpty)
  }

  @Test func `TLS files count where a URL is secure`() throws {
    let files = "--cert-file c --key-file k --trusted-ca-file ca"
    #expect(try Self.configure(files).clientTLS == nil)
    let secure = try Self.configure(
      files + " --listen-client-urls https://[::1]:1 --advertise-client-urls https://h:1")
    #expect(secure.clientTLS?.trustedAuthorities == "ca")
    #expect(secure.listenClientURLs.map(\.host) == ["::1"])
  }
}
