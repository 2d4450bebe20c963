import Base
import JSON
import Objects

extension ObjectRegistry {
  /// Only what the subresource is about; everything else stays as it is.
  func update(
    _ change: SubresourceChange, in view: ClusterView, context: PlanContext,
    into transaction: inout ObjectTransaction
  ) throws(Rejection) {
    let (subresource, old, json) = (change.subresource, change.old, change.json)
    let key = Self.objectKey(of: old)
    try Self.checkIdentity(of: json, replacing: old, key)
    var object = old.json
    switch subresource {
    case .finalize:
      precondition(key.kind == .namespace, "namespaces are finalized")
      object.edit("spec") { $0["finalizers"] = json["spec"]?["finalizers"] }
    case .ephemeralContainers:
      precondition(key.kind == .pod, "pods have ephemeral containers")
      object.edit("spec") {
        $0["ephemeralContainers"] = json["spec"]?["ephemeralContainers"]
      }
      Defaults.pod(&object)
    case .resize:
      precondition(key.kind == .pod, "pods are resized")
      object.edit("spec") { spec in
        for list in ["containers", "initContainers"] {
          Self.takeResources(of: json["spec"]?[list]?.array ?? [], into: &spec, list)
        }
      }
      Defaults.pod(&object)
    case .approval:
      object.edit("status") { $0["conditions"] = json["status"]?["conditions"] }
    }
    Self.takeAccount(context, from: json, into: &object)
    Self.keepAccount(context, from: old.json, to: &object, of: key.kind)
    guard object != old.json else { return }
    if key.kind == .pod, object["spec"] != old.json["spec"] {
      let next = old.meta.generation.addingReportingOverflow(1).partialValue
      object.edit("metadata") { $0["generation"] = .number(next) }
    }
    let errors = Validation.errors(in: object, replacing: old.json, of: subresource)
    guard errors.isEmpty else { throw .invalid(key.kind, name: key.name, errors) }
    transaction.expect(old.key, modRevision: old.modRevision)
    if Self.isLeaving(object, key.kind) {
      transaction.remove(key, last: object)
    } else {
      transaction.put(key, object)
      if subresource == .resize {
        try Self.keepBounds(
          of: key.kind, object, replacing: old.json, in: view, into: &transaction)
      }
    }
  }

  /// What is wanted of a part of an object.
  struct SubresourceChange {
    let subresource: Intent.Subresource
    let old: StoredObject
    let json: JSONObject
  }

  /// By the containers' names; a container that has none of the name stays as it is.
  private static func takeResources(
    of wanted: [JSONValue], into spec: inout JSONObject, _ list: String
  ) {
    guard let containers = spec[list]?.array else { return }
    spec[list] = .array(
      containers.map { container in
        guard var object = container.object,
          let other = wanted.first(where: { $0["name"] == object["name"] })
        else { return container }
        object["resources"] = other["resources"]
        return .object(object)
      })
  }
}
