public import EtcdAPI
import Base

/// Whether every acknowledged write is there at the end: no key is older than the last change of it
/// that a client was told of.
public enum AcknowledgedWriteChecker {
  /// `end`: a read of all keys after everything else.
  public static func check(_ operations: [Operation], end: RangeResponse) -> [String] {
    var violations: [String] = []
    let revision = end.header?.revision ?? 0
    var newest: [Bytes: Int64] = [:]
    for operation in operations {
      guard case .answered(let response, _) = operation.outcome, response.isChange else { continue }
      if response.revision > revision {
        violations.append("the store ends at \(revision), without \(operation)")
      }
      for key in written(operation.request, response) {
        newest[key] = max(newest[key] ?? 0, response.revision)
      }
    }
    for kv in end.kvs {
      guard let acknowledged = newest[kv.key], kv.modRevision < acknowledged else { continue }
      violations.append(
        "\(kv.key) is of revision \(kv.modRevision), but \(acknowledged) was acknowledged")
    }
    return violations.sorted()
  }

  /// The keys that an answered request put.
  private static func written(_ request: Request, _ response: Response) -> [Bytes] {
    switch (request, response) {
    case (.put(let put), _): return [put.key]
    case (.transaction(let txn), .transaction(let answer)):
      return (answer.succeeded ? txn.success : txn.failure).compactMap { inner in
        if case .put(let put) = inner.request { return put.key }
        return nil
      }
    default: return []
    }
  }
}
