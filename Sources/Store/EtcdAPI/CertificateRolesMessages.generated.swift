// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// keelsonpb.CertificateRolesGetRequest
public struct CertificateRolesGetRequest: ProtobufMessage {

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

/// keelsonpb.CertificateRolesGetResponse
public struct CertificateRolesGetResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var document: Bytes
  public var revision: Int64

  public init() {
    header = nil
    document = Bytes()
    revision = 0
  }

  public init(
    header: ResponseHeader? = nil,
    document: Bytes = Bytes(),
    revision: Int64 = 0
  ) {
    self.header = header
    self.document = document
    self.revision = revision
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 3: try reader.readMessage(field, into: &header)
      case 1: document = try reader.readBytes(field)
      case 2: revision = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if !document.isEmpty { length += 1 + prefixedLength(document.count) }
    if revision != 0 { length += 1 + varintLength(UInt64(bitPattern: revision)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !document.isEmpty { buffer.write(bytes: document, field: 1) }
    if revision != 0 { buffer.write(varint: UInt64(bitPattern: revision), field: 2) }
    if let header { buffer.write(message: header, field: 3) }
  }
}

/// keelsonpb.CertificateRolesApplyRequest
public struct CertificateRolesApplyRequest: ProtobufMessage {
  public var document: Bytes

  public init() {
    document = Bytes()
  }

  public init(document: Bytes) {
    self.document = document
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: document = try reader.readBytes(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !document.isEmpty { length += 1 + prefixedLength(document.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !document.isEmpty { buffer.write(bytes: document, field: 1) }
  }
}

/// keelsonpb.CertificateRolesApplyResponse
public struct CertificateRolesApplyResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var revision: Int64

  public init() {
    header = nil
    revision = 0
  }

  public init(header: ResponseHeader? = nil, revision: Int64 = 0) {
    self.header = header
    self.revision = revision
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 3: try reader.readMessage(field, into: &header)
      case 2: revision = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if revision != 0 { length += 1 + varintLength(UInt64(bitPattern: revision)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if revision != 0 { buffer.write(varint: UInt64(bitPattern: revision), field: 2) }
    if let header { buffer.write(message: header, field: 3) }
  }
}
