import Base
import JSON
import Objects
import Registry

/// Puts the wanted endpoints of one address family into slices with few writes: slices that must
/// change anyway are filled first, then one that has room, then new ones (KEP-752; k8s.io/
/// endpointslice reconciler).
struct SlicePacking {
  /// kube-controller-manager's `--max-endpoints-per-slice`.
  static let endpointsMax = 100

  private let pods: ServicePods
  private let family: String
  private let slices: [StoredObject]
  private let wanted: [EndpointPorts: [JSONObject]]

  init(
    _ pods: ServicePods, family: String, slices: [StoredObject],
    wanted: [EndpointPorts: [JSONObject]]
  ) {
    self.pods = pods
    self.family = family
    self.slices = slices
    self.wanted = wanted
  }

  /// One slice as it is and as it is to be.
  private struct Draft {
    let old: StoredObject
    var endpoints: [JSONObject]
    /// Its content changes, not only what it says of the Service.
    var isChanged: Bool
  }

  /// Each writes one slice; none relies on another.
  func steps(random: inout PRNG) -> [Step] {
    var groups: [EndpointPorts: [StoredObject]] = [:]
    for slice in slices {
      groups[Self.ports(of: slice), default: []].append(slice)
    }
    var sets = Set(wanted.keys).union(groups.keys).sorted()
    // A Service always has a slice, be it empty: who follows slices then knows of it.
    if sets.isEmpty { sets = [EndpointPorts([])] }
    var steps: [Step] = []
    var isAlone = wanted.isEmpty
    for ports in sets {
      var drafts = self.drafts(groups[ports] ?? [], wanted[ports] ?? [])
      let added = fill(&drafts, with: wanted[ports] ?? [])
      for draft in drafts {
        let keepsPlace = isAlone && draft.endpoints.isEmpty
        if draft.endpoints.isEmpty, !keepsPlace {
          steps.append(Step([.delete(draft.old, DeleteOptions())]))
          continue
        }
        isAlone = false
        if let step = update(draft) { steps.append(step) }
      }
      for endpoints in added { steps.append(creation(endpoints, ports, &random)) }
      if isAlone, groups.isEmpty { steps.append(creation([], ports, &random)) }
    }
    return steps
  }

  private static func ports(of slice: StoredObject) -> EndpointPorts {
    EndpointPorts((slice.json["ports"]?.array ?? []).compactMap(EndpointPort.init))
  }

  private static func uid(of endpoint: JSONObject) -> String {
    endpoint["targetRef"]?["uid"]?.string ?? ""
  }

  /// What stays where it is, as it is to be.
  private func drafts(_ slices: [StoredObject], _ wanted: [JSONObject]) -> [Draft] {
    var byUID = Dictionary(wanted.map { (Self.uid(of: $0), $0) }) { first, _ in first }
    return slices.map { slice in
      let present = (slice.json["endpoints"]?.array ?? []).compactMap(\.object)
      let kept = present.compactMap { byUID.removeValue(forKey: Self.uid(of: $0)) }
      return Draft(old: slice, endpoints: kept, isChanged: kept != present)
    }
  }

  /// Adds what no draft has; gives what needs new slices.
  private func fill(_ drafts: inout [Draft], with wanted: [JSONObject]) -> [[JSONObject]] {
    let placed = Set(drafts.flatMap { $0.endpoints.map(Self.uid) })
    var rest = wanted.filter { !placed.contains(Self.uid(of: $0)) }[...]
    for place in drafts.indices where drafts[place].isChanged && !rest.isEmpty {
      let room = max(Self.endpointsMax - drafts[place].endpoints.count, 0)
      drafts[place].endpoints += rest.prefix(room)
      rest = rest.dropFirst(room)
    }
    var added: [[JSONObject]] = []
    while rest.count >= Self.endpointsMax {
      added.append(Array(rest.prefix(Self.endpointsMax)))
      rest = rest.dropFirst(Self.endpointsMax)
    }
    guard !rest.isEmpty else { return added }
    // The fullest that takes all of it: slices stay few.
    let fitting = drafts.indices.filter {
      drafts[$0].endpoints.count + rest.count <= Self.endpointsMax
    }
    if let place = fitting.max(by: { drafts[$0].endpoints.count < drafts[$1].endpoints.count }) {
      drafts[place].endpoints += rest
      drafts[place].isChanged = true
    } else {
      added.append(Array(rest))
    }
    return added
  }

  // MARK: - Writes

  private func update(_ draft: Draft) -> Step? {
    var json = draft.old.json
    if draft.isChanged { json["endpoints"] = .array(draft.endpoints.map(JSONValue.object)) }
    json = described(json)
    guard json != draft.old.json else { return nil }
    return Step([.update(from: draft.old, to: json)], guards: [.exists(pods.service)])
  }

  private func creation(
    _ endpoints: [JSONObject], _ ports: EndpointPorts, _ random: inout PRNG
  ) -> Step {
    let base = "\(pods.key.name)-"
    var json = JSONObject()
    json["metadata"] = [
      "name": .string(ObjectNames.generated(base, &random)), "generateName": .string(base),
      "namespace": .string(pods.key.namespace),
    ]
    json["addressType"] = .string(family)
    json["endpoints"] = .array(endpoints.map(JSONValue.object))
    json["ports"] = .array(ports.ports.map(\.json))
    return Step([.create(.endpointSlice, described(json))], guards: [.exists(pods.service)])
  }

  /// With the labels and the owner that it is to have.
  private func described(_ json: JSONObject) -> JSONObject {
    var json = json
    let labels = pods.labels([
      (EndpointSliceReconciler.managerLabel, EndpointSliceReconciler.manager),
      (EndpointSliceReconciler.serviceLabel, pods.key.name),
    ])
    let owner = OwnerReference.controller(pods.service, pods.key)
    if ObjectMeta(of: json).owners != [owner] { json = json.adding(owner: owner) }
    json.edit("metadata") { meta in
      if meta["labels"]?.object != labels { meta["labels"] = .object(labels) }
    }
    return json
  }
}
