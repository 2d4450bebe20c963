import Objects

/// Whether a revision changes at most one object of each API collection: a client that resumes a
/// watch at a resourceVersion would miss the second one. Events end together with their lease, and
/// the quotas that limit one object are charged together: API servers tell such a revision again.
struct CollectionChecker: HistoryChecker {
  static let name = "one-object"

  mutating func check(_ moment: RevisionMoment) -> String? {
    var seen: [Kind] = []
    for change in moment.changes {
      guard let kind = change.kind else { continue }
      if kind == .event, change.new == nil { continue }
      if kind == .resourceQuota, change.old != nil, change.new != nil { continue }
      if seen.contains(kind) { return "two objects of \(kind.plural) change at once" }
      seen.append(kind)
    }
    return nil
  }
}
