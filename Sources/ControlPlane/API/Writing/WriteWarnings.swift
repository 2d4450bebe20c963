import JSON
import Objects
import Registry

/// What Kubernetes warns of although it takes it: versions that will go, and pods that are hardly
/// meant so (api/pod/warnings.go).
enum WriteWarnings {
  /// Of every request for such a kind.
  static func deprecation(_ kind: Kind) -> [String] {
    guard kind == .endpoints else { return [] }
    return ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]
  }

  /// Of a new object.
  static func content(of object: JSONObject, _ kind: Kind) -> [String] {
    guard let path = podSpecPath(kind) else { return [] }
    var value: JSONValue? = .object(object)
    for name in path { value = value?[name] }
    guard let spec = value?.object else { return [] }
    let place = path.joined(separator: ".")
    return ["initContainers", "containers"].flatMap { list in
      (spec[list]?.array ?? []).enumerated().flatMap { index, container in
        warnings(of: container, at: "\(place).\(list)[\(index)]")
      }
    }
  }

  private static func podSpecPath(_ kind: Kind) -> [String]? {
    switch kind.plural {
    case "pods": ["spec"]
    case "daemonsets", "deployments", "jobs", "replicasets", "replicationcontrollers",
      "statefulsets":
      ["spec", "template", "spec"]
    case "cronjobs": ["spec", "jobTemplate", "spec", "template", "spec"]
    case "podtemplates": ["template", "spec"]
    default: nil
    }
  }

  private static func warnings(of container: JSONValue, at place: String) -> [String] {
    portWarnings(container["ports"]?.array ?? [], at: place)
      + amountWarnings(container["resources"], at: place)
      + environmentWarnings(container["env"]?.array ?? [], at: place)
  }

  private static func portWarnings(_ ports: [JSONValue], at place: String) -> [String] {
    struct Port: Hashable {
      let number: Int64
      let name: String
      let host: String
    }
    var firsts: [Port: Int] = [:]
    var warnings: [String] = []
    for (index, port) in ports.enumerated() {
      let key = Port(
        number: port["containerPort"]?.int64 ?? 0, name: port["protocol"]?.string ?? "TCP",
        host: "\(port["hostIP"]?.string ?? "")/\(port["hostPort"]?.int64 ?? 0)")
      if let first = firsts[key] {
        warnings.append(
          "\(place).ports[\(index)]: duplicate port definition with \(place).ports[\(first)]")
      } else {
        firsts[key] = index
      }
    }
    return warnings
  }

  /// Nobody can have half a byte.
  private static func amountWarnings(_ resources: JSONValue?, at place: String) -> [String] {
    ["limits", "requests"].flatMap { side in
      ["memory", "ephemeral-storage"].compactMap { name in
        guard let amount = Quantity(json: resources?[side]?[name]), !amount.isWhole else {
          return nil
        }
        return "\(place).resources.\(side)[\(name)]: fractional byte value "
          + "\(GoText.quoted(amount.description)) is invalid, must be an integer"
      }
    }
  }

  private static func environmentWarnings(_ variables: [JSONValue], at place: String) -> [String] {
    var seen: Set<String> = []
    var warnings: [String] = []
    for (index, variable) in variables.enumerated() {
      guard let name = variable["name"]?.string else { continue }
      // A value that is made of the earlier one of the name needs that one.
      let refers = variable["value"]?.string?.contains("$(\(name))") ?? false
      if !seen.insert(name).inserted, !refers {
        warnings.append(
          "\(place).env[\(index)]: hides previous definition of \(GoText.quoted(name)), "
            + "which may be dropped when using apply")
      }
    }
    return warnings
  }
}
