import JSON
public import Objects
public import Registry

/// Counts what a namespace's objects use of its quotas (kube-controller-manager's resourcequota
/// controller).
///
/// What is made is charged in the Txn that makes it; what goes, or has ended, is given back here,
/// and a new limit holds once what there is has been counted. A count is written only where the
/// view has reached the quota that it compares: whoever took something since then has changed that
/// quota.
public struct QuotaReconciler: Reconciler {
  public let name = "resourcequota"
  public let electsLeader = true
  public let collections: [Collection]

  /// Objects of these kinds are counted.
  public init(kinds: [Kind] = Kind.all) {
    let counted = kinds.filter(QuotaCount.counts) + [.resourceQuota]
    collections = Set(counted).sorted().map(Collection.objects)
  }

  // MARK: - What matters

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let key = (new ?? old)?.objectKey, QuotaCount.counts(key.kind) else { return [] }
    let quotas = view.objects(.resourceQuota, in: key.namespace)
    guard !quotas.isEmpty else { return [] }
    if key.kind == .resourceQuota { return Self.keys(ofQuota: key, old, new, quotas) }
    guard Self.usesOther(old, new) else { return [] }
    return quotas.filter { quota in
      guard QuotaCount.concerns(quota, key.kind) else { return false }
      // It was charged when the object was made.
      let isCharged = old == nil && quota.modRevision >= new?.createRevision ?? .max
      return !isCharged
    }.map { .key($0.key) }
  }

  /// A quota whose use changed was charged; quotas may count quotas. One that is new to this
  /// reconciler is counted: what went under another leader may not have been given back.
  private static func keys(
    ofQuota key: ObjectKey, _ old: StoredObject?, _ new: StoredObject?,
    _ quotas: ArraySlice<StoredObject>
  ) -> [WorkKey] {
    var keys: [WorkKey] = []
    if let new, old == nil || !QuotaCount.isKnown(new) { keys.append(.object(key)) }
    guard old == nil || new == nil else { return keys }
    for quota in quotas where QuotaCount.concerns(quota, .resourceQuota) {
      if !keys.contains(.key(quota.key)) { keys.append(.key(quota.key)) }
    }
    return keys
  }

  /// What an object uses can have changed.
  private static func usesOther(_ old: StoredObject?, _ new: StoredObject?) -> Bool {
    guard let old, let new else { return true }
    if let before = old.pod, let after = new.pod, before.hasEnded != after.hasEnded { return true }
    return old.meta.generation != new.meta.generation || old.pod == nil
  }

  // MARK: - Planning

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let key) = key, let quota = view[key], !quota.meta.isBeingDeleted else {
      return .nothing
    }
    guard view.reached >= quota.modRevision else { return .waiting(for: quota.modRevision) }
    guard let counted = QuotaCount.counted(quota, in: view) else { return .nothing }
    return Plan([Step([.updateStatus(from: quota, to: counted)])])
  }
}
