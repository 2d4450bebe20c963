public import Base

/// Why a peer's bytes are no message.
public enum MessageCodecError: Error, Equatable {
  case reader(ByteReaderError)
  case unknownVersion(UInt8)
  case unknownKind(UInt8)
  case unknownEntryKind(UInt8)
  /// A flag that is neither 0 nor 1.
  case badFlag(UInt8)
  /// A term, index or count beyond what a cluster can reach.
  case outOfRange(UInt64)
  case badConfiguration
  case trailingBytes(Int)
}

/// Messages between nodes as bytes, little-endian: version (1 byte), kind (1), from, to (8 each),
/// term (varint), then the body. Numbers are bounded, so that no arithmetic on them overflows.
public enum MessageCodec {
  static let version: UInt8 = 1
  /// Terms and indexes stay below: 2^62 of them take longer than any cluster lives.
  static let numberMax: UInt64 = 1 << 62
  /// Bytes that an entry takes beside its payload, at least: what bounds a count of entries.
  private static let entryBytesMin: UInt64 = 3

  private enum Kind: UInt8 {
    case preVote = 1
    case preVoteResponse = 2
    case vote = 3
    case voteResponse = 4
    case append = 5
    case commit = 6
    case appendAccepted = 7
    case appendRejected = 8
    case heartbeat = 9
    case heartbeatResponse = 10
    case snapshot = 11
    case snapshotInstalled = 12
    case timeoutNow = 13
    case readIndex = 14
    case readIndexResponse = 15
  }

  // MARK: - Encoding

  /// Appends the message to `buffer`. An entry's index is not written: it follows from its place.
  public static func encode(_ message: Message, into buffer: inout ByteBuffer) {
    buffer.write(version)
    buffer.write(kind(of: message.body).rawValue)
    buffer.write(littleEndian: message.from.value)
    buffer.write(littleEndian: message.to.value)
    buffer.write(varint: message.term.value)
    switch message.body {
    case .preVote(let last):
      write(last, into: &buffer)
    case .preVoteResponse(let granted), .voteResponse(let granted):
      buffer.write(granted ? 1 as UInt8 : 0)
    case .vote(let last, let isTransfer):
      write(last, into: &buffer)
      buffer.write(isTransfer ? 1 as UInt8 : 0)
    case .append(let previous, let entries, let commit):
      write(previous, into: &buffer)
      buffer.write(varint: commit.value)
      write(entries, into: &buffer)
    case .commit(let index), .appendAccepted(let index), .snapshotInstalled(let index):
      buffer.write(varint: index.value)
    case .appendRejected(let rejected, let hint):
      buffer.write(varint: rejected.value)
      write(hint, into: &buffer)
    case .heartbeat(let commit, let read):
      buffer.write(varint: commit.value)
      buffer.write(varint: read)
    case .heartbeatResponse(let read):
      buffer.write(varint: read)
    case .snapshot(let metadata):
      write(metadata.last, into: &buffer)
      buffer.write(prefixed: metadata.configuration.encoded())
    case .timeoutNow:
      break
    case .readIndex(let name):
      buffer.write(littleEndian: name.value)
    case .readIndexResponse(let name, let index):
      buffer.write(littleEndian: name.value)
      buffer.write(index == nil ? 0 as UInt8 : 1)
      if let index { buffer.write(varint: index.value) }
    }
  }

  private static func write(_ id: EntryID, into buffer: inout ByteBuffer) {
    buffer.write(varint: id.term.value)
    buffer.write(varint: id.index.value)
  }

  private static func write(_ entries: [Entry], into buffer: inout ByteBuffer) {
    buffer.reserve(entries.reduce(16) { $0 + $1.payload.count + 16 })
    buffer.write(varint: UInt64(entries.count))
    for entry in entries {
      buffer.write(varint: entry.term.value)
      buffer.write(entry.kind.rawValue)
      buffer.write(prefixed: entry.payload)
    }
  }

  private static func kind(of body: Message.Body) -> Kind {
    switch body {
    case .preVote: .preVote
    case .preVoteResponse: .preVoteResponse
    case .vote: .vote
    case .voteResponse: .voteResponse
    case .append: .append
    case .commit: .commit
    case .appendAccepted: .appendAccepted
    case .appendRejected: .appendRejected
    case .heartbeat: .heartbeat
    case .heartbeatResponse: .heartbeatResponse
    case .snapshot: .snapshot
    case .snapshotInstalled: .snapshotInstalled
    case .timeoutNow: .timeoutNow
    case .readIndex: .readIndex
    case .readIndexResponse: .readIndexResponse
    }
  }

  // MARK: - Decoding

