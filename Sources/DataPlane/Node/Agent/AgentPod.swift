import Base

/// What the agent knows of one pod. What is kept on the node survives; the rest is found again.
struct AgentPod: Sendable {
  let uid: String
  let isHollow: Bool
  /// As it is kept on the node; nil until it was kept for the first time.
  private(set) var desired: DesiredPodFile?
  /// Newer than what is kept.
  var unkept: DesiredPodFile?
  var isKeeping = false
  private(set) var desire = PodPlanner.Desire.gone(graceSeconds: Pod.graceSecondsDefault)
  /// The desired pod, where it can be run at all.
  private(set) var pod: Pod?
  private(set) var orders: PodOrders?
  /// Orders that are being written: nothing is planned until they are.
  var ordering: PodOrders?
  private(set) var record: PodRecord?
  /// Somebody holds the supervisor's lock.
  private var isLocked = false
  /// A supervisor that this agent started has not ended.
  private var hasChild = false
  private var exitsSeen: [String: Instant] = [:]
  private var attemptsSeen: [String: Int] = [:]
  private(set) var supervisorDelay = SupervisorDelay()
  /// When to plan, or to try again what failed, if nothing happens before.
  var wake: Instant?

  init(uid: String, isHollow: Bool) {
    self.uid = uid
    self.isHollow = isHollow
  }

  /// What was last asked for, kept or not.
  var newest: DesiredPodFile? { unkept ?? desired }

  var view: PodPlanner.View {
    PodPlanner.View(
      desire: desire, orders: orders, record: record, isSupervised: isLocked || hasChild,
      exitsSeen: exitsSeen)
  }

  mutating func take(_ kept: KeptPod, now: Instant) {
    if desired == nil {
      orders = kept.orders
      isLocked = kept.isSupervised
      take(kept.record, now: now)
    }
    desired = kept.desired
    if unkept == kept.desired { unkept = nil }
    do throws(PodError) {
      let pod = try Pod(decoding: kept.desired.value, uid: uid, isHollow: isHollow)
      self.pod = pod
      desire =
        kept.desired.isGone
        ? .gone(graceSeconds: pod.gracePeriodSeconds) : pod.isDeleted ? .stop(pod) : .run(pod)
    } catch {
      pod = nil
      desire =
        kept.desired.isGone
        ? .gone(graceSeconds: Pod.graceSecondsDefault)
        : .invalid(error, isDeleted: Pod.isDeleted(kept.desired.value))
    }
  }

  mutating func ordered(_ orders: PodOrders) {
    self.orders = orders
    ordering = nil
  }

  /// Takes what the supervisor wrote and remembers when each end was first seen.
  mutating func observe(_ record: PodRecord?, isLocked: Bool, now: Instant) {
    self.isLocked = isLocked
    take(record, now: now)
  }

  private mutating func take(_ record: PodRecord?, now: Instant) {
    self.record = record
    for container in record?.containers ?? [] {
      guard case .exited(let exit) = container.state else { continue }
      if attemptsSeen[container.name] == exit.attempt { continue }
      attemptsSeen[container.name] = exit.attempt
      exitsSeen[container.name] = now
    }
  }

  mutating func supervisorStarted(now: Instant) {
    hasChild = true
    supervisorDelay.started(now: now)
  }

  mutating func supervisorEnded(_ end: SupervisorEnd, now: Instant) {
    hasChild = false
    supervisorDelay.ended(end, now: now)
  }

  /// `addresses` says where the pod is reached once it has begun.
  func report(backoff: RestartBackoff, addresses: PodAddresses) -> PodReport {
    var view = view
    // Until it is forgotten, a pod whose key is gone shows as one that is being stopped.
    if case .gone = desire, let pod { view.desire = .stop(pod) }
    var status = PodStatus(view, backoff: backoff)
    if status.startTime != nil {
      status.hostAddress = addresses.host
      status.address = addresses.address(ofPod: uid)
    }
    return PodReport(
      uid: uid, name: pod?.name ?? "", namespace: pod?.namespace ?? "",
      desiredRevision: desired?.revision ?? 0, status: status)
  }
}
