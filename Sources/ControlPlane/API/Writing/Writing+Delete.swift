import Base
import HTTP
import JSON
import Objects
import Registry

/// DELETE of one object.
extension WriteRequest {
  mutating func delete(_ exchange: inout Exchange) throws(APIStatus) -> Verdict {
    let request = try DeleteRequest(exchange)
    let current = try existing()
    try check(request, current)
    let transaction = try transaction([.delete(current, request.options)], manager: nil)
    guard case .delete? = transaction.writes.first, !Self.answersWithObject(target.kind) else {
      return try verdict(exchange, transaction, isDryRun: request.isDryRun)
    }
    let gone = gone(current)
    if request.isDryRun { return exchange.isFresh ? .respond(gone) : .refresh }
    return .commit(Commit(transaction, then: .respond { _ in gone }))
  }

  /// What the client relies on (meta/v1 Preconditions).
  func check(_ request: DeleteRequest, _ current: StoredObject) throws(APIStatus) {
    if let uid = request.uid, uid != current.meta.uid {
      throw conflict(
        "the UID in the precondition (\(uid)) does not match the UID in record "
          + "(\(current.meta.uid)). The object might have been deleted and then recreated")
    }
    if let version = request.resourceVersion, version != String(current.modRevision) {
      throw conflict(
        "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion "
          + "in record (\(current.modRevision)). The object might have been modified")
    }
  }

  /// Names the kind where other conflicts name the resource, as Kubernetes does.
  private func conflict(_ reason: String) -> APIStatus {
    let kind = target.kind
    let name = kind.group.isEmpty ? kind.name : "\(kind.name).\(kind.group)"
    return APIStatus(
      409, "Conflict",
      "Operation cannot be fulfilled on \(name) \"\(target.name)\": \(reason)",
      APIStatus.Details(name: target.name, group: kind.group, kind: kind.name))
  }

  /// Kinds whose last state is answered where others answer with a Status (registry.Store
  /// ReturnDeletedObject).
  private static func answersWithObject(_ kind: Kind) -> Bool {
    [
      "csidrivers", "csinodes", "persistentvolumeclaims", "persistentvolumes", "pods",
      "podtemplates", "resourcequotas", "serviceaccounts", "services", "storageclasses",
      "volumeattachments",
    ].contains(kind.plural)
  }

  /// The object was there, and is no more.
  private func gone(_ object: StoredObject) -> APIResponse {
    var details = APIStatus.Details(
      name: target.name, group: target.served.group, kind: target.served.plural)
    details.uid = object.meta.uid
    let status = JSONObject([
      .init(name: "kind", value: "Status"), .init(name: "apiVersion", value: "v1"),
      .init(name: "metadata", value: [:]), .init(name: "status", value: "Success"),
      .init(name: "details", value: details.json),
    ])
    return representation.response(.ok, document: status)
  }
}
