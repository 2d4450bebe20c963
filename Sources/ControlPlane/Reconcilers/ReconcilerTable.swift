public import Objects
public import Registry

/// Every reconciler by its name: what `--only` names and what a simulation starts.
public enum ReconcilerTable {
  /// Those of `keelson controller-manager`, in the order in which they are listed to users.
  ///
  /// Garbage is collected and namespaces are emptied of `kinds`: a simulation that has few kinds
  /// need not follow them all.
  public static func controllerManager(of kinds: [Kind] = Kind.all) -> [any Reconciler] {
    [
      DeploymentReconciler(), Dispatcher(), GarbageCollector(kinds: kinds),
      NamespaceReconciler(kinds: kinds), NodeLifecycle(), PodGarbage(), PodStatusReconciler(),
      ReplicaSetReconciler(),
    ]
  }

  /// Those of `keelson scheduler`.
  public static let scheduler: [any Reconciler] = [Scheduler()]
}
