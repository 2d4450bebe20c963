import Objects
import Registry

/// Whether an object with a finalizer of the user's stays until the user takes it off.
struct FinalizerChecker: HistoryChecker {
  static let name = "finalizer"

  mutating func check(_ moment: RevisionMoment) -> String? {
    guard !moment.isUsers else { return nil }
    for change in moment.changes {
      guard let old = change.old, old.meta.finalizers.contains(SimulatedUser.finalizer) else {
        continue
      }
      guard let new = change.new, new.meta.uid == old.meta.uid else {
        return "\(old.meta.name) is gone in spite of its finalizer"
      }
      if !new.meta.finalizers.contains(SimulatedUser.finalizer) {
        return "\(old.meta.name) lost its finalizer, and the user did not take it off"
      }
    }
    return nil
  }
}
