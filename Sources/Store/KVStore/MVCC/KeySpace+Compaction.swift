import Base
import EtcdAPI

/// A physical compaction that is under way, segment by segment in the order of the log.
///
/// Each goes through three steps, all of them in slices: what is kept is copied to a new segment;
/// the new one takes the old one's place; keys whose last record was a deletion leave the index.
struct CompactionProgress {
  let target: Int64
  /// The first ordinal of the next segment to look at.
  var next: UInt64 = 0
  var rewrite: Rewrite?
  var cleanup: Cleanup?

  /// A copy in the making, of one segment or of two small neighbours.
  struct Rewrite {
    /// Where the old ones are: the log's sealed segments do not move while one is rewritten.
    let positions: Range<Int>
    var segment: LogSegment
    /// What was copied, by old segment and slot, and what comes next.
    var kept: [(position: Int, slot: Int)] = []
    var position: Int
    var slot = 0
    var deleted: [(position: Int, slot: Int)] = []
  }

  /// Deletions that are gone from the log and not yet from the index, in segments that are kept for
  /// their keys only.
  struct Cleanup {
    let records: [LogRecord]
    var done = 0
  }
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

  /// Whether a compaction has not yet given back all that it can.
  public var hasCompactionBegun: Bool { compaction != nil }

  /// Whether `compactSlice` can do something now. It waits for `pumpWatches` to tell synced watches
  /// of what it would remove, and for ranges that are being read at older revisions.
  public var isCompacting: Bool {
    guard let compaction else { return false }
    let isTold = hub.position >= compaction.target || hub.count == 0
    return isTold && pins.allSatisfy { $0 >= compaction.target }
  }

  /// Removes what the last compaction left behind, looking at about `bytesMax` bytes. Changes
  /// nothing that a read, a watch or a hash can see.
  public mutating func compactSlice(bytesMax: Int) {
    var left = bytesMax
    guard isCompacting, var progress = compaction else { return }
    compaction = nil
    while left > 0 {
      if progress.cleanup != nil {
        cleanIndex(&progress, &left)
      } else if progress.rewrite != nil {
        copyKept(&progress, &left)
      } else if !beginSegment(&progress) {
        return
      }
    }
    compaction = progress
  }

  /// Chooses the next segment that has something to lose; false: there is none.
  private func beginSegment(_ progress: inout CompactionProgress) -> Bool {
    var position = partition(log.tail) { log.segments[$0].firstOrdinal < progress.next }
    while position < log.tail, log.segments[position].firstRevision < progress.target,
      log.segments[position].supersededBytes == 0, log.segments[position].tombstoneCount == 0
    {
      position += 1
    }
    guard position < log.tail, log.segments[position].firstRevision < progress.target else {
      return false
    }
    progress.next = log.segments[position].lastOrdinal + 1
    // Small neighbours become one segment, so that their number follows the data.
    let isSmall = position > 0 && log.segments[position - 1].bytes < log.segmentBytes / 4
    let positions = (isSmall ? position - 1 : position)..<position + 1
    let capacity = positions.reduce(0) { $0 + log.segments[$1].bytes }
    progress.rewrite = CompactionProgress.Rewrite(
      positions: positions, segment: LogSegment(capacity: capacity),
      position: positions.lowerBound)
    return true
  }

  private mutating func copyKept(_ progress: inout CompactionProgress, _ left: inout Int) {
    guard var rewrite = progress.rewrite else { return }
    progress.rewrite = nil
    while left > 0, rewrite.position < rewrite.positions.upperBound {
      let source = log.segments[rewrite.position]
      while left > 0, rewrite.slot < source.count {
        let record = source.record(rewrite.slot)
        let replaced = source.superseded[rewrite.slot]
        left -= record.length
        let isKept =
          record.main >= progress.target
          || !record.isTombstone && (replaced == 0 || replaced > progress.target)
        if isKept {
          rewrite.segment.copy(rewrite.slot, of: source)
          rewrite.kept.append((rewrite.position, rewrite.slot))
        } else if replaced == 0 {
          rewrite.deleted.append((rewrite.position, rewrite.slot))
        }
        rewrite.slot += 1
      }
      if rewrite.slot == source.count {
        rewrite.position += 1
        rewrite.slot = 0
      }
    }
    guard rewrite.position == rewrite.positions.upperBound else {
      progress.rewrite = rewrite
      return
    }
    install(&rewrite, &progress)
  }

  /// Puts the copy in the place of the old segments.
  private mutating func install(
    _ rewrite: inout CompactionProgress.Rewrite, _ progress: inout CompactionProgress
  ) {
    let total = rewrite.positions.reduce(0) { $0 + log.segments[$1].count }
    if rewrite.kept.count == total && rewrite.positions.count == 1 { return }
    // Records that were replaced since they were copied.
    for (slot, old) in rewrite.kept.enumerated() {
      let replaced = log.segments[old.position].superseded[old.slot]
      if replaced != rewrite.segment.superseded[slot] {
        rewrite.segment.supersede(slot, by: replaced)
      }
    }
    let deleted = rewrite.deleted.map { log.segments[$0.position].record($0.slot) }
    log.replace(rewrite.positions, by: rewrite.segment)
    if !deleted.isEmpty { progress.cleanup = CompactionProgress.Cleanup(records: deleted) }
  }

  private mutating func cleanIndex(_ progress: inout CompactionProgress, _ left: inout Int) {
    guard var cleanup = progress.cleanup else { return }
    while left > 0, cleanup.done < cleanup.records.count {
      let record = cleanup.records[cleanup.done]
      cleanup.done += 1
      // Finding and removing costs about as much as copying this many bytes.
      left -= 1024
      let key = record.key
      // A key that was put again since stays.
      if tree.find(key) == record.ordinal | KeyTree.uncounted { _ = tree.remove(key) }
    }
    progress.cleanup = cleanup.done < cleanup.records.count ? cleanup : nil
  }
}
