import Base

enum Access {
  case read
  case write
}

/// What one client may do under the roles in force: sorted, joined key ranges.
struct Permissions {
  let isAdministrator: Bool
  private var reads = RangeUnion()
  private var writes = RangeUnion()
  /// Prefixes of grant keys: the client reads K while prefix + K exists.
  private(set) var grants: [Bytes] = []

  init(_ identity: ClientIdentity, under roles: CertificateRoles) {
    isAdministrator = identity.organizations.contains(CertificateRoles.administrator)
    guard !isAdministrator else { return }
    for role in roles.roles where identity.organizations.contains(role.name) {
      for permission in role.permissions { add(permission, identity.commonName) }
    }
  }

  private mutating func add(_ permission: CertificateRoles.Permission, _ commonName: Bytes) {
    let start: Bytes
    let end: Bytes?
    switch permission.scope {
    case .grants(let pattern):
      if let prefix = pattern.expanded(commonName) { grants.append(prefix) }
      return
    case .key(let pattern):
      guard let key = pattern.expanded(commonName) else { return }
      start = key
      end = key.successor
    case .prefix(let pattern):
      guard let key = pattern.expanded(commonName) else { return }
      start = key
      end = key.prefixEnd
    case .range(let key, let rangeEnd):
      start = key
      end = rangeEnd
    }
    if permission.canRead { reads.insert(start, end) }
    if permission.canWrite { writes.insert(start, end) }
  }

  /// Whether the whole range lies within what is permitted. A range whose end is not behind its
  /// start holds no key and is judged by its start.
  func covers(_ range: KeyRange, _ access: Access) -> Bool {
    if isAdministrator { return true }
    let end = range.isSingle ? range.start.successor : range.end
    switch access {
    case .read: return reads.covers(range.start, end)
    case .write: return writes.covers(range.start, end)
    }
  }

  /// The keys whose existence permits reading exactly this key.
  func grantKeys(for key: Bytes) -> [Bytes] {
    guard let first = key.isEmpty ? nil : key[0], first == UInt8(ascii: "/") else { return [] }
    return grants.map { Bytes($0.array + key.array) }
  }
}

/// The permissions of clients seen lately under the roles in force.
///
/// An object, so that reads, which change no state, can remember too: what it gives is a function
/// of the roles and the identity, whether remembered or not.
final class PermissionCache {
  /// Beyond this many clients it starts anew.
  private static let clientsMax = 4096

  private var known: [ClientIdentity: Permissions] = [:]

  func permissions(_ identity: ClientIdentity, under roles: CertificateRoles) -> Permissions {
    if let permissions = known[identity] { return permissions }
    let permissions = Permissions(identity, under: roles)
    if known.count >= PermissionCache.clientsMax { known.removeAll() }
    known[identity.detached] = permissions
    return permissions
  }

  func removeAll() {
    known.removeAll()
  }
}

/// A union of key ranges, kept as disjoint ranges in order; an end of nil is the end of all keys.
struct RangeUnion {
  private var ranges: [(start: Bytes, end: Bytes?)] = []

  mutating func insert(_ start: Bytes, _ end: Bytes?) {
    var start = start
    var end = end
    var joined: [(start: Bytes, end: Bytes?)] = []
    for range in ranges {
      let isBefore = range.end.map { $0 < start } ?? false
      let isBehind = end.map { $0 < range.start } ?? false
      if isBefore || isBehind {
        joined.append(range)
        continue
      }
      start = min(start, range.start)
      if let own = end, let other = range.end { end = max(own, other) } else { end = nil }
    }
    joined.append((start, end))
    ranges = joined.sorted { $0.start < $1.start }
  }

  func covers(_ start: Bytes, _ end: Bytes?) -> Bool {
    let position = partition(ranges.count) { ranges[$0].start <= start } - 1
    guard position >= 0 else { return false }
    guard let rangeEnd = ranges[position].end else { return true }
    guard let end else { return false }
    return start < rangeEnd && end <= rangeEnd
  }
}
