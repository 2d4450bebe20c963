import Base

extension RaftNode {
  /// Raft §5.1: a later term makes a follower, an earlier one is refused; then by kind.
  mutating func receive(_ message: Message, into effects: inout [RaftEffect]) {
    guard message.to == id, message.from != id else { return }
    if message.term > hardState.term {
      guard adopt(message, into: &effects) else { return }
    } else if message.term < hardState.term {
      refuseOld(message, into: &effects)
      return
    }
    switch message.body {
    case .preVote(let last):
      receivePreVote(from: message.from, term: message.term, last: last, into: &effects)
    case .preVoteResponse(let isGranted):
      receivePreVoteResponse(from: message.from, isGranted: isGranted, into: &effects)
    case .vote(let last, _):
      receiveVote(from: message.from, last: last, into: &effects)
    case .voteResponse(let isGranted):
      receiveVoteResponse(from: message.from, isGranted: isGranted, into: &effects)
    case .append, .commit, .heartbeat, .snapshot:
      receiveFromLeader(message, into: &effects)
    case .appendAccepted, .appendRejected, .heartbeatResponse, .snapshotInstalled:
      receiveFromFollower(message, into: &effects)
    case .timeoutNow:
      receiveTimeoutNow(into: &effects)
    case .readIndex(let name):
      receiveReadIndex(name, from: message.from, into: &effects)
    case .readIndexResponse(let name, let index):
      receiveReadIndexResponse(name, index, into: &effects)
    }
  }

  /// Follows a message into its later term. False: the message ends here.
  private mutating func adopt(_ message: Message, into effects: inout [RaftEffect]) -> Bool {
    var sender: NodeID?
    switch message.body {
    case .preVote, .preVoteResponse(granted: true):
      // They name a term that nobody entered yet.
      return true
    case .vote(_, let isTransfer):
      // Thesis §4.2.3: a member that was removed must not disturb those that hear their leader.
      if hearsLeader, !isTransfer { return false }
    case .append, .commit, .heartbeat, .snapshot, .timeoutNow:
      sender = message.from
    case .preVoteResponse(granted: false), .voteResponse, .appendAccepted, .appendRejected,
      .heartbeatResponse, .snapshotInstalled, .readIndex, .readIndexResponse:
      break
    }
    becomeFollower(term: message.term, leader: sender, into: &effects)
    return true
  }

  private mutating func refuseOld(_ message: Message, into effects: inout [RaftEffect]) {
    switch message.body {
    case .append, .commit, .heartbeat, .snapshot:
      // Tells a leader that was cut off of the term that went on without it.
      send(.heartbeatResponse(read: 0), to: message.from, into: &effects)
    case .preVote:
      send(.preVoteResponse(granted: false), to: message.from, into: &effects)
    case .vote:
      send(.voteResponse(granted: false), to: message.from, into: &effects)
    case .preVoteResponse, .voteResponse, .appendAccepted, .appendRejected, .heartbeatResponse,
      .snapshotInstalled, .timeoutNow, .readIndex, .readIndexResponse:
      break
    }
  }

  private mutating func receiveFromLeader(
    _ message: Message, into effects: inout [RaftEffect]
  ) {
    // Two leaders of one term cannot be (Raft §5.2): such a message is forged or damaged.
    if role == .leader { return }
    if leader == nil {
      becomeFollower(term: hardState.term, leader: message.from, into: &effects)
    }
    guard leader == message.from else { return }
    electionElapsed = 0
    switch message.body {
    case .append(let previous, let entries, let commit):
      receiveAppend(
        from: message.from, previous: previous, entries: entries, commit: commit, into: &effects)
    case .commit(let index):
      if index <= log.last.index { commit(through: index, into: &effects) }
    case .heartbeat(let index, let read):
      if index <= log.last.index { commit(through: index, into: &effects) }
      send(.heartbeatResponse(read: read), to: message.from, into: &effects)
    case .snapshot(let metadata):
      receiveSnapshot(metadata, from: message.from, into: &effects)
    case .preVote, .preVoteResponse, .vote, .voteResponse, .appendAccepted, .appendRejected,
      .heartbeatResponse, .snapshotInstalled, .timeoutNow, .readIndex, .readIndexResponse:
      preconditionFailure("not a leader's message")
    }
  }

  private mutating func receiveFromFollower(
    _ message: Message, into effects: inout [RaftEffect]
  ) {
    guard role == .leader, let position = leadership.position(of: message.from) else { return }
    leadership.progress[position].isActive = true
    switch message.body {
    case .appendAccepted(let match):
      // No node accepted what this leader does not hold: damaged or forged.
      guard match <= log.last.index else { return }
      appendAccepted(at: position, match: match, into: &effects)
    case .appendRejected(let rejected, let hint):
      appendRejected(at: position, rejected: rejected, hint: hint, into: &effects)
    case .heartbeatResponse(let read):
      heartbeatAnswered(at: position, read: read, into: &effects)
    case .snapshotInstalled(let match):
      guard match <= log.last.index else { return }
      leadership.progress[position].snapshotInstalled(through: match)
      advanceCommit(into: &effects)
      if role == .leader { replicate(to: position, into: &effects) }
    case .preVote, .preVoteResponse, .vote, .voteResponse, .append, .commit, .heartbeat, .snapshot,
      .timeoutNow, .readIndex, .readIndexResponse:
      preconditionFailure("not a follower's message")
    }
  }
}
