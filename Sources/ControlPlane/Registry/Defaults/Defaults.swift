import JSON
import Objects

/// What the registry adds to an object that does not say it (Kubernetes' defaulting).
enum Defaults {
  /// The same object again gives the same: defaults of defaults are none.
  static func apply(to object: inout JSONObject, of kind: Kind) {
    if kind == .pod {
      DefaultRows.pod.apply(to: &object)
      edit("spec", of: &object) { spec in
        let isChanged = podSpec(&spec)
        return PodDefaults.ofPodsOnly(&spec) || isChanged
      }
    } else if kind == .deployment {
      DefaultRows.deployment.apply(to: &object)
      edit("spec", of: &object) { spec in
        edit("strategy", of: &spec) { strategy in
          strategy["type"] == "RollingUpdate" && DefaultRows.rollingUpdate.apply(to: &strategy)
        }
      }
      template(of: &object)
    } else if kind == .replicaSet {
      DefaultRows.replicaSet.apply(to: &object)
      template(of: &object)
    } else if kind == .namespace {
      namespaceLabel(&object)
    } else if kind == .node {
      edit("spec", of: &object, nodeNetworks)
    } else if kind == .event {
      DefaultRows.event.apply(to: &object)
    }
  }

  /// The status that a new object begins with, whatever its writer says; nodes report theirs when
  /// they come.
  static func beginStatus(of object: inout JSONObject, _ kind: Kind) {
    if kind == .pod {
      object["status"] = .object(PodDefaults.newStatus(of: object))
    } else if kind == .replicaSet {
      object["status"] = ["replicas": 0]
    } else if kind == .deployment {
      object["status"] = .object(JSONObject())
    } else if kind == .namespace {
      object["status"] = ["phase": "Active"]
    } else if kind == .node {
      newNode(&object)
    }
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

  private static func podSpec(_ spec: inout JSONObject) -> Bool {
    // Admission and code first: rows then find what these made.
    let isChanged = PodDefaults.ofSpec(&spec)
    return DefaultRows.podSpec.apply(to: &spec) || isChanged
  }

  private static func template(of object: inout JSONObject) {
    edit("spec", of: &object) { spec in
      edit("template", of: &spec) { template in edit("spec", of: &template, podSpec) }
    }
  }

  /// NamespaceDefaultLabelName: selectors can then name a namespace.
  private static func namespaceLabel(_ object: inout JSONObject) {
    guard let name = object["metadata"]?["name"]?.string,
      object["metadata"]?["labels"]?["kubernetes.io/metadata.name"]?.string != name
    else { return }
    object.edit("metadata") { meta in
      meta.edit("labels") { $0["kubernetes.io/metadata.name"] = .string(name) }
    }
  }

  /// The one network and the list of networks say the same.
  private static func nodeNetworks(_ spec: inout JSONObject) -> Bool {
    guard let network = spec["podCIDR"], network.string?.isEmpty == false,
      (spec["podCIDRs"]?.array ?? []).isEmpty
    else { return false }
    spec["podCIDRs"] = .array([network])
    return true
  }

  /// What admission and defaults give a node that registers: not ready until its conditions say so
  /// (TaintNodesByCondition).
  private static func newNode(_ object: inout JSONObject) {
    object.edit("spec") { spec in
      let key = "node.kubernetes.io/not-ready"
      var taints = spec["taints"]?.array ?? []
      guard !taints.contains(where: { $0["key"]?.string == key && $0["effect"] == "NoSchedule" })
      else { return }
      taints.append(["key": .string(key), "effect": "NoSchedule"])
      spec["taints"] = .array(taints)
    }
    object.edit("status") { status in
      for field in ["capacity", "allocatable"] {
        edit(field, of: &status) { Quantities.canonicalize(&$0) }
      }
      if status["allocatable"]?.object == nil, let capacity = status["capacity"] {
        status["allocatable"] = capacity
      }
    }
    DefaultRows.node.apply(to: &object)
  }
}
