import Base

extension RaftNode {
  /// Begins a change to `target`'s voters and learners at the leader. A change of voters passes
  /// through joint consensus (Raft §6), which the leader leaves by itself once it is committed.
  /// Throws where nothing was appended. Traps on an empty set of voters or an unfinished joint one.
  public mutating func proposeConfiguration(
    _ target: ClusterConfiguration, into effects: inout [RaftEffect]
  ) throws(ProposalError) -> EntryID {
    precondition(!target.voters.isEmpty && !target.isJoint, "not a configuration to arrive at")
    guard role == .leader else { throw .notLeader(leader: leader) }
    guard leadership.transfer == nil else { throw .transferring }
    let current = log.configuration
    guard isLeaderSettled, !current.isJoint, log.configurationIndex <= commitIndex else {
      throw .configurationPending
    }
    let entered =
      target.voters == current.voters
      ? target
      : ClusterConfiguration(
        voters: target.voters, outgoing: current.voters, learners: target.learners)
    return appendAsLeader(entered.encoded(), kind: .configuration, into: &effects)
  }

  /// A configuration is in force as soon as it is in the log (Raft §6): peers come and go.
  mutating func configurationAppended() {
    let known = leadership.progress
    leadership.progress = log.configuration.members.filter { $0 != id }.map { peer in
      known.first { $0.id == peer } ?? Progress(id: peer, next: log.last.index, isActive: true)
    }
    if let target = leadership.transfer?.target, !log.configuration.isVoter(target) {
      leadership.transfer = nil
    }
  }

  /// The commit index moved: leaves a joint configuration that it passed, or the office where the
  /// configuration that it passed has no vote for this node (Raft §6).
  mutating func configurationCommitted(into effects: inout [RaftEffect]) {
    guard role == .leader, log.configurationIndex <= commitIndex else { return }
    let current = log.configuration
    if current.isJoint {
      let target = ClusterConfiguration(voters: current.voters, learners: current.learners)
      _ = appendAsLeader(target.encoded(), kind: .configuration, into: &effects)
    } else if !current.isVoter(id) {
      becomeFollower(term: hardState.term, leader: nil, into: &effects)
    }
  }
}
