import Base

/// What is legal in one role only.
enum State {
  case follower(Following)
  case preCandidate(Campaign)
  case candidate(Campaign)
  case leader(Leadership)
  /// A value was taken out to be changed in place.
  case inMutation

  var role: Role {
    switch self {
    case .follower: .follower
    case .preCandidate: .preCandidate
    case .candidate: .candidate
    case .leader: .leader
    case .inMutation: preconditionFailure("read while it changes")
    }
  }
}

/// A follower, and the reads that it asked its leader to confirm.
struct Following {
  struct ForwardedRead {
    let name: ReadContext
    let context: ReadContext
    /// Ticks since it was sent.
    var age = 0
  }

  let leader: NodeID?
  /// In order of arrival.
  var reads: [ForwardedRead] = []

  init(leader: NodeID?) {
    self.leader = leader
  }
}

/// Votes of one election or pre-vote.
struct Campaign {
  /// Who answered, and what; one answer each.
  var votes: [(voter: NodeID, isGranted: Bool)] = []
  /// A leader asked for it.
  let isTransfer: Bool
  /// The store effect that makes the own vote durable; nil once it counts, and in a pre-vote.
  var ownVote: StoreSequence?

  init(isTransfer: Bool, ownVote: StoreSequence? = nil) {
    self.isTransfer = isTransfer
    self.ownVote = ownVote
  }

  mutating func record(_ voter: NodeID, isGranted: Bool) {
    if votes.contains(where: { $0.voter == voter }) { return }
    votes.append((voter, isGranted))
  }

  func vote(of voter: NodeID) -> Bool? {
    votes.first { $0.voter == voter }?.isGranted
  }
}

/// A leader's term of office.
struct Leadership {
  struct Transfer {
    let target: NodeID
    var elapsed = 0
  }

  /// The other members, voters and learners, ascending.
  var progress: [Progress]
  /// The index of the empty entry that began the term: nothing counts as committed before it is.
  let termStart: LogIndex
  var heartbeatElapsed = 0
  var rounds = ReadRounds()
  var transfer: Transfer?
  /// Payload bytes behind the commit index.
  var uncommittedBytes = 0

  func position(of peer: NodeID) -> Int? {
    progress.firstIndex { $0.id == peer }
  }
}

/// A snapshot that the owner is receiving, and from whom.
struct SnapshotOffer: Equatable {
  let metadata: SnapshotMetadata
  let leader: NodeID
}

extension RaftNode {
  /// The leadership, changed in place: without taking it out, each change would copy its arrays.
  var leadership: Leadership {
    get {
      guard case .leader(let leading) = state else { preconditionFailure("not the leader") }
      return leading
    }
    _modify {
      guard case .leader(var leading) = state else { preconditionFailure("not the leader") }
      state = .inMutation
      defer { state = .leader(leading) }
      yield &leading
    }
  }

  mutating func becomeFollower(
    term: Term, leader: NodeID?, into effects: inout [RaftEffect]
  ) {
    precondition(term >= hardState.term, "terms never decrease")
    if term > hardState.term {
      hardState = HardState(term: term)
      isHardStateDirty = true
    }
    let orphans = takeUnansweredReads()
    state = .follower(Following(leader: leader))
    resetElectionTimer()
    announce(into: &effects)
    fail(orphans, into: &effects)
  }

  mutating func resetElectionTimer() {
    electionElapsed = 0
    electionTimeout = settings.electionTicks + random.below(settings.electionTicks)
  }

  /// Tells the owner where role, term or leader changed since it was last told.
  mutating func announce(into effects: inout [RaftEffect]) {
    let change = RoleChange(role: role, term: hardState.term, leader: leader)
    guard change != announced else { return }
    announced = change
    effects.append(.roleChanged(change))
  }
}
