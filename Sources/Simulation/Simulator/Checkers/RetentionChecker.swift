public import Base

/// Whether history is kept for as long as it must be, and no longer than it may: what nobody asked
/// to compact is there for a retention, and gone some time after that.
public struct RetentionChecker: Sendable {
  public private(set) var violations: [String] = []
  private let retention: Duration?
  private var asked: Set<Int64> = []
  private var known: Int64 = 0

  /// nil: nothing is compacted but what clients ask for.
  public init(retention: Duration?) {
    self.retention = retention
  }

  /// What is just too young waits for the next compaction; samples and ticks come in between.
  var longest: Duration {
    guard let retention else { return .zero }
    return retention * 2 + retention / 10 + .seconds(2)
  }

  /// A client asks to compact up to a revision.
  public mutating func asked(_ revision: Int64) {
    asked.insert(revision)
  }

  /// A member's history is compacted up to a revision, 0 for not at all. `appeared`: when each
  /// revision was first there, by its number.
  public mutating func compacted(
    through revision: Int64, at now: Instant, appeared: [Instant]
  ) {
    guard revision > known else { return }
    known = revision
    if asked.contains(revision) { return }
    let age = now - appeared[Int(revision)]
    if let retention, age >= retention { return }
    violations.append("revision \(revision) is compacted after \(age)")
  }

  /// A member that has had a leader for `longest` keeps what came behind a revision.
  public mutating func kept(since revision: Int64, at now: Instant, appeared: [Instant]) {
    guard retention != nil else { return }
    let old = appeared.lastIndex { now - $0 > longest } ?? 0
    // There is nothing to compact in revision 1.
    guard old > max(1, Int(revision)) else { return }
    violations.append(
      "revision \(old) is kept after \(now - appeared[old]); compacted up to \(revision)")
  }
}
