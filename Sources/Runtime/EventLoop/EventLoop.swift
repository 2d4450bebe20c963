public import Base
public import Linux
internal import Synchronization

/// A descriptor's owner, told on the loop's thread what it is ready for.
public protocol EventSource: AnyObject {
  func ready(_ readiness: Epoll.Readiness)
}

/// A closure as it is: in an array or an optional by itself it would be wrapped in another one.
struct LoopWork {
  let run: () -> Void
}

/// One thread that waits for descriptors, timers and work from other threads, and serves them in
/// turns:
///
///     wait -> ready descriptors -> due timers -> submitted work -> turn-end hooks -> turn-end work
///
/// Level-triggered: what was not read is reported again. Every verb but `submit`, `stop`, `enqueue`
/// and `isOnLoop` is for the loop's thread: the one that made the loop, until another calls `run`.
@safe public final class EventLoop: @unchecked Sendable {
  // Safety: `owner` and `mailbox` are for all threads. The rest is touched by the loop's thread
  // only, which every verb checks.
  private let owner: Atomic<UInt64>
  private let mailbox = Mutex(Mailbox())
  private let waker: EventDescriptor

  private var epoll: Epoll
  private var registrations: [Registration?] = []
  private var nextGeneration: UInt32 = 1
  private var ready: [(data: UInt64, readiness: Epoll.Readiness)] = []

  var timers = TimerQueue()
  private var localWork: [Work] = []
  private var runningWork: [Work] = []
  private var turnEndHooks: [LoopWork] = []
  private var turnEndWork: [LoopWork] = []
  private var isStopping = false

  /// Monotonic time at the beginning of this turn: cheap, up to one turn old.
  public private(set) var now: Instant
  /// Turns since the loop was made.
  public private(set) var turnCount: UInt64 = 0

  /// Connections read into this and copy out what came.
  let readBuffer: UnsafeMutableRawBufferPointer

  enum Work {
    case closure(() -> Void)
    case job(UnownedJob)
  }

  private struct Mailbox: Sendable {
    // Safety: a closure enters as `sending` or `@Sendable` and leaves on the loop's thread, once.
    nonisolated(unsafe) var work: [Work] = []
    var isWoken = false
  }

  private struct Registration {
    let source: any EventSource
    let generation: UInt32
  }

  private enum Bounds {
    static let readBytes = 64 << 10
    /// Rounds of work that work itself has submitted, before descriptors get their turn again.
    static let roundsPerTurn = 16
  }

  public init() throws(Errno) {
    owner = Atomic(Machine.threadToken)
    waker = try EventDescriptor(blocking: false)
    epoll = try Epoll()
    now = Machine.now()
    unsafe readBuffer = .allocate(byteCount: Bounds.readBytes, alignment: 64)
    try epoll.add(waker.rawValue, .readable, data: UInt64.max)
  }

  deinit {
    unsafe readBuffer.deallocate()
  }

  // MARK: - Threads

  /// Whether the caller runs on this loop's thread.
  public var isOnLoop: Bool { owner.load(ordering: .relaxed) == Machine.threadToken }

  /// Traps on any other thread.
  @inline(__always)
  public func preconditionOnLoop(_ function: StaticString = #function) {
    precondition(isOnLoop, "\(function) belongs on the loop's thread")
  }

  /// Runs `work` on the loop's thread in one of its next turns, in the order of submission. Any
  /// thread.
  public func submit(_ work: sending @escaping () -> Void) {
    enqueue(.closure(work))
  }

  /// As `submit`, for what is confined to the loop: the caller is on its thread.
  public func submitLocally(_ work: @escaping () -> Void) {
    preconditionOnLoop()
    localWork.append(.closure(work))
  }

  func enqueue(_ work: sending Work) {
    if isOnLoop {
      localWork.append(work)
      return
    }
    // Safety: `work` was sent; nobody else holds it.
    nonisolated(unsafe) let sent = work
    let mustWake = mailbox.withLock { box in
      unsafe box.work.append(sent)
      let mustWake = !box.isWoken
      box.isWoken = true
      return mustWake
    }
    if mustWake { waker.signal() }
  }

  // MARK: - Running

  /// Serves turns on the calling thread, which owns the loop from now on, until `stop`.
  public func run() {
    run { false }
  }

  /// Serves turns until `isDone`, asked before each turn, or until `stop`.
  public func run(until isDone: () -> Bool) {
    owner.store(Machine.threadToken, ordering: .relaxed)
    isStopping = false
    while !isStopping && !isDone() { turn() }
  }

  /// Serves turns until `isDone`; false where `limit` passed before.
  public func run(atMost limit: Duration, until isDone: () -> Bool) -> Bool {
    let deadline = Machine.now() + limit
    let timer = schedule(after: limit) {}
    defer { cancel(timer) }
    run { isDone() || now >= deadline }
    return isDone()
  }

