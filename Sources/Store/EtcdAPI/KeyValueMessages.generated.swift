// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// etcdserverpb.ResponseHeader
public struct ResponseHeader: ProtobufMessage {
  public var clusterID: UInt64
  public var memberID: UInt64
  public var revision: Int64
  public var raftTerm: UInt64

  public init() {
    clusterID = 0
    memberID = 0
    revision = 0
    raftTerm = 0
  }

  public init(
    clusterID: UInt64 = 0,
    memberID: UInt64 = 0,
    revision: Int64 = 0,
    raftTerm: UInt64 = 0
  ) {
    self.clusterID = clusterID
    self.memberID = memberID
    self.revision = revision
    self.raftTerm = raftTerm
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: clusterID = try reader.readUInt64(field)
      case 2: memberID = try reader.readUInt64(field)
      case 3: revision = try reader.readInt64(field)
      case 4: raftTerm = try reader.readUInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if clusterID != 0 { length += 1 + varintLength(clusterID) }
    if memberID != 0 { length += 1 + varintLength(memberID) }
    if revision != 0 { length += 1 + varintLength(UInt64(bitPattern: revision)) }
    if raftTerm != 0 { length += 1 + varintLength(raftTerm) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if clusterID != 0 { buffer.write(varint: clusterID, field: 1) }
    if memberID != 0 { buffer.write(varint: memberID, field: 2) }
    if revision != 0 { buffer.write(varint: UInt64(bitPattern: revision), field: 3) }
    if raftTerm != 0 { buffer.write(varint: raftTerm, field: 4) }
  }
}

/// etcdserverpb.RangeRequest
public struct RangeRequest: ProtobufMessage {
  public var key: Bytes
  public var rangeEnd: Bytes
  public var limit: Int64
  public var revision: Int64
  public var sortOrder: RangeRequest.SortOrder
  public var sortTarget: RangeRequest.SortTarget
  public var serializable: Bool
  public var keysOnly: Bool
  public var countOnly: Bool
  public var minModRevision: Int64
  public var maxModRevision: Int64
  public var minCreateRevision: Int64
  public var maxCreateRevision: Int64

  public init() {
    key = Bytes()
    rangeEnd = Bytes()
    limit = 0
    revision = 0
    sortOrder = .none
    sortTarget = .key
    serializable = false
    keysOnly = false
    countOnly = false
    minModRevision = 0
    maxModRevision = 0
    minCreateRevision = 0
    maxCreateRevision = 0
  }

