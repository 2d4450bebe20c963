import JSON
import Objects

/// Admission of new pods by the classes that they name (plugins Priority and RuntimeClass).
enum PodClasses {
  /// The classes that every cluster has, also before they are kept.
  static let system: [(name: String, value: Int64, description: String)] = [
    (
      "system-cluster-critical", 2_000_000_000,
      "For pods that the cluster needs, wherever they run."
    ),
    ("system-node-critical", 2_000_001_000, "For pods that their node needs."),
  ]

  // MARK: - Priority

  /// Sets the pod's priority, and whether others make room for it, by its class or the default one.
  static func setPriority(_ pod: inout JSONObject, in view: ClusterView) -> Rejection? {
    let podName = pod["metadata"]?["name"]?.string ?? ""
    let spec = pod["spec"]?.object ?? JSONObject()
    var className = spec["priorityClassName"]?.string ?? ""
    var computed: Int64 = 0
    var policy = "PreemptLowerPriority"
    if className.isEmpty {
      if let found = defaultClass(in: view) {
        className = found.meta.name
        computed = found.json["value"]?.int64 ?? 0
        policy = found.json["preemptionPolicy"]?.string ?? policy
      }
    } else if let found = view[ObjectKey(.priorityClass, name: className)] {
      computed = found.json["value"]?.int64 ?? 0
      policy = found.json["preemptionPolicy"]?.string ?? policy
    } else if let found = system.first(where: { $0.name == className }) {
      computed = found.value
    } else {
      return .forbidden(
        .pod, name: podName, reason: "no PriorityClass with name \(className) was found")
    }
    if let given = spec["priority"]?.int64, given != computed {
      return .forbidden(
        .pod, name: podName,
        reason: "the integer value of priority (\(given)) must not be provided in pod spec; "
          + "priority admission controller computed \(computed) from the given PriorityClass name")
    }
    if let given = spec["preemptionPolicy"]?.string, given != policy {
      return .forbidden(
        .pod, name: podName,
        reason: "the string value of PreemptionPolicy (\(given)) must not be provided in pod spec; "
          + "priority admission controller computed \(policy) from the given PriorityClass name")
    }
    pod.edit("spec") { spec in
      if !className.isEmpty { spec["priorityClassName"] = .string(className) }
      spec["priority"] = .number(computed)
      spec["preemptionPolicy"] = .string(policy)
    }
    return nil
  }

  /// Of several the one with the lowest value (getDefaultPriorityClass).
  private static func defaultClass(in view: ClusterView) -> StoredObject? {
    view.objects(.priorityClass).filter { $0.json["globalDefault"]?.bool == true }
      .min { ($0.json["value"]?.int64 ?? 0) < ($1.json["value"]?.int64 ?? 0) }
  }

  // MARK: - RuntimeClass

  /// What the class adds: its overhead, and the nodes that have its handler.
  static func setRuntime(_ pod: inout JSONObject, in view: ClusterView) -> Rejection? {
    let podName = pod["metadata"]?["name"]?.string ?? ""
    func refused(_ reason: String) -> Rejection {
      .forbidden(.pod, name: podName, reason: "pod rejected: \(reason)")
    }
    guard let name = pod["spec"]?["runtimeClassName"]?.string, !name.isEmpty else {
      return pod["spec"]?["overhead"]?.object?.isEmpty == false
        ? refused("Pod Overhead set without corresponding RuntimeClass defined Overhead") : nil
    }
    guard let found = view[ObjectKey(.runtimeClass, name: name)] else {
      return refused("RuntimeClass \"\(name)\" not found")
    }
    let overhead = found.json["overhead"]?["podFixed"]
    if let given = pod["spec"]?["overhead"], given.object?.isEmpty == false,
      ResourceSums(given) != ResourceSums(overhead)
    {
      return refused("Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    }
    let selector = found.json["scheduling"]?["nodeSelector"]?.object?.members ?? []
    let clashes = selector.contains { member in
      pod["spec"]?["nodeSelector"]?[member.name].map { $0 != member.value } ?? false
    }
    if clashes {
      return refused("conflict: runtimeClass.scheduling.nodeSelector conflicts with pod")
    }
    let tolerations = found.json["scheduling"]?["tolerations"]?.array ?? []
    pod.edit("spec") { spec in
      if let overhead, overhead.object?.isEmpty == false { spec["overhead"] = overhead }
      if !selector.isEmpty {
        spec.edit("nodeSelector") { for member in selector { $0[member.name] = member.value } }
      }
      let present = spec["tolerations"]?.array ?? []
      let missing = tolerations.filter { !present.contains($0) }
      if !missing.isEmpty { spec["tolerations"] = .array(present + missing) }
    }
    return nil
  }
}
