import Base
import JSON
import Objects

/// The defaults of pods that depend on other fields. All give true where they changed something.
enum PodDefaults {
  private static let containerLists = ["initContainers", "containers"]

  // MARK: - Pods and templates

  static func ofSpec(_ spec: inout JSONObject) -> Bool {
    var isChanged = false
    for list in containerLists + ["ephemeralContainers"] {
      if edit(list, of: &spec, container) { isChanged = true }
    }
    if edit("volumes", of: &spec, volume) { isChanged = true }
    if dropImageVolumes(&spec) { isChanged = true }
    if Defaults.edit("overhead", of: &spec, Quantities.canonicalize) { isChanged = true }
    // Amounts of whole pods are behind a gate that is off (PodLevelResources).
    if spec["resources"] != nil {
      spec["resources"] = nil
      isChanged = true
    }
    if let grace = spec["terminationGracePeriodSeconds"]?.int64, grace < 0 {
      spec["terminationGracePeriodSeconds"] = 1
      isChanged = true
    }
    return accountNames(&spec) || isChanged
  }

  /// The old name of the field and the new one say the same.
  private static func accountNames(_ spec: inout JSONObject) -> Bool {
    let new = spec["serviceAccountName"]?.string ?? ""
    let old = spec["serviceAccount"]?.string ?? ""
    let name = new.isEmpty ? old : new
    guard new != old else { return false }
    spec["serviceAccountName"] = .string(name)
    spec["serviceAccount"] = .string(name)
    return true
  }

  private static func container(_ container: inout JSONObject) -> Bool {
    var isChanged = false
    if (container["imagePullPolicy"]?.string ?? "").isEmpty {
      let image = container["image"]?.string ?? ""
      container["imagePullPolicy"] = .string(pullPolicy(of: image))
      isChanged = true
    }
    let amountsChanged = Defaults.edit("resources", of: &container) { resources in
      let limits = Defaults.edit("limits", of: &resources, Quantities.canonicalize)
      return Defaults.edit("requests", of: &resources, Quantities.canonicalize) || limits
    }
    return amountsChanged || isChanged
  }

  /// What may change under its name is pulled always: `:latest`, said or meant. A digest without a
  /// tag never changes.
  static func pullPolicy(of image: String) -> String {
    guard !image.isEmpty else { return "IfNotPresent" }
    let parts = image.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0].split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let tag = name.split(separator: ":", maxSplits: 1).dropFirst().first
    return tag == "latest" || tag == nil && parts.count == 1 ? "Always" : "IfNotPresent"
  }

  private static func volume(_ volume: inout JSONObject) -> Bool {
    if volume.members.allSatisfy({ $0.name == "name" || $0.value.isNull }) {
      volume["emptyDir"] = .object(JSONObject())
      return true
    }
    return Defaults.edit("emptyDir", of: &volume) { Quantities.canonicalize("sizeLimit", of: &$0) }
  }

  /// Volumes of images are behind a gate that is off (ImageVolume).
  private static func dropImageVolumes(_ spec: inout JSONObject) -> Bool {
    guard case .array(let volumes)? = spec["volumes"],
      volumes.contains(where: { $0["image"]?.object != nil })
    else { return false }
    spec["volumes"] = .array(volumes.filter { $0["image"]?.object == nil })
    return true
  }

  // MARK: - Pods only

  static func ofPodsOnly(_ spec: inout JSONObject) -> Bool {
    let onHostNetwork = spec["hostNetwork"]?.bool == true
    var isChanged = false
    for list in containerLists {
      let containersChanged = edit(list, of: &spec) { container in
        let requests = Defaults.edit("resources", of: &container, requestsFromLimits)
        return onHostNetwork && edit("ports", of: &container, hostPort) || requests
      }
      if containersChanged { isChanged = true }
    }
    return isChanged
  }

  /// Who names a limit asks for as much, unless it says otherwise.
  private static func requestsFromLimits(_ resources: inout JSONObject) -> Bool {
    guard case .object(let limits)? = resources["limits"] else { return false }
    let requests = resources["requests"]?.object ?? JSONObject()
    let missing = limits.members.filter { requests[$0.name] == nil }
    guard !missing.isEmpty else { return false }
    resources["requests"] = .object(JSONObject(requests.members + missing))
    return true
  }

  private static func hostPort(_ port: inout JSONObject) -> Bool {
    guard let number = port["containerPort"], port["hostPort"]?.int64 ?? 0 == 0 else {
      return false
    }
    port["hostPort"] = number
    return true
  }

  // MARK: - Status

  /// A new pod waits, and says what for where that is known.
  static func newStatus(of pod: JSONObject) -> JSONObject {
    var status = JSONObject([JSONObject.Member(name: "phase", value: "Pending")])
    if !(pod["spec"]?["schedulingGates"]?.array ?? []).isEmpty {
      status["conditions"] = [
        [
          "type": "PodScheduled", "status": "False", "lastProbeTime": nil,
          "lastTransitionTime": pod["metadata"]?["creationTimestamp"] ?? nil,
          "reason": "SchedulingGated",
          "message": "Scheduling is blocked due to non-empty scheduling gates",
        ]
      ]
    }
    status["qosClass"] = .string(qosClass(of: pod["spec"]?.object ?? JSONObject()))
    return status
  }

  /// By what all containers ask for of CPU and memory (ComputePodQOS).
  static func qosClass(of spec: JSONObject) -> String {
    let resources = ["cpu", "memory"]
    var hasAny = false
    var isGuaranteed = true
    for list in containerLists {
      for container in spec[list]?.array ?? [] {
        for resource in resources {
          let request = amount(container["resources"]?["requests"]?[resource])
          let limit = amount(container["resources"]?["limits"]?[resource])
          hasAny = hasAny || request != nil || limit != nil
          isGuaranteed = isGuaranteed && limit != nil && request == limit
        }
      }
    }
    return hasAny ? (isGuaranteed ? "Guaranteed" : "Burstable") : "BestEffort"
  }

  /// Nothing asked for and zero are the same.
  private static func amount(_ value: JSONValue?) -> Quantity? {
    guard let quantity = Quantity(json: value), !quantity.isZero, !quantity.isNegative else {
      return nil
    }
    return quantity
  }

  /// Changes each element of a list that is an object.
  private static func edit(
    _ name: String, of object: inout JSONObject, _ body: (inout JSONObject) -> Bool
  ) -> Bool {
    guard case .array(let elements)? = object[name] else { return false }
    var changed: [JSONValue]?
    for (place, element) in elements.enumerated() {
      guard case .object(var nested) = element, body(&nested) else { continue }
      changed = changed ?? elements
      changed?[place] = .object(nested)
    }
    guard let changed else { return false }
    object[name] = .array(changed)
    return true
  }
}
