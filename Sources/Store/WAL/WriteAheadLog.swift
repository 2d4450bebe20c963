public import Base
public import Raft

/// The write-ahead log of one member, as a value: store requests in, disk operations out.
///
/// Requests gather while a write is under way; `flush` makes of all that waits one batch, which is
/// one write and one sync (group commit). At most one flush is outstanding. Each batch names the
/// place up to which the log was durable before it, so recovery can tell a torn tail, which it
/// truncates, from corruption, which it reports.
///
///     gathering --flush--> writing --completed--> gathering
///                             \-----failed-----> poisoned
public struct WriteAheadLog: Sendable {
  public struct Configuration: Sendable {
    public var folder: FilePath
    /// Length of a segment file in bytes: whole sectors. Segments that exist keep theirs.
    public var segmentBytes: Int
    /// A flush gathers records up to this many bytes, but at least one.
    public var batchBytesMax: Int
    /// Segments kept for use again; more are removed.
    public var sparesMax: Int
    /// A new spare is filled by so many bytes at a time.
    public var spareStepBytes: Int

    public init(
      folder: FilePath = "wal", segmentBytes: Int = 16 << 20, batchBytesMax: Int = 4 << 20,
      sparesMax: Int = 6, spareStepBytes: Int = 1 << 20
    ) {
      precondition(segmentBytes % WALSegment.sectorBytes == 0, "segments are whole sectors")
      precondition(segmentBytes >= 4 * WALSegment.sectorBytes, "a segment holds some batches")
      self.folder = folder
      self.segmentBytes = segmentBytes
      self.batchBytesMax = batchBytesMax
      self.sparesMax = sparesMax
      self.spareStepBytes = spareStepBytes
    }

    /// The longest payload that one entry of this log can have.
    public var entryBytesMax: Int {
      segmentBytes - WALSegment.sectorBytes - WALBatchHeader.bytes - WALRecord.headerBytes
    }
  }

  /// A segment file in use.
  struct Segment: Sendable {
    let generation: UInt64
    let bytes: Int
    /// The highest index of its entries; zero where it holds none.
    var lastIndex: LogIndex
  }

  /// A spare that is being filled with zeros.
  private struct Preparing: Sendable {
    let number: UInt64
    var bytes = 0
    var isUnderWay = false
  }

  private enum Item: Sendable {
    case record(WALRecord)
    /// All records of this request stand before it.
    case end(StoreSequence)
  }

  private enum Phase: Sendable {
    case gathering
    /// What holds once the write is durable.
    case writing(end: WALPosition, sequence: StoreSequence?)
    case poisoned
  }

  public let configuration: Configuration
  /// The last hard state that was flushed.
  public private(set) var hardState: HardState
  /// The last entry that was flushed, or the one that the log follows.
  public private(set) var last: EntryID
  /// Everything before this is durable.
  public private(set) var durable: WALPosition
  /// Bytes of the batches flushed since the log was opened, with their padding.
  public private(set) var flushedBytes: UInt64 = 0
  private var phase = Phase.gathering
  private var waiting = Deque<Item>()
  /// Where the next batch goes, if it fits.
  private var end: WALPosition
  private var chain: UInt32
  private let salt: UInt64
  /// Oldest first; batches go to the last one.
  private var segments: [Segment]
  private var spares: [UInt64] = []
  private var preparing: Preparing?
  private var spareNext: UInt64 = 0

  /// A log that stands at `end`, as creation or recovery left it.
  init(
    configuration: Configuration, salt: UInt64, segments: [Segment], end: WALPosition,
    chain: UInt32, hardState: HardState, last: EntryID
  ) {
    self.configuration = configuration
    self.salt = salt
    self.segments = segments
    self.end = end
    self.chain = chain
    self.hardState = hardState
    self.last = last
    durable = end
  }

