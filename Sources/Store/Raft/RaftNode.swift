public import Base

/// One node of a Raft cluster: a value that takes events and answers with ordered effects.
///
/// ```
///                   time out                majority            majority, own vote durable
///   follower -----------------> preCandidate ------> candidate -----------------> leader
///       ^                            |                   |                          |
///       +------ refused, leader -----+---- refused, -----+----- quorum silent, -----+
///               found                      higher term          higher term
/// ```
///
/// Raft paper (extended version) §5-§7; pre-vote: thesis §9.6; check-quorum: thesis §6.2; reads:
/// thesis §6.4; joint consensus: paper §6, thesis §4.3; writing to the leader's disk in parallel:
/// thesis §10.2.1. Time is counted in ticks that the owner delivers.
public struct RaftNode: Sendable {
  public let settings: RaftConfiguration

  var log: RaftLog
  var hardState: HardState
  var state: State
  /// Entries up to here are committed (Raft §5.3). At least the log's base.
  public internal(set) var commitIndex: LogIndex
  /// The state that a peer too far behind is sent; at or behind the log's base.
  var snapshot: SnapshotMetadata
  /// The offer that the owner is receiving.
  var installing: SnapshotOffer?

  /// The last store effect, and the last one known durable.
  var storesBegun = StoreSequence.zero
  var storesDone = StoreSequence.zero
  /// The hard state differs from what the last store effect carried.
  var isHardStateDirty = false
  /// The last store effect that carried a hard state.
  var hardStateStore = StoreSequence.zero

  /// Ticks since this node heard a leader, voted, or began its election; at a leader, since the
  /// last check of its quorum.
  var electionElapsed = 0
  /// Ticks at which the next election begins: electionTicks ..< 2 * electionTicks (Raft §5.2).
  var electionTimeout = 0
  var random: PRNG
  var announced: RoleChange

  /// A fresh or restarted node: a follower that knows no leader. Traps where the recovered entries
  /// leave a gap behind the snapshot.
  public init(configuration: RaftConfiguration, recovered: RecoveredState) {
    settings = configuration
    log = RaftLog(recovered: recovered)
    hardState = recovered.hardState
    state = .follower(Following(leader: nil))
    commitIndex = recovered.snapshot.last.index
    snapshot = recovered.snapshot
    random = PRNG(seed: configuration.seed)
    announced = RoleChange(role: .follower, term: hardState.term, leader: nil)
    nextReadName = random.next()
    resetElectionTimer()
  }

  /// The next forwarded read's name on the wire.
  var nextReadName: UInt64

  // MARK: - What the owner may ask

  public var id: NodeID { settings.id }
  public var term: Term { hardState.term }
  public var role: Role { state.role }
  public var lastIndex: LogIndex { log.last.index }
  /// The oldest index whose entry `entries(from:through:)` can give.
  public var firstIndex: LogIndex { log.firstIndex }
  /// Everything up to here is on this node's disk.
  public var durableIndex: LogIndex { log.durable }
  /// The newest configuration in the log, committed or not: the one in force (Raft §6).
  public var configuration: ClusterConfiguration { log.configuration }

  /// The leader of this term, if known.
  public var leader: NodeID? {
    switch state {
    case .follower(let following): following.leader
    case .preCandidate, .candidate: nil
    case .leader: id
    case .inMutation: preconditionFailure("read while it changes")
    }
  }

  /// Entries in `from...through`, which lie within `firstIndex...lastIndex`.
  public func entries(from: LogIndex, through: LogIndex) -> [Entry] {
    log.entries(from: from, through: through)
  }

  /// The term of an entry, or nil where the log does not hold it (any more).
  public func term(at index: LogIndex) -> Term? { log.term(at: index) }

  /// What a snapshot of the state up to `index` is labelled with; the log holds `index` or ends its
  /// compacted part there.
  public func snapshotMetadata(at index: LogIndex) -> SnapshotMetadata {
    guard let term = log.term(at: index) else { preconditionFailure("snapshot outside the log") }
    return SnapshotMetadata(
      last: EntryID(term: term, index: index), configuration: log.configuration(at: index))
  }

  /// Whether an entry of this leader's own term is committed: its commit index is then current.
  public var isLeaderSettled: Bool {
    guard case .leader(let leading) = state else { return false }
    return commitIndex >= leading.termStart
  }

  // MARK: - Events

