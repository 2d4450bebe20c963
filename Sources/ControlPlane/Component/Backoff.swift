public import Base

/// Waits after failures in a row: doubled each time up to `longest`, with jitter, so that what
/// failed together is not tried again together.
public struct Backoff: Hashable, Sendable {
  public let first: Duration
  public let longest: Duration

  /// Of a key whose plan failed. Kubernetes' default rate limiter goes from 5 ms to 1000 s
  /// (client-go workqueue); without its overall limit of 10 a second, and to 30 s at most.
  public static let ofKeys = Backoff(first: .milliseconds(5), longest: .seconds(30))
  /// Of a call that keeps the component going: a list, a lease, a candidacy.
  public static let ofCalls = Backoff(first: .milliseconds(100), longest: .seconds(5))

  /// From the delay itself to one and a half times as much, never more than `longest`.
  public func delay(afterFailures failures: Int, random: inout PRNG) -> Duration {
    precondition(failures > 0, "a delay follows a failure")
    let ceiling = longest.nanoseconds
    let steps = min(failures - 1, 40)
    let (product, overflow) = first.nanoseconds.multipliedReportingOverflow(by: 1 << steps)
    let base = overflow ? ceiling : min(product, ceiling)
    let jitter = Int64(random.below(UInt64(base / 2 + 1)))
    return .nanoseconds(min(base + jitter, ceiling))
  }
}
