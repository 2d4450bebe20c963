// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// etcdserverpb.LeaseGrantRequest
public struct LeaseGrantRequest: ProtobufMessage {
  public var ttl: Int64
  public var id: Int64

  public init() {
    ttl = 0
    id = 0
  }

  public init(ttl: Int64 = 0, id: Int64 = 0) {
    self.ttl = ttl
    self.id = id
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: ttl = try reader.readInt64(field)
      case 2: id = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if ttl != 0 { length += 1 + varintLength(UInt64(bitPattern: ttl)) }
    if id != 0 { length += 1 + varintLength(UInt64(bitPattern: id)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if ttl != 0 { buffer.write(varint: UInt64(bitPattern: ttl), field: 1) }
    if id != 0 { buffer.write(varint: UInt64(bitPattern: id), field: 2) }
  }
}

/// etcdserverpb.LeaseGrantResponse
public struct LeaseGrantResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var id: Int64
  public var ttl: Int64
  public var error: String

  public init() {
    header = nil
    id = 0
    ttl = 0
    error = ""
  }

  public init(
    header: ResponseHeader? = nil,
    id: Int64 = 0,
    ttl: Int64 = 0,
    error: String = ""
  ) {
    self.header = header
    self.id = id
    self.ttl = ttl
    self.error = error
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: id = try reader.readInt64(field)
      case 3: ttl = try reader.readInt64(field)
      case 4: error = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if id != 0 { length += 1 + varintLength(UInt64(bitPattern: id)) }
    if ttl != 0 { length += 1 + varintLength(UInt64(bitPattern: ttl)) }
    if !error.isEmpty { length += 1 + prefixedLength(error.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if id != 0 { buffer.write(varint: UInt64(bitPattern: id), field: 2) }
    if ttl != 0 { buffer.write(varint: UInt64(bitPattern: ttl), field: 3) }
    if !error.isEmpty { buffer.write(string: error, field: 4) }
  }
}

/// etcdserverpb.LeaseRevokeRequest
public struct LeaseRevokeRequest: ProtobufMessage {
  public var id: Int64

  public init() {
    id = 0
  }

  public init(id: Int64) {
    self.id = id
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: id = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if id != 0 { length += 1 + varintLength(UInt64(bitPattern: id)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if id != 0 { buffer.write(varint: UInt64(bitPattern: id), field: 1) }
  }
}

/// etcdserverpb.LeaseRevokeResponse
public struct LeaseRevokeResponse: ProtobufMessage {
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

/// etcdserverpb.LeaseCheckpoint
public struct LeaseCheckpoint: ProtobufMessage {
  public var id: Int64
  public var remainingTTL: Int64

  public init() {
    id = 0
    remainingTTL = 0
  }

  public init(id: Int64 = 0, remainingTTL: Int64 = 0) {
    self.id = id
    self.remainingTTL = remainingTTL
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: id = try reader.readInt64(field)
      case 2: remainingTTL = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if id != 0 { length += 1 + varintLength(UInt64(bitPattern: id)) }
    if remainingTTL != 0 { length += 1 + varintLength(UInt64(bitPattern: remainingTTL)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if id != 0 { buffer.write(varint: UInt64(bitPattern: id), field: 1) }
    if remainingTTL != 0 { buffer.write(varint: UInt64(bitPattern: remainingTTL), field: 2) }
  }
}

/// etcdserverpb.LeaseCheckpointRequest
public struct LeaseCheckpointRequest: ProtobufMessage {
  public var checkpoints: [LeaseCheckpoint]

  public init() {
    checkpoints = []
  }

  public init(checkpoints: [LeaseCheckpoint]) {
    self.checkpoints = checkpoints
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: checkpoints.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    for value in checkpoints { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    for value in checkpoints { buffer.write(message: value, field: 1) }
  }
}

/// etcdserverpb.LeaseCheckpointResponse
public struct LeaseCheckpointResponse: ProtobufMessage {
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

/// etcdserverpb.LeaseKeepAliveRequest
public struct LeaseKeepAliveRequest: ProtobufMessage {
  public var id: Int64

  public init() {
    id = 0
  }

  public init(id: Int64) {
    self.id = id
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: id = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if id != 0 { length += 1 + varintLength(UInt64(bitPattern: id)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if id != 0 { buffer.write(varint: UInt64(bitPattern: id), field: 1) }
  }
}

/// etcdserverpb.LeaseKeepAliveResponse
public struct LeaseKeepAliveResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var id: Int64
  public var ttl: Int64

  public init() {
    header = nil
    id = 0
    ttl = 0
  }

  public init(header: ResponseHeader? = nil, id: Int64 = 0, ttl: Int64 = 0) {
    self.header = header
    self.id = id
    self.ttl = ttl
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: id = try reader.readInt64(field)
      case 3: ttl = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if id != 0 { length += 1 + varintLength(UInt64(bitPattern: id)) }
    if ttl != 0 { length += 1 + varintLength(UInt64(bitPattern: ttl)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if id != 0 { buffer.write(varint: UInt64(bitPattern: id), field: 2) }
    if ttl != 0 { buffer.write(varint: UInt64(bitPattern: ttl), field: 3) }
  }
}

/// etcdserverpb.LeaseTimeToLiveRequest
public struct LeaseTimeToLiveRequest: ProtobufMessage {
  public var id: Int64
  public var keys: Bool

  public init() {
    id = 0
    keys = false
  }

  public init(id: Int64 = 0, keys: Bool = false) {
    self.id = id
    self.keys = keys
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: id = try reader.readInt64(field)
      case 2: keys = try reader.readBool(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if id != 0 { length += 1 + varintLength(UInt64(bitPattern: id)) }
    if keys { length += 2 }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if id != 0 { buffer.write(varint: UInt64(bitPattern: id), field: 1) }
    if keys { buffer.write(varint: 1, field: 2) }
  }
}

/// etcdserverpb.LeaseTimeToLiveResponse
public struct LeaseTimeToLiveResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var id: Int64
  public var ttl: Int64
  public var grantedTTL: Int64
  public var keys: [Bytes]

  public init() {
    header = nil
    id = 0
    ttl = 0
    grantedTTL = 0
    keys = []
  }

  public init(
    header: ResponseHeader? = nil,
    id: Int64 = 0,
    ttl: Int64 = 0,
    grantedTTL: Int64 = 0,
    keys: [Bytes] = []
  ) {
    self.header = header
    self.id = id
    self.ttl = ttl
    self.grantedTTL = grantedTTL
    self.keys = keys
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: id = try reader.readInt64(field)
      case 3: ttl = try reader.readInt64(field)
      case 4: grantedTTL = try reader.readInt64(field)
      case 5: keys.append(try reader.readBytes(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if id != 0 { length += 1 + varintLength(UInt64(bitPattern: id)) }
    if ttl != 0 { length += 1 + varintLength(UInt64(bitPattern: ttl)) }
    if grantedTTL != 0 { length += 1 + varintLength(UInt64(bitPattern: grantedTTL)) }
    for value in keys { length += 1 + prefixedLength(value.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if id != 0 { buffer.write(varint: UInt64(bitPattern: id), field: 2) }
    if ttl != 0 { buffer.write(varint: UInt64(bitPattern: ttl), field: 3) }
    if grantedTTL != 0 { buffer.write(varint: UInt64(bitPattern: grantedTTL), field: 4) }
    for value in keys { buffer.write(bytes: value, field: 5) }
  }
}

/// etcdserverpb.LeaseLeasesRequest
public struct LeaseLeasesRequest: ProtobufMessage {

  public init() {}

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      try reader.skip(field)
    }
  }

  public var encodedLength: Int { 0 }

  public func encode(into buffer: inout ByteBuffer) {}
}

/// etcdserverpb.LeaseStatus
public struct LeaseStatus: ProtobufMessage {
  public var id: Int64

  public init() {
    id = 0
  }

  public init(id: Int64) {
    self.id = id
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: id = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if id != 0 { length += 1 + varintLength(UInt64(bitPattern: id)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if id != 0 { buffer.write(varint: UInt64(bitPattern: id), field: 1) }
  }
}

/// etcdserverpb.LeaseLeasesResponse
public struct LeaseLeasesResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var leases: [LeaseStatus]

  public init() {
    header = nil
    leases = []
  }

  public init(header: ResponseHeader? = nil, leases: [LeaseStatus] = []) {
    self.header = header
    self.leases = leases
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: leases.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in leases { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in leases { buffer.write(message: value, field: 2) }
  }
}
