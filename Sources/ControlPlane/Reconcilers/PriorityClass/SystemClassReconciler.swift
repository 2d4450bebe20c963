public import Objects
public import Registry

/// Makes the priority classes that every cluster has, at the start and whenever one is gone
/// (kube-apiserver's hook bootstrap-system-priority-classes).
public struct SystemClassReconciler: Reconciler {
  public let name = "priorityclass"
  public let electsLeader = true
  public let collections: [Collection] = [.objects(.priorityClass)]

  public init() {}

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    new == nil && old?.objectKey?.kind == .priorityClass ? [.everything] : []
  }

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    let missing = SystemClasses.manifests.filter {
      view[ObjectKey(.priorityClass, name: $0.name)] == nil
    }
    return Plan(missing.map { Step([.create(.priorityClass, $0.json)]) }, order: .independent)
  }
}
