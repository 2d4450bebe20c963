public import Base
public import EtcdAPI

/// Reads at the applied state. Each writes a whole response message to the buffer's end, or throws
/// and writes nothing.
extension KeySpace {
  func answer(
    _ header: ResponseHeader, into buffer: inout ByteBuffer, _ body: (inout AnswerWriter) -> Void
  ) {
    var writer = AnswerWriter(header)
    swap(&writer.buffer, &buffer)
    body(&writer)
    swap(&writer.buffer, &buffer)
  }

  /// Writes a RangeResponse. The request was checked by `RequestCheck.range`.
  public func range(
    _ request: RangeRequest, identity: ClientIdentity?, header: ResponseHeader,
    into buffer: inout ByteBuffer
  ) throws(KVError) {
    if let permissions = try permissions(identity) { try check(request, permissions) }
    try refuseWhenCorrupt()
    let revision = try readRevision(request, current: self.revision)
    answer(header, into: &buffer) { writer in
      answerRange(request, at: revision, current: self.revision, &writer, .whole)
    }
  }

  /// Writes the TxnResponse of a Txn that only reads. It was checked by `RequestCheck.transaction`.
  public func readOnlyTransaction(
    _ request: TxnRequest, identity: ClientIdentity?, header: ResponseHeader,
    into buffer: inout ByteBuffer
  ) throws(KVError) {
    precondition(request.isReadOnly, "a Txn that may write goes through the log")
    if let permissions = try permissions(identity) { try check(request, permissions) }
    try refuseWhenCorrupt()
    let path = resolve(request)
    try precheck(path)
    answer(header, into: &buffer) { writer in read(path, &writer) }
  }

  /// Writes an AlarmResponse for the action GET.
  public func alarms(
    _ request: AlarmRequest, identity: ClientIdentity?, header: ResponseHeader,
    into buffer: inout ByteBuffer
  ) throws(KVError) {
    try authorize(.authenticated, identity)
    answer(header, into: &buffer) { writer in
      writer.writeHeader(revision)
      for alarm in alarmMembers where request.alarm == .none || alarm.alarm == request.alarm {
        writer.write(message: alarm, field: 2)
      }
    }
  }

  /// Writes a HashKVResponse: a checksum over every record that a compaction keeps, up to a
  /// revision (0: now), equal on all members whatever each has physically removed.
  public func hashKV(
    _ request: HashKVRequest, identity: ClientIdentity?, header: ResponseHeader,
    into buffer: inout ByteBuffer
  ) throws(KVError) {
    try authorize(.authenticated, identity)
    let (hash, hashed) = try hash(at: request.revision)
    answer(header, into: &buffer) { writer in
      writer.writeHeader(revision)
      writer.write(Int64(hash), field: 2)
      writer.write(compacted, field: 3)
      writer.write(hashed, field: 4)
    }
  }

  /// The hash of the key space up to `revision` (0: now), and the revision that was hashed.
  public func hash(at revision: Int64) throws(KVError) -> (hash: UInt32, revision: Int64) {
    if revision > self.revision { throw .futureRevision }
    if revision > 0 && revision < compacted { throw .compacted }
    let through = revision > 0 ? revision : self.revision
    var checksum = CRC32C()
    for segment in log.segments {
      for slot in 0..<segment.count {
        let record = segment.record(slot)
        if record.main > through { break }
        guard isRetained(record, superseded: segment.superseded[slot]) else { continue }
        record.memory.update(&checksum, with: record.body)
        if record.isTombstone { checksum.update(Bytes([1])) }
      }
    }
    return (checksum.value, through)
  }

  /// Whether the compaction up to now keeps a record: it is the newest of its key at the compacted
  /// revision and no deletion, or it is not older than that revision.
  func isRetained(_ record: LogRecord, superseded: Int64) -> Bool {
    if record.main >= compacted { return true }
    return !record.isTombstone && (superseded == 0 || superseded > compacted)
  }

  /// Asks for a permission that no key stands for.
  public func authorize(
    _ level: AuthorityLevel, _ identity: ClientIdentity?
  ) throws(KVError) {
    guard let permissions = try permissions(identity) else { return }
    switch level {
    case .authenticated: return
    case .administrator: if !permissions.isAdministrator { throw .permissionDenied }
    }
  }

  /// Writes a CertificateRolesGetResponse; for the administrator.
  public func certificateRolesGet(
    identity: ClientIdentity?, header: ResponseHeader, into buffer: inout ByteBuffer
  ) throws(KVError) {
    try authorize(.administrator, identity)
    let response = CertificateRolesGetResponse(
      header: nil, document: certificateRoles?.document ?? Bytes(),
      revision: certificateRolesRevision)
    answer(header, into: &buffer) { writer in
      response.encode(into: &writer.buffer)
      var whole = header
      whole.revision = revision
      writer.write(message: whole, field: 3)
    }
  }
}

/// What a request needs that no single key stands for.
public enum AuthorityLevel: Sendable {
  /// Any client certificate, where certificate roles are in force.
  case authenticated
  /// O `root`.
  case administrator
}
