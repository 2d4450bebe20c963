public import Objects
public import Registry

import JSON

/// Tells each node which pods it must run: for every bound pod the key
/// `/nodes/<node>/desired/pods/<uid>` equals what the node needs of it.
///
/// It has no leader, so that no failover ever keeps a pod from starting: each write compares the
/// pod (or its absence) that it follows from, so all copies may act at once and on old views.
public struct Dispatcher: Reconciler {
  public let name = "dispatcher"
  public let electsLeader = false
  public let collections: [Collection] = [.objects(.pod), .nodes]

  public init() {}

  public func keys(
    old: StoredObject?, new: StoredObject?, in view: ClusterView
  ) -> [WorkKey] {
    var keys: [WorkKey] = []
    for object in [old, new] {
      guard let object, let place = Self.place(of: object), keys.last != .key(place) else {
        continue
      }
      keys.append(.key(place))
    }
    return keys
  }

  /// The key that the object is about; nil where it concerns no node's pods.
  private static func place(of object: StoredObject) -> StoreKey? {
    switch object.key {
    case .object(let key):
      guard key.kind == .pod, let node = object.pod?.node, !node.isEmpty else { return nil }
      let place = StoreKey.desiredPod(node: node, uid: object.meta.uid)
      // A name with a slash, or none, would lead to somebody else's keys.
      return StoreKey(place.bytes) == place ? place : nil
    case .desiredPod: return object.key
    case .grant, .actualPod, .actualNode, .heartbeat, .candidate, .allocation: return nil
    }
  }

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let place) = key, case .desiredPod(let node, let uid) = place else {
      return .nothing
    }
    let present = view[place]
    if let pod = view.object(uid: uid), pod.objectKey?.kind == .pod, pod.pod?.node == node {
      // A pod that ended before its node heard of it must not begin now.
      let isOver = pod.pod?.hasEnded == true && !pod.meta.isBeingDeleted
      if present == nil, isOver { return .nothing }
      let wanted = Self.projection(of: pod)
      if present?.json == wanted { return .nothing }
      return Plan([Step([.put(place, wanted, from: present)], guards: [.unchanged(pod)])])
    }
    guard let present else { return .nothing }
    return Plan([Step([.remove(present)], guards: Self.absence(of: present, in: view))])
  }

  /// That the pod is still gone, or its name another pod's, when the node is told to stop it: this
  /// view may be older than the pod.
  private static func absence(of present: StoredObject, in view: ClusterView) -> [Guard] {
    let meta = present.meta
    guard !meta.namespace.isEmpty, !meta.name.isEmpty else { return [] }
    let key = ObjectKey(.pod, namespace: meta.namespace, name: meta.name)
    guard let other = view[key] else { return [.absent(.object(key))] }
    return [.unchanged(other)]
  }

  /// Notes for people, of no use to a node.
  private static let unsentAnnotations: Set<String> = [
    "kubectl.kubernetes.io/last-applied-configuration", Scheduler.verdictsAnnotation,
  ]

  /// What a node needs of a pod: who it is, what it runs and whether it is on its way out.
  static func projection(of pod: StoredObject) -> JSONObject {
    var metadata = JSONObject()
    for name in ["name", "namespace", "uid", "labels"] {
      metadata[name] = pod.json["metadata"]?[name]
    }
    if var annotations = pod.json["metadata"]?["annotations"]?.object {
      for name in unsentAnnotations.sorted() { annotations[name] = nil }
      if !annotations.isEmpty { metadata["annotations"] = .object(annotations) }
    }
    for name in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
      metadata[name] = pod.json["metadata"]?[name]
    }
    var wanted = JSONObject()
    wanted["apiVersion"] = "v1"
    wanted["kind"] = "Pod"
    wanted["metadata"] = .object(metadata)
    wanted["spec"] = pod.json["spec"]
    return wanted
  }
}
