public import Base
internal import Linux

/// The kernel's clocks.
public final class SystemClock: Clock, Sendable {
  public init() {}

  public func now() -> Instant { Machine.now() }
  public func wallTime() -> WallTime { Machine.wallTime() }
}

/// The kernel's random numbers.
public final class SystemEntropy: Entropy, Sendable {
  public init() {}

  public func next() -> UInt64 { Machine.randomWord() }
}
