import Base
import EtcdAPI
import Protobuf

/// Writes WatchResponses, fields in the order of their numbers.
struct WatchResponseWriter {
  /// A response with `fragment` set is split beyond this (etcd: --max-request-bytes).
  static let fragmentBytes = Limits.requestBytesMax

  private let header: ResponseHeader

  init(_ header: ResponseHeader) {
    self.header = header
  }

  func created(
    _ stream: UInt64, _ id: Int64, revision: Int64, into output: inout WatchOutput
  ) {
    write(stream, id, revision, into: &output) { $0.write(varint: 1, field: 3) }
  }

  /// A watch that could not be created: created and canceled at once, with id -1.
  func refused(
    _ stream: UInt64, revision: Int64, reason: String, into output: inout WatchOutput
  ) {
    write(stream, -1, revision, into: &output) { buffer in
      buffer.write(varint: 1, field: 3)
      buffer.write(varint: 1, field: 4)
      buffer.write(string: reason, field: 6)
    }
  }

  func canceled(
    _ stream: UInt64, _ id: Int64, revision: Int64, reason: String = "",
    into output: inout WatchOutput
  ) {
    write(stream, id, revision, into: &output) { buffer in
      buffer.write(varint: 1, field: 4)
      if !reason.isEmpty { buffer.write(string: reason, field: 6) }
    }
  }

  /// etcd sends revision 0 here; clients read compact_revision.
  func compacted(
    _ stream: UInt64, _ id: Int64, compactRevision: Int64, into output: inout WatchOutput
  ) {
    write(stream, id, 0, into: &output) { buffer in
      buffer.write(varint: 1, field: 4)
      buffer.write(varint: UInt64(bitPattern: compactRevision), field: 5)
    }
  }

  func progress(
    _ stream: UInt64, _ id: Int64, revision: Int64, into output: inout WatchOutput
  ) {
    write(stream, id, revision, into: &output) { _ in }
  }

  /// Events as ranges of `encoded`, in one response, or in several where the watcher allows it.
  func events(
    _ watcher: Watcher, _ events: [Range<Int>], of encoded: ByteBuffer, revision: Int64,
    into output: inout WatchOutput
  ) {
    var first = 0
    while first < events.count {
      var end = first
      var bytes = 0
      while end < events.count {
        let length = events[end].count + 8
        if watcher.mayFragment && end > first && bytes + length > Self.fragmentBytes { break }
        bytes += length
        end += 1
      }
      write(watcher.stream, watcher.id, revision, into: &output) { buffer in
        if end < events.count { buffer.write(varint: 1, field: 7) }
        buffer.reserve(bytes)
        for event in events[first..<end] {
          buffer.write(11 << 3 | 2 as UInt8)
          buffer.write(varint: UInt64(event.count))
          buffer.write(event, of: encoded)
        }
      }
      first = end
    }
  }

  private func write(
    _ stream: UInt64, _ id: Int64, _ revision: Int64, into output: inout WatchOutput,
    _ body: (inout ByteBuffer) -> Void
  ) {
    let start = output.buffer.count
    var header = self.header
    header.revision = revision
    output.buffer.write(message: header, field: 1)
    if id != 0 { output.buffer.write(varint: UInt64(bitPattern: id), field: 2) }
    body(&output.buffer)
    output.items.append(WatchOutput.Item(stream: stream, bytes: start..<output.buffer.count))
  }
}
