import JSON
import Objects

/// What Kubernetes' admission plugins add to new objects and refuse. Volumes with service account tokens,
/// and that the account exists, come with the API server; priority classes and runtime classes are
/// not kept, so that only the two that the system has can be named.
enum Admission {
  /// Of a new pod: ServiceAccount, DefaultTolerationSeconds, Priority, RuntimeClass.
  static func newPod(_ pod: inout JSONObject) -> Rejection? {
    let name = pod["metadata"]?["name"]?.string ?? ""
    let spec = pod["spec"]?.object ?? JSONObject()
    if let runtimeClass = spec["runtimeClassName"]?.string, !runtimeClass.isEmpty {
      return .forbidden(
        .pod, name: name, reason: "pod rejected: RuntimeClass \"\(runtimeClass)\" not found")
    }
    let priority: Int64
    do throws(Rejection) {
      priority = try self.priority(of: spec, name)
    } catch {
      return error
    }
    pod.edit("spec") { spec in
      for field in ["serviceAccountName", "serviceAccount"]
      where (spec[field]?.string ?? "").isEmpty {
        spec[field] = "default"
      }
      spec["priority"] = .number(priority)
      if spec["preemptionPolicy"]?.string == nil {
        spec["preemptionPolicy"] = "PreemptLowerPriority"
      }
      addTolerations(to: &spec)
    }
    return nil
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

  private static let systemClasses: [String: Int64] = [
    "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
  ]

  private static func priority(of spec: JSONObject, _ name: String) throws(Rejection) -> Int64 {
    var computed: Int64 = 0
    if let className = spec["priorityClassName"]?.string, !className.isEmpty {
      guard let priority = systemClasses[className] else {
        throw .forbidden(
          .pod, name: name, reason: "no PriorityClass with name \(className) was found")
      }
      computed = priority
    }
    if let given = spec["priority"]?.int64, given != computed {
      throw .forbidden(
        .pod, name: name,
        reason: "the integer value of priority (\(given)) must not be provided in pod spec; "
          + "priority admission controller computed \(computed) from the given PriorityClass name")
    }
    return computed
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
