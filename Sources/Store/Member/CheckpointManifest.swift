import Base
import KVStore
import Raft
import WAL

/// A checkpoint's small part: what the state is made of, and where in the log it stands. The same
/// bytes travel to a peer that needs a snapshot.
///
/// Little-endian: magic `KEELCHK\n`, version u32, CRC-32C u32 of the rest; last entry's term and
/// index u64; the log's durable end (generation, offset u64; zero in a peer's); the configuration
/// behind its length (varint); the key space's manifest behind its length.
struct CheckpointManifest: Equatable {
  static let file: FilePath = "checkpoint/manifest"
  static let fileNew: FilePath = "checkpoint/manifest.new"

  var snapshot: SnapshotMetadata
  /// The log was durable up to here when this was written: it must reach so far when it is read.
  var floor: WALPosition
  /// The key space's own manifest, which names its segments.
  var state: Bytes

  private static let magic: Bytes = "KEELCHK\n"
  private static let version: UInt32 = 1

  static func file(_ segment: SegmentID) -> FilePath {
    FilePath("checkpoint/" + segment.fileName)
  }

  func encoded() -> Bytes {
    var buffer = ByteBuffer(capacity: state.count + 256)
    buffer.write(Self.magic)
    buffer.write(littleEndian: Self.version)
    buffer.write(littleEndian: UInt32(0))
    buffer.write(littleEndian: snapshot.last.term.value)
    buffer.write(littleEndian: snapshot.last.index.value)
    buffer.write(littleEndian: floor.generation)
    buffer.write(littleEndian: floor.offset)
    buffer.write(prefixed: snapshot.configuration.encoded())
    buffer.write(prefixed: state)
    buffer.patch(littleEndian: buffer.checksum(of: 16..<buffer.count), at: 12)
    return buffer.take()
  }

  enum DecodingError: Error, Equatable {
    case unknownVersion(UInt32)
    case damaged(offset: Int)
  }

  init(snapshot: SnapshotMetadata, floor: WALPosition, state: Bytes) {
    self.snapshot = snapshot
    self.floor = floor
    self.state = state
  }

  init(decoding bytes: Bytes) throws(DecodingError) {
    guard bytes.count > 16, bytes.prefix(Self.magic.count) == Self.magic else {
      throw .damaged(offset: 0)
    }
    var reader = ByteReader(bytes)
    var version: UInt32 = 0
    do throws(ByteReaderError) {
      _ = try reader.readBytes(Self.magic.count)
      version = try reader.readInteger(littleEndian: UInt32.self)
      let checksum = try reader.readInteger(littleEndian: UInt32.self)
      if version == Self.version, CRC32C.checksum(bytes.dropFirst(16)) == checksum,
        let manifest = try Self.body(&reader)
      {
        self = manifest
        return
      }
    } catch {
      throw .damaged(offset: reader.offset)
    }
    if version != Self.version { throw .unknownVersion(version) }
    throw .damaged(offset: reader.offset)
  }

  private static func body(
    _ reader: inout ByteReader
  ) throws(ByteReaderError) -> CheckpointManifest? {
    let term = Term(try reader.readInteger(littleEndian: UInt64.self))
    let index = LogIndex(try reader.readInteger(littleEndian: UInt64.self))
    // No cluster lives to reach 2^62 (as in Raft's messages): arithmetic on these does not
    // overflow.
    guard term.value < 1 << 62, index.value < 1 << 62 else { return nil }
    let generation = try reader.readInteger(littleEndian: UInt64.self)
    let offset = try reader.readInteger(littleEndian: UInt64.self)
    guard let configuration = ClusterConfiguration(decoding: try reader.readPrefixed()) else {
      return nil
    }
    let state = try reader.readPrefixed()
    guard reader.isAtEnd else { return nil }
    return CheckpointManifest(
      snapshot: SnapshotMetadata(
        last: EntryID(term: term, index: index), configuration: configuration),
      floor: WALPosition(generation: generation, offset: offset), state: state)
  }
}
