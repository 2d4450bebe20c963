import Base
public import Raft

/// One record of a batch: what a node must find again after a crash.
///
/// On disk, little-endian: CRC-32C u32 (of all that follows, continuing from the record before),
/// payload length u32, segment generation u64, log index u64, term u64, kind u8, entry kind u8, two
/// zero bytes, payload. A hard state's index is that of the last entry before it, its payload the
/// vote (u64, 0 for none).
public enum WALRecord: Hashable, Sendable {
  case hardState(HardState)
  case entry(Entry)
  /// The log starts anew behind this entry: a snapshot took the place of what was before.
  case reset(EntryID)

  static let headerBytes = 36

  private enum Kind: UInt8 {
    case hardState = 1
    case entry = 2
    case reset = 3
  }

  /// Bytes on disk.
  var size: Int {
    switch self {
    case .hardState: Self.headerBytes + 8
    case .entry(let entry): Self.headerBytes + entry.payload.count
    case .reset: Self.headerBytes
    }
  }

  /// Appends the record, which follows the entry `last`, and returns its checksum, with which the
  /// next one continues.
  func encode(
    into buffer: inout ByteBuffer, generation: UInt64, last: LogIndex, chain: UInt32
  ) -> UInt32 {
    let start = buffer.count
    buffer.reserve(size)
    buffer.write(littleEndian: UInt32(0))
    buffer.write(littleEndian: UInt32(size - Self.headerBytes))
    buffer.write(littleEndian: generation)
    switch self {
    case .hardState(let state):
      Self.write(last, state.term, .hardState, entryKind: 0, into: &buffer)
      buffer.write(littleEndian: state.vote?.value ?? 0)
    case .entry(let entry):
      Self.write(entry.index, entry.term, .entry, entryKind: entry.kind.rawValue, into: &buffer)
      buffer.write(entry.payload)
    case .reset(let id):
      Self.write(id.index, id.term, .reset, entryKind: 0, into: &buffer)
    }
    let checksum = buffer.checksum(of: start + 4..<buffer.count, continuing: chain)
    buffer.patch(littleEndian: checksum, at: start)
    return checksum
  }

  private static func write(
    _ index: LogIndex, _ term: Term, _ kind: Kind, entryKind: UInt8, into buffer: inout ByteBuffer
  ) {
    buffer.write(littleEndian: index.value)
    buffer.write(littleEndian: term.value)
    buffer.write(kind.rawValue)
    buffer.write(entryKind)
    buffer.write(littleEndian: UInt16(0))
  }

  /// Reads the record at the reader's place; nil where the bytes are not one of this generation
  /// that continues the chain.
  static func decode(
    from reader: inout ByteReader, generation: UInt64, chain: UInt32
  ) -> (record: WALRecord, chain: UInt32)? {
    do {
      let checksum = try reader.readInteger(littleEndian: UInt32.self)
      let start = reader.offset
      let length = try reader.readInteger(littleEndian: UInt32.self)
      guard try reader.readInteger(littleEndian: UInt64.self) == generation else { return nil }
      let index = LogIndex(try reader.readInteger(littleEndian: UInt64.self))
      let term = Term(try reader.readInteger(littleEndian: UInt64.self))
      let kind = Kind(rawValue: try reader.readUInt8())
      let entryKind = Entry.Kind(rawValue: try reader.readUInt8())
      guard try reader.readInteger(littleEndian: UInt16.self) == 0 else { return nil }
      let payload = try reader.readBytes(Int(length))
      var crc = CRC32C(continuing: chain)
      crc.update(reader.bytes[start..<reader.offset])
      guard let kind, crc.value == checksum else { return nil }
      let id = EntryID(term: term, index: index)
      switch kind {
      case .hardState:
        var votes = ByteReader(payload)
        let vote = try votes.readInteger(littleEndian: UInt64.self)
        let state = HardState(term: term, vote: vote == 0 ? nil : NodeID(vote))
        return votes.isAtEnd ? (.hardState(state), checksum) : nil
      case .entry:
        guard let entryKind else { return nil }
        return (.entry(Entry(id: id, kind: entryKind, payload: payload)), checksum)
      case .reset:
        return payload.isEmpty ? (.reset(id), checksum) : nil
      }
    } catch {
      return nil
    }
  }
}
