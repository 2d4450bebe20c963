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

  /// Of a new object, or of what a change makes of an older one: once is enough.
  static func content(of intent: Intent) -> [String] {
    switch intent {
    case .create(let kind, let object): return name(of: object, kind) + content(of: object, kind)
    case .update(let old, let object):
      guard case .object(let key) = old.key, object["spec"] != old.json["spec"] else { return [] }
      let before = Set(content(of: old.json, key.kind))
      return content(of: object, key.kind).filter { !before.contains($0) }
    case .updateStatus, .updateSubresource, .bind, .delete, .put, .remove: return []
    }
  }

  /// Names that pods' hostnames are made of.
  private static func name(of object: JSONObject, _ kind: Kind) -> [String] {
    let owner: String
    switch kind.plural {
    case "pods": owner = "the Pod's hostname"
    case "cronjobs", "deployments", "jobs", "replicasets", "replicationcontrollers",
      "statefulsets":
      owner = "Pod names and hostnames"
    default: return []
    }
    // A generated name is longer only by letters and digits.
    let name = object["metadata"]?["name"]?.string ?? ""
    let complaints = name.isEmpty ? [] : NameSyntax.labelComplaints(name)
    guard !complaints.isEmpty else { return [] }
    return [
      "metadata.name: this is used in \(owner), which can result in surprising behavior; "
        + "a DNS label is recommended: [\(complaints.joined(separator: " "))]"
    ]
  }

  private static func content(of object: JSONObject, _ kind: Kind) -> [String] {
    guard let path = podSpecPath(kind) else { return ownContent(of: object, kind) }
    var template: JSONValue? = .object(object)
    for name in path.dropLast() { template = template?[name] }
    guard let spec = template?["spec"]?.object else { return [] }
    let place = path.joined(separator: ".")
    let containers = ["initContainers", "containers"].flatMap { list in
      (spec[list]?.array ?? []).enumerated().flatMap { index, container in
        warnings(of: container, at: "\(place).\(list)[\(index)]")
      }
    }
    let meta = (path.dropLast() + ["metadata"]).joined(separator: ".")
    return podWarnings(spec, at: place)
      + annotationWarnings(template?["metadata"]?["annotations"], at: meta) + containers
  }

  // MARK: - Pods

  /// pkg/api/node GetNodeLabelDeprecatedMessage.
  private static let oldNodeLabels: [String: String] = [
    "beta.kubernetes.io/arch": #"deprecated since v1.14; use "kubernetes.io/arch" instead"#,
    "beta.kubernetes.io/instance-type":
      #"deprecated since v1.17; use "node.kubernetes.io/instance-type" instead"#,
    "beta.kubernetes.io/os": #"deprecated since v1.14; use "kubernetes.io/os" instead"#,
    "failure-domain.beta.kubernetes.io/region":
      #"deprecated since v1.17; use "topology.kubernetes.io/region" instead"#,
    "failure-domain.beta.kubernetes.io/zone":
      #"deprecated since v1.17; use "topology.kubernetes.io/zone" instead"#,
  ]

  private static func podWarnings(_ spec: JSONObject, at place: String) -> [String] {
    let names = (spec["nodeSelector"]?.object?.members ?? []).map(\.name).sorted()
    let labels = names.compactMap { name in
      oldNodeLabels[name].map { "\(place).nodeSelector[\(name)]: \($0)" }
    }
    let secrets = (spec["imagePullSecrets"]?.array ?? []).enumerated().filter {
      ($0.element["name"]?.string ?? "").isEmpty
    }
    return labels
      + secrets.map { "\(place).imagePullSecrets[\($0.offset)].name: invalid empty name \"\"" }
  }

  private static func annotationWarnings(_ annotations: JSONValue?, at place: String) -> [String] {
    let name = "seccomp.security.alpha.kubernetes.io/pod"
    guard annotations?[name] != nil else { return [] }
    return [
      "\(place).annotations[\(name)]: non-functional in v1.27+; "
        + "use the \"seccompProfile\" field instead"
    ]
  }

  // MARK: - Other kinds

  private static func ownContent(of object: JSONObject, _ kind: Kind) -> [String] {
    let annotations = object["metadata"]?["annotations"]
    switch kind.plural {
    case "ingresses":
      let name = "kubernetes.io/ingress.class"
      guard annotations?[name] != nil, object["spec"]?["ingressClassName"]?.string == nil
      else { return [] }
      return ["annotation \"\(name)\" is deprecated, please use 'spec.ingressClassName' instead"]
    case "persistentvolumes", "persistentvolumeclaims":
      let name = "volume.beta.kubernetes.io/storage-class"
      var warnings: [String] = []
      if annotations?[name] != nil {
        warnings.append(
          "metadata.annotations[\(name)]: deprecated since v1.8; "
            + "use \"storageClassName\" attribute instead")
      }
      if object["spec"]?["persistentVolumeReclaimPolicy"] == "Recycle" {
        warnings.append(
          "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. "
            + "Instead, the recommended approach is to use dynamic provisioning.")
      }
      return warnings
    default: return []
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
