import JSON
import Objects

/// What is wrong with an object, with Kubernetes' paths and texts.
enum Validation {
  static func errors(inNew object: JSONObject, of kind: Kind) -> [FieldError] {
    var errors: [FieldError] = []
    let meta = object["metadata"]
    let name = meta?["name"]?.string ?? ""
    if name.isEmpty {
      errors.append(
        FieldError(
          path: "metadata.name", type: .required, detail: "name or generateName is required"))
    }
    if kind.isNamespaced, (meta?["namespace"]?.string ?? "").isEmpty {
      errors.append(FieldError(path: "metadata.namespace", type: .required))
    }
    return errors
  }

  static func errors(
    in object: JSONObject, replacing old: JSONObject, of kind: Kind
  ) -> [FieldError] {
    []
  }

  static func errors(inStatusOf object: JSONObject, kind: Kind) -> [FieldError] { [] }
}
