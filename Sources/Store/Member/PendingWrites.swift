import Base
import KVStore

/// Writes of this member's clients that have no answer yet, by the numbers that their commands bear.
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
    /// What was forwarded: it may come back unproposed. nil while it waits here or was proposed here.
    var forwarded: Command?
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

  /// Notes what was forwarded (nil: it is here again); nothing where the number is not pending.
  mutating func setForwarded(_ command: Command?, number: UInt64) {
    guard let position = position(number), var write = slots[position] else { return }
    write.forwarded = command
    slots[position] = write
  }

  /// Takes back a forwarded command.
  mutating func takeForwarded(_ number: UInt64) -> Command? {
    guard let position = position(number), var write = slots[position],
      let command = write.forwarded
    else { return nil }
    write.forwarded = nil
    slots[position] = write
    return command
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
