import JSON
import Objects

/// ResourceQuota, LimitRange and PriorityClass.
extension Validator {
  mutating func resourceQuota(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.quotaAmounts("hard", of: spec)
      validator.quotaScopes(of: spec)
    }
  }

  mutating func quotaAmounts(_ field: String, of parent: JSONObject) {
    guard case .object(let amounts)? = parent[field] else { return }
    within(field) { validator in
      for member in amounts.members {
        validator.within(key: member.name) { validator in
          validator.resourceName(
            member.name, "resource type", ResourceNames.isStandardForQuota,
            "must be a standard resource for quota")
          validator.amount(member.value, of: member.name)
        }
      }
    }
  }

  /// Kubernetes prints these names without quotes.
  private mutating func resourceName(
    _ name: String, _ what: String, _ isWanted: (String) -> Bool, _ detail: String
  ) {
    for complaint in NameSyntax.qualifiedNameComplaints(name) {
      report(.invalid, value: name, complaint)
    }
    guard !ResourceNames.isQualified(name) else { return }
    if !ResourceNames.isStandard(name), !isWanted(name) {
      report(.invalid, value: name, "must be a standard \(what) or fully qualified")
    }
    if !isWanted(name) { report(.invalid, value: name, detail) }
  }

  private static let scopes = [
    "BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating",
    "PriorityClass", "Terminating", "VolumeAttributesClass",
  ]

  private mutating func quotaScopes(of spec: JSONObject) {
    let scopes = (spec["scopes"]?.array ?? []).compactMap(\.string)
    guard !scopes.isEmpty else { return }
    let value = "[]core.ResourceQuotaScope{\(scopes.joined(separator: ", "))}"
    for scope in scopes where !Self.scopes.contains(scope) {
      report(.invalid, "scopes", value: value, "unsupported scope")
    }
    for pair in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")]
    where scopes.contains(pair.0) && scopes.contains(pair.1) {
      report(.invalid, "scopes", value: value, "conflicting scopes")
    }
  }

  mutating func resourceQuotaUpdate(_ object: JSONObject, replacing old: JSONObject) {
    let scopes = Set((object["spec"]?["scopes"]?.array ?? []).compactMap(\.string))
    let before = Set((old["spec"]?["scopes"]?.array ?? []).compactMap(\.string))
    guard scopes != before else { return }
    report(
      .invalid, "spec.scopes",
      value: "[]core.ResourceQuotaScope{\(scopes.sorted().joined(separator: ", "))}",
      "field is immutable")
  }

  // MARK: - Limits

  mutating func limitRange(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    var types: Set<String> = []
    within("spec") { validator in
      validator.each("limits", of: spec) { validator, limit, _ in
        let type = limit["type"]?.string ?? ""
        let complaints = NameSyntax.qualifiedNameComplaints(type)
        validator.invalid("type", type, complaints)
        if complaints.isEmpty, !ResourceNames.isQualified(type),
          !["Container", "PersistentVolumeClaim", "Pod"].contains(type)
        {
          validator.invalid("type", type, "must be a standard limit type or fully qualified")
        }
        if !types.insert(type).inserted { validator.duplicate("type", type) }
        validator.limit(limit, type)
      }
    }
  }

  private static let limitFields = [
    "max", "min", "default", "defaultRequest", "maxLimitRequestRatio",
  ]

  private mutating func limit(_ limit: JSONObject, _ type: String) {
    var names: [String] = []
    var amounts: [String: [String: Quantity]] = [:]
    for field in Self.limitFields {
      quantities(field, of: limit)
      for member in limit[field]?.object?.members ?? [] {
        if !names.contains(member.name) { names.append(member.name) }
        amounts[field, default: [:]][member.name] = Quantity(json: member.value)
      }
    }
    if type == "Pod" {
      for field in ["default", "defaultRequest"]
      where !(limit[field]?.object ?? JSONObject()).isEmpty {
        forbidden(field, "may not be specified when `type` is 'Pod'")
      }
    }
    if type == "PersistentVolumeClaim", amounts["min"]?["storage"] == nil,
      amounts["max"]?["storage"] == nil
    {
      required(nil, "either minimum or maximum storage value is required, but neither was provided")
    }
    for name in names.sorted() {
      limitOrder(of: name) { amounts[$0]?[name] }
    }
  }

  /// A smaller amount must not be above a larger one.
  private mutating func limitOrder(of name: String, _ amount: (String) -> Quantity?) {
    let words = [
      "min": "min value", "max": "max value", "default": "default value",
      "defaultRequest": "default request value",
    ]
    let pairs = [
      ("min", "max", "min"), ("min", "defaultRequest", "defaultRequest"),
      ("defaultRequest", "max", "defaultRequest"),
      ("defaultRequest", "default", "defaultRequest"), ("min", "default", "default"),
      ("default", "max", "default"),
    ]
    for (small, large, field) in pairs {
      guard let low = amount(small), let high = amount(large), low > high else { continue }
      let isLimit = small == "defaultRequest" && large == "default"
      report(
        .invalid, "\(field)[\(name)]", value: GoText.quantity(low),
        "\(words[small] ?? "") \(low) is greater than "
          + "\(isLimit ? "default limit value" : words[large] ?? "") \(high)")
    }
    if let ratio = amount("maxLimitRequestRatio"), ratio < Quantity(1) {
      report(
        .invalid, "maxLimitRequestRatio[\(name)]", value: GoText.quantity(ratio),
        "ratio \(ratio) is less than 1")
    }
  }

  // MARK: - Priorities

  private static let userPriorityMax: Int64 = 1_000_000_000
  private static let systemPriorities: [String: Int64] = [
    "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
  ]

  mutating func priorityClass(_ object: JSONObject) {
    let name = object["metadata"]?["name"]?.string ?? ""
    let value = object["value"]?.int64 ?? 0
    if name.hasPrefix("system-") {
      if Self.systemPriorities[name] != value {
        forbidden(
          "metadata.name",
          "priority class names with 'system-' prefix are reserved for system use only. "
            + "error: \(name) is not a known system priority class")
      }
    } else if value > Self.userPriorityMax {
      forbidden(
        "value",
        "maximum allowed value of a user defined priority is \(Self.userPriorityMax)")
    }
    oneOf(["PreemptLowerPriority", "Never"], "preemptionPolicy", of: object)
  }

  mutating func priorityClassUpdate(_ object: JSONObject, replacing old: JSONObject) {
    if object["value"]?.int64 ?? 0 != old["value"]?.int64 ?? 0 {
      forbidden("value", "may not be changed in an update.")
    }
    immutable("preemptionPolicy", of: object, replacing: old)
  }
}
