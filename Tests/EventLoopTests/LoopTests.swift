import Base
import Linux
import Synchronization
import Testing

@testable import EventLoop

@Suite struct `One loop` {
  private func finishes(_ loop: EventLoop, _ isDone: () -> Bool) -> Bool {
    loop.run(atMost: .seconds(10), until: isDone)
  }

  @Test func `timers fire in the order of their deadlines, equal ones as they were set`() throws {
    let loop = try EventLoop()
    var fired: [Int] = []
    loop.schedule(after: .milliseconds(30)) { fired.append(3) }
    loop.schedule(after: .milliseconds(10)) { fired.append(1) }
    loop.schedule(after: .milliseconds(20)) { fired.append(2) }
    #expect(finishes(loop) { fired.count == 3 })
    #expect(fired == [1, 2, 3])

    var queue = TimerQueue()
    let deadline = Instant(nanoseconds: 5)
    for number in 0..<100 { _ = queue.add(deadline) { fired.append(number) } }
    fired = []
    while let body = queue.popDue(deadline) { body.run() }
    #expect(fired == Array(0..<100))
  }

  @Test func `a timer does not fire early, nor after it was cancelled`() throws {
    let loop = try EventLoop()
    var firedAt: Instant?
    var hasWrongFired = false
    let start = Machine.now()
    let cancelled = loop.schedule(after: .milliseconds(5)) { hasWrongFired = true }
    loop.schedule(after: .milliseconds(20)) { firedAt = Machine.now() }
    #expect(loop.cancel(cancelled))
    #expect(!loop.cancel(cancelled))
    #expect(finishes(loop) { firedAt != nil })
    #expect(!hasWrongFired)
    if let firedAt { #expect(firedAt - start >= .milliseconds(20)) }
    #expect(loop.timerCount == 0)
  }

  @Test func `cancelled timers leave no heap behind`() {
    var queue = TimerQueue()
    var fired: [Int] = []
    let kept = queue.add(Instant(nanoseconds: 1_000_000)) { fired.append(1) }
    for number in 0..<100_000 {
      let timer = queue.add(Instant(nanoseconds: Int64(number))) { fired.append(2) }
      let wasSet = queue.remove(timer)
      #expect(wasSet)
    }
    #expect(queue.count == 1)
    #expect(queue.entryCount <= 65)
    let next = queue.nextDeadline
    #expect(next == Instant(nanoseconds: 1_000_000))
    queue.popDue(Instant(nanoseconds: 1_000_000))?.run()
    #expect(fired == [1])
    let isStillSet = queue.remove(kept)
    #expect(!isStillSet)
  }

  @Test func `a repeating timer keeps its rate and stops`() throws {
    let loop = try EventLoop()
    var count = 0
    let start = Machine.now()
    let timer = loop.scheduleRepeating(every: .milliseconds(5)) { count += 1 }
    #expect(finishes(loop) { count == 10 })
    #expect(Machine.now() - start >= .milliseconds(50))
    timer.cancel()
    #expect(loop.timerCount == 0)
  }

  @Test func `a turn's phases run in order`() throws {
    let loop = try EventLoop()
    var events: [String] = []
    loop.onTurnEnd { if loop.turnCount == 1 { events.append("hook 1") } }
    loop.onTurnEnd {
      if loop.turnCount == 1 {
        events.append("hook 2")
        loop.atTurnEnd { events.append("work of a hook") }
      }
    }
    loop.submitLocally {
      events.append("submitted")
      loop.atTurnEnd {
        events.append("turn end")
        loop.atTurnEnd { events.append("turn end's own") }
      }
    }
    #expect(finishes(loop) { loop.turnCount == 1 })
    #expect(
      events == [
        "submitted", "hook 1", "hook 2", "turn end", "work of a hook", "turn end's own",
      ])
  }

  @Test func `work submitted by other threads arrives once, in each thread's order`() throws {
    let loop = try EventLoop()
    let received = Shared<[Int: [Int]]>([:])
    for thread in 0..<4 {
      try Thread.start(name: "sender") {
        for number in 0..<5000 {
          loop.submit { received.change { $0[thread, default: []].append(number) } }
        }
      }
    }
    #expect(
      finishes(loop) { received.change { $0.values.reduce(0) { $0 + $1.count } } == 20_000 })
    for thread in 0..<4 { #expect(received.change { $0[thread] } == Array(0..<5000)) }
  }

  @Test func `a sleeping loop wakes for another thread`() throws {
    let loop = try EventLoop()
    let isOnLoop = Shared<Bool?>(nil)
    try Thread.start(name: "sender") {
      let isHere = loop.isOnLoop
      loop.submit { isOnLoop.change { $0 = !isHere && loop.isOnLoop } }
    }
    // No timer but the test's own bound.
    #expect(finishes(loop) { isOnLoop.change { $0 } != nil })
    #expect(isOnLoop.change { $0 } == true)
  }

