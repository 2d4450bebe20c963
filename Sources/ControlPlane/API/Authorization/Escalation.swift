import Base
import JSON
import Objects
import Registry

/// Nobody gives himself or others what he does not hold: what a user writes of roles and bindings
/// is held against his own rules (apiserver registry/rbac).
enum Escalation {
  private static let group = "rbac.authorization.k8s.io"

  /// Throws 403 for a transaction that grants more than the user holds.
  static func check(
    _ transaction: ObjectTransaction, by user: UserInfo, _ serving: Serving
  ) throws(APIStatus) {
    guard !user.isMaster else { return }
    for write in transaction.writes {
      guard case .put(.object(let key), let value) = write else { continue }
      switch key.kind {
      case .role, .clusterRole, .roleBinding, .clusterRoleBinding:
        try check(object(value), key, by: user, serving)
      default: continue
      }
    }
  }

  /// Throws 403 for an object that grants more than the user holds, as it would be written.
  static func check(
    _ object: JSONObject, _ key: ObjectKey, by user: UserInfo, _ serving: Serving
  ) throws(APIStatus) {
    guard !user.isMaster else { return }
    let old = serving.view[key]?.json
    if let old, isSame(object, old) { return }
    let reason =
      switch key.kind {
      case .role, .clusterRole: refusal(ofRole: object, replacing: old, key, user, serving.access)
      case .roleBinding, .clusterRoleBinding:
        try refusal(ofBinding: object, key, user, serving.access)
      default: nil as String?
      }
    guard let reason else { return }
    throw APIStatus(.forbidden(key.kind, name: key.name, reason: reason))
  }

  private static func object(_ bytes: Bytes) -> JSONObject {
    do throws(JSONError) {
      return try JSONValue(parsing: bytes).object ?? JSONObject()
    } catch {
      preconditionFailure("the registry writes JSON")
    }
  }

  /// The garbage collector's fields are nobody's permissions.
  private static func isSame(_ object: JSONObject, _ old: JSONObject) -> Bool {
    var (left, right) = (object, old)
    for name in ["ownerReferences", "finalizers", "managedFields"] {
      left.edit("metadata") { $0[name] = nil }
      right.edit("metadata") { $0[name] = nil }
    }
    return left == right
  }

  // MARK: - Roles

  private static func refusal(
    ofRole role: JSONObject, replacing old: JSONObject?, _ key: ObjectKey, _ user: UserInfo,
    _ access: AccessRules
  ) -> String? {
    if may("escalate", key, in: key.namespace, user, access) { return nil }
    let isAggregated = role["aggregationRule"]?.isNull == false
    let wasAggregated = old?["aggregationRule"]?.isNull == false
    if let old, role["rules"] == old["rules"], role["aggregationRule"] == old["aggregationRule"] {
      return nil
    }
    let held = access.rules(of: user, in: key.namespace)
    let missing = PolicyRule.missing(from: held, of: PolicyRule.rules(of: role))
    guard missing.isEmpty else { return text(user, missing) }
    // It can gather anything.
    if isAggregated || wasAggregated,
      !PolicyRule.missing(from: held, of: PolicyRule.everything).isEmpty
    {
      return "must have cluster-admin privileges to use the aggregationRule"
    }
    return nil
  }

  // MARK: - Bindings

  private static func refusal(
    ofBinding binding: JSONObject, _ key: ObjectKey, _ user: UserInfo, _ access: AccessRules
  ) throws(APIStatus) -> String? {
    guard let role = AccessRules.role(of: binding, in: key.namespace) else { return nil }
    if may("bind", role, in: key.namespace, user, access) { return nil }
    guard let granted = access.rules(of: role) else {
      throw APIStatus(.notFound(role.kind, name: role.name))
    }
    let missing = PolicyRule.missing(from: access.rules(of: user, in: key.namespace), of: granted)
    return missing.isEmpty ? nil : text(user, missing)
  }

  private static func may(
    _ verb: String, _ role: ObjectKey, in namespace: String, _ user: UserInfo,
    _ access: AccessRules
  ) -> Bool {
    let resource = AccessAttributes.Resource(
      group: group, plural: role.kind.plural, namespace: namespace, name: role.name)
    return access.reason(user, may: AccessAttributes(verb: verb, .resource(resource))) != nil
  }

  /// The rules in the order of their texts.
  private static func text(_ user: UserInfo, _ missing: [PolicyRule]) -> String {
    let groups = user.groups.map(GoText.quoted).joined(separator: " ")
    let rules = Set(missing.map(\.text)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return "user \(GoText.quoted(user.name)) (groups=[\(groups)]) is attempting to grant RBAC "
      + "permissions not currently held:\n" + rules.joined(separator: "\n")
  }
}
