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

  /// Events that bear an `eventTime` say who reports them (legacyValidateEvent).
  mutating func event(_ object: JSONObject) {
    let namespace = object["metadata"]?["namespace"]?.string ?? ""
    let involved = object["involvedObject"]?["namespace"]?.string ?? ""
    let isTimed = object["eventTime"]?.string != nil
    let isCluster = namespace == "default" || isTimed && namespace == "kube-system"
    if involved.isEmpty ? !isCluster : namespace != involved {
      within("involvedObject") {
        $0.invalid("namespace", involved, "does not match event.namespace")
      }
    }
    guard isTimed else { return }
    let reporter = object["reportingComponent"]?.string ?? ""
    let field = apiVersion == "v1" ? "reportingComponent" : "reportingController"
    if reporter.isEmpty { required(field) }
    invalid(field, reporter, NameSyntax.qualifiedNameComplaints(reporter))
    for field in ["reportingInstance", "action", "reason"] {
      let text = object[field]?.string ?? ""
      if text.isEmpty { required(field) }
      short(field, text, max: 128)
    }
    short("message", object["message"]?.string ?? "", max: 1024)
  }

  private mutating func short(_ field: String, _ text: String, max: Int) {
    guard text.utf8.count > max else { return }
    invalid(field, "", "can have at most \(max) characters")
  }

  /// What a new event of `events.k8s.io` must say, and must leave to the older form
  /// (ValidateEventCreate).
  mutating func newEvent(_ object: JSONObject) {
    guard apiVersion == "events.k8s.io/v1" else { return }
    if object["eventTime"]?.string == nil { required("eventTime") }
    let type = object["type"]?.string ?? ""
    if type != "Normal", type != "Warning" {
      invalid("type", "", "has invalid value: \(type)")
    }
    for field in ["firstTimestamp", "lastTimestamp"] where object[field]?.string != nil {
      invalid(field, "", "needs to be unset")
    }
    if let count = object["count"]?.int64, count != 0 { invalid("count", "", "needs to be unset") }
    let source = object["source"]
    if source?["component"]?.string?.isEmpty == false || source?["host"]?.string?.isEmpty == false {
      invalid("source", "", "needs to be unset")
    }
  }
}
