public import Base
public import EtcdAPI
import Protobuf

/// A range that is answered over several turns, all at the revision at which it began.
///
/// While it is open no compaction removes what it has yet to read: end it by reading to its end or
/// by `abandonRange`.
public struct RangeReading: Sendable {
  let range: KeyRange
  let revision: Int64
  let limit: Int
  let keysOnly: Bool
  /// The first key that was not looked at.
  fileprivate(set) var next: Bytes
  fileprivate(set) var written = 0
  /// Whether the response is whole.
  public fileprivate(set) var isFinished = false
}

extension KeySpace {
  /// Writes the beginning of a RangeResponse, or the whole of it where that cannot be divided: a
  /// single key, a count, an order or a filter. The request was checked by `RequestCheck.range`.
  public mutating func beginRange(
    _ request: RangeRequest, identity: ClientIdentity?, header: ResponseHeader,
    into buffer: inout ByteBuffer
  ) throws(KVError) -> RangeReading {
    if let permissions = try permissions(identity) { try check(request, permissions) }
    try refuseWhenCorrupt()
    let readRevision = try readRevision(request, current: revision)
    let range = KeyRange(key: request.key, rangeEnd: request.rangeEnd).detached
    var reading = RangeReading(
      range: range, revision: readRevision,
      limit: request.limit > 0 ? Int(clamping: request.limit) : .max,
      keysOnly: request.keysOnly, next: range.start)
    let isWhole = range.isSingle || request.countOnly || request.isSorted || request.isFiltered
    let current = revision
    answer(header, into: &buffer) { writer in
      if isWhole {
        answerRange(request, at: readRevision, current: current, &writer, .whole)
      } else {
        writer.writeHeader(current)
      }
    }
    reading.isFinished = isWhole
    if !isWhole { pins.append(readRevision) }
    return reading
  }

  /// Writes the next part of the response, over at most `keysMax` keys and no more once it has
  /// `bytesMax` bytes, and its end once the range is read. The parts follow each other in `buffer`.
  public mutating func continueRange(
    _ reading: inout RangeReading, keysMax: Int, bytesMax: Int = 1 << 20,
    into buffer: inout ByteBuffer
  ) {
    precondition(!reading.isFinished && keysMax > 0, "an open range is read in steps")
    let start = buffer.count
    let isNewest = reading.revision == revision
    var values: [UInt64] = []
    var cursor = tree.cursor(from: reading.next, to: reading.range.end)
    let hasMore = tree.read(&cursor, limit: keysMax, countedOnly: isNewest, into: &values)
    var isCut = false
    for value in values {
      let ordinal = value & ~KeyTree.uncounted
      let record = isNewest ? log.record(ordinal) : log.record(from: ordinal, at: reading.revision)
      guard let record else { continue }
      if reading.written == reading.limit {
        isCut = true
        break
      }
      reading.written += 1
      if reading.keysOnly {
        record.writeWithoutValue(into: &buffer, field: 2)
      } else {
        record.write(into: &buffer, field: 2)
      }
      if buffer.count - start >= bytesMax {
        reading.next = record.key.successor
        return
      }
    }
    if hasMore && !isCut, let next = tree.key(at: cursor) {
      reading.next = next
      return
    }
    let count =
      isCut ? count(reading.range, at: reading.revision, current: revision) : reading.written
    if isCut { buffer.write(varint: 1, field: 3) }
    if count > 0 { buffer.write(varint: UInt64(count), field: 4) }
    abandonRange(reading)
    reading.isFinished = true
  }

  /// Gives up a reading that is not finished.
  public mutating func abandonRange(_ reading: RangeReading) {
    guard !reading.isFinished else { return }
    guard let pin = pins.firstIndex(of: reading.revision) else {
      preconditionFailure("a reading that was not begun here, or ended twice")
    }
    pins.remove(at: pin)
  }
}
