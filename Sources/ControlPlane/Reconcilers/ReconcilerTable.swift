public import Registry

/// Every reconciler by its name: what `--only` names and what a simulation starts.
public enum ReconcilerTable {
  /// Those of `keelson controller-manager`, in the order in which they are listed to users.
  public static let controllerManager: [any Reconciler] = [
    DeploymentReconciler(), Dispatcher(), GarbageCollector(), NamespaceReconciler(),
    NodeLifecycle(), PodGarbage(), PodStatusReconciler(), ReplicaSetReconciler(),
  ]

  /// Those of `keelson scheduler`.
  public static let scheduler: [any Reconciler] = [Scheduler()]
}