  /// Ends `run` after the current turn. Any thread.
  public func stop() {
    submit { [self] in isStopping = true }
  }

  private func turn() {
    turnCount &+= 1
    ready.removeAll(keepingCapacity: true)
    do {
      try epoll.wait(milliseconds: waitMilliseconds(), into: &ready)
    } catch {
      preconditionFailure("epoll_wait: \(error)")
    }
    now = Machine.now()
    for event in ready { dispatch(event.data, event.readiness) }
    runTimers()
    runSubmitted()
    // Hooks may add work for the turn's end, such as the flush of a connection.
    for hook in turnEndHooks { hook.run() }
    runTurnEndWork()
  }

  /// What such work adds stands behind it and runs too.
  private func runTurnEndWork() {
    var done = 0
    var count = turnEndWork.count
    while done < count {
      let item = turnEndWork[done]
      item.run()
      done += 1
      if done == count { count = turnEndWork.count }
    }
    turnEndWork.removeAll(keepingCapacity: true)
  }

  private func dispatch(_ data: UInt64, _ readiness: Epoll.Readiness) {
    if data == UInt64.max {
      waker.take()
      return
    }
    let number = Int(truncatingIfNeeded: data & 0xFFFF_FFFF)
    // An earlier source of this turn may have closed this one, and its number may be in use again.
    guard number < registrations.count, let registration = registrations[number],
      registration.generation == UInt32(truncatingIfNeeded: data >> 32)
    else { return }
    registration.source.ready(readiness)
  }

  private func waitMilliseconds() -> Int32 {
    // Turn-end work may come from outside a turn: from set-up before `run`.
    if !localWork.isEmpty || !turnEndWork.isEmpty || isStopping { return 0 }
    guard let deadline = timers.nextDeadline else { return -1 }
    let remaining = deadline.nanoseconds - Machine.now().nanoseconds
    // Rounded up: a turn before the deadline would only wait again.
    return remaining <= 0 ? 0 : Int32(clamping: (remaining + 999_999) / 1_000_000)
  }

  private func runTimers() {
    while let body = timers.popDue(now) { body.run() }
  }

  private func runSubmitted() {
    for _ in 0..<Bounds.roundsPerTurn {
      takeMailbox()
      if localWork.isEmpty { return }
      swap(&localWork, &runningWork)
      for work in runningWork {
        switch work {
        case .closure(let body): body()
        case .job(let job):
          unsafe job.runSynchronously(
            isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
      }
      runningWork.removeAll(keepingCapacity: true)
    }
  }

  private func takeMailbox() {
    // Safety: what the mailbox held now belongs to this thread alone.
    nonisolated(unsafe) var taken: [Work] = []
    mailbox.withLock { box in
      unsafe swap(&taken, &box.work)
      box.isWoken = false
    }
    unsafe localWork.append(contentsOf: taken)
  }

  // MARK: - Descriptors

  /// Reports the descriptor's readiness to `source`, which the loop holds until `deregister`.
  public func register(
    _ number: Int32, _ interest: Epoll.Readiness, _ source: any EventSource
  ) throws(Errno) {
    preconditionOnLoop()
    let generation = nextGeneration
    nextGeneration &+= 1
    try epoll.add(number, interest, data: UInt64(generation) << 32 | UInt64(number))
    while registrations.count <= Int(number) { registrations.append(nil) }
    precondition(registrations[Int(number)] == nil, "a descriptor has one source")
    registrations[Int(number)] = Registration(source: source, generation: generation)
  }

  /// Changes what a registered descriptor is asked about.
  public func update(_ number: Int32, _ interest: Epoll.Readiness) {
    preconditionOnLoop()
    guard let registration = registrations[Int(number)] else {
      preconditionFailure("descriptor \(number) is not registered")
    }
    do {
      let data = UInt64(registration.generation) << 32 | UInt64(number)
      try epoll.modify(number, interest, data: data)
    } catch {
      preconditionFailure("epoll_ctl on \(number): \(error)")
    }
  }

  /// Before the descriptor is closed.
  public func deregister(_ number: Int32) {
    preconditionOnLoop()
    precondition(registrations[Int(number)] != nil, "descriptor \(number) is not registered")
    registrations[Int(number)] = nil
    do {
      try epoll.remove(number)
    } catch {
      preconditionFailure("epoll_ctl on \(number): \(error)")
    }
  }

  // MARK: - The end of a turn

  /// Runs at the end of every turn, in the order in which hooks were added, before `atTurnEnd`
  /// work.
  public func onTurnEnd(_ hook: @escaping () -> Void) {
    preconditionOnLoop()
    turnEndHooks.append(LoopWork(run: hook))
  }

  /// Runs once, at the end of this turn; work added by such work runs in the same turn.
  public func atTurnEnd(_ work: @escaping () -> Void) {
    preconditionOnLoop()
    turnEndWork.append(LoopWork(run: work))
  }
}
