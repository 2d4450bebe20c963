import JSON
import Objects

/// Values of another type than their field's are refused before anything is made of the object, as
/// Kubernetes' decoder refuses them. Unknown fields are kept, so they are no problem here; missing
/// fields, and texts that must be one of a few, are validation's.
enum TypeCheck {
  static func check(_ object: JSONObject, of kind: Kind) throws(Rejection) {
    guard let type = Schema.kubernetes.type(of: kind) else {
      preconditionFailure("the schema has no \(kind.name)")
    }
    guard let problem = SchemaCheck.firstUndecodable(in: object, type: type) else { return }
    throw .badRequest(
      "\(kind.name) in version \"\(kind.version)\" cannot be handled as a \(kind.name): "
        + problem.kubernetesText)
  }

  /// Of an update: what has not changed was checked when it was written.
  static func check(
    _ object: JSONObject, replacing old: JSONObject, of kind: Kind
  ) throws(Rejection) {
    var changed = JSONObject()
    for member in object.members where old[member.name] != member.value {
      changed[member.name] = member.value
    }
    if !changed.isEmpty { try check(changed, of: kind) }
  }
}
