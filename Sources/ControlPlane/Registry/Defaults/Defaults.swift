import JSON
import Objects

/// What the registry adds to an object that does not say it (Kubernetes' defaulting).
enum Defaults {
  static func pod(_ object: inout JSONObject) {
    DefaultRows.pod.apply(to: &object)
    edit("spec", of: &object) { spec in
      let isChanged = podSpec(&spec)
      return PodDefaults.ofPodsOnly(&spec) || isChanged
    }
  }

  static func deployment(_ object: inout JSONObject) {
    DefaultRows.deployment.apply(to: &object)
    edit("spec", of: &object) { spec in
      edit("strategy", of: &spec) { strategy in
        strategy["type"] == "RollingUpdate" && DefaultRows.rollingUpdate.apply(to: &strategy)
      }
    }
    template(of: &object)
  }

  static func replicaSet(_ object: inout JSONObject) {
    DefaultRows.replicaSet.apply(to: &object)
    template(of: &object)
  }

  /// Changes a member that is an object; false, and nothing is copied, where `body` changes
  /// nothing.
  @discardableResult
  static func edit(
    _ name: String, of object: inout JSONObject, _ body: (inout JSONObject) -> Bool
  ) -> Bool {
    guard case .object(var nested)? = object[name], body(&nested) else { return false }
    object[name] = .object(nested)
    return true
  }

  static func podSpec(_ spec: inout JSONObject) -> Bool {
    // Code first: rows then find what it made.
    let isChanged = PodDefaults.ofSpec(&spec)
    return DefaultRows.podSpec.apply(to: &spec) || isChanged
  }

  static func template(of object: inout JSONObject) {
    edit("spec", of: &object, templateOfSpec)
  }

  /// Of the pods that a spec's template makes.
  static func templateOfSpec(_ spec: inout JSONObject) -> Bool {
    edit("template", of: &spec) { template in edit("spec", of: &template, podSpec) }
  }

  /// NamespaceDefaultLabelName: selectors can then name a namespace.
  static func namespaceLabel(_ object: inout JSONObject) {
    guard let name = object["metadata"]?["name"]?.string,
      object["metadata"]?["labels"]?["kubernetes.io/metadata.name"]?.string != name
    else { return }
    object.edit("metadata") { meta in
      meta.edit("labels") { $0["kubernetes.io/metadata.name"] = .string(name) }
    }
  }

  /// The one network and the list of networks say the same.
  static func nodeNetworks(_ spec: inout JSONObject) -> Bool {
    guard let network = spec["podCIDR"], network.string?.isEmpty == false,
      (spec["podCIDRs"]?.array ?? []).isEmpty
    else { return false }
    spec["podCIDRs"] = .array([network])
    return true
  }

  /// Nodes report their status when they come; what it lacks is there and empty.
  static func nodeStatus(_ object: inout JSONObject) {
    object.edit("status") { status in
      for field in ["capacity", "allocatable"] {
        edit(field, of: &status, Quantities.canonicalize)
      }
      if status["allocatable"]?.object == nil, let capacity = status["capacity"] {
        status["allocatable"] = capacity
      }
    }
    DefaultRows.node.apply(to: &object)
  }
}
