// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// v3lockpb.LockRequest
public struct LockRequest: ProtobufMessage {
  public var name: Bytes
  public var lease: Int64

  public init() {
    name = Bytes()
    lease = 0
  }

  public init(name: Bytes = Bytes(), lease: Int64 = 0) {
    self.name = name
    self.lease = lease
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readBytes(field)
      case 2: lease = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.count) }
    if lease != 0 { length += 1 + varintLength(UInt64(bitPattern: lease)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(bytes: name, field: 1) }
    if lease != 0 { buffer.write(varint: UInt64(bitPattern: lease), field: 2) }
  }
}

/// v3lockpb.LockResponse
public struct LockResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var key: Bytes

  public init() {
    header = nil
    key = Bytes()
  }

  public init(header: ResponseHeader? = nil, key: Bytes = Bytes()) {
    self.header = header
    self.key = key
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: key = try reader.readBytes(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if !key.isEmpty { buffer.write(bytes: key, field: 2) }
  }
}

/// v3lockpb.UnlockRequest
public struct UnlockRequest: ProtobufMessage {
  public var key: Bytes

  public init() {
    key = Bytes()
  }

  public init(key: Bytes) {
    self.key = key
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: key = try reader.readBytes(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !key.isEmpty { buffer.write(bytes: key, field: 1) }
  }
}

/// v3lockpb.UnlockResponse
public struct UnlockResponse: ProtobufMessage {
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
