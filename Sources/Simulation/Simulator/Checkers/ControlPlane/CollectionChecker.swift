import Base
import JSON
import Objects
import Registry

/// Whether a revision changes at most one object of each API collection: a client that resumes a
/// watch at a resourceVersion would miss the second one. Events end together with their lease, and
/// the quotas that limit one object are charged for it together: API servers tell these again.
struct CollectionChecker: HistoryChecker {
  static let name = "one-object"

  mutating func check(_ moment: RevisionMoment) -> String? {
    var seen: [Kind] = []
    for change in moment.changes {
      guard let kind = change.kind else { continue }
      if kind == .event, change.new == nil { continue }
      guard seen.contains(kind) else {
        seen.append(kind)
        continue
      }
      guard kind == .resourceQuota else { return "two objects of \(kind.plural) change at once" }
      for quota in moment.changes where quota.kind == .resourceQuota {
        guard !quota.isCharged(in: moment) else { continue }
        return "two quotas change at once, and \(quota.key.bytes.text) is not just charged"
      }
    }
    return nil
  }
}

extension RevisionMoment.Change {
  /// Nothing but what the quota says is used changed, together with an object of its namespace that
  /// it counts.
  fileprivate func isCharged(in moment: RevisionMoment) -> Bool {
    guard let old, let new, created == nil else { return false }
    func rest(_ quota: StoredObject) -> JSONObject {
      var json = quota.json
      var status = json["status"]?.object ?? JSONObject()
      status["used"] = Optional.none
      json["status"] = .object(status)
      return json
    }
    guard rest(old) == rest(new) else { return false }
    return moment.changes.contains { change in
      guard let kind = change.kind, kind != .resourceQuota, let object = change.new else {
        return false
      }
      return object.meta.namespace == new.meta.namespace && QuotaCount.concerns(new, kind)
    }
  }
}
