import Base
import KVStore
import Raft
import Testing
import WAL

@testable import Member

@Suite struct `Frames between members` {
  private let frames: [PeerFrame] = [
    .raft(
      Message(
        from: NodeID(1), to: NodeID(2), term: Term(3),
        body: .heartbeat(commit: LogIndex(4), read: 5))),
    .forward(
      life: 6, number: 7, term: Term(8),
      commands: [
        Command(
          kind: .put, origin: NodeID(1), request: 9,
          identity: ClientIdentity(commonName: "n1", organizations: ["node", "x"]), body: "body"),
        Command(kind: .compact, origin: NodeID(1), request: 10, identity: nil, body: ""),
      ]),
    .refused(term: Term(8), requests: [1, .max]),
    .fetch(snapshot: LogIndex(11), file: "1-2-3.segment", offset: 12),
    .chunk(snapshot: LogIndex(13), file: "", offset: 14, total: 15, bytes: "bytes"),
    .gone(snapshot: LogIndex(16)),
    .introduction,
    .introduced(isKnown: false),
  ]

  @Test func `are read back as they were written`() throws {
    for frame in frames { #expect(try PeerFrame(decoding: frame.encoded()) == frame) }
  }

  @Test func `of another version or kind are refused by number`() {
    #expect(throws: PeerFrameError.unknownVersion(2)) { try PeerFrame(decoding: Bytes([2, 1])) }
    #expect(throws: PeerFrameError.unknownKind(99)) { try PeerFrame(decoding: Bytes([1, 99])) }
    #expect(throws: PeerFrameError.malformed) { try PeerFrame(decoding: Bytes()) }
  }

  @Test func `that were damaged trap nobody`() throws {
    let cluster = try TestCluster()
    let leader = try cluster.awaitLeader()
    _ = try cluster.put(leader, "a", "1")
    var random = PRNG(seed: 7)
    for round in 0..<20_000 {
      var bytes = frames[round % frames.count].encoded().array
      for _ in 0..<random.below(4) + 1 {
        switch random.below(3) {
        case 0: bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
        case 1 where bytes.count > 3: bytes.removeLast(random.below(3))
        default: bytes.append(UInt8(truncatingIfNeeded: random.next()))
        }
      }
      // A member takes whatever it is sent: it stops for nothing and goes on serving.
      cluster.step(leader, .received(Bytes(bytes), from: NodeID(1)))
      cluster.step(leader, .received(Bytes(bytes), from: cluster.ids[2]))
    }
    #expect(try cluster.node(leader).stopped == nil)
    cluster.pass(.seconds(30))
    let now = try cluster.awaitLeader()
    _ = try cluster.put(now, "b", "2")
    #expect(try cluster.value(now, "a") == "1")
  }
}

@Suite struct `Manifests of checkpoints` {
  @Test func `are read back, and damage anywhere is noticed`() throws {
    let manifest = CheckpointManifest(
      snapshot: SnapshotMetadata(
        last: EntryID(term: Term(2), index: LogIndex(70)),
        configuration: ClusterConfiguration(voters: [NodeID(1), NodeID(2), NodeID(3)])),
      floor: .zero, state: "the key space's own")
    let bytes = manifest.encoded()
    #expect(try CheckpointManifest(decoding: bytes) == manifest)
    for offset in 0..<bytes.count {
      var damaged = bytes.array
      damaged[offset] ^= 0x40
      #expect(throws: CheckpointManifest.DecodingError.self) {
        try CheckpointManifest(decoding: Bytes(damaged))
      }
      #expect(throws: CheckpointManifest.DecodingError.self) {
        try CheckpointManifest(decoding: bytes.prefix(offset))
      }
    }
  }
}
