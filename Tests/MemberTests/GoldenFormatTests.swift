import Base
import Foundation
import KVStore
import Raft
import Testing
import WAL

@testable import Member

@Suite struct `Formats on disk and between members` {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/member")

  private func expect(_ bytes: Bytes, _ name: String) throws {
    let file = Self.fixtures.appending(path: name)
    if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] == "1" {
      try Data(bytes.array).write(to: file)
    }
    #expect(bytes.array == Array(try Data(contentsOf: file)), "\(name)")
  }

  private static let frames: [(name: String, frame: PeerFrame)] = [
    (
      "raft",
      .raft(
        Message(
          from: NodeID(1), to: NodeID(2), term: Term(3),
          body: .append(
            previous: EntryID(term: Term(2), index: LogIndex(4)),
            entries: [
              Entry(
                id: EntryID(term: Term(3), index: LogIndex(5)), kind: .command, payload: "entry")
            ], commit: LogIndex(4))))
    ),
    (
      "forward",
      .forward(
        life: 6, number: 7, term: Term(8),
        commands: [
          Command(
            kind: .put, origin: NodeID(1), request: 9,
            identity: ClientIdentity(commonName: "n1", organizations: ["node"]), body: "body")
        ])
    ),
    ("refused", .refused(term: Term(8), requests: [1, 2])),
    ("fetch", .fetch(snapshot: LogIndex(11), file: "1-2-3.segment", offset: 300)),
    (
      "chunk",
      .chunk(snapshot: LogIndex(13), file: "1-2-3.segment", offset: 300, total: 305, bytes: "bytes")
    ),
    ("gone", .gone(snapshot: LogIndex(16))),
    ("introduction", .introduction),
    ("introduced", .introduced(isKnown: true)),
  ]

  @Test func `frames are what they were`() throws {
    for (name, frame) in Self.frames {
      try expect(frame.encoded(), "frame-1-\(name).bin")
      let file = Self.fixtures.appending(path: "frame-1-\(name).bin")
      #expect(try PeerFrame(decoding: Bytes(Array(Data(contentsOf: file)))) == frame)
    }
  }

  @Test func `a checkpoint's manifest is what it was`() throws {
    let manifest = CheckpointManifest(
      snapshot: SnapshotMetadata(
        last: EntryID(term: Term(2), index: LogIndex(70)),
        configuration: ClusterConfiguration(
          voters: [NodeID(1), NodeID(2)], learners: [NodeID(3)])),
      floor: WALPosition(generation: 4, offset: 1024), state: "the key space's own")
    try expect(manifest.encoded(), "manifest-1.bin")
    let bytes = try Data(contentsOf: Self.fixtures.appending(path: "manifest-1.bin"))
    #expect(try CheckpointManifest(decoding: Bytes(Array(bytes))) == manifest)
    #expect(Array(bytes.prefix(12)) == Array("KEELCHK\n".utf8) + [1, 0, 0, 0])
  }

  @Test func `the file that names the member is what it was`() throws {
    let cluster = try TestCluster(1)
    let bytes = try cluster.node(cluster.ids[0]).disk["member"]
    try expect(Bytes(bytes), "member-1.bin")
    #expect(Array(bytes.prefix(12)) == Array("KEELMEM\n".utf8) + [1, 0, 0, 0])
  }
}
