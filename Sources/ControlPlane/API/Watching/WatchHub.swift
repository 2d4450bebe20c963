import Base
import HTTP
import Objects
import Registry

/// Every open watch, and how far each has been told.
///
///     objects --all told--> lagging --at the window's end--> live --congested--> lagging
///                              +--out of the window--> ended with 410
///
/// A live watch has been told every change in the window; a watch that lags keeps only its place in
/// it, and is told the rest in slices, so that none holds up the others.
struct WatchHub: Sendable {
  /// Of one watch that lags, in one turn.
  private static let sliceBytesMax = 64 << 10
  /// Changes that are looked at for one watch in one turn.
  private static let sliceChangesMax = 4096
  static let bookmarkPeriod = Duration.seconds(60)

  private struct Watcher: Sendable {
    let id: RequestID
    let plan: WatchPlan
    let style: Int
    let deadline: Instant
    var phase: Phase
    /// What happened up to it is not told: it is known, or has been told.
    var after: Int64
    var isCongested = false
    /// A table's columns have been told.
    var hasToldColumns = false
    var bookmarkDue: Instant?

    var nextDue: Instant { min(deadline, bookmarkDue ?? deadline) }

    enum Phase: Sendable {
      /// What is left of what there was at first, and the number of the first change since.
      case objects(ArraySlice<StoredObject>, marksEnd: Bool, then: Int)
      /// The number of the next change to look at.
      case lagging(Int)
      case live
    }
  }

  /// When a watch has something to do; an older entry of the same watch means nothing.
  private struct Due: Comparable, Sendable {
    let at: Instant
    let id: RequestID
    let slot: Int

    static func < (left: Due, right: Due) -> Bool { (left.at, left.id) < (right.at, right.id) }
  }

  private var watchers: [Watcher?] = []
  private var freeSlots: [Int] = []
  private var slots: [RequestID: Int] = [:]
  private var index = WatcherIndex()
  private var frames = WatchFrames()
  private var dues = Heap<Due>()
  /// Those that are neither live nor congested, in the order in which they came to be so.
  private var pending: [Int] = []
  /// The number behind the last change that live watches have been told.
  private var told = 0

  var count: Int { slots.count }
  func holds(_ id: RequestID) -> Bool { slots[id] != nil }
  var nextDue: Instant? { dues.first?.at }
  /// Some watch can be told more at once.
  var isDue: Bool { !pending.isEmpty }

  // MARK: - Opening and closing

  mutating func open(
    _ id: RequestID, _ plan: WatchPlan, in cache: ObjectCache, now: Moment
  ) -> [APICore.Effect] {
    let style = WatchStyle(plan.representation, plan.scope.kind)
    var effects: [APICore.Effect] = [.head(id, .ok, style.headers)]
    var after = cache.revision
    let phase: Watcher.Phase
    switch plan.start {
    case .objects(let marksEnd):
      phase = .objects(
        plan.scope.candidates(in: cache.view), marksEnd: marksEnd, then: cache.window.end)
    case .now: phase = .lagging(cache.window.end)
    case .after(let revision):
      guard let resumed = cache.window.resumption(after: revision, of: plan.scope.kind) else {
        let status = Self.tooOld(revision, cache.window)
        effects.append(.body(id, style.error(status), isLast: false))
        effects.append(.body(id, Bytes(), isLast: true))
        return effects
      }
      after = resumed.after
      phase = .lagging(resumed.number)
    }
    let deadline = now.instant + plan.lifetime
    let slot = freeSlots.popLast() ?? watchers.count
    if slot == watchers.count { watchers.append(nil) }
    var watcher = Watcher(
      id: id, plan: plan, style: frames.place(of: style), deadline: deadline, phase: phase,
      after: after)
    if plan.allowsBookmarks { watcher.bookmarkDue = now.instant + Self.bookmarkPeriod }
    watchers[slot] = watcher
    slots[id] = slot
    index.insert(id, slot: slot, plan.scope)
    dues.insert(Due(at: watcher.nextDue, id: id, slot: slot))
    pending.append(slot)
    return effects
  }

