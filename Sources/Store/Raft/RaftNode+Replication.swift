import Base

extension RaftNode {
  // MARK: - Leader

  mutating func appendAsLeader(
    _ payload: Bytes, kind: Entry.Kind, into effects: inout [RaftEffect]
  ) -> EntryID {
    let id = EntryID(term: hardState.term, index: log.last.index.next)
    let entries = [Entry(id: id, kind: kind, payload: payload)]
    log.append(entries)
    if kind == .configuration { configurationAppended() }
    leadership.uncommittedBytes += payload.count
    // To the followers first: the leader's own disk is one voter of several (thesis §10.2.1).
    for position in leadership.progress.indices { replicate(to: position, into: &effects) }
    store(entries, into: &effects)
    return id
  }

  mutating func leaderTick(into effects: inout [RaftEffect]) {
    leadership.heartbeatElapsed += 1
    if let transfer = leadership.transfer {
      leadership.transfer?.elapsed = transfer.elapsed + 1
      if transfer.elapsed + 1 >= settings.electionTicks { leadership.transfer = nil }
    }
    if electionElapsed >= settings.electionTicks {
      electionElapsed = 0
      guard quorumIsActive() else {
        becomeFollower(term: hardState.term, leader: nil, into: &effects)
        return
      }
    }
    if leadership.heartbeatElapsed >= settings.heartbeatTicks {
      leadership.heartbeatElapsed = 0
      broadcastHeartbeat(into: &effects)
      reofferSnapshots(into: &effects)
    }
  }

  /// Thesis §6.2: a leader that no quorum answers for an election time steps down.
  private mutating func quorumIsActive() -> Bool {
    let leading = leadership
    let outcome = Quorum.outcome(of: log.configuration) { voter in
      if voter == id { return true }
      return leading.position(of: voter).map { leading.progress[$0].isActive } ?? false
    }
    for position in leading.progress.indices { leadership.progress[position].isActive = false }
    return outcome == .won
  }

  mutating func broadcastHeartbeat(into effects: inout [RaftEffect]) {
    let read = leadership.rounds.newest
    for position in leadership.progress.indices {
      let peer = leadership.progress[position].id
      let commit = min(commitIndex, leadership.progress[position].match)
      leadership.progress[position].commitSent(commit)
      send(.heartbeat(commit: commit, read: read), to: peer, into: &effects)
    }
  }

  mutating func heartbeatAnswered(
    at position: Int, read: UInt64, into effects: inout [RaftEffect]
  ) {
    leadership.progress[position].resumeProbe()
    if leadership.progress[position].match < log.last.index {
      replicate(to: position, into: &effects)
      askForLosses(at: position, into: &effects)
    }
    // A round that never began is not confirmed by whoever names it.
    guard read <= leadership.rounds.newest else { return }
    let known = leadership.progress[position].readRound
    if read > known {
      leadership.progress[position].readRound = read
      confirmReads(into: &effects)
    }
  }

  /// Sends what the peer lacks, as far as its window allows.
  mutating func replicate(to position: Int, into effects: inout [RaftEffect]) {
    while leadership.progress[position].maySend(inflightBytesMax: settings.inflightBytesMax) {
      let next = leadership.progress[position].next
      let previous = LogIndex(next.value - 1)
      guard let term = log.term(at: previous) else {
        offerSnapshot(to: position, into: &effects)
        return
      }
      let run = log.run(from: next, bytesMax: settings.appendBytesMax)
      if run == nil, leadership.progress[position].phase == .replicate { return }
      let through = run?.through ?? previous
      sendAppend(
        to: position, previous: EntryID(term: term, index: previous),
        entries: log.entries(from: next, through: through), into: &effects)
      leadership.progress[position].appendSent(
        through: through, bytes: run?.bytes ?? 0, commit: commitIndex)
    }
  }

  /// An empty append behind everything sent: a peer that missed something refuses it. Once per
  /// heartbeat, since messages may be lost without a connection's end.
  private mutating func askForLosses(at position: Int, into effects: inout [RaftEffect]) {
    guard case .replicate = leadership.progress[position].phase else { return }
    let previous = LogIndex(leadership.progress[position].next.value - 1)
    guard let term = log.term(at: previous) else {
      // The log was compacted past what is under way.
      offerSnapshot(to: position, into: &effects)
      return
    }
    sendAppend(
      to: position, previous: EntryID(term: term, index: previous), entries: [], into: &effects)
  }

  private mutating func sendAppend(
    to position: Int, previous: EntryID, entries: [Entry], into effects: inout [RaftEffect]
  ) {
    let peer = leadership.progress[position].id
    send(
      .append(previous: previous, entries: entries, commit: commitIndex), to: peer, into: &effects)
  }

