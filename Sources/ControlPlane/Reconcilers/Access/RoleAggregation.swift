import JSON
public import Objects
public import Registry

/// Gathers into each ClusterRole with an aggregation rule the rules of those that it selects
/// (kube-controller-manager's clusterrole-aggregation controller).
public struct RoleAggregation: Reconciler {
  public let name = "clusterrole-aggregation"
  public let electsLeader = true
  public let collections: [Collection] = [.objects(.clusterRole)]

  public init() {}

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let changed = new ?? old else { return [] }
    return view.objects(.clusterRole).compactMap { role in
      let selectors = Self.selectors(of: role)
      let concerns =
        role.key == changed.key
        || [old, new].contains { other in
          other.map { other in selectors.contains { $0.matches(other.meta.labels) } } ?? false
        }
      return concerns && !selectors.isEmpty ? .key(role.key) : nil
    }
  }

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard case .key(let key) = key, let role = view[key], !role.meta.isBeingDeleted else {
      return .nothing
    }
    let selectors = Self.selectors(of: role)
    guard !selectors.isEmpty else { return .nothing }
    var rules: [JSONValue] = []
    var known: Set<JSONValue> = []
    // In the order of their names.
    for other in view.objects(.clusterRole)
    where other.key != key && selectors.contains(where: { $0.matches(other.meta.labels) }) {
      for rule in other.json["rules"]?.array ?? [] where known.insert(rule).inserted {
        rules.append(rule)
      }
    }
    guard rules != role.json["rules"]?.array ?? [] else { return .nothing }
    var object = role.json
    object["rules"] = .array(rules)
    return Plan([Step([.update(from: role, to: object)])])
  }

  /// One that cannot be read selects nothing.
  private static func selectors(of role: StoredObject) -> [LabelSelector] {
    let rule = role.json["aggregationRule"]
    return (rule?["clusterRoleSelectors"]?.array ?? []).compactMap { json in
      do throws(LabelSelectorError) { return try LabelSelector(json: json) } catch { return nil }
    }
  }
}
