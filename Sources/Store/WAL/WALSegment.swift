import Base
import Raft

/// The names and the fixed parts of segment files.
///
/// A segment is a file of fixed size. Its first sector is the segment header; batches follow, each
/// starting on a sector. A batch is one write and one sync: a header, records, zeros up to the next
/// sector. No two batches share a sector, so a torn write cannot hurt what was durable before it.
/// Sectors are 512 bytes, the least that a disk writes in one piece; larger physical sectors are
/// rewritten with the same bytes in front.
///
/// A segment that a checkpoint made needless is renamed and used again under a new generation,
/// still filled with its old records. Headers and records name their generation, so those are
/// recognised. Headers also name the log's salt, a number that no client can know: a stored value
/// that imitates a header is not taken for one.
enum WALSegment {
  static let sectorBytes = 512
  static let version: UInt32 = 1
  static let magic: Bytes = "KEELWAL\n"

  /// Lengths in bytes, rounded up to whole sectors.
  static func sectors(_ bytes: Int) -> Int {
    (bytes + sectorBytes - 1) / sectorBytes * sectorBytes
  }

  static func file(_ generation: UInt64, in folder: FilePath) -> FilePath {
    FilePath("\(folder.text)/\(digits(generation)).wal")
  }

  static func spare(_ number: UInt64, in folder: FilePath) -> FilePath {
    FilePath("\(folder.text)/\(digits(number)).spare")
  }

  /// The number in a file's name with this suffix; nil for other names.
  static func number(_ name: String, suffix: String) -> UInt64? {
    guard name.hasSuffix(suffix), name.utf8.count == 16 + suffix.utf8.count else { return nil }
    return UInt64(name.prefix(16), radix: 16)
  }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}

/// The first sector of a segment. Little-endian: magic, version u32, CRC-32C u32 of the rest, salt,
/// generation, segment's bytes, end of the segment before (generation, offset), chain u32, zero
/// u32, term, vote, last entry's index and term.
struct WALSegmentHeader: Equatable {
  var salt: UInt64
  var generation: UInt64
  var segmentBytes: UInt64
  /// Where the log ended before this segment: durable when this was written.
  var durable: WALPosition
  /// The last record's checksum before this segment.
  var chain: UInt32
  /// Segments before this one may go, so each repeats what they said.
  var hardState: HardState
  var last: EntryID

  private static let bytes = 96

  func encode(into buffer: inout ByteBuffer) {
    let start = buffer.count
    buffer.write(WALSegment.magic)
    buffer.write(littleEndian: WALSegment.version)
    buffer.write(littleEndian: UInt32(0))
    buffer.write(littleEndian: salt)
    buffer.write(littleEndian: generation)
    buffer.write(littleEndian: segmentBytes)
    buffer.write(littleEndian: durable.generation)
    buffer.write(littleEndian: durable.offset)
    buffer.write(littleEndian: chain)
    buffer.write(littleEndian: UInt32(0))
    buffer.write(littleEndian: hardState.term.value)
    buffer.write(littleEndian: hardState.vote?.value ?? 0)
    buffer.write(littleEndian: last.index.value)
    buffer.write(littleEndian: last.term.value)
    let checksum = buffer.checksum(of: start + 16..<buffer.count)
    buffer.patch(littleEndian: checksum, at: start + 12)
    buffer.write(zeros: WALSegment.sectorBytes - Self.bytes)
  }

  enum Decoded: Equatable {
    case header(WALSegmentHeader)
    case damaged
    case unknownVersion(UInt32)
  }

