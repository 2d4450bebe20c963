import Base
import Raft
import Testing
import WAL

let smallSegments = WriteAheadLog.Configuration(
  segmentBytes: 8192, batchBytesMax: 4096, sparesMax: 2, spareStepBytes: 3000)

func entry(_ index: UInt64, term: UInt64 = 1, bytes: Int = 40) -> Entry {
  var random = PRNG(seed: index &* 1_000_003 &+ term)
  return Entry(
    id: EntryID(term: Term(term), index: LogIndex(index)), kind: .command,
    payload: Bytes((0..<bytes).map { _ in UInt8(truncatingIfNeeded: random.next()) }))
}

/// A log on a disk, driven as the member drives it.
struct DrivenLog {
  let disk: CrashDisk
  var log: WriteAheadLog
  private var sequence = StoreSequence.zero

  init(_ configuration: WriteAheadLog.Configuration = smallSegments) throws {
    disk = CrashDisk()
    let created = WriteAheadLog.create(configuration, salt: 0x5EED)
    try disk.perform(created.operations)
    log = created.log
  }

  mutating func append(_ entries: [Entry], _ hardState: HardState? = nil) {
    sequence = sequence.next
    log.append(StoreRequest(sequence: sequence, hardState: hardState, entries: entries))
  }

  /// Makes durable all that waits.
  mutating func flush() throws {
    while let operations = try log.flush() {
      try disk.perform(operations)
      _ = log.completed()
    }
  }

  mutating func write(_ entries: [Entry], _ hardState: HardState? = nil) throws {
    append(entries, hardState)
    try flush()
  }

  func recover(_ checkpoint: EntryID = .zero, floor: WALPosition = .zero) throws -> WALRecovery {
    try WriteAheadLog.recover(log.configuration, from: disk, checkpoint: checkpoint, floor: floor)
  }
}

@Suite struct `The write-ahead log` {
  @Test func `gives back the hard state and the entries`() throws {
    var driven = try DrivenLog()
    let state = HardState(term: Term(3), vote: NodeID(7))
    try driven.write((1...5).map { entry($0) }, state)
    try driven.write([entry(6, term: 3)])
    let recovery = try driven.recover()
    #expect(recovery.hardState == state)
    #expect(recovery.entries == (1...5).map { entry($0) } + [entry(6, term: 3)])
    #expect(recovery.torn == nil)
    #expect(recovery.log.last == EntryID(term: Term(3), index: LogIndex(6)))
  }

  @Test func `gathers what waits into one write and one sync`() throws {
    var driven = try DrivenLog()
    for index in 1...4 { driven.append([entry(UInt64(index))]) }
    let flushed = try driven.log.flush()
    let operations = try #require(flushed)
    #expect(operations.count == 2)
    #expect(operations.last == .sync("wal/0000000000000001.wal"))
    let confirmed = driven.log.completed()
    #expect(confirmed == StoreSequence(4))
    #expect(!driven.log.hasWaiting)
  }

  @Test func `confirms a request only with its last record`() throws {
    var driven = try DrivenLog()
    driven.append((1...3).map { entry($0, bytes: 2000) })
    _ = try driven.log.flush()
    let first = driven.log.completed()
    #expect(first == nil)
    _ = try driven.log.flush()
    let second = driven.log.completed()
    #expect(second == StoreSequence(1))
  }

  @Test func `an entry takes the place of those from its index on`() throws {
    var driven = try DrivenLog()
    try driven.write((1...9).map { entry($0) })
    try driven.write([entry(4, term: 2), entry(5, term: 2)])
    let recovery = try driven.recover()
    #expect(recovery.entries == (1...3).map { entry($0) } + [4, 5].map { entry($0, term: 2) })
  }

  @Test func `goes on in further segments and returns what follows a checkpoint`() throws {
    var driven = try DrivenLog()
    for index in 1...40 { try driven.write([entry(UInt64(index), bytes: 700)]) }
    #expect(driven.log.segmentCount > 3)
    let checkpoint = EntryID(term: Term(1), index: LogIndex(33))
    let recovery = try driven.recover(checkpoint)
    #expect(recovery.entries == (34...40).map { entry($0, bytes: 700) })
  }

  @Test func `a checkpoint turns segments into spares that are used again`() throws {
    var driven = try DrivenLog()
    let state = HardState(term: Term(1), vote: NodeID(2))
    try driven.write([entry(1)], state)
    for index in 2...40 { try driven.write([entry(UInt64(index), bytes: 700)]) }
    let operations = driven.log.release(through: LogIndex(40))
    #expect(operations.contains { if case .rename = $0 { true } else { false } })
    try driven.disk.perform(operations)
    #expect(driven.log.segmentCount == 1)
    for index in 41...60 { try driven.write([entry(UInt64(index), bytes: 600)]) }
    let recovery = try driven.recover(EntryID(term: Term(1), index: LogIndex(40)))
    #expect(recovery.entries == (41...60).map { entry($0, bytes: 600) })
    #expect(recovery.hardState == state)
  }

