import JSON
import Objects
import Registry

/// What a ReplicaSet asks for (apps/v1 ReplicaSetSpec), read once for a plan.
struct ReplicaSetSpec {
  let replicas: Int64
  let minReadySeconds: Int64
  let selector: LabelSelector
  /// In the order of the template.
  let templateLabels: [(name: String, value: String)]
  private let template: JSONValue

  /// Nil for one that no validation lets through: it would make pods without end.
  init?(_ set: StoredObject) {
    guard let spec = set.json["spec"], let template = spec["template"] else { return nil }
    self.template = template
    replicas = spec.count("replicas") ?? 1
    minReadySeconds = spec.count("minReadySeconds") ?? 0
    do throws(LabelSelectorError) {
      selector = try LabelSelector(json: spec["selector"])
    } catch {
      return nil
    }
    let labels = template["metadata"]?["labels"]?.object?.members ?? []
    templateLabels = labels.compactMap { label in
      label.value.string.map { (label.name, $0) }
    }
    let own = Dictionary(templateLabels.map { ($0.name, $0.value) }) { first, _ in first }
    guard !selector.isEverything, selector.matches(own) else { return nil }
  }

  /// A pod of the template (controller.GetPodFromTemplate).
  func pod(named name: String, of set: StoredObject, _ key: ObjectKey) -> JSONObject {
    let given = template["metadata"]
    var meta = JSONObject()
    meta["name"] = .string(name)
    meta["generateName"] = .string("\(key.name)-")
    meta["namespace"] = .string(key.namespace)
    for name in ["labels", "annotations", "finalizers"] {
      if let value = given?[name], !value.isNull { meta[name] = value }
    }
    meta["ownerReferences"] = [OwnerReference.controller(set, key).json]
    var pod = JSONObject()
    pod["apiVersion"] = .string(Kind.pod.apiVersion)
    pod["kind"] = .string(Kind.pod.name)
    pod["metadata"] = .object(meta)
    pod["spec"] = template["spec"] ?? [:]
    return pod
  }
}
