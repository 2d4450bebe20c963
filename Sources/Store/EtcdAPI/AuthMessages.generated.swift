// Written by schema/generate.py from schema/etcd.txt. Do not edit.

public import Base
public import Protobuf

/// etcdserverpb.AuthEnableRequest
public struct AuthEnableRequest: ProtobufMessage {

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

/// etcdserverpb.AuthDisableRequest
public struct AuthDisableRequest: ProtobufMessage {

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

/// etcdserverpb.AuthStatusRequest
public struct AuthStatusRequest: ProtobufMessage {

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

/// etcdserverpb.AuthenticateRequest
public struct AuthenticateRequest: ProtobufMessage {
  public var name: String
  public var password: String

  public init() {
    name = ""
    password = ""
  }

  public init(name: String = "", password: String = "") {
    self.name = name
    self.password = password
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readString(field)
      case 2: password = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.utf8.count) }
    if !password.isEmpty { length += 1 + prefixedLength(password.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(string: name, field: 1) }
    if !password.isEmpty { buffer.write(string: password, field: 2) }
  }
}

/// etcdserverpb.AuthUserAddRequest
public struct AuthUserAddRequest: ProtobufMessage {
  public var name: String
  public var password: String
  public var hashedPassword: String

  public init() {
    name = ""
    password = ""
    hashedPassword = ""
  }

  public init(name: String = "", password: String = "", hashedPassword: String = "") {
    self.name = name
    self.password = password
    self.hashedPassword = hashedPassword
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readString(field)
      case 2: password = try reader.readString(field)
      case 4: hashedPassword = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.utf8.count) }
    if !password.isEmpty { length += 1 + prefixedLength(password.utf8.count) }
    if !hashedPassword.isEmpty { length += 1 + prefixedLength(hashedPassword.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(string: name, field: 1) }
    if !password.isEmpty { buffer.write(string: password, field: 2) }
    if !hashedPassword.isEmpty { buffer.write(string: hashedPassword, field: 4) }
  }
}

/// etcdserverpb.AuthUserGetRequest
public struct AuthUserGetRequest: ProtobufMessage {
  public var name: String

  public init() {
    name = ""
  }

  public init(name: String) {
    self.name = name
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(string: name, field: 1) }
  }
}

/// etcdserverpb.AuthUserDeleteRequest
public struct AuthUserDeleteRequest: ProtobufMessage {
  public var name: String

  public init() {
    name = ""
  }

  public init(name: String) {
    self.name = name
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(string: name, field: 1) }
  }
}

/// etcdserverpb.AuthUserChangePasswordRequest
public struct AuthUserChangePasswordRequest: ProtobufMessage {
  public var name: String
  public var password: String
  public var hashedPassword: String

  public init() {
    name = ""
    password = ""
    hashedPassword = ""
  }

  public init(name: String = "", password: String = "", hashedPassword: String = "") {
    self.name = name
    self.password = password
    self.hashedPassword = hashedPassword
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readString(field)
      case 2: password = try reader.readString(field)
      case 3: hashedPassword = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.utf8.count) }
    if !password.isEmpty { length += 1 + prefixedLength(password.utf8.count) }
    if !hashedPassword.isEmpty { length += 1 + prefixedLength(hashedPassword.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(string: name, field: 1) }
    if !password.isEmpty { buffer.write(string: password, field: 2) }
    if !hashedPassword.isEmpty { buffer.write(string: hashedPassword, field: 3) }
  }
}

/// etcdserverpb.AuthUserGrantRoleRequest
public struct AuthUserGrantRoleRequest: ProtobufMessage {
  public var user: String
  public var role: String

  public init() {
    user = ""
    role = ""
  }

