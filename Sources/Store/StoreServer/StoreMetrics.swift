import Base
import EventLoop
import Member
import Raft
import Synchronization
import Transport

/// A member's metrics under etcd's names, as far as they are true of this store.
///
/// What the core counts is copied in before each rendering; what the server sees is counted as it
/// happens.
final class StoreMetrics: Sendable {
  private let registry: MetricsRegistry
  private let figures: FiguresBox
  /// By `Method.rawValue`.
  private let startedCalls: [Counter]
  private let succeededCalls: [Counter]
  /// By method and code; made when first needed.
  private let failedCalls = Mutex<[UInt64: Counter]>([:])

  let healthSuccesses: Counter
  let healthFailures: Counter
  let syncSeconds: Histogram
  let writtenBytes: Counter
  let receivedBytes: Counter
  let sentBytes: Counter
  let activePeers: Gauge
  /// Unix seconds; 0 before the first one of this process.
  let lastCompaction: Gauge

  private final class FiguresBox: Sendable {
    private let figures: Mutex<MemberFigures>

    init(_ figures: MemberFigures) { self.figures = Mutex(figures) }

    func set(_ new: MemberFigures) { figures.withLock { $0 = new } }
    func get() -> MemberFigures { figures.withLock { $0 } }
  }

  init(member: NodeID, version: String, figures initial: MemberFigures) {
    figures = FiguresBox(initial)
    let registry = MetricsRegistry()
    self.registry = registry
    startedCalls = Method.allCases.map { Self.startedCounter($0, in: registry) }
    succeededCalls = Method.allCases.map { Self.handledCounter($0, code: 0, in: registry) }
    healthSuccesses = registry.counter(
      "etcd_server_health_success", help: "The total number of successful health checks")
    healthFailures = registry.counter(
      "etcd_server_health_failures", help: "The total number of failed health checks")
    syncSeconds = registry.histogram(
      "etcd_disk_wal_fsync_duration_seconds",
      help: "Time from handing a write to the disk thread until it is synced.")
    writtenBytes = registry.counter(
      "etcd_disk_wal_write_bytes_total", help: "Total number of bytes written to disk.")
    receivedBytes = registry.counter(
      "etcd_network_client_grpc_received_bytes_total",
      help: "The total number of bytes received from grpc clients.")
    sentBytes = registry.counter(
      "etcd_network_client_grpc_sent_bytes_total",
      help: "The total number of bytes sent to grpc clients.")
    activePeers = registry.gauge(
      "etcd_network_active_peers", help: "The current number of active peer connections.",
      labels: ["Local": member.description])
    lastCompaction = registry.gauge(
      "etcd_debugging_mvcc_db_compaction_last",
      help: "The unix time of the last db compaction. Resets to 0 on start.")
    registry.gauge(
      "etcd_server_id", help: "Server or member ID in hexadecimal format. 1 for 'server_id' label.",
      labels: ["server_id": member.description]
    ).set(1)
    registry.gauge(
      "etcd_server_version", help: "Which version is running. 1 for 'server_version' label.",
      labels: ["server_version": version]
    ).set(1)
    let cluster = version.split(separator: ".").prefix(2).joined(separator: ".")
    registry.gauge(
      "etcd_cluster_version",
      help: "Which version is running. 1 for 'cluster_version' label with current cluster version",
      labels: ["cluster_version": cluster]
    ).set(1)
    registry.addProcessMetrics()
    registerServerFigures()
    registerStoreFigures()
  }

  /// The whole page, with the core's figures as of now.
  func render(_ current: MemberFigures) -> String {
    figures.set(current)
    return registry.render()
  }

  /// The client port's bytes, HTTP and TLS framing included.
  func noteClients(_ figures: HTTPServerFigures) {
    receivedBytes.increment(by: figures.bytesReceived - receivedBytes.value)
    sentBytes.increment(by: figures.bytesSent - sentBytes.value)
  }

  /// Counts a call's beginning.
  func started(_ method: Method) {
    startedCalls[Int(method.rawValue)].increment()
  }

