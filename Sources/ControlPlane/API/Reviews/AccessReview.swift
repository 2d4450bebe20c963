import Base
import JSON
import Objects
import Registry

/// Whether somebody may do something (authorization/v1 SubjectAccessReview and its kin).
enum AccessReview {
  /// `user`: who asks about himself; nil where the spec says whom it is about.
  static func verdict(
    _ object: inout JSONObject, _ review: Review, of user: UserInfo?, _ exchange: Exchange,
    _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors = attributeErrors(spec)
    if user == nil { errors += subjectErrors(spec) }
    if review == .localAccess {
      try checkPlace(object, exchange)
      errors += localErrors(spec, exchange.info.resource?.namespace ?? "")
    }
    guard errors.isEmpty else { throw Reviews.invalid(review, errors) }
    let attributes = attributes(spec)
    let reason = serving.access.reason(user ?? subject(spec), may: attributes)
    guard reason != nil || exchange.isFresh else { return .refresh }
    var status: JSONObject = JSONObject([.init(name: "allowed", value: .bool(reason != nil))])
    if let reason, !reason.isEmpty { status["reason"] = .string(reason) }
    object["status"] = .object(status)
    return try Reviews.answer(object, exchange)
  }

  private static func attributes(_ spec: JSONObject) -> AccessAttributes {
    if let path = spec["nonResourceAttributes"]?.object {
      return AccessAttributes(
        verb: path["verb"]?.string ?? "", .path(path["path"]?.string ?? ""))
    }
    let asked = spec["resourceAttributes"]
    return AccessAttributes(
      verb: asked?["verb"]?.string ?? "",
      .resource(
        .init(
          group: asked?["group"]?.string ?? "", plural: asked?["resource"]?.string ?? "",
          subresource: asked?["subresource"]?.string ?? "",
          namespace: asked?["namespace"]?.string ?? "", name: asked?["name"]?.string ?? "")))
  }

  private static func subject(_ spec: JSONObject) -> UserInfo {
    let extra = (spec["extra"]?.object ?? JSONObject()).members.map {
      UserInfo.Extra(name: $0.name, values: ($0.value.array ?? []).compactMap(\.string))
    }
    return UserInfo(
      name: spec["user"]?.string ?? "", uid: spec["uid"]?.string ?? "",
      groups: (spec["groups"]?.array ?? []).compactMap(\.string),
      extra: extra.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
  }

  // MARK: - Validation (apis/authorization/validation)

  private static func attributeErrors(_ spec: JSONObject) -> [FieldError] {
    let path = spec["nonResourceAttributes"]
    switch (spec["resourceAttributes"], path) {
    case (nil, nil):
      return [
        FieldError(
          path: "spec.resourceAttributes", type: .invalid, value: #""null""#,
          detail: "exactly one of nonResourceAttributes or resourceAttributes must be specified")
      ]
    case (_?, let path?):
      return [
        FieldError(
          path: "spec.nonResourceAttributes", type: .invalid, value: path.text(),
          detail: "cannot be specified in combination with resourceAttributes")
      ]
    case (_?, nil), (nil, _?): return []
    }
  }

  private static func subjectErrors(_ spec: JSONObject) -> [FieldError] {
    guard (spec["user"]?.string ?? "").isEmpty, (spec["groups"]?.array ?? []).isEmpty else {
      return []
    }
    return [
      FieldError(
        path: "spec.user", type: .invalid, value: #""""#,
        detail: "at least one of user or group must be specified")
    ]
  }

  private static func localErrors(_ spec: JSONObject, _ namespace: String) -> [FieldError] {
    if let path = spec["nonResourceAttributes"] {
      return [
        FieldError(
          path: "spec.nonResourceAttributes", type: .invalid, value: path.text(),
          detail: "disallowed on this kind of request")
      ]
    }
    let said = spec["resourceAttributes"]?["namespace"]?.string ?? ""
    guard spec["resourceAttributes"] != nil, said != namespace else { return [] }
    return [
      FieldError(
        path: "spec.resourceAttributes.namespace", type: .invalid, value: GoText.quoted(said),
        detail: "must match metadata.namespace")
    ]
  }

  private static func checkPlace(
    _ object: JSONObject, _ exchange: Exchange
  ) throws(APIStatus) {
    let said = object["metadata"]?["namespace"]?.string ?? ""
    guard !said.isEmpty, said != exchange.info.resource?.namespace else { return }
    throw .badRequest(
      "namespace does not match: must be equal to the namespace of the request")
  }
}

/// Everything that one may do in a namespace (authorization/v1 SelfSubjectRulesReview).
enum RulesReview {
  static func verdict(
    _ object: inout JSONObject, of user: UserInfo, _ exchange: Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    let namespace = object["spec"]?["namespace"]?.string ?? ""
    guard !namespace.isEmpty else { throw .badRequest("no namespace on request") }
    guard exchange.isFresh else { return .refresh }
    let rules = serving.access.rules(of: user, in: namespace)
    var resources: [JSONValue] = []
    var paths: [JSONValue] = []
    for rule in rules {
      if !rule.resources.isEmpty {
        var rule = rule
        rule.paths = []
        resources.append(rule.json)
      }
      if !rule.paths.isEmpty { paths.append(PolicyRule(verbs: rule.verbs, paths: rule.paths).json) }
    }
    object["status"] = [
      "resourceRules": .array(resources), "nonResourceRules": .array(paths), "incomplete": false,
    ]
    return try Reviews.answer(object, exchange)
  }
}

/// Whether a token is good, and whose it is (authentication/v1 TokenReview).
enum TokenReview {
  static func verdict(
    _ object: inout JSONObject, _ exchange: Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    let token = object["spec"]?["token"]?.string ?? ""
    guard !token.isEmpty else {
      throw .badRequest("token is required for TokenReview in authentication")
    }
    let said = (object["spec"]?["audiences"]?.array ?? []).compactMap(\.string)
    let audiences = said.isEmpty ? serving.settings.audiences : said
    switch TokenAuthentication.verdict(token, audiences, exchange, serving) {
    case .verdict(let verdict): return verdict
    case .refused: object["status"] = ["user": [:], "error": "invalid bearer token"]
    case .user(let user, let audiences):
      object["status"] = [
        "authenticated": true, "user": user.json, "audiences": .strings(audiences),
      ]
    }
    return try Reviews.answer(object, exchange)
  }
}
