import Base

/// Every change of every key in the order in which it was made, in append-only segments.
///
/// Each record has an ordinal, counted from 1 without gaps; compactions leave gaps. Records are
/// found by ordinal, so that a compaction that moves records touches nothing that refers to them.
struct RevisionLog: ~Copyable {
  /// A segment is sealed once it is this long.
  let segmentBytes: Int
  /// Sealed ones, then the one that grows.
  private(set) var segments: [LogSegment]
  /// The identity of each sealed segment.
  private(set) var identities: [SegmentID]
  /// First ordinals of the segments: searched without touching them.
  private var starts: [UInt64]
  private(set) var nextOrdinal: UInt64 = 1
  /// Bytes of all segments.
  private(set) var bytes: Int

  init(segmentBytes: Int) {
    precondition(segmentBytes >= 1024, "a segment holds at least a few records")
    self.segmentBytes = segmentBytes
    segments = [LogSegment(capacity: segmentBytes)]
    identities = []
    starts = [1]
    bytes = LogSegment.prefaceBytes
  }

  var tail: Int { segments.count - 1 }

  /// Bytes of records that are their key's newest: what a full compaction would leave.
  var bytesInUse: Int {
    bytes - segments.reduce(0) { $0 + $1.supersededBytes }
  }

  // MARK: Reading

  func record(_ ordinal: UInt64) -> LogRecord? {
    guard let (segment, slot) = place(of: ordinal) else { return nil }
    return segments[segment].record(slot)
  }

  /// The newest record of a key at `revision`, nil where the key was not there; `ordinal` is one
  /// of its records.
  func record(from ordinal: UInt64, at revision: Int64) -> LogRecord? {
    var ordinal = ordinal
    while ordinal != 0, let record = record(ordinal) {
      if record.main <= revision { return record.isTombstone ? nil : record }
      ordinal = record.previous
    }
    return nil
  }

  /// Where the record with this ordinal is.
  private func place(of ordinal: UInt64) -> (segment: Int, slot: Int)? {
    var segment = tail
    if ordinal < starts[segment] {
      segment = partition(segment) { starts[$0] <= ordinal } - 1
      if segment < 0 { return nil }
    }
    guard let slot = segments[segment].slot(of: ordinal) else { return nil }
    return (segment, slot)
  }

  /// The first place at or behind an ordinal; nil behind the last record.
  func place(atOrAfter ordinal: UInt64) -> (segment: Int, slot: Int)? {
    var segment = max(0, partition(segments.count) { starts[$0] <= ordinal } - 1)
    var slot = segments[segment].slot(atOrAfter: ordinal)
    while slot == segments[segment].count {
      if segment == tail { return nil }
      segment += 1
      slot = 0
    }
    return (segment, slot)
  }

  /// The ordinal of the first record whose main revision is not less; `nextOrdinal` for none.
  func ordinal(atOrAfterRevision revision: Int64) -> UInt64 {
    // Only the tail can be empty.
    let filled = segments[tail].isEmpty ? tail : segments.count
    let segment = partition(filled) { segments[$0].lastRevision < revision }
    guard segment < filled else { return nextOrdinal }
    return segments[segment].ordinal(segments[segment].slot(atOrAfterRevision: revision))
  }

  /// The revision that replaced a record, 0 for none.
  func superseded(_ ordinal: UInt64) -> Int64 {
    guard let (segment, slot) = place(of: ordinal) else { return 0 }
    return segments[segment].superseded[slot]
  }

  // MARK: Appending

