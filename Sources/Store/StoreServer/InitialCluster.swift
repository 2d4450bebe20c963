public import Base
import Crypto

/// The members that a new cluster starts with, and the ids that follow from them.
///
/// The ids are etcd's: a member's is the first eight bytes of the SHA-1 of its sorted peer URLs and
/// the cluster's token; the cluster's is that of the sorted member ids, eight bytes each,
/// big-endian.
public struct InitialCluster: Hashable, Sendable {
  public struct Member: Hashable, Sendable {
    public let id: NodeID
    public let name: String
    /// Sorted by text.
    public let peerURLs: [MemberURL]
  }

  /// Sorted by id.
  public let members: [Member]
  public let id: UInt64

  /// Reads `name=url,name=url`; one name may have several URLs.
  public init(parsing text: String, token: String) throws(ConfigurationError) {
    var urls: [String: [MemberURL]] = [:]
    var seen: Set<String> = []
    for part in text.split(separator: ",") {
      guard let equals = part.firstIndex(of: "=") else {
        throw .malformedInitialCluster(String(part))
      }
      let name = String(part[..<equals].drop { $0 == " " })
      let url = try MemberURL(parsing: String(part[part.index(after: equals)...]))
      guard !name.isEmpty else { throw .malformedInitialCluster(String(part)) }
      guard seen.insert(url.text).inserted else { throw .duplicatePeerURLs(url.text) }
      urls[name, default: []].append(url)
    }
    guard !urls.isEmpty else { throw .malformedInitialCluster(text) }
    members = urls.map { name, urls in
      let sorted = urls.sorted()
      return Member(id: Self.memberID(sorted, token: token), name: name, peerURLs: sorted)
    }.sorted { $0.id < $1.id }
    id = Self.clusterID(members.map(\.id))
  }

  /// The member with this name whose URLs are `advertised`.
  public func member(
    named name: String, advertising advertised: [MemberURL]
  ) throws(ConfigurationError) -> Member {
    guard let member = members.first(where: { $0.name == name }) else {
      throw .localNameMissing(name)
    }
    guard member.peerURLs == advertised.sorted() else {
      throw .advertisedNotInCluster(
        name: name, advertised: advertised.map(\.text),
        initialCluster: member.peerURLs.map(\.text))
    }
    return member
  }

  private static func memberID(_ sorted: [MemberURL], token: String) -> NodeID {
    NodeID(leadingInteger(of: Bytes(sorted.map(\.text).joined() + token)))
  }

  private static func clusterID(_ sorted: [NodeID]) -> UInt64 {
    var buffer = ByteBuffer()
    for id in sorted { buffer.write(bigEndian: id.value) }
    return leadingInteger(of: buffer.take())
  }

  private static func leadingInteger(of bytes: Bytes) -> UInt64 {
    let digest = Digest.hash(bytes, .sha1)
    return (0..<8).reduce(0) { $0 << 8 | UInt64(digest[$1]) }
  }
}
