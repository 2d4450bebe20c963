import Base

/// Append messages sent to one follower and not yet accepted, counted in payload bytes.
struct Inflights {
  private(set) var bytes = 0
  private var messages = Deque<(last: LogIndex, bytes: Int)>()

  mutating func sent(through last: LogIndex, bytes added: Int) {
    messages.append((last, added))
    bytes += added
  }

  /// The follower holds everything up to `match`.
  mutating func accepted(through match: LogIndex) {
    while let first = messages.first, first.last <= match {
      bytes -= first.bytes
      _ = messages.popFirst()
    }
  }

  mutating func removeAll() {
    bytes = 0
    messages.removeAll()
  }
}
