import JSON
import Objects

/// admissionregistration.k8s.io/v1 (apis/admissionregistration/validation).
extension Validator {
  mutating func webhooks(_ object: JSONObject) {
    var names: Set<String> = []
    each("webhooks", of: object) { validator, hook, _ in
      let name = hook["name"]?.string ?? ""
      validator.invalid("name", name, NameSyntax.qualifiedDomainComplaints(name))
      if !names.insert(name).inserted { validator.duplicate("name", name) }
      validator.webhook(hook)
    }
  }

  private mutating func webhook(_ hook: JSONObject) {
    each("rules", of: hook) { validator, rule, _ in validator.operationRule(rule) }
    oneOf(["Fail", "Ignore"], "failurePolicy", of: hook)
    oneOf(["Equivalent", "Exact"], "matchPolicy", of: hook)
    oneOf(["IfNeeded", "Never"], "reinvocationPolicy", of: hook)
    let effects = ["None", "NoneOnDryRun"]
    let effect = hook["sideEffects"]?.string ?? ""
    if effect.isEmpty {
      required("sideEffects", "must specify one of \(effects.joined(separator: ", "))")
    } else if !effects.contains(effect) {
      unsupported("sideEffects", effect, effects)
    }
    if let seconds = hook["timeoutSeconds"]?.int64, !(1...30).contains(seconds) {
      invalid(
        "timeoutSeconds", seconds, "the timeout value must be between 1 and 30 seconds")
    }
    for field in ["namespaceSelector", "objectSelector"] {
      ifObject(field, of: hook) { $0.labelSelector($1) }
    }
    clientConfiguration(of: hook)
    let field = "admissionReviewVersions"
    let versions = (hook[field]?.array ?? []).compactMap(\.string)
    if versions.isEmpty {
      required(field, "must specify one of v1, v1beta1")
    } else if !versions.contains(where: { $0 == "v1" || $0 == "v1beta1" }) {
      report(
        .invalid, field, value: Self.goList(versions),
        "must include at least one of v1, v1beta1")
    }
  }

  private static let operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]

  mutating func operationRule(_ rule: JSONObject) {
    let operations = (rule["operations"]?.array ?? []).compactMap(\.string)
    if operations.isEmpty { required("operations") }
    if operations.count > 1, operations.contains("*") {
      report(
        .invalid, "operations",
        value: "[]admissionregistration.OperationType{"
          + operations.map(GoText.quoted).joined(separator: ", ") + "}",
        "if '*' is present, must not specify other operations")
    }
    eachText("operations", of: rule) { validator, operation in
      if !Self.operations.contains(operation) {
        validator.unsupported(nil, operation, Self.operations)
      }
    }
    for field in ["apiGroups", "apiVersions"] {
      let values = (rule[field]?.array ?? []).compactMap(\.string)
      if values.isEmpty { required(field) }
      if values.count > 1, values.contains("*") {
        report(
          .invalid, field, value: Self.goList(values),
          "if '*' is present, must not specify other "
            + (field == "apiGroups" ? "API groups" : "API versions"))
      }
    }
    if (rule["resources"]?.array ?? []).isEmpty { required("resources") }
    oneOf(["*", "Cluster", "Namespaced"], "scope", of: rule)
  }

  private mutating func clientConfiguration(of hook: JSONObject) {
    let client = hook["clientConfig"]?.object ?? JSONObject()
    let url = client["url"]?.string
    let service = client["service"]?.object
    guard (url == nil) != (service == nil) else {
      return required("clientConfig", "exactly one of url or service is required")
    }
    within("clientConfig") { validator in
      if let url { validator.webhookURL(url) }
      validator.ifObject("service", of: client) { validator, service in
        for field in ["name", "namespace"] where (service[field]?.string ?? "").isEmpty {
          validator.required(field, "service \(field) is required")
        }
        if let port = service["port"]?.int64 {
          for complaint in NameSyntax.portNumberComplaints(port) {
            validator.invalid("port", port, "port is not valid: \(complaint)")
          }
        }
      }
    }
  }

  private mutating func webhookURL(_ url: String) {
    let form = "desired format: https://host[/path]"
    let parts = url.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let scheme = parts.count == 2 ? String(parts[0]) : ""
    if scheme != "https" {
      invalid("url", scheme, "'https' is the only allowed URL scheme; \(form)")
    }
    let rest = parts.count == 2 ? parts[1] : parts[0]
    let host = rest.hasPrefix("//") ? rest.dropFirst(2).prefix { $0 != "/" } : ""
    if host.isEmpty { invalid("url", String(host), "host must be specified; \(form)") }
    for (mark, what) in [("@", "user information is"), ("#", "fragments are")]
    where url.contains(mark) {
      invalid("url", url, "\(what) not permitted in the URL")
    }
  }

  // MARK: - Policies

  mutating func admissionPolicy(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.oneOf(["Fail", "Ignore"], "failurePolicy", of: spec)
      let constraints = spec["matchConstraints"]?.object
      if constraints == nil { validator.required("matchConstraints") }
      validator.ifObject("matchConstraints", of: spec) { validator, constraints in
        if (constraints["resourceRules"]?.array ?? []).isEmpty {
          validator.required("resourceRules")
        }
        validator.each("resourceRules", of: constraints) { validator, rule, _ in
          validator.operationRule(rule)
        }
      }
      if (spec["validations"]?.array ?? []).isEmpty,
        (spec["auditAnnotations"]?.array ?? []).isEmpty
      {
        for field in ["validations", "auditAnnotations"] {
          validator.required(
            field, "validations or auditAnnotations must contain at least one item")
        }
      }
      validator.each("validations", of: spec) { validator, validation, _ in
        if (validation["expression"]?.string ?? "").trimmingSpaces.isEmpty {
          validator.required("expression", "expression is not specified")
        }
      }
    }
  }

  mutating func admissionBinding(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      if (spec["policyName"]?.string ?? "").isEmpty { validator.required("policyName") }
      validator.subdomain("policyName", of: spec)
      if (spec["validationActions"]?.array ?? []).isEmpty {
        validator.required("validationActions")
      }
      validator.eachText("validationActions", of: spec) { validator, action in
        let supported = ["Audit", "Deny", "Warn"]
        if !supported.contains(action) { validator.unsupported(nil, action, supported) }
      }
    }
  }
}