  mutating func appendAccepted(
    at position: Int, match: LogIndex, into effects: inout [RaftEffect]
  ) {
    let peer = leadership.progress[position].id
    let isNews = leadership.progress[position].accepted(through: match, base: log.base.index)
    if isNews { advanceCommit(into: &effects) }
    guard role == .leader, let position = leadership.position(of: peer) else { return }
    replicate(to: position, into: &effects)
    tellCommit(to: position, into: &effects)
    handOverIfReady(to: position, into: &effects)
  }

  mutating func appendRejected(
    at position: Int, rejected: LogIndex, hint: EntryID, into effects: inout [RaftEffect]
  ) {
    let agreed = log.conflictHint(index: hint.index, term: hint.term)
    guard leadership.progress[position].rejected(at: rejected, hint: agreed.index) else { return }
    replicate(to: position, into: &effects)
  }

  /// Raft §5.3, §5.4.2: an entry of this term that a quorum holds is committed, and all before it.
  mutating func advanceCommit(into effects: inout [RaftEffect]) {
    let leading = leadership
    let index = Quorum.committedIndex(of: log.configuration) { voter in
      if voter == id { return log.durable }
      return leading.position(of: voter).map { leading.progress[$0].match } ?? .zero
    }
    guard index > commitIndex, log.term(at: index) == hardState.term else { return }
    var bytes = 0
    var freed = commitIndex.next
    while freed <= index {
      bytes += log[freed].payload.count
      freed = freed.next
    }
    leadership.uncommittedBytes -= bytes
    commit(through: index, into: &effects)
    for position in leadership.progress.indices { tellCommit(to: position, into: &effects) }
    beginReadRound(into: &effects)
    configurationCommitted(into: &effects)
  }

  /// Followers apply as soon as they may, not at the next heartbeat.
  private mutating func tellCommit(to position: Int, into effects: inout [RaftEffect]) {
    let index = min(commitIndex, leadership.progress[position].match)
    guard index > leadership.progress[position].commitTold else { return }
    leadership.progress[position].commitSent(index)
    send(.commit(index), to: leadership.progress[position].id, into: &effects)
  }

  // MARK: - Leadership transfer (thesis §3.10)

  mutating func transferLeadership(to target: NodeID, into effects: inout [RaftEffect]) {
    guard role == .leader, target != id, log.configuration.isVoter(target),
      let position = leadership.position(of: target)
    else { return }
    leadership.transfer = Leadership.Transfer(target: target)
    leadership.progress[position].resumeProbe()
    replicate(to: position, into: &effects)
    handOverIfReady(to: position, into: &effects)
  }

  private mutating func handOverIfReady(to position: Int, into effects: inout [RaftEffect]) {
    let progress = leadership.progress[position]
    guard leadership.transfer?.target == progress.id, progress.match == log.last.index else {
      return
    }
    send(.timeoutNow, to: progress.id, into: &effects)
  }

  // MARK: - Follower

  /// Raft §5.3: refuses where the logs differ before the entries, drops what conflicts with them.
  mutating func receiveAppend(
    from leader: NodeID, previous: EntryID, entries: [Entry], commit: LogIndex,
    into effects: inout [RaftEffect]
  ) {
    guard follow(entries, previous) else { return }
    if previous.index < commitIndex {
      // What is committed matches (Leader Completeness); the leader goes on from there.
      sendWhenStored(.appendAccepted(match: commitIndex), to: leader, into: &effects)
      return
    }
    guard log.holds(previous) else {
      let hint = log.conflictHint(index: previous.index, term: previous.term)
      send(.appendRejected(rejected: previous.index, hint: hint), to: leader, into: &effects)
      return
    }
    if let start = entries.firstIndex(where: { !log.holds($0.id) }) {
      let fresh = start == 0 ? entries : Array(entries[start...])
      // Entries behind the commit index only: those before it were shown to match above.
      if fresh[0].index <= log.last.index { log.truncate(from: fresh[0].index) }
      log.append(fresh)
      store(fresh, into: &effects)
    }
    let match = LogIndex(previous.index.value + UInt64(entries.count))
    sendWhenStored(.appendAccepted(match: match), to: leader, into: &effects)
    self.commit(through: min(commit, match), into: &effects)
  }

  /// Whether entries follow `previous` without a gap, by terms that never decrease, up to this one.
  private func follow(_ entries: [Entry], _ previous: EntryID) -> Bool {
    var before = previous
    for entry in entries {
      guard entry.index.value == before.index.value + 1, entry.term >= before.term else {
        return false
      }
      before = entry.id
    }
    return before.term <= hardState.term
  }
}

extension RaftNode {
  /// What a leader knows of its peers, ascending; empty in any other role.
  public var progress: [PeerProgress] {
    guard case .leader(let leading) = state else { return [] }
    return leading.progress.map { peer in
      var isReceivingSnapshot = false
      if case .snapshot = peer.phase { isReceivingSnapshot = true }
      return PeerProgress(
        id: peer.id, match: peer.match, next: peer.next, inflightBytes: peer.inflights.bytes,
        isReceivingSnapshot: isReceivingSnapshot, isActive: peer.isActive)
    }
  }
}
