public import Base

/// A message between two Raft nodes. `term` is the sender's, but for `preVote` and a granted
/// `preVoteResponse`, which carry the term that the candidate would have (thesis §9.6).
public struct Message: Hashable, Sendable {
  public let from: NodeID
  public let to: NodeID
  public let term: Term
  public let body: Body

  public init(from: NodeID, to: NodeID, term: Term, body: Body) {
    self.from = from
    self.to = to
    self.term = term
    self.body = body
  }

  public enum Body: Hashable, Sendable {
    case preVote(last: EntryID)
    case preVoteResponse(granted: Bool)
    /// `isTransfer`: a leader asked for this election, so leases of leadership do not refuse it.
    case vote(last: EntryID, isTransfer: Bool)
    case voteResponse(granted: Bool)
    /// AppendEntries (Raft §5.3). `entries` follow `previous` without a gap; may be empty.
    case append(previous: EntryID, entries: [Entry], commit: LogIndex)
    /// Committed up to here, which the receiver accepted in this term. Not answered.
    case commit(LogIndex)
    /// `match` is durable at the follower.
    case appendAccepted(match: LogIndex)
    /// `rejected` is the `previous` that did not match; `hint` is where the follower's log may.
    case appendRejected(rejected: LogIndex, hint: EntryID)
    /// `read` is the leader's newest read round in this term; zero before the first.
    case heartbeat(commit: LogIndex, read: UInt64)
    case heartbeatResponse(read: UInt64)
    /// The follower needs what the leader's log no longer holds; the state itself travels apart.
    case snapshot(SnapshotMetadata)
    /// The follower's log starts anew behind `match`, which is durable.
    case snapshotInstalled(match: LogIndex)
    /// A leader hands over (thesis §3.10): campaign at once.
    case timeoutNow
    /// A follower's linearizable read (thesis §6.4).
    case readIndex(ReadContext)
    /// nil: the leader could not confirm it; read again.
    case readIndexResponse(ReadContext, LogIndex?)
  }
}
