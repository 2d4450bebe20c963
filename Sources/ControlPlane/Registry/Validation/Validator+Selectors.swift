import JSON
import Objects

/// meta/v1 LabelSelector and core/v1 NodeSelector.
extension Validator {
  static let valuesNeeded = "must be specified when `operator` is 'In' or 'NotIn'"
  static let valuesNotWanted =
    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"

  mutating func labelSelector(_ selector: JSONObject) {
    labels("matchLabels", of: selector)
    each("matchExpressions", of: selector) { validator, requirement, _ in
      let values = requirement["values"]?.array ?? []
      switch requirement["operator"]?.string ?? "" {
      case "In", "NotIn":
        if values.isEmpty { validator.required("values", Self.valuesNeeded) }
      case "Exists", "DoesNotExist":
        if !values.isEmpty { validator.forbidden("values", Self.valuesNotWanted) }
      case let other: validator.invalid("operator", other, "not a valid selector operator")
      }
      validator.labelName("key", of: requirement)
      validator.eachText("values", of: requirement) {
        $0.invalid(nil, $1, NameSyntax.labelValueComplaints($1))
      }
    }
  }

  /// The key of a label.
  mutating func labelName(_ field: String, of parent: JSONObject) {
    let name = parent[field]?.string ?? ""
    invalid(field, name, NameSyntax.qualifiedNameComplaints(name))
  }

  mutating func affinity(_ affinity: JSONObject) {
    let required = "requiredDuringSchedulingIgnoredDuringExecution"
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
    ifObject("nodeAffinity", of: affinity) { validator, affinity in
      validator.ifObject(required, of: affinity) { $0.nodeSelector($1) }
      validator.each(preferred, of: affinity) { validator, term, _ in
        validator.weight(of: term)
        validator.ifObject("preference", of: term) { $0.nodeSelectorTerm($1) }
      }
    }
    for field in ["podAffinity", "podAntiAffinity"] {
      ifObject(field, of: affinity) { validator, affinity in
        validator.each(required, of: affinity) { validator, term, _ in
          validator.podAffinityTerm(term)
        }
        validator.each(preferred, of: affinity) { validator, term, _ in
          validator.weight(of: term)
          validator.ifObject("podAffinityTerm", of: term) { $0.podAffinityTerm($1) }
        }
      }
    }
  }

  private mutating func weight(of term: JSONObject) {
    let weight = term["weight"]?.int64 ?? 0
    if !(1...100).contains(weight) { invalid("weight", weight, "must be in the range 1-100") }
  }

  private mutating func nodeSelector(_ selector: JSONObject) {
    if (selector["nodeSelectorTerms"]?.array ?? []).isEmpty {
      required("nodeSelectorTerms", "must have at least one node selector term")
    }
    each("nodeSelectorTerms", of: selector) { validator, term, _ in
      validator.nodeSelectorTerm(term)
    }
  }

  private mutating func nodeSelectorTerm(_ term: JSONObject) {
    each("matchExpressions", of: term) { validator, requirement, _ in
      validator.nodeRequirement(requirement)
      validator.labelName("key", of: requirement)
    }
    each("matchFields", of: term) { validator, requirement, _ in
      if (requirement["values"]?.array ?? []).count != 1 {
        validator.required(
          "values",
          "must be only one value when `operator` is 'In' or 'NotIn' for node field "
            + "selector")
      }
      let key = requirement["key"]?.string ?? ""
      if key != "metadata.name" {
        validator.invalid("key", key, "not a valid field selector key")
      }
    }
  }

  private mutating func nodeRequirement(_ requirement: JSONObject) {
    let values = requirement["values"]?.array ?? []
    switch requirement["operator"]?.string ?? "" {
    case "In", "NotIn": if values.isEmpty { required("values", Self.valuesNeeded) }
    case "Exists", "DoesNotExist":
      if !values.isEmpty { forbidden("values", Self.valuesNotWanted) }
    case "Gt", "Lt":
      if values.count != 1 {
        required("values", "must be specified single value when `operator` is 'Lt' or 'Gt'")
      }
    case let other: invalid("operator", other, "not a valid selector operator")
    }
  }

  private mutating func podAffinityTerm(_ term: JSONObject) {
    ifObject("labelSelector", of: term) { $0.labelSelector($1) }
    ifObject("namespaceSelector", of: term) { $0.labelSelector($1) }
    // Errors of these name the field, not the element.
    for case .string(let namespace) in term["namespaces"]?.array ?? [] {
      invalid("namespace", namespace, NameSyntax.labelComplaints(namespace))
    }
    if (term["topologyKey"]?.string ?? "").isEmpty {
      required("topologyKey", "can not be empty")
    }
    labelName("topologyKey", of: term)
  }

  mutating func topologySpread(_ constraints: JSONObject) {
    each("topologySpreadConstraints", of: constraints) { validator, constraint, _ in
      let skew = constraint["maxSkew"]?.int64 ?? 0
      if skew <= 0 { validator.invalid("maxSkew", skew, "must be greater than zero") }
      if (constraint["topologyKey"]?.string ?? "").isEmpty {
        validator.required("topologyKey", "can not be empty")
      } else {
        validator.labelName("topologyKey", of: constraint)
      }
      let unsatisfiable = constraint["whenUnsatisfiable"]?.string ?? ""
      let supported = ["DoNotSchedule", "ScheduleAnyway"]
      if !supported.contains(unsatisfiable) {
        validator.unsupported("whenUnsatisfiable", unsatisfiable, supported)
      }
      validator.ifObject("labelSelector", of: constraint) { $0.labelSelector($1) }
    }
  }

  static let taintEffects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]

  mutating func tolerations(of spec: JSONObject) {
    each("tolerations", of: spec) { validator, toleration, _ in
      let key = toleration["key"]?.string ?? ""
      let operation = toleration["operator"]?.string ?? ""
      let value = toleration["value"]?.string ?? ""
      let effect = toleration["effect"]?.string ?? ""
      if !key.isEmpty { validator.labelName("key", of: toleration) }
      if key.isEmpty, operation != "Exists" {
        validator.invalid(
          "operator", operation,
          "operator must be Exists when `key` is empty, which means \"match all values and all "
            + "keys\"")
      }
      if toleration["tolerationSeconds"]?.int64 != nil, effect != "NoExecute" {
        validator.invalid(
          "effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
      }
      switch operation {
      case "", "Equal":
        let complaints = NameSyntax.labelValueComplaints(value)
        if !complaints.isEmpty {
          validator.invalid("operator", value, complaints.joined(separator: ";"))
        }
      case "Exists":
        if !value.isEmpty {
          validator.invalid("operator", value, "value must be empty when `operator` is 'Exists'")
        }
      default: validator.unsupported("operator", operation, ["Equal", "Exists"])
      }
      if !effect.isEmpty, !Self.taintEffects.contains(effect) {
        validator.unsupported("effect", effect, Self.taintEffects)
      }
    }
  }
}
