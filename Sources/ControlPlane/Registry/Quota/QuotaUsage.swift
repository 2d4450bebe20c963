import JSON
import Objects

/// What one object uses of a quota (pkg/quota/v1 evaluators).
enum QuotaUsage {
  /// Kinds that quotas knew by a name of their own before there was `count/`.
  private static let namedKinds: Set<String> = [
    "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets",
    "services",
  ]

  /// What counts objects of a kind whatever they are: `count/deployments.apps`.
  static func count(of kind: Kind) -> String {
    kind.group.isEmpty ? "count/\(kind.plural)" : "count/\(kind.plural).\(kind.group)"
  }

  /// Nothing counts events: they go by themselves.
  static func counts(_ kind: Kind) -> Bool { kind.isNamespaced && kind != .event }

  static func of(_ object: JSONObject, _ kind: Kind) -> ResourceSums {
    var sums = ResourceSums()
    guard counts(kind) else { return sums }
    sums[count(of: kind)] = Quantity(1)
    if kind.group.isEmpty, namedKinds.contains(kind.plural) { sums[kind.plural] = Quantity(1) }
    switch kind {
    case .pod: addPod(object, to: &sums)
    case .service: addService(object, to: &sums)
    case .persistentVolumeClaim: addClaim(object, to: &sums)
    case _: break
    }
    return sums
  }

  /// A pod that has ended uses nothing but its name.
  private static func addPod(_ object: JSONObject, to sums: inout ResourceSums) {
    let phase = object["status"]?["phase"]?.string
    guard phase != "Succeeded", phase != "Failed" else { return }
    sums["pods"] = Quantity(1)
    let asked = PodSums(object["spec"])
    for name in asked.requests.names {
      guard let amount = asked.requests[name] else { continue }
      if ["cpu", "memory", "ephemeral-storage"].contains(name) || ResourceNames.isHugePages(name) {
        sums[name] = amount
        sums["requests.\(name)"] = amount
      } else if !ResourceNames.isNative(name) {
        sums["requests.\(name)"] = amount
      }
    }
    for name in ["cpu", "memory", "ephemeral-storage"] {
      if let amount = asked.limits[name] { sums["limits.\(name)"] = amount }
    }
  }

  private static func addService(_ object: JSONObject, to sums: inout ResourceSums) {
    let spec = object["spec"]
    let ports = spec?["ports"]?.array ?? []
    switch spec?["type"]?.string {
    case "NodePort": sums["services.nodeports"] = Quantity(Int64(ports.count))
    case "LoadBalancer":
      let given = ports.count { $0["nodePort"]?.int64 ?? 0 != 0 }
      let hasAll = spec?["allocateLoadBalancerNodePorts"]?.bool != false
      sums["services.nodeports"] = Quantity(Int64(hasAll ? ports.count : given))
      sums["services.loadbalancers"] = Quantity(1)
    default: break
    }
  }

  private static func addClaim(_ object: JSONObject, to sums: inout ResourceSums) {
    let asked = Quantity(json: object["spec"]?["resources"]?["requests"]?["storage"])
    let beta = object["metadata"]?["annotations"]?["volume.beta.kubernetes.io/storage-class"]
    let className = beta?.string ?? object["spec"]?["storageClassName"]?.string ?? ""
    let prefixes = className.isEmpty ? [""] : ["", "\(className).storageclass.storage.k8s.io/"]
    for prefix in prefixes {
      sums["\(prefix)persistentvolumeclaims"] = Quantity(1)
      if let asked { sums["\(prefix)requests.storage"] = asked }
    }
  }

  // MARK: - Which names concern a kind

  private static let podNames: Set<String> = [
    "pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory",
    "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
  ]

  /// A quota's resource that objects of the kind can use.
  static func concerns(_ kind: Kind, _ name: String) -> Bool {
    if name == count(of: kind) { return true }
    switch kind {
    case .pod:
      if podNames.contains(name) || name.hasPrefix("hugepages-") { return true }
      guard name.hasPrefix("requests.") else { return false }
      let resource = String(name.dropFirst("requests.".count))
      return ResourceNames.isHugePages(resource) || !ResourceNames.isNative(resource)
    case .service:
      return ["services", "services.nodeports", "services.loadbalancers"].contains(name)
    case .persistentVolumeClaim:
      return name == "persistentvolumeclaims" || name == "requests.storage"
        || name.hasSuffix(".storageclass.storage.k8s.io/persistentvolumeclaims")
        || name.hasSuffix(".storageclass.storage.k8s.io/requests.storage")
    case _: return kind.group.isEmpty && namedKinds.contains(kind.plural) && name == kind.plural
    }
  }
}
