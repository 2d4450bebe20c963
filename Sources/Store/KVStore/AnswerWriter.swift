import Base
import EtcdAPI
import Protobuf

/// Writes one response message into a buffer, or nothing where nobody waits for it here.
struct AnswerWriter {
  /// Which header a response carries: inside a Txn only the revision, and in a nested TxnResponse
  /// not even that, as etcd answers.
  enum HeaderForm {
    case whole
    case nested
    case empty
  }

  var buffer = ByteBuffer()
  private let header: ResponseHeader
  var isWanted = true

  /// The caller swaps its buffer in and out: a copy would be written to anew.
  init(_ header: ResponseHeader) {
    self.header = header
  }

  /// `field` is 1 in every message of etcd's.
  mutating func writeHeader(_ revision: Int64, _ form: HeaderForm = .whole, field: UInt32 = 1) {
    guard isWanted else { return }
    switch form {
    case .whole:
      var header = self.header
      header.revision = revision
      buffer.write(message: header, field: field)
    case .nested: buffer.write(message: ResponseHeader(revision: revision), field: field)
    case .empty: buffer.write(message: ResponseHeader(), field: field)
    }
  }

  mutating func write(_ number: Int64, field: UInt32) {
    guard isWanted, number != 0 else { return }
    buffer.write(varint: UInt64(bitPattern: number), field: field)
  }

  mutating func write(_ flag: Bool, field: UInt32) {
    guard isWanted, flag else { return }
    buffer.write(varint: 1, field: field)
  }

  mutating func write(_ record: LogRecord, field: UInt8) {
    guard isWanted else { return }
    record.write(into: &buffer, field: field)
  }

  mutating func write(bytes: Bytes, field: UInt32) {
    guard isWanted else { return }
    buffer.write(bytes: bytes, field: field)
  }

  mutating func write<Message: ProtobufMessage>(message: Message, field: UInt32) {
    guard isWanted else { return }
    buffer.write(message: message, field: field)
  }

  /// Begins an embedded message; `end` closes it.
  mutating func begin(field: UInt8) -> Int {
    guard isWanted else { return 0 }
    buffer.write(field << 3 | 2)
    return buffer.beginNested()
  }

  mutating func end(_ position: Int) {
    guard isWanted else { return }
    buffer.endNested(position)
  }
}
