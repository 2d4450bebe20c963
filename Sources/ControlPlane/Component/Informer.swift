import Base
import EtcdAPI
import Objects
import Registry

/// Follows one collection of the store: listed at a revision, watched from the next.
///
///     pausing <--refused-- listing --last page--> following --compacted, ended--> listing
///         +---------------->  ^
///
/// What it says of the view holds up to `revision`; a fresh list after a compaction is compared with
/// the view, so that nothing that happened meanwhile is lost.
struct Informer: Sendable {
  enum Phase: Hashable, Sendable {
    case idle
    case listing(Listing)
    case pausing(until: Instant)
    case following(StoreWatchID)
  }

  /// A list in pages, all of the first page's revision.
  struct Listing: Hashable, Sendable {
    /// 0: not known before the first page.
    var revision: Int64 = 0
    var found: [KeyValue] = []
  }

  /// One key as the store has it now; nil for one that is gone.
  struct Change: Hashable, Sendable {
    let key: Bytes
    let value: KeyValue?
  }

  /// Keys in one answer.
  static let pageKeysMax: Int64 = 500
  /// Between two requests for progress to a member that lags behind.
  static let progressPause = Duration.milliseconds(20)

  let collection: Collection
  let prefix: Bytes
  private(set) var phase = Phase.idle
  /// Everything up to it is in the view; 0 before the first list.
  private(set) var revision: Int64 = 0
  /// Somebody waits until it is reached.
  private(set) var wanted: Int64 = 0
  private(set) var lastHeard: Instant?
  private(set) var listCount: UInt64 = 0
  private var failures = 0
  private var isAskedForProgress = false
  private var askAgain: Instant?

  init(_ collection: Collection) {
    self.collection = collection
    prefix = collection.prefix
  }

  var isListed: Bool { revision > 0 }

  /// When `tick` has something to do.
  var nextDue: Instant? {
    switch phase {
    case .pausing(let until): until
    case .idle, .listing: nil
    case .following: revision < wanted ? askAgain : nil
    }
  }

  // MARK: - Listing

  mutating func beginListing() -> RangeRequest {
    phase = .listing(Listing())
    (isAskedForProgress, askAgain) = (false, nil)
    return request(Listing())
  }

  private func request(_ listing: Listing) -> RangeRequest {
    var request = RangeRequest(prefix: prefix)
    if let last = listing.found.last { request.key = Bytes(last.key.array + [0]) }
    request.limit = Self.pageKeysMax
    request.revision = listing.revision
    return request
  }

  enum Page: Hashable, Sendable {
    case next(RangeRequest)
    /// All of it, in the order of the keys.
    case complete([KeyValue])
    /// It answers a list that was given up.
    case ignored
  }

  mutating func take(_ page: RangeResponse, now: Instant) -> Page {
    guard case .listing(var listing) = phase else { return .ignored }
    lastHeard = now
    if listing.revision == 0 { listing.revision = page.header?.revision ?? 0 }
    listing.found += page.kvs
    if page.more && !page.kvs.isEmpty {
      phase = .listing(listing)
      return .next(request(listing))
    }
    listCount += 1
    revision = max(revision, listing.revision)
    return .complete(listing.found)
  }

  /// What a list tells of the view: in the order of the keys, the changed, the new and the gone.
  static func changes(
    _ found: [KeyValue], against known: ArraySlice<StoredObject>
  ) -> [Change] {
    var changes: [Change] = []
    var known = known
    for value in found {
      while let first = known.first, first.key.bytes < value.key {
        changes.append(Change(key: first.key.bytes, value: nil))
        known.removeFirst()
      }
      if let first = known.first, first.key.bytes == value.key {
        known.removeFirst()
        if first.modRevision == value.modRevision { continue }
      }
      changes.append(Change(key: value.key, value: value))
    }
    return changes + known.map { Change(key: $0.key.bytes, value: nil) }
  }

  mutating func listFailed(now: Instant, random: inout PRNG) {
    guard case .listing = phase else { return }
    failures += 1
    phase = .pausing(
      until: now + Backoff.ofCalls.delay(afterFailures: failures, random: &random))
  }

  // MARK: - Following

  mutating func follow(_ watch: StoreWatchID) -> WatchCreateRequest {
    phase = .following(watch)
    var request = WatchCreateRequest(prefix: prefix, startRevision: revision + 1)
    // An idle watch's start then moves with the store, ahead of compactions.
    request.progressNotify = true
    return request
  }

  /// Takes whole revisions; gives the changes that are news.
  mutating func take(
    events: [EtcdAPI.Event], upTo delivered: Int64, now: Instant
  ) -> [Change] {
    lastHeard = now
    // Not with the list: a watch that is refused after each list must not make lists by the dozen.
    failures = 0
    var changes: [Change] = []
    for event in events {
      guard let value = event.kv, value.modRevision > revision else { continue }
      changes.append(Change(key: value.key, value: event.type == .delete ? nil : value))
    }
    revision = max(revision, delivered)
    if events.isEmpty && isAskedForProgress {
      isAskedForProgress = false
      // A member that lags behind answers for what it has: it is asked again, in a while.
      if revision < wanted { askAgain = now + Self.progressPause }
    }
    return changes
  }

  /// The watch ended for another reason than compaction: listed anew, but not at once.
  mutating func watchEnded(now: Instant, random: inout PRNG) {
    failures += 1
    (isAskedForProgress, askAgain) = (false, nil)
    phase = .pausing(
      until: now + Backoff.ofCalls.delay(afterFailures: failures, random: &random))
  }

  /// Somebody needs the informer to reach `revision`, which the store had already.
  mutating func want(_ revision: Int64) {
    wanted = max(wanted, revision)
  }

  /// The watch to ask for progress, where one is needed and not asked for.
  mutating func progressDue(now: Instant) -> StoreWatchID? {
    guard case .following(let watch) = phase, revision < wanted, !isAskedForProgress else {
      return nil
    }
    if let askAgain, now < askAgain { return nil }
    askAgain = nil
    isAskedForProgress = true
    return watch
  }
}
