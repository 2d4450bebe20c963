public import Base
public import EtcdAPI
public import Objects
import Registry

/// Follows one collection of the store: listed at a revision, watched from the next.
///
///     pausing <--refused-- listing --last page--> following --compacted, ended--> listing
///         +---------------->  ^
///
/// What it says of the view holds up to `revision`; a fresh list after a compaction is compared
/// with the view, so that nothing that happened meanwhile is lost.
public struct Informer: Sendable {
  public enum Phase: Hashable, Sendable {
    case idle
    case listing(Listing)
    case pausing(until: Instant)
    case following(StoreWatchID)
  }

  /// A list in pages, all of the first page's revision.
  public struct Listing: Hashable, Sendable {
    /// 0: not known before the first page.
    public var revision: Int64 = 0
    public var found: [KeyValue] = []
  }

  /// One key as the store has it now; nil for one that is gone.
  public struct Change: Hashable, Sendable {
    public let key: Bytes
    public let value: KeyValue?
    /// When it happened; 0 for a key that a list lacks.
    public let revision: Int64

    public init(key: Bytes, value: KeyValue?, revision: Int64? = nil) {
      self.key = key
      self.value = value
      self.revision = revision ?? value?.modRevision ?? 0
    }
  }

  /// Keys in one answer.
  public static let pageKeysMax: Int64 = 500
  /// Between two requests for progress to a member that lags behind.
  public static let progressPause = Duration.milliseconds(20)

  public let collection: Collection
  public let prefix: Bytes
  public private(set) var phase = Phase.idle
  /// Everything up to it is in the view; 0 before the first list.
  public private(set) var revision: Int64 = 0
  /// Somebody waits until it is reached.
  public private(set) var wanted: Int64 = 0
  public private(set) var lastHeard: Instant?
  public private(set) var listCount: UInt64 = 0
  private var failures = 0
  private var isAskedForProgress = false
  private var askAgain: Instant?

  public init(_ collection: Collection) {
    self.collection = collection
    prefix = collection.prefix
  }

  public var isListed: Bool { revision > 0 }

  /// When `tick` has something to do.
  public var nextDue: Instant? {
    switch phase {
    case .pausing(let until): until
    case .idle, .listing: nil
    case .following: revision < wanted ? askAgain : nil
    }
  }

  // MARK: - Listing

  /// At `revision`; 0: at the present one.
  public mutating func beginListing(at revision: Int64 = 0) -> RangeRequest {
    phase = .listing(Listing(revision: revision))
    (isAskedForProgress, askAgain) = (false, nil)
    return request(Listing(revision: revision))
  }

  private func request(_ listing: Listing) -> RangeRequest {
    var request = RangeRequest(prefix: prefix)
    if let last = listing.found.last { request.key = Bytes(last.key.array + [0]) }
    request.limit = Self.pageKeysMax
    request.revision = listing.revision
    return request
  }

  public enum Page: Hashable, Sendable {
    case next(RangeRequest)
    /// All of it, in the order of the keys.
    case complete([KeyValue])
    /// It answers a list that was given up.
    case ignored
  }

  public mutating func take(_ page: RangeResponse, now: Instant) -> Page {
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
  public static func changes(
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

  public mutating func listFailed(now: Instant, random: inout PRNG) {
    guard case .listing = phase else { return }
    failures += 1
    phase = .pausing(
      until: now + Backoff.ofCalls.delay(afterFailures: failures, random: &random))
  }

  // MARK: - Following

  public mutating func follow(_ watch: StoreWatchID) -> WatchCreateRequest {
    phase = .following(watch)
    var request = WatchCreateRequest(prefix: prefix, startRevision: revision + 1)
    // An idle watch's start then moves with the store, ahead of compactions.
    request.progressNotify = true
    return request
  }

  /// Takes whole revisions; gives the changes that are news.
  public mutating func take(
    events: [EtcdAPI.Event], upTo delivered: Int64, now: Instant
  ) -> [Change] {
    lastHeard = now
    // Not with the list: a watch that is refused after each list must not make lists by the dozen.
    failures = 0
    var changes: [Change] = []
    for event in events {
      guard let value = event.kv, value.modRevision > revision else { continue }
      changes.append(
        Change(
          key: value.key, value: event.type == .delete ? nil : value, revision: value.modRevision))
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
  public mutating func watchEnded(now: Instant, random: inout PRNG) {
    failures += 1
    (isAskedForProgress, askAgain) = (false, nil)
    phase = .pausing(
      until: now + Backoff.ofCalls.delay(afterFailures: failures, random: &random))
  }

  /// Somebody needs the informer to reach `revision`, which the store had already.
  public mutating func want(_ revision: Int64) {
    wanted = max(wanted, revision)
  }

  /// The watch to ask for progress, where one is needed and not asked for.
  public mutating func progressDue(now: Instant) -> StoreWatchID? {
    guard case .following(let watch) = phase, revision < wanted, !isAskedForProgress else {
      return nil
    }
    if let askAgain, now < askAgain { return nil }
    askAgain = nil
    isAskedForProgress = true
    return watch
  }
}
