import Base

/// The entries that a node holds in memory, and how much of them is durable (Raft §5.3).
///
/// Invariants: indexes are consecutive behind `base`; terms never decrease; `durable` is at least
/// `base` and at most `last`.
struct RaftLog {
  /// The newest entry that was dropped: the state machine's snapshot covers it.
  private(set) var base: EntryID
  /// Everything up to here survives a crash.
  private(set) var durable: LogIndex
  /// Configurations in force from their index on, ascending; the first stands at or below `base`.
  private(set) var configurations: [Placed]

  /// `storage[head...]` are the entries behind `base`; slots before `head` are dropped in bulk.
  private var storage: [Entry] = []
  private var head = 0
  /// Store effects with entries that are not yet acknowledged, with the last index that each will
  /// make durable. An overwrite lowers those before it: their acknowledgement must not count for
  /// entries that have come in their place, even if equal ones come back later.
  private var storesUnderWay = Deque<(sequence: StoreSequence, last: LogIndex)>()

  struct Placed {
    let index: LogIndex
    let configuration: ClusterConfiguration
  }

  /// What one entry costs in memory beside its payload, in bytes.
  static let entryOverheadBytes = 64

  /// Entries whose terms fall behind the snapshot's are what a crash left of a log that the
  /// snapshot replaced: a committed entry has no follower of a lesser term, so they are dropped.
  init(recovered: RecoveredState) {
    base = recovered.snapshot.last
    configurations = [
      Placed(index: base.index, configuration: recovered.snapshot.configuration)
    ]
    durable = base.index
    guard let first = recovered.entries.first, first.term >= base.term else { return }
    precondition(first.index == base.index.next, "a gap between snapshot and log")
    append(recovered.entries)
    durable = last.index
  }

  var count: Int { storage.count - head }
  var last: EntryID { count == 0 ? base : storage[storage.count - 1].id }
  var firstIndex: LogIndex { base.index.next }
  var configuration: ClusterConfiguration { configurations[configurations.count - 1].configuration }
  var configurationIndex: LogIndex { configurations[configurations.count - 1].index }

  /// The term at an index, or nil where the log does not hold it.
  func term(at index: LogIndex) -> Term? {
    if index == base.index { return base.term }
    guard index > base.index, index <= last.index else { return nil }
    return self[index].term
  }

  func holds(_ id: EntryID) -> Bool { term(at: id.index) == id.term }

  /// The entry at an index behind `base`, at most `last`.
  subscript(index: LogIndex) -> Entry {
    storage[head + Int(index.value - base.index.value) - 1]
  }

  /// Entries `from...through`, both held; empty where `from` is behind `through`.
  func entries(from: LogIndex, through: LogIndex) -> [Entry] {
    guard from <= through else { return [] }
    precondition(from > base.index && through <= last.index, "entries outside the log")
    let start = head + Int(from.value - base.index.value) - 1
    return Array(storage[start...start + Int(through.value - from.value)])
  }

  /// The last index of a run from `from` on whose payloads stay within `bytesMax`, but at least one
  /// entry; nil where there is none.
  func run(from: LogIndex, bytesMax: Int) -> (through: LogIndex, bytes: Int)? {
    guard from <= last.index else { return nil }
    var index = from
    var bytes = self[from].payload.count
    while index < last.index {
      let grown = bytes + self[index.next].payload.count
      if grown > bytesMax { break }
      bytes = grown
      index = index.next
    }
    return (index, bytes)
  }

  /// The greatest index at or below `index` whose term is at most `term`: where two logs may first
  /// agree. Skips a whole term at a time (Raft §5.3, "the protocol can be optimized").
  func conflictHint(index: LogIndex, term: Term) -> EntryID {
    var index = min(index, last.index)
    while index > base.index {
      let entry = self[index]
      if entry.term <= term { return entry.id }
      index = LogIndex(index.value - 1)
    }
    return base
  }

