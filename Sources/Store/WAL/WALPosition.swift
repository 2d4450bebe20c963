/// A place in the log: a segment's generation and a byte offset in that segment's file.
public struct WALPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let generation: UInt64
  public let offset: UInt64

  public init(generation: UInt64, offset: UInt64) {
    self.generation = generation
    self.offset = offset
  }

  /// Before everything.
  public static let zero = WALPosition(generation: 0, offset: 0)

  public static func < (left: WALPosition, right: WALPosition) -> Bool {
    (left.generation, left.offset) < (right.generation, right.offset)
  }

  public var description: String { "\(generation)+\(offset)" }
}
