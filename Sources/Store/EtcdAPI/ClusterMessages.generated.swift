// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// etcdserverpb.Member
public struct Member: ProtobufMessage {
  public var id: UInt64
  public var name: String
  public var peerURLs: [String]
  public var clientURLs: [String]
  public var isLearner: Bool

  public init() {
    id = 0
    name = ""
    peerURLs = []
    clientURLs = []
    isLearner = false
  }

  public init(
    id: UInt64 = 0,
    name: String = "",
    peerURLs: [String] = [],
    clientURLs: [String] = [],
    isLearner: Bool = false
  ) {
    self.id = id
    self.name = name
    self.peerURLs = peerURLs
    self.clientURLs = clientURLs
    self.isLearner = isLearner
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: id = try reader.readUInt64(field)
      case 2: name = try reader.readString(field)
      case 3: peerURLs.append(try reader.readString(field))
      case 4: clientURLs.append(try reader.readString(field))
      case 5: isLearner = try reader.readBool(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if id != 0 { length += 1 + varintLength(id) }
    if !name.isEmpty { length += 1 + prefixedLength(name.utf8.count) }
    for value in peerURLs { length += 1 + prefixedLength(value.utf8.count) }
    for value in clientURLs { length += 1 + prefixedLength(value.utf8.count) }
    if isLearner { length += 2 }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if id != 0 { buffer.write(varint: id, field: 1) }
    if !name.isEmpty { buffer.write(string: name, field: 2) }
    for value in peerURLs { buffer.write(string: value, field: 3) }
    for value in clientURLs { buffer.write(string: value, field: 4) }
    if isLearner { buffer.write(varint: 1, field: 5) }
  }
}

/// etcdserverpb.MemberAddRequest
public struct MemberAddRequest: ProtobufMessage {
  public var peerURLs: [String]
  public var isLearner: Bool

  public init() {
    peerURLs = []
    isLearner = false
  }

  public init(peerURLs: [String] = [], isLearner: Bool = false) {
    self.peerURLs = peerURLs
    self.isLearner = isLearner
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: peerURLs.append(try reader.readString(field))
      case 2: isLearner = try reader.readBool(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    for value in peerURLs { length += 1 + prefixedLength(value.utf8.count) }
    if isLearner { length += 2 }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    for value in peerURLs { buffer.write(string: value, field: 1) }
    if isLearner { buffer.write(varint: 1, field: 2) }
  }
}

/// etcdserverpb.MemberAddResponse
public struct MemberAddResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var member: Member?
  public var members: [Member]

  public init() {
    header = nil
    member = nil
    members = []
  }

  public init(
    header: ResponseHeader? = nil,
    member: Member? = nil,
    members: [Member] = []
  ) {
    self.header = header
    self.member = member
    self.members = members
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: try reader.readMessage(field, into: &member)
      case 3: members.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if let member { length += 1 + prefixedLength(member.encodedLength) }
    for value in members { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if let member { buffer.write(message: member, field: 2) }
    for value in members { buffer.write(message: value, field: 3) }
  }
}

/// etcdserverpb.MemberRemoveRequest
public struct MemberRemoveRequest: ProtobufMessage {
  public var id: UInt64

  public init() {
    id = 0
  }

  public init(id: UInt64) {
    self.id = id
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: id = try reader.readUInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if id != 0 { length += 1 + varintLength(id) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if id != 0 { buffer.write(varint: id, field: 1) }
  }
}

/// etcdserverpb.MemberRemoveResponse
public struct MemberRemoveResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var members: [Member]

  public init() {
    header = nil
    members = []
  }

  public init(header: ResponseHeader? = nil, members: [Member] = []) {
    self.header = header
    self.members = members
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: members.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in members { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in members { buffer.write(message: value, field: 2) }
  }
}

/// etcdserverpb.MemberUpdateRequest
public struct MemberUpdateRequest: ProtobufMessage {
  public var id: UInt64
  public var peerURLs: [String]

  public init() {
    id = 0
    peerURLs = []
  }

  public init(id: UInt64 = 0, peerURLs: [String] = []) {
    self.id = id
    self.peerURLs = peerURLs
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: id = try reader.readUInt64(field)
      case 2: peerURLs.append(try reader.readString(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if id != 0 { length += 1 + varintLength(id) }
    for value in peerURLs { length += 1 + prefixedLength(value.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if id != 0 { buffer.write(varint: id, field: 1) }
    for value in peerURLs { buffer.write(string: value, field: 2) }
  }
}

/// etcdserverpb.MemberUpdateResponse
public struct MemberUpdateResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var members: [Member]

  public init() {
    header = nil
    members = []
  }

  public init(header: ResponseHeader? = nil, members: [Member] = []) {
    self.header = header
    self.members = members
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: members.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in members { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in members { buffer.write(message: value, field: 2) }
  }
}

/// etcdserverpb.MemberListRequest
public struct MemberListRequest: ProtobufMessage {
  public var linearizable: Bool

  public init() {
    linearizable = false
  }

  public init(linearizable: Bool) {
    self.linearizable = linearizable
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: linearizable = try reader.readBool(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if linearizable { length += 2 }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if linearizable { buffer.write(varint: 1, field: 1) }
  }
}

/// etcdserverpb.MemberListResponse
public struct MemberListResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var members: [Member]

  public init() {
    header = nil
    members = []
  }

  public init(header: ResponseHeader? = nil, members: [Member] = []) {
    self.header = header
    self.members = members
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: members.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in members { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in members { buffer.write(message: value, field: 2) }
  }
}

/// etcdserverpb.MemberPromoteRequest
public struct MemberPromoteRequest: ProtobufMessage {
  public var id: UInt64

  public init() {
    id = 0
  }

  public init(id: UInt64) {
    self.id = id
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: id = try reader.readUInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if id != 0 { length += 1 + varintLength(id) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if id != 0 { buffer.write(varint: id, field: 1) }
  }
}

/// etcdserverpb.MemberPromoteResponse
public struct MemberPromoteResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var members: [Member]

  public init() {
    header = nil
    members = []
  }

  public init(header: ResponseHeader? = nil, members: [Member] = []) {
    self.header = header
    self.members = members
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: members.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in members { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in members { buffer.write(message: value, field: 2) }
  }
}
