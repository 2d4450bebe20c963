import JSON
import Objects

/// Admission by the LimitRanges of a namespace (plugin LimitRanger): what pods ask for where they
/// do not say, and the bounds of what they may.
enum LimitRanges {
  private static func limits(
    of type: String, in namespace: String, _ view: ClusterView
  ) -> [JSONObject] {
    view.objects(.limitRange, in: namespace).flatMap { range in
      (range.json["spec"]?["limits"]?.array ?? []).compactMap(\.object)
        .filter { $0["type"]?.string == type }
    }
  }

  // MARK: - Defaults

  /// Gives each container of a new pod what it does not say.
  static func fill(_ pod: inout JSONObject, in view: ClusterView) {
    let namespace = pod["metadata"]?["namespace"]?.string ?? ""
    let limits = limits(of: "Container", in: namespace, view)
    guard !limits.isEmpty else { return }
    var notes: [String] = []
    for limit in limits {
      for (list, prefix) in [("containers", "container"), ("initContainers", "init container")] {
        pod.edit("spec") { spec in
          guard let containers = spec[list]?.array else { return }
          spec[list] = .array(
            containers.map { element in
              guard var container = element.object else { return element }
              notes += fill(&container, limit, prefix)
              return .object(container)
            })
        }
      }
    }
    guard !notes.isEmpty else { return }
    pod.edit("metadata") { meta in
      meta.edit("annotations") {
        $0["kubernetes.io/limit-ranger"] = .string(
          "LimitRanger plugin set: " + notes.joined(separator: "; "))
      }
    }
  }

  /// Says what it set, as the annotation has it.
  private static func fill(
    _ container: inout JSONObject, _ limit: JSONObject, _ prefix: String
  ) -> [String] {
    let name = container["name"]?.string ?? ""
    var notes: [String] = []
    for (field, source, word) in [
      ("requests", "defaultRequest", "request"), ("limits", "default", "limit"),
    ] {
      let defaults = limit[source]?.object?.members ?? []
      let missing = defaults.filter { container["resources"]?[field]?[$0.name] == nil }
      guard !missing.isEmpty else { continue }
      container.edit("resources") { resources in
        resources.edit(field) { amounts in
          for member in missing { amounts[member.name] = member.value }
        }
      }
      let names = missing.map(\.name).sorted().joined(separator: ", ")
      notes.append("\(names) \(word) for \(prefix) \(name)")
    }
    return notes
  }

  // MARK: - Bounds

  /// Why a new pod, or a claim, is outside the bounds; nil where it is within.
  static func complaint(
    about object: JSONObject, of kind: Kind, in view: ClusterView
  ) -> String? {
    let namespace = object["metadata"]?["namespace"]?.string ?? ""
    var complaints: [String] = []
    if kind == .pod {
      for limit in limits(of: "Container", in: namespace, view) {
        for list in ["containers", "initContainers"] {
          for container in object["spec"]?[list]?.array ?? [] {
            complaints += bounds(
              limit, requests: ResourceSums(container["resources"]?["requests"]),
              limits: ResourceSums(container["resources"]?["limits"]))
          }
        }
      }
      let ofPods = limits(of: "Pod", in: namespace, view)
      if !ofPods.isEmpty {
        let sums = PodSums(object["spec"])
        for limit in ofPods {
          complaints += bounds(limit, requests: sums.requests, limits: sums.limits)
        }
      }
    } else if kind == .persistentVolumeClaim {
      let requests = ResourceSums(object["spec"]?["resources"]?["requests"])
      for limit in limits(of: "PersistentVolumeClaim", in: namespace, view) {
        complaints += claimBounds(limit, requests)
      }
    }
    switch complaints.count {
    case 0: return nil
    case 1: return complaints[0]
    default: return "[\(complaints.joined(separator: ", "))]"
    }
  }

  private static func bounds(
    _ limit: JSONObject, requests: ResourceSums, limits: ResourceSums
  ) -> [String] {
    let type = limit["type"]?.string ?? ""
    var complaints: [String] = []
    each("min", of: limit) { name, bound in
      complaints += least(
        "minimum \(name) usage per \(type) is \(bound)", bound, requests[name], limits[name])
    }
    each("max", of: limit) { name, bound in
      complaints += most(
        "maximum \(name) usage per \(type) is \(bound)", bound, requests[name], limits[name])
    }
    each("maxLimitRequestRatio", of: limit) { name, bound in
      complaints += ratio(
        "\(name) max limit to request ratio per \(type) is \(bound)", bound, requests[name],
        limits[name])
    }
    return complaints
  }

  private static func each(
    _ field: String, of limit: JSONObject, _ body: (String, Quantity) -> Void
  ) {
    let sums = ResourceSums(limit[field])
    for name in sums.names { body(name, sums[name] ?? .zero) }
  }

  private static func least(
    _ rule: String, _ bound: Quantity, _ request: Quantity?, _ limit: Quantity?
  ) -> [String] {
    guard let request else { return ["\(rule).  No request is specified"] }
    if request < bound { return ["\(rule), but request is \(request)"] }
    if let limit, limit < bound { return ["\(rule), but limit is \(limit)"] }
    return []
  }

  private static func most(
    _ rule: String, _ bound: Quantity, _ request: Quantity?, _ limit: Quantity?
  ) -> [String] {
    guard let limit else { return ["\(rule).  No limit is specified"] }
    if limit > bound { return ["\(rule), but limit is \(limit)"] }
    if let request, request > bound { return ["\(rule), but request is \(request)"] }
    return []
  }

  private static func ratio(
    _ rule: String, _ bound: Quantity, _ request: Quantity?, _ limit: Quantity?
  ) -> [String] {
    guard let request, !request.isZero else {
      return ["\(rule), but no request is specified or request is 0"]
    }
    guard let limit, !limit.isZero else {
      return ["\(rule), but no limit is specified or limit is 0"]
    }
    let provided = Double(limit.milliValue) / Double(request.milliValue)
    guard provided > Double(bound.milliValue) / 1000 else { return [] }
    return ["\(rule), but provided ratio is \(sixDigits(provided))"]
  }

  /// Go's `%f`, for what is below ten million millions; above, whole.
  private static func sixDigits(_ value: Double) -> String {
    guard value.isFinite, value < 1e13 else { return "+Inf" }
    let millionths = UInt64((value * 1_000_000).rounded(.toNearestOrEven))
    let fraction = String(millionths % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - fraction.utf8.count)
    return "\(millionths / 1_000_000).\(zeros)\(fraction)"
  }

  private static func claimBounds(_ limit: JSONObject, _ requests: ResourceSums) -> [String] {
    var complaints: [String] = []
    each("min", of: limit) { name, bound in
      complaints += least(
        "minimum \(name) usage per PersistentVolumeClaim is \(bound)", bound, requests[name], nil)
    }
    each("max", of: limit) { name, bound in
      let rule = "maximum \(name) usage per PersistentVolumeClaim is \(bound)"
      guard let request = requests[name] else {
        complaints.append("\(rule).  No request is specified")
        return
      }
      if request > bound { complaints.append("\(rule), but request is \(request)") }
    }
    return complaints
  }
}
