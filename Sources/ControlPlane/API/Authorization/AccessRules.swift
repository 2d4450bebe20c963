import Base
import JSON
import Objects
import Registry

/// Who may do what: the cluster's roles and bindings, indexed by whom they bind, and kept as the
/// view changes, so that a decision looks only at what is bound to the user.
struct AccessRules: Sendable {
  /// Of Roles and ClusterRoles.
  private var rules: [ObjectKey: [PolicyRule]] = [:]
  private var clusterGrants: [Subject: [Grant]] = [:]
  /// Of RoleBindings, by namespace.
  private var grants: [String: [Subject: [Grant]]] = [:]

  /// Whom a binding names; a service account is the user that its tokens speak for.
  private enum Subject: Hashable {
    case user(String)
    case group(String)
  }

  private struct Grant: Hashable {
    let binding: ObjectKey
    /// Nil for a binding that names no role that can be.
    let role: ObjectKey?
    /// As the binding spells it.
    let subject: String
  }

  // MARK: - Following the view

  mutating func take(_ changes: [ObjectChange]) {
    for change in changes {
      guard let key = (change.new ?? change.old)?.objectKey else { continue }
      switch key.kind {
      case .role, .clusterRole:
        rules[key] = change.new.map { PolicyRule.rules(of: $0.json) }
      case .roleBinding, .clusterRoleBinding:
        if let old = change.old { remove(old, key) }
        if let new = change.new { add(new, key) }
      default: break
      }
    }
  }

  private mutating func add(_ binding: StoredObject, _ key: ObjectKey) {
    let role = Self.role(of: binding.json, in: key.namespace)
    for (subject, text) in Self.subjects(of: binding.json, in: key.namespace) {
      let grant = Grant(binding: key, role: role, subject: text)
      if key.kind == .clusterRoleBinding {
        Self.insert(grant, into: &clusterGrants[subject, default: []])
      } else {
        Self.insert(grant, into: &grants[key.namespace, default: [:]][subject, default: []])
      }
    }
  }

  private mutating func remove(_ binding: StoredObject, _ key: ObjectKey) {
    for (subject, _) in Self.subjects(of: binding.json, in: key.namespace) {
      if key.kind == .clusterRoleBinding {
        clusterGrants[subject]?.removeAll { $0.binding == key }
        if clusterGrants[subject]?.isEmpty == true { clusterGrants[subject] = nil }
      } else {
        grants[key.namespace]?[subject]?.removeAll { $0.binding == key }
        if grants[key.namespace]?[subject]?.isEmpty == true {
          grants[key.namespace]?[subject] = nil
        }
        if grants[key.namespace]?.isEmpty == true { grants[key.namespace] = nil }
      }
    }
  }

  /// In the order of the bindings' names, each once.
  private static func insert(_ grant: Grant, into list: inout [Grant]) {
    let place = list.firstIndex { $0.binding.name >= grant.binding.name } ?? list.count
    if place < list.count, list[place].binding == grant.binding { return }
    list.insert(grant, at: place)
  }

  private static func subjects(
    of binding: JSONObject, in namespace: String
  ) -> [(Subject, String)] {
    (binding["subjects"]?.array ?? []).compactMap { subject in
      let name = subject["name"]?.string ?? ""
      switch subject["kind"]?.string {
      case "User": return (.user(name), "User \(GoText.quoted(name))")
      case "Group": return (.group(name), "Group \(GoText.quoted(name))")
      case "ServiceAccount":
        let place = subject["namespace"]?.string ?? ""
        let home = place.isEmpty ? namespace : place
        guard !home.isEmpty else { return nil }
        return (
          .user(UserInfo.serviceAccountName(home, name)),
          "ServiceAccount \(GoText.quoted("\(name)/\(home)"))"
        )
      default: return nil
      }
    }
  }

  /// The role that a binding names; nil where it can be none.
  static func role(of binding: JSONObject, in namespace: String) -> ObjectKey? {
    guard let name = binding["roleRef"]?["name"]?.string, !name.isEmpty else { return nil }
    switch binding["roleRef"]?["kind"]?.string {
    case "ClusterRole": return ObjectKey(.clusterRole, name: name)
    case "Role" where !namespace.isEmpty:
      return ObjectKey(.role, namespace: namespace, name: name)
    default: return nil
    }
  }

  // MARK: - Asking

  /// Why it is allowed, as SubjectAccessReviews tell; nil where it is not.
  func reason(_ user: UserInfo, may attributes: AccessAttributes) -> String? {
    if user.isMaster { return "" }
    var found: Grant?
    visit(user, in: attributes.namespace) { grant, rules in
      guard rules.contains(where: { $0.allows(attributes) }) else { return true }
      found = grant
      return false
    }
    return found.map(Self.text)
  }

  /// Every rule that holds for the user: those of the whole cluster, then those of the namespace.
  func rules(of user: UserInfo, in namespace: String) -> [PolicyRule] {
    var held = user.isMaster ? PolicyRule.everything : []
    visit(user, in: namespace) { _, rules in
      held += rules
      return true
    }
    return held
  }

  /// Nil where there is no such role.
  func rules(of role: ObjectKey) -> [PolicyRule]? { rules[role] }

  /// Until `body` says that it has seen enough.
  private func visit(
    _ user: UserInfo, in namespace: String, _ body: (Grant, [PolicyRule]) -> Bool
  ) {
    let subjects = [Subject.user(user.name)] + user.groups.map(Subject.group)
    for table in [clusterGrants, namespace.isEmpty ? nil : grants[namespace]] {
      guard let table else { continue }
      for subject in subjects {
        for grant in table[subject] ?? [] {
          guard let role = grant.role, let rules = rules[role] else { continue }
          if !body(grant, rules) { return }
        }
      }
    }
  }

  private static func text(_ grant: Grant) -> String {
    let binding =
      grant.binding.kind == .clusterRoleBinding
      ? "ClusterRoleBinding \(GoText.quoted(grant.binding.name))"
      : "RoleBinding \(GoText.quoted("\(grant.binding.name)/\(grant.binding.namespace)"))"
    let role = grant.role.map { "\($0.kind.name) \(GoText.quoted($0.name))" } ?? ""
    return "RBAC: allowed by \(binding) of \(role) to \(grant.subject)"
  }
}

extension UserInfo {
  /// May do everything, whatever the bindings say: so that a cluster cannot be locked out of.
  var isMaster: Bool { groups.contains("system:masters") }

  /// The user that a service account's tokens speak for.
  static func serviceAccountName(_ namespace: String, _ name: String) -> String {
    "system:serviceaccount:\(namespace):\(name)"
  }
}
