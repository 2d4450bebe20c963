import Base
import Objects
import Registry

/// What a watch delivers.
public struct WatchPlan: Sendable {
  let scope: ObjectScope
  let representation: Representation
  let start: Start
  let allowsBookmarks: Bool
  /// After it the watch ends, and its client begins another one.
  let lifetime: Duration

  enum Start: Hashable, Sendable {
    /// Everything there is, as if it came now; then a bookmark that says so, where it is wanted.
    case objects(marksEnd: Bool)
    /// The changes from now on.
    case now
    /// The changes after a revision.
    case after(Int64)
  }
}

extension Reading {
  /// Without `timeoutSeconds`: from half an hour to an hour, so that they do not all end at once
  /// (kube-apiserver --min-request-timeout).
  private static let lifetimeSecondsMin: Int64 = 1800
  /// Longer ones end here: a year.
  private static let lifetimeSecondsMax: Int64 = 31_536_000

  static func watch(
    _ scope: ObjectScope, _ options: ListOptions, _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    let representation = try Representation(exchange, of: .watch)
    let start: WatchPlan.Start
    switch (options.sendsInitialEvents, options.revision) {
    case (true, .at(let revision)):
      if let verdict = try reach(revision, exchange, serving) { return verdict }
      start = .objects(marksEnd: options.allowsBookmarks)
    case (true, .latest), (nil, .latest):
      guard exchange.isFresh else { return .refresh }
      start = .objects(marksEnd: options.sendsInitialEvents == true && options.allowsBookmarks)
    case (true, .any), (nil, .any):
      guard serving.isReady else { return .refresh }
      start = .objects(marksEnd: options.sendsInitialEvents == true && options.allowsBookmarks)
    case (false, .latest):
      guard exchange.isFresh else { return .refresh }
      start = .now
    case (false, .any):
      guard serving.isReady else { return .refresh }
      start = .now
    case (false, .at(let revision)), (nil, .at(let revision)):
      guard serving.isReady else { return .refresh }
      start = .after(revision)
    }
    let spread = Int64(exchange.id.number &* 2_654_435_761 % UInt64(lifetimeSecondsMin))
    let asked = options.timeoutSeconds.flatMap { $0 > 0 ? $0 : nil }
    let seconds = min(asked ?? lifetimeSecondsMin + spread, lifetimeSecondsMax)
    return .watch(
      WatchPlan(
        scope: scope, representation: representation, start: start,
        allowsBookmarks: options.allowsBookmarks, lifetime: .seconds(seconds)))
  }
}
