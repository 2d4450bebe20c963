public import Base

extension RaftNode {
  /// Whether this node may lead: a voter whose state is not being replaced. One that only the
  /// newest, uncommitted configuration removes may be the only one that can commit it, so it still
  /// campaigns (thesis §4.2.2).
  var isPromotable: Bool {
    installing == nil && log.isVoter(id, since: commitIndex)
  }

  /// A pre-vote asks whether an election could be won, and changes no term (thesis §9.6).
  mutating func beginPreVote(into effects: inout [RaftEffect]) {
    guard isPromotable else {
      resetElectionTimer()
      return
    }
    let orphans = takeUnansweredReads()
    state = .preCandidate(Campaign(isTransfer: false))
    resetElectionTimer()
    announce(into: &effects)
    fail(orphans, into: &effects)
    for peer in log.configuration.allVoters where peer != id {
      send(.preVote(last: log.last), to: peer, term: hardState.term.next, into: &effects)
    }
    count(vote: true, of: id, into: &effects)
  }

  /// Raft §5.2: increments its term, votes for itself, asks the others.
  mutating func beginElection(isTransfer: Bool, into effects: inout [RaftEffect]) {
    guard isPromotable else { return }
    hardState = HardState(term: hardState.term.next, vote: id)
    isHardStateDirty = true
    let orphans = takeUnansweredReads()
    flushHardState(into: &effects)
    state = .candidate(Campaign(isTransfer: isTransfer, ownVote: storesBegun))
    resetElectionTimer()
    announce(into: &effects)
    fail(orphans, into: &effects)
    for peer in log.configuration.allVoters where peer != id {
      sendWhenStored(.vote(last: log.last, isTransfer: isTransfer), to: peer, into: &effects)
    }
  }

  /// The own vote counts like any other: once a restart could not forget it.
  mutating func ownVoteStored(into effects: inout [RaftEffect]) {
    guard case .candidate(var campaign) = state, let sequence = campaign.ownVote,
      sequence <= storesDone
    else { return }
    campaign.ownVote = nil
    state = .candidate(campaign)
    count(vote: true, of: id, into: &effects)
  }

  /// Records one vote for the election or pre-vote under way, and acts where that decides it.
  private mutating func count(
    vote isGranted: Bool, of voter: NodeID, into effects: inout [RaftEffect]
  ) {
    switch state {
    case .preCandidate(var campaign):
      campaign.record(voter, isGranted: isGranted)
      state = .preCandidate(campaign)
      switch Quorum.outcome(of: log.configuration, vote: campaign.vote(of:)) {
      case .won: beginElection(isTransfer: false, into: &effects)
      case .lost: becomeFollower(term: hardState.term, leader: nil, into: &effects)
      case .open: break
      }
    case .candidate(var campaign):
      campaign.record(voter, isGranted: isGranted)
      state = .candidate(campaign)
      switch Quorum.outcome(of: log.configuration, vote: campaign.vote(of:)) {
      // A majority without the own vote would do, but a leader stands by its own durable vote.
      case .won where campaign.ownVote == nil: becomeLeader(into: &effects)
      case .won, .open: break
      case .lost: becomeFollower(term: hardState.term, leader: nil, into: &effects)
      }
    case .follower, .leader:
      break
    case .inMutation:
      preconditionFailure("stepped while it changes")
    }
  }

  private mutating func becomeLeader(into effects: inout [RaftEffect]) {
    let start = log.last.index.next
    var leading = Leadership(progress: [], termStart: start)
    for peer in log.configuration.members where peer != id {
      leading.progress.append(Progress(id: peer, next: start, isActive: false))
    }
    if commitIndex < log.last.index {
      for entry in log.entries(from: commitIndex.next, through: log.last.index) {
        leading.uncommittedBytes += entry.payload.count
      }
    }
    state = .leader(leading)
    electionElapsed = 0
    announce(into: &effects)
    // Raft §8: a no-op commits what earlier terms left, which §5.4.2 forbids to count directly.
    _ = appendAsLeader(Bytes(), kind: .empty, into: &effects)
  }

  // MARK: - Messages

  /// Grants at most one vote per term, to a candidate whose log is at least as new (Raft §5.4.1).
  mutating func receiveVote(
    from candidate: NodeID, last: EntryID, into effects: inout [RaftEffect]
  ) {
    let isFree = hardState.vote == candidate || (hardState.vote == nil && leader == nil)
    guard isFree, last.isAtLeastAsUpToDate(as: log.last) else {
      send(.voteResponse(granted: false), to: candidate, into: &effects)
      return
    }
    if role == .preCandidate { becomeFollower(term: hardState.term, leader: nil, into: &effects) }
    if hardState.vote == nil {
      hardState.vote = candidate
      isHardStateDirty = true
    }
    electionElapsed = 0
    sendWhenStored(.voteResponse(granted: true), to: candidate, into: &effects)
  }

  mutating func receivePreVote(
    from candidate: NodeID, term: Term, last: EntryID, into effects: inout [RaftEffect]
  ) {
    guard term > hardState.term, !hearsLeader, last.isAtLeastAsUpToDate(as: log.last) else {
      send(.preVoteResponse(granted: false), to: candidate, into: &effects)
      return
    }
    send(.preVoteResponse(granted: true), to: candidate, term: term, into: &effects)
    // Two that lost the same leader at once would split the vote: the lesser one makes room.
    if role == .preCandidate, term == hardState.term.next, last != log.last || candidate < id {
      becomeFollower(term: hardState.term, leader: nil, into: &effects)
    }
  }

  mutating func receiveVoteResponse(
    from voter: NodeID, isGranted: Bool, into effects: inout [RaftEffect]
  ) {
    guard role == .candidate else { return }
    count(vote: isGranted, of: voter, into: &effects)
  }

  mutating func receivePreVoteResponse(
    from voter: NodeID, isGranted: Bool, into effects: inout [RaftEffect]
  ) {
    guard role == .preCandidate else { return }
    count(vote: isGranted, of: voter, into: &effects)
  }

  /// A leader was heard within the shortest election time, or this node is one: no election is
  /// helped along then (thesis §4.2.3, §9.6).
  var hearsLeader: Bool {
    role == .leader || (leader != nil && electionElapsed < settings.electionTicks)
  }

  mutating func receiveTimeoutNow(into effects: inout [RaftEffect]) {
    guard role == .follower else { return }
    beginElection(isTransfer: true, into: &effects)
  }
}

extension ClusterConfiguration {
  /// Votes in either half.
  public func isVoter(_ node: NodeID) -> Bool {
    voters.contains(node) || outgoing.contains(node)
  }

  public var isJoint: Bool { !outgoing.isEmpty }

  /// The voters of both halves, ascending, each once.
  public var allVoters: [NodeID] {
    outgoing.isEmpty ? voters : Set(voters + outgoing).sorted()
  }

  /// Voters of both halves and learners, ascending, each once.
  public var members: [NodeID] {
    outgoing.isEmpty && learners.isEmpty ? voters : Set(voters + outgoing + learners).sorted()
  }
}
