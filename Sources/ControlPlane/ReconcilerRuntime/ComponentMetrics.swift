public import Base
public import Component
import EventLoop
import Objects
import Synchronization

/// What a component's process tells Prometheus: under Kubernetes' names where it has them
/// (component-base metrics/prometheus/workqueue, leaderelection).
public final class ComponentMetrics: Sendable {
  private let registry = MetricsRegistry()
  private let latest: Mutex<Latest>
  let stepSeconds: Histogram

  private struct Latest: Sendable {
    var status: ComponentStatus
    var now = Instant(nanoseconds: 0)
  }

  public init(_ status: ComponentStatus) {
    latest = Mutex(Latest(status: status))
    stepSeconds = registry.histogram(
      "keelson_component_step_seconds", help: "Time of one turn: events taken, keys planned.")
    registry.addProcessMetrics()
    addStore()
    for (place, reconciler) in status.reconcilers.enumerated() {
      addQueue(place, reconciler)
      addCommits(place, reconciler.name)
    }
    for (place, informer) in status.informers.enumerated() {
      addInformer(place, informer.collection.prefix.text)
    }
  }

  /// Any thread.
  public func page(_ status: ComponentStatus, now: Instant) -> String {
    latest.withLock { $0 = Latest(status: status, now: now) }
    return registry.render()
  }

  private func read(_ value: (Latest) -> Double) -> Double { latest.withLock { value($0) } }

  private func addStore() {
    registry.computedGauge(
      "keelson_store_revision", help: "The newest revision that an answer of the store named."
    ) { [unowned self] in read { Double($0.status.storeRevision) } }
  }

  private func addQueue(_ place: Int, _ reconciler: ReconcilerStatus) {
    let labels: MetricsRegistry.Labels = ["name": reconciler.name]
    registry.computedGauge(
      "workqueue_depth", help: "Current depth of workqueue", labels: labels
    ) { [unowned self] in read { Double($0.status.reconcilers[place].depth) } }
    registry.computedCounter(
      "workqueue_adds_total", help: "Total number of adds handled by workqueue", labels: labels
    ) { [unowned self] in read { Double($0.status.reconcilers[place].tally.adds) } }
    registry.computedCounter(
      "workqueue_retries_total", help: "Total number of retries handled by workqueue",
      labels: labels
    ) { [unowned self] in read { Double($0.status.reconcilers[place].tally.retries) } }
    registry.computedGauge(
      "keelson_reconciler_acting", help: "1 where the reconciler plans and writes", labels: labels
    ) { [unowned self] in read { $0.status.reconcilers[place].isActing ? 1 : 0 } }
    guard reconciler.electsLeader else { return }
    registry.computedGauge(
      "leader_election_master_status",
      help: "Gauge of if the reporting system is master of the relevant lease, "
        + "0 indicates backup, 1 indicates master.", labels: labels
    ) { [unowned self] in read { $0.status.reconcilers[place].isLeading ? 1 : 0 } }
  }

  private func addCommits(_ place: Int, _ name: String) {
    typealias Tally = ReconcilerStatus.Tally
    let counters: [(name: String, help: String, value: @Sendable (Tally) -> UInt64)] = [
      ("keelson_plans_total", "Keys that were planned", { $0.plans }),
      ("keelson_commits_total", "Txns that the store carried out", { $0.commits }),
      (
        "keelson_commit_conflicts_total", "Txns refused because something compared had changed",
        { $0.conflicts }
      ),
      (
        "keelson_commit_fence_refusals_total", "Txns refused because it led no more",
        { $0.fenceRefusals }
      ),
      (
        "keelson_commit_refusals_total", "Txns that the store refused with a status",
        { $0.refusals }
      ),
      (
        "keelson_commit_unknown_outcomes_total", "Txns whose outcome nobody knows",
        { $0.unknownOutcomes }
      ),
      ("keelson_rejections_total", "Steps that the registry refused", { $0.rejections }),
    ]
    for counter in counters {
      registry.computedCounter(counter.name, help: counter.help, labels: ["name": name]) {
        [unowned self] in
        read { Double(counter.value($0.status.reconcilers[place].tally)) }
      }
    }
  }

  private func addInformer(_ place: Int, _ collection: String) {
    let labels: MetricsRegistry.Labels = ["collection": collection]
    registry.computedGauge(
      "keelson_informer_revision", help: "Everything up to it is known", labels: labels
    ) { [unowned self] in read { Double($0.status.informers[place].revision) } }
    registry.computedGauge(
      "keelson_informer_lag_revisions",
      help: "Newest revision known of the store, less the informer's: of any collection",
      labels: labels
    ) { [unowned self] in
      read { Double($0.status.storeRevision - $0.status.informers[place].revision) }
    }
    registry.computedGauge(
      "keelson_informer_silence_seconds", help: "Since the store last said anything",
      labels: labels
    ) { [unowned self] in
      read { latest in
        guard let heard = latest.status.informers[place].lastHeard else { return .nan }
        return Double((latest.now - heard).nanoseconds) / 1e9
      }
    }
    registry.computedGauge(
      "keelson_informer_objects", help: "Objects in the collection", labels: labels
    ) { [unowned self] in read { Double($0.status.informers[place].objects) } }
    registry.computedCounter(
      "keelson_informer_lists_total", help: "Full lists, one at the start", labels: labels
    ) { [unowned self] in read { Double($0.status.informers[place].lists) } }
  }
}
