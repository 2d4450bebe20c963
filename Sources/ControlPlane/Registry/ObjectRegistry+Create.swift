import Base
import JSON
import Objects

extension ObjectRegistry {
  /// A new object: system fields, defaults, admission, validation (apiserver rest.BeforeCreate).
  func create(
    _ kind: Kind, _ json: JSONObject, in view: ClusterView, context: inout PlanContext,
    into transaction: inout ObjectTransaction
  ) throws(Rejection) {
    let rules = KindRules[kind]
    var object = json
    try Self.setType(of: kind, in: &object)
    try TypeCheck.check(object, of: kind)
    if object["metadata"]?["resourceVersion"]?.string?.isEmpty == false {
      throw .failed("resourceVersion should not be set on objects to be created")
    }
    object.edit("metadata") { meta in
      if (meta["name"]?.string ?? "").isEmpty,
        let base = meta["generateName"]?.string, !base.isEmpty
      {
        meta["name"] = .string(Self.freeName(kind, base, of: meta, in: view, &context.random))
      }
      for name in [
        "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink",
      ] {
        meta[name] = nil
      }
      meta["uid"] = .string(ObjectNames.uid(&context.random))
      meta["creationTimestamp"] = .string(context.now.rfc3339)
      meta["generation"] = rules.countsGenerations ? 1 : nil
    }
    try admitNamespace(of: kind, object, in: view, into: &transaction)
    rules.defaults(&object)
    Self.keepAccount(context, from: nil, to: &object, of: kind)
    if kind == .pod, hasServiceAccounts,
      let rejection = ServiceAccountAdmission.newPod(&object, in: view, &context.random)
    {
      throw rejection
    }
    if let rejection = rules.admission(&object) { throw rejection }
    if let rejection = rules.clusterAdmission(&object, view) { throw rejection }
    rules.newStatus(&object)
    let key = try Self.checkedKey(of: kind, object, sentAs: context.manager?.apiVersion)
    if let other = view[key] {
      throw other.meta.isBeingDeleted
        ? .beingDeleted(kind, name: key.name) : .alreadyExists(kind, name: key.name)
    }
    let allocations = try allocate(for: key, &object, in: view, &context, &transaction)
    transaction.expect(.object(key), modRevision: 0)
    transaction.put(key, object)
    transaction.writes += allocations
    try Self.keepBounds(of: kind, object, replacing: nil, in: view, into: &transaction)
  }

  /// What validating plugins refuse, and what they count: LimitRanger, PersistentVolumeClaimResize,
  /// ResourceQuota.
  static func keepBounds(
    of kind: Kind, _ object: JSONObject, replacing old: JSONObject?, in view: ClusterView,
    into transaction: inout ObjectTransaction
  ) throws(Rejection) {
    guard kind.isNamespaced, old == nil || QuotaAdmission.mindsChanges(of: kind) else { return }
    if let old, object["spec"] == old["spec"] { return }
    let name = object["metadata"]?["name"]?.string ?? ""
    if let complaint = LimitRanges.complaint(about: object, of: kind, in: view) {
      throw .forbidden(kind, name: name, reason: complaint)
    }
    if kind == .persistentVolumeClaim, let old,
      let complaint = ClaimGrowth.complaint(object, replacing: old, in: view)
    {
      throw .forbidden(kind, name: name, reason: complaint)
    }
    let admission = QuotaAdmission(kind: kind, object: object, old: old, view: view)
    try admission.charge(into: &transaction)
  }

  /// Names drawn until one is free (apiserver registry.Store.Create).
  private static let drawsMax = 8

  /// A generated name that nothing in the view has; the last drawn one where all are taken.
  private static func freeName(
    _ kind: Kind, _ base: String, of meta: JSONObject, in view: ClusterView,
    _ random: inout PRNG
  ) -> String {
    let namespace = kind.isNamespaced ? meta["namespace"]?.string ?? "" : ""
    var name = ObjectNames.generated(base, &random)
    guard kind.isNamespaced != namespace.isEmpty else { return name }
    for _ in 1..<drawsMax
    where view[ObjectKey(kind, namespace: namespace, name: name)] != nil {
      name = ObjectNames.generated(base, &random)
    }
    return name
  }

  /// Puts `apiVersion` and `kind` first; refuses those of another kind.
  private static func setType(of kind: Kind, in object: inout JSONObject) throws(Rejection) {
    let apiVersion = object["apiVersion"]?.string ?? kind.apiVersion
    let name = object["kind"]?.string ?? kind.name
    guard apiVersion == kind.apiVersion, name == kind.name else {
      throw .badRequest(
        "\(apiVersion), Kind=\(name) cannot be handled as a \(kind.apiVersion), Kind=\(kind.name)")
    }
    guard object["apiVersion"] == nil || object["kind"] == nil else { return }
    var members = [
      JSONObject.Member(name: "apiVersion", value: .string(apiVersion)),
      JSONObject.Member(name: "kind", value: .string(name)),
    ]
    members += object.without("apiVersion", "kind").members
    object = JSONObject(members)
  }

  /// Nothing new comes into a namespace that is absent or on its way out: what the view says of it
  /// is compared, so that a namespace controller that saw it empty sees this Txn refused.
  private func admitNamespace(
    of kind: Kind, _ object: JSONObject, in view: ClusterView,
    into transaction: inout ObjectTransaction
  ) throws(Rejection) {
    guard kind.isNamespaced, let name = object["metadata"]?["namespace"]?.string, !name.isEmpty
    else { return }
    guard let namespace = view[ObjectKey(.namespace, name: name)] else {
      throw .notFound(.namespace, name: name)
    }
    guard !Self.isTerminating(namespace) else {
      throw .namespaceTerminating(
        kind, name: object["metadata"]?["name"]?.string ?? "", namespace: name)
    }
    transaction.expect(namespace.key, modRevision: namespace.modRevision)
  }

  static func isTerminating(_ namespace: StoredObject) -> Bool {
    namespace.meta.isBeingDeleted
      || namespace.json["status"]?["phase"]?.string == "Terminating"
  }

  /// The object's key, once its metadata is known to be good.
  private static func checkedKey(
    of kind: Kind, _ object: JSONObject, sentAs apiVersion: String?
  ) throws(Rejection) -> ObjectKey {
    let meta = object["metadata"]
    let name = meta?["name"]?.string ?? ""
    let errors = Validation.errors(inNew: object, of: kind, sentAs: apiVersion)
    guard errors.isEmpty else { throw .invalid(kind, name: name, errors) }
    return ObjectKey(
      kind, namespace: kind.isNamespaced ? meta?["namespace"]?.string ?? "" : "", name: name)
  }
}
