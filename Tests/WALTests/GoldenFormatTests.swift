import Base
import Foundation
import Raft
import Testing
import WAL

@Suite struct `The format of segment files` {
  private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/wal/segment-1.wal")

  private static let entries = [
    Entry(id: EntryID(term: Term(1), index: LogIndex(1)), kind: .empty, payload: Bytes()),
    Entry(id: EntryID(term: Term(1), index: LogIndex(2)), kind: .command, payload: "command"),
    Entry(
      id: EntryID(term: Term(1), index: LogIndex(3)), kind: .configuration,
      payload: "configuration"),
  ]
  private static let configuration = WriteAheadLog.Configuration(segmentBytes: 4096)

  private static func written() throws -> [UInt8] {
    var driven = try DrivenLog(configuration)
    try driven.write(entries, HardState(term: Term(1), vote: NodeID(0xA11CE)))
    driven.log.reset(to: EntryID(term: Term(2), index: LogIndex(9)))
    try driven.write(
      [Entry(id: EntryID(term: Term(2), index: LogIndex(10)), kind: .command, payload: "later")])
    return driven.disk["wal/0000000000000001.wal"]
  }

  @Test func `writes the golden file`() throws {
    let bytes = try Self.written()
    if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] == "1" {
      try Data(bytes).write(to: Self.fixture)
    }
    #expect(bytes == Array(try Data(contentsOf: Self.fixture)))
  }

  @Test func `reads the golden file`() throws {
    let disk = CrashDisk()
    disk["wal/0000000000000001.wal"] = Array(try Data(contentsOf: Self.fixture))
    let recovery = try WriteAheadLog.recover(
      Self.configuration, from: disk, checkpoint: EntryID(term: Term(2), index: LogIndex(9)))
    #expect(recovery.hardState == HardState(term: Term(1), vote: NodeID(0xA11CE)))
    #expect(recovery.entries.map(\.payload) == ["later"])
    #expect(recovery.log.last == EntryID(term: Term(2), index: LogIndex(10)))
  }

  @Test func `starts with its magic and its version`() throws {
    let bytes = try Data(contentsOf: Self.fixture)
    #expect(Array(bytes.prefix(12)) == Array("KEELWAL\n".utf8) + [1, 0, 0, 0])
  }
}
