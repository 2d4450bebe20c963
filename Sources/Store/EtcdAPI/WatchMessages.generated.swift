// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// etcdserverpb.WatchRequest
public struct WatchRequest: ProtobufMessage {
  public var requestUnion: RequestUnion?

  public enum RequestUnion: Hashable, Sendable {
    case create(WatchCreateRequest)
    case cancel(WatchCancelRequest)
    case progress(WatchProgressRequest)
  }

  public init() {
    requestUnion = nil
  }

  public init(requestUnion: RequestUnion?) {
    self.requestUnion = requestUnion
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: requestUnion = .create(try reader.readMessage(field))
      case 2: requestUnion = .cancel(try reader.readMessage(field))
      case 3: requestUnion = .progress(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    switch requestUnion {
    case nil: break
    case .create(let value): length += 1 + prefixedLength(value.encodedLength)
    case .cancel(let value): length += 1 + prefixedLength(value.encodedLength)
    case .progress(let value): length += 1 + prefixedLength(value.encodedLength)
    }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    switch requestUnion {
    case nil: break
    case .create(let value): buffer.write(message: value, field: 1)
    case .cancel(let value): buffer.write(message: value, field: 2)
    case .progress(let value): buffer.write(message: value, field: 3)
    }
  }
}

/// etcdserverpb.WatchCreateRequest
public struct WatchCreateRequest: ProtobufMessage {
  public var key: Bytes
  public var rangeEnd: Bytes
  public var startRevision: Int64
  public var progressNotify: Bool
  public var filters: [WatchCreateRequest.FilterType]
  public var prevKv: Bool
  public var watchID: Int64
  public var fragment: Bool

  public init() {
    key = Bytes()
    rangeEnd = Bytes()
    startRevision = 0
    progressNotify = false
    filters = []
    prevKv = false
    watchID = 0
    fragment = false
  }

  public init(
    key: Bytes = Bytes(),
    rangeEnd: Bytes = Bytes(),
    startRevision: Int64 = 0,
    progressNotify: Bool = false,
    filters: [WatchCreateRequest.FilterType] = [],
    prevKv: Bool = false,
    watchID: Int64 = 0,
    fragment: Bool = false
  ) {
    self.key = key
    self.rangeEnd = rangeEnd
    self.startRevision = startRevision
    self.progressNotify = progressNotify
    self.filters = filters
    self.prevKv = prevKv
    self.watchID = watchID
    self.fragment = fragment
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: key = try reader.readBytes(field)
      case 2: rangeEnd = try reader.readBytes(field)
      case 3: startRevision = try reader.readInt64(field)
      case 4: progressNotify = try reader.readBool(field)
      case 5:
        var raw: [Int32] = []
        try reader.readInt32s(field, appendingTo: &raw)
        filters += raw.map(WatchCreateRequest.FilterType.init(rawValue:))
      case 6: prevKv = try reader.readBool(field)
      case 7: watchID = try reader.readInt64(field)
      case 8: fragment = try reader.readBool(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    if !rangeEnd.isEmpty { length += 1 + prefixedLength(rangeEnd.count) }
    if startRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: startRevision)) }
    if progressNotify { length += 2 }
    if !filters.isEmpty {
      let packed = packedLength(filters.map(\.rawValue))
      length += 1 + prefixedLength(packed)
    }
    if prevKv { length += 2 }
    if watchID != 0 { length += 1 + varintLength(UInt64(bitPattern: watchID)) }
    if fragment { length += 2 }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !key.isEmpty { buffer.write(bytes: key, field: 1) }
    if !rangeEnd.isEmpty { buffer.write(bytes: rangeEnd, field: 2) }
    if startRevision != 0 { buffer.write(varint: UInt64(bitPattern: startRevision), field: 3) }
    if progressNotify { buffer.write(varint: 1, field: 4) }
    buffer.write(packed: filters.map(\.rawValue), field: 5)
    if prevKv { buffer.write(varint: 1, field: 6) }
    if watchID != 0 { buffer.write(varint: UInt64(bitPattern: watchID), field: 7) }
    if fragment { buffer.write(varint: 1, field: 8) }
  }
}

/// etcdserverpb.WatchCancelRequest
public struct WatchCancelRequest: ProtobufMessage {
  public var watchID: Int64

  public init() {
    watchID = 0
  }

  public init(watchID: Int64) {
    self.watchID = watchID
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: watchID = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if watchID != 0 { length += 1 + varintLength(UInt64(bitPattern: watchID)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if watchID != 0 { buffer.write(varint: UInt64(bitPattern: watchID), field: 1) }
  }
}

/// etcdserverpb.WatchProgressRequest
public struct WatchProgressRequest: ProtobufMessage {

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

/// etcdserverpb.WatchResponse
public struct WatchResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var watchID: Int64
  public var created: Bool
  public var canceled: Bool
  public var compactRevision: Int64
  public var cancelReason: String
  public var fragment: Bool
  public var events: [Event]

  public init() {
    header = nil
    watchID = 0
    created = false
    canceled = false
    compactRevision = 0
    cancelReason = ""
    fragment = false
    events = []
  }

  public init(
    header: ResponseHeader? = nil,
    watchID: Int64 = 0,
    created: Bool = false,
    canceled: Bool = false,
    compactRevision: Int64 = 0,
    cancelReason: String = "",
    fragment: Bool = false,
    events: [Event] = []
  ) {
    self.header = header
    self.watchID = watchID
    self.created = created
    self.canceled = canceled
    self.compactRevision = compactRevision
    self.cancelReason = cancelReason
    self.fragment = fragment
    self.events = events
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: watchID = try reader.readInt64(field)
      case 3: created = try reader.readBool(field)
      case 4: canceled = try reader.readBool(field)
      case 5: compactRevision = try reader.readInt64(field)
      case 6: cancelReason = try reader.readString(field)
      case 7: fragment = try reader.readBool(field)
      case 11: events.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if watchID != 0 { length += 1 + varintLength(UInt64(bitPattern: watchID)) }
    if created { length += 2 }
    if canceled { length += 2 }
    if compactRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: compactRevision)) }
    if !cancelReason.isEmpty { length += 1 + prefixedLength(cancelReason.utf8.count) }
    if fragment { length += 2 }
    for value in events { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if watchID != 0 { buffer.write(varint: UInt64(bitPattern: watchID), field: 2) }
    if created { buffer.write(varint: 1, field: 3) }
    if canceled { buffer.write(varint: 1, field: 4) }
    if compactRevision != 0 { buffer.write(varint: UInt64(bitPattern: compactRevision), field: 5) }
    if !cancelReason.isEmpty { buffer.write(string: cancelReason, field: 6) }
    if fragment { buffer.write(varint: 1, field: 7) }
    for value in events { buffer.write(message: value, field: 11) }
  }
}

extension WatchCreateRequest {
  /// etcdserverpb.WatchCreateRequest.FilterType. A number that this list lacks is kept.
  public enum FilterType: Hashable, Sendable {
    case noput, nodelete
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .noput
      case 1: self = .nodelete
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .noput: 0
      case .nodelete: 1
      case .unrecognized(let number): number
      }
    }
  }
}
