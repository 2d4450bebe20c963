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
    let records = self.records(range, at: revision, current: revision, limit: .max)
    if records.isEmpty {
      return compare.target != .value && compare.holds(Optional<LogRecord>.none)
    }
    return records.allSatisfy { compare.holds($0) }
  }
}

extension Compare {
  fileprivate func holds(_ record: LogRecord?) -> Bool {
    let fields = record?.knownFields ?? LogRecord.Fields()
    var order = 0
    switch target {
    case .version:
      order = Compare.order(
        fields.version, { if case .version(let n) = targetUnion { n } else { 0 } }())
    case .create:
      order = Compare.order(
        fields.createRevision, { if case .createRevision(let n) = targetUnion { n } else { 0 } }())
    case .mod:
      order = Compare.order(
        fields.modRevision, { if case .modRevision(let n) = targetUnion { n } else { 0 } }())
    case .lease:
      order = Compare.order(
        fields.lease, { if case .lease(let n) = targetUnion { n } else { 0 } }())
    case .value:
      guard let record else { return false }
      var value = Bytes()
      if case .value(let given) = targetUnion { value = given }
      order = record.memory.compare(fields.value, with: value)
    case .unrecognized: order = 0
    }
    switch result {
    case .equal: return order == 0
    case .greater: return order > 0
    case .less: return order < 0
    case .notEqual: return order != 0
    case .unrecognized: return true
    }
  }

  private static func order(_ left: Int64, _ right: Int64) -> Int {
    left == right ? 0 : left < right ? -1 : 1
  }
}
