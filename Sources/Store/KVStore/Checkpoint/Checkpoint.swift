public import Base
import EtcdAPI

/// The whole state at one point of the log: sealed segments by name, and everything else.
///
/// Sealed segments never change, so each is written once and shared by all checkpoints that name
/// it; a peer is sent the manifest and the segments that it lacks.
public struct Checkpoint: Hashable, Sendable {
  /// In the order of the log.
  public let segments: [SegmentID]
  public let manifest: Bytes
}

/// The manifest's format, version 1. Integers are varints unless a width is named, widths are
/// little-endian, runs of bytes stand behind their length.
///
/// magic `KMAN` (4 bytes), version (1 byte), revision, compacted revision + 1, cluster
/// milliseconds, wall milliseconds (8 bytes), next ordinal, revision of the certificate roles and
/// their document, alarms (member, type), leases by id (id in 8 bytes, granted seconds, expiry),
/// member attributes (member, record), sealed segments (first revision, length, checksum in 4
/// bytes), the tail segment, CRC32C of all before (4 bytes). Lists stand behind their count.
struct Manifest {
  static let magic: UInt32 = 0x4E41_4D4B  // "KMAN"
  static let version: UInt8 = 1

  var revision: Int64 = 1
  var compacted: Int64 = -1
  var clusterMilliseconds: UInt64 = 0
  var wall = WallTime(milliseconds: 0)
  var nextOrdinal: UInt64 = 1
  var certificateRolesRevision: Int64 = 0
  var certificateRoles = Bytes()
  var alarms: [AlarmMember] = []
  var leases: [LeaseRecord] = []
  var attributes: [KeySpace.MemberAttributes] = []
  var segments: [SegmentID] = []
  var tail = Bytes()

  struct LeaseRecord {
    let id: Int64
    let grantedSeconds: Int64
    let expiry: UInt64
  }

  init() {}

  func encode() -> Bytes {
    var buffer = ByteBuffer(capacity: tail.count + 1024)
    buffer.write(littleEndian: Manifest.magic)
    buffer.write(Manifest.version)
    buffer.write(varint: UInt64(revision))
    buffer.write(varint: UInt64(compacted + 1))
    buffer.write(varint: clusterMilliseconds)
    buffer.write(littleEndian: wall.milliseconds)
    buffer.write(varint: nextOrdinal)
    buffer.write(varint: UInt64(certificateRolesRevision))
    buffer.write(prefixed: certificateRoles)
    buffer.write(varint: UInt64(alarms.count))
    for alarm in alarms {
      buffer.write(varint: alarm.memberID)
      buffer.write(varint: UInt64(UInt32(bitPattern: alarm.alarm.rawValue)))
    }
    buffer.write(varint: UInt64(leases.count))
    for lease in leases {
      buffer.write(littleEndian: lease.id)
      buffer.write(varint: UInt64(bitPattern: lease.grantedSeconds))
      buffer.write(varint: lease.expiry)
    }
    buffer.write(varint: UInt64(attributes.count))
    for entry in attributes {
      buffer.write(varint: entry.member.value)
      buffer.write(prefixed: entry.record)
    }
    buffer.write(varint: UInt64(segments.count))
    for segment in segments {
      buffer.write(varint: UInt64(segment.firstRevision))
      buffer.write(varint: segment.length)
      buffer.write(littleEndian: segment.checksum)
    }
    buffer.write(prefixed: tail)
    let body = buffer.take()
    var whole = ByteBuffer(capacity: body.count + 4)
    whole.write(body)
    whole.write(littleEndian: CRC32C.checksum(body))
    return whole.take()
  }

  init(decoding bytes: Bytes) throws(KVFormatError) {
    guard bytes.count >= 9 else { throw .truncated(offset: bytes.count) }
    var reader = FormatReader(bytes[0..<bytes.count - 4])
    guard try reader.readInteger(UInt32.self) == Manifest.magic else { throw .wrongMagic }
    let version = try reader.readUInt8()
    guard version == Manifest.version else { throw .unknownVersion(version) }
    var trailer = FormatReader(bytes[bytes.count - 4..<bytes.count])
    let expected = try trailer.readInteger(UInt32.self)
    let actual = CRC32C.checksum(bytes[0..<bytes.count - 4])
    guard expected == actual else {
      throw .checksumMismatch(expected: expected, actual: actual)
    }
    try readScalars(&reader)
    for _ in 0..<(try reader.readCount(itemBytesMin: 2)) {
      let member = try reader.readVarint()
      let type = AlarmType(rawValue: Int32(truncatingIfNeeded: try reader.readVarint()))
      alarms.append(AlarmMember(memberID: member, alarm: type))
    }
    try readLeases(&reader)
    for _ in 0..<(try reader.readCount(itemBytesMin: 2)) {
      let member = NodeID(try reader.readVarint())
      if let last = attributes.last, last.member >= member {
        throw .outOfRange(member.value, offset: reader.offset)
      }
      attributes.append(
        KeySpace.MemberAttributes(member: member, record: try reader.readPrefixed().detached))
    }
    for _ in 0..<(try reader.readCount(itemBytesMin: 6)) {
      segments.append(
        SegmentID(
          firstRevision: try Manifest.readRevision(&reader), length: try reader.readVarint(),
          checksum: try reader.readInteger(UInt32.self)))
    }
    tail = try reader.readPrefixed()
    guard reader.isAtEnd else { throw .trailingBytes(count: reader.remaining) }
  }

