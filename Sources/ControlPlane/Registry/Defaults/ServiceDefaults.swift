import Base
import JSON
import Objects

/// The defaults of Services that depend on other fields, and what becomes of those that a change of
/// type leaves behind (SetDefaults_Service, registry/core/service).
enum ServiceDefaults {
  static func apply(to object: inout JSONObject) {
    DefaultRows.service.apply(to: &object)
    Defaults.edit("spec", of: &object) { spec in
      let before = spec
      ports(of: &spec)
      affinity(of: &spec)
      policies(of: &spec)
      if let address = spec["clusterIP"]?.string, !address.isEmpty,
        (spec["clusterIPs"]?.array ?? []).isEmpty
      {
        spec["clusterIPs"] = .strings([address])
      }
      return spec != before
    }
  }

  private static func ports(of spec: inout JSONObject) {
    guard case .array(var ports)? = spec["ports"] else { return }
    var isChanged = false
    for (place, port) in ports.enumerated() {
      guard var object = port.object, let number = object["port"] else { continue }
      let target = IntOrString(json: object["targetPort"])
      guard target == nil || target == .int(0) || target == .string("") else { continue }
      object["targetPort"] = number
      ports[place] = .object(object)
      isChanged = true
    }
    if isChanged { spec["ports"] = .array(ports) }
  }

  private static func affinity(of spec: inout JSONObject) {
    switch spec["sessionAffinity"]?.string ?? "" {
    case "None": spec["sessionAffinityConfig"] = nil
    case "ClientIP" where spec["sessionAffinityConfig"]?["clientIP"]?["timeoutSeconds"] == nil:
      spec["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": 10_800]]
    default: break
    }
  }

  private static func policies(of spec: inout JSONObject) {
    let read = ServiceSpec(spec)
    if read.isReachedFromOutside, (spec["externalTrafficPolicy"]?.string ?? "").isEmpty {
      spec["externalTrafficPolicy"] = "Cluster"
    }
    let hasAddress = ["ClusterIP", "LoadBalancer", "NodePort"].contains(read.type)
    if hasAddress, spec["internalTrafficPolicy"]?.string == nil {
      spec["internalTrafficPolicy"] = "Cluster"
    }
    let field = "allocateLoadBalancerNodePorts"
    if read.type == "LoadBalancer", spec[field]?.bool == nil { spec[field] = true }
  }

  // MARK: - Updates

  /// What an update leaves out is kept, and what the new type has no use for goes
  /// (patchAllocatedValues, dropTypeDependentFields, NormalizeClusterIPs).
  static func beforeUpdate(_ object: inout JSONObject, _ old: JSONObject) {
    let before = ServiceSpec(old["spec"]?.object ?? JSONObject())
    object.edit("spec") { spec in
      addresses(of: &spec, before)
      keepPorts(of: &spec, before)
      dropUnused(of: &spec, before)
    }
  }

  private static func addresses(of spec: inout JSONObject, _ before: ServiceSpec) {
    let read = ServiceSpec(spec)
    let oldAddress = before.json["clusterIP"]?.string ?? ""
    var address = spec["clusterIP"]?.string ?? ""
    if before.needsAddress, read.needsAddress {
      if address.isEmpty, read.addresses.isEmpty {
        spec["clusterIP"] = before.json["clusterIP"]
        address = oldAddress
      }
      if address == oldAddress, read.addresses.isEmpty {
        spec["clusterIPs"] = before.json["clusterIPs"]
      }
      for field in ["ipFamilies", "ipFamilyPolicy"]
      where spec[field]?.isNull ?? true && address == oldAddress {
        spec[field] = before.json[field]
      }
    }
    let isListKept = spec["clusterIPs"] == before.json["clusterIPs"]
    if address != oldAddress, isListKept, !before.addresses.isEmpty {
      spec["clusterIPs"] =
        address.isEmpty ? nil : .strings([address] + before.addresses.dropFirst())
    }
    guard before.needsAddress, !read.needsAddress, address == oldAddress, isListKept else {
      return
    }
    spec["clusterIP"] = nil
    spec["clusterIPs"] = nil
    for field in ["ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]
    where spec[field] == before.json[field] {
      spec[field] = nil
    }
  }

  /// A port keeps its node port while its number and protocol stay.
  private static func keepPorts(of spec: inout JSONObject, _ before: ServiceSpec) {
    let read = ServiceSpec(spec)
    if before.needsHealthPort, read.needsHealthPort,
      spec["healthCheckNodePort"]?.int64 ?? 0 == 0
    {
      spec["healthCheckNodePort"] = before.json["healthCheckNodePort"]
    }
    guard before.needsNodePorts, read.needsNodePorts, case .array(var ports)? = spec["ports"]
    else { return }
    var used = Set(ports.compactMap { $0["nodePort"]?.int64 })
    var isChanged = false
    for (place, port) in ports.enumerated() where port["nodePort"]?.int64 ?? 0 == 0 {
      let twin = before.ports.first {
        $0["port"] == port["port"] && $0["protocol"] == port["protocol"]
      }
      guard let kept = twin?["nodePort"]?.int64, kept != 0, used.insert(kept).inserted,
        var object = port.object
      else { continue }
      object["nodePort"] = .number(kept)
      ports[place] = .object(object)
      isChanged = true
    }
    if isChanged { spec["ports"] = .array(ports) }
  }

  private static func dropUnused(of spec: inout JSONObject, _ before: ServiceSpec) {
    let read = ServiceSpec(spec)
    func drop(_ field: String, _ spec: inout JSONObject) {
      if spec[field] == before.json[field] { spec[field] = nil }
    }
    if before.needsHealthPort, !read.needsHealthPort { drop("healthCheckNodePort", &spec) }
    if before.type == "LoadBalancer", read.type != "LoadBalancer" {
      drop("allocateLoadBalancerNodePorts", &spec)
      drop("loadBalancerClass", &spec)
    }
    if before.isReachedFromOutside, !read.isReachedFromOutside {
      drop("externalTrafficPolicy", &spec)
    }
    let hadPorts = before.type == "NodePort" || before.type == "LoadBalancer"
    guard hadPorts, read.type == "ClusterIP" || read.type == "ExternalName",
      case .array(let ports)? = spec["ports"]
    else { return }
    let kept = before.ports.map { $0["nodePort"]?.int64 ?? 0 }
    guard ports.map({ $0["nodePort"]?.int64 ?? 0 }) == kept else { return }
    spec["ports"] = .array(
      ports.map { port in port.object.map { .object($0.without("nodePort")) } ?? port })
  }
}
