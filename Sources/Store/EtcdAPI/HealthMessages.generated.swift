// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// grpc.health.v1.HealthCheckRequest
public struct HealthCheckRequest: ProtobufMessage {
  public var service: String

  public init() {
    service = ""
  }

  public init(service: String) {
    self.service = service
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: service = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !service.isEmpty { length += 1 + prefixedLength(service.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !service.isEmpty { buffer.write(string: service, field: 1) }
  }
}

/// grpc.health.v1.HealthCheckResponse
public struct HealthCheckResponse: ProtobufMessage {
  public var status: HealthCheckResponse.ServingStatus

  public init() {
    status = .unknown
  }

  public init(status: HealthCheckResponse.ServingStatus) {
    self.status = status
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: status = HealthCheckResponse.ServingStatus(rawValue: try reader.readInt32(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if status != .unknown { length += 1 + varintLength(protobufVarint(status.rawValue)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if status != .unknown { buffer.write(varint: protobufVarint(status.rawValue), field: 1) }
  }
}

extension HealthCheckResponse {
  /// grpc.health.v1.HealthCheckResponse.ServingStatus. A number that this list lacks is kept.
  public enum ServingStatus: Hashable, Sendable {
    case unknown, serving, notServing, serviceUnknown
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unknown
      case 1: self = .serving
      case 2: self = .notServing
      case 3: self = .serviceUnknown
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .unknown: 0
      case .serving: 1
      case .notServing: 2
      case .serviceUnknown: 3
      case .unrecognized(let number): number
      }
    }
  }
}
