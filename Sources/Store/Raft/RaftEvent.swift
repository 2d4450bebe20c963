public import Base

/// What can happen to a Raft node.
public enum RaftEvent: Sendable {
  /// One tick of time has passed (`--heartbeat-interval`, 100 ms by default).
  case tick
  /// From the peer that `from` names, which the transport has authenticated.
  case received(Message)
  /// Start an election now, by a pre-vote: a sole voter leads as soon as its vote is stored.
  case campaign
  /// A linearizable read begins: answered by `.readReady` or `.readFailed`.
  case read(ReadContext)
  /// Every store effect up to this one is durable.
  case stored(StoreSequence)
  /// The owner can rebuild the state up to here without these entries: the log drops them but for a
  /// tail, and this is the snapshot that peers too far behind are sent.
  case compacted(through: LogIndex)
  /// The owner has durably replaced its state by this snapshot, in answer to `.installSnapshot`.
  case snapshotInstalled(SnapshotMetadata)
  /// The owner gave up on the snapshot that `.installSnapshot` asked for; the leader offers anew.
  case snapshotRefused
  /// The owner gave up on a snapshot transfer that `.sendSnapshot` asked for.
  case snapshotFailed(to: NodeID)
  /// The connection to a peer broke: a follower of that leader starts a pre-vote at once.
  case disconnected(NodeID)
  case transferLeadership(to: NodeID)
}

/// What a Raft node wants done, in order.
public enum RaftEffect: Hashable, Sendable {
  /// Make durable, then say `.stored(sequence)`. Stores complete in order; a later one may
  /// overwrite entries of an earlier one from its first entry's index on.
  case store(StoreRequest)
  /// May leave at once: it promises nothing that is not durable. (A leader's appends: thesis
  /// §10.2.1.)
  case send(Message)
  /// May leave only once every store effect before it is durable: votes, accepted appends.
  case sendWhenStored(Message)
  /// Entries up to this index are committed: apply them in order.
  case committed(LogIndex)
  case roleChanged(RoleChange)
  /// State at this index or later answers the read linearizably, once it is applied.
  case readReady(ReadContext, LogIndex)
  /// No leader, or leadership changed: begin the read again.
  case readFailed(ReadContext)
  /// The peer needs a state snapshot: transfer this one or a newer one, or answer
  /// `.snapshotFailed`.
  case sendSnapshot(SnapshotMetadata, to: NodeID)
  /// The leader offers this snapshot: receive it or a newer one, make it durable, answer
  /// `.snapshotInstalled` or `.snapshotRefused`. Replaces an offer that is still under way.
  case installSnapshot(SnapshotMetadata, from: NodeID)
}

public struct StoreRequest: Hashable, Sendable {
  public let sequence: StoreSequence
  /// nil: unchanged.
  public let hardState: HardState?
  /// Consecutive; may overwrite earlier ones from the first one's index on. May be empty.
  public let entries: [Entry]

  public init(sequence: StoreSequence, hardState: HardState?, entries: [Entry]) {
    self.sequence = sequence
    self.hardState = hardState
    self.entries = entries
  }
}

public enum Role: Hashable, Sendable {
  case follower
  case preCandidate
  case candidate
  case leader
}

public struct RoleChange: Hashable, Sendable {
  public let role: Role
  public let term: Term
  /// nil: none known in this term.
  public let leader: NodeID?

  public init(role: Role, term: Term, leader: NodeID?) {
    self.role = role
    self.term = term
    self.leader = leader
  }
}

/// Why a proposal was not appended. Nothing of it was.
public enum ProposalError: Error, Hashable, Sendable {
  /// `leader`: where to send it instead, if known.
  case notLeader(leader: NodeID?)
  /// Too many bytes await commitment.
  case full
  /// A transfer of leadership is under way.
  case transferring
  /// A change of the configuration is under way, or none may begin before this leader's first entry
  /// is committed (thesis §4.1).
  case configurationPending
}
