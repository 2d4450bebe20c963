public import Base

extension ClusterConfiguration {
  /// The format's version: the payload's first byte.
  static let formatVersion: UInt8 = 1
  /// More members than any cluster has; what a decoder takes.
  static let membersMax = 64

  /// A configuration entry's payload: version, then voters, outgoing and learners, each a count
  /// (varint) and ascending members (64 bits, little-endian).
  public func encoded() -> Bytes {
    var buffer = ByteBuffer(capacity: 4 + 8 * (voters.count + outgoing.count + learners.count))
    buffer.write(ClusterConfiguration.formatVersion)
    for list in [voters, outgoing, learners] {
      buffer.write(varint: UInt64(list.count))
      for member in list { buffer.write(littleEndian: member.value) }
    }
    return buffer.take()
  }

  /// Reads what `encoded` writes; nil where the bytes are anything else.
  public init?(decoding payload: Bytes) {
    var reader = ByteReader(payload)
    var lists: [[NodeID]] = []
    do {
      guard try reader.readUInt8() == ClusterConfiguration.formatVersion else { return nil }
      for _ in 0..<3 {
        let count = try reader.readVarint()
        guard count <= UInt64(ClusterConfiguration.membersMax) else { return nil }
        var list: [NodeID] = []
        for _ in 0..<count {
          let member = NodeID(try reader.readInteger(littleEndian: UInt64.self))
          if let last = list.last, last >= member { return nil }
          list.append(member)
        }
        lists.append(list)
      }
    } catch {
      return nil
    }
    guard reader.isAtEnd else { return nil }
    self.init(voters: lists[0], outgoing: lists[1], learners: lists[2])
  }
}
