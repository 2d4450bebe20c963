import Base
import EtcdAPI
import Linux
import Objects
import StoreClient

/// Who stands in which election of the control plane, as `/election/` tells.
struct Elections {
  private struct Candidate {
    let reconciler: String
    let identity: String
    let created: Int64
  }

  private var candidates: [Candidate] = []

  static func read(_ client: StoreClient) async throws(StoreError) -> Elections {
    let prefix = Collection.candidates.prefix
    let end = Bytes(prefix.array.dropLast() + [UInt8(ascii: "/") + 1])
    var elections = Elections()
    for kv in try await client.range(RangeRequest(key: prefix, rangeEnd: end)).kvs {
      guard case .candidate(let reconciler, _)? = StoreKey(kv.key) else { continue }
      elections.candidates.append(
        Candidate(
          reconciler: reconciler, identity: kv.value.text, created: kv.createRevision))
    }
    return elections
  }

  /// Whether this process of the component is a candidate anywhere.
  func stands(_ component: ClusterComponent, _ process: ProcessStatus) -> Bool {
    let identity = Self.identity(component, process)
    return candidates.contains { $0.identity == identity }
  }

  /// The elections in which this process is the oldest candidate, by name.
  func leads(_ component: ClusterComponent, _ process: ProcessStatus) -> [String] {
    let identity = Self.identity(component, process)
    return leaders.filter { $0.identity == identity }.map(\.reconciler)
  }

  /// Who leads a reconciler: `scheduler-4711`; nil where nobody stands.
  func leader(of reconciler: String) -> String? {
    leaders.first { $0.reconciler == reconciler }?.identity
  }

  static func identity(_ component: ClusterComponent, _ process: ProcessStatus) -> String {
    "\(component.role.rawValue)-\(process.pid)"
  }

  private var leaders: [Candidate] {
    var oldest: [String: Candidate] = [:]
    for candidate in candidates
    where candidate.created < oldest[candidate.reconciler]?.created ?? .max {
      oldest[candidate.reconciler] = candidate
    }
    return oldest.keys.sorted().compactMap { oldest[$0] }
  }
}
