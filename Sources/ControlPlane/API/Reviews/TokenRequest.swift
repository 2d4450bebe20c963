import Base
import JSON
import Objects
import Registry

/// A token for a service account (authentication/v1 TokenRequest, `serviceaccounts/token`): asked
/// twice, before and after the shell has signed it.
enum TokenRequest {
  private static let secondsDefault: Int64 = 3600
  private static let secondsMin: Int64 = 600
  private static let secondsMax: Int64 = 1 << 32

  static func verdict(
    _ object: inout JSONObject, _ exchange: Exchange, _ serving: Serving,
    _ context: inout PlanContext
  ) throws(APIStatus) -> Verdict {
    guard let asked = exchange.info.resource else { preconditionFailure("a path of a resource") }
    if case .sign(let claims)? = exchange.asked, case .shell(let answer)? = exchange.answer {
      return try respond(&object, claims, answer, asked, exchange)
    }
    // What a token names must be what is there now.
    guard exchange.isFresh else { return .refresh }
    let key = ObjectKey(.serviceAccount, namespace: asked.namespace, name: asked.name)
    guard let account = serving.view[key] else {
      throw APIStatus(.notFound(.serviceAccount, name: asked.name))
    }
    try checkIdentity(object, asked)
    let spec = filled(object, serving.settings)
    let seconds = spec["expirationSeconds"]?.int64 ?? secondsDefault
    let errors = errors(seconds)
    guard errors.isEmpty else {
      throw Reviews.invalid(.tokenRequest, errors, name: asked.name)
    }
    let now = serving.now.milliseconds / 1000
    var claims = ServiceAccountClaims(
      issuer: serving.settings.issuer,
      audiences: (spec["audiences"]?.array ?? []).compactMap(\.string), from: now,
      until: now + seconds, id: ObjectNames.uid(&context.random), namespace: asked.namespace,
      account: .init(account))
    if let reference = spec["boundObjectRef"]?.object {
      try bind(&claims, to: reference, serving.view)
    }
    return .ask(.sign(claims: claims.bytes))
  }

  /// With the defaults (apis/authentication defaults).
  private static func filled(_ object: JSONObject, _ settings: APISettings) -> JSONObject {
    var spec = object["spec"]?.object ?? JSONObject()
    if (spec["audiences"]?.array ?? []).isEmpty {
      spec["audiences"] = .strings(settings.audiences)
    }
    if spec["expirationSeconds"]?.int64 == nil {
      spec["expirationSeconds"] = .number(secondsDefault)
    }
    return spec
  }

  private static func errors(_ seconds: Int64) -> [FieldError] {
    let detail: String
    if seconds < secondsMin {
      detail = "may not specify a duration less than 10 minutes"
    } else if seconds > secondsMax {
      detail = "may not specify a duration larger than 2^32 seconds"
    } else {
      return []
    }
    return [
      FieldError(
        path: "spec.expirationSeconds", type: .invalid, value: String(seconds), detail: detail)
    ]
  }

  private static func checkIdentity(
    _ object: JSONObject, _ asked: RequestInfo.ResourceRequest
  ) throws(APIStatus) {
    let name = object["metadata"]?["name"]?.string ?? ""
    guard name.isEmpty || name == asked.name else {
      throw .badRequest(
        "the name of the object (\(name)) does not match the name on the URL (\(asked.name))")
    }
    let namespace = object["metadata"]?["namespace"]?.string ?? ""
    guard namespace.isEmpty || namespace == asked.namespace else {
      throw .badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")
    }
  }

  // MARK: - The object that it ends with

  private static func bind(
    _ claims: inout ServiceAccountClaims, to reference: JSONObject, _ view: ClusterView
  ) throws(APIStatus) {
    let name = reference["name"]?.string ?? ""
    let version = reference["apiVersion"]?.string ?? ""
    let said = reference["kind"]?.string ?? ""
    func find(_ kind: Kind) throws(APIStatus) -> StoredObject {
      let namespace = kind.isNamespaced ? claims.namespace : ""
      guard let object = view[ObjectKey(kind, namespace: namespace, name: name)] else {
        throw APIStatus(.notFound(kind, name: name))
      }
      return object
    }
    let object: StoredObject
    switch (version, said) {
    case ("v1", "Pod"):
      object = try find(.pod)
      guard object.json["spec"]?["serviceAccountName"]?.string == claims.account.name else {
        throw .badRequest(
          "cannot bind token for serviceaccount \(GoText.quoted(claims.account.name)) to pod "
            + "running with different serviceaccount name.")
      }
      claims.bound = .pod(.init(object))
      claims.node = node(of: object, view)
    case ("v1", "Secret"):
      object = try find(.secret)
      claims.bound = .secret(.init(object))
    case ("v1", "Node"):
      object = try find(.node)
      claims.bound = .node(.init(object))
    default:
      let parts = version.split(separator: "/", omittingEmptySubsequences: false)
      let group = parts.count == 2 ? String(parts[0]) : ""
      throw .badRequest(
        "cannot bind token to object of type \(group)/\(parts.last ?? ""), Kind=\(said)")
    }
    let uid = reference["uid"]?.string ?? ""
    guard uid.isEmpty || uid == object.meta.uid else {
      throw APIStatus(
        409, "Conflict",
        "Operation cannot be fulfilled on \(said) \(GoText.quoted(name)): the UID in the bound "
          + "object reference (\(uid)) does not match the UID in record. The object might have "
          + "been deleted and then recreated",
        APIStatus.Details(name: name, kind: said))
    }
  }

  private static func node(
    of pod: StoredObject, _ view: ClusterView
  ) -> ServiceAccountClaims.Reference? {
    guard let name = pod.pod?.node, !name.isEmpty else { return nil }
    guard let node = view[ObjectKey(.node, name: name)] else {
      return ServiceAccountClaims.Reference(name: name, uid: "")
    }
    return ServiceAccountClaims.Reference(node)
  }

  // MARK: - Answering

  private static func respond(
    _ object: inout JSONObject, _ claims: Bytes, _ answer: ShellAnswer,
    _ asked: RequestInfo.ResourceRequest, _ exchange: Exchange
  ) throws(APIStatus) -> Verdict {
    guard let claims = ServiceAccountClaims(claims) else {
      preconditionFailure("the claims are our own")
    }
    let token: String
    switch answer {
    case .signed(let signed): token = signed
    case .failed(let text): throw .internalError("failed to generate token: \(text)")
    case .verified, .metrics:
      preconditionFailure("who asks for a signature is told of one")
    }
    object.edit("metadata") { meta in
      meta["name"] = .string(asked.name)
      meta["namespace"] = .string(asked.namespace)
      meta["creationTimestamp"] = .string(exchange.arrived.wall.rfc3339)
    }
    object.edit("spec") { spec in
      spec["audiences"] = .strings(claims.audiences)
      spec["expirationSeconds"] = .number(claims.expires - claims.issuedAt)
      if spec["boundObjectRef"] == nil { spec["boundObjectRef"] = .some(.null) }
    }
    object["status"] = [
      "token": .string(token),
      "expirationTimestamp": .string(WallTime(milliseconds: claims.expires * 1000).rfc3339),
    ]
    return try Reviews.answer(object, exchange)
  }
}