  static func decode(_ sector: Bytes) -> Decoded {
    var reader = ByteReader(sector)
    do {
      guard try reader.readBytes(WALSegment.magic.count) == WALSegment.magic else {
        return .damaged
      }
      let version = try reader.readInteger(littleEndian: UInt32.self)
      let checksum = try reader.readInteger(littleEndian: UInt32.self)
      guard version == WALSegment.version else { return .unknownVersion(version) }
      guard sector.count >= bytes, CRC32C.checksum(sector[16..<bytes]) == checksum else {
        return .damaged
      }
      let salt = try reader.readInteger(littleEndian: UInt64.self)
      let generation = try reader.readInteger(littleEndian: UInt64.self)
      let segmentBytes = try reader.readInteger(littleEndian: UInt64.self)
      let durable = try readPosition(&reader)
      let chain = try reader.readInteger(littleEndian: UInt32.self)
      _ = try reader.readInteger(littleEndian: UInt32.self)
      let term = Term(try reader.readInteger(littleEndian: UInt64.self))
      let vote = try reader.readInteger(littleEndian: UInt64.self)
      let index = LogIndex(try reader.readInteger(littleEndian: UInt64.self))
      let lastTerm = Term(try reader.readInteger(littleEndian: UInt64.self))
      return .header(
        WALSegmentHeader(
          salt: salt, generation: generation, segmentBytes: segmentBytes, durable: durable,
          chain: chain,
          hardState: HardState(term: term, vote: vote == 0 ? nil : NodeID(vote)),
          last: EntryID(term: lastTerm, index: index)))
    } catch {
      return .damaged
    }
  }
}

/// The first bytes of a batch. Little-endian: magic u32, CRC-32C u32 of the rest, salt, generation,
/// offset, durable position (generation, offset), body bytes u32, records u32, chain u32, zero u32.
struct WALBatchHeader: Equatable {
  var salt: UInt64
  var generation: UInt64
  /// Its own place in the segment: a sector that strayed is not taken for one that belongs there.
  var offset: UInt64
  /// Everything before this was durable when the batch was written.
  var durable: WALPosition
  var bodyBytes: UInt32
  var records: UInt32
  /// The last record's checksum before this batch.
  var chain: UInt32

  static let bytes = 64
  private static let magic: UInt32 = 0x5442_574B

  func encode(into buffer: inout ByteBuffer) {
    let start = buffer.count
    buffer.write(littleEndian: Self.magic)
    buffer.write(littleEndian: UInt32(0))
    buffer.write(littleEndian: salt)
    buffer.write(littleEndian: generation)
    buffer.write(littleEndian: offset)
    buffer.write(littleEndian: durable.generation)
    buffer.write(littleEndian: durable.offset)
    buffer.write(littleEndian: bodyBytes)
    buffer.write(littleEndian: records)
    buffer.write(littleEndian: chain)
    buffer.write(littleEndian: UInt32(0))
    let checksum = buffer.checksum(of: start + 8..<buffer.count)
    buffer.patch(littleEndian: checksum, at: start + 4)
  }

  /// The header at `offset` of a segment's bytes, or nil where there is none of this log and
  /// generation. One whose own `offset` differs has strayed; what it says of durability holds
  /// still.
  static func decode(
    _ segment: Bytes, at offset: Int, generation: UInt64, salt: UInt64
  ) -> WALBatchHeader? {
    guard offset + bytes <= segment.count else { return nil }
    var reader = ByteReader(segment[offset..<offset + bytes])
    do {
      guard try reader.readInteger(littleEndian: UInt32.self) == magic else { return nil }
      let checksum = try reader.readInteger(littleEndian: UInt32.self)
      guard CRC32C.checksum(segment[offset + 8..<offset + bytes]) == checksum else { return nil }
      let header = WALBatchHeader(
        salt: try reader.readInteger(littleEndian: UInt64.self),
        generation: try reader.readInteger(littleEndian: UInt64.self),
        offset: try reader.readInteger(littleEndian: UInt64.self),
        durable: try readPosition(&reader),
        bodyBytes: try reader.readInteger(littleEndian: UInt32.self),
        records: try reader.readInteger(littleEndian: UInt32.self),
        chain: try reader.readInteger(littleEndian: UInt32.self))
      return header.salt == salt && header.generation == generation ? header : nil
    } catch {
      return nil
    }
  }
}

private func readPosition(_ reader: inout ByteReader) throws(ByteReaderError) -> WALPosition {
  let generation = try reader.readInteger(littleEndian: UInt64.self)
  let offset = try reader.readInteger(littleEndian: UInt64.self)
  return WALPosition(generation: generation, offset: offset)
}
