/// The time seam: monotonic time to decide by, civil time to show. Held by shells only; pure values
/// are handed the time inside their events.
public protocol Clock: AnyObject {
  func now() -> Instant
  func wallTime() -> WallTime
}
