import Base
import Raft
import Testing
import WAL

/// A log whose current segment is recycled and half full, so that its previous generation's records
/// lie behind and, in a copy, under every sector.
struct TailScene {
  let driven: DrivenLog
  /// The current segment and the bytes that its file held before it was used again.
  let name: String
  let previous: [UInt8]
  /// Where batches of the current segment start, and where the last one ends.
  private(set) var starts: [Int] = []
  private(set) var end = 0
  /// The last entry before each batch.
  private(set) var lasts: [UInt64] = []
  let checkpoint = EntryID(term: Term(1), index: LogIndex(12))

  init() throws {
    var driven = try DrivenLog(
      WriteAheadLog.Configuration(segmentBytes: 16384, batchBytesMax: 8192, sparesMax: 2))
    for index in 1...12 { try driven.write([entry(UInt64(index), bytes: 1900)]) }
    try driven.write([entry(13, bytes: 1900)])
    let spares = driven.log.release(through: LogIndex(12))
    try driven.disk.perform(spares)
    let spareName = try #require(
      try driven.disk.list("wal").last { $0.hasSuffix(".spare") })
    previous = driven.disk["wal/" + spareName]
    name = "wal/0000000000000003.wal"
    var index: UInt64 = 14
    // Fills the second segment, so that the spare becomes the third.
    while driven.disk[name].isEmpty {
      try driven.write([entry(index, bytes: 1900)])
      index += 1
    }
    starts = [512]
    lasts = [index - 2]
    for bytes in [10, 600, 1300, 40, 2000, 900] {
      starts.append(Int(driven.log.durable.offset))
      lasts.append(index - 1)
      try driven.write([entry(index, bytes: bytes)])
      index += 1
    }
    end = Int(driven.log.durable.offset)
    lasts.append(index - 1)
    self.driven = driven
  }

  /// The batch that holds a sector; `starts.count` behind the last one.
  func batch(_ sector: Int) -> Int {
    (starts.lastIndex { $0 <= sector * 512 } ?? -1) + (sector * 512 >= end ? 1 : 0)
  }

  /// What recovery must say if the first changed batch is `batch` and everything from `gone` on is
  /// not there to bear witness.
  func check(_ segment: [UInt8], firstDamaged batch: Int, isWitnessed: Bool, _ what: String) throws
  {
    let disk = driven.disk
    let before = disk.contents
    defer { for (name, bytes) in before { disk[name] = bytes } }
    disk[name] = segment
    let damaged = disk.contents
    if isWitnessed {
      let offset = batch < 0 ? 0 : starts[batch]
      #expect(
        throws: WALError.corrupt(
          file: FilePath(name), offset: UInt64(offset), batch < 0 ? .segmentHeader : .batch),
        "\(what)"
      ) { try driven.recover(checkpoint) }
      #expect(disk.contents == damaged, "\(what): corruption is left as it is")
      return
    }
    let recovery = try driven.recover(checkpoint)
    #expect(recovery.entries.last?.index.value == lasts[batch], "\(what)")
    // The tail is blotted out and the log goes on.
    let start = batch < starts.count ? starts[batch] : end
    #expect(disk[name][start...].allSatisfy { $0 == 0 }, "\(what)")
    #expect(disk[name].count == 16384)
    var again = driven
    again.log = recovery.log
    try again.write([entry(lasts[batch] + 1, term: 2)])
    let second = try again.recover(checkpoint)
    #expect(second.entries.last == entry(lasts[batch] + 1, term: 2), "\(what)")
    #expect(second.torn == nil)
  }

  /// Damage to some sectors, all others being there to bear witness.
  func checkChange(_ segment: [UInt8], _ what: String) throws {
    let original = driven.disk[name]
    let changed = (0..<end / 512).filter {
      segment[$0 * 512..<$0 * 512 + 512] != original[$0 * 512..<$0 * 512 + 512]
    }
    guard let first = changed.first else {
      try check(segment, firstDamaged: starts.count, isWitnessed: false, what)
      return
    }
    let damaged = batch(first)
    try check(segment, firstDamaged: damaged, isWitnessed: damaged < starts.count - 1, what)
  }
}

@Suite struct `Damage at every sector of the tail` {
  @Test func `a cut leaves what lies before it`() throws {
    let scene = try TailScene()
    let original = scene.driven.disk[scene.name]
    for sector in 1...scene.end / 512 {
      let cut = Array(original[..<(sector * 512)])
      try scene.check(
        cut, firstDamaged: scene.batch(sector), isWitnessed: false, "cut at sector \(sector)")
    }
  }

