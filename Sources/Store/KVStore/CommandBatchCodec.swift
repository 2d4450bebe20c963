public import Base

/// The format in the log, version 1; the log's own records carry the checksum.
///
/// batch: version (1 byte), cluster milliseconds (varint), wall milliseconds (8 bytes,
/// little-endian), number of commands (varint), commands. command: kind (1 byte), flags (1 byte;
/// bit 0: an identity follows), origin and request (varints), identity (common name, number of
/// organizations, organizations; each name behind its length as a varint), body behind its length.
extension CommandBatch {
  static let version: UInt8 = 1

  public func encode(into buffer: inout ByteBuffer) {
    buffer.write(CommandBatch.version)
    buffer.write(varint: clusterMilliseconds)
    buffer.write(littleEndian: wallTime.milliseconds)
    buffer.write(varint: UInt64(commands.count))
    for command in commands { command.encode(into: &buffer) }
  }

  /// Reads a whole batch; bodies share the storage of `bytes`.
  public init(decoding bytes: Bytes) throws(KVFormatError) {
    var reader = FormatReader(bytes)
    let version = try reader.readUInt8()
    guard version == CommandBatch.version else { throw .unknownVersion(version) }
    clusterMilliseconds = try reader.readVarint()
    wallTime = WallTime(milliseconds: try reader.readInteger(Int64.self))
    let count = try reader.readCount(itemBytesMin: 5)
    commands = []
    commands.reserveCapacity(count)
    for _ in 0..<count { commands.append(try Command(from: &reader)) }
    guard reader.isAtEnd else { throw .trailingBytes(count: reader.remaining) }
  }
}

extension Command {
  private static let hasIdentity: UInt8 = 1

  /// As in a batch; a follower forwards commands to the leader in this form.
  public func encode(into buffer: inout ByteBuffer) {
    buffer.write(kind.rawValue)
    buffer.write(identity == nil ? 0 : Command.hasIdentity)
    buffer.write(varint: origin.value)
    buffer.write(varint: request)
    if let identity {
      buffer.write(prefixed: identity.commonName)
      buffer.write(varint: UInt64(identity.organizations.count))
      for organization in identity.organizations { buffer.write(prefixed: organization) }
    }
    buffer.write(prefixed: body)
  }

  /// Reads a command that fills `bytes`.
  public init(decoding bytes: Bytes) throws(KVFormatError) {
    var reader = FormatReader(bytes)
    try self.init(from: &reader)
    guard reader.isAtEnd else { throw .trailingBytes(count: reader.remaining) }
  }

  init(from reader: inout FormatReader) throws(KVFormatError) {
    let number = try reader.readUInt8()
    guard let kind = Kind(rawValue: number) else { throw .unknownKind(number) }
    let flags = try reader.readUInt8()
    guard flags <= Command.hasIdentity else { throw .invalidFlags(flags) }
    let origin = NodeID(try reader.readVarint())
    let request = try reader.readVarint()
    var identity: ClientIdentity?
    if flags & Command.hasIdentity != 0 {
      let name = try reader.readPrefixed()
      var organizations: [Bytes] = []
      let count = try reader.readCount(itemBytesMin: 1)
      for _ in 0..<count { organizations.append(try reader.readPrefixed()) }
      identity = ClientIdentity(commonName: name, organizations: organizations)
    }
    self.init(
      kind: kind, origin: origin, request: request, identity: identity,
      body: try reader.readPrefixed())
  }
}
