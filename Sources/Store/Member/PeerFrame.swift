import Base
public import KVStore
public import Raft

/// What members tell each other. A frame's first byte is the format's version, its second the kind;
/// numbers are little-endian or varints. The transport authenticates the sender and checks lengths
/// and checksums; the content is checked here, byte by byte.
enum PeerFrame: Equatable {
  case raft(Message)
  /// Writes of a follower's clients, for the leader of `term` to propose, in that term or never.
  /// `life` and `number` name the frame among those of its sender: the leader takes none twice.
  case forward(life: UInt64, number: UInt64, term: Term, commands: [Command])
  /// Of what was forwarded for `term` these requests were not proposed: they may be sent elsewhere.
  case refused(term: Term, requests: [UInt64])
  /// Send the bytes of a file of your newest snapshot from `offset` on. No file name: its manifest.
  case fetch(snapshot: LogIndex, file: Bytes, offset: UInt64)
  /// `total`: the file's length.
  case chunk(snapshot: LogIndex, file: Bytes, offset: UInt64, total: UInt64, bytes: Bytes)
  /// A newer snapshot has taken that one's place: begin again.
  case gone(snapshot: LogIndex)
  /// From a member with an empty log: does the cluster know me?
  case introduction
  /// The answer: whether the sender's state holds what that member published of itself.
  case introduced(isKnown: Bool)

  static let version: UInt8 = 1

  private enum Kind: UInt8 {
    case raft = 1
    case forward = 2
    case refused = 3
    case fetch = 4
    case chunk = 5
    case gone = 6
    case introduction = 7
    case introduced = 8
  }

  func encoded() -> Bytes {
    var buffer = ByteBuffer()
    buffer.write(Self.version)
    switch self {
    case .raft(let message):
      buffer.write(Kind.raft.rawValue)
      MessageCodec.encode(message, into: &buffer)
    case .forward(let life, let number, let term, let commands):
      buffer.write(Kind.forward.rawValue)
      buffer.write(littleEndian: life)
      buffer.write(varint: number)
      buffer.write(varint: term.value)
      // A batch without a time: the leader gives commands theirs.
      CommandBatch(
        clusterMilliseconds: 0, wallTime: WallTime(milliseconds: 0), commands: commands
      ).encode(into: &buffer)
    case .refused(let term, let requests):
      buffer.write(Kind.refused.rawValue)
      buffer.write(littleEndian: term.value)
      for request in requests { buffer.write(littleEndian: request) }
    case .fetch(let snapshot, let file, let offset):
      buffer.write(Kind.fetch.rawValue)
      buffer.write(varint: snapshot.value)
      buffer.write(prefixed: file)
      buffer.write(varint: offset)
    case .chunk(let snapshot, let file, let offset, let total, let bytes):
      buffer.reserve(bytes.count + file.count + 48)
      buffer.write(Kind.chunk.rawValue)
      buffer.write(varint: snapshot.value)
      buffer.write(prefixed: file)
      buffer.write(varint: offset)
      buffer.write(varint: total)
      buffer.write(bytes)
    case .gone(let snapshot):
      buffer.write(Kind.gone.rawValue)
      buffer.write(varint: snapshot.value)
    case .introduction:
      buffer.write(Kind.introduction.rawValue)
    case .introduced(let isKnown):
      buffer.write(Kind.introduced.rawValue)
      buffer.write(isKnown ? 1 as UInt8 : 0)
    }
    return buffer.take()
  }

  init(decoding bytes: Bytes) throws(PeerFrameError) {
    guard bytes.count >= 2 else { throw .malformed }
    guard bytes[0] == Self.version else { throw .unknownVersion(bytes[0]) }
    guard let kind = Kind(rawValue: bytes[1]) else { throw .unknownKind(bytes[1]) }
    let body = bytes.dropFirst(2)
    switch kind {
    case .raft:
      do throws(MessageCodecError) {
        self = .raft(try MessageCodec.decode(body))
      } catch {
        throw .message(error)
      }
    case .forward: self = try Self.forward(body)
    case .refused: self = try Self.refused(body)
    case .introduction:
      guard body.isEmpty else { throw .malformed }
      self = .introduction
    case .introduced:
      guard body.count == 1, body[0] <= 1 else { throw .malformed }
      self = .introduced(isKnown: body[0] == 1)
    case .fetch, .chunk, .gone:
      do throws(ByteReaderError) {
        self = try Self.snapshot(kind, body)
      } catch {
        throw .malformed
      }
    }
  }

  private static func forward(_ body: Bytes) throws(PeerFrameError) -> PeerFrame {
    var reader = ByteReader(body)
    let life: UInt64
    let number: UInt64
    let term: Term
    do throws(ByteReaderError) {
      life = try reader.readInteger(littleEndian: UInt64.self)
      number = try reader.readVarint()
      term = Term(try reader.readVarint())
    } catch {
      throw .malformed
    }
    do throws(KVFormatError) {
      let batch = try CommandBatch(decoding: body.dropFirst(reader.offset))
      return .forward(life: life, number: number, term: term, commands: batch.commands)
    } catch {
      throw .commands(error)
    }
  }

  private static func refused(_ body: Bytes) throws(PeerFrameError) -> PeerFrame {
    var reader = ByteReader(body)
    var requests: [UInt64] = []
    do throws(ByteReaderError) {
      let term = Term(try reader.readInteger(littleEndian: UInt64.self))
      while !reader.isAtEnd {
        requests.append(try reader.readInteger(littleEndian: UInt64.self))
      }
      return .refused(term: term, requests: requests)
    } catch {
      throw .malformed
    }
  }

  private static func snapshot(
    _ kind: Kind, _ body: Bytes
  ) throws(ByteReaderError) -> PeerFrame {
    var reader = ByteReader(body)
    let snapshot = LogIndex(try reader.readVarint())
    if kind == .gone { return .gone(snapshot: snapshot) }
    let file = try reader.readPrefixed()
    let offset = try reader.readVarint()
    if kind == .fetch { return .fetch(snapshot: snapshot, file: file, offset: offset) }
    let total = try reader.readVarint()
    return .chunk(
      snapshot: snapshot, file: file, offset: offset, total: total,
      bytes: body.dropFirst(reader.offset))
  }
}

/// Why a peer's frame cannot be read.
public enum PeerFrameError: Error, Equatable {
  case unknownVersion(UInt8)
  case unknownKind(UInt8)
  case malformed
  case message(MessageCodecError)
  case commands(KVFormatError)
}
