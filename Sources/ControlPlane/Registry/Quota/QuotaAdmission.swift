import JSON
import Objects

/// Admission by the quotas of a namespace (plugin ResourceQuota).
///
/// The usage of every quota that limits the object is raised in the Txn that makes or changes it,
/// with a compare of each: two writers cannot both take the last of one, whatever other quotas
/// limit what they write. This is the one place where a revision changes several objects of a
/// collection: a watch that resumes at such a revision is told all of them again (`ChangeWindow`).
struct QuotaAdmission {
  let kind: Kind
  let object: JSONObject
  /// What it replaces; nil for a new object.
  let old: JSONObject?
  let view: ClusterView

  private var name: String { object["metadata"]?["name"]?.string ?? "" }

  /// Quotas that one Txn can charge beside what else it writes: etcd allows 128 operations.
  private static let chargesMax = 64

  /// Kinds whose changes can use more.
  static func mindsChanges(of kind: Kind) -> Bool {
    kind == .service || kind == .persistentVolumeClaim || kind == .pod
  }

  func charge(into transaction: inout ObjectTransaction) throws(Rejection) {
    let namespace = object["metadata"]?["namespace"]?.string ?? ""
    guard QuotaUsage.counts(kind), !namespace.isEmpty else { return }
    let all = Quota.all(in: namespace, view)
    guard !all.isEmpty else { return }
    let quotas = all.filter { $0.limits(object, kind) }
    guard !quotas.isEmpty else { return }
    for quota in quotas {
      if let missing = unspecified(by: quota) {
        throw forbidden("failed quota: \(quota.name): must specify \(missing)")
      }
    }
    let delta = delta
    let charges = quotas.map { quota in (quota, delta.only { quota.hard[$0] != nil }) }
      .filter { !$0.1.names.isEmpty }
    guard charges.count <= Self.chargesMax else {
      throw forbidden("more than \(Self.chargesMax) quotas limit it")
    }
    for (quota, asked) in charges {
      var used = quota.used
      try check(asked, used, quota)
      guard let key = quota.object.objectKey else { continue }
      used.add(asked)
      var json = quota.object.json
      json.edit("status") { $0["used"] = used.json }
      transaction.expect(quota.object.key, modRevision: quota.object.modRevision)
      if json != quota.object.json { transaction.put(key, json) }
    }
  }

  /// What the object uses more than before; without what stays the same.
  private var delta: ResourceSums {
    var delta = QuotaUsage.of(object, kind)
    if let old { delta.subtract(QuotaUsage.of(old, kind)) }
    return delta.only { delta[$0]?.isZero == false }
  }

  /// Only what grows can be too much.
  private func check(
    _ asked: ResourceSums, _ used: ResourceSums, _ quota: Quota
  ) throws(Rejection) {
    // What is not counted yet is not limited, as in Kubernetes.
    let exceeded = asked.names.filter { name in
      guard let more = asked[name], !more.isNegative, let hard = quota.enforced[name] else {
        return false
      }
      guard let sum = (used[name] ?? .zero).adding(more) else { return true }
      return sum > hard
    }
    guard !exceeded.isEmpty else { return }
    var known = used.only(exceeded.contains)
    for name in exceeded where known[name] == nil { known[name] = .zero }
    throw forbidden(
      "exceeded quota: \(quota.name), requested: \(asked.only(exceeded.contains).text), "
        + "used: \(known.text), limited: \(quota.enforced.only(exceeded.contains).text)")
  }

  private func forbidden(_ reason: String) -> Rejection {
    .forbidden(kind, name: name, reason: reason)
  }

  // MARK: - What must be said

  private static let compulsory: Set<String> = [
    "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory",
  ]

  /// `cpu for: c; memory for: c,d`: what a quota limits must be said by each container.
  private func unspecified(by quota: Quota) -> String? {
    guard kind == .pod else { return nil }
    let needed = quota.enforced.names.filter(Self.compulsory.contains)
    guard !needed.isEmpty else { return nil }
    let containers =
      (object["spec"]?["containers"]?.array ?? [])
      + (object["spec"]?["initContainers"]?.array ?? [])
    let texts = needed.compactMap { name -> String? in
      let parts = name.split(separator: ".")
      let field = parts.count == 2 ? String(parts[0]) : "requests"
      let resource = String(parts[parts.count - 1])
      let silent = containers.filter { $0["resources"]?[field]?[resource] == nil }
        .compactMap { $0["name"]?.string }.sorted()
      return silent.isEmpty ? nil : "\(name) for: \(silent.joined(separator: ","))"
    }
    return texts.isEmpty ? nil : texts.joined(separator: "; ")
  }
}