  /// A new, empty log and what makes it durable; the folder holds none yet.
  /// `salt`: a random number that clients cannot know.
  public static func create(
    _ configuration: Configuration, salt: UInt64
  ) -> (log: WriteAheadLog, operations: [DiskOperation]) {
    let header = WALSegmentHeader(
      salt: salt, generation: 1, segmentBytes: UInt64(configuration.segmentBytes), durable: .zero,
      chain: 0, hardState: HardState(), last: .zero)
    var buffer = ByteBuffer(capacity: WALSegment.sectorBytes)
    header.encode(into: &buffer)
    let file = WALSegment.file(1, in: configuration.folder)
    let log = WriteAheadLog(
      configuration: configuration, salt: salt,
      segments: [
        Segment(generation: 1, bytes: configuration.segmentBytes, lastIndex: .zero)
      ],
      end: WALPosition(generation: 1, offset: UInt64(WALSegment.sectorBytes)), chain: 0,
      hardState: HardState(), last: .zero)
    return (
      log,
      [
        .makeFolder(configuration.folder),
        .create(file, size: configuration.segmentBytes),
        .write(file, offset: 0, buffer.take()),
        .sync(file),
        .syncFolder(configuration.folder),
        .syncFolder(configuration.folder.folder),
      ]
    )
  }

  // MARK: - Appending

  /// Something waits for a flush.
  public var hasWaiting: Bool { !waiting.isEmpty }

  public var isWriting: Bool {
    if case .writing = phase { return true }
    return false
  }

  /// Takes a request into the next flush.
  public mutating func append(_ request: StoreRequest) {
    if let state = request.hardState {
      waiting.append(.record(.hardState(state)))
    }
    for entry in request.entries {
      precondition(entry.payload.count <= configuration.entryBytesMax, "an entry fits a segment")
      waiting.append(.record(.entry(entry)))
    }
    waiting.append(.end(request.sequence))
  }

  /// Says that a durable snapshot took the place of the log up to `id`: what follows continues
  /// there.
  public mutating func reset(to id: EntryID) {
    waiting.append(.record(.reset(id)))
  }

  /// The operations that make the oldest of what waits durable; nil where nothing waits.
  /// Answer `completed` or `failed` before the next flush.
  public mutating func flush() throws(WALError) -> [DiskOperation]? {
    switch phase {
    case .poisoned: throw .poisoned
    case .writing: preconditionFailure("one flush at a time")
    case .gathering: break
    }
    guard !waiting.isEmpty else { return nil }
    let (records, sequence) = takeBatch()
    guard !records.isEmpty else {
      phase = .writing(end: end, sequence: sequence)
      return []
    }
    let bodyBytes = records.reduce(0) { $0 + $1.size }
    let batchBytes = WALSegment.sectors(WALBatchHeader.bytes + bodyBytes)
    var operations: [DiskOperation] = []
    var buffer = ByteBuffer(capacity: batchBytes + WALSegment.sectorBytes)
    let isRoll = Int(end.offset) + batchBytes > segments[segments.count - 1].bytes
    var writeOffset = end.offset
    if isRoll {
      startSegment(into: &buffer, &operations)
      writeOffset = 0
    }
    encode(records, bodyBytes: bodyBytes, into: &buffer)
    let file = WALSegment.file(end.generation, in: configuration.folder)
    operations.append(.write(file, offset: writeOffset, buffer.take()))
    operations.append(.sync(file))
    if isRoll { operations.append(.syncFolder(configuration.folder)) }
    flushedBytes += UInt64(batchBytes)
    let batchEnd = WALPosition(
      generation: end.generation, offset: end.offset + UInt64(batchBytes))
    end = batchEnd
    phase = .writing(end: batchEnd, sequence: sequence)
    return operations
  }

  /// The outstanding flush is durable. The last request that is so now; nil where none ended in it.
  public mutating func completed() -> StoreSequence? {
    guard case .writing(let end, let sequence) = phase else {
      preconditionFailure("no flush is outstanding")
    }
    durable = end
    phase = .gathering
    return sequence
  }

  /// The outstanding flush failed: what is durable is unknown from now on, so nothing is written
  /// any more.
  public mutating func failed() {
    phase = .poisoned
  }

  private mutating func takeBatch() -> (records: [WALRecord], sequence: StoreSequence?) {
    let capacity = configuration.entryBytesMax + WALRecord.headerBytes
    let bytesMax = min(configuration.batchBytesMax, capacity)
    var records: [WALRecord] = []
    var sequence: StoreSequence?
    var bytes = 0
    while let item = waiting.first {
      switch item {
      case .record(let record):
        if !records.isEmpty, bytes + record.size > bytesMax { return (records, sequence) }
        bytes += record.size
        records.append(record)
      case .end(let ended):
        sequence = ended
      }
      _ = waiting.popFirst()
    }
    return (records, sequence)
  }

