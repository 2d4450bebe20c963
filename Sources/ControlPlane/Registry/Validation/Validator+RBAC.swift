import JSON
import Objects

/// rbac.authorization.k8s.io/v1 (apis/rbac/validation).
extension Validator {
  static let rbacGroup = "rbac.authorization.k8s.io"

  mutating func role(_ object: JSONObject, isNamespaced: Bool) {
    each("rules", of: object) { validator, rule, _ in
      validator.policyRule(rule, isNamespaced: isNamespaced)
    }
    ifObject("aggregationRule", of: object) { validator, rule in
      let field = "clusterRoleSelectors"
      if (rule[field]?.array ?? []).isEmpty {
        validator.required(
          field, "at least one clusterRoleSelector required if aggregationRule is non-nil")
      }
      validator.each(field, of: rule) { validator, selector, _ in
        validator.labelSelector(selector)
      }
    }
  }

  private mutating func policyRule(_ rule: JSONObject, isNamespaced: Bool) {
    func isEmpty(_ field: String) -> Bool { (rule[field]?.array ?? []).isEmpty }
    if isEmpty("verbs") { required("verbs", "verbs must contain at least one value") }
    if !isEmpty("nonResourceURLs") {
      let paths = (rule["nonResourceURLs"]?.array ?? []).compactMap(\.string)
      if isNamespaced {
        report(
          .invalid, "nonResourceURLs", value: Self.goList(paths),
          "namespaced rules cannot apply to non-resource URLs")
      }
      if !isEmpty("apiGroups") || !isEmpty("resources") || !isEmpty("resourceNames") {
        report(
          .invalid, "nonResourceURLs", value: Self.goList(paths),
          "rules cannot apply to both regular resources and non-resource URLs")
      }
      return
    }
    if isEmpty("apiGroups") {
      required("apiGroups", "resource rules must supply at least one api group")
    }
    if isEmpty("resources") {
      required("resources", "resource rules must supply at least one resource")
    }
  }

  mutating func roleBinding(_ object: JSONObject, isNamespaced: Bool) {
    let role = object["roleRef"]?.object ?? JSONObject()
    within("roleRef") { validator in
      let group = role["apiGroup"]?.string ?? ""
      if group != Self.rbacGroup { validator.unsupported("apiGroup", group, [Self.rbacGroup]) }
      let kinds = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"]
      let kind = role["kind"]?.string ?? ""
      if !kinds.contains(kind) { validator.unsupported("kind", kind, kinds) }
      let name = role["name"]?.string ?? ""
      if name.isEmpty {
        validator.required("name")
      } else {
        validator.invalid("name", name, NameSyntax.pathSegmentComplaints(name))
      }
    }
    each("subjects", of: object) { validator, subject, _ in
      validator.subject(subject, isNamespaced: isNamespaced)
    }
  }

  private mutating func subject(_ subject: JSONObject, isNamespaced: Bool) {
    let name = subject["name"]?.string ?? ""
    let group = subject["apiGroup"]?.string ?? ""
    if name.isEmpty { required("name") }
    switch subject["kind"]?.string ?? "" {
    case "ServiceAccount":
      if !name.isEmpty { invalid("name", name, NameSyntax.subdomainComplaints(name)) }
      if !group.isEmpty { unsupported("apiGroup", group, [""]) }
      if !isNamespaced, (subject["namespace"]?.string ?? "").isEmpty { required("namespace") }
    case "User", "Group":
      if group != Self.rbacGroup { unsupported("apiGroup", group, [Self.rbacGroup]) }
    case let kind: unsupported("kind", kind, ["ServiceAccount", "User", "Group"])
    }
  }

  mutating func roleBindingUpdate(_ object: JSONObject, replacing old: JSONObject) {
    guard object["roleRef"] != old["roleRef"] else { return }
    report(
      .invalid, "roleRef", value: GoText.structure("rbac.RoleRef", object["roleRef"]),
      "cannot change roleRef")
  }
}
