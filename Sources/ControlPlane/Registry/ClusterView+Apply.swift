import Base
import JSON
import Objects

extension ClusterView {
  /// What the store would do with a transaction at this revision: refuse it, and change nothing,
  /// when a compare fails; else carry it out. For histories on values: tests and tools.
  ///
  /// The revision must be above every revision of the view.
  public mutating func apply(
    _ transaction: ObjectTransaction, at revision: Int64
  ) throws(Refusal) {
    for expectation in transaction.compares {
      let object = StoreKey(expectation.key).flatMap { self[$0] }
      let isMet =
        switch expectation.revision {
        case .modified(let revision): object?.modRevision ?? 0 == revision
        case .created(let revision): object?.createRevision ?? 0 == revision
        }
      guard isMet else { throw Refusal(expectation: expectation) }
    }
    for write in transaction.writes {
      let created = self[write.key]?.createRevision ?? revision
      switch write {
      case .put(let key, let value), .putEvent(let key, let value):
        guard let json = Self.decoded(value) else { preconditionFailure("not a JSON object") }
        _ = put(
          StoredObject(key: key, json: json, createRevision: created, modRevision: revision))
      case .delete(let key): _ = remove(key)
      }
    }
  }

  /// The compare that failed.
  public struct Refusal: Error, Hashable, Sendable {
    public let expectation: ObjectTransaction.Expectation
  }

  private static func decoded(_ value: Bytes) -> JSONObject? {
    if value.isEmpty { return JSONObject() }
    do { return try JSONValue(parsing: value).object } catch { return nil }
  }
}
