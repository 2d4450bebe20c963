public import Base
public import EtcdAPI

/// What the core hands back in one turn: messages as ranges of one buffer, and how streams end.
public struct ReplyBatch: Sendable {
  public enum Item: Sendable {
    /// A message: `bytes` is a range of `buffer`. A stream stays open behind it.
    case message(RequestOrigin, bytes: Range<Int>)
    /// A unary call's only message: the stream ends with status OK behind it.
    case answer(RequestOrigin, bytes: Range<Int>)
    /// The stream ends with this status.
    case end(RequestOrigin, EtcdStatus)
  }

  public var items: [Item]
  public var buffer: ByteBuffer

  public init() {
    items = []
    buffer = ByteBuffer()
  }

  public var isEmpty: Bool { items.isEmpty }
}
