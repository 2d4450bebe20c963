import Base
import Component
import EtcdAPI
import JSON
import Objects
import Registry

/// One object's step from one revision to the next.
struct ObjectChange: Sendable {
  let revision: Int64
  /// Nil for one that came.
  let old: StoredObject?
  /// Nil for one that went.
  let new: StoredObject?
}

/// Every API object at one revision, followed by one informer of `/registry/`, and the changes that
/// led there.
///
///     learning --the store's revision--> listing --> catching up --> ready
///
/// The first list is of an older revision: what has happened since comes as changes, so that
/// clients of an API server that ended go on here without a gap. Where that is compacted, it is
/// half as old, and so on: it begins with more than half of what the store still has.
struct ObjectCache: Sendable {
  struct Limits: Hashable, Sendable {
    /// How far before the store's revision a fresh cache begins.
    var backlogRevisions: Int64 = 20_000
    var changesMax = 20_000
    /// Of the objects' text, in the window of changes.
    var changeBytesMax = 32 << 20
  }

  private(set) var view = ClusterView()
  private(set) var window: ChangeWindow
  private let limits: Limits
  private var informer = Informer(.registry)
  private var start = Start.unknown
  /// How far before the store's revision the first list is tried.
  private var backlog: Int64 = 0
  /// What the view's objects have alike.
  private var subtrees = SharedSubtrees.ofObjects

  private enum Start {
    /// The store's revision is asked for.
    case unknown
    /// Ready once it is reached.
    case catchingUp(Int64)
    case ready
  }

  /// What a page of the list leads to.
  enum Listed: Sendable {
    case next(RangeRequest)
    case follow(WatchCreateRequest, Movement)
    case again
    case nothing
  }

  /// What the cache has been told: the window has the same at its end.
  struct Movement: Sendable {
    var changes: [ObjectChange]
    /// Listed anew: what happened between is not known step by step, and the window begins here.
    var isJump = false
  }

  init(limits: Limits = Limits()) {
    self.limits = limits
    window = ChangeWindow(countMax: limits.changesMax, bytesMax: limits.changeBytesMax)
  }

  /// Everything up to it is in the view; 0 before the first list.
  var revision: Int64 { informer.revision }
  var nextDue: Instant? { informer.nextDue }

  /// The view is as new as the store was when the cache began.
  var isReady: Bool {
    if case .ready = start { informer.isListed } else { false }
  }

  // MARK: - Listing

  mutating func beginListing() -> RangeRequest {
    guard case .unknown = start else { return informer.beginListing() }
    _ = informer.beginListing()
    return RangeRequest(key: "/registry/health", limit: 1)
  }

  /// A list that failed is to be begun again.
  func isListDue(_ now: Instant) -> Bool {
    if case .pausing(let until) = informer.phase { until <= now } else { false }
  }

  mutating func take(
    list answer: StoreAnswer, watch: StoreWatchID, now: Instant, random: inout PRNG
  ) -> Listed {
    guard case .range(let page) = answer else {
      if answer == .refused(.compacted) {
        guard case .catchingUp(let revision) = start, backlog > 0 else { return .again }
        backlog /= 2
        return .next(informer.beginListing(at: backlog > 0 ? revision - backlog : 0))
      }
      informer.listFailed(now: now, random: &random)
      return .nothing
    }
    if case .unknown = start {
      let revision = page.header?.revision ?? 0
      start = .catchingUp(revision)
      backlog = min(limits.backlogRevisions, max(0, revision - 1))
      return .next(informer.beginListing(at: max(1, revision - backlog)))
    }
    switch informer.take(page, now: now) {
    case .ignored: return .nothing
    case .next(let request): return .next(request)
    case .complete(let found):
      // In the order of the keys, as the store lists them.
      let known = Kind.all.flatMap { view.objects($0) }
      let changes = apply(Informer.changes(found, against: known[...]))
      window.restart(at: informer.revision, quotas: Array(view.objects(.resourceQuota)))
      finishStart()
      // A view that lags behind what it began with says so by being asked for it.
      if case .catchingUp(let revision) = start { informer.want(revision) }
      return .follow(informer.follow(watch), Movement(changes: changes, isJump: true))
    }
  }

  private mutating func finishStart() {
    if case .catchingUp(let revision) = start, informer.revision >= revision { start = .ready }
  }

  // MARK: - Following

  /// Nil where the history is gone, so that it must be listed anew.
  mutating func take(
    _ delivery: StoreDelivery, now: Instant, random: inout PRNG
  ) -> Movement? {
    switch delivery {
    case .events(let revision, let events):
      let changes = apply(informer.take(events: events, upTo: revision, now: now))
      for change in changes { if let past = PastChange(change) { window.append(past) } }
      finishStart()
      return Movement(changes: changes)
    case .compacted: return nil
    case .ended:
      informer.watchEnded(now: now, random: &random)
      return Movement(changes: [])
    }
  }

  /// Somebody waits for this revision, which the store has.
  mutating func want(_ revision: Int64) { informer.want(revision) }

  mutating func progressDue(_ now: Instant) -> StoreWatchID? { informer.progressDue(now: now) }

  /// Kinds that are answered as their text, and whose content no admission asks for. Events are
  /// selected by what they say, many at a time.
  private static let kindsAsText: Set<Kind> = [.configMap, .secret]

  /// What cannot be decoded counts as absent.
  private mutating func apply(_ changes: [Informer.Change]) -> [ObjectChange] {
    var applied: [ObjectChange] = []
    for change in changes {
      if let value = change.value {
        do throws(UndecodableObject) {
          let new = try StoredObject(
            decoding: value, keepsText: true, asText: Self.kindsAsText, sharing: &subtrees)
          let old = view.put(new)
          applied.append(ObjectChange(revision: new.modRevision, old: old, new: new))
          continue
        } catch {}
      }
      guard let key = StoreKey(change.key), let old = view.remove(key) else { continue }
      let revision = change.revision > 0 ? change.revision : informer.revision
      applied.append(ObjectChange(revision: revision, old: old, new: nil))
    }
    return applied
  }
}
