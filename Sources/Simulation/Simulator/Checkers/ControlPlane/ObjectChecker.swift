import JSON
import Objects

/// Whether values keep their form: no resourceVersion inside, a uid that stays, a way out that is
/// never taken back, a status only behind a spec's generation.
struct ObjectChecker: HistoryChecker {
  static let name = "object"

  mutating func check(_ moment: RevisionMoment) -> String? {
    for change in moment.changes where change.kind != nil {
      guard let new = change.new else { continue }
      if new.json["metadata"]?["resourceVersion"] != nil {
        return "\(new.meta.name) holds a resourceVersion"
      }
      if new.meta.uid.isEmpty { return "\(new.meta.name) has no uid" }
      guard let old = change.old, old.createRevision == new.createRevision else { continue }
      if old.meta.uid != new.meta.uid { return "\(new.meta.name) has another uid" }
      if old.meta.isBeingDeleted, !new.meta.isBeingDeleted {
        return "\(new.meta.name) comes back from its way out"
      }
      if new.meta.generation < old.meta.generation {
        return "\(new.meta.name) falls back to generation \(new.meta.generation)"
      }
    }
    return nil
  }
}
