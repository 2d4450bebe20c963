import Base
import Raft
import Testing

/// The claims of the Raft paper (extended version), by section, one node at a time.
@Suite struct `The paper on terms and elections` {
  @Test(arguments: [Role.follower, .candidate, .leader])
  func `5.1 a later term makes any role a follower`(role: Role) {
    var cluster = TestCluster(voters: [1, 2, 3])
    switch role {
    case .follower, .preCandidate: break
    case .candidate:
      cluster.step(1, .campaign)
      _ = cluster.receive(1, from: 2, term: 1, .preVoteResponse(granted: true))
    case .leader: cluster.elect(1)
    }
    #expect(cluster[1].node.role == role)
    _ = cluster.receive(1, from: 2, term: 7, .heartbeat(commit: .zero, read: 0))
    #expect(cluster[1].node.role == .follower)
    #expect(cluster[1].node.term == 7)
    #expect(cluster[1].node.leader == 2)
    #expect(cluster[1].disk.hardState == HardState(term: 7))
  }

  @Test func `5.1 a request of an earlier term is refused with the current one`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.load(1, term: 5)
    let answers = cluster.receive(
      1, from: 2, term: 4, .append(previous: .zero, entries: [], commit: .zero))
    #expect(answers.map(\.term) == [5])
    #expect(cluster[1].node.leader == nil)
    let vote = cluster.receive(1, from: 2, term: 4, .vote(last: .zero, isTransfer: false))
    #expect(vote.map(\.body) == [.voteResponse(granted: false)])
  }

  @Test func `5.2 a node starts as a follower and stays one while it hears a leader`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    #expect(cluster[1].node.role == .follower)
    for _ in 0..<100 {
      cluster.tick(1, 9)
      _ = cluster.receive(1, from: 2, term: 1, .heartbeat(commit: .zero, read: 0))
    }
    #expect(cluster[1].node.role == .follower)
    cluster.tick(1, 20)
    #expect(cluster[1].node.role == .preCandidate)
  }

  @Test func `5.2 a leader sends heartbeats at its interval`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    cluster.tick(1)
    let beats = cluster.network.filter { message in
      if case .heartbeat = message.body { return true }
      return false
    }
    #expect(beats.map(\.to) == [2, 3])
  }

  @Test func `5.2 an election adds one to the term, votes for itself and asks everybody`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.load(1, term: 4)
    cluster.step(1, .campaign)
    #expect(cluster[1].node.term == 4, "a pre-vote changes no term (thesis 9.6)")
    cluster.network = []
    let requests = cluster.receive(1, from: 3, term: 5, .preVoteResponse(granted: true))
    #expect(cluster[1].disk.hardState == HardState(term: 5, vote: 1))
    #expect(requests.map(\.to) == [2, 3])
    #expect(requests.allSatisfy { $0.body == .vote(last: .zero, isTransfer: false) })
    #expect(requests.allSatisfy { $0.term == 5 })
  }

  @Test(arguments: [
    (voters: 1, grants: 0, refusals: 0, role: Role.leader),
    (3, 2, 0, .leader), (3, 1, 0, .leader), (3, 1, 1, .leader), (3, 0, 2, .follower),
    (3, 0, 1, .candidate), (3, 0, 0, .candidate),
    (5, 4, 0, .leader), (5, 2, 0, .leader), (5, 1, 3, .follower), (5, 1, 2, .candidate),
    (5, 0, 4, .follower),
  ])
  func `5.2 a majority elects`(voters: Int, grants: Int, refusals: Int, role: Role) {
    var cluster = TestCluster(voters: Array(1...UInt64(voters)))
    cluster.step(1, .campaign)
    for voter in 0..<voters / 2 {
      _ = cluster.receive(1, from: UInt64(voter) + 2, term: 1, .preVoteResponse(granted: true))
    }
    while !cluster[1].stores.isEmpty { cluster.completeStore(1) }
    for vote in 0..<grants + refusals {
      _ = cluster.receive(
        1, from: UInt64(vote) + 2, term: 1, .voteResponse(granted: vote < grants))
    }
    #expect(cluster[1].node.role == role)
  }

  @Test(arguments: [
    (vote: UInt64?.none, from: UInt64(2), isGranted: true), (nil, 3, true), (2, 2, true),
    (3, 3, true), (2, 3, false), (3, 2, false),
  ])
  func `5.2 one vote per term, first come first served`(
    vote: UInt64?, from: UInt64, isGranted: Bool
  ) {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.load(1, term: 1, vote: vote)
    let answers = cluster.receive(1, from: from, term: 1, .vote(last: .zero, isTransfer: false))
    #expect(answers.map(\.body) == [.voteResponse(granted: isGranted)])
    #expect(cluster[1].disk.hardState.vote == (isGranted ? NodeID(from) : vote.map { NodeID($0) }))
  }

  @Test func `5.2 a vote leaves only once it is durable`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    let request = Message(from: 2, to: 1, term: 1, body: .vote(last: .zero, isTransfer: false))
    cluster.step(1, .received(request))
    #expect(cluster.network.isEmpty)
    cluster.completeStore(1)
    #expect(cluster.network.map(\.body) == [.voteResponse(granted: true)])
  }

  @Test(arguments: [UInt64(1), 2])
  func `5.2 a candidate that hears a leader of its term or a later one follows it`(term: UInt64) {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.step(1, .campaign)
    _ = cluster.receive(1, from: 2, term: 1, .preVoteResponse(granted: true))
    #expect(cluster[1].node.role == .candidate)
    _ = cluster.receive(1, from: 2, term: term, .heartbeat(commit: .zero, read: 0))
    #expect(cluster[1].node.role == .follower && cluster[1].node.leader == 2)
  }

  @Test func `5.2 election time-outs are spread over the range, and differ between nodes`() {
    var seen: Set<Int> = []
    for seed in UInt64(0)..<200 {
      var cluster = TestCluster(voters: [1, 2, 3], seed: seed)
      var ticks = 0
      while cluster[1].node.role == .follower {
        cluster.tick(1)
        ticks += 1
      }
      seen.insert(ticks)
    }
    #expect(seen == Set(10..<20))
  }

  /// Terms of the voter's log, of the candidate's log, and whether the vote is granted.
  @Test(arguments: [
    (own: [UInt64(1)], last: EntryID(term: 1, index: 1), isGranted: true),
    ([1], EntryID(term: 1, index: 2), true), ([1, 1], EntryID(term: 1, index: 1), false),
    ([1], EntryID(term: 2, index: 1), true), ([1], EntryID(term: 2, index: 2), true),
    ([1, 1], EntryID(term: 2, index: 1), true), ([2], EntryID(term: 1, index: 1), false),
    ([2], EntryID(term: 1, index: 2), false), ([2, 1], EntryID(term: 1, index: 1), false),
    ([], .zero, true),
  ])
  func `5.4.1 only a log at least as up to date gets a vote`(
    own: [UInt64], last: EntryID, isGranted: Bool
  ) {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.load(1, term: 2, logTerms: own)
    let answers = cluster.receive(1, from: 2, term: 3, .vote(last: last, isTransfer: false))
    #expect(answers.map(\.body) == [.voteResponse(granted: isGranted)])
    let preAnswers = cluster.receive(1, from: 3, term: 9, .preVote(last: last))
    #expect(preAnswers.map(\.body) == [.preVoteResponse(granted: isGranted)])
  }
}

