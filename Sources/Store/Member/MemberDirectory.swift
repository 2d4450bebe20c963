import Base
import Raft
import WAL

/// The files of a data directory, and the one that says whose they are.
///
/// - `member`: magic `KEELMEM\n`, version u32, CRC-32C u32 of the rest, cluster id u64, member id
///   u64, little-endian. Written last when the directory is made: where it is, all else must be.
/// - `member.new`: the same while the directory is made; what else is there means nothing then.
/// - `wal/`: the log. `checkpoint/`: the manifest and the segments that it names.
enum MemberDirectory {
  static let identity: FilePath = "member"
  static let identityNew: FilePath = "member.new"
  static let checkpoints: FilePath = "checkpoint"

  private static let magic: Bytes = "KEELMEM\n"
  private static let version: UInt32 = 1
  private static let identityBytes = 32

  enum Content {
    /// Nothing, or what an interrupted start left: these files are in the way.
    case new(leftovers: [FilePath])
    case member
  }

  /// Whose directory it is. Throws where it is another's, or has lost its name.
  static func inspect(
    _ configuration: MemberConfiguration, _ disk: any Disk
  ) throws(MemberError) -> Content {
    var names: [String] = []
    var parts: [FilePath] = []
    var identityFile: Bytes?
    do throws(DiskError) {
      names = try disk.list(nil)
      for folder in [configuration.wal.folder, checkpoints] {
        parts += try disk.list(folder).map { FilePath("\(folder.text)/\($0)") }
      }
      if names.contains(identity.text) {
        identityFile = try disk.read(identity, offset: 0, count: identityBytes)
      }
    } catch {
      throw .disk(error)
    }
    if let identityFile {
      try check(identityFile, configuration)
      return .member
    }
    if let remains = parts.first, !names.contains(identityNew.text) {
      throw .identityLost(remains: remains)
    }
    return .new(leftovers: parts)
  }

  private static func check(
    _ bytes: Bytes, _ configuration: MemberConfiguration
  ) throws(MemberError) {
    var reader = ByteReader(bytes)
    let found: (version: UInt32, checksum: UInt32, cluster: UInt64, member: UInt64)
    do throws(ByteReaderError) {
      guard try reader.readBytes(magic.count) == magic else {
        throw ByteReaderError.truncated(offset: 0, needed: magic.count)
      }
      found = (
        try reader.readInteger(littleEndian: UInt32.self),
        try reader.readInteger(littleEndian: UInt32.self),
        try reader.readInteger(littleEndian: UInt64.self),
        try reader.readInteger(littleEndian: UInt64.self)
      )
    } catch {
      throw .corrupt(file: identity, offset: 0)
    }
    guard found.version == version else {
      throw .unknownVersion(file: identity, version: found.version)
    }
    guard CRC32C.checksum(bytes.dropFirst(16)) == found.checksum else {
      throw .corrupt(file: identity, offset: 16)
    }
    guard found.cluster == configuration.clusterID else {
      throw .otherCluster(found: found.cluster, expected: configuration.clusterID)
    }
    guard found.member == configuration.id.value else {
      throw .otherMember(found: NodeID(found.member), expected: configuration.id)
    }
  }

  /// What makes the directory: its name comes last.
  static func creation(
    _ configuration: MemberConfiguration, leftovers: [FilePath], contents: [DiskOperation]
  ) -> [DiskOperation] {
    var buffer = ByteBuffer()
    buffer.write(magic)
    buffer.write(littleEndian: version)
    buffer.write(littleEndian: UInt32(0))
    buffer.write(littleEndian: configuration.clusterID)
    buffer.write(littleEndian: configuration.id.value)
    buffer.patch(littleEndian: buffer.checksum(of: 16..<buffer.count), at: 12)
    let start: [DiskOperation] = [
      .create(identityNew, size: buffer.count),
      .write(identityNew, offset: 0, buffer.take()),
      .sync(identityNew),
      .syncFolder(nil),
    ]
    return start + leftovers.map { .remove($0) } + [.makeFolder(checkpoints), .syncFolder(nil)]
      + contents + [.rename(identityNew, to: identity), .syncFolder(nil)]
  }
}
