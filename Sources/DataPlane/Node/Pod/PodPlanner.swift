public import Base

/// Decides what to do next about one pod: desired + observed + now -> ordered effects.
///
///     desired ---\
///     orders  ----+--> plan --> order, start the supervisor, look again, forget
///     record  ---/
///
/// Level-triggered: planning twice on the same view gives the same plan, and every crash between
/// two effects leaves a view from which the next plan goes on.
public struct PodPlanner: Sendable {
  public var backoff: RestartBackoff

  public init(backoff: RestartBackoff = RestartBackoff()) {
    self.backoff = backoff
  }

  /// What the node must do about a pod.
  public enum Desire: Hashable, Sendable {
    case run(Pod)
    /// The object is being deleted and still there: stop, and report the end.
    case stop(Pod)
    /// The key is gone: stop, then forget.
    case gone(graceSeconds: Int)
    /// The value cannot be run; what ran before is stopped. `isDeleted`: its end is waited for.
    case invalid(PodError, isDeleted: Bool)
  }

  /// All that a plan looks at.
  public struct View: Hashable, Sendable {
    public var desire: Desire
    /// The last orders written; nil before the first.
    public var orders: PodOrders?
    public var record: PodRecord?
    /// The supervisor holds the pod's lock, or was started and has not answered yet.
    public var isSupervised: Bool
    /// When this agent saw each container's last exit; the restart's wait counts from there.
    public var exitsSeen: [String: Instant]

    public init(
      desire: Desire, orders: PodOrders? = nil, record: PodRecord? = nil,
      isSupervised: Bool = false, exitsSeen: [String: Instant] = [:]
    ) {
      self.desire = desire
      self.orders = orders
      self.record = record
      self.isSupervised = isSupervised
      self.exitsSeen = exitsSeen
    }
  }

  public enum Effect: Hashable, Sendable {
    /// Write these orders durably, then wake the supervisor if there is one.
    case order(PodOrders)
    /// Start a supervisor; it cleans up what a lost one left behind before it obeys the orders.
    case startSupervisor
    /// Plan again at this time, if nothing else happens before.
    case wake(at: Instant)
    /// Nothing of the pod runs and nobody wants it: remove its folder and its reported status.
    case forget
  }

  public func plan(_ view: View, now: Instant) -> [Effect] {
    var effects: [Effect] = []
    var orders = view.orders ?? PodOrders(generation: 0, containers: [])
    let before = orders
    switch view.desire {
    case .run(let pod):
      converge(&orders, on: pod, view: view, now: now, effects: &effects)
    case .stop(let pod):
      stopAll(&orders, graceSeconds: pod.gracePeriodSeconds)
    case .gone(let graceSeconds):
      stopAll(&orders, graceSeconds: graceSeconds)
    case .invalid:
      stopAll(&orders, graceSeconds: Pod.graceSecondsDefault)
    }
    let isIdle = isSettled(orders, record: view.record) && hasNothingToDo(view.desire, orders, view)
    orders.isReleased = isIdle && !orders.containers.isEmpty
    if orders != before {
      orders.generation = before.generation + 1
      effects.append(.order(orders))
    }
    if !view.isSupervised && needsSupervisor(orders, record: view.record) {
      effects.append(.startSupervisor)
    }
    if isIdle, !view.isSupervised, case .gone = view.desire {
      effects.append(.forget)
    }
    return effects
  }

  // MARK: - Running

  private func converge(
    _ orders: inout PodOrders, on pod: Pod, view: View, now: Instant, effects: inout [Effect]
  ) {
    var wake: Instant?
    for spec in pod.containers {
      guard let index = orders.containers.firstIndex(where: { $0.spec.name == spec.name }) else {
        orders.containers.append(ContainerOrder(spec: spec, attempt: 1))
        continue
      }
      let order = orders.containers[index]
      switch position(of: order, record: view.record) {
      case .pending:
        break
      case .running:
        if order.spec != spec && order.stop == nil {
          orders.containers[index].stop = stop(
            orders, graceSeconds: pod.gracePeriodSeconds)
        }
      case .never:
        // Stopped before it began, and now wanted again.
        orders.containers[index] = ContainerOrder(
          spec: spec, attempt: order.attempt + 1, streak: order.streak)
      case .exited(let exit):
        if order.spec != spec {
          orders.containers[index] = ContainerOrder(spec: spec, attempt: order.attempt + 1)
        } else if order.stop != nil || pod.restartPolicy.restarts(after: exit) {
          let isFresh =
            exit.reason == .nodeShutdown
            || exit.ranMilliseconds >= backoff.resetAfter.milliseconds
          let streak = isFresh ? 0 : order.streak
          let due = (view.exitsSeen[spec.name] ?? now) + backoff.delay(streak: streak)
          if due <= now {
            orders.containers[index] = ContainerOrder(
              spec: spec, attempt: order.attempt + 1, streak: streak + 1)
          } else {
            wake = min(wake ?? due, due)
          }
        }
      }
    }
    drop(&orders, notIn: pod, view: view)
    if let wake { effects.append(.wake(at: wake)) }
  }

