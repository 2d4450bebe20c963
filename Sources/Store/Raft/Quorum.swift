public import Base

/// What a majority of voters, or of both halves during joint consensus, agrees on (thesis §4.3).
public enum Quorum {
  public enum Outcome: Hashable, Sendable {
    case won
    case lost
    /// Votes that could decide it are missing.
    case open
  }

  /// The greatest index that a majority of each half has reached; zero where nobody votes.
  public static func committedIndex(
    of configuration: ClusterConfiguration, match: (NodeID) -> LogIndex
  ) -> LogIndex {
    guard !configuration.voters.isEmpty else { return .zero }
    let incoming = majorityIndex(of: configuration.voters, match: match)
    guard !configuration.outgoing.isEmpty else { return incoming }
    return min(incoming, majorityIndex(of: configuration.outgoing, match: match))
  }

  /// Whether an election with these votes is decided; nil is a vote not yet known.
  public static func outcome(
    of configuration: ClusterConfiguration, vote: (NodeID) -> Bool?
  ) -> Outcome {
    guard !configuration.voters.isEmpty else { return .lost }
    let incoming = majorityOutcome(of: configuration.voters, vote: vote)
    guard !configuration.outgoing.isEmpty else { return incoming }
    let outgoing = majorityOutcome(of: configuration.outgoing, vote: vote)
    if incoming == .lost || outgoing == .lost { return .lost }
    return incoming == .won && outgoing == .won ? .won : .open
  }

  /// Quadratic in the voters, who are few: it allocates nothing, and every acknowledgement asks it.
  private static func majorityIndex(
    of voters: [NodeID], match: (NodeID) -> LogIndex
  ) -> LogIndex {
    let needed = voters.count / 2 + 1
    var greatest = LogIndex.zero
    for voter in voters {
      let index = match(voter)
      guard index > greatest else { continue }
      var reached = 0
      for other in voters where match(other) >= index { reached += 1 }
      if reached >= needed { greatest = index }
    }
    return greatest
  }

  private static func majorityOutcome(
    of voters: [NodeID], vote: (NodeID) -> Bool?
  ) -> Outcome {
    let needed = voters.count / 2 + 1
    var granted = 0
    var missing = 0
    for voter in voters {
      switch vote(voter) {
      case true?: granted += 1
      case false?: continue
      case nil: missing += 1
      }
    }
    if granted >= needed { return .won }
    return granted + missing >= needed ? .open : .lost
  }
}