  public init(
    key: Bytes = Bytes(),
    rangeEnd: Bytes = Bytes(),
    limit: Int64 = 0,
    revision: Int64 = 0,
    sortOrder: RangeRequest.SortOrder = .none,
    sortTarget: RangeRequest.SortTarget = .key,
    serializable: Bool = false,
    keysOnly: Bool = false,
    countOnly: Bool = false,
    minModRevision: Int64 = 0,
    maxModRevision: Int64 = 0,
    minCreateRevision: Int64 = 0,
    maxCreateRevision: Int64 = 0
  ) {
    self.key = key
    self.rangeEnd = rangeEnd
    self.limit = limit
    self.revision = revision
    self.sortOrder = sortOrder
    self.sortTarget = sortTarget
    self.serializable = serializable
    self.keysOnly = keysOnly
    self.countOnly = countOnly
    self.minModRevision = minModRevision
    self.maxModRevision = maxModRevision
    self.minCreateRevision = minCreateRevision
    self.maxCreateRevision = maxCreateRevision
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: key = try reader.readBytes(field)
      case 2: rangeEnd = try reader.readBytes(field)
      case 3: limit = try reader.readInt64(field)
      case 4: revision = try reader.readInt64(field)
      case 5: sortOrder = RangeRequest.SortOrder(rawValue: try reader.readInt32(field))
      case 6: sortTarget = RangeRequest.SortTarget(rawValue: try reader.readInt32(field))
      case 7: serializable = try reader.readBool(field)
      case 8: keysOnly = try reader.readBool(field)
      case 9: countOnly = try reader.readBool(field)
      case 10: minModRevision = try reader.readInt64(field)
      case 11: maxModRevision = try reader.readInt64(field)
      case 12: minCreateRevision = try reader.readInt64(field)
      case 13: maxCreateRevision = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    if !rangeEnd.isEmpty { length += 1 + prefixedLength(rangeEnd.count) }
    if limit != 0 { length += 1 + varintLength(UInt64(bitPattern: limit)) }
    if revision != 0 { length += 1 + varintLength(UInt64(bitPattern: revision)) }
    if sortOrder != .none { length += 1 + varintLength(protobufVarint(sortOrder.rawValue)) }
    if sortTarget != .key { length += 1 + varintLength(protobufVarint(sortTarget.rawValue)) }
    if serializable { length += 2 }
    if keysOnly { length += 2 }
    if countOnly { length += 2 }
    if minModRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: minModRevision)) }
    if maxModRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: maxModRevision)) }
    if minCreateRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: minCreateRevision)) }
    if maxCreateRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: maxCreateRevision)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !key.isEmpty { buffer.write(bytes: key, field: 1) }
    if !rangeEnd.isEmpty { buffer.write(bytes: rangeEnd, field: 2) }
    if limit != 0 { buffer.write(varint: UInt64(bitPattern: limit), field: 3) }
    if revision != 0 { buffer.write(varint: UInt64(bitPattern: revision), field: 4) }
    if sortOrder != .none { buffer.write(varint: protobufVarint(sortOrder.rawValue), field: 5) }
    if sortTarget != .key { buffer.write(varint: protobufVarint(sortTarget.rawValue), field: 6) }
    if serializable { buffer.write(varint: 1, field: 7) }
    if keysOnly { buffer.write(varint: 1, field: 8) }
    if countOnly { buffer.write(varint: 1, field: 9) }
    if minModRevision != 0 { buffer.write(varint: UInt64(bitPattern: minModRevision), field: 10) }
    if maxModRevision != 0 { buffer.write(varint: UInt64(bitPattern: maxModRevision), field: 11) }
    if minCreateRevision != 0 {
      buffer.write(varint: UInt64(bitPattern: minCreateRevision), field: 12)
    }
    if maxCreateRevision != 0 {
      buffer.write(varint: UInt64(bitPattern: maxCreateRevision), field: 13)
    }
  }
}

