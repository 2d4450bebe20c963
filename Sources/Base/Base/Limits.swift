/// Bounds that more than one target must agree on. A target's own bounds lie in its own `Limits`.
public enum Limits {
  /// etcd's `--max-request-bytes` default: 1.5 MiB for a request's encoding.
  public static let requestBytesMax = 1_572_864
  /// etcd's `--max-txn-ops` default.
  public static let transactionOperationsMax = 128
  /// etcd's `--quota-backend-bytes` default: 2 GiB.
  public static let quotaBackendBytes: UInt64 = 2 << 30
  /// One frame between members; a larger payload is split by its sender.
  public static let peerFrameBytesMax = 8 << 20
}
