// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// v3electionpb.CampaignRequest
public struct CampaignRequest: ProtobufMessage {
  public var name: Bytes
  public var lease: Int64
  public var value: Bytes

  public init() {
    name = Bytes()
    lease = 0
    value = Bytes()
  }

  public init(name: Bytes = Bytes(), lease: Int64 = 0, value: Bytes = Bytes()) {
    self.name = name
    self.lease = lease
    self.value = value
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readBytes(field)
      case 2: lease = try reader.readInt64(field)
      case 3: value = try reader.readBytes(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.count) }
    if lease != 0 { length += 1 + varintLength(UInt64(bitPattern: lease)) }
    if !value.isEmpty { length += 1 + prefixedLength(value.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(bytes: name, field: 1) }
    if lease != 0 { buffer.write(varint: UInt64(bitPattern: lease), field: 2) }
    if !value.isEmpty { buffer.write(bytes: value, field: 3) }
  }
}

/// v3electionpb.CampaignResponse
public struct CampaignResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var leader: LeaderKey?

  public init() {
    header = nil
    leader = nil
  }

  public init(header: ResponseHeader? = nil, leader: LeaderKey? = nil) {
    self.header = header
    self.leader = leader
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: try reader.readMessage(field, into: &leader)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if let leader { length += 1 + prefixedLength(leader.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if let leader { buffer.write(message: leader, field: 2) }
  }
}

/// v3electionpb.LeaderKey
public struct LeaderKey: ProtobufMessage {
  public var name: Bytes
  public var key: Bytes
  public var rev: Int64
  public var lease: Int64

  public init() {
    name = Bytes()
    key = Bytes()
    rev = 0
    lease = 0
  }

  public init(
    name: Bytes = Bytes(),
    key: Bytes = Bytes(),
    rev: Int64 = 0,
    lease: Int64 = 0
  ) {
    self.name = name
    self.key = key
    self.rev = rev
    self.lease = lease
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readBytes(field)
      case 2: key = try reader.readBytes(field)
      case 3: rev = try reader.readInt64(field)
      case 4: lease = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.count) }
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    if rev != 0 { length += 1 + varintLength(UInt64(bitPattern: rev)) }
    if lease != 0 { length += 1 + varintLength(UInt64(bitPattern: lease)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(bytes: name, field: 1) }
    if !key.isEmpty { buffer.write(bytes: key, field: 2) }
    if rev != 0 { buffer.write(varint: UInt64(bitPattern: rev), field: 3) }
    if lease != 0 { buffer.write(varint: UInt64(bitPattern: lease), field: 4) }
  }
}

/// v3electionpb.LeaderRequest
public struct LeaderRequest: ProtobufMessage {
  public var name: Bytes

  public init() {
    name = Bytes()
  }

  public init(name: Bytes) {
    self.name = name
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readBytes(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(bytes: name, field: 1) }
  }
}

/// v3electionpb.LeaderResponse
public struct LeaderResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var kv: KeyValue?

  public init() {
    header = nil
    kv = nil
  }

  public init(header: ResponseHeader? = nil, kv: KeyValue? = nil) {
    self.header = header
    self.kv = kv
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: try reader.readMessage(field, into: &kv)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if let kv { length += 1 + prefixedLength(kv.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if let kv { buffer.write(message: kv, field: 2) }
  }
}

/// v3electionpb.ResignRequest
public struct ResignRequest: ProtobufMessage {
  public var leader: LeaderKey?

  public init() {
    leader = nil
  }

  public init(leader: LeaderKey?) {
    self.leader = leader
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &leader)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let leader { length += 1 + prefixedLength(leader.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let leader { buffer.write(message: leader, field: 1) }
  }
}

/// v3electionpb.ResignResponse
public struct ResignResponse: ProtobufMessage {
  public var header: ResponseHeader?

  public init() {
    header = nil
  }

  public init(header: ResponseHeader?) {
    self.header = header
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
  }
}

/// v3electionpb.ProclaimRequest
public struct ProclaimRequest: ProtobufMessage {
  public var leader: LeaderKey?
  public var value: Bytes

  public init() {
    leader = nil
    value = Bytes()
  }

  public init(leader: LeaderKey? = nil, value: Bytes = Bytes()) {
    self.leader = leader
    self.value = value
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &leader)
      case 2: value = try reader.readBytes(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let leader { length += 1 + prefixedLength(leader.encodedLength) }
    if !value.isEmpty { length += 1 + prefixedLength(value.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let leader { buffer.write(message: leader, field: 1) }
    if !value.isEmpty { buffer.write(bytes: value, field: 2) }
  }
}

/// v3electionpb.ProclaimResponse
public struct ProclaimResponse: ProtobufMessage {
  public var header: ResponseHeader?

  public init() {
    header = nil
  }

  public init(header: ResponseHeader?) {
    self.header = header
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
  }
}
