import JSON
public import Objects
public import Registry

/// Keeps the Endpoints of Services that select pods, for clients that read them still
/// (kube-controller-manager's endpoints controller). Endpoints of other Services are users'.
public struct EndpointsReconciler: Reconciler {
  public let name = "endpoints"
  public let electsLeader = true
  public let eventSource = "endpoint-controller"
  public let collections: [Collection] = [
    .objects(.service), .objects(.pod), .objects(.endpoints),
  ]

  static let managerLabel = "endpoints.kubernetes.io/managed-by"
  static let manager = "endpoint-controller"
  static let capacityKey = "endpoints.kubernetes.io/over-capacity"
  /// Addresses of one object; the rest is only in slices.
  static let addressesMax = 1000

  public init() {}

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let object = new ?? old, let key = object.objectKey else { return [] }
    switch key.kind {
    case .service: return [.object(key)]
    case .pod: return ServicePods.keys(ofPod: old, new, in: view)
    case .endpoints:
      return [.object(ObjectKey(.service, namespace: key.namespace, name: key.name))]
    default: return []
    }
  }

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(.object(let place)) = key, place.kind == .service else { return .nothing }
    let endpointsKey = ObjectKey(.endpoints, namespace: place.namespace, name: place.name)
    let old = view[endpointsKey]
    guard let service = view[place] else {
      // Of those that somebody else made nobody knows that they were this Service's.
      guard let old, old.meta.labels[Self.managerLabel] == Self.manager else { return .nothing }
      let deletion = Intent.delete(old, DeleteOptions())
      return Plan([Step([deletion], guards: [.absent(.object(place))])])
    }
    guard let pods = ServicePods(service), !service.meta.isBeingDeleted else { return .nothing }
    let (subsets, isCut) = Self.subsets(pods, in: view)
    var json = old?.json ?? JSONObject()
    json.edit("metadata") { meta in
      meta["name"] = .string(place.name)
      meta["namespace"] = .string(place.namespace)
      meta["labels"] = .object(pods.labels([(Self.managerLabel, Self.manager)]))
      var notes = meta["annotations"]?.object ?? JSONObject()
      notes[Self.capacityKey] = isCut ? "truncated" : nil
      meta["annotations"] = notes.isEmpty ? nil : .object(notes)
    }
    json["subsets"] = subsets.isEmpty ? nil : .array(subsets)
    if json == old?.json { return .nothing }
    let intent = old.map { Intent.update(from: $0, to: json) } ?? .create(.endpoints, json)
    return Plan([Step([intent], guards: [.exists(service)])])
  }

  private struct Addresses {
    var ready: [(address: String, json: JSONValue)] = []
    var unready: [(address: String, json: JSONValue)] = []
  }

  /// core/v1 EndpointSubset: addresses by the ports that they have, in order.
  private static func subsets(
    _ pods: ServicePods, in view: ClusterView
  ) -> (subsets: [JSONValue], isCut: Bool) {
    var groups: [EndpointPorts: Addresses] = [:]
    var count = 0
    let all = pods.pods(in: view).filter { pods.publishesNotReady || !$0.meta.isBeingDeleted }
    for pod in all where count < addressesMax {
      guard let family = pods.families.first,
        let address = ServicePods.address(of: pod, family)
      else { continue }
      count += 1
      let isReady = pods.publishesNotReady || pod.pod?.isReady == true
      let entry = (address, Self.entry(pod, address))
      let ports = EndpointPorts(pods.ports(on: pod))
      if isReady {
        groups[ports, default: Addresses()].ready.append(entry)
      } else {
        groups[ports, default: Addresses()].unready.append(entry)
      }
    }
    let subsets = groups.keys.sorted().map { ports -> JSONValue in
      let group = groups[ports] ?? Addresses()
      var subset = JSONObject()
      for (name, list) in [("addresses", group.ready), ("notReadyAddresses", group.unready)]
      where !list.isEmpty {
        subset[name] = .array(list.sorted { $0.address < $1.address }.map(\.json))
      }
      if !ports.ports.isEmpty { subset["ports"] = .array(ports.ports.map(port)) }
      return .object(subset)
    }
    return (subsets, all.count > addressesMax)
  }

  private static func entry(_ pod: StoredObject, _ address: String) -> JSONValue {
    var entry = JSONObject()
    entry["ip"] = .string(address)
    if let node = pod.pod?.node, !node.isEmpty { entry["nodeName"] = .string(node) }
    entry["targetRef"] = [
      "kind": "Pod", "namespace": .string(pod.meta.namespace), "name": .string(pod.meta.name),
      "uid": .string(pod.meta.uid),
    ]
    return .object(entry)
  }

  /// Here a port without a name says none.
  private static func port(_ port: EndpointPort) -> JSONValue {
    var json = port.json.object ?? JSONObject()
    if port.name.isEmpty { json["name"] = nil }
    return .object(json)
  }
}
