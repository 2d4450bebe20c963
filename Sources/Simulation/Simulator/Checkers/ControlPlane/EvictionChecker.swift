import Base
import JSON
import Objects
import Registry

/// Whether pods are taken from a node only when it lost its heartbeat for as long as they tolerate:
/// a node that is slow, or back in time, keeps its pods.
struct EvictionChecker: HistoryChecker {
  static let name = "eviction"

  private struct Absence {
    let from: Instant
    var until: Instant?
  }

  private var absences: [String: [Absence]] = [:]

  mutating func check(_ moment: RevisionMoment) -> String? {
    for change in moment.changes {
      guard case .heartbeat(let node) = change.key else { continue }
      if change.new == nil {
        absences[node, default: []].append(Absence(from: moment.at, until: nil))
      } else if let last = absences[node]?.indices.last, absences[node]?[last].until == nil {
        absences[node]?[last].until = moment.at
      }
    }
    guard let evicted = Self.evicted(moment), let node = evicted.pod?.node else { return nil }
    let tolerated = Duration.seconds(Self.toleratedSeconds(evicted))
    let wasGone = (absences[node] ?? []).contains { absence in
      // The clocks of processes differ, and a watch may show an end early or late.
      (absence.until ?? moment.at) - absence.from >= tolerated - .seconds(2)
    }
    guard !wasGone else { return nil }
    return "\(evicted.meta.name) is evicted from \(node), which was not gone for \(tolerated)"
  }

  /// The pod whose deletion is told as an eviction.
  private static func evicted(_ moment: RevisionMoment) -> StoredObject? {
    let isEviction = moment.changes.contains { change in
      change.kind == .event && change.created?.json["reason"]?.string == "TaintManagerEviction"
    }
    guard isEviction else { return nil }
    return moment.changes.first { $0.kind == .pod && $0.isDeletion }?.old
  }

  private static func toleratedSeconds(_ pod: StoredObject) -> Int64 {
    let tolerations = pod.json["spec"]?["tolerations"]?.array ?? []
    let unreachable = tolerations.first {
      $0["key"]?.string == "node.kubernetes.io/unreachable"
    }
    return unreachable?["tolerationSeconds"]?.int64 ?? 0
  }
}
