// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// etcdserverpb.HashRequest
public struct HashRequest: ProtobufMessage {

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

/// etcdserverpb.HashKVRequest
public struct HashKVRequest: ProtobufMessage {
  public var revision: Int64

  public init() {
    revision = 0
  }

  public init(revision: Int64) {
    self.revision = revision
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: revision = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if revision != 0 { length += 1 + varintLength(UInt64(bitPattern: revision)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if revision != 0 { buffer.write(varint: UInt64(bitPattern: revision), field: 1) }
  }
}

/// etcdserverpb.HashKVResponse
public struct HashKVResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var hash: UInt32
  public var compactRevision: Int64
  public var hashRevision: Int64

  public init() {
    header = nil
    hash = 0
    compactRevision = 0
    hashRevision = 0
  }

  public init(
    header: ResponseHeader? = nil,
    hash: UInt32 = 0,
    compactRevision: Int64 = 0,
    hashRevision: Int64 = 0
  ) {
    self.header = header
    self.hash = hash
    self.compactRevision = compactRevision
    self.hashRevision = hashRevision
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: hash = try reader.readUInt32(field)
      case 3: compactRevision = try reader.readInt64(field)
      case 4: hashRevision = try reader.readInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if hash != 0 { length += 1 + varintLength(UInt64(hash)) }
    if compactRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: compactRevision)) }
    if hashRevision != 0 { length += 1 + varintLength(UInt64(bitPattern: hashRevision)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if hash != 0 { buffer.write(varint: UInt64(hash), field: 2) }
    if compactRevision != 0 { buffer.write(varint: UInt64(bitPattern: compactRevision), field: 3) }
    if hashRevision != 0 { buffer.write(varint: UInt64(bitPattern: hashRevision), field: 4) }
  }
}

/// etcdserverpb.HashResponse
public struct HashResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var hash: UInt32

  public init() {
    header = nil
    hash = 0
  }

