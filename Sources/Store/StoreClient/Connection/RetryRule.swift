import EtcdAPI

/// When a request may be sent again after it failed. etcd clientv3's rule: what only reads is
/// repeated on Unavailable, what writes only when no member can have seen it.
enum RetryRule: Hashable, Sendable {
  case repeatable
  case onlyUnseen
  /// Streams that are opened anew: besides Unavailable, Internal stands for a broken connection.
  case stream

  enum Verdict: Hashable, Sendable {
    case again
    case fail(StoreError)
  }

  func verdict(on failure: CallFailure) -> Verdict {
    switch (self, failure) {
    case (_, .notSent): .again
    case (.repeatable, .lost), (.repeatable, .deadline): .again
    case (.stream, .lost), (.stream, .deadline): .again
    case (.onlyUnseen, .lost(let connection)): .fail(.outcomeUnknown(connection))
    case (.onlyUnseen, .deadline): .fail(.timedOut(cause: nil))
    case (.repeatable, .status(let status)) where status.isUnavailable: .again
    case (.stream, .status(let status)) where status.isUnavailable || status.code == 13: .again
    case (_, .status(let status)): .fail(.status(status))
    case (_, .credentials(let path, let reason)):
      .fail(.credentials(path: path, reason: reason))
    case (_, .cancelled), (_, .closed): .fail(.cancelled)
    }
  }
}

extension EtcdStatus {
  /// gRPC code 14: another member, or the same one later, may do better.
  var isUnavailable: Bool { code == 14 }
}

extension CallFailure {
  /// Whether another member should be asked next time.
  var blamesMember: Bool {
    switch self {
    case .notSent, .lost, .deadline: true
    case .status(let status): status.isUnavailable
    case .credentials, .cancelled, .closed: false
    }
  }

  /// The same, where a cancellation that no task asked for is what it is: the connection's end.
  var settled: CallFailure {
    guard case .cancelled = self, !Task.isCancelled else { return self }
    return .lost(ConnectionFailure(endpoint: "", reason: "the connection was given up"))
  }

  var connection: ConnectionFailure? {
    switch self {
    case .notSent(let failure), .lost(let failure): failure
    case .deadline, .status, .credentials, .cancelled, .closed: nil
    }
  }
}

/// How long to wait before the next attempt.
struct RetryDelay: Hashable, Sendable {
  private var failures = 0
  /// Every endpoint is tried once before any wait.
  private let free: Int

  init(endpoints: Int) {
    free = endpoints
  }

  /// 0 for the first attempts, then 25 ms, doubled up to 800 ms.
  mutating func next() -> Duration {
    failures += 1
    if failures < free { return .zero }
    return .milliseconds(25 << min(failures - free, 5))
  }

  mutating func reset() {
    failures = 0
  }
}
