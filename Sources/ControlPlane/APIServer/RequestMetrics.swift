import API
import Base
import EventLoop
import HTTP
import Linux

/// What an API server counts of its requests, under kube-apiserver's names
/// (apiserver/pkg/endpoints/metrics).
///
/// On the loop's thread only; the registry renders anywhere.
final class RequestMetrics {
  private let registry: MetricsRegistry
  private var series: [Key: Series] = [:]
  private var inFlight: [Gauge]
  private var inFlightCounts = [0, 0]
  private let longRunning: Gauge
  private var longRunningCount = 0

  /// Of one request, as it is when its answer ends.
  struct Facts {
    let method: String
    let info: RequestInfo?
    let status: StatusCode
    let arrived: Instant
    let isStreaming: Bool
  }

  /// What requests under the same labels have in common: only names that the API has, for what
  /// clients make up must not fill the memory.
  private struct Key: Hashable {
    let verb: RequestInfo.Verb?
    /// One of the API's table, which lives as long as the process.
    let resource: ObjectIdentifier?
    let subresource: String
  }

  /// What is counted under the same labels, made when it is first needed.
  private final class Series {
    let verb: String
    let group: String
    let version: String
    let resource: String
    let subresource: String
    var counters: [(code: UInt16, counter: Counter)] = []
    var duration: Histogram?

    init(_ key: Key, _ request: RequestInfo.ResourceRequest?) {
      verb = key.verb.map(RequestMetrics.text) ?? "OTHER"
      let isKnown = key.resource != nil
      group = isKnown ? request?.group ?? "" : ""
      version = isKnown ? request?.version ?? "" : ""
      resource = isKnown ? request?.plural ?? "" : ""
      subresource = key.subresource
    }
  }

  /// kube-apiserver's, with finer ones below its lowest, which would hold nearly all of ours.
  private static let bounds =
    [0.0005, 0.001, 0.0025]
    + [
      0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30,
      45, 60,
    ]

  init(_ registry: MetricsRegistry) {
    self.registry = registry
    inFlight = ["readOnly", "mutating"].map { kind in
      registry.gauge(
        "apiserver_current_inflight_requests",
        help: "Number of currently used inflight request limit of this apiserver per request kind.",
        labels: ["request_kind": kind])
    }
    longRunning = registry.gauge(
      "apiserver_longrunning_requests",
      help: "Gauge of all active long-running apiserver requests: watches and followed logs.")
  }

  func arrived(_ method: String) { count(method, 1) }

  /// From now on it is one of those that last.
  func streaming(_ facts: Facts) {
    count(facts.method, -1)
    longRunningCount += 1
    longRunning.set(longRunningCount)
  }

  /// The answer is whole, or the client is gone.
  func answered(_ facts: Facts) {
    if facts.isStreaming {
      longRunningCount -= 1
      longRunning.set(longRunningCount)
    } else {
      count(facts.method, -1)
    }
    let series = series(facts)
    counter(series, facts.status.rawValue).increment()
    // What lasts as long as the client likes would say nothing.
    guard !facts.isStreaming else { return }
    duration(series).observe(Machine.now() - facts.arrived)
  }

  private func count(_ method: String, _ change: Int) {
    let kind = method == "GET" || method == "HEAD" ? 0 : 1
    inFlightCounts[kind] += change
    inFlight[kind].set(inFlightCounts[kind])
  }

  private func series(_ facts: Facts) -> Series {
    let request = facts.info?.resource
    let key = Key(
      verb: facts.info?.verb, resource: request?.resource.map(ObjectIdentifier.init),
      subresource: Self.subresource(request))
    if let known = series[key] { return known }
    let made = Series(key, request)
    series[key] = made
    return made
  }

  private static func subresource(_ request: RequestInfo.ResourceRequest?) -> String {
    guard let request, request.resource != nil, !request.subresource.isEmpty,
      subresources.contains(request.subresource)
    else {
      return ""
    }
    return request.subresource
  }

  private func counter(_ series: Series, _ code: UInt16) -> Counter {
    for known in series.counters where known.code == code { return known.counter }
    let counter = registry.counter(
      "apiserver_request_total",
      help: "Counter of apiserver requests broken out for each verb, group, version, resource, "
        + "subresource, and HTTP response code.",
      labels: [
        "code": String(code), "group": series.group, "resource": series.resource,
        "subresource": series.subresource, "verb": series.verb, "version": series.version,
      ])
    series.counters.append((code, counter))
    return counter
  }

  private func duration(_ series: Series) -> Histogram {
    if let known = series.duration { return known }
    let histogram = registry.histogram(
      "apiserver_request_duration_seconds",
      help: "Response latency distribution in seconds for each verb, group, version, resource "
        + "and subresource.",
      labels: [
        "group": series.group, "resource": series.resource, "subresource": series.subresource,
        "verb": series.verb, "version": series.version,
      ], bounds: Self.bounds)
    series.duration = histogram
    return histogram
  }

  private static func text(_ verb: RequestInfo.Verb) -> String {
    switch verb {
    case .get: "GET"
    case .list: "LIST"
    case .watch: "WATCH"
    case .create, .post: "POST"
    case .update, .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .deletecollection: "DELETECOLLECTION"
    case .head: "HEAD"
    case .options: "OPTIONS"
    }
  }

  private static let subresources: Set<String> = [
    "approval", "attach", "binding", "ephemeralcontainers", "eviction", "exec", "finalize", "log",
    "portforward", "proxy", "resize", "scale", "status", "token",
  ]
}
