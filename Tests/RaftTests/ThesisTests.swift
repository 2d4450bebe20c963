import Base
import Raft
import Testing

/// What Ongaro's thesis and etcd's raft add to the paper.
@Suite struct `Beyond the paper` {
  @Test func `9.6 a node that was cut off disturbs nobody when it comes back`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    cluster.tick(3, 100)
    cluster.settle { $0.from == 3 || $0.to == 3 }
    #expect(cluster[3].node.term == 1)
    cluster.tick(3, 20)
    cluster.settle()
    #expect(cluster[1].node.role == .leader && cluster[1].node.term == 1)
    cluster.tick(1)
    cluster.settle()
    #expect(cluster[3].node.leader == 1)
  }

  @Test func `4.2.3 a vote is refused while a leader is heard, but for a transfer`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    let last = EntryID(term: 1, index: 1)
    #expect(cluster.receive(2, from: 3, term: 2, .vote(last: last, isTransfer: false)).isEmpty)
    let answers = cluster.receive(2, from: 3, term: 2, .vote(last: last, isTransfer: true))
    #expect(answers.map(\.body) == [.voteResponse(granted: true)])
  }

  @Test func `6.2 a leader that no quorum answers steps down`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    for _ in 0..<21 {
      cluster.tick(1)
      cluster.settle { $0.to != 1 && $0.from == 1 }
    }
    #expect(cluster[1].node.role != .leader)
  }

  @Test func `a broken connection to the leader starts a pre-vote at once, and only that`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    cluster.step(2, .disconnected(3))
    #expect(cluster[2].node.role == .follower)
    cluster.step(2, .disconnected(1))
    #expect(cluster[2].node.role == .preCandidate && cluster[2].node.term == 1)
    cluster.settle()
    #expect(cluster[1].node.role == .leader, "the others still hear it")
  }

  @Test(arguments: UInt64(1)...20)
  func `two followers that lose their leader at once elect one without a time-out`(seed: UInt64) {
    var cluster = TestCluster(voters: [1, 2, 3], seed: seed)
    cluster.elect(3)
    cluster.crash(3)
    let first = seed % 2 == 0 ? UInt64(1) : 2
    cluster.step(first, .disconnected(3))
    cluster.step(3 - first, .disconnected(3))
    cluster.settle()
    #expect(cluster[1].node.role == .leader || cluster[2].node.role == .leader)
  }

  @Test func `3.10 leadership moves to a node that is brought up to date first`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    try cluster.propose(1, "x")
    cluster.settle { $0.to == 2 }
    cluster.step(1, .transferLeadership(to: 2))
    #expect(throws: ProposalError.transferring) { try cluster.propose(1, "y") }
    cluster.tick(1)
    cluster.settle()
    #expect(cluster[2].node.role == .leader && cluster[2].node.lastIndex == 3)
    #expect(cluster[1].node.leader == 2)
  }

  @Test func `3.10 a transfer that comes to nothing ends after an election time`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    cluster.step(1, .transferLeadership(to: 2))
    for _ in 0..<10 {
      cluster.tick(1)
      cluster.settle { $0.body == .timeoutNow }
    }
    try cluster.propose(1, "y")
  }

  @Test func `6.4 a read is answered by a round that began after it`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    cluster.step(1, .read(ReadContext(7)))
    #expect(cluster[1].answers.isEmpty)
    cluster.settle()
    #expect(cluster[1].answers[ReadContext(7)] == .some(1))
  }

  @Test func `6.4 answers to earlier heartbeats confirm no read`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    cluster.step(1, .read(ReadContext(1)))
    cluster.settle()
    cluster.tick(1)
    let old = cluster.network
    cluster.network = []
    cluster.step(1, .read(ReadContext(2)))
    cluster.network = old
    cluster.settle()
    #expect(cluster[1].answers[ReadContext(2)] == nil)
    cluster.tick(1)
    cluster.settle()
    #expect(cluster[1].answers[ReadContext(2)] == .some(1))
  }

  @Test func `6.4 a leader that was deposed unawares answers no read`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    cluster.step(2, .disconnected(1))
    cluster.step(3, .disconnected(1))
    cluster.settle { $0.to == 1 || $0.from == 1 }
    let leader: UInt64 = cluster[2].node.role == .leader ? 2 : 3
    try cluster.propose(leader, "newer")
    cluster.settle { $0.to == 1 || $0.from == 1 }
    cluster.step(1, .read(ReadContext(1)))
    cluster.settle()
    #expect(cluster[1].node.role == .follower)
    #expect(cluster[1].answers[ReadContext(1)] == .some(nil))
  }

  @Test func `6.4 a follower's read is answered through the leader`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    try cluster.propose(1, "x")
    cluster.settle()
    cluster.step(3, .read(ReadContext(5)))
    cluster.settle()
    #expect(cluster[3].answers[ReadContext(5)] == .some(2))
  }

  @Test func `6.4 an answer meant for a node's earlier life answers no read of this one`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    cluster.step(3, .read(ReadContext(1)))
    cluster.deliver(at: 0)
    for _ in 0..<4 { cluster.deliver(at: 0) }
    let late = cluster.network.filter { message in
      if case .readIndexResponse = message.body { return true }
      return false
    }
    #expect(late.count == 1)
    cluster.network = []
    cluster.restart(3)
    cluster.tick(1)
    cluster.settle()
    cluster.step(3, .read(ReadContext(1)))
    cluster.network = late
    cluster.settle()
    #expect(cluster[3].answers.isEmpty)
  }

  @Test func `6.4 a follower's read whose question is lost fails after an election time`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    cluster.step(3, .read(ReadContext(1)))
    cluster.network = []
    for _ in 0..<10 {
      cluster.tick(1)
      cluster.tick(3)
      cluster.settle()
    }
    #expect(cluster[3].answers[ReadContext(1)] == .some(nil))
  }

  @Test func `a learner gets everything and never votes or campaigns`() throws {
    var cluster = TestCluster(voters: [1], learners: [2])
    cluster.elect(1)
    try cluster.propose(1, "x")
    cluster.settle()
    #expect(cluster[2].node.commitIndex == 2)
    cluster.tick(2, 200)
    #expect(cluster[2].node.role == .follower)
    cluster.crash(2)
    try cluster.propose(1, "y")
    cluster.settle()
    #expect(cluster[1].node.commitIndex == 3)
  }

  @Test func `a sole voter commits by its own disk alone`() throws {
    var cluster = TestCluster(voters: [1])
    cluster.step(1, .campaign)
    #expect(cluster[1].node.role == .candidate)
    cluster.completeStore(1)
    #expect(cluster[1].node.role == .leader)
    try cluster.propose(1, "x")
    cluster.completeStore(1)
    cluster.completeStore(1)
    #expect(cluster[1].node.commitIndex == 2)
    cluster.step(1, .read(ReadContext(1)))
    #expect(cluster[1].answers[ReadContext(1)] == .some(2))
  }

  /// etcd raft calls it the append ABA race: an old store's end must not count for equal entries
  /// that came back later and are not stored yet.
  @Test func `an old store's acknowledgement does not count for entries that were rewritten`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    func append(_ term: UInt64, _ entryTerm: UInt64, _ from: UInt64) -> RaftEvent {
      let entry = Entry(
        id: EntryID(term: Term(entryTerm), index: 1), kind: .command,
        payload: Bytes("e\(entryTerm)"))
      return .received(
        Message(
          from: NodeID(from), to: 1, term: Term(term),
          body: .append(previous: .zero, entries: [entry], commit: .zero)))
    }
    cluster.step(1, append(1, 1, 2))
    cluster.step(1, append(2, 2, 3))
    cluster.step(1, append(3, 1, 2))
    #expect(cluster[1].node.term(at: 1) == 1)
    let stores = cluster[1].stores.filter { !$0.entries.isEmpty }
    #expect(stores.count == 3)
    while let first = cluster[1].stores.first, first.sequence <= stores[0].sequence {
      cluster.completeStore(1)
    }
    #expect(cluster[1].node.durableIndex == 0)
    while !cluster[1].stores.isEmpty { cluster.completeStore(1) }
    #expect(cluster[1].node.durableIndex == 1)
  }

  @Test func `replication is bounded by bytes under way, and goes on as they are accepted`() throws
  {
    var cluster = TestCluster(voters: [1, 2], appendBytesMax: 10, inflightBytesMax: 30)
    cluster.elect(1)
    for _ in 0..<20 { try cluster.propose(1, "0123456789") }
    let sent = cluster.network.count
    #expect(sent == 3)
    #expect(cluster[1].node.progress.map(\.inflightBytes) == [30])
    cluster.settle()
    #expect(cluster[2].node.commitIndex == 21)
    #expect(cluster[1].node.progress.map(\.match) == [21])
  }

  @Test func `proposals beyond the bound of uncommitted bytes are refused`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.settings = { id in
      RaftConfiguration(id: id, seed: id.value, uncommittedBytesMax: 15)
    }
    for id in UInt64(1)...3 { cluster.restart(id) }
    cluster.elect(1)
    try cluster.propose(1, "0123456789")
    #expect(throws: ProposalError.full) { try cluster.propose(1, "0123456789") }
    cluster.settle()
    try cluster.propose(1, "0123456789")
    #expect(throws: ProposalError.notLeader(leader: 1)) { try cluster.propose(2, "x") }
  }

  @Test func `lost appends are noticed at the next heartbeat`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    try cluster.propose(1, "x")
    cluster.network = []
    cluster.settle()
    #expect(cluster[2].node.lastIndex == 1)
    cluster.tick(1)
    cluster.settle()
    #expect(cluster[2].node.commitIndex == 2 && cluster[3].node.commitIndex == 2)
  }

  /// Seed 1844 of the hostile run: the leader that a change removed died before it was committed.
  @Test func `4.2.2 a node that only an uncommitted configuration removes still campaigns`() throws
  {
    var cluster = TestCluster(voters: [1, 2, 3], spare: [4])
    cluster.elect(1)
    let target = ClusterConfiguration(voters: [2, 4], learners: [3])
    try cluster.proposeConfiguration(1, target)
    // The joint configuration is committed everywhere; the one that leaves it reaches only 3.
    cluster.settle { message in
      guard case .append(let previous, let entries, _) = message.body else { return false }
      return message.to != 3 && previous.index.value + UInt64(entries.count) > 2
    }
    #expect(cluster[3].node.configuration == target)
    #expect(cluster[2].node.configuration.isJoint)
    cluster.crash(1)
    cluster.network = []
    for id in UInt64(2)...4 { cluster.step(id, .disconnected(1)) }
    for _ in 0..<60 {
      for id in UInt64(2)...4 { cluster.tick(id) }
      cluster.settle()
    }
    #expect(cluster[2].node.configuration == target)
    #expect(cluster[2].node.commitIndex > 3 && cluster[2].node.leader != nil)
  }

  /// Seed 2014 of the hostile run: a full window of lost appends, then a compaction past them.
  @Test func `a peer whose lost appends were compacted gets a snapshot`() throws {
    var cluster = TestCluster(voters: [1, 2, 3], appendBytesMax: 1, inflightBytesMax: 3)
    cluster.elect(1)
    for _ in 0..<5 { try cluster.propose(1, "x") }
    cluster.settle { $0.to == 3 }
    cluster.step(1, .compacted(through: cluster[1].node.commitIndex))
    for _ in 0..<3 {
      cluster.tick(1)
      cluster.settle()
    }
    #expect(
      cluster[3].effects.contains { effect in
        if case .installSnapshot = effect { return true }
        return false
      })
  }

  @Test func `a compacted log keeps a tail that spares a slow follower the snapshot`() throws {
    var cluster = TestCluster(voters: [1, 2, 3], logTailBytesMax: 1 << 20)
    cluster.elect(1) { $0.to == 3 }
    for value in 0..<5 { try cluster.propose(1, Bytes("\(value)")) }
    cluster.settle { $0.to == 3 }
    cluster.step(1, .compacted(through: 6))
    #expect(cluster[1].node.firstIndex == 1)
    cluster.tick(1)
    cluster.settle()
    #expect(cluster[3].node.commitIndex == 6)
  }

  @Test func `a compacted log keeps what a known follower lacks, up to a bound`() throws {
    // An entry costs 65 bytes here: three of six fit.
    for (bytesMax, first) in [(0, 7), (200, 4), (1 << 20, 2)] {
      var cluster = TestCluster(voters: [1, 2, 3], logLackedBytesMax: bytesMax)
      cluster.elect(1)
      cluster.settle()
      for value in 0..<5 { try cluster.propose(1, Bytes("\(value)")) }
      cluster.settle { $0.to == 3 }
      cluster.step(1, .compacted(through: 6))
      #expect(cluster[1].node.firstIndex == LogIndex(UInt64(first)))
      // One that leads nobody keeps none for others.
      cluster.step(2, .compacted(through: cluster[2].node.commitIndex))
      #expect(cluster[2].node.firstIndex == cluster[2].node.commitIndex.next)
    }
  }

  @Test func `a compacted log keeps nothing that all followers have`() throws {
    var cluster = TestCluster(voters: [1, 2, 3], logLackedBytesMax: 1 << 20)
    cluster.elect(1)
    for value in 0..<5 { try cluster.propose(1, Bytes("\(value)")) }
    cluster.settle()
    cluster.step(1, .compacted(through: 6))
    #expect(cluster[1].node.firstIndex == 7)
  }

  @Test func `what a snapshot replaced does not come back from a torn restart`() {
    let snapshot = SnapshotMetadata(
      last: EntryID(term: 3, index: 10), configuration: ClusterConfiguration(voters: [1, 2, 3]))
    let stale = Entry(id: EntryID(term: 1, index: 11), kind: .command, payload: "stale")
    let node = RaftNode(
      configuration: RaftConfiguration(id: 1, seed: 1),
      recovered: RecoveredState(
        hardState: HardState(term: 3), snapshot: snapshot, entries: [stale]))
    #expect(node.lastIndex == 10)
  }
}
