/// What a pure component asks of the store and what it is told: the border between a component's
/// value and the shell that holds the connections. `StoreClient` carries it out on real
/// connections, the simulator on simulated ones.
///
///     StoreEffect --> shell --> store --> shell --> StoreEvent
public enum StoreEffect: Hashable, Sendable {
  /// Answered exactly once by an `answered` event with the same number.
  case call(StoreCallID, StoreCall)
  /// From `startRevision` on without gap or repetition, over lost connections too, until the watch
  /// is cancelled or a delivery ends it.
  case watch(StoreWatchID, WatchCreateRequest)
  case cancelWatch(StoreWatchID)
  /// Asks for a delivery without events, as soon as the watch has delivered everything up to the
  /// store's present revision. Repeated by the shell when a connection was lost meanwhile.
  case requestProgress(StoreWatchID)
}

public enum StoreEvent: Hashable, Sendable {
  case answered(StoreCallID, StoreAnswer)
  case delivered(StoreWatchID, StoreDelivery)
}

/// Numbers a component's calls; never used twice within one life.
public struct StoreCallID: Hashable, Comparable, Sendable {
  public let number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  public static func < (left: StoreCallID, right: StoreCallID) -> Bool {
    left.number < right.number
  }
}

/// Numbers a component's watches; never used twice within one life.
public struct StoreWatchID: Hashable, Comparable, Sendable {
  public let number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  public static func < (left: StoreWatchID, right: StoreWatchID) -> Bool {
    left.number < right.number
  }
}

/// Behind a reference, as it is handed on some times on its way.
public indirect enum StoreCall: Hashable, Sendable {
  case range(RangeRequest)
  case txn(TxnRequest)
  case leaseGrant(ttlSeconds: Int64)
  /// One renewal.
  case leaseKeepAlive(id: Int64)
  case leaseRevoke(id: Int64)
}

public enum StoreAnswer: Hashable, Sendable {
  case range(RangeResponse)
  case txn(TxnResponse)
  case leaseGrant(LeaseGrantResponse)
  /// Seconds that the lease now has; 0 or less where it does not exist.
  case leaseKeepAlive(ttlSeconds: Int64)
  case leaseRevoke
  /// The store has certainly not done it, and says why.
  case refused(EtcdStatus)
  /// Nobody knows whether the store has done it, or whether it still will.
  case unknown
}

public enum StoreDelivery: Hashable, Sendable {
  /// Whole revisions, in order; no event of a later delivery has a revision up to this one. Without
  /// events: nothing else happened up to `revision` (progress).
  case events(revision: Int64, [Event])
  /// The end: the history from the watch's next revision on is gone.
  case compacted(oldest: Int64)
  /// The end, for a reason that no other connection would cure, such as permission denied.
  case ended(EtcdStatus)
}