  /// Appends behind `last`; terms and indexes follow on.
  mutating func append(_ entries: [Entry]) {
    guard let first = entries.first else { return }
    precondition(first.index == last.index.next, "entries do not follow the log")
    // A payload of its own size: a slice would hold all that was read from a socket with it.
    for entry in entries {
      storage.append(
        Entry(id: entry.id, kind: entry.kind, payload: Bytes(entry.payload.array)))
    }
    for entry in entries where entry.kind == .configuration {
      // Undecodable ones are refused where they enter: on the wire and when proposed.
      guard let configuration = ClusterConfiguration(decoding: entry.payload) else { continue }
      configurations.append(Placed(index: entry.index, configuration: configuration))
    }
  }

  /// Drops everything from `index` on, which is behind `base` (Raft §5.3: conflicting entries).
  mutating func truncate(from index: LogIndex) {
    precondition(index > base.index, "truncation of what a snapshot covers")
    let kept = LogIndex(index.value - 1)
    storage.removeLast(storage.count - head - Int(kept.value - base.index.value))
    durable = min(durable, kept)
    clampStores(to: kept)
    while configurations.count > 1, configurationIndex >= index { configurations.removeLast() }
  }

  /// Drops entries up to `index`, but keeps as many before it as fit into `tailBytesMax`, and of
  /// those behind `known`, which some follower lacks, as many as fit into `lackedBytesMax`.
  mutating func compact(
    through index: LogIndex, tailBytesMax: Int, lackedBehind known: LogIndex,
    lackedBytesMax: Int
  ) {
    let index = min(index, last.index)
    guard index > base.index else { return }
    var cut = index
    var bytes = 0
    while cut > base.index {
      bytes += self[cut].payload.count + RaftLog.entryOverheadBytes
      if bytes > (cut > known ? max(tailBytesMax, lackedBytesMax) : tailBytesMax) { break }
      cut = LogIndex(cut.value - 1)
    }
    guard cut > base.index else { return }
    drop(through: cut)
  }

  private mutating func drop(through index: LogIndex) {
    let id = self[index].id
    let dropped = Int(index.value - base.index.value)
    head += dropped
    base = id
    durable = max(durable, id.index)
    if head * 2 >= storage.count {
      storage.removeFirst(head)
      head = 0
    }
    let current = configurations.lastIndex { $0.index <= id.index } ?? 0
    configurations.removeFirst(current)
  }

  /// The state was replaced by a snapshot. Entries behind it stay if they follow it.
  mutating func install(_ snapshot: SnapshotMetadata) {
    if holds(snapshot.last) {
      durable = max(durable, snapshot.last.index)
      if snapshot.last.index > base.index { drop(through: snapshot.last.index) }
      return
    }
    storage = []
    head = 0
    base = snapshot.last
    durable = base.index
    configurations = [Placed(index: base.index, configuration: snapshot.configuration)]
    clampStores(to: base.index)
  }

  /// A store effect that ends with the log's last entry is on its way.
  mutating func storeBegan(_ sequence: StoreSequence) {
    storesUnderWay.append((sequence, last.index))
  }

  /// All stores up to `sequence` are durable.
  mutating func stored(_ sequence: StoreSequence) {
    while let first = storesUnderWay.first, first.sequence <= sequence {
      durable = max(durable, first.last)
      _ = storesUnderWay.popFirst()
    }
  }

  private mutating func clampStores(to index: LogIndex) {
    for position in 0..<storesUnderWay.count where storesUnderWay[position].last > index {
      storesUnderWay[position].last = index
    }
  }

  /// Whether the configuration in force at `index`, or any later one, gives a node a vote.
  func isVoter(_ node: NodeID, since index: LogIndex) -> Bool {
    for placed in configurations.reversed() {
      if placed.configuration.isVoter(node) { return true }
      if placed.index <= index { return false }
    }
    return false
  }

  /// The configuration in force at an index from `base` on.
  func configuration(at index: LogIndex) -> ClusterConfiguration {
    let placed = configurations.last { $0.index <= index } ?? configurations[0]
    return placed.configuration
  }
}
