import Base

/// What a watch delivers.
public struct WatchPlan: Sendable {
  public init() {}
}

/// Every open watch, and what each has been sent.
struct WatchHub: Sendable {
  var count: Int { 0 }
  var nextDue: Instant? { nil }

  mutating func open(
    _ id: RequestID, _ plan: WatchPlan, of exchange: Exchange, in cache: ObjectCache, now: Moment
  ) -> [APICore.Effect] { [] }

  mutating func close(_ id: RequestID) {}

  mutating func congested(_ id: RequestID) {}

  mutating func writable(_ id: RequestID, in cache: ObjectCache) -> [APICore.Effect] { [] }

  /// The view has moved.
  mutating func take(
    _ changes: [ObjectChange], upTo revision: Int64, in cache: ObjectCache, now: Moment
  ) -> [APICore.Effect] { [] }

  mutating func tick(_ now: Moment, in cache: ObjectCache) -> [APICore.Effect] { [] }

  /// Every watch ends.
  mutating func stop() -> [APICore.Effect] { [] }
}
