import Base
import Objects
import Registry

/// One object's step from one revision to the next, as watches tell it later. An object of its own:
/// a window that grows to twice its size then holds empty places of one word.
final class PastChange: Sendable {
  let revision: Int64
  let key: ObjectKey
  /// Nil for one that came.
  let old: Side?
  /// Nil for one that went.
  let new: Side?

  /// What is kept of an object to tell of it later: its text, and what selectors ask.
  struct Side: Sendable {
    let value: Bytes
    let facts: SelectableFacts

    init(_ object: StoredObject, _ selectable: SelectableFields) {
      value = object.value ?? object.json.bytes
      facts = SelectableFacts(object, selectable)
    }
  }

  /// Nil for a key that is no API object's.
  init?(_ change: ObjectChange) {
    guard let key = (change.new ?? change.old)?.objectKey else { return nil }
    let selectable = SelectableFields[key.kind]
    revision = change.revision
    self.key = key
    old = change.old.map { Side($0, selectable) }
    new = change.new.map { Side($0, selectable) }
  }

  /// A quota as it was charged last, of which no more is known: that leaves what selectors ask as
  /// it was.
  convenience init?(charged quota: StoredObject) {
    self.init(ObjectChange(revision: quota.modRevision, old: quota, new: quota))
  }

  var bytes: Int { (old?.value.count ?? 0) + (new?.value.count ?? 0) + 512 }
}

/// The last changes of all objects, numbered from 0 on: what a watch that lags behind, or comes
/// with an older revision, is told from. Bounded by their number and by their bytes.
struct ChangeWindow: Sendable {
  /// Every change after it is held.
  private(set) var startRevision: Int64 = 0
  /// The number of the oldest change that is held.
  private(set) var first = 0
  private(set) var bytes = 0
  private var changes = Deque<PastChange>()
  /// Changes of quotas at `startRevision` that are not held any more.
  private var quotasForgotten = 0
  private let countMax: Int
  private let bytesMax: Int

  init(countMax: Int, bytesMax: Int) {
    self.countMax = countMax
    self.bytesMax = bytesMax
  }

  /// The number that the next change gets.
  var end: Int { first + changes.count }

  /// A change that is held.
  subscript(number: Int) -> PastChange { changes[number - first] }

  /// Nothing before `revision` can be told any more, and of this one no more than which `quotas` it
  /// changed.
  mutating func restart(at revision: Int64, quotas: [StoredObject]) {
    first = end
    changes.removeAll()
    bytes = 0
    startRevision = revision
    quotasForgotten = 0
    for quota in quotas where quota.modRevision == revision {
      if let change = PastChange(charged: quota) { append(change) }
    }
  }

  mutating func append(_ change: PastChange) {
    changes.append(change)
    bytes += change.bytes
    while changes.count > countMax || bytes > bytesMax, let oldest = changes.popFirst() {
      bytes -= oldest.bytes
      if oldest.revision > startRevision { quotasForgotten = 0 }
      if oldest.key.kind == .resourceQuota { quotasForgotten += 1 }
      startRevision = oldest.revision
      first += 1
    }
  }

  /// The number of the first change after a revision; nil where some of them are gone.
  func number(after revision: Int64) -> Int? {
    guard revision >= startRevision else { return nil }
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].revision <= revision { low = middle + 1 } else { high = middle }
    }
    return first + low
  }

  /// Where a watch of a kind goes on that has been told everything up to a revision; nil where some
  /// of it is gone. `after`: what happened up to it is not told.
  ///
  /// Quotas that limit one object are charged in one revision (`QuotaAdmission`). A client whose
  /// connection broke between them knows the revision, but not all of them: it is told all again,
  /// by a server that began at this very revision too.
  func resumption(after revision: Int64, of kind: Kind) -> (number: Int, after: Int64)? {
    guard let number = number(after: revision) else { return nil }
    guard kind == .resourceQuota else { return (number, revision) }
    var start = number
    let forgotten = revision == startRevision ? quotasForgotten : 0
    var count = forgotten
    while start > first, self[start - 1].revision == revision {
      start -= 1
      if self[start].key.kind == kind { count += 1 }
    }
    guard count > 1 else { return (number, revision) }
    return forgotten == 0 ? (start, revision - 1) : nil
  }
}