  /// Appends a change and gives its ordinal.
  mutating func append(_ change: LogChange, wall: WallTime, user: Bytes) -> UInt64 {
    let bodyLength = change.bodyLength
    let length = LogRecord.headerBytes + bodyLength + user.count
    if segments[tail].memory.remaining < length { seal(nextCapacity: length) }
    let ordinal = nextOrdinal
    nextOrdinal += 1
    let memory = segments[tail].memory
    let start = memory.count
    let tombstone = change.put == nil ? LogRecord.tombstoneBit : 0
    memory.append(littleEndian: UInt32(bodyLength))
    memory.append(littleEndian: UInt32(change.key.count))
    memory.append(littleEndian: ordinal)
    memory.append(littleEndian: change.main)
    memory.append(littleEndian: change.previous)
    memory.append(littleEndian: wall.milliseconds)
    memory.append(littleEndian: UInt32(change.sub) | tombstone)
    memory.append(littleEndian: UInt32(user.count))
    change.appendBody(to: memory)
    memory.append(user)
    precondition(memory.count == start + length, "a record has the length that was computed")
    segments[tail].noteAppended(at: start, superseded: 0)
    bytes += length
    supersede(change.previous, by: change.main)
    return ordinal
  }

  mutating func supersede(_ ordinal: UInt64, by revision: Int64) {
    guard ordinal != 0, let (segment, slot) = place(of: ordinal) else { return }
    segments[segment].supersede(slot, by: revision)
  }

  /// Closes the tail and opens a new one with room for a record of `nextCapacity` bytes.
  mutating func seal(nextCapacity: Int = 0) {
    guard !segments[tail].isEmpty else {
      let capacity = max(segmentBytes, LogSegment.prefaceBytes + nextCapacity)
      segments[tail] = LogSegment(capacity: capacity)
      return
    }
    identities.append(segments[tail].seal())
    let capacity = max(segmentBytes, LogSegment.prefaceBytes + nextCapacity)
    segments.append(LogSegment(capacity: capacity))
    starts.append(nextOrdinal)
    bytes += LogSegment.prefaceBytes
  }

  // MARK: Mapped files

  /// Sealed segments whose bytes lie in memory of this process.
  var unmapped: [SegmentID] {
    identities.indices.filter { segments[$0].memory.file == nil }.map { identities[$0] }
  }

  /// Reads a sealed segment from its file from now on; false where it is not this segment's.
  mutating func map(_ position: Int, to file: any MappedFile) -> Bool {
    precondition(position < tail, "the tail is not in a file")
    guard segments[position].memory.holds(file), let memory = SegmentMemory(file) else {
      return false
    }
    segments[position].move(to: memory)
    file.releasePages()
    return true
  }

  /// Mapped pages that were looked at are the system's again.
  func releasePages() {
    for segment in segments { segment.memory.file?.releasePages() }
  }

  // MARK: Replacing

  /// Puts a segment with fewer records in the place of sealed ones; an empty one vanishes.
  mutating func replace(_ range: Range<Int>, by segment: LogSegment) {
    precondition(range.upperBound <= tail, "the tail is not replaced")
    for position in range { bytes -= segments[position].bytes }
    guard !segment.isEmpty else {
      segments.removeSubrange(range)
      identities.removeSubrange(range)
      starts.removeSubrange(range)
      return
    }
    var sealed = segment
    let identity = sealed.seal()
    bytes += sealed.bytes
    segments.replaceSubrange(range, with: CollectionOfOne(sealed))
    identities.replaceSubrange(range, with: CollectionOfOne(identity))
    starts.replaceSubrange(range, with: CollectionOfOne(sealed.firstOrdinal))
  }

  /// Takes over a sealed segment of a checkpoint; the tail is still empty.
  mutating func adopt(_ segment: LogSegment, _ identity: SegmentID) {
    precondition(segments[tail].isEmpty, "sealed segments come before the tail")
    segments.insert(segment, at: tail)
    identities.append(identity)
    starts.insert(segment.firstOrdinal, at: starts.count - 1)
    starts[tail] = segment.lastOrdinal + 1
    bytes += segment.bytes
  }

  /// Takes over the tail of a checkpoint, behind its sealed segments.
  mutating func adopt(tail segment: LogSegment, nextOrdinal next: UInt64) {
    bytes += segment.bytes - segments[tail].bytes
    segments[tail] = segment
    starts[tail] = segment.isEmpty ? next : segment.firstOrdinal
    nextOrdinal = next
  }
}
