public import JSON
public import Objects

/// What the reconciler of quotas asks of one.
public enum QuotaCount {
  /// The quota with what the objects of the view use of it; nil where its status says so already.
  /// The view must hold every kind that quotas count, up to the quota's revision.
  public static func counted(_ quota: StoredObject, in view: ClusterView) -> JSONObject? {
    let read = Quota(quota)
    let used = read.usage(in: view)
    if read.isCounted(used) { return nil }
    var json = quota.json
    json.edit("status") { status in
      status["hard"] = read.hard.json
      status["used"] = used.json
    }
    return json
  }

  /// The status tells of what the spec limits now.
  public static func isKnown(_ quota: StoredObject) -> Bool {
    let read = Quota(quota)
    return read.enforced == read.hard
  }

  /// An object of the kind can use something of the quota.
  public static func concerns(_ quota: StoredObject, _ kind: Kind) -> Bool {
    !Quota(quota).names(of: kind).isEmpty
  }

  /// The kinds that quotas count.
  public static func counts(_ kind: Kind) -> Bool { QuotaUsage.counts(kind) }
}
