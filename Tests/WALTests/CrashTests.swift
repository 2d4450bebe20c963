import Base
import Raft
import Testing
import WAL

/// Runs a log under seeded crashes and keeps what was promised: that which `completed` confirmed.
private struct CrashRun {
  var random: PRNG
  var driven: DrivenLog
  /// The whole log as it was appended, and how much of it was confirmed.
  var appended: [Entry] = []
  var confirmed = 0
  var hardState = HardState()
  var hardStates: [HardState] = [HardState()]
  var checkpoint = EntryID.zero
  var floor = WALPosition.zero
  var term: UInt64 = 1

  init(seed: UInt64) throws {
    random = PRNG(seed: seed)
    driven = try DrivenLog()
  }

  mutating func work() throws {
    for _ in 0..<random.below(12) + 1 {
      switch random.below(10) {
      case 0 where confirmed < appended.count: overwrite()
      case 1: vote()
      case 2: try takeCheckpoint()
      case 3:
        if let operations = driven.log.prepareSpare() {
          try driven.disk.perform(operations)
          driven.log.sparePrepared()
        }
      default: appendSome()
      }
      if random.chance(Ratio(1, in: 2)) { try flush() }
    }
  }

  private mutating func appendSome() {
    let entries = (0..<random.below(3) + 1).map { position in
      entry(UInt64(appended.count + position + 1), term: term, bytes: random.below(1500))
    }
    appended += entries
    driven.append(entries)
  }

  /// A new leader's entries take the place of some that were not confirmed.
  private mutating func overwrite() {
    term += 1
    appended.removeLast(random.below(appended.count - confirmed) + 1)
    appendSome()
  }

  private mutating func vote() {
    term += 1
    let state = HardState(term: Term(term), vote: NodeID(random.below(3) + 1))
    hardStates.append(state)
    driven.append([], state)
  }

  private mutating func flush() throws {
    let appendedBefore = appended.count
    let last = hardStates[hardStates.count - 1]
    try driven.flush()
    confirmed = appendedBefore
    hardState = last
  }

  private mutating func takeCheckpoint() throws {
    guard confirmed > Int(checkpoint.index.value) else { return }
    checkpoint = appended[confirmed - 1].id
    floor = driven.log.durable
    try driven.disk.perform(driven.log.release(through: checkpoint.index))
  }

  /// Loses power in the middle of the work, reads the log again and compares.
  mutating func crashAndCheck() throws {
    driven.disk.operationsLeft = random.below(40)
    do { try work() } catch DiskError.failed {}
    driven.disk.crash(&random)
    let recovery = try driven.recover(checkpoint, floor: floor)
    let behind = Int(checkpoint.index.value)
    // All that was confirmed is there. More may be: of what was appended, in order.
    let kept = behind + recovery.entries.count
    try #require(kept >= confirmed)
    let wanted = appended[behind..<confirmed]
    #expect(Array(recovery.entries.prefix(wanted.count)) == Array(wanted))
    #expect(hardStates.contains(recovery.hardState))
    #expect(recovery.hardState.term >= hardState.term)
    appended = Array(appended[..<behind]) + recovery.entries
    confirmed = appended.count
    hardState = recovery.hardState
    hardStates = [hardState]
    driven.log = recovery.log
  }
}

@Suite struct `A log that loses power` {
  @Test(arguments: 0..<150)
  func `keeps all that it confirmed`(seed: Int) throws {
    var run = try CrashRun(seed: UInt64(seed))
    for _ in 0..<12 { try run.crashAndCheck() }
  }
}

@Suite struct `Garbage in segment files` {
  @Test func `flipped, copied and random bytes end in entries or in an error`() throws {
    let scene = try TailScene()
    let original = scene.driven.disk[scene.name]
    let contents = scene.driven.disk.contents
    let whole = try scene.driven.recover(scene.checkpoint).entries
    var random = PRNG(seed: 20_261_122)
    var refused = 0
    for _ in 0..<1500 {
      var segment = original
      for _ in 0..<random.below(4) + 1 {
        let start = random.below(random.chance(Ratio(1, in: 2)) ? scene.end : segment.count)
        let length = min(random.below(64) + 1, segment.count - start)
        let source = random.below(segment.count - length)
        for offset in 0..<length {
          switch random.below(3) {
          case 0: segment[start + offset] ^= UInt8(1) << UInt8(random.below(8))
          case 1: segment[start + offset] = segment[source + offset]
          default: segment[start + offset] = UInt8(truncatingIfNeeded: random.next())
          }
        }
      }
      for (name, bytes) in contents { scene.driven.disk[name] = bytes }
      scene.driven.disk[scene.name] = segment
      do {
        let entries = try scene.driven.recover(scene.checkpoint).entries
        #expect(entries == Array(whole.prefix(entries.count)))
      } catch is WALError {
        refused += 1
        #expect(scene.driven.disk[scene.name] == segment)
      }
    }
    #expect(refused > 0 && refused < 1500)
  }

  @Test func `a file of random bytes is corrupt from its start`() throws {
    var random = PRNG(seed: 5)
    for length in [0, 1, 511, 512, 4096] {
      let disk = CrashDisk()
      disk["wal/0000000000000001.wal"] = (0..<length).map { _ in
        UInt8(truncatingIfNeeded: random.next())
      }
      #expect(
        throws: WALError.corrupt(file: "wal/0000000000000001.wal", offset: 0, .segmentHeader)
      ) { try WriteAheadLog.recover(smallSegments, from: disk, checkpoint: .zero) }
    }
  }
}