/// etcdserverpb.RangeResponse
public struct RangeResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var kvs: [KeyValue]
  public var more: Bool
  public var count: Int64

  public init() {
    header = nil
    kvs = []
    more = false
    count = 0
  }

  public init(
    header: ResponseHeader? = nil,
    kvs: [KeyValue] = [],
    more: Bool = false,
    count: Int64 = 0
  ) {
    self.header = header
    self.kvs = kvs
    self.more = more
    self.count = count
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: kvs.append(try reader.readMessage(field))
      case 3: more = try reader.readBool(field)
      case 4: count = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in kvs { length += 1 + prefixedLength(value.encodedLength) }
    if more { length += 2 }
    if count != 0 { length += 1 + varintLength(UInt64(bitPattern: count)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in kvs { buffer.write(message: value, field: 2) }
    if more { buffer.write(varint: 1, field: 3) }
    if count != 0 { buffer.write(varint: UInt64(bitPattern: count), field: 4) }
  }
}

/// etcdserverpb.PutRequest
public struct PutRequest: ProtobufMessage {
  public var key: Bytes
  public var value: Bytes
  public var lease: Int64
  public var prevKv: Bool
  public var ignoreValue: Bool
  public var ignoreLease: Bool

  public init() {
    key = Bytes()
    value = Bytes()
    lease = 0
    prevKv = false
    ignoreValue = false
    ignoreLease = false
  }

  public init(
    key: Bytes = Bytes(),
    value: Bytes = Bytes(),
    lease: Int64 = 0,
    prevKv: Bool = false,
    ignoreValue: Bool = false,
    ignoreLease: Bool = false
  ) {
    self.key = key
    self.value = value
    self.lease = lease
    self.prevKv = prevKv
    self.ignoreValue = ignoreValue
    self.ignoreLease = ignoreLease
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: key = try reader.readBytes(field)
      case 2: value = try reader.readBytes(field)
      case 3: lease = try reader.readInt64(field)
      case 4: prevKv = try reader.readBool(field)
      case 5: ignoreValue = try reader.readBool(field)
      case 6: ignoreLease = try reader.readBool(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    if !value.isEmpty { length += 1 + prefixedLength(value.count) }
    if lease != 0 { length += 1 + varintLength(UInt64(bitPattern: lease)) }
    if prevKv { length += 2 }
    if ignoreValue { length += 2 }
    if ignoreLease { length += 2 }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !key.isEmpty { buffer.write(bytes: key, field: 1) }
    if !value.isEmpty { buffer.write(bytes: value, field: 2) }
    if lease != 0 { buffer.write(varint: UInt64(bitPattern: lease), field: 3) }
    if prevKv { buffer.write(varint: 1, field: 4) }
    if ignoreValue { buffer.write(varint: 1, field: 5) }
    if ignoreLease { buffer.write(varint: 1, field: 6) }
  }
}

/// etcdserverpb.PutResponse
public struct PutResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var prevKv: KeyValue?

  public init() {
    header = nil
    prevKv = nil
  }

  public init(header: ResponseHeader? = nil, prevKv: KeyValue? = nil) {
    self.header = header
    self.prevKv = prevKv
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: try reader.readMessage(field, into: &prevKv)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if let prevKv { length += 1 + prefixedLength(prevKv.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if let prevKv { buffer.write(message: prevKv, field: 2) }
  }
}

/// etcdserverpb.DeleteRangeRequest
public struct DeleteRangeRequest: ProtobufMessage {
  public var key: Bytes
  public var rangeEnd: Bytes
  public var prevKv: Bool

  public init() {
    key = Bytes()
    rangeEnd = Bytes()
    prevKv = false
  }

  public init(key: Bytes = Bytes(), rangeEnd: Bytes = Bytes(), prevKv: Bool = false) {
    self.key = key
    self.rangeEnd = rangeEnd
    self.prevKv = prevKv
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: key = try reader.readBytes(field)
      case 2: rangeEnd = try reader.readBytes(field)
      case 3: prevKv = try reader.readBool(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    if !rangeEnd.isEmpty { length += 1 + prefixedLength(rangeEnd.count) }
    if prevKv { length += 2 }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !key.isEmpty { buffer.write(bytes: key, field: 1) }
    if !rangeEnd.isEmpty { buffer.write(bytes: rangeEnd, field: 2) }
    if prevKv { buffer.write(varint: 1, field: 3) }
  }
}

/// etcdserverpb.DeleteRangeResponse
public struct DeleteRangeResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var deleted: Int64
  public var prevKvs: [KeyValue]

  public init() {
    header = nil
    deleted = 0
    prevKvs = []
  }

  public init(
    header: ResponseHeader? = nil,
    deleted: Int64 = 0,
    prevKvs: [KeyValue] = []
  ) {
    self.header = header
    self.deleted = deleted
    self.prevKvs = prevKvs
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: deleted = try reader.readInt64(field)
      case 3: prevKvs.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if deleted != 0 { length += 1 + varintLength(UInt64(bitPattern: deleted)) }
    for value in prevKvs { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if deleted != 0 { buffer.write(varint: UInt64(bitPattern: deleted), field: 2) }
    for value in prevKvs { buffer.write(message: value, field: 3) }
  }
}

/// etcdserverpb.RequestOp
public struct RequestOp: ProtobufMessage {
  public var request: Request?

  public enum Request: Hashable, Sendable {
    case range(RangeRequest)
    case put(PutRequest)
    case deleteRange(DeleteRangeRequest)
    case txn(TxnRequest)
  }

  public init() {
    request = nil
  }

  public init(request: Request?) {
    self.request = request
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: request = .range(try reader.readMessage(field))
      case 2: request = .put(try reader.readMessage(field))
      case 3: request = .deleteRange(try reader.readMessage(field))
      case 4: request = .txn(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    switch request {
    case nil: break
    case .range(let value): length += 1 + prefixedLength(value.encodedLength)
    case .put(let value): length += 1 + prefixedLength(value.encodedLength)
    case .deleteRange(let value): length += 1 + prefixedLength(value.encodedLength)
    case .txn(let value): length += 1 + prefixedLength(value.encodedLength)
    }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    switch request {
    case nil: break
    case .range(let value): buffer.write(message: value, field: 1)
    case .put(let value): buffer.write(message: value, field: 2)
    case .deleteRange(let value): buffer.write(message: value, field: 3)
    case .txn(let value): buffer.write(message: value, field: 4)
    }
  }
}

/// etcdserverpb.ResponseOp
public struct ResponseOp: ProtobufMessage {
  public var response: Response?

  public enum Response: Hashable, Sendable {
    case range(RangeResponse)
    case put(PutResponse)
    case deleteRange(DeleteRangeResponse)
    case txn(TxnResponse)
  }

  public init() {
    response = nil
  }

  public init(response: Response?) {
    self.response = response
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: response = .range(try reader.readMessage(field))
      case 2: response = .put(try reader.readMessage(field))
      case 3: response = .deleteRange(try reader.readMessage(field))
      case 4: response = .txn(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    switch response {
    case nil: break
    case .range(let value): length += 1 + prefixedLength(value.encodedLength)
    case .put(let value): length += 1 + prefixedLength(value.encodedLength)
    case .deleteRange(let value): length += 1 + prefixedLength(value.encodedLength)
    case .txn(let value): length += 1 + prefixedLength(value.encodedLength)
    }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    switch response {
    case nil: break
    case .range(let value): buffer.write(message: value, field: 1)
    case .put(let value): buffer.write(message: value, field: 2)
    case .deleteRange(let value): buffer.write(message: value, field: 3)
    case .txn(let value): buffer.write(message: value, field: 4)
    }
  }
}

/// etcdserverpb.Compare
public struct Compare: ProtobufMessage {
  public var result: Compare.CompareResult
  public var target: Compare.CompareTarget
  public var key: Bytes
  public var rangeEnd: Bytes
  public var targetUnion: TargetUnion?

  public enum TargetUnion: Hashable, Sendable {
    case version(Int64)
    case createRevision(Int64)
    case modRevision(Int64)
    case value(Bytes)
    case lease(Int64)
  }

  public init() {
    result = .equal
    target = .version
    key = Bytes()
    rangeEnd = Bytes()
    targetUnion = nil
  }

  public init(
    result: Compare.CompareResult = .equal,
    target: Compare.CompareTarget = .version,
    key: Bytes = Bytes(),
    rangeEnd: Bytes = Bytes(),
    targetUnion: TargetUnion? = nil
  ) {
    self.result = result
    self.target = target
    self.key = key
    self.rangeEnd = rangeEnd
    self.targetUnion = targetUnion
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: result = Compare.CompareResult(rawValue: try reader.readInt32(field))
      case 2: target = Compare.CompareTarget(rawValue: try reader.readInt32(field))
      case 3: key = try reader.readBytes(field)
      case 64: rangeEnd = try reader.readBytes(field)
      case 4: targetUnion = .version(try reader.readInt64(field))
      case 5: targetUnion = .createRevision(try reader.readInt64(field))
      case 6: targetUnion = .modRevision(try reader.readInt64(field))
      case 7: targetUnion = .value(try reader.readBytes(field))
      case 8: targetUnion = .lease(try reader.readInt64(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if result != .equal { length += 1 + varintLength(protobufVarint(result.rawValue)) }
    if target != .version { length += 1 + varintLength(protobufVarint(target.rawValue)) }
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    if !rangeEnd.isEmpty { length += 2 + prefixedLength(rangeEnd.count) }
    switch targetUnion {
    case nil: break
    case .version(let value): length += 1 + varintLength(UInt64(bitPattern: value))
    case .createRevision(let value): length += 1 + varintLength(UInt64(bitPattern: value))
    case .modRevision(let value): length += 1 + varintLength(UInt64(bitPattern: value))
    case .value(let value): length += 1 + prefixedLength(value.count)
    case .lease(let value): length += 1 + varintLength(UInt64(bitPattern: value))
    }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if result != .equal { buffer.write(varint: protobufVarint(result.rawValue), field: 1) }
    if target != .version { buffer.write(varint: protobufVarint(target.rawValue), field: 2) }
    if !key.isEmpty { buffer.write(bytes: key, field: 3) }
    switch targetUnion {
    case nil: break
    case .version(let value): buffer.write(varint: UInt64(bitPattern: value), field: 4)
    case .createRevision(let value): buffer.write(varint: UInt64(bitPattern: value), field: 5)
    case .modRevision(let value): buffer.write(varint: UInt64(bitPattern: value), field: 6)
    case .value(let value): buffer.write(bytes: value, field: 7)
    case .lease(let value): buffer.write(varint: UInt64(bitPattern: value), field: 8)
    }
    if !rangeEnd.isEmpty { buffer.write(bytes: rangeEnd, field: 64) }
  }
}

/// etcdserverpb.TxnRequest
public struct TxnRequest: ProtobufMessage {
  public var compare: [Compare]
  public var success: [RequestOp]
  public var failure: [RequestOp]

  public init() {
    compare = []
    success = []
    failure = []
  }

  public init(
    compare: [Compare] = [],
    success: [RequestOp] = [],
    failure: [RequestOp] = []
  ) {
    self.compare = compare
    self.success = success
    self.failure = failure
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: compare.append(try reader.readMessage(field))
      case 2: success.append(try reader.readMessage(field))
      case 3: failure.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    for value in compare { length += 1 + prefixedLength(value.encodedLength) }
    for value in success { length += 1 + prefixedLength(value.encodedLength) }
    for value in failure { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    for value in compare { buffer.write(message: value, field: 1) }
    for value in success { buffer.write(message: value, field: 2) }
    for value in failure { buffer.write(message: value, field: 3) }
  }
}

/// etcdserverpb.TxnResponse
public struct TxnResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var succeeded: Bool
  public var responses: [ResponseOp]

  public init() {
    header = nil
    succeeded = false
    responses = []
  }

  public init(
    header: ResponseHeader? = nil,
    succeeded: Bool = false,
    responses: [ResponseOp] = []
  ) {
    self.header = header
    self.succeeded = succeeded
    self.responses = responses
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: succeeded = try reader.readBool(field)
      case 3: responses.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if succeeded { length += 2 }
    for value in responses { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if succeeded { buffer.write(varint: 1, field: 2) }
    for value in responses { buffer.write(message: value, field: 3) }
  }
}

/// etcdserverpb.CompactionRequest
public struct CompactionRequest: ProtobufMessage {
  public var revision: Int64
  public var physical: Bool

  public init() {
    revision = 0
    physical = false
  }

  public init(revision: Int64 = 0, physical: Bool = false) {
    self.revision = revision
    self.physical = physical
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: revision = try reader.readInt64(field)
      case 2: physical = try reader.readBool(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if revision != 0 { length += 1 + varintLength(UInt64(bitPattern: revision)) }
    if physical { length += 2 }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if revision != 0 { buffer.write(varint: UInt64(bitPattern: revision), field: 1) }
    if physical { buffer.write(varint: 1, field: 2) }
  }
}

/// etcdserverpb.CompactionResponse
public struct CompactionResponse: ProtobufMessage {
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

/// etcdserverpb.RangeStreamResponse
public struct RangeStreamResponse: ProtobufMessage {
  public var rangeResponse: RangeResponse?

  public init() {
    rangeResponse = nil
  }

  public init(rangeResponse: RangeResponse?) {
    self.rangeResponse = rangeResponse
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &rangeResponse)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let rangeResponse { length += 1 + prefixedLength(rangeResponse.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let rangeResponse { buffer.write(message: rangeResponse, field: 1) }
  }
}

extension RangeRequest {
  /// etcdserverpb.RangeRequest.SortOrder. A number that this list lacks is kept.
  public enum SortOrder: Hashable, Sendable {
    case none, ascend, descend
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .none
      case 1: self = .ascend
      case 2: self = .descend
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .none: 0
      case .ascend: 1
      case .descend: 2
      case .unrecognized(let number): number
      }
    }
  }
}

extension RangeRequest {
  /// etcdserverpb.RangeRequest.SortTarget. A number that this list lacks is kept.
  public enum SortTarget: Hashable, Sendable {
    case key, version, create, mod, value
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .key
      case 1: self = .version
      case 2: self = .create
      case 3: self = .mod
      case 4: self = .value
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .key: 0
      case .version: 1
      case .create: 2
      case .mod: 3
      case .value: 4
      case .unrecognized(let number): number
      }
    }
  }
}

extension Compare {
  /// etcdserverpb.Compare.CompareResult. A number that this list lacks is kept.
  public enum CompareResult: Hashable, Sendable {
    case equal, greater, less, notEqual
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .equal
      case 1: self = .greater
      case 2: self = .less
      case 3: self = .notEqual
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .equal: 0
      case .greater: 1
      case .less: 2
      case .notEqual: 3
      case .unrecognized(let number): number
      }
    }
  }
}

extension Compare {
  /// etcdserverpb.Compare.CompareTarget. A number that this list lacks is kept.
  public enum CompareTarget: Hashable, Sendable {
    case version, create, mod, value, lease
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .version
      case 1: self = .create
      case 2: self = .mod
      case 3: self = .value
      case 4: self = .lease
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .version: 0
      case .create: 1
      case .mod: 2
      case .value: 3
      case .lease: 4
      case .unrecognized(let number): number
      }
    }
  }
}

/// mvccpb.KeyValue
public struct KeyValue: ProtobufMessage {
  public var key: Bytes
  public var createRevision: Int64
  public var modRevision: Int64
  public var version: Int64
  public var value: Bytes
  public var lease: Int64

  public init() {
    key = Bytes()
    createRevision = 0
    modRevision = 0
    version = 0
    value = Bytes()
    lease = 0
  }

  public init(
    key: Bytes = Bytes(),
    createRevision: Int64 = 0,
    modRevision: Int64 = 0,
    version: Int64 = 0,
    value: Bytes = Bytes(),
    lease: Int64 = 0
  ) {
    self.key = key
    self.createRevision = createRevision
    self.modRevision = modRevision
    self.version = version
    self.value = value
    self.lease = lease
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: key = try reader.readBytes(field)
      case 2: createRevision = try reader.readInt64(field)
      case 3: modRevision = try reader.readInt64(field)
      case 4: version = try reader.readInt64(field)
      case 5: value = try reader.readBytes(field)
      case 6: lease = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    if createRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: createRevision)) }
    if modRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: modRevision)) }
    if version != 0 { length += 1 + varintLength(UInt64(bitPattern: version)) }
    if !value.isEmpty { length += 1 + prefixedLength(value.count) }
    if lease != 0 { length += 1 + varintLength(UInt64(bitPattern: lease)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !key.isEmpty { buffer.write(bytes: key, field: 1) }
    if createRevision != 0 { buffer.write(varint: UInt64(bitPattern: createRevision), field: 2) }
    if modRevision != 0 { buffer.write(varint: UInt64(bitPattern: modRevision), field: 3) }
    if version != 0 { buffer.write(varint: UInt64(bitPattern: version), field: 4) }
    if !value.isEmpty { buffer.write(bytes: value, field: 5) }
    if lease != 0 { buffer.write(varint: UInt64(bitPattern: lease), field: 6) }
  }
}

