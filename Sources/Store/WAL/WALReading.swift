import Base
import Raft

/// One pass over the segments: finds where the log ends, whether that end is a torn tail, and what
/// the log says.
struct WALReading {
  let folder: FilePath
  let floor: WALPosition
  /// Names in the folder.
  var files: [String] = []
  private(set) var salt: UInt64 = 0
  private(set) var segments: [WriteAheadLog.Segment] = []
  private(set) var end = WALPosition.zero
  private(set) var chain: UInt32 = 0
  private(set) var torn: WALPosition?
  var replay: WALReplay
  /// Segment files behind the end, and in front of a gap that needs none of them.
  private var surplus: [UInt64] = []
  /// Byte runs of the last segment that are not zero and lie behind the end.
  private var dirty: [Range<Int>] = []

  init(folder: FilePath, checkpoint: EntryID, floor: WALPosition) {
    self.folder = folder
    self.floor = floor
    replay = WALReplay(checkpoint: checkpoint)
  }

  private func file(_ generation: UInt64) -> FilePath { WALSegment.file(generation, in: folder) }

  mutating func read(_ disk: any Disk) throws(WALError) {
    let found = files.compactMap { WALSegment.number($0, suffix: ".wal") }.sorted()
    guard !found.isEmpty else { throw .missing(folder: folder) }
    // The newest run without a gap; what is before it must not be needed.
    var first = found.count - 1
    while first > 0, found[first - 1] + 1 == found[first] { first -= 1 }
    surplus = Array(found[..<first])
    let run = Array(found[first...])
    var bytes = try load(run[0], disk)
    let header = try openFirst(run[0], bytes)
    if header.last.index > replay.checkpoint.index {
      guard surplus.isEmpty else {
        throw .corrupt(file: file(run[0] - 1), offset: 0, .missingSegment)
      }
      throw .corrupt(file: file(run[0]), offset: 0, .gap)
    }
    for position in run.indices {
      try scan(bytes)
      guard position + 1 < run.count else { break }
      let next = try load(run[position + 1], disk)
      guard try enter(run[position + 1], next) else {
        try cut(bytes, behind: Array(run[(position + 1)...]), disk)
        return
      }
      bytes = next
    }
    try cut(bytes, behind: [], disk)
  }

  /// The segment's bytes: fewer than its size where the file was cut.
  private func load(_ generation: UInt64, _ disk: any Disk) throws(WALError) -> Bytes {
    do throws(DiskError) {
      let size = try disk.size(file(generation))
      return try disk.read(file(generation), offset: 0, count: Int(clamping: size))
    } catch {
      throw .disk(error)
    }
  }

  private func header(_ generation: UInt64, _ bytes: Bytes) throws(WALError) -> WALSegmentHeader? {
    switch WALSegmentHeader.decode(bytes.prefix(WALSegment.sectorBytes)) {
    case .header(let header): return header.generation == generation ? header : nil
    case .damaged: return nil
    case .unknownVersion(let version):
      throw .unknownVersion(file: file(generation), version: version)
    }
  }

  private mutating func openFirst(
    _ generation: UInt64, _ bytes: Bytes
  ) throws(WALError) -> WALSegmentHeader {
    guard let header = try header(generation, bytes) else {
      throw .corrupt(file: file(generation), offset: 0, .segmentHeader)
    }
    salt = header.salt
    begin(header)
    replay.begin(header)
    return header
  }

  private mutating func begin(_ header: WALSegmentHeader) {
    segments.append(
      WriteAheadLog.Segment(
        generation: header.generation, bytes: Int(clamping: header.segmentBytes),
        lastIndex: .zero))
    chain = header.chain
    end = WALPosition(
      generation: header.generation, offset: UInt64(WALSegment.sectorBytes))
  }

  /// Goes on in the next segment if the log does; false where it ends before.
  private mutating func enter(_ generation: UInt64, _ bytes: Bytes) throws(WALError) -> Bool {
    guard let header = try header(generation, bytes), header.salt == salt else { return false }
    // Damage in this segment, unless the next one's header is what was damaged.
    guard header.durable <= end else { return false }
    guard header.durable == end, header.chain == chain else {
      throw .corrupt(file: file(generation), offset: 0, .segmentHeader)
    }
    begin(header)
    return true
  }

  /// Takes every batch of the current segment up to the first that fails its checks.
  private mutating func scan(_ bytes: Bytes) throws(WALError) {
    while let batch = batch(in: bytes) {
      for record in batch.records {
        guard replay.apply(record) else {
          throw .corrupt(file: file(end.generation), offset: end.offset, .gap)
        }
        note(record)
      }
      chain = batch.chain
      end = WALPosition(
        generation: end.generation, offset: end.offset + UInt64(batch.bytes))
    }
  }

  private mutating func note(_ record: WALRecord) {
    switch record {
    case .hardState: break
    case .entry(let entry):
      let current = segments.count - 1
      segments[current].lastIndex = max(segments[current].lastIndex, entry.index)
    case .reset:
      for position in segments.indices { segments[position].lastIndex = .zero }
    }
  }

  /// The whole and valid batch at `end`; nil where there is none.
  private func batch(in bytes: Bytes) -> (records: [WALRecord], bytes: Int, chain: UInt32)? {
    let offset = Int(end.offset)
    guard
      let header = WALBatchHeader.decode(
        bytes, at: offset, generation: end.generation, salt: salt),
      header.offset == end.offset, header.chain == chain
    else { return nil }
    let body = offset + WALBatchHeader.bytes
    guard Int(header.bodyBytes) <= bytes.count - body else { return nil }
    var reader = ByteReader(bytes[body..<body + Int(header.bodyBytes)])
    var records: [WALRecord] = []
    var chain = chain
    for _ in 0..<header.records {
      guard
        let next = WALRecord.decode(from: &reader, generation: end.generation, chain: chain)
      else { return nil }
      records.append(next.record)
      chain = next.chain
    }
    guard reader.isAtEnd else { return nil }
    let size = WALSegment.sectors(WALBatchHeader.bytes + Int(header.bodyBytes))
    return (records, size, chain)
  }

