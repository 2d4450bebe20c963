import JSON
import Objects
import Registry

/// The ReplicaSet of the Deployment's present template.
extension Rollout {
  /// What a new set comes to: made, or found under its name by chance.
  enum Creation {
    case make(Step, ObjectKey)
    /// Another object has the name: `status.collisionCount` makes another one.
    case collision
  }

  func creation(collisions: Int64) -> Creation {
    let hash = TemplateHash.text(of: spec.template, collisions: collisions)
    // A name has 253 characters at most (RFC 1123 subdomain).
    let base = String(decoding: key.name.utf8.prefix(253 - 1 - hash.utf8.count), as: UTF8.self)
    let setKey = ObjectKey(.replicaSet, namespace: key.namespace, name: "\(base)-\(hash)")
    guard view[setKey] == nil else { return .collision }
    // Where nobody can say how many fit, the set begins empty and grows.
    let wanted = min(spec.replicas, room(for: nil) ?? 0)
    var event: EventNote?
    if wanted > 0 {
      event = EventNote(
        regarding: deployment, reason: "ScalingReplicaSet",
        message: "Scaled up replica set \(setKey.name) from 0 to \(wanted)")
    }
    let step = Step(
      [.create(.replicaSet, set(setKey, hash: hash, replicas: wanted))],
      guards: [.unchanged(deployment)], event: event)
    return .make(step, setKey)
  }

  private func set(_ setKey: ObjectKey, hash: String, replicas: Int64) -> JSONObject {
    var template = spec.template.object ?? JSONObject()
    template.edit("metadata") { meta in
      meta.edit("labels") { $0[TemplateHash.label] = .string(hash) }
    }
    var selector = spec.selectorJSON.object ?? JSONObject()
    selector.edit("matchLabels") { $0[TemplateHash.label] = .string(hash) }
    var meta = JSONObject()
    meta["name"] = .string(setKey.name)
    meta["namespace"] = .string(setKey.namespace)
    meta["labels"] = template["metadata"]?["labels"]
    meta["ownerReferences"] = [OwnerReference.controller(deployment, key).json]
    var set = JSONObject()
    set["apiVersion"] = .string(Kind.replicaSet.apiVersion)
    set["kind"] = .string(Kind.replicaSet.name)
    set["metadata"] = .object(meta)
    var wanted = JSONObject()
    wanted["replicas"] = .number(replicas)
    if spec.minReadySeconds > 0 { wanted["minReadySeconds"] = .number(spec.minReadySeconds) }
    wanted["selector"] = .object(selector)
    wanted["template"] = .object(template)
    set["spec"] = .object(wanted)
    Self.annotate(
      &set, copied + [(RolloutAnnotation.revision, String(wantedRevision))] + sizes)
    return set
  }

  /// The Deployment's annotations that its newest set gets too, in the order of the Deployment.
  private var copied: [(name: String, value: String)] {
    let members = deployment.json["metadata"]?["annotations"]?.object?.members ?? []
    return members.compactMap { member in
      guard !RolloutAnnotation.kept.contains(member.name) else { return nil }
      return member.value.string.map { (member.name, $0) }
    }
  }

  /// The newest set with the Deployment's annotations and the highest revision: an old template
  /// that comes back is a rollback to it (deploymentutil.SetNewReplicaSetAnnotations). Nil where
  /// all is so already.
  func renewal(of set: OwnedReplicaSet) -> Step? {
    var object = set.object.json
    let before = set.object.meta.annotations
    var changes = copied.filter { before[$0.name] != $0.value }
    if set.revision < wantedRevision {
      changes.append((RolloutAnnotation.revision, String(wantedRevision)))
      if let old = before[RolloutAnnotation.revision] {
        changes.append((RolloutAnnotation.revisionHistory, history(before, adding: old)))
      }
    }
    let isTimed = set.minReadySeconds == spec.minReadySeconds
    guard !changes.isEmpty || !isTimed else { return nil }
    if !changes.isEmpty { Self.annotate(&object, changes) }
    if !isTimed {
      object.edit("spec") { $0.setCount("minReadySeconds", spec.minReadySeconds) }
    }
    return Step([.update(from: set.object, to: object)], guards: [.unchanged(deployment)])
  }

  /// The revisions that the set was before, the last 2,000 characters of them.
  private func history(_ annotations: [String: String], adding revision: String) -> String {
    var revisions = (annotations[RolloutAnnotation.revisionHistory] ?? "").split(separator: ",")
    revisions.append(revision[...])
    while revisions.count > 1, revisions.reduce(-1, { $0 + $1.utf8.count + 1 }) > 2000 {
      revisions.removeFirst()
    }
    return revisions.joined(separator: ",")
  }

  /// The Deployment bears its newest set's revision; nil where it does.
  func revisionNote(_ set: OwnedReplicaSet) -> Step? {
    guard let revision = set.object.meta.annotations[RolloutAnnotation.revision],
      deployment.meta.annotations[RolloutAnnotation.revision] != revision
    else { return nil }
    var object = deployment.json
    Self.annotate(&object, [(RolloutAnnotation.revision, revision)])
    return Step([.update(from: deployment, to: object)])
  }

  /// Old sets beyond the history's limit, the lowest revisions first; those with pods stay.
  func cleanUp() -> [Step] {
    guard let limit = spec.historyMax else { return [] }
    let old = oldSets.filter { !$0.isBeingDeleted }.sorted {
      $0.revision != $1.revision
        ? $0.revision < $1.revision : OwnedReplicaSet.isOlder($0, $1)
    }
    return old.prefix(max(0, old.count - Int(limit)))
      .filter { $0.status.replicas == 0 && $0.replicas == 0 && $0.isObserved }
      .map { Step([.delete($0.object, DeleteOptions())], guards: [.unchanged(deployment)]) }
  }
}
