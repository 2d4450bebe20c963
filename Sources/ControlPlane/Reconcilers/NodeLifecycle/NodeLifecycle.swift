public import Objects
public import Registry

import Base
import JSON

/// Keeps Node objects as their agents report them, says which nodes are silent, and moves pods away
/// from those that stay so.
///
///     heartbeat gone --> Ready Unknown --> taint unreachable --> pods' toleration over --> evicted
///                             |                (not while most nodes are silent)
///                             +--> pods not ready
///
/// A node is silent while its heartbeat key is gone. One that never reported is no node.
public struct NodeLifecycle: Reconciler {
  public let name = "node-lifecycle"
  public let electsLeader = true
  public let eventSource = "node-controller"
  public let collections: [Collection] = [.objects(.node), .objects(.pod), .nodes]

  public init() {}

  // MARK: - What matters

  public func keys(
    old: StoredObject?, new: StoredObject?, in view: ClusterView
  ) -> [WorkKey] {
    guard let key = (new ?? old)?.key else { return [] }
    switch key {
    case .object(let object) where object.kind == .node:
      // One more or one less changes how large the silent part is.
      return [.object(object)] + (old == nil || new == nil ? Self.silentNodes(view) : [])
    case .object(let object) where object.kind == .pod:
      return Self.troubledNode(of: new, in: view)
    case .heartbeat(let node), .actualNode(let node):
      let own = WorkKey.object(Self.key(of: node))
      // Only coming and going counts; a report that changes does so often.
      guard old == nil || new == nil else { return [own] }
      return [own] + Self.silentNodes(view).filter { $0 != own }
    case .actualPod(let node, _):
      // What nodes leave behind goes with them.
      return view[Self.key(of: node)] == nil ? [.object(Self.key(of: node))] : []
    case .object, .desiredPod, .grant, .candidate, .allocation: return []
    }
  }

  static func key(of node: String) -> ObjectKey { ObjectKey(.node, name: node) }

  private static func silentNodes(_ view: ClusterView) -> [WorkKey] {
    view.objects(.node).compactMap { node in
      guard let key = node.objectKey, view[.heartbeat(key.name)] == nil else { return nil }
      return .object(key)
    }
  }

  /// The node of a pod that may have to leave it, or that it no longer vouches for.
  private static func troubledNode(of pod: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let name = pod?.pod?.node, !name.isEmpty, let node = view[key(of: name)] else {
      return []
    }
    let isTroubled =
      view[.heartbeat(name)] == nil
      || node.node?.taints.contains { $0.effect == .noExecute } ?? false
    return isTroubled ? [.object(key(of: name))] : []
  }

  // MARK: - Planning

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(.object(let key)) = key, key.kind == .node else { return .nothing }
    let report = view[.actualNode(key.name)]
    let heartbeat = view[.heartbeat(key.name)]
    guard let node = view[key] else {
      guard let heartbeat else { return Self.clearAway(key, in: view) }
      return report.map { Self.register(key, $0, heartbeat) } ?? .nothing
    }
    let upkeep = NodeUpkeep(
      node: node, report: report, heartbeat: heartbeat, isDisrupted: Self.isDisrupted(view),
      now: context.now)
    // One write of the Node a plan: the next one follows from what it made.
    if let step = upkeep.statusStep ?? upkeep.taintsStep { return Plan([step]) }
    var eviction = PodEviction(node: node, isSilent: heartbeat == nil, now: context.now)
    #if PLANTED_BUGS
      eviction.ignoresTolerations = context.plantedBug == .slowNodeReplaced
    #endif
    return eviction.plan(for: view.pods(onNode: key.name))
  }

  /// Above this share of silent nodes it is more likely that the network fails than that they do
  /// (kube-controller-manager --unhealthy-zone-threshold).
  private static let disruptedPercent = 55

  private static func isDisrupted(_ view: ClusterView) -> Bool {
    var silent = 0
    var all = 0
    for node in view.objects(.node) {
      guard let name = node.objectKey?.name, view[.actualNode(name)] != nil else { continue }
      all += 1
      if view[.heartbeat(name)] == nil { silent += 1 }
    }
    return silent * 100 > all * disruptedPercent
  }

  // MARK: - Coming and going

  private static func register(
    _ key: ObjectKey, _ report: StoredObject, _ heartbeat: StoredObject
  ) -> Plan {
    let info = report.json["status"]?["nodeInfo"]
    var labels = JSONObject()
    for (label, value) in [
      ("kubernetes.io/arch", info?["architecture"]?.string), ("kubernetes.io/hostname", key.name),
      ("kubernetes.io/os", info?["operatingSystem"]?.string),
    ] {
      if let value, !value.isEmpty { labels[label] = .string(value) }
    }
    for member in report.json["metadata"]?["labels"]?.object?.members ?? [] {
      labels[member.name] = member.value
    }
    var node = JSONObject()
    node["metadata"] = ["name": .string(key.name), "labels": .object(labels)]
    node["spec"] = [:]
    return Plan([Step([.create(.node, node)], guards: [.unchanged(report), .exists(heartbeat)])])
  }

  /// A Node that was deleted while its agent is silent is gone for good: what the agent reported
  /// goes too. Should it come back, it reports anew.
  private static func clearAway(_ key: ObjectKey, in view: ClusterView) -> Plan {
    let guards: [Guard] = [.absent(.object(key)), .absent(.heartbeat(key.name))]
    let steps = view.entries(ofNode: key.name).compactMap { entry -> Step? in
      switch entry.key {
      case .actualNode, .actualPod: Step([.remove(entry)], guards: guards)
      case .object, .desiredPod, .grant, .heartbeat, .candidate, .allocation: nil
      }
    }
    return Plan(steps, order: .independent)
  }
}
