import Base
import EtcdAPI
import JSON
import Objects
import Registry

/// Reads the store's whole history from its first revision on, over lost connections too, and shows
/// it to the checkers.
struct Observer {
  private(set) var view = ClusterView()
  private(set) var revision: Int64 = 1
  /// How many revisions had changes.
  private(set) var momentCount = 0

  static let watch = WatchCreateRequest(
    key: Bytes([0]), rangeEnd: KeyRanges.unbounded, startRevision: 1)

  /// The revisions of a delivery, in order, each with the view behind it. `times`: when each
  /// was first applied.
  mutating func take(
    _ events: [Event], times: [Instant], ledger: inout CallLedger,
    show: (RevisionMoment) -> Void
  ) throws(JSONError) {
    var rest = events[...]
    while let first = rest.first?.kv?.modRevision {
      let group = Array(rest.prefix { $0.kv?.modRevision == first })
      rest = rest.dropFirst(group.count)
      var before: [Bytes: Int64] = [:]
      for key in group.compactMap({ $0.kv?.key }) {
        before[key] = StoreKey(key).flatMap { view[$0] }?.modRevision ?? 0
      }
      var changes: [RevisionMoment.Change] = []
      for event in group {
        if let change = try apply(event) { changes.append(change) }
      }
      revision = first
      momentCount += 1
      show(
        RevisionMoment(
          revision: first, at: times[Int(first)], changes: changes, view: view,
          authors: ledger.authors(of: first, group, before: before)))
    }
  }

  private mutating func apply(_ event: Event) throws(JSONError) -> RevisionMoment.Change? {
    guard let kv = event.kv, let key = StoreKey(kv.key) else { return nil }
    guard event.type == .put else {
      return RevisionMoment.Change(key: key, old: view.remove(key), new: nil, bytes: 0)
    }
    // Candidates and heartbeats say nothing by their values.
    var json: JSONObject? = JSONObject()
    switch key {
    case .object, .desiredPod, .actualPod, .actualNode:
      json = try JSONValue(parsing: kv.value).object
    case .grant, .heartbeat, .candidate, .allocation: break
    }
    let object = StoredObject(
      key: key, json: json ?? JSONObject(), createRevision: kv.createRevision,
      modRevision: kv.modRevision, lease: kv.lease)
    return RevisionMoment.Change(
      key: key, old: view.put(object), new: object, bytes: kv.value.count)
  }
}
