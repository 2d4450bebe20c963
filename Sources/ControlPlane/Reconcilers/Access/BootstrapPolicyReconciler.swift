import JSON
public import Objects
public import Registry

/// Makes the roles and bindings that every cluster begins with, and gives back to them what they
/// lack, each time that it begins to act (kube-apiserver does so each time that it starts).
///
/// What an administrator adds stays; one who wants less says so by the annotation.
public struct BootstrapPolicyReconciler: Reconciler {
  public let name = "bootstrap-policy"
  public let electsLeader = true
  public let collections: [Collection] = [.objects(.clusterRole), .objects(.clusterRoleBinding)]

  /// `false`: the role or binding is left as it is.
  static let autoupdate = "rbac.authorization.kubernetes.io/autoupdate"

  public init() {}

  /// A change is somebody's will: only a new start looks at it.
  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    []
  }

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    switch key {
    case .everything:
      let policy = BootstrapPolicy.kubernetes
      let intents =
        policy.roles.compactMap { Self.intent($0.key, $0.object, in: view, Self.completedRole) }
        + policy.bindings.compactMap {
          Self.intent($0.key, $0.object, in: view, Self.completedBinding)
        }
      return Plan(intents.map { Step([$0]) }, order: .independent)
    case .key: return .nothing
    }
  }

  private static func intent(
    _ key: ObjectKey, _ wanted: JSONObject, in view: ClusterView,
    _ completed: (JSONObject, JSONObject) -> JSONObject
  ) -> Intent? {
    guard let old = view[key] else { return .create(key.kind, wanted) }
    guard old.meta.annotations[autoupdate] != "false", !old.meta.isBeingDeleted else { return nil }
    var object = completed(old.json, wanted)
    for name in ["labels", "annotations"] {
      object.edit("metadata") { meta in
        meta.edit(name) { marks in
          for member in wanted["metadata"]?[name]?.object?.members ?? []
          where marks[member.name] == nil {
            marks[member.name] = member.value
          }
        }
      }
    }
    return object == old.json ? nil : .update(from: old, to: object)
  }

  private static func completedRole(_ old: JSONObject, _ wanted: JSONObject) -> JSONObject {
    var object = old
    if let rule = wanted["aggregationRule"] {
      // Its rules are gathered from others.
      if old["aggregationRule"] == nil { object["aggregationRule"] = rule }
      return object
    }
    let held = PolicyRule.rules(of: old)
    let missing = PolicyRule.missing(from: held, of: PolicyRule.rules(of: wanted))
    guard !missing.isEmpty else { return object }
    object["rules"] = .array((old["rules"]?.array ?? []) + missing.map(\.json))
    return object
  }

  /// What a binding binds to can never be changed.
  private static func completedBinding(_ old: JSONObject, _ wanted: JSONObject) -> JSONObject {
    guard old["roleRef"]?["name"] == wanted["roleRef"]?["name"] else { return old }
    var object = old
    let held = old["subjects"]?.array ?? []
    let missing = (wanted["subjects"]?.array ?? []).filter { !held.contains($0) }
    if !missing.isEmpty { object["subjects"] = .array(held + missing) }
    return object
  }
}