  /// Stops containers that the pod no longer names and drops the order once they ended.
  private func drop(_ orders: inout PodOrders, notIn pod: Pod, view: View) {
    let names = Set(pod.containers.map(\.name))
    for index in orders.containers.indices.reversed()
    where !names.contains(orders.containers[index].spec.name) {
      let order = orders.containers[index]
      switch position(of: order, record: view.record) {
      case .pending, .running:
        if order.stop == nil {
          orders.containers[index].stop = stop(
            orders, graceSeconds: pod.gracePeriodSeconds)
        }
      case .never, .exited:
        orders.containers.remove(at: index)
      }
    }
  }

  // MARK: - Stopping

  /// A shorter grace overrides; a longer one never prolongs a stop that is under way.
  private func stopAll(_ orders: inout PodOrders, graceSeconds: Int) {
    for index in orders.containers.indices {
      var wanted = stop(orders, graceSeconds: graceSeconds)
      if let earlier = orders.containers[index].stop {
        if earlier.graceMilliseconds <= wanted.graceMilliseconds { continue }
        wanted.generation = earlier.generation
      }
      orders.containers[index].stop = wanted
    }
  }

  /// The stop as the next orders will name it.
  private func stop(_ orders: PodOrders, graceSeconds: Int) -> ContainerOrder.Stop {
    ContainerOrder.Stop(
      graceMilliseconds: Int64(max(0, graceSeconds)) * 1000, generation: orders.generation + 1)
  }

  // MARK: - Where a container stands

  private enum Position {
    /// The supervisor has yet to take the order up.
    case pending
    case running
    /// It was stopped before it began; there is no exit to report.
    case never
    case exited(ContainerExit)
  }

  private func position(of order: ContainerOrder, record: PodRecord?) -> Position {
    if let known = record?[order.spec.name] {
      switch known.state {
      case .running: return .running
      case .exited(let exit) where exit.attempt >= order.attempt: return .exited(exit)
      case .exited: break
      }
    }
    guard let stop = order.stop, let record, record.generation >= stop.generation else {
      return .pending
    }
    return .never
  }

  /// The supervisor has taken up the orders, and nothing runs or is about to.
  private func isSettled(_ orders: PodOrders, record: PodRecord?) -> Bool {
    if isRunningAnything(record) { return false }
    return orders.containers.allSatisfy { order in
      switch position(of: order, record: record) {
      case .pending: false
      case .running: false
      case .never, .exited: true
      }
    }
  }

  private func isRunningAnything(_ record: PodRecord?) -> Bool {
    (record?.containers ?? []).contains { container in
      switch container.state {
      case .running: true
      case .exited: false
      }
    }
  }

  /// Whether a settled pod stays as it is: no restart is due, now or later.
  private func hasNothingToDo(_ desire: Desire, _ orders: PodOrders, _ view: View) -> Bool {
    switch desire {
    case .stop, .gone, .invalid:
      return true
    case .run(let pod):
      return orders.containers.allSatisfy { order in
        switch position(of: order, record: view.record) {
        case .exited(let exit): !pod.restartPolicy.restarts(after: exit)
        case .pending, .running, .never: false
        }
      }
    }
  }

  /// Something runs, or is to be started: somebody must watch it. A pod that only waits for its
  /// back-off, or has ended, needs nobody.
  private func needsSupervisor(_ orders: PodOrders, record: PodRecord?) -> Bool {
    if isRunningAnything(record) { return true }
    return orders.containers.contains { order in
      switch position(of: order, record: record) {
      case .pending: true
      case .running: true
      case .never, .exited: false
      }
    }
  }
}
