public import Base

/// What of a container's log is asked for, as a kubelet's `/containerLogs` has it (core/v1
/// PodLogOptions).
public struct LogOptions: Hashable, Sendable {
  /// Goes on until the container ends.
  public var follow = false
  /// Of the attempt before the present one.
  public var previous = false
  /// At most so many lines, counted from the end; nil for all.
  public var tailLines: Int?
  /// Nothing older.
  public var since: WallTime?
  /// Each line begins with the time at which it was written.
  public var timestamps = false
  /// At most so many bytes.
  public var limitBytes: Int?

  public init() {}

  /// Why a query cannot be understood: the parameter's name.
  public struct Invalid: Error, Hashable, Sendable {
    public let parameter: String
  }

  /// Reads a query that needs no decoding: API servers send names, digits and times in UTC. Unknown
  /// parameters are ignored.
  public init(query: String, now: WallTime) throws(Invalid) {
    for pair in query.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(sides[0])
      let value = sides.count > 1 ? String(sides[1]) : ""
      switch name {
      case "follow": follow = try Self.flag(name, value)
      case "previous": previous = try Self.flag(name, value)
      case "timestamps": timestamps = try Self.flag(name, value)
      case "tailLines": tailLines = try Self.count(name, value)
      case "limitBytes": limitBytes = try Self.count(name, value)
      case "sinceSeconds":
        let seconds = Int64(min(try Self.count(name, value), 1 << 40))
        since = WallTime(milliseconds: now.milliseconds - seconds * 1000)
      case "sinceTime":
        guard let time = WallTime(rfc3339: value) else { throw Invalid(parameter: name) }
        since = time
      default: break
      }
    }
  }

  private static func flag(_ name: String, _ value: String) throws(Invalid) -> Bool {
    switch value {
    case "true", "1": return true
    case "false", "0": return false
    default: throw Invalid(parameter: name)
    }
  }

  private static func count(_ name: String, _ value: String) throws(Invalid) -> Int {
    guard let count = Int(value), count >= 0 else { throw Invalid(parameter: name) }
    return count
  }
}