  private static func tooOld(_ revision: Int64, _ window: ChangeWindow) -> APIStatus {
    APIStatus(410, "Expired", "too old resource version: \(revision) (\(window.startRevision))")
  }

  mutating func close(_ id: RequestID) {
    guard let slot = slots.removeValue(forKey: id), let watcher = watchers[slot] else { return }
    index.remove(id, watcher.plan.scope)
    pending.removeAll { $0 == slot }
    watchers[slot] = nil
    freeSlots.append(slot)
  }

  private mutating func end(_ id: RequestID, _ effects: inout [APICore.Effect]) {
    close(id)
    effects.append(.body(id, Bytes(), isLast: true))
  }

  /// Every watch ends: clients begin anew, here or elsewhere, from where they are.
  mutating func stop() -> [APICore.Effect] {
    var effects: [APICore.Effect] = []
    for id in slots.keys.sorted() { end(id, &effects) }
    return effects
  }

  // MARK: - Flow

  mutating func congested(_ id: RequestID) {
    guard let slot = slots[id] else { return }
    watchers[slot]?.isCongested = true
    pending.removeAll { $0 == slot }
    if case .live? = watchers[slot]?.phase { watchers[slot]?.phase = .lagging(told) }
  }

  mutating func writable(_ id: RequestID) {
    guard let slot = slots[id], watchers[slot]?.isCongested == true else { return }
    watchers[slot]?.isCongested = false
    pending.append(slot)
  }

  // MARK: - Changes

  /// The cache has moved.
  mutating func take(
    _ movement: ObjectCache.Movement, in cache: ObjectCache, now: Moment
  ) -> [APICore.Effect] {
    defer { told = cache.window.end }
    // What happened between is not known: clients ask from where they are, and are told 410.
    if movement.isJump { return stop() }
    var effects: [APICore.Effect] = []
    if cache.window.first > told { allFallBehind() }
    for number in max(told, cache.window.first)..<cache.window.end {
      let change = cache.window[number]
      for slot in index.slots(of: change.key) {
        guard case .live? = watchers[slot]?.phase else { continue }
        tell(slot, number, change, now, &effects)
      }
    }
    return effects
  }

  /// One delivery held more than the window does.
  private mutating func allFallBehind() {
    for slot in slots.values.sorted() {
      guard case .live? = watchers[slot]?.phase else { continue }
      watchers[slot]?.phase = .lagging(told)
      pending.append(slot)
    }
  }

  /// Says what the change is to this watch: objects come and go as the selector selects them.
  private mutating func tell(
    _ slot: Int, _ number: Int, _ change: PastChange, _ now: Moment,
    _ effects: inout [APICore.Effect]
  ) {
    guard let watcher = watchers[slot], change.revision > watcher.after else { return }
    let selector = watcher.plan.scope.selector
    let isEverything = selector.isEverything
    let was = change.old.map { isEverything || selector.matches(change.key, $0.facts) } ?? false
    let isNow = change.new.map { isEverything || selector.matches(change.key, $0.facts) } ?? false
    guard was || isNow else { return }
    let type: WatchEventType = was && isNow ? .modified : isNow ? .added : .deleted
    let frame = frames.frame(
      type, number, change, style: watcher.style, columns: tellsColumns(slot), now: now.wall)
    effects.append(.body(watcher.id, frame, isLast: false))
  }

  /// Only a table's first frame has them.
  private mutating func tellsColumns(_ slot: Int) -> Bool {
    guard let watcher = watchers[slot], !watcher.hasToldColumns else { return false }
    switch watcher.plan.representation.form {
    case .whole, .partial: return false
    case .table:
      watchers[slot]?.hasToldColumns = true
      return true
    }
  }

  // MARK: - Time

