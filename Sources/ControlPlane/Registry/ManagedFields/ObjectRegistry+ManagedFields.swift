import Base
import JSON
import Objects

extension ObjectRegistry {
  /// What is applied through a subresource brings its account with it.
  static func takeAccount(
    _ context: PlanContext, from applied: JSONObject, into object: inout JSONObject
  ) {
    guard context.manager?.operation == .apply else { return }
    object.edit("metadata") { $0["managedFields"] = applied["metadata"]?["managedFields"] }
  }

  /// Keeps account of a write where its context names a manager. Both objects have their defaults;
  /// admission has not added to the new one yet, and what it adds is nobody's.
  ///
  /// An applied object comes with its account; one that is no different keeps the old one, times
  /// and all, so that nothing is written.
  static func keepAccount(
    _ context: PlanContext, from old: JSONObject?, to new: inout JSONObject, of kind: Kind,
    subresource: String? = nil
  ) {
    guard var manager = context.manager else { return }
    // Versions of a kind are views of one object, which is compared as it is stored.
    manager.apiVersion = kind.apiVersion
    if let subresource { manager.subresource = subresource }
    switch manager.operation {
    case .update:
      ManagedFields.record(manager, from: old, to: &new, of: kind, at: context.now)
    case .apply:
      guard let old, let before = old["metadata"]?["managedFields"],
        ManagedFields.isSame(before, new["metadata"]?["managedFields"])
      else { return }
      var same = new
      same.edit("metadata") { $0["managedFields"] = before }
      if same == old { new = same }
    }
  }
}
