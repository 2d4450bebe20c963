import Base
public import EtcdAPI

/// What a watch has delivered, so that a new stream can go on exactly behind it.
struct WatchCursor: Hashable, Sendable {
  enum Step: Hashable, Sendable {
    case deliver(WatchBatch)
    /// The member took the watch.
    case created(revision: Int64)
    /// This member cannot serve the watch now: ask another one.
    case reconnect
    case fail(StoreError)
  }

  /// What to ask a member for next: the start revision moves with what was delivered.
  private(set) var request: WatchCreateRequest

  init(_ request: WatchCreateRequest) {
    self.request = request
  }

  mutating func take(_ response: WatchResponse) -> Step {
    let revision = response.header?.revision ?? 0
    if response.canceled { return .cancel(response) }
    if response.created {
      // "From now on" must not become a later now on the next stream.
      if request.startRevision == 0 { request.startRevision = revision + 1 }
      return .created(revision: revision)
    }
    if let last = response.events.last?.kv?.modRevision {
      request.startRevision = max(request.startRevision, last + 1)
    } else {
      // Progress: everything up to the header's revision was delivered.
      request.startRevision = max(request.startRevision, revision + 1)
    }
    return .deliver(WatchBatch(response))
  }
}

extension WatchCursor.Step {
  fileprivate static func cancel(_ response: WatchResponse) -> WatchCursor.Step {
    if response.compactRevision > 0 { return .fail(.compacted(oldest: response.compactRevision)) }
    let known: [EtcdStatus] = [
      .permissionDenied, .invalidAuthToken, .userNameEmpty, .futureRevision,
    ]
    if let status = known.first(where: { $0.text == response.cancelReason }) {
      return .fail(.status(status))
    }
    switch response.cancelReason {
    case EtcdStatus.noLeader.text, EtcdStatus.leaderChanged.text, EtcdStatus.stopped.text:
      return .reconnect
    case EtcdStatus.compacted.text: return .fail(.compacted(oldest: 0))
    default: return .fail(.watchCanceled(reason: response.cancelReason))
    }
  }
}

/// What a watch delivers at once: never half a revision.
public struct WatchBatch: Hashable, Sendable {
  public let header: ResponseHeader
  /// Empty: nothing else happened up to the header's revision (progress).
  public let events: [Event]

  init(_ response: WatchResponse) {
    header = response.header ?? ResponseHeader()
    events = response.events
  }

  /// Whether this is only a sign of progress.
  public var isProgress: Bool { events.isEmpty }
}
