import Base
import EtcdAPI
import Protobuf
import Raft

/// Who the members are: the configuration that was applied, with the names and URLs that members
/// published of themselves, or those that the cluster started with.
struct Membership {
  private let initial: [MemberConfiguration.InitialMember]
  private(set) var configuration: ClusterConfiguration

  init(initial: [MemberConfiguration.InitialMember], configuration: ClusterConfiguration) {
    self.initial = initial
    self.configuration = configuration
  }

  mutating func apply(_ configuration: ClusterConfiguration) {
    self.configuration = configuration
  }

  func contains(_ id: NodeID) -> Bool { configuration.members.contains(id) }

  func isLearner(_ id: NodeID) -> Bool { configuration.learners.contains(id) }

  /// What a member publishes of itself.
  func record(of id: NodeID, clientURLs: [String]) -> Bytes {
    var member = member(id, published: nil)
    member.clientURLs = clientURLs
    return member.encoded
  }

  /// As MemberList shows them, by identifier. `published` gives the record of a member, or nil. A
  /// member that has not published yet has no name and no client URLs, as etcd's that never
  /// started.
  func list(published: (NodeID) -> Bytes?) -> [Member] {
    configuration.members.map { id in
      guard let record = published(id) else {
        var member = member(id, published: nil)
        member.name = ""
        return member
      }
      return member(id, published: record)
    }
  }

  private func member(_ id: NodeID, published: Bytes?) -> Member {
    var member = Member()
    if let known = initial.first(where: { $0.id == id }) {
      member.name = known.name
      member.peerURLs = known.peerURLs
    }
    if let published {
      do throws(ProtobufError) {
        member = try Member(decoding: published)
      } catch {
        // A record of a later version: what the cluster started with is shown.
      }
    }
    member.id = id.value
    member.isLearner = isLearner(id)
    return member
  }
}
