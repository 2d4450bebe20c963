import Base
import Linux
import Synchronization

/// Puts keys one after the other from several etcdctl loops, and remembers which were acknowledged.
final class Writers: Sendable {
  private struct State: Sendable {
    var acknowledged: [(key: String, at: ContinuousClock.Instant)] = []
    var next = 0
    var isDone = false
  }

  private let state = Mutex(State())
  private let etcdctl: Program

  /// Each put gives up after a second: after a failure other members take the next one.
  init(_ etcdctl: Program) {
    self.etcdctl = etcdctl.with(["--command-timeout", "1s", "--dial-timeout", "1s"])
  }

  /// Writes until `body` returns; gives what it returns.
  func during<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result
  {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { try await self.loop() } }
      let result: Result
      do {
        result = try await body()
      } catch {
        state.withLock { $0.isDone = true }
        throw error
      }
      state.withLock { $0.isDone = true }
      try await group.waitForAll()
      return result
    }
  }

  private func loop() async throws {
    while true {
      let number = state.withLock { state -> Int? in
        if state.isDone { return nil }
        state.next += 1
        return state.next
      }
      guard let number else { return }
      let key = "written/\(number)"
      if try await etcdctl.run(["put", key, "\(number)"]).status == 0 {
        let now = ContinuousClock.now
        state.withLock { $0.acknowledged.append((key, now)) }
      }
    }
  }

  var acknowledged: [String] { state.withLock { $0.acknowledged.map(\.key) } }

  func firstAcknowledged(after instant: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    state.withLock { $0.acknowledged.first { $0.at > instant }?.at }
  }

  /// Keys that were acknowledged and that this program does not find.
  func lost(to etcdctl: Program) async throws -> [String] {
    let found = try await etcdctl.run(
      ["get", "written/", "--prefix", "--keys-only", "--consistency", "s"])
    guard found.status == 0 else {
      throw Overdue(what: "the keys are read", seconds: 0, detail: "\(found)")
    }
    let keys = Set(found.output.split(separator: "\n").map(String.init))
    return acknowledged.filter { !keys.contains($0) }
  }
}
