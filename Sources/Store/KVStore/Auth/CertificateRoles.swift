public import Base
import JSON

/// Why a document is not one of certificate roles.
public enum CertificateRolesError: Error, Hashable, Sendable {
  case notJSON(line: Int, column: Int)
  /// A member is missing, unknown, or of the wrong type; the path is as in
  /// `roles[0].permissions[2]`.
  case wrongShape(path: String)
  /// A role comes twice, or is called `root`, which is built in.
  case reservedOrRepeatedRole(path: String)
  /// `{cn}` does not stand for a whole component between slashes, or stands in a range with an end.
  case unsafePlaceholder(path: String)
  /// A range that holds no key.
  case emptyRange(path: String)
}

/// Who may read and write what, by client certificate: user = CN, role = each O.
///
/// The document is JSON:
///
///     {"roles": [{"name": "node", "permissions": [
///       {"key": "/nodes/{cn}/actual/", "prefix": true, "access": "readwrite"},
///       {"key": "/network/", "rangeEnd": "/network0", "access": "read"},
///       {"key": "/version", "access": "read"},
///       {"grants": "/nodes/{cn}/grants", "access": "read"}]}]}
///
/// - `key` alone is one key; with `prefix` all keys that begin with it; with `rangeEnd` the keys
///   from `key` up to before `rangeEnd`. `access` is `read`, `write` or `readwrite`.
/// - `grants` lets the client read exactly the key K, which begins with `/`, while the key
///   `<grants>` + K exists.
/// - `{cn}` is replaced by the certificate's CN. It must be a whole component: behind a `/` or at
///   the start, and before a `/` (or the end, for a single key), so that `n1` never reaches what is
///   `n10`'s. A CN that is empty or holds a `/` gets nothing from such a permission.
/// - O `root` is the administrator and may do everything. A client whose Os name no role gets
///   nothing.
public struct CertificateRoles: Hashable, Sendable {
  /// The role of the administrator: built in.
  public static let administrator: Bytes = "root"

  /// As it was applied.
  public let document: Bytes
  let roles: [Role]

  struct Role: Hashable, Sendable {
    let name: Bytes
    let permissions: [Permission]
  }

  struct Permission: Hashable, Sendable {
    enum Scope: Hashable, Sendable {
      case key(Pattern)
      case prefix(Pattern)
      case range(Bytes, end: Bytes)
      case grants(Pattern)
    }

    let scope: Scope
    let canRead: Bool
    let canWrite: Bool
  }

  /// A key that may hold `{cn}` once.
  struct Pattern: Hashable, Sendable {
    let before: Bytes
    /// nil: there is no `{cn}` in it.
    let after: Bytes?

    /// nil where this CN gets nothing from it.
    func expanded(_ commonName: Bytes) -> Bytes? {
      guard let after else { return before }
      let name = commonName.array
      if name.isEmpty || name.contains(UInt8(ascii: "/")) { return nil }
      return Bytes(before.array + name + after.array)
    }
  }

  public init(parsing document: Bytes) throws(CertificateRolesError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: document)
    } catch {
      throw .notJSON(line: error.line, column: error.column)
    }
    guard case .object(let top) = value, top.count == 1, case .array(let elements)? = top["roles"]
    else { throw .wrongShape(path: "roles") }
    var roles: [Role] = []
    for (position, element) in elements.enumerated() {
      let path = "roles[\(position)]"
      let role = try CertificateRoles.role(element, path)
      if role.name == CertificateRoles.administrator
        || roles.contains(where: { $0.name == role.name })
      {
        throw .reservedOrRepeatedRole(path: path)
      }
      roles.append(role)
    }
    self.document = document.detached
    self.roles = roles
  }

  private static func role(
    _ value: JSONValue, _ path: String
  ) throws(CertificateRolesError) -> Role {
    guard case .object(let object) = value, object.count == 2,
      case .string(let name)? = object["name"], !name.isEmpty,
      case .array(let elements)? = object["permissions"]
    else { throw .wrongShape(path: path) }
    var permissions: [Permission] = []
    for (position, element) in elements.enumerated() {
      permissions.append(try permission(element, "\(path).permissions[\(position)]"))
    }
    return Role(name: Bytes(name), permissions: permissions)
  }

  private static func permission(
    _ value: JSONValue, _ path: String
  ) throws(CertificateRolesError) -> Permission {
    guard case .object(let object) = value, case .string(let access)? = object["access"] else {
      throw .wrongShape(path: path)
    }
    let known = ["key", "prefix", "rangeEnd", "grants", "access"]
    for member in object.members where !known.contains(member.name) {
      throw .wrongShape(path: "\(path).\(member.name)")
    }
    guard ["read", "write", "readwrite"].contains(access) else {
      throw .wrongShape(path: "\(path).access")
    }
    let scope = try scope(object, path)
    if case .grants = scope, access != "read" { throw .wrongShape(path: "\(path).access") }
    return Permission(scope: scope, canRead: access != "write", canWrite: access != "read")
  }

  private static func scope(
    _ object: JSONObject, _ path: String
  ) throws(CertificateRolesError) -> Permission.Scope {
    if let grants = object["grants"] {
      guard case .string(let text) = grants, object.count == 2 else {
        throw .wrongShape(path: path)
      }
      let pattern = try pattern(text, path)
      if let after = pattern.after, after.isEmpty { throw .unsafePlaceholder(path: path) }
      return .grants(pattern)
    }
    guard case .string(let key)? = object["key"] else { throw .wrongShape(path: path) }
    if let rangeEnd = object["rangeEnd"] {
      guard case .string(let end) = rangeEnd, object["prefix"] == nil else {
        throw .wrongShape(path: path)
      }
      let start = try pattern(key, path)
      guard start.after == nil, try pattern(end, path).after == nil else {
        throw .unsafePlaceholder(path: path)
      }
      guard !key.isEmpty, Bytes(key) < Bytes(end) else { throw .emptyRange(path: path) }
      return .range(Bytes(key), end: Bytes(end))
    }
    var isPrefix = false
    if let prefix = object["prefix"] {
      guard case .bool(let flag) = prefix else { throw .wrongShape(path: path) }
      isPrefix = flag
    }
    let pattern = try pattern(key, path)
    guard isPrefix else {
      if key.isEmpty { throw .emptyRange(path: path) }
      return .key(pattern)
    }
    if let after = pattern.after, after.isEmpty { throw .unsafePlaceholder(path: path) }
    return .prefix(pattern)
  }

  /// Splits at `{cn}`, which must be a whole component.
  private static func pattern(
    _ text: String, _ path: String
  ) throws(CertificateRolesError) -> Pattern {
    let bytes = Array(text.utf8)
    let mark = Array("{cn}".utf8)
    var places: [Int] = []
    if bytes.count >= mark.count {
      for start in 0...bytes.count - mark.count
      where bytes[start..<start + mark.count].elementsEqual(mark) {
        places.append(start)
      }
    }
    guard let place = places.first else { return Pattern(before: Bytes(bytes), after: nil) }
    let before = Bytes(Array(bytes[..<place]))
    let after = Bytes(Array(bytes[(place + mark.count)...]))
    let slash = UInt8(ascii: "/")
    let isWhole =
      (before.isEmpty || before[before.count - 1] == slash) && (after.isEmpty || after[0] == slash)
    guard places.count == 1, isWhole else { throw .unsafePlaceholder(path: path) }
    return Pattern(before: before, after: after)
  }
}
