public import Objects
public import Registry

/// Every reconciler by its name: what `--only` names and what a simulation starts.
public enum ReconcilerTable {
  /// Those of `keelson controller-manager`, in the order in which they are listed to users.
  ///
  /// Garbage is collected and namespaces are emptied of `kinds`: a simulation that has few kinds
  /// need not follow them all, and is spared the reconcilers of kinds that it lacks.
  ///
  /// `rootCertificates`: PEM of whoever vouches for the API servers, which every namespace is told.
  public static func controllerManager(
    of kinds: [Kind] = Kind.all, rootCertificates: String = ""
  ) -> [any Reconciler] {
    let reconcilers: [any Reconciler] = [
      BootstrapPolicyReconciler(), RoleAggregation(), DeploymentReconciler(), Dispatcher(),
      EndpointSliceReconciler(), EndpointsReconciler(), GarbageCollector(kinds: kinds),
      KubernetesServiceReconciler(), NamespaceReconciler(kinds: kinds), NodeLifecycle(),
      PodGarbage(), PodStatusReconciler(), QuotaReconciler(kinds: kinds), ReplicaSetReconciler(),
      SystemClassReconciler(),
      RootCertificatePublisher(certificates: rootCertificates), ServiceAccountReconciler(),
    ]
    let others = Set(Kind.all).subtracting(kinds).map(Collection.objects)
    return reconcilers.filter { !$0.collections.contains(where: others.contains) }
  }

  /// Those of `keelson scheduler`.
  public static let scheduler: [any Reconciler] = [Scheduler()]
}
