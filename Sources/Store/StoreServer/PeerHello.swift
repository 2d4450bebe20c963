public import Base

/// The first payload on a peer connection: the dialler names itself and whom it wants, the
/// acceptor answers with its own, or with the reason why it hangs up.
public struct PeerHello: Hashable, Sendable {
  public enum Verdict: UInt16, Hashable, Sendable, CaseIterable {
    case accepted = 0
    /// The acceptor belongs to another cluster.
    case otherCluster = 1
    /// The acceptor is another member than the one that was dialled.
    case otherMember = 2
    /// The dialler is no member of the acceptor's cluster.
    case unknownMember = 3
  }

  public let cluster: UInt64
  public let from: NodeID
  public let to: NodeID
  /// A dialler always says `.accepted`.
  public let verdict: Verdict

  public init(cluster: UInt64, from: NodeID, to: NodeID, verdict: Verdict = .accepted) {
    self.cluster = cluster
    self.from = from
    self.to = to
    self.verdict = verdict
  }

  /// "KEELPEER": nothing else that dials by mistake starts with it.
  static let magic: UInt64 = 0x5245_4550_4C45_454B
  public static let version: UInt16 = 1
  /// Exactly so many bytes.
  public static let encodedBytes = 36

  public var encoded: Bytes {
    var buffer = ByteBuffer(capacity: Self.encodedBytes)
    buffer.write(littleEndian: Self.magic)
    buffer.write(littleEndian: Self.version)
    buffer.write(littleEndian: verdict.rawValue)
    buffer.write(littleEndian: cluster)
    buffer.write(littleEndian: from.value)
    buffer.write(littleEndian: to.value)
    return buffer.take()
  }

  public init(decoding payload: Bytes) throws(PeerWireError) {
    guard payload.count == Self.encodedBytes else { throw .malformedHello }
    var reader = ByteReader(payload)
    do {
      guard try reader.readInteger(littleEndian: UInt64.self) == Self.magic else {
        throw PeerWireError.badMagic
      }
      let version = try reader.readInteger(littleEndian: UInt16.self)
      guard version == Self.version else { throw PeerWireError.unknownVersion(version) }
      let verdict = Verdict(rawValue: try reader.readInteger(littleEndian: UInt16.self))
      guard let verdict else { throw PeerWireError.malformedHello }
      self.verdict = verdict
      cluster = try reader.readInteger(littleEndian: UInt64.self)
      from = NodeID(try reader.readInteger(littleEndian: UInt64.self))
      to = NodeID(try reader.readInteger(littleEndian: UInt64.self))
    } catch let error as PeerWireError {
      throw error
    } catch {
      throw .malformedHello
    }
  }

  /// What an acceptor answers to this hello.
  public func judged(
    by local: NodeID, of cluster: UInt64, members: [NodeID]
  ) -> Verdict {
    if self.cluster != cluster { return .otherCluster }
    if to != local { return .otherMember }
    return members.contains(from) && from != local ? .accepted : .unknownMember
  }
}