  /// Begins the next generation in a spare file, or in a new one.
  private mutating func startSegment(
    into buffer: inout ByteBuffer, _ operations: inout [DiskOperation]
  ) {
    let generation = end.generation + 1
    let file = WALSegment.file(generation, in: configuration.folder)
    if let spare = spares.popLast() {
      operations.append(.rename(WALSegment.spare(spare, in: configuration.folder), to: file))
    } else {
      operations.append(.create(file, size: configuration.segmentBytes))
    }
    let header = WALSegmentHeader(
      salt: salt, generation: generation, segmentBytes: UInt64(configuration.segmentBytes),
      durable: durable, chain: chain, hardState: hardState, last: last)
    header.encode(into: &buffer)
    segments.append(
      Segment(generation: generation, bytes: configuration.segmentBytes, lastIndex: .zero))
    end = WALPosition(generation: generation, offset: UInt64(WALSegment.sectorBytes))
  }

  /// Writes the batch at `end`.
  private mutating func encode(
    _ records: [WALRecord], bodyBytes: Int, into buffer: inout ByteBuffer
  ) {
    let header = WALBatchHeader(
      salt: salt, generation: end.generation, offset: end.offset, durable: durable,
      bodyBytes: UInt32(bodyBytes), records: UInt32(records.count), chain: chain)
    let start = buffer.count
    header.encode(into: &buffer)
    for record in records {
      chain = record.encode(
        into: &buffer, generation: end.generation, last: last.index, chain: chain)
      note(record)
    }
    let written = buffer.count - start
    buffer.write(zeros: WALSegment.sectors(written) - written)
  }

  private mutating func note(_ record: WALRecord) {
    switch record {
    case .hardState(let state):
      hardState = state
    case .entry(let entry):
      last = entry.id
      let current = segments.count - 1
      segments[current].lastIndex = max(segments[current].lastIndex, entry.index)
    case .reset(let id):
      last = id
      for position in segments.indices { segments[position].lastIndex = .zero }
    }
  }

  // MARK: - Segments

  /// Segment files that hold the log.
  public var segmentCount: Int { segments.count }

  /// What takes segments out of the log whose entries the owner can do without: those up to
  /// `index`. They become spares. Safe to lose: recovery needs none of them.
  public mutating func release(through index: LogIndex) -> [DiskOperation] {
    var operations: [DiskOperation] = []
    while segments.count > 1, segments[0].lastIndex <= index {
      let segment = segments.removeFirst()
      let file = WALSegment.file(segment.generation, in: configuration.folder)
      if spares.count < configuration.sparesMax, segment.bytes == configuration.segmentBytes {
        operations.append(
          .rename(file, to: WALSegment.spare(spareNext, in: configuration.folder)))
        spares.append(spareNext)
        spareNext += 1
      } else {
        operations.append(.remove(file))
      }
    }
    if !operations.isEmpty { operations.append(.syncFolder(configuration.folder)) }
    return operations
  }

  /// What makes a spare segment before the current one is full, piece by piece, so that no write
  /// waits for a whole one; nil while none is needed or a piece is under way. Answer
  /// `sparePrepared`.
  public mutating func prepareSpare() -> [DiskOperation]? {
    if preparing == nil {
      guard spares.isEmpty, Int(end.offset) * 2 > segments[segments.count - 1].bytes else {
        return nil
      }
      preparing = Preparing(number: spareNext)
      spareNext += 1
    }
    guard var piece = preparing, !piece.isUnderWay else { return nil }
    let file = WALSegment.spare(piece.number, in: configuration.folder)
    let bytes = min(configuration.spareStepBytes, configuration.segmentBytes - piece.bytes)
    var operations: [DiskOperation] = []
    if piece.bytes == 0 {
      operations.append(.create(file, size: bytes))
    } else {
      let zeros = Bytes([UInt8](repeating: 0, count: bytes))
      operations.append(.write(file, offset: UInt64(piece.bytes), zeros))
    }
    operations.append(.sync(file))
    piece.bytes += bytes
    if piece.bytes == configuration.segmentBytes {
      operations.append(.syncFolder(configuration.folder))
    }
    piece.isUnderWay = true
    preparing = piece
    return operations
  }

  /// The piece that `prepareSpare` asked for is written.
  public mutating func sparePrepared() {
    guard var piece = preparing, piece.isUnderWay else {
      preconditionFailure("no piece of a spare is under way")
    }
    piece.isUnderWay = false
    preparing = piece
    if piece.bytes == configuration.segmentBytes {
      preparing = nil
      spares.append(piece.number)
    }
  }
}
