import Base
import EtcdAPI

/// A physical compaction that is under way: segments before `next` are done.
struct CompactionProgress {
  let target: Int64
  /// The first ordinal of the next segment to look at.
  var next: UInt64 = 0
}

extension KeySpace {
  /// Compacts logically at once; the memory comes back in slices.
  mutating func applyCompact(
    _ command: Command, _ writer: inout AnswerWriter
  ) throws(KVError) {
    let request: CompactionRequest = try RequestCheck.decode(command.body)
    try authorize(.administrator, command.identity)
    try refuseWhenCorrupt()
    if request.revision <= compacted { throw .compacted }
    if request.revision > revision { throw .futureRevision }
    compacted = request.revision
    let tail = log.segments[log.tail]
    if tail.supersededBytes > tail.bytes / 2 { log.seal() }
    compaction = CompactionProgress(target: request.revision)
    writer.writeHeader(revision)
  }

  /// Whether `compactSlice` can do something now. It waits for `pumpWatches` to tell synced watches
  /// of what it would remove, and for ranges that are being read at older revisions.
  public var isCompacting: Bool {
    guard let compaction else { return false }
    let isTold = hub.position >= compaction.target || hub.count == 0
    return isTold && pins.allSatisfy { $0 >= compaction.target }
  }

  /// Removes what the last compaction left behind, over segments of about `bytesMax` bytes, at least
  /// one. Changes nothing that a read, a watch or a hash can see.
  public mutating func compactSlice(bytesMax: Int) {
    var left = bytesMax
    while left > 0, isCompacting, let progress = compaction {
      let position = partition(log.tail) { log.segments[$0].firstOrdinal < progress.next }
      guard position < log.tail, log.segments[position].firstRevision < progress.target else {
        compaction = nil
        return
      }
      compaction?.next = log.segments[position].lastOrdinal + 1
      left -= log.segments[position].bytes
      compactSegment(position, to: progress.target)
    }
  }

  private mutating func compactSegment(_ position: Int, to target: Int64) {
    let segment = log.segments[position]
    var kept: [Int] = []
    var keptBytes = 0
    for slot in 0..<segment.count {
      let record = segment.record(slot)
      let replaced = segment.superseded[slot]
      let isKept =
        record.main >= target || !record.isTombstone && (replaced == 0 || replaced > target)
      if isKept {
        kept.append(slot)
        keptBytes += record.length
      } else if replaced == 0 {
        // A deletion that nothing followed: the key leaves the index.
        _ = tree.remove(record.key)
      }
    }
    if kept.count == segment.count { return }
    // Small neighbours become one segment, so that their number follows the data.
    let before = position > 0 ? log.segments[position - 1] : nil
    let merges = before.map { $0.bytes + keptBytes <= log.segmentBytes } ?? false
    var capacity = LogSegment.prefaceBytes + keptBytes
    if merges, let before { capacity += before.bytes }
    var rewritten = LogSegment(capacity: capacity)
    if merges, let before {
      for slot in 0..<before.count { rewritten.copy(slot, of: before) }
    }
    for slot in kept { rewritten.copy(slot, of: segment) }
    log.replace((merges ? position - 1 : position)..<position + 1, by: rewritten)
  }
}
