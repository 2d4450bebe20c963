import Base
import EventLoop

/// The page of one API server for Prometheus.
final class APIServerMetrics {
  private let registry = MetricsRegistry()
  let requests: RequestMetrics
  let stepSeconds: Histogram
  private let revision: Gauge
  private let watches: Gauge

  init() {
    requests = RequestMetrics(registry)
    stepSeconds = registry.histogram(
      "keelson_apiserver_step_seconds",
      help: "Time of one turn: requests and the store's events taken, answers made.")
    revision = registry.gauge(
      "keelson_apiserver_cache_revision", help: "Everything up to it is in the view.")
    watches = registry.gauge("keelson_apiserver_watches", help: "Watches that are open.")
    registry.addProcessMetrics()
  }

  /// With the core's figures of this moment.
  func page(revision: Int64, watches: Int) -> String {
    self.revision.set(revision)
    self.watches.set(watches)
    return registry.render()
  }
}
