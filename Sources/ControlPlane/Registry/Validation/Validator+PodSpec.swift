import JSON
import Objects

/// core/v1 PodSpec (pkg/apis/core/validation ValidatePodSpec).
extension Validator {
  private static let restartPolicies = ["Always", "OnFailure", "Never"]
  private static let dnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]

  mutating func podSpec(_ spec: JSONObject) {
    let volumes = self.volumes(of: spec)
    containers(of: spec, volumes: volumes)
    requiredOneOf(Self.restartPolicies, "restartPolicy", of: spec)
    requiredOneOf(Self.dnsPolicies, "dnsPolicy", of: spec)
    labels("nodeSelector", of: spec)
    podSecurityContext(of: spec)
    ifObject("affinity", of: spec) { $0.affinity($1) }
    dnsConfig(of: spec)
    each("readinessGates", of: spec) { validator, gate, _ in
      validator.labelName("conditionType", of: gate)
    }
    schedulingGates(of: spec)
    topologySpread(spec)
    podNames(of: spec)
    if let deadline = spec["activeDeadlineSeconds"]?.int64,
      !(1...Int64(Int32.max)).contains(deadline)
    {
      invalid(
        "activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive")
    }
    nonnegative("terminationGracePeriodSeconds", of: spec)
    tolerations(of: spec)
    each("hostAliases", of: spec) { validator, alias, _ in
      validator.address("ip", of: alias)
      validator.eachText("hostnames", of: alias) {
        $0.invalid(nil, $1, NameSyntax.subdomainComplaints($1))
      }
    }
    oneOf(["Never", "PreemptLowerPriority"], "preemptionPolicy", of: spec)
    quantities("overhead", of: spec)
    operatingSystem(of: spec)
  }

  /// Names that other objects bear: nodes, accounts, classes.
  private mutating func podNames(of spec: JSONObject) {
    let subdomains = [
      "serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName",
    ]
    for field in subdomains {
      guard let name = spec[field]?.string, !name.isEmpty else { continue }
      invalid(field, name, NameSyntax.subdomainComplaints(name))
    }
    for field in ["hostname", "subdomain"] {
      guard let name = spec[field]?.string, !name.isEmpty else { continue }
      invalid(field, name, NameSyntax.labelComplaints(name))
    }
  }

  private mutating func dnsConfig(of spec: JSONObject) {
    let config = spec["dnsConfig"]?.object
    if spec["dnsPolicy"]?.string == "None" {
      if let config {
        if (config["nameservers"]?.array ?? []).isEmpty {
          required(
            "dnsConfig.nameservers",
            "must provide at least one DNS nameserver when `dnsPolicy` is None")
        }
      } else {
        required("dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None")
      }
    }
    guard let config else { return }
    within("dnsConfig") { validator in
      let servers = config["nameservers"]?.array ?? []
      if servers.count > 3 {
        validator.report(
          .invalid, "nameservers", value: Self.goList(servers.compactMap(\.string)),
          "must not have more than 3 nameservers")
      }
      validator.eachText("nameservers", of: config) { validator, text in
        validator.address(text)
      }
      validator.each("options", of: config) { validator, option, _ in
        if (option["name"]?.string ?? "").isEmpty {
          validator.required(nil, "must not be empty")
        }
      }
    }
  }

  private mutating func schedulingGates(of spec: JSONObject) {
    var seen: Set<String> = []
    each("schedulingGates", of: spec) { validator, gate, _ in
      let name = gate["name"]?.string ?? ""
      validator.invalid(nil, name, NameSyntax.qualifiedNameComplaints(name))
      if !seen.insert(name).inserted { validator.duplicate(nil, name) }
    }
  }

  private mutating func podSecurityContext(of spec: JSONObject) {
    if spec["hostNetwork"]?.bool == true { hostPortsMatch(of: spec) }
    ifObject("securityContext", of: spec) { validator, context in
      for field in ["fsGroup", "runAsUser", "runAsGroup"] {
        validator.identifier(field, of: context)
      }
      guard case .array(let groups)? = context["supplementalGroups"] else { return }
      for (place, group) in groups.enumerated() {
        guard let id = group.int64, !(0...Int64(Int32.max)).contains(id) else { continue }
        validator.invalid("supplementalGroups[\(place)]", id, Self.idRange)
      }
    }
    hostNamespaces(of: spec)
    ifObject("securityContext", of: spec) { validator, context in
      validator.podOnlySecurity(context)
      validator.profiles(of: context)
    }
  }

  private static let idRange = "must be between 0 and 2147483647, inclusive"

  /// A user's or a group's number.
  mutating func identifier(_ field: String, of parent: JSONObject) {
    guard let id = parent[field]?.int64, !(0...Int64(Int32.max)).contains(id) else { return }
    invalid(field, id, Self.idRange)
  }

  private mutating func hostPortsMatch(of spec: JSONObject) {
    each("containers", of: spec) { validator, container, _ in
      validator.each("ports", of: container) { validator, port, _ in
        let hostPort = port["hostPort"]?.int64 ?? 0
        if hostPort != port["containerPort"]?.int64 ?? 0 {
          validator.invalid(
            "hostPort", hostPort, "must match `containerPort` when `hostNetwork` is true")
        }
      }
    }
  }

  mutating func address(_ field: String, of parent: JSONObject) {
    let text = parent[field]?.string ?? ""
    within(field) { $0.address(text) }
  }

  private mutating func address(_ text: String) {
    guard !AddressSyntax.isAddress(text) else { return }
    invalid(nil, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
  }

  /// A map of resources to amounts, none negative.
  mutating func quantities(_ field: String, of parent: JSONObject) {
    guard case .object(let amounts)? = parent[field] else { return }
    within(field) { validator in
      for member in amounts.members {
        validator.within(key: member.name) { $0.amount(member.value, of: member.name) }
      }
    }
  }

  /// ValidateResourceQuantityValue.
  mutating func amount(_ value: JSONValue, of resource: String) {
    guard let quantity = Quantity(json: value) else {
      return invalid(
        nil, value.string ?? value.text(),
        "quantities must match the regular expression "
          + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    }
    if quantity.isNegative {
      invalid(nil, quantity.description, "must be greater than or equal to 0")
    }
    if ResourceNames.isCounted(resource), !quantity.isWhole {
      invalid(nil, quantity.description, "must be an integer")
    }
  }

  // MARK: - Whole pods

  mutating func pod(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.podSpec(spec)
      validator.trimmedImages(of: spec)
    }
  }

  /// What a new pod must not have (ValidatePodCreate), beside what no pod must.
  mutating func newPod(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      if !(spec["ephemeralContainers"]?.array ?? []).isEmpty {
        validator.forbidden("ephemeralContainers", "cannot be set on create")
      }
      if !(spec["schedulingGates"]?.array ?? []).isEmpty,
        !(spec["nodeName"]?.string ?? "").isEmpty
      {
        validator.forbidden(
          "nodeName", "cannot be set until all schedulingGates have been cleared")
      }
    }
  }

  /// Only of pods: templates may name such images, and always could.
  private mutating func trimmedImages(of spec: JSONObject) {
    for list in ["containers", "initContainers"] {
      each(list, of: spec) { validator, container, _ in
        let image = container["image"]?.string ?? ""
        let isSpace = { (byte: UInt8?) in byte.map { $0 == 0x20 || (0x09...0x0D).contains($0) } }
        if isSpace(image.utf8.first) ?? false || isSpace(image.utf8.last) ?? false {
          validator.invalid("image", image, "must not have leading or trailing whitespace")
        }
      }
    }
  }
}
