public import Base

/// What a pod's supervisor is to do, written by the agent as a whole and durably. Orders are
/// levels, not events: reading them twice, late or after a crash does no harm, because a container
/// is started only while the recorded attempt is lower than the ordered one.
public struct PodOrders: Hashable, Sendable {
  /// Counts the orders of this pod upward; the supervisor echoes it in its record.
  public var generation: Int64
  public var containers: [ContainerOrder]
  /// Nothing more will be ordered soon: the supervisor ends when none of its processes runs.
  public var isReleased: Bool

  public init(generation: Int64, containers: [ContainerOrder], isReleased: Bool = false) {
    self.generation = generation
    self.containers = containers
    self.isReleased = isReleased
  }

  public subscript(name: String) -> ContainerOrder? {
    containers.first { $0.spec.name == name }
  }
}

/// The order for one container.
public struct ContainerOrder: Hashable, Sendable {
  public var spec: ContainerSpec
  /// 1 for the first start, one more for each later one.
  public var attempt: Int
  /// Restarts in a row without a long enough run between them: the back-off's exponent.
  public var streak: Int
  /// The attempt is to end (or, not yet begun, is not to begin).
  public var stop: Stop?

  /// SIGTERM now, SIGKILL after the grace period in milliseconds; 0 kills at once.
  public struct Stop: Hashable, Sendable {
    public var graceMilliseconds: Int64
    /// The orders that first said so: a record of this generation or later has taken it up.
    public var generation: Int64

    public init(graceMilliseconds: Int64, generation: Int64) {
      self.graceMilliseconds = graceMilliseconds
      self.generation = generation
    }
  }

  public init(spec: ContainerSpec, attempt: Int, streak: Int = 0, stop: Stop? = nil) {
    self.spec = spec
    self.attempt = attempt
    self.streak = streak
    self.stop = stop
  }
}

/// What a pod's supervisor did, written by it alone, durably before a process starts and after it
/// ended.
public struct PodRecord: Hashable, Sendable {
  /// The orders that this record has taken up.
  public var generation: Int64
  /// When the pod's first process began; it never changes afterwards.
  public var firstStart: WallTime?
  public var containers: [ContainerRecord]

  public init(
    generation: Int64 = 0, firstStart: WallTime? = nil, containers: [ContainerRecord] = []
  ) {
    self.generation = generation
    self.firstStart = firstStart
    self.containers = containers
  }

  public subscript(name: String) -> ContainerRecord? {
    containers.first { $0.name == name }
  }
}

/// What is known of one container.
public struct ContainerRecord: Hashable, Sendable {
  public var name: String
  public var state: State
  /// How the attempt before this one ended.
  public var previous: ContainerExit?

  public enum State: Hashable, Sendable {
    case running(RunningProcess)
    case exited(ContainerExit)
  }

  public init(name: String, state: State, previous: ContainerExit? = nil) {
    self.name = name
    self.state = state
    self.previous = previous
  }

  public var attempt: Int {
    switch state {
    case .running(let process): process.attempt
    case .exited(let exit): exit.attempt
    }
  }
}

/// A process named so that no other process can be taken for it: by pid and by start time.
public struct ProcessIdentity: Hashable, Sendable {
  public var pid: Int32
  /// Clock ticks since boot, field 22 of /proc/PID/stat.
  public var startTicks: UInt64
  /// The kernel's boot id: after a reboot the pair above may come again.
  public var boot: String

  public init(pid: Int32, startTicks: UInt64, boot: String) {
    self.pid = pid
    self.startTicks = startTicks
    self.boot = boot
  }
}

public struct RunningProcess: Hashable, Sendable {
  public var attempt: Int
  public var process: ProcessIdentity
  public var startedAt: WallTime

  public init(attempt: Int, process: ProcessIdentity, startedAt: WallTime) {
    self.attempt = attempt
    self.process = process
    self.startedAt = startedAt
  }
}

/// How one attempt ended.
public struct ContainerExit: Hashable, Sendable {
  public var attempt: Int
  /// The exit status, or 128 + the signal's number, as shells and Kubernetes count.
  public var code: Int32
  /// The signal that ended it; 0 for none.
  public var signal: Int32
  public var reason: Reason
  public var message: String
  public var startedAt: WallTime
  public var finishedAt: WallTime
  /// By the monotonic clock; 0 where it is not known.
  public var ranMilliseconds: Int64

  /// Spelled as Kubernetes spells `terminated.reason`.
  public enum Reason: String, Sendable {
    case completed = "Completed"
    case error = "Error"
    case outOfMemory = "OOMKilled"
    /// The command could not be executed at all.
    case startError = "StartError"
    /// It ended while nobody watched, so that its code is not known; reported as 137.
    case unknown = "ContainerStatusUnknown"
    /// The node went down under it, in order or not: its code, even 0, says nothing of its work.
    case nodeShutdown = "NodeShutdown"
  }

  /// Whether the work is not done.
  public var isFailure: Bool { code != 0 || reason == .nodeShutdown }

  public init(
    attempt: Int, code: Int32, signal: Int32 = 0, reason: Reason, message: String = "",
    startedAt: WallTime, finishedAt: WallTime, ranMilliseconds: Int64
  ) {
    self.attempt = attempt
    self.code = code
    self.signal = signal
    self.reason = reason
    self.message = message
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.ranMilliseconds = ranMilliseconds
  }
}
