import JSON
public import Objects
public import Registry

/// Keeps the Service `kubernetes` in `default`, by whose address pods reach the API server
/// (kube-apiserver controlplane/controller/kubernetesservice). It is made anew when somebody
/// deletes it; what others change of it is left as it is.
public struct KubernetesServiceReconciler: Reconciler {
  public let name = "kubernetes-service"
  public let electsLeader = true
  public let collections: [Collection] = [.objects(.namespace), .objects(.service)]

  static let key = ObjectKey(.service, namespace: "default", name: "kubernetes")
  /// The API server's port on its hosts.
  static let hostPort: Int64 = 6443
  private let address: String

  /// `ranges` must be those that the writers of Services have: the address is the first.
  public init(ranges: ServiceRanges = ServiceRanges()) {
    address = ranges.apiServerAddress
  }

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let key = (new ?? old)?.objectKey else { return [] }
    let isConcerned = key == Self.key || key.kind == .namespace && key.name == Self.key.namespace
    return isConcerned ? [.object(Self.key)] : []
  }

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard view[Self.key] == nil,
      let namespace = view[ObjectKey(.namespace, name: Self.key.namespace)],
      !namespace.meta.isBeingDeleted
    else { return .nothing }
    let service: JSONValue = [
      "metadata": [
        "name": .string(Self.key.name), "namespace": .string(Self.key.namespace),
        "labels": ["component": "apiserver", "provider": "kubernetes"],
      ],
      "spec": [
        "clusterIP": .string(address), "type": "ClusterIP",
        "ports": [
          [
            "name": "https", "port": 443, "protocol": "TCP", "targetPort": .number(Self.hostPort),
          ]
        ],
      ],
    ]
    return Plan([Step([.create(.service, service.object ?? JSONObject())])])
  }
}
