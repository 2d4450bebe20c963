public import Base
public import EtcdAPI

/// One run of new or old records, with the events that watchers get of them.
private struct WatchPass {
  var records: [LogRecord] = []
  /// Encoded events, each once per variant, and where they are.
  var encoded = ByteBuffer()
  private var plain: [Range<Int>] = []
  private var withPrevious: [Range<Int>] = []
  /// Chains of events per watcher: the record, and the next link.
  private(set) var links: [(record: Int, next: Int)] = []
  /// Slots with a chain, in the order of their first event.
  var touched: [Int] = []

  mutating func add(_ record: LogRecord) -> Int {
    records.append(record)
    plain.append(0..<0)
    withPrevious.append(0..<0)
    return records.count - 1
  }

  mutating func link(_ record: Int, to slot: Int, of hub: inout WatchHub) {
    links.append((record, -1))
    let link = links.count - 1
    let last = hub.watchers[slot].lastEvent
    if last < 0 {
      hub.watchers[slot].firstEvent = link
      touched.append(slot)
    } else {
      links[last].next = link
    }
    hub.watchers[slot].lastEvent = link
  }

  /// The event of a record; it is encoded when it is first asked for.
  mutating func event(
    _ position: Int, withPrevious wantsPrevious: Bool, compacted: Int64,
    log: borrowing RevisionLog
  ) -> Range<Int> {
    let known = wantsPrevious ? withPrevious[position] : plain[position]
    if !known.isEmpty { return known }
    let record = records[position]
    let start = encoded.count
    if record.isTombstone { encoded.write([0x08, 0x01]) }
    record.write(into: &encoded, field: 2)
    // A version that a compaction removed is not shown, whether or not it is still there.
    if wantsPrevious, record.main > compacted, let previous = log.record(record.previous),
      !previous.isTombstone
    {
      previous.write(into: &encoded, field: 3)
    }
    let range = start..<encoded.count
    if wantsPrevious { withPrevious[position] = range } else { plain[position] = range }
    return range
  }
}

extension Watcher {
  fileprivate func wants(_ record: LogRecord) -> Bool {
    record.main >= next && !(record.isTombstone ? skipsDeletes : skipsPuts)
  }
}

/// How much one pump does: bytes of responses and records looked at, roughly.
private struct PumpBudget {
  var bytes: Int
  var records: Int

  var isSpent: Bool { bytes <= 0 || records <= 0 }
}

extension KeySpace {
  /// Events of one response of a watcher that catches up.
  private static var lateBytesMax: Int { 256 << 10 }
  /// Records that one turn of a watcher that catches up reads.
  private static var lateRecordsMax: Int { 4096 }

  /// Gives watchers what happened since the last call; true: there is more to do at once.
  ///
  /// Stops after about `bytesMax` bytes of responses. All events of a revision are in one response,
  /// unless the watch asked for fragments. `progressPeriod`: watches with progress_notify that
  /// heard nothing for so long are told the revision (`--watch-progress-notify-interval`).
  public mutating func pumpWatches(
    bytesMax: Int, now: Instant, progressPeriod: Duration, header: ResponseHeader,
    into output: inout WatchOutput
  ) -> Bool {
    let writer = WatchResponseWriter(header)
    var budget = PumpBudget(bytes: bytesMax, records: 32 * 1024)
    while hub.position < revision && !budget.isSpent {
      tellSynced(&budget, now, writer, &output)
    }
    tellEndings(writer, &output)
    while !budget.isSpent, let stream = hub.queue.popFirst() {
      serveLate(stream, &budget, now, writer, &output)
    }
    tellEndings(writer, &output)
    if hub.position == revision { tellProgress(now, progressPeriod, writer, &output) }
    return hub.position < revision || !hub.queue.isEmpty
  }

  /// When `pumpWatches` must next be called for the sake of progress_notify; nil: never.
  public var nextWatchProgress: Instant? { hub.nextProgressScan }

  // MARK: Synced watchers

  /// Tells synced watchers of the next few revisions.
  private mutating func tellSynced(
    _ budget: inout PumpBudget, _ now: Instant, _ writer: WatchResponseWriter,
    _ output: inout WatchOutput
  ) {
    guard hub.syncedCount > 0 || !hub.grants.isEmpty else {
      hub.position = revision
      hub.nextOrdinal = log.nextOrdinal
      return
    }
    var pass = WatchPass()
    var through = hub.position
    let start = output.buffer.count
    var seen = 0
    var bytes = 0
    var lost: [Int] = []
    var slots: [Int] = []
    guard var place = log.place(atOrAfter: hub.nextOrdinal) else {
      preconditionFailure("a revision behind the watchers' position has records")
    }
    scan: while place.segment < log.segments.count {
      let segment = log.segments[place.segment]
      while place.slot < segment.count {
        let record = segment.record(place.slot)
        // Only whole revisions.
        if record.main != through && (seen >= 1024 || bytes >= 1 << 20) { break scan }
        through = record.main
        hub.nextOrdinal = record.ordinal + 1
        place.slot += 1
        seen += 1
        let key = record.key
        slots.removeAll(keepingCapacity: true)
        hub.match(key, into: &slots)
        if !slots.isEmpty {
          let position = pass.add(record)
          for slot in slots where hub.watchers[slot].wants(record) {
            if hub.streams[hub.watchers[slot].stream]?.isCongested == true {
              hub.makeLate(slot, from: record.main)
            } else {
              pass.link(position, to: slot, of: &hub)
              bytes += record.bodyLength
            }
          }
        }
        if record.isTombstone { loseGrant(key, &lost) }
      }
      place = (place.segment + 1, 0)
    }
    hub.position = hub.nextOrdinal == log.nextOrdinal ? revision : through
    tell(&pass, now, writer, &output)
    for slot in lost where hub.watchers[slot].isOpen { endWatch(slot, .permissionDenied) }
    budget.records -= seen
    budget.bytes -= output.buffer.count - start
  }