  public init(user: String = "", role: String = "") {
    self.user = user
    self.role = role
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: user = try reader.readString(field)
      case 2: role = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !user.isEmpty { length += 1 + prefixedLength(user.utf8.count) }
    if !role.isEmpty { length += 1 + prefixedLength(role.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !user.isEmpty { buffer.write(string: user, field: 1) }
    if !role.isEmpty { buffer.write(string: role, field: 2) }
  }
}

/// etcdserverpb.AuthUserRevokeRoleRequest
public struct AuthUserRevokeRoleRequest: ProtobufMessage {
  public var name: String
  public var role: String

  public init() {
    name = ""
    role = ""
  }

  public init(name: String = "", role: String = "") {
    self.name = name
    self.role = role
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readString(field)
      case 2: role = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.utf8.count) }
    if !role.isEmpty { length += 1 + prefixedLength(role.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(string: name, field: 1) }
    if !role.isEmpty { buffer.write(string: role, field: 2) }
  }
}

/// etcdserverpb.AuthRoleAddRequest
public struct AuthRoleAddRequest: ProtobufMessage {
  public var name: String

  public init() {
    name = ""
  }

  public init(name: String) {
    self.name = name
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(string: name, field: 1) }
  }
}

/// etcdserverpb.AuthRoleGetRequest
public struct AuthRoleGetRequest: ProtobufMessage {
  public var role: String

  public init() {
    role = ""
  }