  @Test func `prepares a spare before the segment is full`() throws {
    var driven = try DrivenLog()
    let early = driven.log.prepareSpare()
    #expect(early == nil)
    try driven.write([entry(1, bytes: 3000)])
    try driven.write([entry(2, bytes: 3000)])
    var pieces = 0
    while let spare = driven.log.prepareSpare() {
      let another = driven.log.prepareSpare()
      #expect(another == nil)
      try driven.disk.perform(spare)
      driven.log.sparePrepared()
      pieces += 1
    }
    #expect(pieces == 3)
    #expect(driven.disk["wal/0000000000000000.spare"].count == 8192)
    driven.append([entry(3, bytes: 3000)])
    let flushed = try driven.log.flush()
    let operations = try #require(flushed)
    #expect(
      operations.first
        == .rename("wal/0000000000000000.spare", to: "wal/0000000000000002.wal"))
  }

  @Test func `follows a snapshot that took the log's place`() throws {
    var driven = try DrivenLog()
    try driven.write((1...5).map { entry($0) })
    let snapshot = EntryID(term: Term(4), index: LogIndex(100))
    driven.log.reset(to: snapshot)
    try driven.write([entry(101, term: 4)])
    let recovery = try driven.recover(snapshot)
    #expect(recovery.entries == [entry(101, term: 4)])
  }

  @Test func `a snapshot whose reset was lost discards entries that do not lead to it`() throws {
    var driven = try DrivenLog()
    try driven.write((1...9).map { entry($0) })
    let recovery = try driven.recover(EntryID(term: Term(2), index: LogIndex(5)))
    #expect(recovery.entries.isEmpty)
    #expect(recovery.log.last == EntryID(term: Term(2), index: LogIndex(5)))
    // The reset is durable: what is appended next follows the snapshot.
    driven.log = recovery.log
    try driven.write([entry(6, term: 2)])
    let again = try driven.recover(EntryID(term: Term(2), index: LogIndex(5)))
    #expect(again.entries == [entry(6, term: 2)])
  }

  @Test func `a failed write poisons it`() throws {
    var driven = try DrivenLog()
    driven.append([entry(1)])
    _ = try driven.log.flush()
    driven.log.failed()
    driven.append([entry(2)])
    #expect(throws: WALError.poisoned) { _ = try driven.log.flush() }
  }

  @Test func `two flushes at a time are a programmer error`() async {
    await #expect(processExitsWith: .failure) {
      var driven = try DrivenLog()
      driven.append([entry(1)])
      _ = try driven.log.flush()
      _ = try driven.log.flush()
    }
  }

  @Test func `without segments it is missing, never new`() throws {
    let disk = CrashDisk()
    #expect(throws: WALError.missing(folder: "wal")) {
      try WriteAheadLog.recover(smallSegments, from: disk, checkpoint: .zero)
    }
  }

  @Test func `a lost segment in the middle is reported`() throws {
    var driven = try DrivenLog()
    for index in 1...40 { try driven.write([entry(UInt64(index), bytes: 700)]) }
    try driven.disk.perform([.remove("wal/0000000000000002.wal")])
    #expect(
      throws: WALError.corrupt(file: "wal/0000000000000002.wal", offset: 0, .missingSegment)
    ) { try driven.recover() }
  }

  @Test func `entries missing between checkpoint and log are reported`() throws {
    var driven = try DrivenLog()
    for index in 1...40 { try driven.write([entry(UInt64(index), bytes: 700)]) }
    try driven.disk.perform(driven.log.release(through: LogIndex(30)))
    #expect(throws: WALError.self) {
      try driven.recover(EntryID(term: Term(1), index: LogIndex(3)))
    }
  }

  @Test func `a log cut below where its checkpoint saw it durable is reported`() throws {
    var driven = try DrivenLog()
    for index in 1...5 { try driven.write([entry(UInt64(index))]) }
    let floor = driven.log.durable
    let name = "wal/0000000000000001.wal"
    driven.disk[name] = Array(driven.disk[name].prefix(512 * 4))
    #expect(throws: WALError.corrupt(file: "wal/0000000000000001.wal", offset: 2048, .batch)) {
      try driven.recover(floor: floor)
    }
    #expect(driven.disk[name].count == 512 * 4)
  }

  @Test func `a later format is refused by its number`() throws {
    var driven = try DrivenLog()
    try driven.write([entry(1)])
    driven.disk["wal/0000000000000001.wal"][8] = 2
    #expect(
      throws: WALError.unknownVersion(file: "wal/0000000000000001.wal", version: 2)
    ) { try driven.recover() }
  }
}
