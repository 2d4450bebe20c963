import JSON
import Objects

/// core/v1 Service (ValidateService).
extension Validator {
  static let protocols = ["SCTP", "TCP", "UDP"]
  private static let onlyLoadBalancers = "may only be used when `type` is 'LoadBalancer'"
  private static let policies = ["Cluster", "Local"]

  mutating func service(_ object: JSONObject) {
    let spec = ServiceSpec(object["spec"]?.object ?? JSONObject())
    within("spec") { validator in
      validator.serviceType(spec)
      validator.servicePorts(spec)
      validator.labels("selector", of: spec.json)
      validator.sessionAffinity(spec)
      validator.clusterAddresses(spec)
      validator.externalAddresses(spec)
      validator.oneOf(
        ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], "type", of: spec.json)
      validator.nodePorts(spec)
      validator.loadBalancing(spec)
      validator.trafficPolicies(spec)
    }
  }

  private mutating func serviceType(_ spec: ServiceSpec) {
    if spec.ports.isEmpty, !spec.isHeadless, spec.type != "ExternalName" { required("ports") }
    switch spec.type {
    case "LoadBalancer", "NodePort":
      for (place, port) in spec.ports.enumerated()
      where spec.type == "LoadBalancer" && port["port"]?.int64 == 10250 {
        invalid(
          "ports[\(place)].port", 10250,
          "may not expose port 10250 externally since it is used by kubelet")
      }
      if spec.isHeadless {
        invalid(
          "clusterIPs[0]", "None", "may not be set to 'None' for \(spec.type) services")
      }
    case "ExternalName":
      let detail = "may not be set for ExternalName services"
      for field in ["clusterIPs", "ipFamilies"]
      where !(spec.json[field]?.array ?? []).isEmpty {
        forbidden(field, detail)
      }
      if spec.json["ipFamilyPolicy"]?.string != nil { forbidden("ipFamilyPolicy", detail) }
      let name = spec.json["externalName"]?.string ?? ""
      if name.isEmpty { return required("externalName") }
      let domain = name.hasSuffix(".") ? String(name.dropLast()) : name
      invalid("externalName", domain, NameSyntax.subdomainComplaints(domain))
    default: break
    }
  }

  private mutating func servicePorts(_ spec: ServiceSpec) {
    var names: Set<String> = []
    var seen: Set<String> = []
    each("ports", of: spec.json) { validator, port, _ in
      let name = port["name"]?.string ?? ""
      if name.isEmpty {
        if spec.ports.count > 1 { validator.required("name") }
      } else {
        validator.invalid("name", name, NameSyntax.plainLabelComplaints(name))
        if !names.insert(name).inserted { validator.duplicate("name", name) }
      }
      validator.portNumber("port", port["port"]?.int64 ?? 0)
      validator.requiredOneOf(Self.protocols, "protocol", of: port)
      validator.portNumberOrName("targetPort", of: port)
      validator.qualifiedName("appProtocol", of: port)
      let pair = "\(port["protocol"]?.string ?? "") \(port["port"]?.int64 ?? 0)"
      if !seen.insert(pair).inserted {
        validator.report(
          .duplicate, value: GoText.structure("core.ServicePort", .object(port)))
      }
    }
  }

  /// A port's number or its name; absent counts as 0.
  mutating func portNumberOrName(_ field: String, of parent: JSONObject) {
    switch IntOrString(json: parent[field]) ?? .int(0) {
    case .int(let number): portNumber(field, Int64(number))
    case .string(let text): invalid(field, text, NameSyntax.portNameComplaints(text))
    }
  }

  mutating func qualifiedName(_ field: String, of parent: JSONObject) {
    guard let name = parent[field]?.string else { return }
    invalid(field, name, NameSyntax.qualifiedNameComplaints(name))
  }

  private mutating func sessionAffinity(_ spec: ServiceSpec) {
    requiredOneOf(["ClientIP", "None"], "sessionAffinity", of: spec.json)
    guard spec.json["sessionAffinity"] == "ClientIP" else { return }
    let detail = "when session affinity type is ClientIP"
    guard let client = spec.json["sessionAffinityConfig"]?["clientIP"] else {
      return required("sessionAffinityConfig", detail)
    }
    guard let seconds = client["timeoutSeconds"]?.int64 else {
      return required("sessionAffinityConfig.clientIP.timeoutSeconds", detail)
    }
    if !(1...86_400).contains(seconds) {
      invalid(
        "sessionAffinityConfig.clientIP.timeoutSeconds", seconds,
        "must be greater than 0 and less than 86400")
    }
  }

  private mutating func externalAddresses(_ spec: ServiceSpec) {
    eachText("externalIPs", of: spec.json) { validator, address in
      if !AddressSyntax.isAddress(address) { return validator.badAddress(address) }
      validator.specialAddress(address)
    }
  }

  static let addressWanted = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"

  mutating func badAddress(_ text: String, _ field: String? = nil) {
    invalid(field, text, Self.addressWanted)
  }

  /// Addresses that mean something else on every host (ValidateNonSpecialIP). What lies on a node
  /// may have the node's own: all nodes of one host are reached by its loopback.
  mutating func specialAddress(
    _ text: String, _ field: String? = nil, isOnNode: Bool = false
  ) {
    guard let address = IPAddress(text) else {
      return invalid(field, text, "must be a valid IP address")
    }
    if address.isUnspecified { invalid(field, text, "may not be unspecified (\(text))") }
    if address.isLoopback && !isOnNode {
      invalid(field, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)")
    }
    if address.isLinkLocal {
      invalid(field, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    }
    if address.isLinkLocalMulticast {
      invalid(
        field, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
    }
  }

  private mutating func nodePorts(_ spec: ServiceSpec) {
    var seen: Set<String> = []
    each("ports", of: spec.json) { validator, port, _ in
      guard let number = port["nodePort"]?.int64, number != 0 else { return }
      if spec.type == "ClusterIP" {
        validator.forbidden("nodePort", "may not be used when `type` is 'ClusterIP'")
      }
      if !seen.insert("\(port["protocol"]?.string ?? "") \(number)").inserted {
        validator.report(.duplicate, "nodePort", value: String(number))
      }
    }
  }

  private mutating func loadBalancing(_ spec: ServiceSpec) {
    let isBalanced = spec.type == "LoadBalancer"
    // As Kubernetes has it: with a capital letter.
    let ranges = "LoadBalancerSourceRanges"
    let networks = spec.json["loadBalancerSourceRanges"]?.array ?? []
    if !networks.isEmpty, !isBalanced { forbidden(ranges, Self.onlyLoadBalancers) }
    for (place, network) in networks.enumerated() {
      let text = network.string ?? ""
      let trimmed = text.trimmingSpaces
      if !AddressSyntax.isNetwork(trimmed) { badNetwork(trimmed, "\(ranges)[\(place)]") }
    }
    let field = "allocateLoadBalancerNodePorts"
    if spec.json[field]?.bool != nil, !isBalanced { forbidden(field, Self.onlyLoadBalancers) }
    loadBalancerClass(spec)
  }

  mutating func badNetwork(_ text: String, _ field: String? = nil) {
    invalid(field, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
  }

  private mutating func loadBalancerClass(_ spec: ServiceSpec) {
    guard spec.json["loadBalancerClass"]?.string != nil else { return }
    if spec.type == "LoadBalancer" {
      qualifiedName("loadBalancerClass", of: spec.json)
    } else {
      forbidden("loadBalancerClass", Self.onlyLoadBalancers)
    }
  }

  private mutating func trafficPolicies(_ spec: ServiceSpec) {
    let external = spec.json["externalTrafficPolicy"]?.string ?? ""
    if spec.isReachedFromOutside {
      requiredOneOf(Self.policies, "externalTrafficPolicy", of: spec.json)
    } else if !external.isEmpty {
      invalid(
        "externalTrafficPolicy", external,
        "may only be set for externally-accessible services")
    }
    if let port = spec.json["healthCheckNodePort"]?.int64, port != 0 {
      if spec.needsHealthPort {
        portNumber("healthCheckNodePort", port)
      } else {
        invalid(
          "healthCheckNodePort", port,
          "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")
      }
    }
    oneOf(Self.policies, "internalTrafficPolicy", of: spec.json)
    oneOf(["PreferClose"], "trafficDistribution", of: spec.json)
  }

  // MARK: - Updates

  mutating func serviceUpdate(_ object: JSONObject, replacing old: JSONObject) {
    let spec = ServiceSpec(object["spec"]?.object ?? JSONObject())
    let before = ServiceSpec(old["spec"]?.object ?? JSONObject())
    within("spec") { validator in
      validator.changedAddresses(spec, replacing: before)
      if spec.type == "LoadBalancer", before.type == "LoadBalancer",
        spec.json["loadBalancerClass"] != before.json["loadBalancerClass"]
      {
        validator.invalid(
          "loadBalancerClass", spec.json["loadBalancerClass"]?.string ?? "",
          "may not change once set")
      }
      // As Kubernetes has it: an update is held against this twice.
      validator.loadBalancerClass(spec)
    }
  }

  private mutating func changedAddresses(_ spec: ServiceSpec, replacing before: ServiceSpec) {
    guard spec.type != "ExternalName", before.type != "ExternalName",
      !(spec.isHeadless && before.isHeadless), !before.addresses.isEmpty
    else { return }
    let value = Self.goList(spec.addresses)
    let detail = "may not change once set"
    guard !spec.addresses.isEmpty else {
      return report(
        .invalid, "clusterIPs[0]", value: value, "primary clusterIP can not be unset")
    }
    for (place, pair) in zip(spec.addresses, before.addresses).enumerated()
    where pair.0 != pair.1 {
      report(.invalid, "clusterIPs[\(place)]", value: value, detail)
    }
    if spec.addresses.count < before.addresses.count,
      spec.json["ipFamilyPolicy"] != "SingleStack"
    {
      invalid(
        "ipFamilyPolicy", spec.json["ipFamilyPolicy"]?.string ?? "",
        "must be set to 'SingleStack' when releasing the secondary clusterIP")
    }
  }
}