  public init(role: String) {
    self.role = role
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: role = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !role.isEmpty { length += 1 + prefixedLength(role.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !role.isEmpty { buffer.write(string: role, field: 1) }
  }
}

/// etcdserverpb.AuthUserListRequest
public struct AuthUserListRequest: ProtobufMessage {

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

/// etcdserverpb.AuthRoleListRequest
public struct AuthRoleListRequest: ProtobufMessage {

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

/// etcdserverpb.AuthRoleDeleteRequest
public struct AuthRoleDeleteRequest: ProtobufMessage {
  public var role: String

  public init() {
    role = ""
  }

  public init(role: String) {
    self.role = role
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: role = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !role.isEmpty { length += 1 + prefixedLength(role.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !role.isEmpty { buffer.write(string: role, field: 1) }
  }
}

/// etcdserverpb.AuthRoleGrantPermissionRequest
public struct AuthRoleGrantPermissionRequest: ProtobufMessage {
  public var name: String
  public var perm: AuthPermission?

  public init() {
    name = ""
    perm = nil
  }

  public init(name: String = "", perm: AuthPermission? = nil) {
    self.name = name
    self.perm = perm
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readString(field)
      case 2: try reader.readMessage(field, into: &perm)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.utf8.count) }
    if let perm { length += 1 + prefixedLength(perm.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(string: name, field: 1) }
    if let perm { buffer.write(message: perm, field: 2) }
  }
}

/// etcdserverpb.AuthRoleRevokePermissionRequest
public struct AuthRoleRevokePermissionRequest: ProtobufMessage {
  public var role: String
  public var key: Bytes
  public var rangeEnd: Bytes

  public init() {
    role = ""
    key = Bytes()
    rangeEnd = Bytes()
  }

  public init(role: String = "", key: Bytes = Bytes(), rangeEnd: Bytes = Bytes()) {
    self.role = role
    self.key = key
    self.rangeEnd = rangeEnd
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: role = try reader.readString(field)
      case 2: key = try reader.readBytes(field)
      case 3: rangeEnd = try reader.readBytes(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !role.isEmpty { length += 1 + prefixedLength(role.utf8.count) }
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    if !rangeEnd.isEmpty { length += 1 + prefixedLength(rangeEnd.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !role.isEmpty { buffer.write(string: role, field: 1) }
    if !key.isEmpty { buffer.write(bytes: key, field: 2) }
    if !rangeEnd.isEmpty { buffer.write(bytes: rangeEnd, field: 3) }
  }
}

/// etcdserverpb.AuthEnableResponse
public struct AuthEnableResponse: ProtobufMessage {
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

/// etcdserverpb.AuthDisableResponse
public struct AuthDisableResponse: ProtobufMessage {
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

/// etcdserverpb.AuthStatusResponse
public struct AuthStatusResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var enabled: Bool
  public var authRevision: UInt64

  public init() {
    header = nil
    enabled = false
    authRevision = 0
  }

  public init(
    header: ResponseHeader? = nil,
    enabled: Bool = false,
    authRevision: UInt64 = 0
  ) {
    self.header = header
    self.enabled = enabled
    self.authRevision = authRevision
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: enabled = try reader.readBool(field)
      case 3: authRevision = try reader.readUInt64(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if enabled { length += 2 }
    if authRevision != 0 { length += 1 + varintLength(authRevision) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if enabled { buffer.write(varint: 1, field: 2) }
    if authRevision != 0 { buffer.write(varint: authRevision, field: 3) }
  }
}

/// etcdserverpb.AuthenticateResponse
public struct AuthenticateResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var token: String

  public init() {
    header = nil
    token = ""
  }

  public init(header: ResponseHeader? = nil, token: String = "") {
    self.header = header
    self.token = token
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: token = try reader.readString(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    if !token.isEmpty { length += 1 + prefixedLength(token.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    if !token.isEmpty { buffer.write(string: token, field: 2) }
  }
}

/// etcdserverpb.AuthUserAddResponse
public struct AuthUserAddResponse: ProtobufMessage {
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

/// etcdserverpb.AuthUserGetResponse
public struct AuthUserGetResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var roles: [String]

  public init() {
    header = nil
    roles = []
  }

  public init(header: ResponseHeader? = nil, roles: [String] = []) {
    self.header = header
    self.roles = roles
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: roles.append(try reader.readString(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in roles { length += 1 + prefixedLength(value.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in roles { buffer.write(string: value, field: 2) }
  }
}

/// etcdserverpb.AuthUserDeleteResponse
public struct AuthUserDeleteResponse: ProtobufMessage {
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

/// etcdserverpb.AuthUserChangePasswordResponse
public struct AuthUserChangePasswordResponse: ProtobufMessage {
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

/// etcdserverpb.AuthUserGrantRoleResponse
public struct AuthUserGrantRoleResponse: ProtobufMessage {
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

/// etcdserverpb.AuthUserRevokeRoleResponse
public struct AuthUserRevokeRoleResponse: ProtobufMessage {
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

/// etcdserverpb.AuthRoleAddResponse
public struct AuthRoleAddResponse: ProtobufMessage {
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

/// etcdserverpb.AuthRoleGetResponse
public struct AuthRoleGetResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var perm: [AuthPermission]

  public init() {
    header = nil
    perm = []
  }

  public init(header: ResponseHeader? = nil, perm: [AuthPermission] = []) {
    self.header = header
    self.perm = perm
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: perm.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in perm { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in perm { buffer.write(message: value, field: 2) }
  }
}

/// etcdserverpb.AuthRoleListResponse
public struct AuthRoleListResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var roles: [String]

  public init() {
    header = nil
    roles = []
  }

  public init(header: ResponseHeader? = nil, roles: [String] = []) {
    self.header = header
    self.roles = roles
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: roles.append(try reader.readString(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in roles { length += 1 + prefixedLength(value.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in roles { buffer.write(string: value, field: 2) }
  }
}

/// etcdserverpb.AuthUserListResponse
public struct AuthUserListResponse: ProtobufMessage {
  public var header: ResponseHeader?
  public var users: [String]

  public init() {
    header = nil
    users = []
  }

  public init(header: ResponseHeader? = nil, users: [String] = []) {
    self.header = header
    self.users = users
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: try reader.readMessage(field, into: &header)
      case 2: users.append(try reader.readString(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if let header { length += 1 + prefixedLength(header.encodedLength) }
    for value in users { length += 1 + prefixedLength(value.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if let header { buffer.write(message: header, field: 1) }
    for value in users { buffer.write(string: value, field: 2) }
  }
}

/// etcdserverpb.AuthRoleDeleteResponse
public struct AuthRoleDeleteResponse: ProtobufMessage {
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

/// etcdserverpb.AuthRoleGrantPermissionResponse
public struct AuthRoleGrantPermissionResponse: ProtobufMessage {
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

/// etcdserverpb.AuthRoleRevokePermissionResponse
public struct AuthRoleRevokePermissionResponse: ProtobufMessage {
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

/// authpb.UserAddOptions
public struct AuthUserAddOptions: ProtobufMessage {
  public var noPassword: Bool

  public init() {
    noPassword = false
  }

  public init(noPassword: Bool) {
    self.noPassword = noPassword
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: noPassword = try reader.readBool(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if noPassword { length += 2 }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if noPassword { buffer.write(varint: 1, field: 1) }
  }
}

/// authpb.User
public struct AuthUser: ProtobufMessage {
  public var name: Bytes
  public var password: Bytes
  public var roles: [String]

  public init() {
    name = Bytes()
    password = Bytes()
    roles = []
  }

  public init(name: Bytes = Bytes(), password: Bytes = Bytes(), roles: [String] = []) {
    self.name = name
    self.password = password
    self.roles = roles
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readBytes(field)
      case 2: password = try reader.readBytes(field)
      case 3: roles.append(try reader.readString(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.count) }
    if !password.isEmpty { length += 1 + prefixedLength(password.count) }
    for value in roles { length += 1 + prefixedLength(value.utf8.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(bytes: name, field: 1) }
    if !password.isEmpty { buffer.write(bytes: password, field: 2) }
    for value in roles { buffer.write(string: value, field: 3) }
  }
}

/// authpb.Permission
public struct AuthPermission: ProtobufMessage {
  public var permType: AuthPermission.Kind
  public var key: Bytes
  public var rangeEnd: Bytes

  public init() {
    permType = .read
    key = Bytes()
    rangeEnd = Bytes()
  }

  public init(
    permType: AuthPermission.Kind = .read,
    key: Bytes = Bytes(),
    rangeEnd: Bytes = Bytes()
  ) {
    self.permType = permType
    self.key = key
    self.rangeEnd = rangeEnd
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: permType = AuthPermission.Kind(rawValue: try reader.readInt32(field))
      case 2: key = try reader.readBytes(field)
      case 3: rangeEnd = try reader.readBytes(field)
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if permType != .read { length += 1 + varintLength(protobufVarint(permType.rawValue)) }
    if !key.isEmpty { length += 1 + prefixedLength(key.count) }
    if !rangeEnd.isEmpty { length += 1 + prefixedLength(rangeEnd.count) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if permType != .read { buffer.write(varint: protobufVarint(permType.rawValue), field: 1) }
    if !key.isEmpty { buffer.write(bytes: key, field: 2) }
    if !rangeEnd.isEmpty { buffer.write(bytes: rangeEnd, field: 3) }
  }
}

/// authpb.Role
public struct AuthRole: ProtobufMessage {
  public var name: Bytes
  public var keyPermission: [AuthPermission]

  public init() {
    name = Bytes()
    keyPermission = []
  }

  public init(name: Bytes = Bytes(), keyPermission: [AuthPermission] = []) {
    self.name = name
    self.keyPermission = keyPermission
  }

  public mutating func merge(
    from reader: inout ProtobufReader
  ) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: name = try reader.readBytes(field)
      case 2: keyPermission.append(try reader.readMessage(field))
      default: try reader.skip(field)
      }
    }
  }

  public var encodedLength: Int {
    var length = 0
    if !name.isEmpty { length += 1 + prefixedLength(name.count) }
    for value in keyPermission { length += 1 + prefixedLength(value.encodedLength) }
    return length
  }

  public func encode(into buffer: inout ByteBuffer) {
    if !name.isEmpty { buffer.write(bytes: name, field: 1) }
    for value in keyPermission { buffer.write(message: value, field: 2) }
  }
}

extension AuthPermission {
  /// authpb.Permission.Type. A number that this list lacks is kept.
  public enum Kind: Hashable, Sendable {
    case read, write, readwrite
    case unrecognized(Int32)

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .read
      case 1: self = .write
      case 2: self = .readwrite
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .read: 0
      case .write: 1
      case .readwrite: 2
      case .unrecognized(let number): number
      }
    }
  }
}
