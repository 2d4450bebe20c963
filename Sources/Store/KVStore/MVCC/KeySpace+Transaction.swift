import Base
import EtcdAPI

/// A Txn whose compares were evaluated: which branch runs, nested ones included.
///
/// All compares see the state before the Txn (etcd compareToPath).
struct TransactionPath {
  let succeeded: Bool
  let operations: [RequestOp]
  /// Of the nested Txns among `operations`, in order.
  var nested: [TransactionPath] = []
}

extension KeySpace {
  func resolve(_ request: TxnRequest) -> TransactionPath {
    let succeeded = request.compare.allSatisfy { holds($0) }
    var path = TransactionPath(
      succeeded: succeeded, operations: succeeded ? request.success : request.failure)
    for operation in path.operations {
      if case .txn(let nested) = operation.request { path.nested.append(resolve(nested)) }
    }
    return path
  }

  /// Everything that could fail, before anything is done: a Txn happens wholly or not at all.
  func precheck(_ path: TransactionPath) throws(KVError) {
    var nested = path.nested.makeIterator()
    for operation in path.operations {
      switch operation.request {
      case .range(let request):
        try RequestCheck.check(request)
        _ = try readRevision(request, current: revision)
      case .put(let request):
        try RequestCheck.check(request)
        try precheck(request)
      case .deleteRange(let request): try RequestCheck.check(request)
      case .txn: if let next = nested.next() { try precheck(next) }
      case nil: throw .keyNotFound
      }
    }
  }

  mutating func run(
    _ path: TransactionPath, _ write: inout WriteContext, _ writer: inout AnswerWriter,
    isNested: Bool = false
  ) {
    // The outer header has the revision after the Txn, which is known once it ran: a Txn of which
    // some operation writes has a fixed one.
    let willWrite = isNested || writes(path)
    writer.writeHeader(willWrite ? write.main : revision, isNested ? .empty : .whole)
    writer.write(path.succeeded, field: 2)
    var nested = path.nested.makeIterator()
    for operation in path.operations {
      let response = writer.begin(field: 3)
      switch operation.request {
      case .range(let request):
        let body = writer.begin(field: 1)
        let current = visibleRevision(write)
        let revision = request.revision > 0 ? request.revision : current
        answerRange(request, at: revision, current: current, &writer, .nested)
        writer.end(body)
      case .put(let request):
        let body = writer.begin(field: 2)
        put(request, &write, &writer, .nested)
        writer.end(body)
      case .deleteRange(let request):
        let body = writer.begin(field: 3)
        deleteRange(request, &write, &writer, .nested)
        writer.end(body)
      case .txn:
        let body = writer.begin(field: 4)
        if let next = nested.next() { run(next, &write, &writer, isNested: true) }
        writer.end(body)
      case nil: preconditionFailure("empty operations are refused before")
      }
      writer.end(response)
    }
  }

  /// Whether running the path changes anything: puts do, deletions where something is there to
  /// delete before the Txn (what it puts itself it cannot delete).
  private func writes(_ path: TransactionPath) -> Bool {
    var nested = path.nested.makeIterator()
    for operation in path.operations {
      switch operation.request {
      case .put: return true
      case .deleteRange(let request):
        let range = KeyRange(key: request.key, rangeEnd: request.rangeEnd)
        if count(range, at: revision, current: revision) > 0 { return true }
      case .txn: if let next = nested.next(), writes(next) { return true }
      case .range, nil: break
      }
    }
    return false
  }

  /// The same for a Txn that only reads.
  func read(_ path: TransactionPath, _ writer: inout AnswerWriter, isNested: Bool = false) {
    writer.writeHeader(revision, isNested ? .empty : .whole)
    writer.write(path.succeeded, field: 2)
    var nested = path.nested.makeIterator()
    for operation in path.operations {
      let response = writer.begin(field: 3)
      switch operation.request {
      case .range(let request):
        let body = writer.begin(field: 1)
        let readRevision = request.revision > 0 ? request.revision : revision
        answerRange(request, at: readRevision, current: revision, &writer, .nested)
        writer.end(body)
      case .txn:
        let body = writer.begin(field: 4)
        if let next = nested.next() { read(next, &writer, isNested: true) }
        writer.end(body)
      case .put, .deleteRange, nil: preconditionFailure("a read-only Txn only reads")
      }
      writer.end(response)
    }
  }

  // MARK: Compares

  /// etcd applyCompare: every key of the range must satisfy it; where there is none, a key whose
  /// numbers are all zero, and no value compares to a missing one.
  private func holds(_ compare: Compare) -> Bool {
    let range = KeyRange(key: compare.key, rangeEnd: compare.rangeEnd)
    if range.isSingle { return compare.holds(record(of: range.start, at: revision)) }
    var values: [UInt64] = []
    var cursor = tree.cursor(from: range.start, to: range.end)
    var hasMore = true
    var isEmpty = true
    while hasMore {
      values.removeAll(keepingCapacity: true)
      hasMore = tree.read(&cursor, limit: 256, countedOnly: true, into: &values)
      for value in values {
        isEmpty = false
        if !compare.holds(log.record(value)) { return false }
      }
    }
    return !isEmpty || compare.holds(Optional<LogRecord>.none)
  }
}

extension Compare {
  fileprivate func holds(_ record: LogRecord?) -> Bool {
    if target == .value && record == nil { return false }
    let order = order(of: record)
    switch result {
    case .equal: return order == 0
    case .greater: return order > 0
    case .less: return order < 0
    case .notEqual: return order != 0
    case .unrecognized: return true
    }
  }

  /// Negative, zero or positive as the record's field is less than, equal to or greater than what
  /// the request gives. A union of another target counts as zero (etcd compareKV).
  private func order(of record: LogRecord?) -> Int {
    let fields = record?.knownFields ?? LogRecord.Fields()
    var given: Int64 = 0
    let own: Int64
    switch target {
    case .version:
      own = fields.version
      if case .version(let number) = targetUnion { given = number }
    case .create:
      own = fields.createRevision
      if case .createRevision(let number) = targetUnion { given = number }
    case .mod:
      own = fields.modRevision
      if case .modRevision(let number) = targetUnion { given = number }
    case .lease:
      own = fields.lease
      if case .lease(let number) = targetUnion { given = number }
    case .value:
      var value = Bytes()
      if case .value(let bytes) = targetUnion { value = bytes }
      return record.map { $0.memory.compare(fields.value, with: value) } ?? 0
    case .unrecognized: return 0
    }
    return own == given ? 0 : own < given ? -1 : 1
  }
}
