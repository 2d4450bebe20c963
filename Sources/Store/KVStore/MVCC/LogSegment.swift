import Base

/// Names a sealed segment by its content, so that equal segments are one file everywhere.
public struct SegmentID: Hashable, Comparable, Sendable {
  /// The main revision of its first record.
  public let firstRevision: Int64
  /// Bytes.
  public let length: UInt64
  /// CRC32C of the whole segment.
  public let checksum: UInt32

  public init(firstRevision: Int64, length: UInt64, checksum: UInt32) {
    self.firstRevision = firstRevision
    self.length = length
    self.checksum = checksum
  }

  public static func < (left: SegmentID, right: SegmentID) -> Bool {
    (left.firstRevision, left.length, left.checksum)
      < (right.firstRevision, right.length, right.checksum)
  }

  /// A file name: three hexadecimal numbers.
  public var fileName: String {
    let parts = [UInt64(bitPattern: firstRevision), length, UInt64(checksum)]
    return parts.map { String($0, radix: 16) }.joined(separator: "-") + ".segment"
  }
}

/// A run of the revision log: consecutive records, and where each starts.
///
/// Format, version 1: magic `KSEG`, version (1 byte), three zero bytes, then records.
struct LogSegment {
  static let magic: UInt32 = 0x4745_534B  // "KSEG"
  static let version: UInt8 = 1
  static let prefaceBytes = 8

  private(set) var memory: SegmentMemory
  /// Where each record starts, in order.
  private(set) var offsets: [UInt32] = []
  /// The records' ordinals where they are not consecutive (after a compaction).
  private var ordinals: [UInt64] = []
  /// The main revision that replaced each record; 0: it is its key's newest.
  private(set) var superseded: [Int64] = []
  private(set) var firstOrdinal: UInt64 = 0
  private(set) var lastOrdinal: UInt64 = 0
  private(set) var firstRevision: Int64 = 0
  private(set) var lastRevision: Int64 = 0
  /// Bytes of records that were replaced.
  private(set) var supersededBytes = 0
  private(set) var tombstoneCount = 0
  private var checksum = CRC32C()
  private var checksummed = 0

  init(capacity: Int) {
    memory = SegmentMemory(capacity: capacity)
    memory.append(littleEndian: LogSegment.magic)
    memory.append(LogSegment.version)
    for _ in 0..<3 { memory.append(0) }
  }

  /// A copy of a whole segment, of which each record is to be noted. A sealed one has its identity
  /// and needs no checksum again.
  init(capacity: Int, copying bytes: Bytes, isSealed: Bool) {
    memory = SegmentMemory(capacity: max(capacity, bytes.count))
    memory.append(bytes)
    if isSealed { checksummed = bytes.count }
  }

  var count: Int { offsets.count }
  var isEmpty: Bool { offsets.isEmpty }
  var bytes: Int { memory.count }

  func record(_ slot: Int) -> LogRecord {
    LogRecord(memory: memory, offset: Int(offsets[slot]))
  }

  func ordinal(_ slot: Int) -> UInt64 {
    ordinals.isEmpty ? firstOrdinal + UInt64(slot) : ordinals[slot]
  }

  /// The slot of the record with this ordinal; nil where a compaction took it.
  func slot(of ordinal: UInt64) -> Int? {
    guard !isEmpty, ordinal >= firstOrdinal, ordinal <= lastOrdinal else { return nil }
    if ordinals.isEmpty { return Int(ordinal - firstOrdinal) }
    let slot = self.slot(atOrAfter: ordinal)
    return slot < count && ordinals[slot] == ordinal ? slot : nil
  }

  /// The first slot whose ordinal is not less; `count` where there is none.
  func slot(atOrAfter ordinal: UInt64) -> Int {
    if ordinals.isEmpty {
      return ordinal <= firstOrdinal ? 0 : min(count, Int(clamping: ordinal - firstOrdinal))
    }
    return partition(count) { ordinals[$0] < ordinal }
  }

  /// The first slot whose main revision is not less; `count` where there is none.
  func slot(atOrAfterRevision revision: Int64) -> Int {
    partition(count) { record($0).main < revision }
  }

  mutating func supersede(_ slot: Int, by revision: Int64) {
    if superseded[slot] == 0 { supersededBytes += record(slot).length }
    superseded[slot] = revision
  }

  /// Notes a record that was just written behind the others.
  mutating func noteAppended(at offset: Int, superseded replaced: Int64) {
    let record = LogRecord(memory: memory, offset: offset)
    let ordinal = record.ordinal
    if isEmpty {
      firstOrdinal = ordinal
      firstRevision = record.main
    } else {
      precondition(ordinal > lastOrdinal, "records are in the order of their ordinals")
      if ordinals.isEmpty && ordinal != lastOrdinal + 1 {
        ordinals = (0..<count).map { firstOrdinal + UInt64($0) }
        ordinals.append(ordinal)
      } else if !ordinals.isEmpty {
        ordinals.append(ordinal)
      }
    }
    lastOrdinal = ordinal
    lastRevision = record.main
    offsets.append(UInt32(offset))
    superseded.append(replaced)
    if replaced != 0 { supersededBytes += record.length }
    if record.isTombstone { tombstoneCount += 1 }
    // In steps, so that sealing a segment does not stall.
    if memory.count - checksummed >= 1 << 16 { updateChecksum() }
  }

  /// The identity of a segment that will not change any more.
  mutating func seal() -> SegmentID {
    updateChecksum()
    return SegmentID(
      firstRevision: firstRevision, length: UInt64(memory.count), checksum: checksum.value)
  }

  /// The same bytes, from now on in a file.
  mutating func move(to file: SegmentMemory) {
    precondition(file.count == memory.count, "a segment's file has all of its bytes")
    memory = file
  }

  private mutating func updateChecksum() {
    memory.update(&checksum, with: checksummed..<memory.count)
    checksummed = memory.count
  }

  /// Copies a record of another segment behind the others.
  mutating func copy(_ slot: Int, of other: LogSegment) {
    let start = memory.count
    memory.append(other.record(slot).range, of: other.memory)
    noteAppended(at: start, superseded: other.superseded[slot])
  }
}

/// The first index in 0..<count for which `isBefore` is false; it is true exactly before it.
func partition(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
  var low = 0
  var high = count
  while low < high {
    let middle = (low + high) >> 1
    if isBefore(middle) { low = middle + 1 } else { high = middle }
  }
  return low
}
