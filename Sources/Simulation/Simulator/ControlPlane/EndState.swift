import JSON
import Objects
import Registry

/// What stands at the end, in words that hold no random names, so that two can be compared.
///
/// The expected one is derived from the user's script alone. It is compared with the store's in the
/// undisturbed run and in every disturbed one: both then end in the same state, and a mistake that
/// both make is found, which comparing them with each other would hide. Numbers that a history may
/// leave differently (empty ReplicaSets of versions that came and went, restarts, revisions) are no
/// part of it.
enum EndState {
  static func expected(_ script: UserScript, nodes: [String]) -> [String] {
    let made = script.scope.hasNamespaces ? ["kube-node-lease", "kube-public", "kube-system"] : []
    var lines = (["default"] + made + script.namespaces).map { "Namespace \($0)" }
    for workload in script.workloads {
      let name = "\(workload.namespace)/\(workload.name)"
      lines.append("\(workload.kind.name) \(name) replicas=\(workload.replicas) is settled")
      if workload.kind == .deployment, workload.replicas > 0 {
        lines.append(
          "ReplicaSet of \(name) image=app:v\(workload.version) replicas=\(workload.replicas)")
      }
      for _ in 0..<workload.replicas {
        lines.append("Pod of \(name) image=app:v\(workload.version) Running ready")
        lines.append("container of \(name)")
      }
    }
    for identity in script.identities {
      lines.append("Pod default/\(identity) image=db:v1 Running ready")
      lines.append("container of default/\(identity)")
    }
    let pods = script.workloads.filter { $0.namespace == "default" }.map(\.replicas).reduce(0, +)
    for quota in script.scope.quotas {
      lines.append("ResourceQuota default/\(quota) pods=\(pods + script.identities.count)")
    }
    lines += nodes.map { "Node \($0) ready" }
    return lines.sorted()
  }

  /// `running`: the uids of the pods whose containers run, on each node.
  static func found(in view: ClusterView, running: [String: [String]]) -> [String] {
    var lines: [String] = []
    for namespace in view.objects(.namespace) {
      lines.append("Namespace \(namespace.meta.name)" + ending(namespace))
    }
    for deployment in view.objects(.deployment) {
      let names = ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]
      lines.append(line(ofRoot: deployment, counting: names))
    }
    for set in view.objects(.replicaSet) {
      if let line = line(ofSet: set, view) { lines.append(line) }
    }
    for quota in view.objects(.resourceQuota) {
      let used = quota.json["status"]?["used"]?["pods"]?.string ?? "?"
      lines.append("ResourceQuota \(name(quota)) pods=\(used)" + ending(quota))
    }
    for pod in view.objects(.pod) { lines.append(line(ofPod: pod, view)) }
    for node in view.objects(.node) {
      let taints = node.json["spec"]?["taints"]?.array ?? []
      lines.append(
        "Node \(node.meta.name)" + (node.node?.isReady == true ? " ready" : " not ready")
          + taints.compactMap { $0["key"]?.string }.map { " \($0)" }.joined() + ending(node))
    }
    return (lines + linesOfNodes(view, running)).sorted()
  }

  private static func line(ofRoot root: StoredObject, counting names: [String]) -> String {
    let status = root.json["status"]
    let replicas = root.json["spec"]?["replicas"]?.int64 ?? -1
    let counts = names.map { status?[$0]?.int64 ?? 0 }
    let isSettled =
      status?["observedGeneration"]?.int64 == root.meta.generation
      && counts.allSatisfy { $0 == replicas }
    return "\(root.objectKey?.kind.name ?? "?") \(name(root)) replicas=\(replicas)"
      + (isSettled ? " is settled" : " with \(counts)") + ending(root)
  }

  private static func line(ofSet set: StoredObject, _ view: ClusterView) -> String? {
    let replicas = set.json["spec"]?["replicas"]?.int64 ?? -1
    guard set.meta.controller != nil else {
      let names = ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"]
      return line(ofRoot: set, counting: names)
    }
    guard let owner = set.meta.controller.flatMap({ view.object(uid: $0.uid) }) else {
      return "ReplicaSet without owner replicas=\(replicas)" + ending(set)
    }
    let held = set.json["status"]?["replicas"]?.int64 ?? 0
    guard replicas != 0 || held != 0 || set.meta.isBeingDeleted else { return nil }
    let image = Self.image(set.json["spec"]?["template"]?["spec"])
    return "ReplicaSet of \(name(owner)) image=\(image) replicas=\(replicas)"
      + (held == replicas ? "" : " but \(held)") + ending(set)
  }

  private static func line(ofPod pod: StoredObject, _ view: ClusterView) -> String {
    let whose = whose(pod, view)
    return "Pod \(whose) image=\(image(pod.json["spec"])) \(pod.pod?.phase.rawValue ?? "?")"
      + (pod.pod?.isReady == true ? " ready" : "") + ending(pod)
  }

  private static func linesOfNodes(
    _ view: ClusterView, _ running: [String: [String]]
  ) -> [String] {
    var lines: [String] = []
    for entry in view.objects(in: .nodes) {
      switch entry.key {
      case .desiredPod(let node, let uid):
        if view.object(uid: uid)?.pod?.node != node {
          lines.append("a pod desired on \(node) that is not bound to it")
        }
      case .actualPod(let node, let uid):
        if view.object(uid: uid)?.pod?.node != node {
          lines.append("a pod reported by \(node) that is not bound to it")
        }
      case .actualNode, .heartbeat, .grant, .object, .candidate, .allocation: break
      }
    }
    for (node, uids) in running.sorted(by: { $0.key < $1.key }) {
      for uid in uids {
        guard let pod = view.object(uid: uid), pod.pod?.node == node else {
          lines.append("a container of no pod on \(node)")
          continue
        }
        lines.append("container of \(whose(pod, view).replacing("of ", with: ""))")
      }
    }
    return lines
  }

  /// `of default/web` for a Deployment's pod, else its own name.
  private static func whose(_ pod: StoredObject, _ view: ClusterView) -> String {
    guard let controller = pod.meta.controller else { return name(pod) }
    guard let set = view.object(uid: controller.uid) else { return "without owner" }
    guard set.meta.controller != nil else { return "of \(name(set))" }
    guard let deployment = set.meta.controller.flatMap({ view.object(uid: $0.uid) }) else {
      return "of a ReplicaSet without owner"
    }
    return "of \(name(deployment))"
  }

  private static func name(_ object: StoredObject) -> String {
    object.meta.namespace.isEmpty
      ? object.meta.name : "\(object.meta.namespace)/\(object.meta.name)"
  }

  private static func image(_ podSpec: JSONValue?) -> String {
    podSpec?["containers"]?[0]?["image"]?.string ?? "?"
  }

  private static func ending(_ object: StoredObject) -> String {
    object.meta.isBeingDeleted ? " on its way out" : ""
  }

  /// What one has and the other lacks, in words; empty where they agree.
  static func differences(expected: [String], found: [String]) -> [String] {
    var surplus = found
    var missing: [String] = []
    for line in expected {
      if let place = surplus.firstIndex(of: line) {
        surplus.remove(at: place)
      } else {
        missing.append(line)
      }
    }
    return missing.map { "missing: \($0)" } + surplus.map { "too much: \($0)" }
  }
}
