public import Base
import EtcdAPI

/// Rebuilds a key space from a manifest and its segments, which may come from a peer: everything is
/// checked and nothing traps.
///
/// Give the segments that `next` asks for one after the other, then `finish`.
public struct KeySpaceRestoration: ~Copyable {
  private let manifest: Manifest
  private var space: KeySpace
  private var added = 0
  private var lastOrdinal: UInt64 = 0
  private var lastRevision: Int64 = 0

  public init(
    manifest bytes: Bytes, configuration: KeySpaceConfiguration = KeySpaceConfiguration()
  ) throws(KVFormatError) {
    let manifest = try Manifest(decoding: bytes)
    var roles: CertificateRoles?
    if !manifest.certificateRoles.isEmpty {
      do throws(CertificateRolesError) {
        roles = try CertificateRoles(parsing: manifest.certificateRoles)
      } catch {
        throw .certificateRoles(error)
      }
    }
    self.manifest = manifest
    space = KeySpace(configuration: configuration)
    space.revision = manifest.revision
    space.compacted = manifest.compacted
    space.clusterMilliseconds = manifest.clusterMilliseconds
    space.wall = manifest.wall
    space.alarmMembers = manifest.alarms
    space.memberAttributes = manifest.attributes
    space.certificateRolesRevision = manifest.certificateRolesRevision
    space.certificateRoles = roles
    for lease in manifest.leases {
      space.lessor.grant(lease.id, seconds: lease.grantedSeconds, expiry: lease.expiry)
    }
  }

  /// The segments that a manifest names, in the order in which they are to be added.
  public static func segments(of manifest: Bytes) throws(KVFormatError) -> [SegmentID] {
    try Manifest(decoding: manifest).segments
  }

  /// The segment that is to be added next; nil once all are.
  public var next: SegmentID? {
    added < manifest.segments.count ? manifest.segments[added] : nil
  }

  /// Adds the segment that `next` names.
  public mutating func add(_ bytes: Bytes) throws(KVFormatError) {
    guard let id = next else { preconditionFailure("all segments were added") }
    guard UInt64(bytes.count) == id.length, CRC32C.checksum(bytes) == id.checksum else {
      throw .wrongSegment(id)
    }
    let segment = try read(bytes, capacity: bytes.count, isSealed: true)
    guard !segment.isEmpty, segment.firstRevision == id.firstRevision else {
      throw .wrongSegment(id)
    }
    space.log.adopt(segment, id)
    try index(segment)
    added += 1
  }

  /// The state, once every segment was added.
  public consuming func finish() throws(KVFormatError) -> KeySpace {
    precondition(next == nil, "a segment is missing")
    let capacity = max(space.configuration.segmentBytes, manifest.tail.count)
    let tail = try read(manifest.tail, capacity: capacity, isSealed: false)
    guard lastOrdinal < manifest.nextOrdinal else {
      throw .outOfRange(lastOrdinal, offset: 0)
    }
    space.log.adopt(tail: tail, nextOrdinal: manifest.nextOrdinal)
    try index(tail)
    try attachLeases()
    // What the compaction had not yet removed is found by looking again.
    if manifest.compacted > 0 {
      space.compaction = CompactionProgress(target: manifest.compacted)
    }
    space.hub.position = manifest.revision
    space.hub.nextOrdinal = manifest.nextOrdinal
    return space
  }

  /// Checks the shape of every record before anything is made of it.
  private mutating func read(
    _ bytes: Bytes, capacity: Int, isSealed: Bool
  ) throws(KVFormatError) -> LogSegment {
    var preface = FormatReader(bytes)
    guard try preface.readInteger(UInt32.self) == LogSegment.magic else { throw .wrongMagic }
    let version = try preface.readUInt8()
    guard version == LogSegment.version else { throw .unknownVersion(version) }
    guard bytes.count >= LogSegment.prefaceBytes, bytes.count <= Int(UInt32.max) else {
      throw .truncated(offset: bytes.count)
    }
    var segment = LogSegment(capacity: capacity, copying: bytes, isSealed: isSealed)
    var offset = LogSegment.prefaceBytes
    while offset < bytes.count {
      let record = LogRecord(memory: segment.memory, offset: offset)
      guard LogRecord.isWhole(bytes, at: offset), isPlausible(record) else {
        throw .inconsistentRecord(offset: offset)
      }
      lastOrdinal = record.ordinal
      lastRevision = record.main
      segment.noteAppended(at: offset, superseded: 0)
      offset = record.range.upperBound
    }
    return segment
  }

  private func isPlausible(_ record: LogRecord) -> Bool {
    guard record.ordinal > lastOrdinal, record.ordinal < manifest.nextOrdinal,
      record.previous < record.ordinal, record.main >= lastRevision, record.main > 1,
      record.main <= manifest.revision, let fields = record.fields,
      fields.modRevision == record.main
    else { return false }
    if record.isTombstone {
      return fields.createRevision == 0 && fields.version == 0 && fields.lease == 0
        && fields.valueField.isEmpty
    }
    return fields.createRevision > 0 && fields.createRevision <= record.main
      && fields.version > 0 && fields.version <= record.main
  }

  /// Records in order: each becomes its key's newest and replaces the one before.
  private mutating func index(_ segment: LogSegment) throws(KVFormatError) {
    for slot in 0..<segment.count {
      let record = segment.record(slot)
      let ordinal = record.ordinal
      let mark = record.isTombstone ? KeyTree.uncounted : 0
      if let replaced = space.tree.set(record.key, to: ordinal | mark) {
        guard replaced & ~KeyTree.uncounted == record.previous else {
          throw .inconsistentRecord(offset: record.offset)
        }
        space.log.supersede(record.previous, by: record.main)
      } else if record.previous != 0, space.log.record(record.previous) != nil {
        throw .inconsistentRecord(offset: record.offset)
      }
    }
  }

  /// In the order of the log: each key's newest record tells its lease.
  private mutating func attachLeases() throws(KVFormatError) {
    for segment in space.log.segments {
      for slot in 0..<segment.count where segment.superseded[slot] == 0 {
        let record = segment.record(slot)
        let lease = record.knownFields.lease
        guard lease != 0 else { continue }
        guard space.lessor.contains(lease) else {
          throw .inconsistentRecord(offset: record.offset)
        }
        space.lessor.attach(record.key, to: lease)
      }
    }
  }
}

extension LogRecord {
  /// Whether a record's lengths lie within `bytes` and its body begins with its key, so that the
  /// view's properties may be read.
  static func isWhole(_ bytes: Bytes, at offset: Int) -> Bool {
    guard bytes.count - offset >= headerBytes else { return false }
    func length(_ position: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(bytes[offset + position + $1]) << (8 * $1) }
    }
    let body = length(0)
    let key = length(4)
    let user = length(44)
    let prefix = 1 + varintLength(UInt64(key))
    guard body + user <= bytes.count - offset - headerBytes, key > 0, prefix + key <= body else {
      return false
    }
    let start = offset + headerBytes
    guard bytes[start] == 0x0A else { return false }
    var rest = key
    for position in start + 1..<start + prefix {
      let isLast = position == start + prefix - 1
      guard bytes[position] == UInt8(rest & 0x7F) | (isLast ? 0 : 0x80) else { return false }
      rest >>= 7
    }
    return rest == 0
  }
}
