import EtcdAPI

/// Why a command ends without success: what it prints on standard error, and its exit code.
public struct CommandFailure: Error, Hashable, Sendable {
  /// etcdctl's exit codes.
  public enum Code: Int32, Sendable {
    case error = 1
    case badConnection = 2
    case invalidInput = 3
    case badFeature = 4
    case interrupted = 5
    case io = 6
    case badArguments = 128
  }

  public let code: Code
  /// As etcdctl words it, without its `Error: `.
  public let message: String
  /// What the user can do about it.
  public let hint: String?

  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// The lines for standard error.
  public var text: String {
    "Error: \(message)\n" + (hint.map { "\($0)\n" } ?? "")
  }
}

extension CommandFailure {
  init(_ error: StoreError) {
    switch error {
    case .credentials, .endpoint:
      self.init(.badArguments, error.description)
    case .status, .timedOut, .outcomeUnknown, .compacted, .watchCanceled, .leaseExpired,
      .malformedResponse, .cancelled:
      self.init(.error, error.description, hint: error.hint)
    }
  }
}

extension StoreError {
  /// What the user can do.
  fileprivate var hint: String? {
    switch self {
    case .timedOut(let cause?):
      "No member answered (\(cause)). Is the store up? Try --endpoints, or 'keelson status'."
    case .timedOut(nil):
      "The member took too long: it may have no leader. Try 'keelson store endpoint status'."
    case .outcomeUnknown:
      "The connection broke after the request was sent: read the key to see whether it was applied."
    case .compacted(let oldest) where oldest > 0: "The oldest revision still kept is \(oldest)."
    case .status(.permissionDenied):
      "The client certificate's role does not cover this key (see 'certificate-roles get')."
    case .status(.noSpace):
      "Compact old revisions, delete what is not needed, then 'keelson store alarm disarm'."
    case .status(.compacted), .compacted: "Read without --rev, or at a newer revision."
    case .status, .watchCanceled, .leaseExpired, .malformedResponse, .endpoint, .credentials,
      .cancelled:
      nil
    }
  }
}