  // MARK: - The end of the log

  /// Ends the log at `end`, unless something says that more of it was durable.
  private mutating func cut(
    _ bytes: Bytes, behind: [UInt64], _ disk: any Disk
  ) throws(WALError) {
    var evidence = Evidence(durable: floor)
    evidence.look(at: bytes, from: Int(end.offset), generation: end.generation, salt: salt)
    // Nothing of this segment is left behind the end: then the next one's header is what is
    // damaged.
    var isNextHeaderDamaged = false
    for generation in behind {
      let bytes = try load(generation, disk)
      if let header = try header(generation, bytes), header.salt == salt {
        evidence.note(header.durable)
      } else if generation == end.generation + 1, !evidence.isTorn {
        isNextHeaderDamaged = true
      }
      evidence.look(at: bytes, from: 0, generation: generation, salt: salt)
    }
    guard evidence.durable <= end else {
      if isNextHeaderDamaged {
        throw .corrupt(file: file(end.generation + 1), offset: 0, .segmentHeader)
      }
      throw .corrupt(file: file(end.generation), offset: end.offset, .batch)
    }
    surplus += behind
    torn = evidence.isTorn || !behind.isEmpty ? end : nil
    findDirty(bytes)
  }

  /// What the remains behind the end say about what was durable once.
  private struct Evidence {
    var durable: WALPosition
    var isTorn = false

    mutating func note(_ position: WALPosition) {
      durable = max(durable, position)
      isTorn = true
    }

    mutating func look(at bytes: Bytes, from offset: Int, generation: UInt64, salt: UInt64) {
      var offset = offset
      while offset < bytes.count {
        if let header = WALBatchHeader.decode(
          bytes, at: offset, generation: generation, salt: salt)
        {
          note(header.durable)
        }
        offset += WALSegment.sectorBytes
      }
    }
  }

  private mutating func findDirty(_ bytes: Bytes) {
    let size = segments[segments.count - 1].bytes
    let zeros = Bytes([UInt8](repeating: 0, count: WALSegment.sectorBytes))
    var offset = Int(end.offset)
    while offset < size {
      let next = min(offset + WALSegment.sectorBytes, size)
      let isClean = next <= bytes.count && bytes[offset..<next] == zeros[0..<next - offset]
      if !isClean {
        if let run = dirty.last, run.upperBound == offset, run.count < 1 << 20 {
          dirty[dirty.count - 1] = run.lowerBound..<next
        } else {
          dirty.append(offset..<next)
        }
      }
      offset = next
    }
  }

  /// Makes what was read durable (the process may have ended between a write and its sync), blots
  /// out what lies behind the end, and removes what must not be met again: a spare may hold batches
  /// of the very generation that comes next.
  func repairs() -> [DiskOperation] {
    let last = file(end.generation)
    var operations = dirty.map { run in
      DiskOperation.write(
        last, offset: UInt64(run.lowerBound), Bytes([UInt8](repeating: 0, count: run.count)))
    }
    operations.append(.sync(last))
    operations += surplus.map { .remove(file($0)) }
    operations += files.filter { WALSegment.number($0, suffix: ".spare") != nil }
      .map { .remove(FilePath("\(folder.text)/\($0)")) }
    operations.append(.syncFolder(folder))
    return operations
  }
}

/// What the log says, record by record.
struct WALReplay {
  let checkpoint: EntryID
  private(set) var hardState = HardState()
  /// The last entry, or the one that the log follows.
  private(set) var last = EntryID.zero
  /// Entries behind the checkpoint.
  private var entries: [Entry] = []
  /// The term of the log's own entry at the checkpoint's index, where it has one.
  private var termAtCheckpoint: Term?

  init(checkpoint: EntryID) {
    self.checkpoint = checkpoint
  }

  mutating func begin(_ header: WALSegmentHeader) {
    hardState = header.hardState
    stand(at: header.last)
  }

  private mutating func stand(at id: EntryID) {
    last = id
    if id.index == checkpoint.index {
      termAtCheckpoint = id.term
    } else if id.index < checkpoint.index {
      termAtCheckpoint = nil
    }
  }

  /// False where entries are missing before this record.
  mutating func apply(_ record: WALRecord) -> Bool {
    switch record {
    case .hardState(let state):
      hardState = state
    case .entry(let entry):
      guard entry.index > .zero, entry.index.value - 1 <= last.index.value else { return false }
      if entry.index <= checkpoint.index {
        entries.removeAll()
      } else {
        while let later = entries.last, later.index >= entry.index { entries.removeLast() }
        entries.append(entry)
      }
      stand(at: entry.id)
    case .reset(let id):
      // The snapshot was durable before this record: an older checkpoint lacks what it held.
      guard id.index <= checkpoint.index else { return false }
      entries.removeAll()
      stand(at: id)
    }
    return true
  }

  /// The log does not lead to the checkpoint: a snapshot was installed, and the crash came before
  /// the record that says so.
  var needsReset: Bool { termAtCheckpoint != checkpoint.term || last.index < checkpoint.index }

  /// Entries behind the checkpoint that follow it.
  mutating func finish() -> [Entry] {
    needsReset ? [] : entries
  }
}
