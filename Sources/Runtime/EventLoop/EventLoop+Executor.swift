internal import Linux
internal import Synchronization

/// Async code on the loop: an actor names the loop as its `unownedExecutor`, or a task is given it
/// as `executorPreference`; then no resume goes through the global pool.
extension EventLoop: SerialExecutor, TaskExecutor {
  /// Any thread.
  public func enqueue(_ job: consuming ExecutorJob) {
    enqueue(.job(UnownedJob(job)))
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    unsafe UnownedTaskExecutor(ordinary: self)
  }

  public func checkIsolated() {
    preconditionOnLoop()
  }

  /// Runs an async body on this loop and serves turns until it ends: the bridge from a program's
  /// blocking `main`. Not from within the loop.
  public func runBlocking<Value>(
    _ body: sending @escaping () async throws -> Value
  ) throws -> Value {
    let outcome = Outcome<Value>()
    // Safety: `body` was sent here and runs in one task only.
    nonisolated(unsafe) let sent = body
    let task = Task(executorPreference: self) {
      do {
        unsafe outcome.result = .success(try await sent())
      } catch {
        unsafe outcome.result = .failure(error)
      }
    }
    run { unsafe outcome.result != nil }
    task.cancel()
    guard let result = unsafe outcome.result else { throw CancellationError() }
    return try result.get()
  }
}

/// Safety: written and read on the loop's thread only.
private final class Outcome<Value>: @unchecked Sendable {
  nonisolated(unsafe) var result: Result<Value, any Error>?
}

/// What only the loop's thread may touch, carried through closures that other threads hold.
public final class LoopBound<Value>: @unchecked Sendable {
  // Safety: `value` is reached through a check of the thread only; the last release may be
  // anywhere, so a value must not care where it ends.
  private let loop: EventLoop
  private var stored: Value?
  private var make: (() -> Value)?

  public init(_ value: Value, on loop: EventLoop) {
    loop.preconditionOnLoop()
    self.loop = loop
    stored = value
  }

  /// From any thread: the value is made on the loop when it is first reached for.
  public init(on loop: EventLoop, _ make: sending @escaping () -> Value) {
    self.loop = loop
    self.make = make
  }

  public var value: Value {
    get {
      loop.preconditionOnLoop()
      if let stored { return stored }
      guard let make else { preconditionFailure("a value is given or made") }
      let made = make()
      stored = made
      self.make = nil
      return made
    }
    _modify {
      loop.preconditionOnLoop()
      if stored == nil {
        stored = make?()
        make = nil
      }
      // Taken out, so that a collection in it is changed in place.
      guard var taken = stored.take() else { preconditionFailure("reached for while it changes") }
      defer { stored = taken }
      yield &taken
    }
  }
}
