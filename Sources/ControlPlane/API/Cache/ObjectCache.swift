import Base
import Component
import EtcdAPI
import Objects
import Registry

/// One object's step from one revision to the next, as watches tell it.
struct ObjectChange: Sendable {
  let revision: Int64
  /// Nil for one that came.
  let old: StoredObject?
  /// Nil for one that went.
  let new: StoredObject?
}

/// Every API object at one revision, followed by one informer of `/registry/`.
struct ObjectCache: Sendable {
  private(set) var view = ClusterView()
  private var informer = Informer(.registry)

  /// What a page of the list leads to.
  enum Listed: Sendable {
    case next(RangeRequest)
    case follow(WatchCreateRequest, [ObjectChange])
    case again
    case nothing
  }

  /// Everything up to it is in the view; 0 before the first list.
  var revision: Int64 { informer.revision }
  var isListed: Bool { informer.isListed }
  var nextDue: Instant? { informer.nextDue }

  mutating func beginListing() -> RangeRequest { informer.beginListing() }

  /// A list that failed is to be begun again.
  func isListDue(_ now: Instant) -> Bool {
    if case .pausing(let until) = informer.phase { until <= now } else { false }
  }

  mutating func take(
    list answer: StoreAnswer, watch: StoreWatchID, now: Instant, random: inout PRNG
  ) -> Listed {
    guard case .range(let page) = answer else {
      if answer == .refused(.compacted) { return .again }
      informer.listFailed(now: now, random: &random)
      return .nothing
    }
    switch informer.take(page, now: now) {
    case .ignored: return .nothing
    case .next(let request): return .next(request)
    case .complete(let found):
      // In the order of the keys, as the store lists them.
      let known = Kind.all.flatMap { view.objects($0) }
      let changes = apply(Informer.changes(found, against: known[...]))
      return .follow(informer.follow(watch), changes)
    }
  }

  /// Whether the history is gone, so that it must be listed anew, beside what changed.
  mutating func take(
    _ delivery: StoreDelivery, now: Instant, random: inout PRNG
  ) -> (changes: [ObjectChange], isCompacted: Bool) {
    switch delivery {
    case .events(let revision, let events):
      return (apply(informer.take(events: events, upTo: revision, now: now)), false)
    case .compacted: return ([], true)
    case .ended:
      informer.watchEnded(now: now, random: &random)
      return ([], false)
    }
  }

  /// Somebody waits for this revision, which the store has.
  mutating func want(_ revision: Int64) { informer.want(revision) }

  mutating func progressDue(_ now: Instant) -> StoreWatchID? { informer.progressDue(now: now) }

  /// What cannot be decoded counts as absent.
  private mutating func apply(_ changes: [Informer.Change]) -> [ObjectChange] {
    var applied: [ObjectChange] = []
    for change in changes {
      if let value = change.value {
        do throws(UndecodableObject) {
          let new = try StoredObject(decoding: value)
          let old = view.put(new)
          applied.append(ObjectChange(revision: new.modRevision, old: old, new: new))
          continue
        } catch {}
      }
      guard let key = StoreKey(change.key), let old = view.remove(key) else { continue }
      applied.append(ObjectChange(revision: informer.revision, old: old, new: nil))
    }
    return applied
  }
}
