import Base
import EtcdAPI

/// What this node wants to stand under its own keys, and what it knows to stand there. Reports are
/// levels: a newer one replaces an older one that has not been written yet, and one that equals
/// what stands is not written at all.
///
/// Each write compares the key's mod revision: one whose outcome was unknown and that arrives late
/// can never replace a newer one.
struct ReportQueue: Sendable {
  private var wanted: [Bytes: Bytes] = [:]
  private var standing: [Bytes: Standing] = [:]
  /// When each key may be written whose value in the store is not known to be the wanted one.
  private var due: [Bytes: Instant] = [:]
  private var underWay: Set<Bytes> = []
  /// Keys whose last write may have been done or not: what stands there must be found out, though
  /// it seems to be what is wanted.
  private var unsure: Set<Bytes> = []

  private struct Standing: Sendable {
    let value: Bytes
    let modRevision: Int64
  }

  /// One write: a value, or nil to delete the key.
  struct Write: Hashable, Sendable {
    let key: Bytes
    let value: Bytes?
    /// Of the key as it is known to stand; 0 where it does not exist.
    let modRevision: Int64
  }

  var writesUnderWay: Int { underWay.count }

  /// The key is to hold `value`, or not to exist; to be written at `time` or sooner.
  mutating func want(_ value: Bytes?, at key: Bytes, by time: Instant) {
    wanted[key] = value
    settle(key, by: time)
  }

  /// What the store was seen to hold; keys that nobody wants are to go.
  mutating func found(_ values: [KeyValue], now: Instant) {
    var seen: [Bytes: Standing] = [:]
    for entry in values {
      seen[entry.key] = Standing(value: entry.value, modRevision: entry.modRevision)
    }
    // What is being written may be older in the list than it will be in the answer.
    for key in underWay { seen[key] = standing[key] }
    standing = seen
    for key in Set(seen.keys).union(wanted.keys).union(due.keys) { settle(key, by: now) }
  }

  /// When the next write is due; nil where nothing is left to write.
  var nextDue: Instant? {
    due.min { $0.value < $1.value }?.value
  }

  /// The next write that is due, in the order of keys. It is under way until it is answered.
  mutating func next(now: Instant) -> Write? {
    guard let key = due.filter({ $0.value <= now }).keys.min() else { return nil }
    due[key] = nil
    underWay.insert(key)
    return Write(
      key: key, value: wanted[key], modRevision: standing[key]?.modRevision ?? 0)
  }

  mutating func wrote(_ write: Write, revision: Int64, now: Instant) {
    underWay.remove(write.key)
    unsure.remove(write.key)
    standing[write.key] = write.value.map { Standing(value: $0, modRevision: revision) }
    settle(write.key, by: now)
  }

  /// The key was not as the write took it to be.
  mutating func refused(_ write: Write, found: KeyValue?, now: Instant) {
    underWay.remove(write.key)
    unsure.remove(write.key)
    standing[write.key] = found.map { Standing(value: $0.value, modRevision: $0.modRevision) }
    settle(write.key, by: now)
  }

  /// The write is not known to have been done; to be tried again at `time`.
  mutating func failed(_ write: Write, again time: Instant) {
    underWay.remove(write.key)
    unsure.insert(write.key)
    due[write.key] = time
  }

  /// The answers to what is under way will not come; `found` tells what stands.
  mutating func forgetWrites(now: Instant) {
    for key in underWay { due[key] = now }
    unsure.formUnion(underWay)
    underWay = []
  }

  private mutating func settle(_ key: Bytes, by time: Instant) {
    if underWay.contains(key) { return }
    if wanted[key] == standing[key]?.value, !unsure.contains(key) {
      due[key] = nil
    } else {
      due[key] = min(due[key] ?? time, time)
    }
  }
}