  /// Tells each watch that lags a slice more, sends bookmarks, ends what is over.
  mutating func tick(_ now: Moment, in cache: ObjectCache) -> [APICore.Effect] {
    var effects: [APICore.Effect] = []
    let turn = pending
    pending.removeAll(keepingCapacity: true)
    for slot in turn { pump(slot, cache, now, &effects) }
    while let due = dues.first, due.at <= now.instant {
      _ = dues.popFirst()
      take(due, cache, now, &effects)
    }
    return effects
  }

  private mutating func take(
    _ due: Due, _ cache: ObjectCache, _ now: Moment, _ effects: inout [APICore.Effect]
  ) {
    guard slots[due.id] == due.slot, let watcher = watchers[due.slot] else { return }
    let isOver = watcher.deadline <= now.instant
    if let bookmarkDue = watcher.bookmarkDue, isOver || bookmarkDue <= now.instant {
      if case .live = watcher.phase, cache.revision >= watcher.after {
        let frame = frames[watcher.style].bookmark(
          at: cache.revision, marksInitialEnd: false, columns: tellsColumns(due.slot))
        effects.append(.body(watcher.id, frame, isLast: false))
      }
      watchers[due.slot]?.bookmarkDue = now.instant + Self.bookmarkPeriod
    }
    if isOver { return end(watcher.id, &effects) }
    let next = watchers[due.slot]?.nextDue ?? watcher.deadline
    dues.insert(Due(at: next, id: due.id, slot: due.slot))
  }

  /// One slice for a watch that is not live.
  private mutating func pump(
    _ slot: Int, _ cache: ObjectCache, _ now: Moment, _ effects: inout [APICore.Effect]
  ) {
    guard let watcher = watchers[slot] else { return }
    switch watcher.phase {
    case .live: return
    case .objects(var rest, let marksEnd, let then):
      let style = frames[watcher.style]
      var bytes = 0
      while bytes < Self.sliceBytesMax, let object = rest.popFirst() {
        guard watcher.plan.scope.selector.matches(object), let state = ObjectState(object) else {
          continue
        }
        let frame = style.frame(.added, state, columns: tellsColumns(slot), now: now.wall)
        effects.append(.body(watcher.id, frame, isLast: false))
        bytes += frame.count
      }
      if !rest.isEmpty {
        watchers[slot]?.phase = .objects(rest, marksEnd: marksEnd, then: then)
        return pending.append(slot)
      }
      if marksEnd {
        let frame = style.bookmark(
          at: watcher.after, marksInitialEnd: true, columns: tellsColumns(slot))
        effects.append(.body(watcher.id, frame, isLast: false))
      }
      watchers[slot]?.phase = .lagging(then)
      if !catchUp(slot, from: then, cache, now, &effects) { pending.append(slot) }
    case .lagging(let number):
      if !catchUp(slot, from: number, cache, now, &effects) { pending.append(slot) }
    }
  }

  /// False while there is more to tell.
  private mutating func catchUp(
    _ slot: Int, from number: Int, _ cache: ObjectCache, _ now: Moment,
    _ effects: inout [APICore.Effect]
  ) -> Bool {
    guard let watcher = watchers[slot] else { return true }
    guard number >= cache.window.first else {
      let status = Self.tooOld(watcher.after, cache.window)
      effects.append(.body(watcher.id, frames[watcher.style].error(status), isLast: false))
      end(watcher.id, &effects)
      return true
    }
    var next = number
    var bytes = 0
    let last = min(cache.window.end, number + Self.sliceChangesMax)
    while next < last, bytes < Self.sliceBytesMax {
      let change = cache.window[next]
      if watcher.plan.scope.covers(change.key) {
        let before = effects.count
        tell(slot, next, change, now, &effects)
        if effects.count > before, case .body(_, let frame, _) = effects[before] {
          bytes += frame.count
        }
      }
      next += 1
    }
    guard next == cache.window.end else {
      watchers[slot]?.phase = .lagging(next)
      return false
    }
    watchers[slot]?.phase = .live
    return true
  }
}
