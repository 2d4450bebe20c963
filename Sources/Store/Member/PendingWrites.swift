import Base
import KVStore
import Raft

/// Writes of this member's clients that have no answer yet, by the numbers that their commands
/// bear.
///
/// Numbers grow by one and start anywhere: another life of this member used others, so that an
/// answer to one of its commands finds nobody here.
struct PendingWrites {
  enum Client {
    case unary(RequestOrigin)
    /// One message on a LeaseKeepAlive stream.
    case keepAlive(RequestOrigin)
    /// The member itself.
    case own
  }

  struct Write {
    let client: Client
    let deadline: Instant
    /// What was proposed in a term, here or at the leader that it was forwarded to. nil while it
    /// waits here, and where a snapshot may have brought its outcome.
    var sent: Sent?
  }

  struct Sent {
    let term: Term
    let command: Command
  }

  /// All numbers below are answered.
  private(set) var first: UInt64
  private var slots = Deque<Write?>()
  private(set) var count = 0

  init(firstNumber: UInt64) {
    first = firstNumber
  }

  /// The number that the next write gets.
  var nextNumber: UInt64 { first + UInt64(slots.count) }

  mutating func add(_ client: Client, deadline: Instant) -> UInt64 {
    let number = nextNumber
    slots.append(Write(client: client, deadline: deadline))
    count += 1
    return number
  }

  private func position(_ number: UInt64) -> Int? {
    guard number >= first, number - first < UInt64(slots.count) else { return nil }
    return Int(number - first)
  }

  func contains(_ number: UInt64) -> Bool {
    guard let position = position(number) else { return false }
    return slots[position] != nil
  }

  /// Notes that a command was proposed or forwarded in `term`.
  mutating func setSent(_ command: Command, in term: Term) {
    guard let position = position(command.request), var write = slots[position] else { return }
    write.sent = Sent(term: term, command: command)
    slots[position] = write
  }

  /// Takes back a command that the leader of `term` did not propose.
  mutating func takeRefused(_ number: UInt64, in term: Term) -> Command? {
    guard let position = position(number), var write = slots[position], let sent = write.sent,
      sent.term == term
    else { return nil }
    write.sent = nil
    slots[position] = write
    return sent.command
  }

  /// Takes back what was sent in terms before `term` and has no outcome, oldest first.
  ///
  /// Call when an entry of `term` is applied. Terms never decrease along the log (Raft §5.3), and a
  /// command is proposed in the term that it was sent in or never: those were not and never will
  /// be.
  mutating func takeLost(before term: Term) -> [Command] {
    var lost: [Command] = []
    for position in 0..<slots.count {
      guard var write = slots[position], let sent = write.sent, sent.term < term else { continue }
      lost.append(sent.command)
      write.sent = nil
      slots[position] = write
    }
    return lost
  }

  /// A snapshot took the place of entries: what was sent may be part of it.
  mutating func forgetSent() {
    for position in 0..<slots.count {
      guard var write = slots[position], write.sent != nil else { continue }
      write.sent = nil
      slots[position] = write
    }
  }

  mutating func remove(_ number: UInt64) -> Write? {
    guard let position = position(number), let write = slots[position] else { return nil }
    slots[position] = nil
    count -= 1
    dropAnswered()
    return write
  }

  /// Takes out the oldest write if its deadline has passed. Deadlines are in the order of numbers.
  mutating func removeExpired(at instant: Instant) -> Write? {
    dropAnswered()
    guard let oldest = slots.first, let write = oldest, write.deadline <= instant else {
      return nil
    }
    _ = slots.popFirst()
    first += 1
    count -= 1
    return write
  }

  private mutating func dropAnswered() {
    while let oldest = slots.first, oldest == nil {
      _ = slots.popFirst()
      first += 1
    }
  }
}
