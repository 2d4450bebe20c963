public import Base

extension WallTime {
  /// `2026-11-22T17:30:00Z`: RFC 3339 in UTC, as Kubernetes writes `metav1.Time`.
  public var rfc3339: String { String(CivilTime(self).description.dropLast(5)) + "Z" }

  /// `2026-11-22T17:30:00.123000000Z`: as CRI logs write it.
  public var rfc3339Nano: String { CivilTime(self).description.dropLast() + "000000Z" }
}
