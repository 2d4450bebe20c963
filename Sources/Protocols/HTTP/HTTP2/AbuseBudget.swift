/// How much of something a peer may still do: spent by it, regained by useful work and by time.
struct AbuseBudget: Sendable {
  let max: Int
  private(set) var left: Int

  init(max: Int) {
    self.max = max
    left = max
  }

  /// Whether there was enough left.
  mutating func spend(_ amount: Int = 1) -> Bool {
    left -= amount
    return left >= 0
  }

  mutating func regain(_ amount: Int) {
    left = min(max, left + amount)
  }

  mutating func refill() {
    left = max
  }
}