  private mutating func readScalars(_ reader: inout FormatReader) throws(KVFormatError) {
    revision = try Manifest.readRevision(&reader)
    compacted = try Manifest.readRevision(&reader) - 1
    guard revision >= 1, compacted <= revision else {
      throw .outOfRange(UInt64(bitPattern: compacted), offset: reader.offset)
    }
    clusterMilliseconds = try reader.readVarint()
    wall = WallTime(milliseconds: try reader.readInteger(Int64.self))
    nextOrdinal = try reader.readVarint()
    guard nextOrdinal >= 1, nextOrdinal < 1 << 62 else {
      throw .outOfRange(nextOrdinal, offset: reader.offset)
    }
    certificateRolesRevision = try Manifest.readRevision(&reader)
    certificateRoles = try reader.readPrefixed().detached
  }

  private mutating func readLeases(_ reader: inout FormatReader) throws(KVFormatError) {
    for _ in 0..<(try reader.readCount(itemBytesMin: 10)) {
      let lease = LeaseRecord(
        id: try reader.readInteger(Int64.self),
        grantedSeconds: Int64(bitPattern: try reader.readVarint()),
        expiry: try reader.readVarint())
      guard lease.id != 0, leases.last.map({ $0.id < lease.id }) ?? true else {
        throw .outOfRange(UInt64(bitPattern: lease.id), offset: reader.offset)
      }
      leases.append(lease)
    }
  }

  /// A number that is a positive Int64 with room to count on.
  private static func readRevision(_ reader: inout FormatReader) throws(KVFormatError) -> Int64 {
    let number = try reader.readVarint()
    guard number < 1 << 62 else { throw .outOfRange(number, offset: reader.offset) }
    return Int64(number)
  }
}

extension KeySpace {
  /// The state now. Cheap: the tail segment and the leases are copied, sealed segments are named.
  public func checkpoint() -> Checkpoint {
    var manifest = Manifest()
    manifest.revision = revision
    manifest.compacted = compacted
    manifest.clusterMilliseconds = clusterMilliseconds
    manifest.wall = wall
    manifest.nextOrdinal = log.nextOrdinal
    manifest.certificateRolesRevision = certificateRolesRevision
    manifest.certificateRoles = certificateRoles?.document ?? Bytes()
    manifest.alarms = alarmMembers
    manifest.leases = lessor.records
    manifest.attributes = memberAttributes
    manifest.segments = log.identities
    let tail = log.segments[log.tail].memory
    manifest.tail = tail.bytes(0..<tail.count)
    return Checkpoint(segments: log.identities, manifest: manifest.encode())
  }

  /// The sealed segments, in the order of the log.
  public var segments: [SegmentID] { log.identities }

  /// A copy of a sealed segment, nil where the state has no such one (any more).
  public func segment(_ id: SegmentID) -> Bytes? {
    guard let position = log.identities.firstIndex(of: id) else { return nil }
    let memory = log.segments[position].memory
    return memory.bytes(0..<memory.count)
  }

  // MARK: Mapped files

  /// Sealed segments that are not read from mapped files yet.
  public var unmappedSegments: [SegmentID] { log.unmapped }

  /// Reads a sealed segment from its file from now on: its memory comes back, and what is looked at
  /// is in memory as long as the system likes. False, and nothing changes, where the state has no
  /// such segment (any more) or the file does not hold it.
  public mutating func map(_ id: SegmentID, to file: any MappedFile) -> Bool {
    guard let position = log.identities.firstIndex(of: id) else { return false }
    return log.map(position, to: file)
  }

  /// Gives the pages of mapped segments that were looked at back to the system.
  public func releaseMappedPages() { log.releasePages() }
}
