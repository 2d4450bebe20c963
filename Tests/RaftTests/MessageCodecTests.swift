import Base
import Raft
import Testing

@Suite struct `Peer messages as bytes` {
  static let configuration = ClusterConfiguration(voters: [1, 2], outgoing: [2, 3], learners: [9])

  static let bodies: [Message.Body] = [
    .preVote(last: EntryID(term: 3, index: 300)), .preVoteResponse(granted: true),
    .vote(last: EntryID(term: 1, index: 2), isTransfer: true), .voteResponse(granted: false),
    .append(
      previous: EntryID(term: 2, index: 7),
      entries: [
        Entry(id: EntryID(term: 2, index: 8), kind: .command, payload: "put"),
        Entry(id: EntryID(term: 3, index: 9), kind: .empty, payload: Bytes()),
        Entry(
          id: EntryID(term: 3, index: 10), kind: .configuration, payload: configuration.encoded()),
      ], commit: 6),
    .append(previous: .zero, entries: [], commit: .zero), .commit(5),
    .appendAccepted(match: 1_099_511_627_776),
    .appendRejected(rejected: 12, hint: EntryID(term: 1, index: 4)),
    .heartbeat(commit: 3, read: 70_000), .heartbeatResponse(read: 1),
    .snapshot(
      SnapshotMetadata(last: EntryID(term: 4, index: 99), configuration: configuration)),
    .snapshotInstalled(match: 99), .timeoutNow, .readIndex(ReadContext(.max)),
    .readIndexResponse(ReadContext(8), 55), .readIndexResponse(ReadContext(8), nil),
  ]

  static func encode(_ body: Message.Body) -> Bytes {
    var buffer = ByteBuffer()
    MessageCodec.encode(Message(from: 0xAB, to: 0xCD, term: 5, body: body), into: &buffer)
    return buffer.take()
  }

  @Test(arguments: bodies)
  func `every kind comes back as it was`(body: Message.Body) throws {
    #expect(
      try MessageCodec.decode(Self.encode(body))
        == Message(from: 0xAB, to: 0xCD, term: 5, body: body))
  }

  /// The layout as the codec's comment states it, written out by hand.
  @Test func `a heartbeat's bytes are as documented`() {
    #expect(
      Self.encode(.heartbeat(commit: 3, read: 300)).array == [
        1, 9, 0xAB, 0, 0, 0, 0, 0, 0, 0, 0xCD, 0, 0, 0, 0, 0, 0, 0, 5, 3, 0xAC, 0x02,
      ])
  }

  @Test(arguments: bodies)
  func `every shortened message is refused`(body: Message.Body) {
    let bytes = Self.encode(body)
    for length in 0..<bytes.count {
      #expect(throws: MessageCodecError.self) { try MessageCodec.decode(bytes.prefix(length)) }
    }
    #expect(throws: MessageCodecError.trailingBytes(1)) {
      try MessageCodec.decode(Bytes(bytes.array + [0]))
    }
  }

  @Test func `numbers that could overflow are refused`() {
    var buffer = ByteBuffer()
    MessageCodec.encode(
      Message(from: 1, to: 2, term: 5, body: .commit(LogIndex(1 << 62))), into: &buffer)
    #expect(throws: MessageCodecError.outOfRange(1 << 62)) {
      try MessageCodec.decode(buffer.bytes)
    }
  }

  /// Whatever comes, decoding answers or throws, and what it answers does not trap a node.
  @Test(arguments: UInt64(1)...50)
  func `mutated messages trap neither the decoder nor a node`(seed: UInt64) throws {
    var random = PRNG(seed: seed)
    var cluster = TestCluster(voters: [1, 2, 3], seed: seed)
    if random.chance(Ratio(1, in: 2)) { cluster.elect(1) }
    var taken = 0
    for _ in 0..<400 {
      var bytes = Self.encode(Self.bodies[random.below(Self.bodies.count)]).array
      for _ in 0..<random.below(4) {
        bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      let message: Message
      do { message = try MessageCodec.decode(Bytes(bytes)) } catch { continue }
      taken += 1
      // Terms that leap would leave the node deaf for the rest.
      let term = Term(min(message.term.value, cluster[1].node.term.value + 1))
      let to: NodeID = 1
      let from: NodeID = message.from.value % 2 == 0 ? 2 : 3
      cluster.step(
        1, .received(Message(from: from, to: to, term: term, body: message.body)))
      cluster.network = []
      if random.chance(Ratio(1, in: 8)) { cluster.completeStore(1) }
      if random.chance(Ratio(1, in: 8)) { cluster.tick(1) }
    }
    #expect(taken > 100)
  }

  @Test func `configurations come back, and anything else is refused`() {
    let bytes = Self.configuration.encoded()
    #expect(ClusterConfiguration(decoding: bytes) == Self.configuration)
    #expect(ClusterConfiguration(decoding: Bytes([2, 0, 0, 0])) == nil)
    #expect(ClusterConfiguration(decoding: Bytes(bytes.array + [0])) == nil)
    #expect(ClusterConfiguration(decoding: Bytes([1, 0x80, 0x80, 0x80, 0x80, 1])) == nil)
    let unsorted: [UInt8] =
      [1, 2] + [2, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 0] + [0, 0]
    #expect(ClusterConfiguration(decoding: Bytes(unsorted)) == nil)
  }
}
