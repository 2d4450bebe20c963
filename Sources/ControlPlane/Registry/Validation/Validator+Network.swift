import JSON
import Objects

/// networking.k8s.io/v1 (apis/networking/validation).
extension Validator {
  static let ingressClassKey = "kubernetes.io/ingress.class"

  mutating func newIngress(_ object: JSONObject) {
    guard let annotation = object["metadata"]?["annotations"]?[Self.ingressClassKey]?.string,
      let name = object["spec"]?["ingressClassName"]?.string, name != annotation
    else { return }
    invalid(
      "annotations.\(Self.ingressClassKey)", annotation,
      "must match `ingressClassName` when both are specified")
  }

  mutating func ingress(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    if (spec["rules"]?.array ?? []).isEmpty, spec["defaultBackend"]?.object == nil {
      report(
        .invalid, "spec", value: "[]networking.IngressRule(nil)",
        "either `defaultBackend` or `rules` must be specified")
    }
    within("spec") { validator in
      validator.ifObject("defaultBackend", of: spec) { $0.backend($1) }
      validator.each("tls", of: spec) { validator, tls, _ in
        validator.eachText("hosts", of: tls) { validator, host in
          validator.invalid(nil, host, Self.hostComplaints(host))
        }
        if let name = tls["secretName"]?.string, !name.isEmpty {
          validator.subdomain("secretName", of: tls)
        }
      }
      validator.each("rules", of: spec) { validator, rule, _ in validator.ingressRule(rule) }
      validator.subdomain("ingressClassName", of: spec)
    }
  }

  private static func hostComplaints(_ host: String) -> [String] {
    host.contains("*")
      ? NameSyntax.wildcardComplaints(host) : NameSyntax.subdomainComplaints(host)
  }

  private mutating func ingressRule(_ rule: JSONObject) {
    if let host = rule["host"]?.string, !host.isEmpty {
      if AddressSyntax.isAddress(host) {
        invalid("host", host, "must be a DNS name, not an IP address")
      }
      invalid("host", host, Self.hostComplaints(host))
    }
    ifObject("http", of: rule) { validator, http in
      if (http["paths"]?.array ?? []).isEmpty { validator.required("paths") }
      validator.each("paths", of: http) { validator, path, _ in validator.ingressPath(path) }
    }
  }

  private mutating func ingressPath(_ path: JSONObject) {
    guard let type = path["pathType"]?.string else {
      return required("pathType", "pathType must be specified")
    }
    let text = path["path"]?.string ?? ""
    switch type {
    case "Exact", "Prefix":
      if !text.hasPrefix("/") { invalid("path", text, "must be an absolute path") }
      for part in ["//", "/./", "/../", "%2f", "%2F"] where text.contains(part) {
        invalid("path", text, "must not contain '\(part)'")
      }
      for end in ["/..", "/."] where text.hasSuffix(end) {
        invalid("path", text, "cannot end with '\(end)'")
      }
    case "ImplementationSpecific":
      if !text.isEmpty, !text.hasPrefix("/") {
        invalid("path", text, "must be an absolute path")
      }
    default: unsupported("pathType", type, ["Exact", "ImplementationSpecific", "Prefix"])
    }
    within("backend") { $0.backend(path["backend"]?.object ?? JSONObject()) }
  }

  private mutating func backend(_ backend: JSONObject) {
    let service = backend["service"]?.object
    if let resource = backend["resource"]?.object {
      if service != nil { invalid(nil, "", "cannot set both resource and service backends") }
      within("resource") { validator in
        for field in ["kind", "name"] where (resource[field]?.string ?? "").isEmpty {
          validator.required(field)
        }
      }
      return
    }
    guard let service else { return invalid(nil, "", "resource or service backend is required") }
    let name = service["name"]?.string ?? ""
    if name.isEmpty {
      required("service.name")
    } else {
      invalid("service.name", name, NameSyntax.serviceNameComplaints(name))
    }
    let portName = service["port"]?["name"]?.string ?? ""
    let number = service["port"]?["number"]?.int64 ?? 0
    switch (portName.isEmpty, number == 0) {
    case (false, false): invalid(nil, "", "cannot set both port name & port number")
    case (true, true): required(nil, "port name or number is required")
    case (false, true):
      invalid("service.port.name", portName, NameSyntax.portNameComplaints(portName))
    case (true, false): portNumber("service.port.number", number)
    }
  }

