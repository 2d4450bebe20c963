public import Base

/// The answers to commands of one member, in the order of the log.
public struct AppliedOutcomes: Sendable {
  public struct Item: Hashable, Sendable {
    /// As in the command.
    public let request: UInt64
    public let result: Result

    public init(request: UInt64, result: Result) {
      self.request = request
      self.result = result
    }
  }

  public enum Result: Hashable, Sendable {
    /// The encoded response message is this range of `buffer`.
    case answer(Range<Int>)
    case refused(KVError)
  }

  public var items: [Item]
  public var buffer: ByteBuffer

  public init() {
    items = []
    buffer = ByteBuffer()
  }

  /// Empties both, keeping their memory.
  public mutating func removeAll() {
    items.removeAll(keepingCapacity: true)
    buffer.removeAll()
  }
}
