public import Base
import Objects

/// A pod's status as this node reports it: core/v1 PodStatus, the part that a node decides.
public struct PodStatus: Hashable, Sendable {
  public var phase: Phase
  /// For a pod that was refused: why, in one word and in one sentence.
  public var reason: String
  public var message: String
  public var startTime: WallTime?
  /// The node's address and the pod's own; empty until its containers have begun.
  public var hostAddress = ""
  public var address = ""
  public var conditions: [Condition]
  public var containers: [ContainerStatus]

  /// core/v1 PodPhase.
  public enum Phase: String, Sendable {
    case pending = "Pending"
    case running = "Running"
    case succeeded = "Succeeded"
    case failed = "Failed"
  }

  public struct Condition: Hashable, Sendable {
    public var type: String
    public var isTrue: Bool
    public var reason: String
    public var since: WallTime?
  }

  public struct ContainerStatus: Hashable, Sendable {
    public var name: String
    public var state: State
    /// How the attempt before this one ended.
    public var lastExit: ContainerExit?
    public var restartCount: Int
    public var containerID: String

    public var isRunning: Bool {
      switch state {
      case .running: true
      case .waiting, .terminated, .neverBegan: false
      }
    }
  }

  public enum State: Hashable, Sendable {
    case waiting(reason: String, message: String)
    case running(since: WallTime)
    case terminated(ContainerExit)
    /// The pod ended before the container had begun.
    case neverBegan
  }

  /// Containers are on their way up and none has ended yet.
  public var isBeginning: Bool {
    guard phase == .pending else { return false }
    return containers.allSatisfy { container in
      switch container.state {
      case .waiting, .running: container.lastExit == nil
      case .terminated, .neverBegan: false
      }
    }
  }

  /// The kubelet's word for a container that its node cannot make from what the pod says.
  private static let cannotStart = "CreateContainerConfigError"

  /// The status that follows from what is wanted and what was recorded. Times come from the record,
  /// so that the same view always reads the same.
  public init(_ view: PodPlanner.View, backoff: RestartBackoff) {
    switch view.desire {
    case .run(let pod):
      self.init(pod, view: view, isEnding: false, backoff: backoff)
    case .stop(let pod):
      self.init(pod, view: view, isEnding: true, backoff: backoff)
    case .gone:
      self.init(phase: .pending, reason: "", message: "", view: view)
    case .invalid(let error, let isDeleted):
      // It waits, as under the kubelet: one that failed would be replaced by its controller at
      // once, by another that fails, without end.
      self.init(
        phase: isDeleted ? .failed : .pending, reason: Self.cannotStart, message: error.message,
        view: view)
    }
  }

  /// Where no pod object says what to show: the containers that were ordered.
  private init(phase: Phase, reason: String, message: String, view: PodPlanner.View) {
    self.phase = phase
    self.reason = reason
    self.message = message
    conditions = []
    containers = (view.orders?.containers ?? []).map { order in
      Self.status(
        of: order.spec.name, order: order, view: view, restarts: false,
        waiting: .waiting(reason: "", message: ""))
    }
    startTime = view.record?.firstStart
  }

  private init(
    _ pod: Pod, view: PodPlanner.View, isEnding: Bool, backoff: RestartBackoff
  ) {
    reason = ""
    message = ""
    startTime = view.record?.firstStart
    containers = pod.containers.map { spec in
      let order = view.orders?[spec.name]
      var restarts = false
      var waiting = State.waiting(reason: "ContainerCreating", message: "")
      if case .exited(let exit)? = view.record?[spec.name]?.state, let order {
        restarts = !isEnding && pod.restartPolicy.restarts(after: exit)
        let delay = exit.reason == .nodeShutdown ? .zero : backoff.delay(streak: order.streak)
        if restarts && delay > .zero {
          waiting = .waiting(
            reason: "CrashLoopBackOff", message: Self.backOff(delay, of: spec.name, in: pod))
        }
      }
      var status = Self.status(
        of: spec.name, order: order, view: view, restarts: restarts, waiting: waiting)
      if isEnding, view.record?[spec.name] == nil, order == nil || Self.isOver(order, view.record) {
        status.state = .neverBegan
      }
      return status
    }
    phase = Self.phase(containers)
    conditions = Self.conditions(containers, phase: phase, startTime: startTime)
  }