  /// Reads one message, which must be all of `bytes`; payloads share their storage. The caller
  /// still checks that `from` is the peer that its transport authenticated.
  public static func decode(_ bytes: Bytes) throws(MessageCodecError) -> Message {
    var reader = Reader(bytes)
    let version = try reader.byte()
    guard version == MessageCodec.version else { throw .unknownVersion(version) }
    let rawKind = try reader.byte()
    guard let kind = Kind(rawValue: rawKind) else { throw .unknownKind(rawKind) }
    let from = NodeID(try reader.fixed())
    let to = NodeID(try reader.fixed())
    let term = Term(try reader.number())
    let body = try body(kind, &reader)
    guard reader.remaining == 0 else { throw .trailingBytes(reader.remaining) }
    return Message(from: from, to: to, term: term, body: body)
  }

  private static func body(
    _ kind: Kind, _ reader: inout Reader
  ) throws(MessageCodecError) -> Message.Body {
    switch kind {
    case .preVote: return .preVote(last: try reader.entryID())
    case .preVoteResponse: return .preVoteResponse(granted: try reader.flag())
    case .vote: return .vote(last: try reader.entryID(), isTransfer: try reader.flag())
    case .voteResponse: return .voteResponse(granted: try reader.flag())
    case .append:
      let previous = try reader.entryID()
      let commit = try reader.index()
      return .append(
        previous: previous, entries: try entries(behind: previous.index, &reader), commit: commit)
    case .commit: return .commit(try reader.index())
    case .appendAccepted: return .appendAccepted(match: try reader.index())
    case .appendRejected:
      return .appendRejected(rejected: try reader.index(), hint: try reader.entryID())
    case .heartbeat: return .heartbeat(commit: try reader.index(), read: try reader.number())
    case .heartbeatResponse: return .heartbeatResponse(read: try reader.number())
    case .snapshot:
      let last = try reader.entryID()
      guard let configuration = ClusterConfiguration(decoding: try reader.prefixed()) else {
        throw .badConfiguration
      }
      return .snapshot(SnapshotMetadata(last: last, configuration: configuration))
    case .snapshotInstalled: return .snapshotInstalled(match: try reader.index())
    case .timeoutNow: return .timeoutNow
    case .readIndex: return .readIndex(ReadContext(try reader.fixed()))
    case .readIndexResponse:
      let name = ReadContext(try reader.fixed())
      return .readIndexResponse(name, try reader.flag() ? try reader.index() : nil)
    }
  }

  private static func entries(
    behind previous: LogIndex, _ reader: inout Reader
  ) throws(MessageCodecError) -> [Entry] {
    let count = try reader.number()
    // Before the reservation: a count must not reserve more than came.
    guard count <= UInt64(reader.remaining) / entryBytesMin else { throw .outOfRange(count) }
    var entries: [Entry] = []
    entries.reserveCapacity(Int(count))
    var index = previous
    for _ in 0..<count {
      index = index.next
      let term = Term(try reader.number())
      let rawKind = try reader.byte()
      guard let kind = Entry.Kind(rawValue: rawKind) else { throw .unknownEntryKind(rawKind) }
      let payload = try reader.prefixed()
      if kind == .configuration, ClusterConfiguration(decoding: payload) == nil {
        throw .badConfiguration
      }
      entries.append(Entry(id: EntryID(term: term, index: index), kind: kind, payload: payload))
    }
    return entries
  }

  /// A byte reader with this format's bounds and errors.
  private struct Reader {
    private var reader: ByteReader

    init(_ bytes: Bytes) {
      reader = ByteReader(bytes)
    }

    var remaining: Int { reader.remaining }

    mutating func byte() throws(MessageCodecError) -> UInt8 {
      do { return try reader.readUInt8() } catch { throw .reader(error) }
    }

    mutating func fixed() throws(MessageCodecError) -> UInt64 {
      do { return try reader.readInteger(littleEndian: UInt64.self) } catch {
        throw .reader(error)
      }
    }

    mutating func number() throws(MessageCodecError) -> UInt64 {
      let value: UInt64
      do { value = try reader.readVarint() } catch { throw .reader(error) }
      guard value < MessageCodec.numberMax else { throw .outOfRange(value) }
      return value
    }

    mutating func prefixed() throws(MessageCodecError) -> Bytes {
      do { return try reader.readPrefixed() } catch { throw .reader(error) }
    }

    mutating func index() throws(MessageCodecError) -> LogIndex { LogIndex(try number()) }

    mutating func entryID() throws(MessageCodecError) -> EntryID {
      EntryID(term: Term(try number()), index: try index())
    }

    mutating func flag() throws(MessageCodecError) -> Bool {
      let value = try byte()
      guard value <= 1 else { throw .badFlag(value) }
      return value == 1
    }
  }
}
