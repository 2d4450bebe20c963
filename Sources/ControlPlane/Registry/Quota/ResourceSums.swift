import JSON
import Objects

/// Amounts by the names of their resources, exact (core/v1 ResourceList).
struct ResourceSums: Hashable, Sendable {
  private(set) var amounts: [String: Quantity] = [:]

  init() {}

  /// What is no quantity counts as absent.
  init(_ list: JSONValue?) {
    for member in list?.object?.members ?? [] {
      if let quantity = Quantity(json: member.value) { amounts[member.name] = quantity }
    }
  }

  subscript(name: String) -> Quantity? {
    get { amounts[name] }
    set { amounts[name] = newValue }
  }

  /// In the order of their bytes.
  var names: [String] { amounts.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// A sum that does not fit stays as it was: it is beyond every limit already.
  mutating func add(_ other: ResourceSums) {
    for name in other.names {
      guard let more = other[name] else { continue }
      amounts[name] = amounts[name].map { $0.adding(more) ?? $0 } ?? more
    }
  }

  mutating func subtract(_ other: ResourceSums) {
    for name in other.names {
      guard let less = other[name] else { continue }
      let before = amounts[name] ?? .zero
      amounts[name] = before.subtracting(less) ?? before
    }
  }

  /// The larger one of each.
  mutating func raise(to other: ResourceSums) {
    for name in other.names {
      guard let amount = other[name] else { continue }
      amounts[name] = amounts[name].map { max($0, amount) } ?? amount
    }
  }

  func only(_ isWanted: (String) -> Bool) -> ResourceSums {
    var sums = ResourceSums()
    for name in names where isWanted(name) { sums[name] = amounts[name] }
    return sums
  }

  /// `cpu=1,pods=2`
  var text: String {
    names.map { "\($0)=\(amounts[$0] ?? .zero)" }.joined(separator: ",")
  }

  /// A ResourceList in the order of its names.
  var json: JSONValue {
    .object(
      JSONObject(
        names.map { .init(name: $0, value: .string((amounts[$0] ?? .zero).description)) }))
  }
}

/// What a pod's containers ask for together (component-helpers resource.PodRequests, PodLimits):
/// init containers run before the others, one at a time; those that restart always go on beside.
struct PodSums {
  let requests: ResourceSums
  let limits: ResourceSums

  init(_ spec: JSONValue?) {
    requests = Self.sum("requests", spec)
    limits = Self.sum("limits", spec)
  }

  private static func sum(_ field: String, _ spec: JSONValue?) -> ResourceSums {
    var sum = ResourceSums()
    for container in spec?["containers"]?.array ?? [] {
      sum.add(ResourceSums(container["resources"]?[field]))
    }
    var beside = ResourceSums()
    var peak = ResourceSums()
    for container in spec?["initContainers"]?.array ?? [] {
      let asked = ResourceSums(container["resources"]?[field])
      if container["restartPolicy"]?.string == "Always" {
        sum.add(asked)
        beside.add(asked)
        peak.raise(to: beside)
      } else {
        var during = beside
        during.add(asked)
        peak.raise(to: during)
      }
    }
    sum.raise(to: peak)
    let overhead = ResourceSums(spec?["overhead"])
    // What has no limit is not limited by its overhead either.
    sum.add(field == "limits" ? overhead.only { sum[$0] != nil } : overhead)
    return sum
  }
}
