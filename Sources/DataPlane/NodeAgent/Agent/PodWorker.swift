import Base
import EventLoop
import Linux

/// What the agent knows of one pod. The folder holds all that must survive; the rest is found again.
struct PodWorker {
  let folder: PodFolder
  let watch: FolderWatch.Token
  private(set) var desired: DesiredPodFile
  private(set) var desire: PodPlanner.Desire
  /// The desired pod, where it can be run at all.
  private var pod: Pod?
  var orders: PodOrders?
  private(set) var record: PodRecord?
  /// Another process holds the supervisor's lock.
  var isLocked = false
  /// The supervisor that this agent started and that has not ended.
  var child: Process?
  private var exitsSeen: [String: Instant] = [:]
  private var attemptsSeen: [String: Int] = [:]
  var timer: LoopTimer?
  var supervisorDelay = SupervisorDelay()

  init(folder: PodFolder, watch: FolderWatch.Token, desired: DesiredPodFile) {
    self.folder = folder
    self.watch = watch
    self.desired = desired
    desire = .gone(graceSeconds: Pod.graceSecondsDefault)
    take(desired)
  }

  var view: PodPlanner.View {
    PodPlanner.View(
      desire: desire, orders: orders, record: record, isSupervised: isLocked || child != nil,
      exitsSeen: exitsSeen)
  }

  mutating func take(_ desired: DesiredPodFile) {
    self.desired = desired
    do throws(PodError) {
      let pod = try Pod(decoding: desired.value, uid: folder.uid)
      self.pod = pod
      desire =
        desired.isGone
        ? .gone(graceSeconds: pod.gracePeriodSeconds) : pod.isDeleted ? .stop(pod) : .run(pod)
    } catch {
      pod = nil
      desire =
        desired.isGone ? .gone(graceSeconds: Pod.graceSecondsDefault) : .invalid(error)
    }
  }

  /// Takes what the supervisor wrote and remembers when each end was first seen.
  mutating func take(_ record: PodRecord?, now: Instant) {
    self.record = record
    for container in record?.containers ?? [] {
      guard case .exited(let exit) = container.state else { continue }
      if attemptsSeen[container.name] == exit.attempt { continue }
      attemptsSeen[container.name] = exit.attempt
      exitsSeen[container.name] = now
    }
  }

  func report(backoff: RestartBackoff) -> PodReport {
    var view = view
    // Until it is forgotten, a pod whose key is gone shows as one that is being stopped.
    if case .gone = desire, let pod { view.desire = .stop(pod) }
    return PodReport(
      uid: folder.uid, name: pod?.name ?? "", namespace: pod?.namespace ?? "",
      desiredRevision: desired.revision, status: PodStatus(view, backoff: backoff))
  }
}

/// Keeps a supervisor that cannot work (a full disk, a broken record) from being started in a loop.
struct SupervisorDelay: Hashable, Sendable {
  private var failures = 0
  private var startedAt: Instant?
  private(set) var notBefore: Instant?

  private static let firstDelay = Duration.seconds(1)
  private static let longestDelay = Duration.seconds(60)

  /// One that ran so long before it was killed may come back at once.
  private static let longRun = Duration.seconds(10)

  mutating func started(now: Instant) {
    startedAt = now
  }

  enum End: Hashable, Sendable {
    /// It had nothing more to do, or another one holds the lock.
    case inOrder
    /// It could not be started, or not do its work.
    case failed
    case killed
  }

  mutating func ended(_ end: End, now: Instant) {
    let isLong = startedAt.map { now - $0 >= Self.longRun } ?? false
    startedAt = nil
    guard end == .failed || (end == .killed && !isLong) else {
      self = SupervisorDelay()
      return
    }
    failures = min(failures + 1, 10)
    let delay = Self.firstDelay * (1 << (failures - 1))
    notBefore = now + min(delay, Self.longestDelay)
  }
}
