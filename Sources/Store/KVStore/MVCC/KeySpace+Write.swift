import Base
import EtcdAPI

/// One request's writes: they share a main revision and count up the sub revision.
struct WriteContext {
  let main: Int64
  let user: Bytes
  var sub = 0
}

extension KeySpace {
  func beginWrite(_ command: Command) -> WriteContext {
    WriteContext(main: revision + 1, user: command.identity?.commonName ?? Bytes())
  }

  /// A request that wrote nothing keeps the revision.
  mutating func commit(_ write: WriteContext) {
    if write.sub > 0 { revision = write.main }
  }

  /// What reads see in the middle of a write.
  func visibleRevision(_ write: WriteContext) -> Int64 {
    write.sub > 0 ? write.main : revision
  }

  /// Whether a put can be carried out; checked for all of a Txn before any of it is.
  func precheck(_ request: PutRequest) throws(KVError) {
    if request.ignoreValue || request.ignoreLease {
      guard let value = tree.find(request.key), value & KeyTree.uncounted == 0 else {
        throw .keyNotFound
      }
    }
    if request.lease != 0 && !lessor.contains(request.lease) { throw .leaseNotFound }
  }

  mutating func put(
    _ request: PutRequest, _ write: inout WriteContext, _ writer: inout AnswerWriter,
    _ form: AnswerWriter.HeaderForm
  ) {
    let replaced = tree.set(request.key, to: log.nextOrdinal)
    var value = request.value
    var lease = request.lease
    var createRevision = write.main
    var version: Int64 = 1
    var oldLease: Int64 = 0
    var old: LogRecord?
    if let replaced, replaced & KeyTree.uncounted == 0, let record = log.record(replaced) {
      let fields = record.knownFields
      createRevision = fields.createRevision
      version = fields.version + 1
      oldLease = fields.lease
      if request.ignoreValue { value = record.memory.bytes(fields.value) }
      if request.ignoreLease { lease = oldLease }
      old = record
    }
    let change = LogChange(
      main: write.main, sub: write.sub, key: request.key,
      previous: (replaced ?? 0) & ~KeyTree.uncounted,
      put: LogChange.Put(
        value: value, createRevision: createRevision, version: version, lease: lease))
    _ = log.append(change, wall: wall, user: write.user)
    write.sub += 1
    if lease != oldLease {
      lessor.detach(request.key, from: oldLease)
      lessor.attach(request.key, to: lease)
    }
    writer.writeHeader(write.main, form)
    if request.prevKv, let old { writer.write(old, field: 2) }
  }

  mutating func deleteRange(
    _ request: DeleteRangeRequest, _ write: inout WriteContext, _ writer: inout AnswerWriter,
    _ form: AnswerWriter.HeaderForm
  ) {
    let values = liveValues(KeyRange(key: request.key, rangeEnd: request.rangeEnd))
    var deleted: [LogRecord] = []
    for value in values {
      guard let record = log.record(value) else {
        preconditionFailure("the index names a record that the log lacks")
      }
      delete(record, &write)
      if request.prevKv && writer.isWanted { deleted.append(record) }
    }
    writer.writeHeader(visibleRevision(write), form)
    writer.write(Int64(values.count), field: 2)
    for record in deleted { writer.write(record, field: 3) }
  }

  /// Deletes the key whose newest record this is.
  mutating func delete(_ record: LogRecord, _ write: inout WriteContext) {
    let key = record.key
    let ordinal = log.nextOrdinal
    _ = tree.set(key, to: ordinal | KeyTree.uncounted)
    lessor.detach(key, from: record.knownFields.lease)
    let change = LogChange(
      main: write.main, sub: write.sub, key: key, previous: record.ordinal, put: nil)
    _ = log.append(change, wall: wall, user: write.user)
    write.sub += 1
  }

  /// Index values of the keys in a range that exist now.
  func liveValues(_ range: KeyRange) -> [UInt64] {
    if range.isSingle {
      guard let value = tree.find(range.start), value & KeyTree.uncounted == 0 else { return [] }
      return [value]
    }
    var values: [UInt64] = []
    var cursor = tree.cursor(from: range.start, to: range.end)
    _ = tree.read(&cursor, limit: .max, countedOnly: true, into: &values)
    return values
  }
}