  /// Takes one event and appends what it asks for, in order, to `effects`.
  public mutating func step(_ event: RaftEvent, into effects: inout [RaftEffect]) {
    switch event {
    case .tick: tick(into: &effects)
    case .received(let message): receive(message, into: &effects)
    case .campaign: if role != .leader { beginPreVote(into: &effects) }
    case .read(let context): read(context, into: &effects)
    case .stored(let sequence): stored(sequence, into: &effects)
    case .compacted(let index): compacted(through: index)
    case .snapshotInstalled(let metadata): snapshotInstalled(metadata, into: &effects)
    case .snapshotRefused: installing = nil
    case .snapshotFailed(let peer): snapshotFailed(to: peer)
    case .disconnected(let peer): disconnected(peer, into: &effects)
    case .transferLeadership(let target): transferLeadership(to: target, into: &effects)
    }
    flushHardState(into: &effects)
  }

  /// Appends an entry at the leader and starts its replication; its outcome is `.committed` or,
  /// after a change of leader, another entry at its index. Throws where nothing was appended.
  public mutating func propose(
    _ payload: Bytes, kind: Entry.Kind = .command, into effects: inout [RaftEffect]
  ) throws(ProposalError) -> EntryID {
    precondition(kind != .configuration, "configurations go through proposeConfiguration")
    guard role == .leader else { throw .notLeader(leader: leader) }
    guard leadership.transfer == nil else { throw .transferring }
    let bytes = leadership.uncommittedBytes
    if bytes > 0, bytes + payload.count > settings.uncommittedBytesMax { throw .full }
    return appendAsLeader(payload, kind: kind, into: &effects)
  }

  private mutating func tick(into effects: inout [RaftEffect]) {
    electionElapsed += 1
    switch role {
    case .follower, .preCandidate, .candidate:
      expireForwardedReads(into: &effects)
      if electionElapsed >= electionTimeout { beginPreVote(into: &effects) }
    case .leader:
      leaderTick(into: &effects)
    }
  }

  private mutating func stored(_ sequence: StoreSequence, into effects: inout [RaftEffect]) {
    precondition(sequence <= storesBegun, "acknowledgement of a store that never was")
    storesDone = max(storesDone, sequence)
    log.stored(sequence)
    switch role {
    case .follower, .preCandidate: break
    case .candidate: ownVoteStored(into: &effects)
    case .leader: advanceCommit(into: &effects)
    }
  }

  private mutating func disconnected(_ peer: NodeID, into effects: inout [RaftEffect]) {
    switch state {
    case .follower(let following):
      guard following.leader == peer else { return }
      // The lease of leadership ends: others' pre-votes are granted from now on, too.
      beginPreVote(into: &effects)
    case .preCandidate, .candidate:
      break
    case .leader:
      guard let position = leadership.position(of: peer) else { return }
      leadership.progress[position].becomeProbe()
    case .inMutation:
      preconditionFailure("stepped while it changes")
    }
  }

  // MARK: - Effects

  /// Sends what promises nothing but the term; that only needs to be durable.
  mutating func send(
    _ body: Message.Body, to peer: NodeID, term: Term? = nil, into effects: inout [RaftEffect]
  ) {
    flushHardState(into: &effects)
    let message = Message(from: id, to: peer, term: term ?? hardState.term, body: body)
    effects.append(hardStateStore <= storesDone ? .send(message) : .sendWhenStored(message))
  }

  /// Sends what promises everything stored before: votes, accepted entries.
  mutating func sendWhenStored(
    _ body: Message.Body, to peer: NodeID, into effects: inout [RaftEffect]
  ) {
    flushHardState(into: &effects)
    let message = Message(from: id, to: peer, term: hardState.term, body: body)
    effects.append(.sendWhenStored(message))
  }

  mutating func flushHardState(into effects: inout [RaftEffect]) {
    if isHardStateDirty { store([], into: &effects) }
  }

  /// Asks for entries, which the log already holds, and a changed hard state to be made durable.
  mutating func store(_ entries: [Entry], into effects: inout [RaftEffect]) {
    storesBegun = storesBegun.next
    if isHardStateDirty { hardStateStore = storesBegun }
    effects.append(
      .store(
        StoreRequest(
          sequence: storesBegun, hardState: isHardStateDirty ? hardState : nil, entries: entries)))
    isHardStateDirty = false
    if !entries.isEmpty { log.storeBegan(storesBegun) }
  }

  /// Entries up to `index`, which the log holds, are committed.
  mutating func commit(through index: LogIndex, into effects: inout [RaftEffect]) {
    guard index > commitIndex else { return }
    precondition(index <= log.last.index, "commit beyond the log")
    commitIndex = index
    effects.append(.committed(index))
  }
}
