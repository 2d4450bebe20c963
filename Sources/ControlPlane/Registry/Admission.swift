import JSON
import Objects

/// What Kubernetes' admission plugins add to new objects and refuse. Volumes with service account
/// tokens, and that the account exists, come with the API server.
enum Admission {
  /// Of a new pod: ServiceAccount, DefaultTolerationSeconds.
  static func newPod(_ pod: inout JSONObject) -> Rejection? {
    pod.edit("spec") { spec in
      for field in ["serviceAccountName", "serviceAccount"]
      where (spec[field]?.string ?? "").isEmpty {
        spec[field] = "default"
      }
      addTolerations(to: &spec)
    }
    return nil
  }

  /// Of a new pod, by what else there is: LimitRanger, Priority, RuntimeClass.
  static func newPodInCluster(_ pod: inout JSONObject, _ view: ClusterView) -> Rejection? {
    LimitRanges.fill(&pod, in: view)
    return PodClasses.setPriority(&pod, in: view) ?? PodClasses.setRuntime(&pod, in: view)
  }

  /// Of a new namespace: it goes only when the namespace controller has emptied it.
  static func newNamespace(_ namespace: inout JSONObject) -> Rejection? {
    namespace.edit("spec") { spec in
      let finalizers = spec["finalizers"]?.array ?? []
      if !finalizers.contains("kubernetes") {
        spec["finalizers"] = .array(finalizers + ["kubernetes"])
      }
    }
    return nil
  }

  /// Of a new node: not ready until its conditions say so (TaintNodesByCondition).
  static func newNode(_ node: inout JSONObject) -> Rejection? {
    node.edit("spec") { spec in
      let key = "node.kubernetes.io/not-ready"
      var taints = spec["taints"]?.array ?? []
      guard !taints.contains(where: { $0["key"]?.string == key && $0["effect"] == "NoSchedule" })
      else { return }
      taints.append(["key": .string(key), "effect": "NoSchedule"])
      spec["taints"] = .array(taints)
    }
    return nil
  }

  /// Of a changed pod: DefaultTolerationSeconds.
  static func changedPod(_ pod: inout JSONObject) {
    Defaults.edit("spec", of: &pod, addTolerations)
  }

  private static let tolerated = ["not-ready", "unreachable"]

  /// Pods stay five minutes on a node that is lost, unless they say otherwise.
  @discardableResult
  private static func addTolerations(to spec: inout JSONObject) -> Bool {
    var tolerations = spec["tolerations"]?.array ?? []
    let count = tolerations.count
    for name in tolerated {
      let key = "node.kubernetes.io/\(name)"
      let isTolerated = tolerations.contains { toleration in
        let tolerated = toleration["key"]?.string ?? ""
        let effect = toleration["effect"]?.string ?? ""
        return (tolerated.isEmpty || tolerated == key)
          && (effect.isEmpty || effect == "NoExecute")
      }
      guard !isTolerated else { continue }
      tolerations.append([
        "key": .string(key), "operator": "Exists", "effect": "NoExecute",
        "tolerationSeconds": 300,
      ])
    }
    guard tolerations.count > count else { return false }
    spec["tolerations"] = .array(tolerations)
    return true
  }
}
