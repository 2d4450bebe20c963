public import Objects
public import Registry

import Base
import JSON

/// Merges what a node reports of a pod into the pod's status, and removes a deleted pod once its
/// node has stopped it.
///
/// It has no leader: each write compares the pod, the report and the node's heartbeat that it
/// follows from, so all copies may act at once and on old views.
public struct PodStatusReconciler: Reconciler {
  public let name = "pod-status"
  public let fieldManager = "kubelet"
  public let electsLeader = false
  public let collections: [Collection] = [.objects(.pod), .nodes]

  public init() {}

  public func keys(
    old: StoredObject?, new: StoredObject?, in view: ClusterView
  ) -> [WorkKey] {
    guard let object = new ?? old else { return [] }
    switch object.key {
    case .object(let key):
      guard key.kind == .pod, let pod = new, let node = pod.pod?.node, !node.isEmpty else {
        return []
      }
      return [.key(.actualPod(node: node, uid: pod.meta.uid))]
    case .actualPod: return new == nil ? [] : [.key(object.key)]
    case .desiredPod(let node, let uid): return [.key(.actualPod(node: node, uid: uid))]
    case .heartbeat(let node):
      // Renewals write nothing: this is a node that fell silent or spoke again.
      return view.entries(ofNode: node).compactMap { entry in
        if case .actualPod = entry.key { .key(entry.key) } else { nil }
      }
    case .grant, .actualNode, .candidate, .allocation: return []
    }
  }

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let place) = key, case .actualPod(let node, let uid) = place,
      let report = view[place], let pod = view.object(uid: uid), pod.objectKey?.kind == .pod,
      pod.pod?.node == node, let desired = view[.desiredPod(node: node, uid: uid)]
    else { return .nothing }
    if pod.meta.isBeingDeleted, pod.meta.finalizers.isEmpty, Self.hasStopped(report, desired) {
      let removal = Intent.delete(pod, DeleteOptions(graceSeconds: 0))
      return Plan([Step([removal], guards: [.unchanged(report)])])
    }
    let heartbeat = StoreKey.heartbeat(node)
    let merge = PodStatusMerge(
      pod: pod, report: report, isNodeSilent: view[heartbeat] == nil, now: context.now)
    guard let merged = merge.result, merged != pod.json["status"]?.object else { return .nothing }
    let (status, note) = PodTrouble(pod: pod, status: merged).told
    var wanted = pod.json
    wanted["status"] = .object(status)
    let guards: [Guard] = [
      .unchanged(report), view[heartbeat].map(Guard.unchanged) ?? .absent(heartbeat),
    ]
    return Plan([Step([.updateStatus(from: pod, to: wanted)], guards: guards, event: note)])
  }

  /// The node has acted on the deletion, and nothing of the pod runs any more.
  private static func hasStopped(_ report: StoredObject, _ desired: StoredObject) -> Bool {
    guard desired.meta.isBeingDeleted, report.pod?.hasEnded == true,
      let revision = report.json["desiredRevision"]?.int64, revision >= desired.modRevision
    else { return false }
    return PodStatusMerge.containerLists.allSatisfy { list in
      (report.json["status"]?[list]?.array ?? []).allSatisfy { $0["state"]?["running"] == nil }
    }
  }
}
