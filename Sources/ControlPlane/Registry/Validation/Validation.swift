import JSON
import Objects

/// What is wrong with an object, with Kubernetes' paths and texts: empty for a good one.
enum Validation {
  /// `apiVersion` is the version that its writer speaks; nil for the one that is kept.
  static func errors(
    inNew object: JSONObject, of kind: Kind, sentAs apiVersion: String?
  ) -> [FieldError] {
    let rules = KindRules[kind]
    var validator = Validator()
    validator.apiVersion = apiVersion ?? kind.apiVersion
    validator.metadata(of: object, kind: kind)
    rules.content(&validator, object)
    rules.newContent(&validator, object)
    return validator.errors
  }

  /// `old` has its defaults, so that a default that came later counts as no change.
  static func errors(
    in object: JSONObject, replacing old: JSONObject, of kind: Kind
  ) -> [FieldError] {
    let rules = KindRules[kind]
    var validator = Validator()
    validator.metadata(of: object, kind: kind)
    validator.metadataUpdate(object, replacing: old)
    // What has not changed was good when it was written: writers of metadata pay for metadata.
    if object.without("metadata") != old.without("metadata") {
      rules.content(&validator, object)
    }
    rules.update(&validator, object, old)
    return validator.errors
  }

  /// Only what the subresource is about has changed.
  static func errors(
    in object: JSONObject, replacing old: JSONObject, of subresource: Intent.Subresource
  ) -> [FieldError] {
    var validator = Validator()
    switch subresource {
    case .finalize: validator.namespaceFinalizers(object)
    case .ephemeralContainers: validator.ephemeralContainers(object, replacing: old)
    case .resize: validator.resize(object, replacing: old)
    case .approval: break
    }
    return validator.errors
  }

  /// Only the status has changed.
  static func errors(inStatusOf object: JSONObject, kind: Kind) -> [FieldError] {
    var validator = Validator()
    validator.within("status") {
      KindRules[kind].status(&$0, object["status"]?.object ?? JSONObject())
    }
    return validator.errors
  }
}
