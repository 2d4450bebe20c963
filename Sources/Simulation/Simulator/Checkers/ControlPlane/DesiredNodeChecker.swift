import Objects

/// Whether no pod is desired on two nodes at once, and bound to one node for good.
struct DesiredNodeChecker: HistoryChecker {
  static let name = "one-node"
  private var nodes: [String: String] = [:]

  mutating func check(_ moment: RevisionMoment) -> String? {
    for change in moment.changes {
      if case .desiredPod(let node, let uid) = change.key {
        if change.new == nil {
          if nodes[uid] == node { nodes[uid] = nil }
        } else if let other = nodes.updateValue(node, forKey: uid), other != node {
          return "pod \(uid) is desired on \(node) and on \(other)"
        }
      }
      if let old = change.old, let new = change.new, change.kind == .pod,
        old.meta.uid == new.meta.uid, let before = old.pod?.node, !before.isEmpty,
        new.pod?.node != before
      {
        return "\(new.meta.name) moves from \(before) to \(new.pod?.node ?? "nowhere")"
      }
    }
    return nil
  }
}
