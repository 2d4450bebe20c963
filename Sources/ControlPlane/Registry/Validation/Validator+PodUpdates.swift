import JSON
import Objects

/// What an update may change in a pod's spec (ValidatePodUpdate).
extension Validator {
  private static let onlyThese = """
    pod updates may not change fields other than `spec.containers[*].image`,\
    `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions \
    to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it \
    was previously negative)
    """

  mutating func podUpdate(_ object: JSONObject, replacing old: JSONObject) {
    guard let before = old["spec"]?.object, let after = object["spec"]?.object, before != after
    else { return }
    within("spec") { validator in
      for list in ["containers", "initContainers"]
      where before[list]?.array?.count ?? 0 != after[list]?.array?.count ?? 0 {
        return validator.forbidden(list, "pod updates may not add or remove containers")
      }
      // Beside what is said of any pod: Kubernetes tells this twice.
      for list in ["containers", "initContainers"] {
        validator.each(list, of: after) { validator, container, _ in
          if (container["image"]?.string ?? "").isEmpty { validator.required("image") }
        }
      }
      validator.deadlineUpdate(after, before)
      validator.tolerationsUpdate(after, before)
      let changed = Self.changedFields(after, before)
      guard !changed.isEmpty else { return }
      // Kubernetes adds a diff here, which carries no contract.
      validator.forbidden(nil, Self.onlyThese + "\n" + changed.joined(separator: ", ") + "\n")
    }
  }

  private mutating func deadlineUpdate(_ after: JSONObject, _ before: JSONObject) {
    guard let old = before["activeDeadlineSeconds"]?.int64 else { return }
    guard let new = after["activeDeadlineSeconds"]?.int64 else {
      return report(
        .invalid, "activeDeadlineSeconds", value: "null",
        "must not update from a positive integer to nil value")
    }
    if new > old {
      invalid("activeDeadlineSeconds", new, "must be less than or equal to previous value")
    }
  }

  /// Each toleration stays, except for its seconds.
  private mutating func tolerationsUpdate(_ after: JSONObject, _ before: JSONObject) {
    let kept = Set(
      (after["tolerations"]?.array ?? []).map { $0.object?.without("tolerationSeconds") })
    for toleration in before["tolerations"]?.array ?? []
    where !kept.contains(toleration.object?.without("tolerationSeconds")) {
      return forbidden(
        "tolerations", "existing toleration can not be modified except its tolerationSeconds")
    }
  }

  /// Fields that differ once what may change is made the same.
  private static func changedFields(_ after: JSONObject, _ before: JSONObject) -> [String] {
    var munged = after
    for field in ["activeDeadlineSeconds", "tolerations"] { munged[field] = before[field] }
    if after["terminationGracePeriodSeconds"] == 1,
      let old = before["terminationGracePeriodSeconds"]?.int64, old < 0
    {
      munged["terminationGracePeriodSeconds"] = before["terminationGracePeriodSeconds"]
    }
    for list in ["containers", "initContainers"] {
      guard let olds = before[list]?.array, let news = munged[list]?.array else { continue }
      munged[list] = .array(
        zip(news, olds).map { new, old in
          guard var container = new.object else { return new }
          container["image"] = old["image"]
          return .object(container)
        })
    }
    let gates = Set(before["schedulingGates"]?.array ?? [])
    if (after["schedulingGates"]?.array ?? []).allSatisfy(gates.contains) {
      munged["schedulingGates"] = before["schedulingGates"]
    }
    var names = before.members.map(\.name)
    names += munged.members.map(\.name).filter { before[$0] == nil }
    return names.filter { munged[$0] != before[$0] }
  }
}
