import Base
import JSON
import Objects

extension ObjectRegistry {
  /// Everything but the status (apiserver rest.BeforeUpdate). The last finalizer of an object on
  /// its way out takes the object with it.
  func update(
    _ old: StoredObject, to json: JSONObject, in view: ClusterView,
    context: inout PlanContext, into transaction: inout ObjectTransaction
  ) throws(Rejection) {
    let key = Self.objectKey(of: old)
    let current = old.json
    try TypeCheck.check(
      key.kind.hasStatus ? json.without("status") : json, replacing: current, of: key.kind)
    try Self.checkIdentity(of: json, replacing: old, key)
    var object = json
    object["apiVersion"] = current["apiVersion"]
    object["kind"] = current["kind"]
    if key.kind.hasStatus { object["status"] = current["status"] }
    Self.keepSystemFields(of: old, in: &object)
    // What was written before a default came has it from now on: that is no change of its own.
    var before = current
    let rules = KindRules[key.kind]
    rules.defaults(&before)
    rules.defaults(&object)
    Self.keepAccount(context, from: before, to: &object, of: key.kind)
    if key.kind == .pod { Admission.changedPod(&object) }
    Self.keepReadOnlyFields(of: old, key.kind, in: &object)
    rules.beforeUpdate(&object, before)
    if rules.countsGenerations {
      // Of kinds without a spec all but the metadata counts.
      let changed =
        object.without("metadata", "status") != before.without("metadata", "status")
      let generation = old.meta.generation.addingReportingOverflow(changed ? 1 : 0).partialValue
      object.edit("metadata") { $0["generation"] = .number(generation) }
    }
    guard object != before else { return }
    let errors = Validation.errors(in: object, replacing: before, of: key.kind)
    guard errors.isEmpty else { throw .invalid(key.kind, name: key.name, errors) }
    transaction.expect(old.key, modRevision: old.modRevision)
    if Self.isLeaving(object, key.kind) {
      transaction.remove(key, last: object)
      release(before, of: key.kind, into: &transaction)
    } else {
      let allocations = try allocate(
        for: key, &object, replacing: before, in: view, &context, &transaction)
      transaction.put(key, object)
      transaction.writes += allocations
      try Self.keepBounds(
        of: key.kind, object, replacing: before, in: view, into: &transaction)
    }
  }

  /// Only the status; everything else stays as it is.
  func updateStatus(
    _ old: StoredObject, to json: JSONObject, context: PlanContext,
    into transaction: inout ObjectTransaction
  ) throws(Rejection) {
    let key = Self.objectKey(of: old)
    precondition(key.kind.hasStatus, "\(key.kind.name) has no status")
    let isApplied = context.manager?.operation == .apply
    guard isApplied || json["status"] != old.json["status"] else { return }
    try Self.checkIdentity(of: json, replacing: old, key)
    var object = old.json
    object["status"] = json["status"]
    Self.takeAccount(context, from: json, into: &object)
    Self.keepAccount(context, from: old.json, to: &object, of: key.kind, subresource: "status")
    guard object != old.json else { return }
    let errors = Validation.errors(inStatusOf: object, kind: key.kind)
    guard errors.isEmpty else { throw .invalid(key.kind, name: key.name, errors) }
    transaction.expect(old.key, modRevision: old.modRevision)
    transaction.put(key, object)
  }

