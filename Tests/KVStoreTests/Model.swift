import Base
import EtcdAPI

/// The key space as a list of everything that ever happened, searched from front to back: slow,
/// obvious, and written from etcd's rules, not from our code.
struct Model {
  struct Change {
    let revision: Int64
    let key: Bytes
    /// nil: a deletion.
    let value: KeyValue?
  }

  private(set) var changes: [Change] = []
  private(set) var revision: Int64 = 1
  var compacted: Int64 = 0

  func value(_ key: Bytes, at revision: Int64) -> KeyValue? {
    changes.last { $0.key == key && $0.revision <= revision }?.value
  }

  func values(_ start: Bytes, _ end: Bytes, at revision: Int64) -> [KeyValue] {
    let keys = Set(changes.map(\.key)).filter { contains(start, end, $0) }
    return keys.sorted().compactMap { value($0, at: revision) }
  }

  func contains(_ start: Bytes, _ end: Bytes, _ key: Bytes) -> Bool {
    if end.isEmpty { return key == start }
    return key >= start && (end == "\0" || key < end)
  }

  mutating func put(_ key: Bytes, _ value: Bytes, lease: Int64 = 0, in revision: Int64? = nil) {
    let main = revision ?? self.revision + 1
    let old = self.value(key, at: main)
    let new = KeyValue(
      key: key, createRevision: old?.createRevision ?? main, modRevision: main,
      version: (old?.version ?? 0) + 1, value: value, lease: lease)
    changes.append(Change(revision: main, key: key, value: new))
    self.revision = main
  }

  /// Gives the number of keys deleted.
  mutating func delete(_ start: Bytes, _ end: Bytes, in revision: Int64? = nil) -> Int {
    let main = revision ?? self.revision + 1
    let found = values(start, end, at: main)
    for value in found { changes.append(Change(revision: main, key: value.key, value: nil)) }
    if !found.isEmpty { self.revision = main }
    return found.count
  }

  mutating func delete(keys: [Bytes]) {
    let main = revision + 1
    for key in keys { _ = delete(key, "", in: main) }
  }

  /// Keys that a lease holds now.
  func keys(of lease: Int64) -> [Bytes] {
    values("\0", "\0", at: revision).filter { $0.lease == lease }.map(\.key)
  }

  /// What a watch of a range is told from `first` on, as events with their previous values.
  func events(_ start: Bytes, _ end: Bytes, from first: Int64) -> [Event] {
    var events: [Event] = []
    for (position, change) in changes.enumerated()
    where change.revision >= first && contains(start, end, change.key) {
      let previous = changes[..<position].last { $0.key == change.key }?.value
      // What a compaction removed cannot be shown.
      let isKept = change.revision > compacted
      events.append(
        Event(
          type: change.value == nil ? .delete : .put,
          kv: change.value ?? KeyValue(key: change.key, modRevision: change.revision),
          prevKv: isKept ? previous : nil))
    }
    return events
  }
}
