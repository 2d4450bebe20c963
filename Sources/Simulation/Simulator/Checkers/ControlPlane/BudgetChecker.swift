import JSON
import Objects

/// Whether a pod comes from its creation to Running within at most 8 revisions and 4 times the
/// bytes of its final object, all its keys and events counted. Holds where nothing goes wrong
/// meanwhile.
struct BudgetChecker: HistoryChecker {
  static let name = "budget"
  static let revisionsMax = 8
  static let bytesFactorMax = 4

  private struct Cost {
    var revisions = 0
    var bytes = 0
  }

  /// Pods that do not run yet.
  private var costs: [String: Cost] = [:]

  mutating func check(_ moment: RevisionMoment) -> String? {
    var spent: [String: Int] = [:]
    for change in moment.changes {
      guard let uid = Self.pod(of: change) else { continue }
      if change.kind == .pod, change.created != nil { costs[uid] = Cost() }
      spent[uid, default: 0] += change.bytes
    }
    for (uid, bytes) in spent where costs[uid] != nil {
      costs[uid]?.revisions += 1
      costs[uid]?.bytes += bytes
    }
    for change in moment.changes {
      guard change.kind == .pod, let pod = change.new ?? change.old else { continue }
      if !pod.isCounted { costs[pod.meta.uid] = nil }
      guard pod.pod?.phase == .running, let cost = costs.removeValue(forKey: pod.meta.uid) else {
        continue
      }
      let bytesMax = Self.bytesFactorMax * change.bytes
      if cost.revisions > Self.revisionsMax || cost.bytes > bytesMax {
        return "\(pod.meta.name) took \(cost.revisions) revisions and \(cost.bytes) bytes to run, "
          + "being of \(change.bytes)"
      }
    }
    return nil
  }

  private static func pod(of change: RevisionMoment.Change) -> String? {
    guard let object = change.new ?? change.old else { return nil }
    switch change.key {
    case .desiredPod(_, let uid), .actualPod(_, let uid): return uid
    case .object(let key) where key.kind == .pod: return object.meta.uid
    case .object(let key) where key.kind == .event:
      return object.json["involvedObject"]?["kind"]?.string == "Pod"
        ? object.json["involvedObject"]?["uid"]?.string : nil
    case .object, .grant, .actualNode, .heartbeat, .candidate, .allocation: return nil
    }
  }
}
