import Base
import HTTP
import JSON
import Objects
import Registry

/// POST below a pod: what is done with it, rather than what it is to be.
extension WriteRequest {
  // MARK: - Binding

  /// `pods/NAME/binding`, and `bindings`, which names the pod in its body.
  mutating func bind(_ exchange: inout Exchange) throws(APIStatus) -> Verdict {
    let options = try WriteOptions(exchange)
    let binding = try action(.bindingBody, &exchange, options)
    if let uid = binding["metadata"]?["uid"]?.string, !uid.isEmpty,
      let current, uid != current.meta.uid
    {
      throw APIStatus(
        .conflict(
          Kind(group: "", version: "v1", name: "", plural: "pods/binding", isNamespaced: true),
          name: target.name,
          reason: "Precondition failed: UID in precondition: \(uid), "
            + "UID in object meta: \(current.meta.uid)"))
    }
    let kind = binding["target"]?["kind"]?.string ?? ""
    let node = binding["target"]?["name"]?.string ?? ""
    var errors: [FieldError] = []
    if !kind.isEmpty, kind != "Node" {
      errors.append(
        FieldError(
          path: "target.kind", type: .unsupported, value: "\"\(kind)\"",
          detail: #"supported values: "Node", "<empty>""#))
    }
    if node.isEmpty { errors.append(FieldError(path: "target.name", type: .required)) }
    guard errors.isEmpty else {
      let texts = errors.map(\.description)
      throw APIStatus(
        500, "", texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]")
    }
    let transaction = try transaction(
      [.bind(pod: existing(), node: node)], manager: manager(options))
    return done(exchange, transaction, isDryRun: options.isDryRun)
  }

  /// The body of an action, which must be about the pod that the path names.
  private func action(
    _ kind: Kind, _ exchange: inout Exchange, _ options: WriteOptions
  ) throws(APIStatus) -> JSONObject {
    let reader = RequestBody(kind: kind, validation: options.fieldValidation)
    let decoded = try reader.decode(exchange.request)
    exchange.warnings = decoded.warnings
    var object = decoded.object
    try placeInNamespace(&object)
    guard object["metadata"]?["name"]?.string == target.name else {
      throw .badRequest("name in URL does not match name in \(kind.name) object")
    }
    return object
  }

  /// Answers with a Status: what was done is no object.
  private func done(
    _ exchange: Exchange, _ transaction: ObjectTransaction, isDryRun: Bool
  ) -> Verdict {
    let success: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201,
    ]
    let response = representation.response(.created, document: success.object ?? JSONObject())
    guard !isDryRun, !transaction.writes.isEmpty else {
      return exchange.isFresh ? .respond(response) : .refresh
    }
    return .commit(Commit(transaction, then: .respond { _ in response }))
  }

  // MARK: - Eviction

  /// Deletes a pod if its disruption budget allows it (registry/core/pod/storage/eviction.go). The
  /// budget and the pod change in one Txn, so that no two evictions can spend the same disruption.
  mutating func evict(_ exchange: inout Exchange) throws(APIStatus) -> Verdict {
    let options = try WriteOptions(exchange)
    let eviction = try action(.eviction, &exchange, options)
    let request = try DeleteRequest(eviction["deleteOptions"]?.object ?? JSONObject())
    let pod = try existing()
    try check(request, pod)
    var intents: [Intent] = []
    if let budget = try budgetToSpend(on: pod) {
      intents.append(.updateStatus(from: budget, to: spent(budget, on: pod)))
    }
    intents.append(.delete(pod, request.options))
    let transaction = try transaction(intents, manager: nil)
    return done(exchange, transaction, isDryRun: options.isDryRun || request.isDryRun)
  }

  /// Nil where the pod's end disrupts nothing.
  private func budgetToSpend(on pod: StoredObject) throws(APIStatus) -> StoredObject? {
    guard let facts = pod.pod, !facts.hasEnded, facts.phase != .pending, !pod.meta.isBeingDeleted
    else { return nil }
    let budgets = serving.view.objects(.podDisruptionBudget, in: target.namespace)
      .filter { Self.covers($0, pod) }
    guard let budget = budgets.first else { return nil }
    guard budgets.count == 1 else {
      throw APIStatus(
        500, "",
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
          + "support.")
    }
    let status = budget.json["status"]
    let healthy = status?["currentHealthy"]?.int64 ?? 0
    let desired = status?["desiredHealthy"]?.int64 ?? 0
    if !facts.isReady {
      let policy = budget.json["spec"]?["unhealthyPodEvictionPolicy"]?.string
      if policy == "AlwaysAllow" { return nil }
      if healthy >= desired, desired > 0 { return nil }
    }
    try checkBudget(budget, healthy: healthy, desired: desired)
    return budget
  }

  private static func covers(_ budget: StoredObject, _ pod: StoredObject) -> Bool {
    do throws(LabelSelectorError) {
      return try LabelSelector(json: budget.json["spec"]?["selector"]).matches(pod.meta.labels)
    } catch {
      return false
    }
  }

  /// Evictions that a budget's controller has not seen yet.
  private static let disruptedPodsMax = 2000

  private func checkBudget(
    _ budget: StoredObject, healthy: Int64, desired: Int64
  ) throws(APIStatus) {
    let status = budget.json["status"]
    let name = budget.meta.name
    if (status?["observedGeneration"]?.int64 ?? 0) < budget.meta.generation {
      throw Self.tooManyRequests(
        "The disruption budget \(name) is still being processed by the server.", after: 10)
    }
    let allowed = status?["disruptionsAllowed"]?.int64 ?? 0
    if allowed < 0 {
      throw APIStatus(
        .forbidden(
          .podDisruptionBudget, name: name, reason: "pdb disruptions allowed is negative"))
    }
    if (status?["disruptedPods"]?.object?.count ?? 0) > Self.disruptedPodsMax {
      throw APIStatus(
        .forbidden(
          .podDisruptionBudget, name: name,
          reason: "DisruptedPods map too big - too many evictions not confirmed by PDB controller"))
    }
    guard allowed > 0 else {
      throw Self.tooManyRequests(
        "The disruption budget \(name) needs \(desired) healthy pods and has \(healthy) currently",
        after: 0)
    }
  }

  private static func tooManyRequests(_ cause: String, after seconds: Int64) -> APIStatus {
    var details = APIStatus.Details()
    details.causes = [APIStatus.Cause(reason: "DisruptionBudget", message: cause, field: "")]
    details.retryAfterSeconds = seconds
    return APIStatus(
      429, "TooManyRequests",
      "Cannot evict pod as it would violate the pod's disruption budget.", details)
  }

  /// One disruption less, and the pod on record until the budget's controller has seen it go.
  private func spent(_ budget: StoredObject, on pod: StoredObject) -> JSONObject {
    var object = budget.json
    object.edit("status") { status in
      let allowed = status["disruptionsAllowed"]?.int64 ?? 0
      status["disruptionsAllowed"] = .number(max(0, allowed - 1))
      status.edit("disruptedPods") { $0[pod.meta.name] = .string(serving.now.rfc3339) }
    }
    return object
  }
}

extension Kind {
  static let bindingBody = Kind(
    group: "", version: "v1", name: "Binding", plural: "bindings", isNamespaced: true)
  fileprivate static let eviction = Kind(
    group: "policy", version: "v1", name: "Eviction", plural: "evictions", isNamespaced: true)
}
