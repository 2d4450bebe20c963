import Base
import EtcdAPI
import JSON
import Objects
import Registry

/// Whether every write of a reconciler that elects a leader came from the one that led when the
/// store applied it: the oldest candidate of the history. The writer is known from the calls that
/// went out, and what it is from what it wrote; no component is asked.
struct LeadershipChecker: HistoryChecker {
  static let name = "leadership"
  /// By component: each candidate's creation revision and lease.
  private var candidates: [String: [(created: Int64, lease: Int64)]] = [:]

  mutating func check(_ moment: RevisionMoment) -> String? {
    let problem = problem(in: moment)
    for change in moment.changes {
      guard case .candidate(let component, let lease) = change.key else { continue }
      var known = candidates[component] ?? []
      known.removeAll { $0.lease == lease }
      if let new = change.new { known.append((new.createRevision, lease)) }
      candidates[component] = known
    }
    return problem
  }

  private func problem(in moment: RevisionMoment) -> String? {
    // Candidates come and go by themselves.
    let isElection = moment.changes.allSatisfy { $0.key.collection == .candidates }
    guard !moment.authors.isEmpty, !isElection,
      let component = Self.component(moment) ?? Self.declared(moment.authors)
    else { return nil }
    let leader = (candidates[component] ?? []).min { $0.created < $1.created }
    let isLeaders = moment.authors.contains { author in
      guard case .process = author.writer else { return true }
      return leader.map { author.leases.contains($0.lease) } ?? false
    }
    guard !isLeaders else { return nil }
    let writers = moment.authors.map { "\($0.writer)" }.joined(separator: ", ")
    return "\(writers) writes as \(component) and does not lead: "
      + moment.changes.map { "\($0.key)" }.joined(separator: ", ")
  }

  /// Whose work a revision is, by what it does.
  private static func component(_ moment: RevisionMoment) -> String? {
    for change in moment.changes {
      guard let new = change.new else { continue }
      switch (change.kind, change.old) {
      case (.pod, nil) where new.meta.controller?.kind == "ReplicaSet": return "replicaset"
      case (.replicaSet, nil) where new.meta.controller?.kind == "Deployment":
        return "deployment"
      case (.pod, let old?) where old.pod?.node == "" && new.pod?.node != "":
        return "scheduler"
      case (.replicaSet, let old?) where Self.isStatus(old, new): return "replicaset"
      case (.deployment, let old?) where Self.isStatus(old, new): return "deployment"
      default: continue
      }
    }
    return nil
  }

  private static func isStatus(_ old: StoredObject, _ new: StoredObject) -> Bool {
    old.json["status"] != new.json["status"] && old.json["spec"] == new.json["spec"]
      && old.json["metadata"] == new.json["metadata"]
  }

  /// Whose work the writers say that it is, by the fence.
  private static func declared(_ authors: [CallLedger.Entry]) -> String? {
    for author in authors {
      for compare in author.txn.compare where compare.rangeEnd.isEmpty {
        if case .candidate(let component, _) = StoreKey(compare.key) { return component }
      }
    }
    return nil
  }
}
