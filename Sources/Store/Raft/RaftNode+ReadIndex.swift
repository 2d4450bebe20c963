import Base

extension RaftNode {
  /// A linearizable read begins: at the leader by a round of its own, elsewhere by asking it.
  mutating func read(_ context: ReadContext, into effects: inout [RaftEffect]) {
    switch state {
    case .follower(var following):
      guard let leader = following.leader else {
        effects.append(.readFailed(context))
        return
      }
      let name = ReadContext(nextReadName)
      nextReadName &+= 1
      state = .inMutation
      following.reads.append(Following.ForwardedRead(name: name, context: context))
      state = .follower(following)
      send(.readIndex(name), to: leader, into: &effects)
    case .preCandidate, .candidate:
      effects.append(.readFailed(context))
    case .leader:
      guard leadership.rounds.add(.local(context)) else {
        effects.append(.readFailed(context))
        return
      }
      beginReadRound(into: &effects)
    case .inMutation:
      preconditionFailure("stepped while it changes")
    }
  }

  mutating func receiveReadIndex(
    _ name: ReadContext, from peer: NodeID, into effects: inout [RaftEffect]
  ) {
    guard role == .leader, leadership.rounds.add(.remote(peer, name)) else {
      send(.readIndexResponse(name, nil), to: peer, into: &effects)
      return
    }
    beginReadRound(into: &effects)
  }

  mutating func receiveReadIndexResponse(
    _ name: ReadContext, _ index: LogIndex?, into effects: inout [RaftEffect]
  ) {
    guard case .follower(var following) = state,
      let position = following.reads.firstIndex(where: { $0.name == name })
    else { return }
    let read = following.reads.remove(at: position)
    state = .follower(following)
    effects.append(index.map { .readReady(read.context, $0) } ?? .readFailed(read.context))
  }

  /// Begins a round for the reads that wait, if this leader knows what is committed (thesis §6.4,
  /// step 1: an entry of its own term).
  mutating func beginReadRound(into effects: inout [RaftEffect]) {
    guard isLeaderSettled, leadership.rounds.begin(at: commitIndex) else { return }
    broadcastHeartbeat(into: &effects)
    confirmReads(into: &effects)
  }

  /// Answers the rounds that a quorum confirmed, oldest first.
  mutating func confirmReads(into effects: inout [RaftEffect]) {
    let leading = leadership
    let answered = Quorum.committedIndex(of: log.configuration) { voter in
      if voter == id { return LogIndex(leading.rounds.newest) }
      return leading.position(of: voter).map { LogIndex(leading.progress[$0].readRound) } ?? .zero
    }
    var isFreed = false
    while let oldest = leadership.rounds.oldest, oldest <= answered.value,
      let round = leadership.rounds.popOldest()
    {
      isFreed = true
      for read in round.reads {
        switch read {
        case .local(let context):
          effects.append(.readReady(context, round.index))
        case .remote(let peer, let name):
          send(.readIndexResponse(name, round.index), to: peer, into: &effects)
        }
      }
    }
    if isFreed { beginReadRound(into: &effects) }
  }

  /// Forwarded reads whose question or answer was lost.
  mutating func expireForwardedReads(into effects: inout [RaftEffect]) {
    guard case .follower(var following) = state, !following.reads.isEmpty else { return }
    state = .inMutation
    for position in following.reads.indices { following.reads[position].age += 1 }
    let expired = following.reads.filter { $0.age >= settings.electionTicks }
    following.reads.removeAll { $0.age >= settings.electionTicks }
    state = .follower(following)
    for read in expired { effects.append(.readFailed(read.context)) }
  }

  /// Reads that a change of role or leader leaves without an answer, in order of arrival.
  mutating func takeUnansweredReads() -> [ReadRounds.Origin] {
    switch state {
    case .follower(let following): following.reads.map { .local($0.context) }
    case .preCandidate, .candidate: []
    case .leader: leadership.rounds.removeAll()
    case .inMutation: preconditionFailure("stepped while it changes")
    }
  }

  mutating func fail(_ reads: [ReadRounds.Origin], into effects: inout [RaftEffect]) {
    for read in reads {
      switch read {
      case .local(let context):
        effects.append(.readFailed(context))
      case .remote(let peer, let name):
        send(.readIndexResponse(name, nil), to: peer, into: &effects)
      }
    }
  }
}
