import JSON
import Objects

/// APIService, FlowSchema, PriorityLevelConfiguration, IPAddress, ServiceCIDR and RuntimeClass.
extension Validator {
  mutating func apiService(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    let version = spec["version"]?.string ?? ""
    let group = spec["group"]?.string ?? ""
    let name = object["metadata"]?["name"]?.string ?? ""
    let wanted = "\(version).\(group)"
    if name != wanted {
      invalid("metadata.name", name, "must be `spec.version+\".\"+spec.group`: \"\(wanted)\"")
    }
    within("spec") { validator in
      if version.isEmpty {
        validator.required("version")
      } else {
        validator.invalid("version", version, NameSyntax.serviceNameComplaints(version))
      }
      let minimum = spec["groupPriorityMinimum"]?.int64 ?? 0
      if !(1...20_000).contains(minimum) {
        validator.invalid("groupPriorityMinimum", minimum, "must be positive and less than 20000")
      }
      let priority = spec["versionPriority"]?.int64 ?? 0
      if !(1...1000).contains(priority) {
        validator.invalid("versionPriority", priority, "must be positive and less than 1000")
      }
      validator.ifObject("service", of: spec) { validator, service in
        for field in ["namespace", "name"] where (service[field]?.string ?? "").isEmpty {
          validator.required(field)
        }
        validator.portNumber("port", service["port"]?.int64 ?? 443)
      }
    }
  }

  mutating func flowSchema(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      let precedence = spec["matchingPrecedence"]?.int64 ?? 0
      if !(1...10_000).contains(precedence) {
        validator.invalid(
          "matchingPrecedence", precedence,
          precedence < 1 ? "must be a positive value" : "must not be greater than 10000")
      }
      if (spec["priorityLevelConfiguration"]?["name"]?.string ?? "").isEmpty {
        validator.required("priorityLevelConfiguration.name")
      }
    }
  }

  mutating func priorityLevel(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.requiredOneOf(["Exempt", "Limited"], "type", of: spec)
      if spec["type"] == "Limited", spec["limited"]?.object == nil {
        validator.required("limited", "must not be empty when type is Limited")
      }
      if spec["type"] == "Exempt", spec["limited"]?.object != nil {
        validator.forbidden("limited", "must be nil if the type is not Limited")
      }
    }
  }

  mutating func runtimeClass(_ object: JSONObject) {
    let handler = object["handler"]?.string ?? ""
    invalid("handler", handler, NameSyntax.plainLabelComplaints(handler))
    ifObject("overhead", of: object) { $0.quantities("podFixed", of: $1) }
  }

  mutating func runtimeClassUpdate(_ object: JSONObject, replacing old: JSONObject) {
    immutable("handler", of: object, replacing: old)
  }

  mutating func serviceNetworks(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      if (spec["cidrs"]?.array ?? []).isEmpty {
        validator.required("cidrs", "at least one CIDR required")
      }
      validator.eachText("cidrs", of: spec) { validator, text in
        if !AddressSyntax.isNetwork(text) { validator.badNetwork(text) }
      }
    }
  }

  mutating func parentReference(_ object: JSONObject) {
    let parent = object["spec"]?["parentRef"]?.object
    if parent == nil { return required("spec.parentRef") }
    for field in ["resource", "name"] where (parent?[field]?.string ?? "").isEmpty {
      required("spec.parentRef.\(field)")
    }
  }
}