  @Test func `work that submits work without end leaves the descriptors their turn`() throws {
    let loop = try EventLoop()
    var isRunning = true
    var rounds = 0
    func again() {
      rounds += 1
      if isRunning { loop.submitLocally { again() } }
    }
    again()
    var hasFired = false
    loop.schedule(after: .milliseconds(10)) { hasFired = true }
    #expect(finishes(loop) { hasFired })
    isRunning = false
    #expect(rounds > 16)
  }

  @Test func `stop ends a run from another thread, and the loop can run again`() throws {
    let loop = try EventLoop()
    try Thread.start(name: "stopper") { loop.stop() }
    loop.run()
    var isDone = false
    loop.submitLocally { isDone = true }
    #expect(finishes(loop) { isDone })
  }

  @Test func `another thread's touch traps`() async {
    await #expect(processExitsWith: .failure) {
      let loop = try EventLoop()
      let isDone = Shared(false)
      try Thread.start(name: "intruder") {
        loop.schedule(after: .seconds(1)) {}
        isDone.change { $0 = true }
      }
      while !isDone.change({ $0 }) {}
    }
  }

  @Test func `a source is told again while it does not read`() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    try pipe.writer.write("x")
    let source = CountingSource()
    try loop.register(pipe.reader.rawValue, .readable, source)
    #expect(finishes(loop) { source.count == 3 })
    loop.update(pipe.reader.rawValue, [])
    let before = source.count
    #expect(!loop.run(atMost: .milliseconds(50)) { source.count > before })
    loop.deregister(pipe.reader.rawValue)
  }

  @Test func `signals to the loop's thread are its events`() throws {
    let loop = try EventLoop()
    var received: [Signal] = []
    let source = try SignalSource([.user1, .user2], loop: loop) { received.append($0) }
    Signal.user1.raise()
    Signal.user2.raise()
    #expect(finishes(loop) { received.count == 2 })
    #expect(received == [.user1, .user2])
    source.close()
  }

  @Test func `the end of a process is an event`() throws {
    let loop = try EventLoop()
    let process = try Process.spawn(ProcessSpecification("/bin/sleep", ["100"]))
    var hasEnded = false
    let watcher = try ProcessWatcher(pid: process.pid, loop: loop) { hasEnded = true }
    #expect(!loop.run(atMost: .milliseconds(20)) { hasEnded })
    try watcher.signal(.kill)
    #expect(finishes(loop) { hasEnded })
    #expect(try process.wait() == .killed(.kill))
  }

  @Test func `a child's output comes in parts and ends`() throws {
    let loop = try EventLoop()
    let pipe = try Pipe()
    var specification = ProcessSpecification("/bin/sh", ["-c", "echo one; echo two"])
    specification.descriptors = [nil, pipe.writer.rawValue, nil]
    let process = try Process.spawn(specification)
    var output = ByteBuffer()
    var hasEnded = false
    _ = try ReadSource(pipe.takeReader(), loop: loop) { part in
      guard case .success(let bytes) = part else { return }
      output.write(bytes)
      hasEnded = bytes.isEmpty
    }
    #expect(finishes(loop) { hasEnded })
    #expect(output.bytes == "one\ntwo\n")
    #expect(try process.wait() == .exited(code: 0))
  }

  @Test func `offloaded work runs elsewhere and answers here`() throws {
    let loop = try EventLoop()
    let pool = try WorkerPool(threads: 3)
    var answers: [Int] = []
    var wrongThreads = 0
    for number in 0..<200 {
      loop.offload(to: pool) {
        (number * 2, loop.isOnLoop)
      } completion: { value, wasOnLoop in
        if wasOnLoop || !loop.isOnLoop { wrongThreads += 1 }
        answers.append(value)
      }
    }
    #expect(finishes(loop) { answers.count == 200 })
    #expect(answers.sorted() == (0..<200).map { $0 * 2 })
    #expect(wrongThreads == 0)
  }

  @Test func `async code runs on the loop's thread to its end`() throws {
    let loop = try EventLoop()
    let value = try loop.runBlocking {
      var sum = 0
      for number in 0..<1000 {
        loop.preconditionOnLoop()
        await Task.yield()
        sum += number
      }
      return sum
    }
    #expect(value == 499_500)
    #expect(throws: Errno.exists) { try loop.runBlocking { throw Errno.exists } }
  }

  @Test func `an actor may live on the loop`() throws {
    let loop = try EventLoop()
    let actor = LoopActor(loop)
    let count = try loop.runBlocking {
      for _ in 0..<100 { await actor.increment() }
      return await actor.count
    }
    #expect(count == 100)
  }
}

private final class CountingSource: EventSource {
  var count = 0
  func ready(_ readiness: Epoll.Readiness) { count += 1 }
}

private actor LoopActor {
  private let loop: EventLoop
  var count = 0

  init(_ loop: EventLoop) {
    self.loop = loop
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  func increment() {
    loop.preconditionOnLoop()
    count += 1
  }
}

/// A value that threads share.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) {
    self.value = Mutex(value)
  }

  func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    value.withLock { value in body(&value) }
  }
}