  /// Counts a call's end. `code` is grpc's number.
  func ended(_ method: Method, code: UInt32) {
    if code == 0 { return succeededCalls[Int(method.rawValue)].increment() }
    failedCalls.withLock { calls in
      let key = UInt64(method.rawValue) << 32 | UInt64(code)
      let known = calls[key]
      let counter =
        known ?? StoreMetrics.handledCounter(method, code: code, in: registry)
      if known == nil { calls[key] = counter }
      counter.increment()
    }
  }

  private static let codeNames = [
    "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound",
    "AlreadyExists", "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted",
    "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
  ]

  private static func handledCounter(
    _ method: Method, code: UInt32, in registry: MetricsRegistry
  ) -> Counter {
    let name = Int(code) < codeNames.count ? codeNames[Int(code)] : "Code(\(code))"
    let (service, call) = MethodTable.names(of: method)
    return registry.counter(
      "grpc_server_handled_total",
      help: "Total number of RPCs completed on the server, regardless of success or failure.",
      labels: ["grpc_code": name, "grpc_method": call, "grpc_service": service])
  }

  private static func startedCounter(_ method: Method, in registry: MetricsRegistry) -> Counter {
    let (service, call) = MethodTable.names(of: method)
    return registry.counter(
      "grpc_server_started_total", help: "Total number of RPCs started on the server.",
      labels: ["grpc_method": call, "grpc_service": service])
  }

  private func gauge(
    _ name: String, _ help: String, _ value: @escaping @Sendable (MemberFigures) -> Double
  ) {
    let figures = figures
    registry.computedGauge(name, help: help) { value(figures.get()) }
  }

  private func counter(
    _ name: String, _ help: String, _ value: @escaping @Sendable (MemberFigures) -> Double
  ) {
    let figures = figures
    registry.computedCounter(name, help: help) { value(figures.get()) }
  }

  private func registerServerFigures() {
    gauge("etcd_server_has_leader", "Whether or not a leader exists. 1 is existence, 0 is not.") {
      $0.leader == nil ? 0 : 1
    }
    gauge("etcd_server_is_leader", "Whether or not this member is a leader. 1 if is, 0 otherwise.")
    { $0.role == .leader ? 1 : 0 }
    gauge(
      "etcd_server_is_learner", "Whether or not this member is a learner. 1 if is, 0 otherwise."
    ) { $0.isLearner ? 1 : 0 }
    counter("etcd_server_leader_changes_seen_total", "The number of leader changes seen.") {
      Double($0.leaderChanges)
    }
    gauge(
      "etcd_server_proposals_committed_total",
      "The total number of consensus proposals committed."
    ) { Double($0.proposalsCommitted) }
    gauge(
      "etcd_server_proposals_applied_total", "The total number of consensus proposals applied."
    ) { Double($0.proposalsApplied) }
    gauge("etcd_server_proposals_pending", "The current number of pending proposals to commit.") {
      Double($0.proposalsPending)
    }
    counter("etcd_server_proposals_failed_total", "The total number of failed proposals seen.") {
      Double($0.proposalsFailed)
    }
    counter("etcd_server_read_indexes_failed_total", "The total number of failed read indexes.") {
      Double($0.readsFailed)
    }
    gauge("etcd_server_quota_backend_bytes", "Current backend storage quota size in bytes.") {
      Double($0.quotaBytes)
    }
  }

  private func registerStoreFigures() {
    gauge("etcd_mvcc_db_total_size_in_bytes", "Total size of the underlying database in bytes.") {
      Double($0.sizeBytes)
    }
    gauge(
      "etcd_mvcc_db_total_size_in_use_in_bytes",
      "Total size of the underlying database logically in use in bytes."
    ) { Double($0.sizeInUseBytes) }
    counter("etcd_mvcc_range_total", "Total number of ranges seen by this member.") {
      Double($0.ranges)
    }
    gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.") { Double($0.keys) }
    gauge("etcd_debugging_mvcc_current_revision", "The current revision of store.") {
      Double($0.revision)
    }
    gauge("etcd_debugging_mvcc_compact_revision", "The revision of the last compaction in store.") {
      Double($0.compactRevision)
    }
    gauge("etcd_debugging_mvcc_watch_stream_total", "Total number of watch streams.") {
      Double($0.watchStreams)
    }
    gauge("etcd_debugging_mvcc_watcher_total", "Total number of watchers.") {
      Double($0.watchers)
    }
  }
}
