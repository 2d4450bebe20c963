import Base
import EtcdAPI
import JSON

/// From what is desired and what runs to orders, supervisors and reports.
extension AgentCore {
  /// After what only time can mend, such as a full disk.
  private static let retryDelay = Duration.seconds(5)

  // MARK: - Desired state

  /// The key of a pod was written at `revision`.
  mutating func desire(_ uid: String, revision: Int64, value: Bytes, _ turn: inout Turn) {
    if let known = pods[uid]?.newest, known.revision == revision, !known.isGone { return }
    want(uid, DesiredPodFile(revision: revision, value: value), &turn)
  }

  /// The key of a pod is gone.
  mutating func release(_ uid: String, _ turn: inout Turn) {
    guard var desired = pods[uid]?.newest, !desired.isGone else { return }
    desired.isGone = true
    want(uid, desired, &turn)
  }

  private mutating func want(_ uid: String, _ desired: DesiredPodFile, _ turn: inout Turn) {
    if pods[uid] == nil { pods[uid] = AgentPod(uid: uid, isHollow: configuration.isHollow) }
    pods[uid]?.unkept = desired
    keep(uid, &turn)
  }

  /// Durable before anything follows from it; a full disk postpones both.
  mutating func keep(_ uid: String, _ turn: inout Turn) {
    guard let pod = pods[uid], let unkept = pod.unkept, !pod.isKeeping else { return }
    pods[uid]?.isKeeping = true
    turn.effects.append(.runtime(.keep(uid: uid, unkept)))
  }

  // MARK: - What the runtime tells

  mutating func take(_ event: PodEvent, _ turn: inout Turn) {
    switch event {
    case .kept(let kept):
      guard pods[kept.uid] != nil else { return }
      pods[kept.uid]?.isKeeping = false
      pods[kept.uid]?.take(kept, now: turn.now)
      keep(kept.uid, &turn)
      plan(kept.uid, &turn)
    case .notKept(let uid):
      pods[uid]?.isKeeping = false
      wake(uid, at: turn.now + Self.retryDelay)
    case .ordered(let uid, let orders):
      pods[uid]?.ordered(orders)
      plan(uid, &turn)
    case .notOrdered(let uid):
      pods[uid]?.ordering = nil
      wake(uid, at: turn.now + Self.retryDelay)
    case .observed(let uid, let record, let isSupervised):
      pods[uid]?.observe(record, isLocked: isSupervised, now: turn.now)
      plan(uid, &turn)
    case .supervisorEnded(let uid, let end):
      guard pods[uid] != nil else { return }
      if end != .inOrder { turn.note("supervisor lost", [["pod", uid], ["end", "\(end)"]]) }
      pods[uid]?.supervisorEnded(end, now: turn.now)
      plan(uid, &turn)
    }
  }

  // MARK: - Planning

  mutating func plan(_ uid: String, _ turn: inout Turn) {
    // Until it is kept, or while orders are being written, the answer plans.
    guard let pod = pods[uid], pod.desired != nil, pod.ordering == nil else { return }
    for effect in planner.plan(pod.view, now: turn.now) {
      switch effect {
      case .order(let orders):
        pods[uid]?.ordering = orders
        turn.effects.append(.runtime(.order(uid: uid, orders)))
        // What follows relies on the orders.
        return
      case .startSupervisor: startSupervisor(uid, &turn)
      case .wake(let due): wake(uid, at: due)
      case .forget:
        // Wanted again meanwhile: what is being kept plans.
        guard !pod.isKeeping, pod.unkept == nil else { return }
        pods[uid] = nil
        reports.want(nil, at: keys.actualPod(uid), by: turn.now + configuration.reportDelay)
        turn.effects.append(.runtime(.forget(uid: uid)))
        return
      }
    }
    report(uid, &turn)
  }

  private mutating func startSupervisor(_ uid: String, _ turn: inout Turn) {
    if let due = pods[uid]?.supervisorDelay.notBefore, due > turn.now {
      return wake(uid, at: due)
    }
    pods[uid]?.supervisorStarted(now: turn.now)
    turn.effects.append(.runtime(.startSupervisor(uid: uid)))
  }

  private mutating func wake(_ uid: String, at due: Instant) {
    let earlier = pods[uid]?.wake ?? due
    pods[uid]?.wake = min(earlier, due)
  }

  /// A pod that only begins is reported once, when it runs; unless that takes long.
  private mutating func report(_ uid: String, _ turn: inout Turn) {
    let report = pods[uid]?.report(
      backoff: configuration.backoff, addresses: configuration.addresses)
    guard let report else { return }
    let patience =
      report.status.isBeginning ? configuration.startPatience : configuration.reportDelay
    reports.want(
      Bytes(report.json.text()), at: keys.actualPod(uid), by: turn.now + patience)
  }
}
