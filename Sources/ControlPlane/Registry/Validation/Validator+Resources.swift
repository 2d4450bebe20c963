import JSON
import Objects

/// core/v1 ResourceRequirements (ValidateContainerResourceRequirements).
extension Validator {
  mutating func resources(_ resources: JSONObject) {
    let limits = resources["limits"]?.object ?? JSONObject()
    let requests = resources["requests"]?.object ?? JSONObject()
    guard !limits.isEmpty || !requests.isEmpty else { return }
    for (field, amounts) in [("limits", limits), ("requests", requests)] {
      within(field) { validator in
        for member in amounts.members {
          validator.within(key: member.name) { validator in
            validator.containerResource(member.name)
            validator.amount(member.value, of: member.name)
          }
        }
      }
    }
    for member in requests.members {
      guard let request = Quantity(json: member.value) else { continue }
      let mayOvercommit = ResourceNames.mayOvercommit(member.name)
      guard let limit = Quantity(json: limits[member.name]) else {
        if !mayOvercommit {
          required("limits", "Limit must be set for non overcommitable resources")
        }
        continue
      }
      if request != limit, !mayOvercommit {
        invalid(
          "requests", request.description, "must be equal to \(member.name) limit of \(limit)")
      } else if request > limit {
        invalid(
          "requests", request.description,
          "must be less than or equal to \(member.name) limit of \(limit)")
      }
    }
    let names = (limits.members + requests.members).map(\.name)
    if names.contains(where: ResourceNames.isHugePages),
      !names.contains("cpu"), !names.contains("memory")
    {
      forbidden(nil, "HugePages require cpu or memory")
    }
  }

  /// Kubernetes prints these names without quotes.
  private mutating func containerResource(_ name: String) {
    for complaint in NameSyntax.qualifiedNameComplaints(name) {
      report(.invalid, value: name, complaint)
    }
    guard !ResourceNames.isQualified(name) else { return }
    if !ResourceNames.isStandard(name) {
      report(.invalid, value: name, "must be a standard resource type or fully qualified")
    }
    if !ResourceNames.isStandardForContainers(name) {
      report(.invalid, value: name, "must be a standard resource for containers")
    }
  }
}
