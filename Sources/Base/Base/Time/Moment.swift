/// The clocks, as the shell reads them once per event.
public struct Moment: Hashable, Sendable {
  public var instant: Instant
  public var wall: WallTime

  public init(instant: Instant, wall: WallTime) {
    self.instant = instant
    self.wall = wall
  }
}