  public init(header: ResponseHeader? = nil, hash: UInt32 = 0) {
    self.header = header
    self.hash = hash
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: hash = try reader.readUInt32(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if hash != 0 { length += 1 + varintLength(UInt64(hash)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if hash != 0 { buffer.write(varint: UInt64(hash), field: 2) }
  }
}

/// etcdserverpb.SnapshotRequest
public struct SnapshotRequest: ProtobufMessage {

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

/// etcdserverpb.SnapshotResponse
public struct SnapshotResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var remainingBytes: UInt64
  public var blob: Bytes
  public var version: String

  public init() {
    header = nil
    remainingBytes = 0
    blob = Bytes()
    version = ""
  }

  public init(
    header: ResponseHeader? = nil,
    remainingBytes: UInt64 = 0,
    blob: Bytes = Bytes(),
    version: String = ""
  ) {
    self.header = header
    self.remainingBytes = remainingBytes
    self.blob = blob
    self.version = version
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: remainingBytes = try reader.readUInt64(field)
      case 3: blob = try reader.readBytes(field)
      case 4: version = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if remainingBytes != 0 { length += 1 + varintLength(remainingBytes) }
    if !blob.isEmpty { length += 1 + prefixedLength(blob.count) }
    if !version.isEmpty { length += 1 + prefixedLength(version.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if remainingBytes != 0 { buffer.write(varint: remainingBytes, field: 2) }
    if !blob.isEmpty { buffer.write(bytes: blob, field: 3) }
    if !version.isEmpty { buffer.write(string: version, field: 4) }
  }
}

/// etcdserverpb.DefragmentRequest
public struct DefragmentRequest: ProtobufMessage {

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

/// etcdserverpb.DefragmentResponse
public struct DefragmentResponse: ProtobufMessage {
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

/// etcdserverpb.MoveLeaderRequest
public struct MoveLeaderRequest: ProtobufMessage {
  public var targetID: UInt64

  public init() {
    targetID = 0
  }

  public init(targetID: UInt64) {
    self.targetID = targetID
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: targetID = try reader.readUInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if targetID != 0 { length += 1 + varintLength(targetID) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if targetID != 0 { buffer.write(varint: targetID, field: 1) }
  }
}

/// etcdserverpb.MoveLeaderResponse
public struct MoveLeaderResponse: ProtobufMessage {
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

/// etcdserverpb.AlarmRequest
public struct AlarmRequest: ProtobufMessage {
  public var action: AlarmRequest.AlarmAction
  public var memberID: UInt64
  public var alarm: AlarmType

  public init() {
    action = .get
    memberID = 0
    alarm = .none
  }

  public init(
    action: AlarmRequest.AlarmAction = .get,
    memberID: UInt64 = 0,
    alarm: AlarmType = .none
  ) {
    self.action = action
    self.memberID = memberID
    self.alarm = alarm
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: action = AlarmRequest.AlarmAction(rawValue: try reader.readInt32(field))
      case 2: memberID = try reader.readUInt64(field)
      case 3: alarm = AlarmType(rawValue: try reader.readInt32(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if action != .get { length += 1 + varintLength(protobufVarint(action.rawValue)) }
    if memberID != 0 { length += 1 + varintLength(memberID) }
    if alarm != .none { length += 1 + varintLength(protobufVarint(alarm.rawValue)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if action != .get { buffer.write(varint: protobufVarint(action.rawValue), field: 1) }
    if memberID != 0 { buffer.write(varint: memberID, field: 2) }
    if alarm != .none { buffer.write(varint: protobufVarint(alarm.rawValue), field: 3) }
  }
}

/// etcdserverpb.AlarmMember
public struct AlarmMember: ProtobufMessage {
  public var memberID: UInt64
  public var alarm: AlarmType

  public init() {
    memberID = 0
    alarm = .none
  }

  public init(memberID: UInt64 = 0, alarm: AlarmType = .none) {
    self.memberID = memberID
    self.alarm = alarm
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: memberID = try reader.readUInt64(field)
      case 2: alarm = AlarmType(rawValue: try reader.readInt32(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if memberID != 0 { length += 1 + varintLength(memberID) }
    if alarm != .none { length += 1 + varintLength(protobufVarint(alarm.rawValue)) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if memberID != 0 { buffer.write(varint: memberID, field: 1) }
    if alarm != .none { buffer.write(varint: protobufVarint(alarm.rawValue), field: 2) }
  }
}

/// etcdserverpb.AlarmResponse
public struct AlarmResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var alarms: [AlarmMember]

  public init() {
    header = nil
    alarms = []
  }

  public init(header: ResponseHeader? = nil, alarms: [AlarmMember] = []) {
    self.header = header
    self.alarms = alarms
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: alarms.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in alarms { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in alarms { buffer.write(message: value, field: 2) }
  }
}

/// etcdserverpb.DowngradeRequest
public struct DowngradeRequest: ProtobufMessage {
  public var action: DowngradeRequest.DowngradeAction
  public var version: String

  public init() {
    action = .validate
    version = ""
  }

  public init(
    action: DowngradeRequest.DowngradeAction = .validate,
    version: String = ""
  ) {
    self.action = action
    self.version = version
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: action = DowngradeRequest.DowngradeAction(rawValue: try reader.readInt32(field))
      case 2: version = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if action != .validate { length += 1 + varintLength(protobufVarint(action.rawValue)) }
    if !version.isEmpty { length += 1 + prefixedLength(version.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if action != .validate { buffer.write(varint: protobufVarint(action.rawValue), field: 1) }
    if !version.isEmpty { buffer.write(string: version, field: 2) }
  }
}

/// etcdserverpb.DowngradeResponse
public struct DowngradeResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var version: String

  public init() {
    header = nil
    version = ""
  }

  public init(header: ResponseHeader? = nil, version: String = "") {
    self.header = header
    self.version = version
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: version = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if !version.isEmpty { length += 1 + prefixedLength(version.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if !version.isEmpty { buffer.write(string: version, field: 2) }
  }
}

/// etcdserverpb.DowngradeVersionTestRequest
public struct DowngradeVersionTestRequest: ProtobufMessage {
  public var ver: String

  public init() {
    ver = ""
  }

  public init(ver: String) {
    self.ver = ver
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: ver = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !ver.isEmpty { length += 1 + prefixedLength(ver.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !ver.isEmpty { buffer.write(string: ver, field: 1) }
  }
}

/// etcdserverpb.StatusRequest
public struct StatusRequest: ProtobufMessage {

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

/// etcdserverpb.StatusResponse
public struct StatusResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var version: String
  public var dbSize: Int64
  public var leader: UInt64
  public var raftIndex: UInt64
  public var raftTerm: UInt64
  public var raftAppliedIndex: UInt64
  public var errors: [String]
  public var dbSizeInUse: Int64
  public var isLearner: Bool
  public var storageVersion: String
  public var dbSizeQuota: Int64
  public var downgradeInfo: DowngradeInfo?

  public init() {
    header = nil
    version = ""
    dbSize = 0
    leader = 0
    raftIndex = 0
    raftTerm = 0
    raftAppliedIndex = 0
    errors = []
    dbSizeInUse = 0
    isLearner = false
    storageVersion = ""
    dbSizeQuota = 0
    downgradeInfo = nil
  }

  public init(
    header: ResponseHeader? = nil,
    version: String = "",
    dbSize: Int64 = 0,
    leader: UInt64 = 0,
    raftIndex: UInt64 = 0,
    raftTerm: UInt64 = 0,
    raftAppliedIndex: UInt64 = 0,
    errors: [String] = [],
    dbSizeInUse: Int64 = 0,
    isLearner: Bool = false,
    storageVersion: String = "",
    dbSizeQuota: Int64 = 0,
    downgradeInfo: DowngradeInfo? = nil
  ) {
    self.header = header
    self.version = version
    self.dbSize = dbSize
    self.leader = leader
    self.raftIndex = raftIndex
    self.raftTerm = raftTerm
    self.raftAppliedIndex = raftAppliedIndex
    self.errors = errors
    self.dbSizeInUse = dbSizeInUse
    self.isLearner = isLearner
    self.storageVersion = storageVersion
    self.dbSizeQuota = dbSizeQuota
    self.downgradeInfo = downgradeInfo
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: version = try reader.readString(field)
      case 3: dbSize = try reader.readInt64(field)
      case 4: leader = try reader.readUInt64(field)
      case 5: raftIndex = try reader.readUInt64(field)
      case 6: raftTerm = try reader.readUInt64(field)
      case 7: raftAppliedIndex = try reader.readUInt64(field)
      case 8: errors.append(try reader.readString(field))
      case 9: dbSizeInUse = try reader.readInt64(field)
      case 10: isLearner = try reader.readBool(field)
      case 11: storageVersion = try reader.readString(field)
      case 12: dbSizeQuota = try reader.readInt64(field)
      case 13: try reader.readMessage(field, into: &downgradeInfo)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if !version.isEmpty { length += 1 + prefixedLength(version.utf8.count) }
    if dbSize != 0 { length += 1 + varintLength(UInt64(bitPattern: dbSize)) }
    if leader != 0 { length += 1 + varintLength(leader) }
    if raftIndex != 0 { length += 1 + varintLength(raftIndex) }
    if raftTerm != 0 { length += 1 + varintLength(raftTerm) }
    if raftAppliedIndex != 0 { length += 1 + varintLength(raftAppliedIndex) }
    for value in errors { length += 1 + prefixedLength(value.utf8.count) }
    if dbSizeInUse != 0 { length += 1 + varintLength(UInt64(bitPattern: dbSizeInUse)) }
    if isLearner { length += 2 }
    if !storageVersion.isEmpty { length += 1 + prefixedLength(storageVersion.utf8.count) }
    if dbSizeQuota != 0 { length += 1 + varintLength(UInt64(bitPattern: dbSizeQuota)) }
    if let downgradeInfo { length += 1 + prefixedLength(downgradeInfo.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if !version.isEmpty { buffer.write(string: version, field: 2) }
    if dbSize != 0 { buffer.write(varint: UInt64(bitPattern: dbSize), field: 3) }
    if leader != 0 { buffer.write(varint: leader, field: 4) }
    if raftIndex != 0 { buffer.write(varint: raftIndex, field: 5) }
    if raftTerm != 0 { buffer.write(varint: raftTerm, field: 6) }
    if raftAppliedIndex != 0 { buffer.write(varint: raftAppliedIndex, field: 7) }
    for value in errors { buffer.write(string: value, field: 8) }
    if dbSizeInUse != 0 { buffer.write(varint: UInt64(bitPattern: dbSizeInUse), field: 9) }
    if isLearner { buffer.write(varint: 1, field: 10) }
    if !storageVersion.isEmpty { buffer.write(string: storageVersion, field: 11) }
    if dbSizeQuota != 0 { buffer.write(varint: UInt64(bitPattern: dbSizeQuota), field: 12) }
    if let downgradeInfo { buffer.write(message: downgradeInfo, field: 13) }
  }
}

/// etcdserverpb.DowngradeInfo
public struct DowngradeInfo: ProtobufMessage {
  public var enabled: Bool
  public var targetVersion: String

  public init() {
    enabled = false
    targetVersion = ""
  }

  public init(enabled: Bool = false, targetVersion: String = "") {
    self.enabled = enabled
    self.targetVersion = targetVersion
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: enabled = try reader.readBool(field)
      case 2: targetVersion = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if enabled { length += 2 }
    if !targetVersion.isEmpty { length += 1 + prefixedLength(targetVersion.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if enabled { buffer.write(varint: 1, field: 1) }
    if !targetVersion.isEmpty { buffer.write(string: targetVersion, field: 2) }
  }
}

/// etcdserverpb.AlarmType. A number that this list lacks is kept.
public enum AlarmType: Hashable, Sendable {
  case none, nospace, corrupt
  case unrecognized(Int32)

  public init(rawValue: Int32) {
    switch rawValue {
    case 0: self = .none
    case 1: self = .nospace
    case 2: self = .corrupt
    default: self = .unrecognized(rawValue)
    }
  }

  public var rawValue: Int32 {
    switch self {
    case .none: 0
    case .nospace: 1
    case .corrupt: 2
    case .unrecognized(let number): number
    }
  }
}

extension AlarmRequest {
  /// etcdserverpb.AlarmRequest.AlarmAction. A number that this list lacks is kept.
  public enum AlarmAction: Hashable, Sendable {
    case get, activate, deactivate
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .get
      case 1: self = .activate
      case 2: self = .deactivate
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .get: 0
      case .activate: 1
      case .deactivate: 2
      case .unrecognized(let number): number
      }
    }
  }
}

extension DowngradeRequest {
  /// etcdserverpb.DowngradeRequest.DowngradeAction. A number that this list lacks is kept.
  public enum DowngradeAction: Hashable, Sendable {
    case validate, enable, cancel
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .validate
      case 1: self = .enable
      case 2: self = .cancel
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .validate: 0
      case .enable: 1
      case .cancel: 2
      case .unrecognized(let number): number
      }
    }
  }
}
