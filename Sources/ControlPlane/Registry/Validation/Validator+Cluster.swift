import JSON
import Objects

/// Nodes, leases and events.
extension Validator {
  mutating func node(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    // As Kubernetes has it: taints are reported as if they were metadata.
    within("metadata") { $0.taints(of: spec) }
    within("spec") { validator in
      validator.eachText("podCIDRs", of: spec) { validator, network in
        if !AddressSyntax.isNetwork(network) {
          validator.invalid(
            nil, network, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
        }
      }
    }
    within("status") { validator in
      let status = object["status"]?.object ?? JSONObject()
      validator.quantities("capacity", of: status)
      validator.quantities("allocatable", of: status)
    }
  }

  private mutating func taints(of spec: JSONObject) {
    var seen: Set<String> = []
    each("taints", of: spec) { validator, taint, _ in
      validator.labelName("key", of: taint)
      let value = taint["value"]?.string ?? ""
      let complaints = NameSyntax.labelValueComplaints(value)
      if !complaints.isEmpty {
        validator.invalid("value", value, complaints.joined(separator: ";"))
      }
      let effect = taint["effect"]?.string ?? ""
      if effect.isEmpty {
        validator.required("effect")
      } else if !Self.taintEffects.contains(effect) {
        validator.unsupported("effect", effect, Self.taintEffects)
      }
      if !seen.insert("\(effect) \(taint["key"]?.string ?? "")").inserted {
        validator.report(
          .duplicate, value: GoText.structure("core.Taint", .object(taint)),
          "taints must be unique by key and effect pair")
      }
    }
  }

  /// A node's network and its provider's name for it are given once.
  mutating func nodeUpdate(_ object: JSONObject, replacing old: JSONObject) {
    let before = old["spec"]
    let after = object["spec"]
    within("spec") { validator in
      let networks = before?["podCIDRs"]?.array ?? []
      if !networks.isEmpty, networks != after?["podCIDRs"]?.array ?? [] {
        validator.forbidden(
          "podCIDRs", "node updates may not change podCIDR except from \"\" to valid")
      }
      let provider = before?["providerID"]?.string ?? ""
      if !provider.isEmpty, provider != after?["providerID"]?.string ?? "" {
        validator.forbidden(
          "providerID", "node updates may not change providerID except from \"\" to valid")
      }
    }
  }

  mutating func lease(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      if let seconds = spec["leaseDurationSeconds"]?.int64, seconds <= 0 {
        validator.invalid("leaseDurationSeconds", seconds, "must be greater than 0")
      }
      validator.nonnegative("leaseTransitions", of: spec)
    }
  }

  /// legacyValidateEvent, and the rest for events that bear an `eventTime`.
  mutating func event(_ object: JSONObject) {
    let namespace = object["metadata"]?["namespace"]?.string ?? ""
    let involved = object["involvedObject"]?["namespace"]?.string ?? ""
    if involved.isEmpty ? namespace != "default" : namespace != involved {
      within("involvedObject") {
        $0.invalid("namespace", involved, "does not match event.namespace")
      }
    }
    guard object["eventTime"]?.string != nil else { return }
    for field in ["reportingComponent", "reportingInstance", "action", "reason"]
    where (object[field]?.string ?? "").isEmpty {
      required(field == "reportingComponent" ? "reportingController" : field)
    }
    let type = object["type"]?.string ?? ""
    if type != "Normal", type != "Warning" {
      invalid("type", "", "has invalid value: \(type)")
    }
  }
}
