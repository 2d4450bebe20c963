import Base

/// What this node wants to stand under its own keys, and what it knows to stand there. Reports are
/// levels: a newer one replaces an older one that has not been written yet.
struct ReportQueue {
  private var wanted: [Bytes: Bytes] = [:]
  private var written: [Bytes: Bytes] = [:]
  /// Keys whose value in the store is not known to be the wanted one.
  private var dirty: Set<Bytes> = []
  private var waiter: CheckedContinuation<Void, Never>?

  /// One write: a value, or nil to delete the key.
  struct Write: Hashable, Sendable {
    let key: Bytes
    let value: Bytes?
  }

  /// The key is to hold `value`, or not to exist.
  mutating func want(_ value: Bytes?, at key: Bytes) {
    wanted[key] = value
    settle(key)
  }

  /// What the store was seen to hold; keys that nobody wants are to go.
  mutating func found(_ values: [Bytes: Bytes]) {
    written = values
    dirty = []
    for key in Set(values.keys).union(wanted.keys) { settle(key) }
  }

  /// The next write, in the order of keys; nil where nothing is left to write.
  func next() -> Write? {
    dirty.min().map { Write(key: $0, value: wanted[$0]) }
  }

  mutating func wrote(_ write: Write) {
    written[write.key] = write.value
    settle(write.key)
  }

  /// Resumes the continuation once there is something to write.
  mutating func wait(_ continuation: CheckedContinuation<Void, Never>) {
    wakeWriter()
    if dirty.isEmpty {
      waiter = continuation
    } else {
      continuation.resume()
    }
  }

  /// Lets a waiting writer go, also without anything to write.
  mutating func wakeWriter() {
    waiter?.resume()
    waiter = nil
  }

  private mutating func settle(_ key: Bytes) {
    if wanted[key] == written[key] {
      dirty.remove(key)
    } else {
      dirty.insert(key)
      wakeWriter()
    }
  }
}
