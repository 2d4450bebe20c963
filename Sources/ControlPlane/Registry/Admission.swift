import JSON
import Objects

/// What Kubernetes' admission plugins add to pods and refuse. Volumes with service account tokens,
/// and that the account exists, come with the API server; priority classes and runtime classes are
/// not kept, so that only the two that the system has can be named.
enum Admission {
  /// Of a new pod: ServiceAccount, DefaultTolerationSeconds, Priority, RuntimeClass.
  static func newPod(_ pod: inout JSONObject, name: String) throws(Rejection) {
    let spec = pod["spec"]?.object ?? JSONObject()
    if let runtimeClass = spec["runtimeClassName"]?.string, !runtimeClass.isEmpty {
      throw .forbidden(
        .pod, name: name, reason: "pod rejected: RuntimeClass \"\(runtimeClass)\" not found")
    }
    let priority = try priority(of: spec, name)
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
