import Base
import EtcdAPI

extension KeySpace {
  /// The revision at which a range reads, where `current` is the newest that it may see.
  func readRevision(_ request: RangeRequest, current: Int64) throws(KVError) -> Int64 {
    guard request.revision > 0 else { return current }
    if request.revision > current { throw .futureRevision }
    // At the compacted revision itself the state is still whole.
    if request.revision < compacted { throw .compacted }
    return request.revision
  }

  /// Writes a RangeResponse straight from the log. `readRevision` was asked before.
  func answerRange(
    _ request: RangeRequest, at readRevision: Int64, current: Int64, _ writer: inout AnswerWriter,
    _ form: AnswerWriter.HeaderForm
  ) {
    guard writer.isWanted else { return }
    let range = KeyRange(key: request.key, rangeEnd: request.rangeEnd)
    writer.writeHeader(current, form)
    if request.countOnly {
      writer.write(Int64(count(range, at: readRevision, current: current)), field: 4)
      return
    }
    var records: [LogRecord]
    let limit = request.limit > 0 ? Int(clamping: request.limit) : Int.max
    let isWhole = request.isSorted || request.isFiltered
    // One more than asked for shows whether there is more.
    let wanted = isWhole || limit == .max ? Int.max : limit + 1
    records = self.records(range, at: readRevision, current: current, limit: wanted)
    let count =
      records.count < wanted
      ? records.count : self.count(range, at: readRevision, current: current)
    if request.isFiltered { records.removeAll { !request.accepts($0) } }
    if request.isSorted { request.sort(&records) }
    let more = records.count > limit
    for record in records.prefix(limit) {
      if request.keysOnly {
        record.writeWithoutValue(into: &writer.buffer, field: 2)
      } else {
        record.write(into: &writer.buffer, field: 2)
      }
    }
    writer.write(more, field: 3)
    writer.write(Int64(count), field: 4)
  }

  /// The newest records at `revision` of the keys in a range, in key order, at most `limit`.
  func records(
    _ range: KeyRange, at revision: Int64, current: Int64, limit: Int
  ) -> [LogRecord] {
    if range.isSingle {
      return record(of: range.start, at: revision).map { [$0] } ?? []
    }
    let isNewest = revision == current
    var records: [LogRecord] = []
    var values: [UInt64] = []
    var cursor = tree.cursor(from: range.start, to: range.end)
    var hasMore = true
    while hasMore && records.count < limit {
      values.removeAll(keepingCapacity: true)
      hasMore = tree.read(
        &cursor, limit: min(1024, limit - records.count), countedOnly: isNewest, into: &values)
      for value in values {
        let ordinal = value & ~KeyTree.uncounted
        let record = isNewest ? log.record(ordinal) : log.record(from: ordinal, at: revision)
        if let record { records.append(record) }
      }
    }
    return records
  }

  /// The newest record at `revision` of one key, nil where it was not there.
  func record(of key: Bytes, at revision: Int64) -> LogRecord? {
    guard let value = tree.find(key) else { return nil }
    return log.record(from: value & ~KeyTree.uncounted, at: revision)
  }

  /// How many keys of a range there were at `revision`.
  ///
  /// Now: O(log n), by order statistics. Before: from now backwards over the changes since, where
  /// they are few against the keys.
  func count(_ range: KeyRange, at revision: Int64, current: Int64) -> Int {
    if range.isSingle { return record(of: range.start, at: revision) == nil ? 0 : 1 }
    let now = tree.counted(from: range.start, to: range.end)
    if revision == current { return now }
    let since = log.ordinal(atOrAfterRevision: revision + 1)
    guard log.nextOrdinal - since <= UInt64(64 + tree.count / 8) else {
      return records(range, at: revision, current: current, limit: .max).count
    }
    return now + countChange(range, from: since, at: revision)
  }

  /// Keys that existed at `revision` less those that exist now, over the keys changed since.
  private func countChange(_ range: KeyRange, from since: UInt64, at revision: Int64) -> Int {
    var change = 0
    guard var place = log.place(atOrAfter: since) else { return 0 }
    while place.segment < log.segments.count {
      let segment = log.segments[place.segment]
      while place.slot < segment.count {
        let record = segment.record(place.slot)
        place.slot += 1
        let key = record.key
        guard range.contains(key) else { continue }
        let previous = log.record(record.previous)
        // Only a key's first change since then tells what was before.
        if let previous, previous.main > revision { continue }
        if let previous, !previous.isTombstone { change += 1 }
        if let value = tree.find(key), value & KeyTree.uncounted == 0 { change -= 1 }
      }
      place = (place.segment + 1, 0)
    }
    return change
  }
}

extension RangeRequest {
  /// A target other than the key sorts even without an order (etcd: NONE is then ASCEND).
  var isSorted: Bool { sortOrder == .descend || sortTarget != .key }

  var isFiltered: Bool {
    minModRevision != 0 || maxModRevision != 0 || minCreateRevision != 0 || maxCreateRevision != 0
  }

  fileprivate func accepts(_ record: LogRecord) -> Bool {
    let fields = record.knownFields
    if minModRevision != 0 && fields.modRevision < minModRevision { return false }
    if maxModRevision != 0 && fields.modRevision > maxModRevision { return false }
    if minCreateRevision != 0 && fields.createRevision < minCreateRevision { return false }
    return maxCreateRevision == 0 || fields.createRevision <= maxCreateRevision
  }

  /// Ties keep the order of the keys (etcd leaves their order open).
  fileprivate func sort(_ records: inout [LogRecord]) {
    let descends = sortOrder == .descend
    switch sortTarget {
    case .key: if descends { records.reverse() }
    case .version: sort(&records, by: \.version)
    case .create: sort(&records, by: \.createRevision)
    case .mod: sort(&records, by: \.modRevision)
    case .value:
      let values = records.map { $0.memory.bytes($0.knownFields.value) }
      reorder(&records, descends) { values[$0] < values[$1] }
    case .unrecognized: preconditionFailure("sort options are checked before")
    }
  }

  private func sort(_ records: inout [LogRecord], by field: KeyPath<LogRecord.Fields, Int64>) {
    let values = records.map { $0.knownFields[keyPath: field] }
    reorder(&records, sortOrder == .descend) { values[$0] < values[$1] }
  }

  private func reorder(
    _ records: inout [LogRecord], _ descends: Bool, _ isLess: (Int, Int) -> Bool
  ) {
    let order = records.indices.sorted { descends ? isLess($1, $0) : isLess($0, $1) }
    records = order.map { records[$0] }
  }
}