  /// Puts an unbound pod on a node (core/v1 Binding).
  func bind(
    _ pod: StoredObject, to node: String, context: PlanContext,
    into transaction: inout ObjectTransaction
  ) throws(Rejection) {
    let key = Self.objectKey(of: pod)
    precondition(key.kind == .pod && !node.isEmpty, "pods are bound to nodes")
    if let bound = pod.pod?.node, !bound.isEmpty {
      throw .conflict(
        .binding, name: key.name, reason: "pod \(key.name) is already assigned to node \"\(bound)\""
      )
    }
    guard !pod.meta.isBeingDeleted else {
      throw .conflict(
        .binding, name: key.name,
        reason: "pod \(key.name) is being deleted, cannot be assigned to a host")
    }
    guard (pod.json["spec"]?["schedulingGates"]?.array ?? []).isEmpty else {
      throw .conflict(
        .binding, name: key.name, reason: "pod \(key.name) has non-empty .spec.schedulingGates")
    }
    var object = pod.json
    object.edit("spec") { $0["nodeName"] = .string(node) }
    object.edit("status") { status in
      var conditions = status["conditions"]?.array ?? []
      conditions.removeAll { $0["type"]?.string == "PodScheduled" }
      conditions.append([
        "type": "PodScheduled", "status": "True", "lastProbeTime": nil,
        "lastTransitionTime": .string(context.now.rfc3339),
      ])
      status["conditions"] = .array(conditions)
    }
    transaction.expect(pod.key, modRevision: pod.modRevision)
    transaction.put(key, object)
  }

  static func objectKey(of object: StoredObject) -> ObjectKey {
    guard let key = object.objectKey else { preconditionFailure("not an API object") }
    return key
  }

  /// The new value is of the same object as the old one.
  static func checkIdentity(
    of json: JSONObject, replacing old: StoredObject, _ key: ObjectKey
  ) throws(Rejection) {
    let meta = json["metadata"]
    if let name = meta?["name"]?.string, name != key.name {
      throw .badRequest(
        "the name of the object (\(name)) does not match the name on the URL (\(key.name))")
    }
    if let namespace = meta?["namespace"]?.string, namespace != key.namespace {
      throw .badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")
    }
    if let uid = meta?["uid"]?.string, !uid.isEmpty, uid != old.meta.uid {
      let error = FieldError(
        path: "metadata.uid", type: .invalid, value: "\"\(uid)\"", detail: "field is immutable")
      // The registry and the kind's own validation both tell, in Kubernetes.
      throw .invalid(key.kind, name: key.name, [error, error])
    }
    if let version = meta?["resourceVersion"]?.string, !version.isEmpty,
      version != String(old.modRevision)
    {
      throw .conflict(key.kind, name: key.name, reason: Rejection.modified)
    }
  }

  /// What no update changes, whatever it says (PATCH of a deletionTimestamp is ignored).
  private static func keepSystemFields(of old: StoredObject, in object: inout JSONObject) {
    let before = old.json["metadata"]
    object.edit("metadata") { meta in
      for name in [
        "name", "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp",
        "deletionGracePeriodSeconds",
      ] {
        meta[name] = before?[name]
      }
      for name in ["resourceVersion", "selfLink"] { meta[name] = nil }
    }
  }

  /// A namespace's own finalizers go only while it is on its way out. Kubernetes has a subresource
  /// for it (namespaces/finalize), which only the namespace controller calls.
  private static func keepReadOnlyFields(
    of old: StoredObject, _ kind: Kind, in object: inout JSONObject
  ) {
    guard kind == .namespace, !old.meta.isBeingDeleted else { return }
    object["spec"] = old.json["spec"]
  }

  /// On its way out, without grace left and held by nobody.
  static func isLeaving(_ object: JSONObject, _ kind: Kind) -> Bool {
    let meta = object["metadata"]
    guard meta?["deletionTimestamp"]?.string != nil,
      (meta?["deletionGracePeriodSeconds"]?.int64 ?? 0) <= 0,
      (meta?["finalizers"]?.array ?? []).isEmpty
    else { return false }
    return kind != .namespace || (object["spec"]?["finalizers"]?.array ?? []).isEmpty
  }
}

extension Kind {
  /// What a conflict names when a pod cannot be bound; not a collection of its own.
  static let binding = Kind(
    group: "", version: "v1", name: "Binding", plural: "pods/binding", isNamespaced: true)
}
