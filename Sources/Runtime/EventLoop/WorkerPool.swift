internal import Base
public import Linux
internal import Synchronization

/// A few threads for work that would hold up a loop: TLS handshakes, name look-ups, password
/// hashes. Started when first used, never ended: make one per process.
public final class WorkerPool: @unchecked Sendable {
  // Safety: `queue` is under its lock; `available` is safe on every thread.
  private let queue = Mutex(Queue())
  private let available: EventDescriptor
  private let threadCountMax: Int

  private struct Queue: Sendable {
    // Safety: a closure is `sending` on its way in and leaves to one thread, once.
    nonisolated(unsafe) var work = Deque<() -> Void>()
    var threadCount = 0
    var idleCount = 0
  }

  /// `threads` is at least 1.
  public init(threads: Int = min(4, max(1, Machine.processorCount))) throws(Errno) {
    precondition(threads >= 1, "a pool has a thread")
    threadCountMax = threads
    available = try EventDescriptor(blocking: true, semaphore: true)
  }

  /// Runs `work` on some worker. Any thread.
  public func run(_ work: sending @escaping () -> Void) {
    // Safety: `work` was sent; nobody else holds it.
    nonisolated(unsafe) let sent = work
    let mustStart = queue.withLock { queue in
      unsafe queue.work.append(sent)
      guard queue.idleCount == 0, queue.threadCount < threadCountMax else { return false }
      queue.threadCount += 1
      return true
    }
    if mustStart { startThread() }
    available.signal()
  }

  private func startThread() {
    do {
      try Thread.start(name: "worker") { [self] in
        while true {
          queue.withLock { $0.idleCount += 1 }
          available.take()
          takeWork()?()
        }
      }
    } catch {
      // Those that run already share the work; without any it would never be done.
      let remaining = queue.withLock { queue in
        queue.threadCount -= 1
        return queue.threadCount
      }
      precondition(remaining > 0, "no worker thread could be started: \(error)")
    }
  }

  private func takeWork() -> (() -> Void)? {
    // Safety: as at `Queue.work`.
    nonisolated(unsafe) var taken: (() -> Void)?
    queue.withLock { queue in
      queue.idleCount -= 1
      unsafe taken = queue.work.popFirst()
    }
    return unsafe taken
  }
}

extension EventLoop {
  /// Runs `work` on a worker and hands its result to `completion` on this loop.
  public func offload<Value>(
    to pool: WorkerPool, _ work: sending @escaping () -> sending Value,
    completion: @escaping (Value) -> Void
  ) {
    preconditionOnLoop()
    let completion = LoopBound(completion, on: self)
    pool.run { [self] in
      // Safety: the result leaves the worker here, for the loop alone.
      nonisolated(unsafe) let value = work()
      submit { unsafe completion.value(value) }
    }
  }
}
