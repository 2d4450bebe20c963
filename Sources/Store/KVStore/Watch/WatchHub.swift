public import Base

/// What watches have to say to their clients: encoded WatchResponses, in order per stream.
public struct WatchOutput: Sendable {
  public struct Item: Hashable, Sendable {
    /// The caller's number of the stream.
    public let stream: UInt64
    /// The encoded WatchResponse is this range of `buffer`.
    public let bytes: Range<Int>
  }

  public var items: [Item]
  public var buffer: ByteBuffer

  public init() {
    items = []
    buffer = ByteBuffer()
  }

  public mutating func removeAll() {
    items.removeAll(keepingCapacity: true)
    buffer.removeAll()
  }
}

/// One watch of one client.
struct Watcher {
  let stream: UInt64
  let id: Int64
  let range: KeyRange
  let identity: ClientIdentity?
  let skipsPuts: Bool
  let skipsDeletes: Bool
  let wantsPrevious: Bool
  let wantsProgress: Bool
  let mayFragment: Bool
  /// Revisions below are delivered, or were not asked for.
  var next: Int64
  var isOpen = true
  /// Whether it is told of changes as they happen; else it reads the log to catch up.
  var isSynced = false
  /// The keys whose existence alone permits this watch.
  var grants: [Bytes] = []
  /// When it last heard anything.
  var lastSent: Instant
  /// Its events in the pass under way: first and last of a chain in `WatchPass`.
  var firstEvent = -1
  var lastEvent = -1
}

/// The watchers of one client stream.
struct WatchStream {
  /// By watch id.
  var slots: [Int64: Int] = [:]
  var nextID: Int64 = 0
  /// The client takes no more for now.
  var isCongested = false
  /// A progress request waits until all watchers are synced.
  var owesProgress = false
  /// Slots that catch up, oldest first.
  var late = Deque<Int>()
  /// Whether the stream stands in the hub's queue of streams that catch up.
  var isQueued = false
}

/// All watches of this member's clients: which are told at once, which catch up. Not replicated.
///
/// Synced watchers have heard everything through `position`. A watcher whose client is slow becomes
/// late at its first event and reads the log once there is room: a slow client costs a place in a
/// queue, and writers nothing.
struct WatchHub {
  /// By slot; those that are not open wait for reuse. Fields are changed in place.
  var watchers: [Watcher] = []
  private var free: [Int] = []
  var streams: [UInt64: WatchStream] = [:]
  /// Synced watchers of one key, and of ranges.
  private var singles: [Bytes: [Int]] = [:]
  private var ranges = IntervalTree<Int>()
  private(set) var syncedCount = 0
  /// The revision through which synced watchers were told.
  var position: Int64 = 1
  /// The first record behind `position`.
  var nextOrdinal: UInt64 = 1
  /// Streams with late watchers that are not congested, in turn.
  var queue = Deque<UInt64>()
  /// Watchers by the grant key that permits them.
  private(set) var grants: [Bytes: [Int]] = [:]
  /// Watches that ended otherwise than by their clients, to be told.
  var endings: [Ending] = []
  /// Streams that owe a progress response.
  var owing: [UInt64] = []
  var nextProgressScan: Instant?
  /// Watchers that want to hear of progress.
  private(set) var progressCount = 0

  struct Ending {
    let stream: UInt64
    let id: Int64
    let cause: Cause

    enum Cause {
      case permissionDenied
      case compacted(Int64)
    }
  }

  var count: Int { watchers.count - free.count }

  mutating func add(_ watcher: Watcher) -> Int {
    let slot: Int
    if let reused = free.popLast() {
      slot = reused
      watchers[slot] = watcher
    } else {
      slot = watchers.count
      watchers.append(watcher)
    }
    streams[watcher.stream, default: WatchStream()].slots[watcher.id] = slot
    for grant in watcher.grants { grants[grant, default: []].append(slot) }
    if watcher.wantsProgress { progressCount += 1 }
    return slot
  }

  mutating func remove(_ slot: Int) {
    let watcher = watchers[slot]
    precondition(watcher.isOpen, "a watch is removed once")
    if watcher.isSynced { unsync(slot) } else { dequeue(slot) }
    setGrants([], of: slot)
    if watcher.wantsProgress { progressCount -= 1 }
    streams[watcher.stream]?.slots[watcher.id] = nil
    watchers[slot].isOpen = false
    free.append(slot)
  }

  mutating func setGrants(_ keys: [Bytes], of slot: Int) {
    for key in watchers[slot].grants {
      grants[key]?.removeAll { $0 == slot }
      if grants[key]?.isEmpty == true { grants[key] = nil }
    }
    for key in keys { grants[key, default: []].append(slot) }
    watchers[slot].grants = keys
  }

  // MARK: Synced and late

  mutating func sync(_ slot: Int) {
    precondition(!watchers[slot].isSynced, "a watcher is synced once")
    watchers[slot].isSynced = true
    syncedCount += 1
    let range = watchers[slot].range
    if range.isSingle {
      singles[range.start, default: []].append(slot)
    } else {
      ranges.insert(range.start, range.end, slot)
    }
  }

  private mutating func unsync(_ slot: Int) {
    watchers[slot].isSynced = false
    syncedCount -= 1
    let range = watchers[slot].range
    if range.isSingle {
      singles[range.start]?.removeAll { $0 == slot }
      if singles[range.start]?.isEmpty == true { singles[range.start] = nil }
    } else {
      let removed = ranges.remove(range.start, range.end, slot)
      precondition(removed, "a synced watcher stands in the tree")
    }
  }

  /// From now on the watcher reads the log from `revision` on.
  mutating func makeLate(_ slot: Int, from revision: Int64) {
    if watchers[slot].isSynced { unsync(slot) }
    watchers[slot].next = revision
    enqueue(slot)
  }

  mutating func enqueue(_ slot: Int) {
    let stream = watchers[slot].stream
    streams[stream, default: WatchStream()].late.append(slot)
    enqueueStream(stream)
  }

  /// Gives a stream with late watchers its turn, unless its client takes nothing.
  mutating func enqueueStream(_ number: UInt64) {
    guard let stream = streams[number], !stream.isQueued, !stream.isCongested,
      !stream.late.isEmpty
    else { return }
    streams[number]?.isQueued = true
    queue.append(number)
  }

  private mutating func dequeue(_ slot: Int) {
    let number = watchers[slot].stream
    guard let stream = streams[number] else { return }
    var kept = Deque<Int>()
    for place in 0..<stream.late.count where stream.late[place] != slot {
      kept.append(stream.late[place])
    }
    streams[number]?.late = kept
  }

  /// Appends the synced watchers of a key.
  func match(_ key: Bytes, into slots: inout [Int]) {
    if let exact = singles[key] { slots += exact }
    ranges.collect(containing: key, into: &slots)
  }

  /// Every watcher's slot, ascending.
  var slots: [Int] { watchers.indices.filter { watchers[$0].isOpen } }
}