  @Test func `a zeroed sector is torn in the last batch and corruption before it`() throws {
    let scene = try TailScene()
    for sector in 0..<scene.end / 512 + 2 {
      var segment = scene.driven.disk[scene.name]
      for offset in sector * 512..<sector * 512 + 512 { segment[offset] = 0 }
      try scene.checkChange(segment, "zeroed sector \(sector)")
    }
  }

  @Test func `zeros from a sector on are torn as far as anything says`() throws {
    let scene = try TailScene()
    for sector in 1...scene.end / 512 {
      var segment = scene.driven.disk[scene.name]
      for offset in sector * 512..<segment.count { segment[offset] = 0 }
      try scene.check(
        segment, firstDamaged: scene.batch(sector), isWitnessed: false, "zeros from \(sector)")
    }
  }

  @Test func `two sectors that changed places are noticed`() throws {
    let scene = try TailScene()
    for sector in 0..<scene.end / 512 {
      for other in sector + 1..<scene.end / 512 + 1 {
        var segment = scene.driven.disk[scene.name]
        for offset in 0..<512 {
          segment.swapAt(sector * 512 + offset, other * 512 + offset)
        }
        try scene.checkChange(segment, "sectors \(sector) and \(other) swapped")
      }
    }
  }

  @Test func `a sector of the previous generation is not taken for the log`() throws {
    let scene = try TailScene()
    let original = scene.driven.disk[scene.name]
    #expect(scene.previous.count == original.count)
    for sector in 0..<original.count / 512 {
      var segment = original
      let range = sector * 512..<sector * 512 + 512
      segment.replaceSubrange(range, with: scene.previous[range])
      try scene.checkChange(segment, "previous generation at sector \(sector)")
    }
  }

  @Test func `the previous generation from a sector on is torn as far as anything says`() throws {
    let scene = try TailScene()
    let original = scene.driven.disk[scene.name]
    for sector in 1...scene.end / 512 {
      let segment = Array(original[..<(sector * 512)] + scene.previous[(sector * 512)...])
      try scene.check(
        segment, firstDamaged: scene.batch(sector), isWitnessed: false,
        "previous generation from sector \(sector)")
    }
  }

  @Test func `any subset of the last write's sectors is a torn tail`() throws {
    let scene = try TailScene()
    let original = scene.driven.disk[scene.name]
    let last = scene.starts.count - 1
    let sectors = Array(scene.starts[last] / 512..<scene.end / 512)
    for subset in 0..<(1 << sectors.count) - 1 {
      var segment = original
      for (bit, sector) in sectors.enumerated() where subset >> bit & 1 == 0 {
        let range = sector * 512..<sector * 512 + 512
        segment.replaceSubrange(range, with: scene.previous[range])
      }
      try scene.check(segment, firstDamaged: last, isWitnessed: false, "subset \(subset)")
    }
  }

  @Test func `a stored value that imitates a batch bears no witness`() throws {
    // A client stores sectors of another log of the same shape: same places, same generation.
    var other = try DrivenLog()
    for index in 1...6 { try other.write([entry(UInt64(index))]) }
    let copied = Array(other.disk["wal/0000000000000001.wal"][1024...])
    let disk = CrashDisk()
    let created = WriteAheadLog.create(smallSegments, salt: 0x0DD)
    try disk.perform(created.operations)
    var log = created.log
    let filler = [UInt8](repeating: 1, count: 512 - 100)
    log.append(
      StoreRequest(
        sequence: StoreSequence(1), hardState: nil,
        entries: [
          Entry(
            id: EntryID(term: Term(1), index: LogIndex(1)), kind: .command,
            payload: Bytes(filler + copied.prefix(3000)))
        ]))
    let flushed = try log.flush()
    try disk.perform(try #require(flushed))
    // The header's sector is lost: what is left starts with another log's batch headers.
    var segment = disk["wal/0000000000000001.wal"]
    #expect(segment[1024..<1536] == copied[0..<512])
    for offset in 512..<1024 { segment[offset] = 0 }
    disk["wal/0000000000000001.wal"] = segment
    let recovery = try WriteAheadLog.recover(smallSegments, from: disk, checkpoint: .zero)
    #expect(recovery.entries.isEmpty)
  }
}
