import JSON
import Objects

/// One ResourceQuota, read for a decision.
struct Quota {
  let object: StoredObject
  let name: String
  /// What its spec says now.
  let hard: ResourceSums
  /// What holds: the spec's, once what there is has been counted.
  let enforced: ResourceSums
  let used: ResourceSums
  private let scopes: [String]
  private let selectors: [JSONValue]

  init(_ object: StoredObject) {
    self.object = object
    name = object.meta.name
    hard = ResourceSums(object.json["spec"]?["hard"])
    used = ResourceSums(object.json["status"]?["used"])
    enforced = ResourceSums(object.json["status"]?["hard"])
    scopes = CellList.texts(object.json["spec"]?["scopes"])
    selectors = object.json["spec"]?["scopeSelector"]?["matchExpressions"]?.array ?? []
  }

  /// In the order of their names.
  static func all(in namespace: String, _ view: ClusterView) -> [Quota] {
    view.objects(.resourceQuota, in: namespace).map(Quota.init)
  }

  /// The resources that objects of a kind can use.
  func names(of kind: Kind) -> [String] {
    hard.names.filter { QuotaUsage.concerns(kind, $0) }
  }

  /// The status says all of what is limited and used.
  func isCounted(_ used: ResourceSums) -> Bool { enforced == hard && self.used == used }

  /// It limits something that the object can use, and the object is within all of its scopes.
  func limits(_ json: JSONObject, _ kind: Kind) -> Bool {
    guard !names(of: kind).isEmpty else { return false }
    return scopes.allSatisfy { Self.isWithin($0, json, kind) }
      && selectors.allSatisfy { Self.isSelected(by: $0, json, kind) }
  }

  /// Scopes are of pods; nothing else is within one.
  private static func isWithin(_ scope: String, _ json: JSONObject, _ kind: Kind) -> Bool {
    guard kind == .pod else { return false }
    let spec = json["spec"]
    let deadline = spec?["activeDeadlineSeconds"]?.int64
    switch scope {
    case "Terminating": return deadline.map { $0 >= 0 } ?? false
    case "NotTerminating": return deadline.map { $0 < 0 } ?? true
    case "BestEffort": return quality(of: json) == "BestEffort"
    case "NotBestEffort": return quality(of: json) != "BestEffort"
    case "PriorityClass": return spec?["priorityClassName"]?.string?.isEmpty == false
    case "CrossNamespacePodAffinity": return reachesOut(spec?["affinity"])
    default: return false
    }
  }

  private static func quality(of json: JSONObject) -> String {
    PodDefaults.qosClass(of: json["spec"]?.object ?? JSONObject())
  }

  /// Its affinity minds pods of other namespaces.
  private static func reachesOut(_ affinity: JSONValue?) -> Bool {
    func isOut(_ term: JSONValue?) -> Bool {
      term?["namespaceSelector"]?.object != nil || term?["namespaces"]?.array?.isEmpty == false
    }
    return ["podAffinity", "podAntiAffinity"].contains { field in
      let terms = affinity?[field]
      let required = terms?["requiredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
      let preferred = terms?["preferredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
      return required.contains(where: isOut)
        || preferred.contains { isOut($0["podAffinityTerm"]) }
    }
  }

  private static func isSelected(
    by expression: JSONValue, _ json: JSONObject, _ kind: Kind
  ) -> Bool {
    let scope = expression["scopeName"]?.string ?? ""
    guard scope == "PriorityClass" else { return isWithin(scope, json, kind) }
    guard kind == .pod else { return false }
    let name = json["spec"]?["priorityClassName"]?.string ?? ""
    let values = CellList.texts(expression["values"])
    switch expression["operator"]?.string {
    case "In": return values.contains(name)
    case "NotIn": return !values.contains(name)
    case "Exists": return !name.isEmpty
    case "DoesNotExist": return name.isEmpty
    default: return false
    }
  }

  // MARK: - Counting

  /// Kinds of which the quota limits something.
  static func kinds(limitedBy names: [String]) -> [Kind] {
    Kind.all.filter { kind in
      QuotaUsage.counts(kind) && names.contains { QuotaUsage.concerns(kind, $0) }
    }
  }

  /// What the objects of a kind use of it, by the view.
  func usage(of kind: Kind, in view: ClusterView) -> ResourceSums {
    var sums = ResourceSums()
    let names = Set(names(of: kind))
    for other in view.objects(kind, in: object.objectKey?.namespace)
    where limits(other.json, kind) {
      sums.add(QuotaUsage.of(other.json, kind).only(names.contains))
    }
    return sums
  }

  /// What all objects of the view use of it; each limited resource is there.
  func usage(in view: ClusterView) -> ResourceSums {
    var sums = ResourceSums()
    for name in hard.names { sums[name] = Quantity(0) }
    for kind in Self.kinds(limitedBy: hard.names) { sums.add(usage(of: kind, in: view)) }
    return sums.only { hard[$0] != nil }
  }
}