  private mutating func tell(
    _ pass: inout WatchPass, _ now: Instant, _ writer: WatchResponseWriter,
    _ output: inout WatchOutput
  ) {
    var events: [Range<Int>] = []
    for slot in pass.touched {
      let watcher = hub.watchers[slot]
      events.removeAll(keepingCapacity: true)
      var link = watcher.firstEvent
      while link >= 0 {
        events.append(
          pass.event(
            pass.links[link].record, withPrevious: watcher.wantsPrevious, compacted: compacted,
            log: log))
        link = pass.links[link].next
      }
      hub.watchers[slot].firstEvent = -1
      hub.watchers[slot].lastEvent = -1
      hub.watchers[slot].lastSent = now
      writer.events(
        watcher, events, of: pass.encoded, revision: hub.position, into: &output)
    }
  }

  /// A grant key went: the watches that rest on it alone see nothing behind this revision.
  private mutating func loseGrant(_ key: Bytes, _ lost: inout [Int]) {
    guard !hub.grants.isEmpty, let slots = hub.grants[key] else { return }
    for slot in slots {
      hub.setGrants(hub.watchers[slot].grants.filter { $0 != key }, of: slot)
      guard hub.watchers[slot].grants.isEmpty else { continue }
      lost.append(slot)
      hub.watchers[slot].next = .max
    }
  }

  private mutating func tellEndings(
    _ writer: WatchResponseWriter, _ output: inout WatchOutput
  ) {
    for ending in hub.endings {
      switch ending.cause {
      case .permissionDenied:
        let reason = KVError.permissionDenied.status.text
        writer.canceled(
          ending.stream, ending.id, revision: revision, reason: reason, into: &output)
      case .compacted(let compactRevision):
        writer.compacted(
          ending.stream, ending.id, compactRevision: compactRevision, into: &output)
      }
    }
    hub.endings.removeAll()
  }

  // MARK: Late watchers

  /// One turn of a stream's oldest late watcher.
  private mutating func serveLate(
    _ stream: UInt64, _ budget: inout PumpBudget, _ now: Instant, _ writer: WatchResponseWriter,
    _ output: inout WatchOutput
  ) {
    hub.streams[stream]?.isQueued = false
    guard hub.streams[stream]?.isCongested == false,
      let slot = hub.streams[stream]?.late.popFirst()
    else { return }
    defer { hub.enqueueStream(stream) }
    let watcher = hub.watchers[slot]
    if watcher.next < compacted { return endWatch(slot, .compacted(compacted)) }
    var pass = WatchPass()
    var events: [Range<Int>] = []
    var seen = 0
    let start = output.buffer.count
    let end = readLate(watcher, &pass, &events, &seen)
    hub.watchers[slot].next = end + 1
    if !events.isEmpty {
      writer.events(watcher, events, of: pass.encoded, revision: end, into: &output)
      hub.watchers[slot].lastSent = now
    }
    budget.records -= max(1, seen)
    budget.bytes -= output.buffer.count - start
    if end == hub.position { hub.sync(slot) } else { hub.streams[stream]?.late.append(slot) }
  }

  /// Reads a late watcher's next events from the log; gives the revision through which it did.
  private func readLate(
    _ watcher: Watcher, _ pass: inout WatchPass, _ events: inout [Range<Int>], _ seen: inout Int
  ) -> Int64 {
    var through = watcher.next - 1
    let first = log.ordinal(atOrAfterRevision: watcher.next)
    guard var place = log.place(atOrAfter: first) else { return hub.position }
    while place.segment < log.segments.count {
      let segment = log.segments[place.segment]
      while place.slot < segment.count {
        let record = segment.record(place.slot)
        if record.main > hub.position { return hub.position }
        let isFull = seen >= Self.lateRecordsMax || pass.encoded.count >= Self.lateBytesMax
        if record.main != through && isFull { return through }
        through = record.main
        place.slot += 1
        seen += 1
        guard watcher.wants(record), watcher.range.contains(record.key) else { continue }
        let position = pass.add(record)
        events.append(
          pass.event(
            position, withPrevious: watcher.wantsPrevious, compacted: compacted, log: log))
      }
      place = (place.segment + 1, 0)
    }
    return hub.position
  }

  // MARK: Progress

  private mutating func tellProgress(
    _ now: Instant, _ period: Duration, _ writer: WatchResponseWriter, _ output: inout WatchOutput
  ) {
    var owing: [UInt64] = []
    swap(&owing, &hub.owing)
    for number in owing {
      guard let stream = hub.streams[number] else { continue }
      if stream.late.isEmpty && !stream.isCongested {
        hub.streams[number]?.owesProgress = false
        writer.progress(number, -1, revision: revision, into: &output)
      } else {
        hub.owing.append(number)
      }
    }
    guard hub.progressCount > 0 else {
      hub.nextProgressScan = nil
      return
    }
    if let next = hub.nextProgressScan, now < next { return }
    var next: Instant?
    for slot in hub.slots where hub.watchers[slot].wantsProgress {
      let watcher = hub.watchers[slot]
      if watcher.isSynced, now - watcher.lastSent >= period,
        hub.streams[watcher.stream]?.isCongested == false
      {
        writer.progress(watcher.stream, watcher.id, revision: revision, into: &output)
        hub.watchers[slot].lastSent = now
      }
      let due = max(hub.watchers[slot].lastSent + period, now + .milliseconds(100))
      next = next.map { min($0, due) } ?? due
    }
    hub.nextProgressScan = next
  }
}
