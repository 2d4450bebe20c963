import JSON
import Objects

/// Values of another type than their field's are refused before anything is made of the object, as
/// Kubernetes' decoder refuses them. Unknown fields are kept, so they are no problem here.
enum TypeCheck {
  /// Unknown fields that an object may have before the check gives up looking.
  private static let problemsMax = 256

  static func check(_ object: JSONObject, of kind: Kind) throws(Rejection) {
    guard let type = Schema.kubernetes.type(of: kind) else {
      preconditionFailure("the schema has no \(kind.name)")
    }
    let problems = SchemaCheck.problems(
      in: object, type: type, requiresFields: false, problemsMax: problemsMax)
    for problem in problems {
      switch problem.reason {
      case .wrongType, .malformed:
        throw .badRequest(
          "\(kind.name) in version \"\(kind.version)\" cannot be handled as a \(kind.name): "
            + problem.kubernetesText)
      // The texts of fields that must be there, or be one of a few, are validation's.
      case .unknownField, .missing, .unsupported: continue
      }
    }
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
