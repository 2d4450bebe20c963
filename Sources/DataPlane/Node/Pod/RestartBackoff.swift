/// How long a container waits before it is started again, as the kubelet does it: the first restart
/// at once, then `base` doubling up to `longest`; a run of `resetAfter` clears the row.
public struct RestartBackoff: Hashable, Sendable {
  public var base: Duration
  public var longest: Duration
  public var resetAfter: Duration

  public init(
    base: Duration = .seconds(10), longest: Duration = .seconds(300),
    resetAfter: Duration = .seconds(600)
  ) {
    precondition(base >= .zero && longest >= base, "a back-off grows from its base")
    self.base = base
    self.longest = longest
    self.resetAfter = resetAfter
  }

  /// The wait before the restart that follows `streak` restarts in a row; `streak` >= 0.
  public func delay(streak: Int) -> Duration {
    precondition(streak >= 0, "restarts are counted upward")
    guard streak > 0 else { return .zero }
    var delay = base
    for _ in 1..<streak {
      guard delay < longest else { break }
      delay = delay * 2
    }
    return min(delay, longest)
  }
}
