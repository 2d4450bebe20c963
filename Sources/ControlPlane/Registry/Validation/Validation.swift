import JSON
import Objects

/// What is wrong with an object, with Kubernetes' paths and texts: empty for a good one.
enum Validation {
  static func errors(inNew object: JSONObject, of kind: Kind) -> [FieldError] {
    var validator = Validator()
    validator.metadata(of: object, kind: kind)
    if kind == .pod { validator.newPod(object) } else { validator.content(of: object, kind) }
    return validator.errors
  }

  static func errors(
    in object: JSONObject, replacing old: JSONObject, of kind: Kind
  ) -> [FieldError] {
    var validator = Validator()
    validator.metadata(of: object, kind: kind)
    validator.metadataUpdate(object, replacing: old)
    // What has not changed was good when it was written: writers of metadata pay for metadata.
    if object["spec"] != old["spec"] || !kind.hasStatus { validator.content(of: object, kind) }
    if kind == .pod { validator.podUpdate(object, replacing: old) }
    if kind == .deployment || kind == .replicaSet {
      validator.immutableSelector(object, replacing: old)
    }
    if kind == .node { validator.nodeUpdate(object, replacing: old) }
    return validator.errors
  }

  /// Only the status has changed.
  static func errors(inStatusOf object: JSONObject, kind: Kind) -> [FieldError] {
    let status = object["status"]?.object ?? JSONObject()
    var validator = Validator()
    validator.within("status") { validator in
      if kind == .deployment {
        validator.workloadStatus(
          status,
          counters: [
            "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
            "unavailableReplicas",
          ])
      } else if kind == .replicaSet {
        validator.workloadStatus(
          status,
          counters: ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"])
      } else if kind == .node {
        validator.quantities("capacity", of: status)
        validator.quantities("allocatable", of: status)
      }
    }
    return validator.errors
  }
}

extension Validator {
  /// What a kind's objects say beside their metadata.
  fileprivate mutating func content(of object: JSONObject, _ kind: Kind) {
    if kind == .pod {
      within("spec") { $0.podSpec(object["spec"]?.object ?? JSONObject()) }
    } else if kind == .deployment {
      deployment(object)
    } else if kind == .replicaSet {
      replicaSet(object)
    } else if kind == .node {
      node(object)
    } else if kind == .lease {
      lease(object)
    } else if kind == .event {
      event(object)
    }
  }
}
