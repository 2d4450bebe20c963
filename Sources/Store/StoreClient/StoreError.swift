public import EtcdAPI
public import Protobuf

/// Why the store did not do what was asked.
public enum StoreError: Error, Hashable, Sendable {
  /// A member answered with this gRPC status; its text is etcd's.
  case status(EtcdStatus)
  /// No answer in the request's time. A write may have been applied or may still be.
  case timedOut(cause: ConnectionFailure?)
  /// The connection broke while a write was under way: it may have been applied.
  case outcomeUnknown(ConnectionFailure)
  /// A watch began at, or fell behind, a revision whose history is gone; `oldest` is the first
  /// revision that can still be watched from.
  case compacted(oldest: Int64)
  /// The member ended the watch for this reason.
  case watchCanceled(reason: String)
  /// A renewal found the lease expired or revoked.
  case leaseExpired
  /// The answer was no message of the kind asked for.
  case malformedResponse(ProtobufError)
  case endpoint(EndpointError)
  /// A certificate or key file could not be used.
  case credentials(path: String, reason: String)
  /// The task that waited was cancelled.
  case cancelled
}

/// Where a connection stood in the way: for people, not for decisions.
public struct ConnectionFailure: Error, Hashable, Sendable {
  /// As the user wrote it.
  public let endpoint: String
  public let reason: String

  public init(endpoint: String, reason: String) {
    self.endpoint = endpoint
    self.reason = reason
  }
}

extension StoreError: CustomStringConvertible {
  /// As etcdctl words it.
  public var description: String {
    switch self {
    case .status(let status): status.text
    case .timedOut: EtcdStatus.deadlineExceeded.text
    case .outcomeUnknown(let failure): failure.description
    case .compacted: EtcdStatus.compacted.text
    case .watchCanceled(let reason): reason
    case .leaseExpired: EtcdStatus.leaseNotFound.text
    case .malformedResponse(let error): "the answer is no etcd message: \(error)"
    case .endpoint(let error): error.description
    case .credentials(let path, let reason): "open \(path): \(reason)"
    case .cancelled: "context canceled"
    }
  }
}

extension ConnectionFailure: CustomStringConvertible {
  public var description: String { "\(endpoint): \(reason)" }
}
