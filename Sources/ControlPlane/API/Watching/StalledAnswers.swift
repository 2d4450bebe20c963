import Base

/// Answers whose clients do not take what is sent, and when each is given up: what is kept for them
/// must not be kept for ever.
struct StalledAnswers: Sendable {
  private struct Due: Sendable {
    let at: Instant
    let id: RequestID
  }

  private var since: [RequestID: Instant] = [:]
  /// In the order in which they stalled; those that went on meanwhile are among them.
  private var dues = Deque<Due>()

  var nextDue: Instant? { dues.first?.at }

  /// `until` is not before that of any earlier call.
  mutating func begin(_ id: RequestID, until: Instant) {
    since[id] = until
    dues.append(Due(at: until, id: id))
  }

  /// It goes on, or has ended.
  mutating func end(_ id: RequestID) { since[id] = nil }

  /// Takes those out that have stalled for too long.
  mutating func takeDue(_ now: Instant) -> [RequestID] {
    var found: [RequestID] = []
    guard !dues.isEmpty else { return found }
    while let due = dues.first {
      let isStalled = since[due.id] == due.at
      if isStalled && due.at > now { break }
      _ = dues.popFirst()
      guard isStalled else { continue }
      since[due.id] = nil
      found.append(due.id)
    }
    return found
  }
}
