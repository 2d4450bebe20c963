import Base
import KVStore
import Raft

/// Keeps a member that lost its whole data directory from voting under its old name.
///
/// A member with an empty log asks each peer whether it knows it, and hears Raft's messages from a
/// peer only behind its answer. What a member publishes of itself, once its log is durable, says
/// that it took part before: then this empty log is not its first.
struct Introduction {
  /// The log was empty at the start and still is.
  var isNewborn: Bool
  /// Peers that do not know this member. Looked up only.
  var strangers: Set<NodeID> = []
}

extension StoreMember {
  /// Whether Raft may hear a peer's messages.
  func isIntroduced(to peer: NodeID) -> Bool {
    !introduction.isNewborn || introduction.strangers.contains(peer)
  }

  mutating func introduce(to peer: NodeID) {
    effects.append(.send(PeerFrame.introduction.encoded(), to: peer))
  }

  /// Asks the peers that have not answered.
  mutating func tickIntroduction() {
    guard introduction.isNewborn else { return }
    if raft.durableIndex > .zero {
      introduction.isNewborn = false
      return
    }
    for peer in membership.configuration.members
    where peer != configuration.id && !introduction.strangers.contains(peer) {
      introduce(to: peer)
    }
  }

  mutating func answerIntroduction(of peer: NodeID) {
    let isKnown = keySpace.memberAttributes.contains { $0.member == peer }
    effects.append(.send(PeerFrame.introduced(isKnown: isKnown).encoded(), to: peer))
  }

  mutating func introduced(to peer: NodeID, isKnown: Bool) {
    guard introduction.isNewborn, membership.contains(peer) else { return }
    if isKnown {
      stop(.alreadyBootstrapped)
    } else {
      introduction.strangers.insert(peer)
    }
  }
}
