import Base
import EtcdAPI

extension KeySpace {
  /// What this client may do; nil: everything, no certificate roles are in force.
  func permissions(_ identity: ClientIdentity?) throws(KVError) -> Permissions? {
    guard let certificateRoles else { return nil }
    guard let identity else { throw .permissionDenied }
    return permissionCache.permissions(identity, under: certificateRoles)
  }

  /// The roles take effect with this entry of the log, for open watches too. An empty document puts
  /// them out of force.
  mutating func applyCertificateRoles(
    _ command: Command, _ writer: inout AnswerWriter
  ) throws(KVError) {
    try authorize(.administrator, command.identity)
    if command.body.isEmpty {
      certificateRoles = nil
    } else {
      do throws(CertificateRolesError) {
        certificateRoles = try CertificateRoles(parsing: command.body)
      } catch {
        throw .malformedCertificateRoles(error)
      }
    }
    certificateRolesRevision += 1
    permissionCache.removeAll()
    recheckAllWatchers()
    writer.write(certificateRolesRevision, field: 2)
    writer.writeHeader(revision, field: 3)
  }

  // MARK: Checks

  func require(
    _ access: Access, _ range: KeyRange, _ permissions: Permissions
  ) throws(KVError) {
    if permissions.covers(range, access) { return }
    if access == .read && range.isSingle && !liveGrants(range.start, permissions).isEmpty { return }
    throw .permissionDenied
  }

  /// The grant keys that exist now and let the client read `key`.
  func liveGrants(_ key: Bytes, _ permissions: Permissions) -> [Bytes] {
    permissions.grantKeys(for: key).filter { grant in
      tree.find(grant).map { $0 & KeyTree.uncounted == 0 } ?? false
    }
  }

  func check(_ request: RangeRequest, _ permissions: Permissions) throws(KVError) {
    try require(.read, KeyRange(key: request.key, rangeEnd: request.rangeEnd), permissions)
  }

  /// A put under a lease can later delete all its keys, so it needs them all (etcd
  /// checkLeasePuts); prev_kv reads.
  func check(_ request: PutRequest, _ permissions: Permissions) throws(KVError) {
    let range = KeyRange(key: request.key, rangeEnd: Bytes())
    try require(.write, range, permissions)
    if request.prevKv { try require(.read, range, permissions) }
    if request.lease != 0, let lease = lessor[request.lease] {
      try checkKeys(of: lease, .write, permissions)
    }
  }

  func check(_ request: DeleteRangeRequest, _ permissions: Permissions) throws(KVError) {
    let range = KeyRange(key: request.key, rangeEnd: request.rangeEnd)
    try require(.write, range, permissions)
    if request.prevKv { try require(.read, range, permissions) }
  }

  /// Compares read; both branches are checked, whichever runs.
  func check(_ request: TxnRequest, _ permissions: Permissions) throws(KVError) {
    for compare in request.compare {
      try require(.read, KeyRange(key: compare.key, rangeEnd: compare.rangeEnd), permissions)
    }
    for branch in [request.success, request.failure] {
      for operation in branch {
        switch operation.request {
        case .range(let range): try check(range, permissions)
        case .put(let put): try check(put, permissions)
        case .deleteRange(let delete): try check(delete, permissions)
        case .txn(let nested): try check(nested, permissions)
        case nil: break
        }
      }
    }
  }

  func checkKeys(
    of lease: Lease, _ access: Access, _ permissions: Permissions
  ) throws(KVError) {
    if permissions.isAdministrator { return }
    for key in lease.sortedKeys {
      try require(access, KeyRange(key: key, rangeEnd: Bytes()), permissions)
    }
  }
}