  /// The kubelet's words (kuberuntime doBackOff).
  private static func backOff(_ delay: Duration, of container: String, in pod: Pod) -> String {
    let text = GoDuration.text(nanoseconds: delay.milliseconds * 1_000_000)
    return "back-off \(text) restarting failed container=\(container) "
      + "pod=\(pod.name)_\(pod.namespace)(\(pod.uid))"
  }

  /// The supervisor has taken up that the ordered attempt is to end: it does not begin any more.
  private static func isOver(_ order: ContainerOrder?, _ record: PodRecord?) -> Bool {
    guard let stop = order?.stop, let record else { return false }
    return record.generation >= stop.generation
  }

  private static func status(
    of name: String, order: ContainerOrder?, view: PodPlanner.View, restarts: Bool, waiting: State
  ) -> ContainerStatus {
    let record = view.record?[name]
    var last = record?.previous
    let state: State
    switch record?.state {
    case .running(let running):
      state = .running(since: running.startedAt)
    case .exited(let exit)
    where !restarts && (exit.attempt >= order?.attempt ?? 0 || isOver(order, view.record)):
      state = .terminated(exit)
    case .exited(let exit):
      last = exit
      state = waiting
    case nil:
      let isStopped = order?.stop != nil
      state = isStopped ? .waiting(reason: "Stopped", message: "") : waiting
    }
    let attempt = record?.attempt ?? 0
    return ContainerStatus(
      name: name, state: state, lastExit: last, restartCount: max(0, attempt - 1),
      containerID: containerID(record))
  }

  /// `process://<pid>/<start ticks>` of what runs; empty for what does not.
  private static func containerID(_ record: ContainerRecord?) -> String {
    guard case .running(let running)? = record?.state else { return "" }
    return "process://\(running.process.pid)/\(running.process.startTicks)"
  }

  /// core/v1 pod lifecycle, as the kubelet's getPhase decides it: Pending until every container has
  /// begun, Succeeded or Failed once everything has ended for good, Running between.
  private static func phase(_ containers: [ContainerStatus]) -> Phase {
    var ended = 0
    var failed = 0
    for container in containers {
      switch container.state {
      case .running:
        break
      case .waiting:
        if container.lastExit == nil { return .pending }
      case .terminated(let exit):
        ended += 1
        if exit.isFailure { failed += 1 }
      case .neverBegan:
        ended += 1
        failed += 1
      }
    }
    guard ended == containers.count else { return .running }
    return failed == 0 ? .succeeded : .failed
  }

  private static func conditions(
    _ containers: [ContainerStatus], phase: Phase, startTime: WallTime?
  ) -> [Condition] {
    let isReady = containers.allSatisfy(\.isRunning)
    let reason =
      switch phase {
      case .succeeded: "PodCompleted"
      case .failed: "PodFailed"
      case .pending, .running: isReady ? "" : "ContainersNotReady"
      }
    let since = lastChange(containers) ?? startTime
    return [
      Condition(type: "Initialized", isTrue: true, reason: "", since: startTime),
      Condition(type: "Ready", isTrue: isReady, reason: reason, since: since),
      Condition(type: "ContainersReady", isTrue: isReady, reason: reason, since: since),
    ]
  }

  private static func lastChange(_ containers: [ContainerStatus]) -> WallTime? {
    containers.compactMap { container in
      switch container.state {
      case .running(let since): since
      case .waiting: container.lastExit?.finishedAt
      case .terminated(let exit): exit.finishedAt
      case .neverBegan: nil
      }
    }.max()
  }
}
