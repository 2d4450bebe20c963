import JSON
public import Objects
public import Registry

/// Removes what has lost its owners (kube-controller-manager's garbage collector):
///
/// - in the background: an object whose owners are all gone goes too,
/// - in the foreground (`foregroundDeletion`): an owner waits until the dependents that block its
///   deletion are gone,
/// - orphaning (`orphan`): an owner waits until no dependent names it any more.
///
/// An owner is gone when no object of its kind and uid is there. Before a dependent goes, the store
/// itself compares that the owner's key is empty or holds another object: so a view that has not
/// heard of an owner yet removes nothing. The component plans only once all collections are listed.
/// Owners of kinds that Keelson does not keep are never taken for gone.
public struct GarbageCollector: Reconciler {
  public let name = "garbage-collector"
  public let electsLeader = true
  public let collections: [Collection]

  /// Dependents dealt with in one plan of their owner.
  static let dependentsPerPlanMax = 500
  /// Owners that are found to be gone in one Txn, of its 128 operations.
  static let goneOwnersMax = 32

  static let foreground = "foregroundDeletion"
  static let orphan = "orphan"

  /// Of these kinds; events have no owners.
  public init(kinds: [Kind] = Kind.all) {
    collections = kinds.filter { $0 != .event }.map(Collection.objects)
  }

  // MARK: - What matters

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let key = (new ?? old)?.objectKey, key.kind != .event else { return [] }
    var keys: [WorkKey] = []
    if let new, Self.concernsItself(old, new) { keys.append(.object(key)) }
    // Its dependents, once it is gone or begins to wait for them.
    if let old, new?.meta.uid != old.meta.uid {
      keys += view.dependents(of: old.meta.uid).map { .key($0.key) }
    }
    if let new, Self.waitsInForeground(new), old.map(Self.waitsInForeground) != true {
      keys += view.dependents(of: new.meta.uid).map { .key($0.key) }
    }
    // Its owners, which may wait for it.
    for uid in Self.ownerUIDs(old, new) {
      guard let owner = view.object(uid: uid), Self.waits(owner) else { continue }
      let key = WorkKey.key(owner.key)
      if !keys.contains(key) { keys.append(key) }
    }
    return keys
  }

  private static func concernsItself(_ old: StoredObject?, _ new: StoredObject) -> Bool {
    guard let old else { return !new.meta.owners.isEmpty || waits(new) }
    return old.meta.owners != new.meta.owners || old.meta.uid != new.meta.uid
      || old.meta.isBeingDeleted != new.meta.isBeingDeleted
      || old.meta.finalizers != new.meta.finalizers
  }

  private static func ownerUIDs(_ old: StoredObject?, _ new: StoredObject?) -> [String] {
    var uids: [String] = []
    for owner in (old?.meta.owners ?? []) + (new?.meta.owners ?? []) where !uids.contains(owner.uid)
    {
      uids.append(owner.uid)
    }
    return uids
  }

  /// On its way out, and waiting for its dependents.
  private static func waits(_ owner: StoredObject) -> Bool {
    owner.meta.isBeingDeleted
      && (owner.meta.finalizers.contains(foreground) || owner.meta.finalizers.contains(orphan))
  }

  static func waitsInForeground(_ owner: StoredObject) -> Bool {
    owner.meta.isBeingDeleted && owner.meta.finalizers.contains(foreground)
  }

  // MARK: - Planning

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let key) = key, let object = view[key], let objectKey = object.objectKey,
      objectKey.kind != .event, !object.meta.uid.isEmpty
    else { return .nothing }
    if object.meta.isBeingDeleted {
      if object.meta.finalizers.contains(Self.orphan) { return Self.release(object, in: view) }
      if object.meta.finalizers.contains(Self.foreground) { return Self.letGo(object, in: view) }
      return .nothing
    }
    return Ownership(of: object, objectKey, in: view).plan
  }

  /// Takes the owner out of its dependents, and then the finalizer off the owner.
  private static func release(_ owner: StoredObject, in view: ClusterView) -> Plan {
    let dependents = view.dependents(of: owner.meta.uid)
    guard dependents.isEmpty else {
      let steps = dependents.prefix(dependentsPerPlanMax).map { dependent in
        Step([.update(from: dependent, to: dependent.json.without(owner: owner.meta.uid))])
      }
      return Plan(steps, order: .independent)
    }
    return drop(orphan, from: owner, in: view)
  }

  /// Takes the finalizer off an owner for which no dependent is left to wait. The dependents
  /// themselves are dealt with under their own keys.
  private static func letGo(_ owner: StoredObject, in view: ClusterView) -> Plan {
    let uid = owner.meta.uid
    let isBlocked = view.dependents(of: uid).contains { dependent in
      dependent.key != owner.key
        && dependent.meta.owners.contains { $0.uid == uid && $0.blocksOwnerDeletion }
    }
    return isBlocked ? .nothing : drop(foreground, from: owner, in: view)
  }

  /// Only a view that has heard of everything up to the owner's deletion can say that no dependent
  /// is left: one that was made just before may still be on its way to the view.
  private static func drop(
    _ finalizer: String, from owner: StoredObject, in view: ClusterView
  ) -> Plan {
    guard view.reached >= owner.modRevision else { return .waiting(for: owner.modRevision) }
    var object = owner.json
    object.edit("metadata") { meta in
      let rest = (meta["finalizers"]?.array ?? []).filter { $0.string != finalizer }
      meta["finalizers"] = rest.isEmpty ? nil : .array(rest)
    }
    return Plan([Step([.update(from: owner, to: object)])])
  }
}