/// mvccpb.Event
public struct Event: ProtobufMessage {
  public var type: Event.EventType
  public var kv: KeyValue?
  public var prevKv: KeyValue?

  public init() {
    type = .put
    kv = nil
    prevKv = nil
  }

  public init(
    type: Event.EventType = .put,
    kv: KeyValue? = nil,
    prevKv: KeyValue? = nil
  ) {
    self.type = type
    self.kv = kv
    self.prevKv = prevKv
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: type = Event.EventType(rawValue: try reader.readInt32(field))
      case 2: try reader.readMessage(field, into: &kv)
      case 3: try reader.readMessage(field, into: &prevKv)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if type != .put { length += 1 + varintLength(protobufVarint(type.rawValue)) }
    if let kv { length += 1 + prefixedLength(kv.encodedLength) }
    if let prevKv { length += 1 + prefixedLength(prevKv.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if type != .put { buffer.write(varint: protobufVarint(type.rawValue), field: 1) }
    if let kv { buffer.write(message: kv, field: 2) }
    if let prevKv { buffer.write(message: prevKv, field: 3) }
  }
}

extension Event {
  /// mvccpb.Event.EventType. A number that this list lacks is kept.
  public enum EventType: Hashable, Sendable {
    case put, delete
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .put
      case 1: self = .delete
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .put: 0
      case .delete: 1
      case .unrecognized(let number): number
      }
    }
  }
}
