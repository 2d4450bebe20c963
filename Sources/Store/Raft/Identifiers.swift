import Base

/// An election's number (Raft §5.1). Zero before the first election.
public struct Term: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }

  public static let zero = Term(0)
  public var next: Term { Term(value + 1) }
  public static func < (left: Term, right: Term) -> Bool { left.value < right.value }
  public var description: String { String(value) }
}

/// A position in the log (Raft §5.3). The first entry has index 1; zero is before it.
public struct LogIndex: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }

  public static let zero = LogIndex(0)
  public var next: LogIndex { LogIndex(value + 1) }
  public static func < (left: LogIndex, right: LogIndex) -> Bool { left.value < right.value }
  public var description: String { String(value) }
}

/// Names one entry: by the Log Matching property (Raft §5.3) two logs that hold it are equal up to
/// it.
public struct EntryID: Hashable, Sendable, CustomStringConvertible {
  public let term: Term
  public let index: LogIndex

  public init(term: Term, index: LogIndex) {
    self.term = term
    self.index = index
  }

  public static let zero = EntryID(term: .zero, index: .zero)
  public var description: String { "\(term)/\(index)" }

  /// Raft §5.4.1: the later term wins, then the longer log.
  public func isAtLeastAsUpToDate(as other: EntryID) -> Bool {
    term == other.term ? index >= other.index : term > other.term
  }
}

/// Names one linearizable read at the member that began it; unique while the process lives.
public struct ReadContext: Hashable, Sendable {
  public let value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }
}

/// Numbers the store effects of one node: 1, 2, 3, ...
public struct StoreSequence: Hashable, Comparable, Sendable {
  public let value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }

  public static let zero = StoreSequence(0)
  public var next: StoreSequence { StoreSequence(value + 1) }
  public static func < (left: StoreSequence, right: StoreSequence) -> Bool {
    left.value < right.value
  }
}
