public import Base

/// One entry of the replicated log.
public struct Entry: Hashable, Sendable {
  public enum Kind: UInt8, Sendable {
    /// A leader's first entry of its term (Raft §8): commits what earlier terms left.
    case empty = 0
    /// Payload: the state machine's own.
    case command = 1
    /// Payload: an encoded `ClusterConfiguration`.
    case configuration = 2
  }

  public let id: EntryID
  public let kind: Kind
  public let payload: Bytes

  public init(id: EntryID, kind: Kind, payload: Bytes) {
    self.id = id
    self.kind = kind
    self.payload = payload
  }

  public var index: LogIndex { id.index }
  public var term: Term { id.term }
}

/// What must be durable before a message that depends on it leaves (Raft §5.1: currentTerm,
/// votedFor). The commit index is not part of it: it is learned anew from a leader.
public struct HardState: Hashable, Sendable {
  public var term: Term
  /// Whom this node voted for in `term`.
  public var vote: NodeID?

  public init(term: Term = .zero, vote: NodeID? = nil) {
    self.term = term
    self.vote = vote
  }
}

/// Who votes and who only listens. `outgoing` is non-empty during joint consensus (thesis §4.3).
/// Each list is sorted and without duplicates.
public struct ClusterConfiguration: Hashable, Sendable {
  public var voters: [NodeID]
  public var outgoing: [NodeID]
  public var learners: [NodeID]

  public init(voters: [NodeID], outgoing: [NodeID] = [], learners: [NodeID] = []) {
    self.voters = Set(voters).sorted()
    self.outgoing = Set(outgoing).sorted()
    self.learners = Set(learners).sorted()
  }
}

/// Where a snapshot stands: the state after applying the log up to `last`.
public struct SnapshotMetadata: Hashable, Sendable {
  public let last: EntryID
  public let configuration: ClusterConfiguration

  public init(last: EntryID, configuration: ClusterConfiguration) {
    self.last = last
    self.configuration = configuration
  }
}