@Suite struct `The paper on replication` {
  @Test func `5.3 an entry is committed once a majority stored it, and followers learn it`() throws
  {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    try cluster.propose(1, "x")
    let sent = cluster.network
    #expect(sent.count == 2, "it leaves before the leader's own disk is done (thesis 10.2.1)")
    #expect(cluster[1].node.commitIndex == 1)
    cluster.deliver(at: 0)
    #expect(cluster.network.count == 1, "no acceptance before the follower's disk is done")
    cluster.completeStore(2)
    cluster.deliver(at: 1)
    #expect(cluster[1].node.commitIndex == 1, "the leader's own copy is not durable yet")
    cluster.completeStore(1)
    #expect(cluster[1].node.commitIndex == 2)
    cluster.settle()
    #expect(cluster[2].node.commitIndex == 2 && cluster[3].node.commitIndex == 2)
    #expect(cluster[3].applied[2]?.payload == "x")
  }

  @Test func `5.3 two followers commit while the leader's own disk stalls`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    try cluster.propose(1, "x")
    for _ in 0..<2 { cluster.deliver(at: 0) }
    cluster.completeStore(2)
    cluster.completeStore(3)
    for _ in 0..<2 { cluster.deliver(at: 0) }
    #expect(cluster[1].node.durableIndex == 1)
    #expect(cluster[1].node.commitIndex == 2)
  }

  /// The paper's Figure 7: the leader's log, and six followers that differ from it.
  @Test(arguments: [
    [UInt64(1), 1, 1, 4, 4, 5, 5, 6, 6], [1, 1, 1, 4], [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], [1, 1, 1, 4, 4, 4, 4],
    [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  ])
  func `5.3 a leader brings a follower's log into accord with its own`(follower: [UInt64]) {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.load(1, term: 8, logTerms: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6])
    cluster.load(2, term: 7, logTerms: follower)
    cluster.load(3, term: 7)
    // The third votes; the paper's leader wins by nodes that are not shown.
    cluster.elect(1)
    #expect(cluster[1].node.role == .leader)
    let wanted = cluster[1].node.entries(from: 1, through: 11)
    #expect(wanted.map(\.term) == [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 9])
    #expect(cluster[2].node.entries(from: 1, through: cluster[2].node.lastIndex) == wanted)
    #expect(cluster[2].disk.entries == wanted)
  }

  @Test func `5.3 an append that does not follow on is refused with a hint of where it may`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.load(1, term: 3, logTerms: [1, 1, 3, 3, 3])
    let gap = cluster.receive(
      1, from: 2, term: 3,
      .append(previous: EntryID(term: 3, index: 9), entries: [], commit: .zero))
    #expect(
      gap.map(\.body) == [.appendRejected(rejected: 9, hint: EntryID(term: 3, index: 5))])
    let conflict = cluster.receive(
      1, from: 2, term: 3,
      .append(previous: EntryID(term: 2, index: 4), entries: [], commit: .zero))
    #expect(
      conflict.map(\.body) == [.appendRejected(rejected: 4, hint: EntryID(term: 1, index: 2))])
  }

  @Test func `5.3 a follower commits no further than what it knows to match`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.load(1, term: 1, logTerms: [1, 1, 1])
    _ = cluster.receive(
      1, from: 2, term: 1,
      .append(previous: EntryID(term: 1, index: 2), entries: [], commit: 3))
    #expect(cluster[1].node.commitIndex == 2)
  }

  @Test func `5.3 entries with a gap or falling terms are not appended`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.load(1, term: 3, logTerms: [2])
    let falling = Entry(id: EntryID(term: 1, index: 2), kind: .command, payload: "x")
    let gap = Entry(id: EntryID(term: 2, index: 3), kind: .command, payload: "x")
    for entry in [falling, gap] {
      let answers = cluster.receive(
        1, from: 2, term: 3,
        .append(previous: EntryID(term: 2, index: 1), entries: [entry], commit: .zero))
      #expect(answers.isEmpty)
      #expect(cluster[1].node.lastIndex == 1)
    }
  }

  /// The paper's Figure 8: an entry of an earlier term on a majority may still be overwritten.
  @Test func `5.4.2 only an entry of the leader's own term is committed by counting`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.load(1, term: 2, logTerms: [1, 2])
    cluster.load(2, term: 2, logTerms: [1])
    cluster.load(3, term: 2, logTerms: [1])
    cluster.step(1, .campaign)
    cluster.settle { message in
      guard case .append(_, let entries, _) = message.body else { return false }
      return entries.contains { $0.term > 2 }
    }
    #expect(cluster[1].node.role == .leader && cluster[1].node.term == 3)
    // The old entry reaches a majority alone, without the new term's.
    let old = Message(from: 2, to: 1, term: 3, body: .appendAccepted(match: 2))
    cluster.step(1, .received(old))
    #expect(cluster[1].node.commitIndex == 0)
    let new = Message(from: 2, to: 1, term: 3, body: .appendAccepted(match: 3))
    cluster.step(1, .received(new))
    #expect(cluster[1].node.commitIndex == 3)
  }

  @Test func `6 a removed leader steps down once the change is committed`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    try cluster.proposeConfiguration(1, ClusterConfiguration(voters: [2, 3]))
    #expect(cluster[1].node.configuration.isJoint)
    cluster.settle()
    #expect(cluster[1].node.role == .follower)
    #expect(cluster[2].node.configuration == ClusterConfiguration(voters: [2, 3]))
    cluster.step(3, .disconnected(1))
    cluster.step(2, .disconnected(1))
    cluster.settle()
    #expect(cluster[2].node.role == .leader || cluster[3].node.role == .leader)
  }

  @Test func `6 a joint configuration needs both majorities`() throws {
    var cluster = TestCluster(voters: [1, 2, 3], spare: [4, 5])
    cluster.elect(1)
    try cluster.proposeConfiguration(1, ClusterConfiguration(voters: [1, 4, 5]))
    cluster.settle { $0.to == 4 || $0.to == 5 }
    #expect(cluster[1].node.commitIndex == 1, "only the old majority holds it")
    for _ in 0..<3 {
      cluster.tick(1)
      cluster.settle { $0.to == 2 || $0.to == 3 }
    }
    #expect(cluster[1].node.configuration == ClusterConfiguration(voters: [1, 4, 5]))
    #expect(cluster[4].node.commitIndex == 3)
  }

  @Test func `6 a configuration holds from the log on, and an overwritten one is gone`() throws {
    var cluster = TestCluster(voters: [1, 2, 3], spare: [4])
    cluster.elect(1)
    try cluster.proposeConfiguration(1, ClusterConfiguration(voters: [1, 2, 3, 4]))
    while !cluster[1].stores.isEmpty { cluster.completeStore(1) }
    cluster.network = []
    #expect(cluster[1].node.configuration.isJoint)
    cluster.step(2, .disconnected(1))
    cluster.step(3, .disconnected(1))
    cluster.settle { $0.to == 1 || $0.from == 1 }
    cluster.tick(2)
    cluster.tick(3)
    cluster.settle()
    #expect(cluster[1].node.role == .follower)
    #expect(cluster[1].node.configuration == ClusterConfiguration(voters: [1, 2, 3]))
  }

  @Test func `7 a follower whose entries are gone gets a snapshot and goes on behind it`() throws {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1) { $0.to == 3 }
    for value in 0..<5 { try cluster.propose(1, Bytes("\(value)")) }
    cluster.settle { $0.to == 3 }
    cluster.step(1, .compacted(through: 6))
    #expect(cluster[1].node.firstIndex == 7)
    cluster.tick(1)
    cluster.settle()
    let offer = cluster[3].effects.compactMap { effect -> SnapshotMetadata? in
      guard case .installSnapshot(let metadata, from: 1) = effect else { return nil }
      return metadata
    }
    #expect(offer.map(\.last) == [EntryID(term: 1, index: 6)])
    #expect(cluster[1].effects.contains(.sendSnapshot(offer[0], to: 3)))
    cluster[3].disk.snapshot = offer[0]
    cluster.step(3, .snapshotInstalled(offer[0]))
    try cluster.propose(1, "after")
    cluster.settle()
    #expect(cluster[3].node.commitIndex == 7)
    #expect(cluster[3].node.entries(from: 7, through: 7).map(\.payload) == ["after"])
  }

  @Test func `8 a new leader commits an empty entry of its term first`() {
    var cluster = TestCluster(voters: [1, 2, 3])
    cluster.elect(1)
    #expect(cluster[2].applied[1]?.kind == .empty)
    #expect(cluster[1].node.isLeaderSettled)
  }
}