  // MARK: - Ingress classes

  mutating func ingressClass(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      let controller = spec["controller"]?.string ?? ""
      if controller.isEmpty {
        validator.required("controller")
      } else if controller.utf8.count > 250 {
        validator.report(.tooLong, "controller", "may not be more than 250 bytes")
      } else {
        validator.invalid(
          "controller", controller, NameSyntax.domainPathComplaints(controller))
      }
      validator.ifObject("parameters", of: spec) { validator, parameters in
        for field in ["kind", "name"] where (parameters[field]?.string ?? "").isEmpty {
          validator.required(field)
        }
        validator.requiredOneOf(["Cluster", "Namespace"], "scope", of: parameters)
        let namespace = parameters["namespace"]?.string
        if parameters["scope"] == "Namespace", (namespace ?? "").isEmpty {
          validator.required("namespace", "`parameters.scope` is set to 'Namespace'")
        }
        if parameters["scope"] == "Cluster", namespace != nil {
          validator.forbidden("namespace", "`parameters.scope` is set to 'Cluster'")
        }
      }
    }
  }

  mutating func ingressClassUpdate(_ object: JSONObject, replacing old: JSONObject) {
    within("spec") {
      $0.immutable(
        "controller", of: object["spec"]?.object ?? JSONObject(),
        replacing: old["spec"]?.object ?? JSONObject())
    }
  }

  // MARK: - Network policies

  mutating func networkPolicy(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.ifObject("podSelector", of: spec) { $0.labelSelector($1) }
      for (list, peers) in [("ingress", "from"), ("egress", "to")] {
        validator.each(list, of: spec) { validator, rule, _ in
          validator.each("ports", of: rule) { validator, port, _ in validator.policyPort(port) }
          validator.each(peers, of: rule) { validator, peer, _ in validator.policyPeer(peer) }
        }
      }
      let types = (spec["policyTypes"]?.array ?? []).compactMap(\.string)
      if types.count > 2 {
        return validator.report(
          .invalid, "policyTypes",
          value: "[]networking.PolicyType{\(types.map(GoText.quoted).joined(separator: ", "))}",
          "may not specify more than two policyTypes")
      }
      validator.eachText("policyTypes", of: spec) { validator, type in
        let supported = ["Ingress", "Egress"]
        if !supported.contains(type) { validator.unsupported(nil, type, supported) }
      }
    }
  }

  private mutating func policyPort(_ port: JSONObject) {
    oneOf(["TCP", "UDP", "SCTP"], "protocol", of: port)
    let end = port["endPort"]?.int64
    switch IntOrString(json: port["port"]) {
    case .int(let number):
      portNumber("port", Int64(number))
      guard let end else { return }
      if end < Int64(number) {
        invalid("endPort", end, "must be greater than or equal to `port`")
      }
      portNumber("endPort", end)
    case .string(let name):
      if let end {
        invalid("endPort", end, "may not be specified when `port` is non-numeric")
      }
      invalid("port", name, NameSyntax.portNameComplaints(name))
    case nil:
      if let end {
        invalid("endPort", end, "may not be specified when `port` is not specified")
      }
    }
  }

  private mutating func policyPeer(_ peer: JSONObject) {
    let block = peer["ipBlock"]?.object
    let selectors = ["podSelector", "namespaceSelector"].filter { peer[$0]?.object != nil }
    for field in selectors { ifObject(field, of: peer) { $0.labelSelector($1) } }
    if block != nil { ifObject("ipBlock", of: peer) { $0.addressBlock($1) } }
    if selectors.isEmpty, block == nil {
      required(nil, "must specify a peer")
    } else if !selectors.isEmpty, block != nil {
      forbidden(nil, "may not specify both ipBlock and another peer")
    }
  }

  private mutating func addressBlock(_ block: JSONObject) {
    let text = block["cidr"]?.string ?? ""
    if text.isEmpty { return required("cidr") }
    guard let network = IPNetwork(text) else { return badNetwork(text, "cidr") }
    eachText("except", of: block) { validator, text in
      guard let except = IPNetwork(text) else { return validator.badNetwork(text) }
      if !network.contains(except.base) || network.length >= except.length {
        validator.invalid(nil, text, "must be a strict subset of `cidr`")
      }
    }
  }
}
