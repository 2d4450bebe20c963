import JSON
public import Objects
public import Registry

/// Keeps the EndpointSlices of Services that select pods (kube-controller-manager's
/// endpointslice controller). Slices that others made, and Services without a selector, are left
/// alone; what a Service leaves behind when it goes is garbage of its own.
public struct EndpointSliceReconciler: Reconciler {
  public let name = "endpointslice"
  public let electsLeader = true
  public let eventSource = "endpoint-slice-controller"
  public let collections: [Collection] = [
    .objects(.service), .objects(.pod), .objects(.node), .objects(.endpointSlice),
  ]

  static let serviceLabel = "kubernetes.io/service-name"
  static let managerLabel = "endpointslice.kubernetes.io/managed-by"
  static let manager = "endpointslice-controller.k8s.io"
  static let zoneLabel = "topology.kubernetes.io/zone"

  public init() {}

  // MARK: - What matters

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let object = new ?? old, let key = object.objectKey else { return [] }
    switch key.kind {
    case .service: return [.object(key)]
    case .pod: return ServicePods.keys(ofPod: old, new, in: view)
    case .endpointSlice:
      guard object.meta.labels[Self.managerLabel] == Self.manager,
        let service = object.meta.labels[Self.serviceLabel], !service.isEmpty
      else { return [] }
      return [.object(ObjectKey(.service, namespace: key.namespace, name: service))]
    case .node:
      guard old?.meta.labels[Self.zoneLabel] != new?.meta.labels[Self.zoneLabel] else {
        return []
      }
      var keys: [WorkKey] = []
      for pod in view.pods(onNode: key.name) {
        for key in ServicePods.keys(ofPod: nil, pod, in: view) where !keys.contains(key) {
          keys.append(key)
        }
      }
      return keys
    default: return []
    }
  }

  // MARK: - Planning

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let place) = key, let service = view[place], !service.meta.isBeingDeleted,
      service.objectKey?.kind == .service
    else { return .nothing }
    let own = Self.slices(of: service, in: view)
    guard let pods = ServicePods(service) else {
      guard service.json["spec"]?["type"]?.string == "ExternalName" else { return .nothing }
      return Plan(own.map { Step([.delete($0, DeleteOptions())]) })
    }
    var steps: [Step] = []
    for family in pods.families {
      let wanted = Self.wanted(pods, family, in: view)
      let packing = SlicePacking(
        pods, family: family,
        slices: own.filter { $0.json["addressType"]?.string == family }, wanted: wanted)
      steps += packing.steps(random: &context.random)
    }
    for slice in own
    where !pods.families.contains(slice.json["addressType"]?.string ?? "") {
      steps.append(Step([.delete(slice, DeleteOptions())]))
    }
    return Plan(steps)
  }

  private static func slices(
    of service: StoredObject, in view: ClusterView
  ) -> [StoredObject] {
    view.objects(.endpointSlice, in: service.objectKey?.namespace).filter {
      $0.meta.labels[serviceLabel] == service.meta.name
        && $0.meta.labels[managerLabel] == manager && !$0.meta.isBeingDeleted
    }
  }

  /// The endpoints by the ports that they have.
  private static func wanted(
    _ pods: ServicePods, _ family: String, in view: ClusterView
  ) -> [EndpointPorts: [JSONObject]] {
    var wanted: [EndpointPorts: [JSONObject]] = [:]
    for pod in pods.pods(in: view) {
      guard let address = ServicePods.address(of: pod, family) else { continue }
      wanted[EndpointPorts(pods.ports(on: pod)), default: []]
        .append(endpoint(pod, address, pods, in: view))
    }
    return wanted
  }

  /// discovery/v1 Endpoint.
  private static func endpoint(
    _ pod: StoredObject, _ address: String, _ pods: ServicePods, in view: ClusterView
  ) -> JSONObject {
    let isServing = pod.pod?.isReady == true
    let isTerminating = pod.meta.isBeingDeleted
    let isReady = pods.publishesNotReady || isServing && !isTerminating
    var endpoint = JSONObject()
    endpoint["addresses"] = .strings([address])
    endpoint["conditions"] = [
      "ready": .bool(isReady), "serving": .bool(isServing), "terminating": .bool(isTerminating),
    ]
    let spec = pod.json["spec"]
    if let host = spec?["hostname"]?.string, !host.isEmpty,
      spec?["subdomain"]?.string == pods.key.name
    {
      endpoint["hostname"] = .string(host)
    }
    endpoint["targetRef"] = [
      "kind": "Pod", "namespace": .string(pod.meta.namespace), "name": .string(pod.meta.name),
      "uid": .string(pod.meta.uid),
    ]
    if let node = pod.pod?.node, !node.isEmpty {
      endpoint["nodeName"] = .string(node)
      if let zone = view[ObjectKey(.node, name: node)]?.meta.labels[zoneLabel] {
        endpoint["zone"] = .string(zone)
      }
    }
    return endpoint
  }
}
