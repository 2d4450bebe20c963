import Base
import HTTP
import JSON
import Objects
import Registry

/// Objects that are asked and never kept: who one is, what one may do, a token.
///
/// POST gives the object back with its status. Nothing is denied from a view that is older than the
/// request.
enum Reviews {
  /// Nil for a path that is about something else.
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving, _ context: inout PlanContext
  ) throws(APIStatus) -> Verdict? {
    guard let asked = exchange.info.resource, let review = Review(asked) else { return nil }
    guard exchange.info.verb == .create else { throw .methodNotAllowed }
    guard let user = exchange.user else { preconditionFailure("who asks is known by now") }
    let options = try WriteOptions(exchange)
    let reader = RequestBody(kind: review.kind, validation: options.fieldValidation)
    let decoded = try reader.decode(exchange.request)
    exchange.warnings = decoded.warnings
    var object = decoded.object
    switch review {
    case .selfAccess:
      return try AccessReview.verdict(&object, review, of: user, exchange, serving)
    case .access, .localAccess:
      return try AccessReview.verdict(&object, review, of: nil, exchange, serving)
    case .selfRules: return try RulesReview.verdict(&object, of: user, exchange, serving)
    case .selfUser:
      object["status"] = ["userInfo": user.json]
      return try answer(object, exchange)
    case .token: return try TokenReview.verdict(&object, exchange, serving)
    case .tokenRequest: return try TokenRequest.verdict(&object, exchange, serving, &context)
    }
  }

  /// As created, in the encoding that the client accepts: what is answered has a place in no
  /// collection. Throws 406 where the client accepts none.
  static func answer(_ object: JSONObject, _ exchange: Exchange) throws(APIStatus) -> Verdict {
    let representation = try Representation(exchange, of: .object)
    var object = object
    object.edit("metadata") { $0["resourceVersion"] = nil }
    return .respond(representation.response(.created, document: object))
  }

  static func invalid(_ review: Review, _ errors: [FieldError], name: String = "") -> APIStatus {
    APIStatus(.invalid(review.kind, name: name, errors))
  }
}

/// What can be asked.
enum Review: Hashable, Sendable {
  case access
  case localAccess
  case selfAccess
  case selfRules
  case selfUser
  case token
  /// `serviceaccounts/token`
  case tokenRequest

  init?(_ asked: RequestInfo.ResourceRequest) {
    // Every request comes by: most are seen not to be one here.
    guard asked.subresource == "token" || asked.group.hasSuffix("tion.k8s.io") else { return nil }
    switch (asked.group, asked.version, asked.plural) {
    case ("authorization.k8s.io", "v1", "subjectaccessreviews"): self = .access
    case ("authorization.k8s.io", "v1", "localsubjectaccessreviews"): self = .localAccess
    case ("authorization.k8s.io", "v1", "selfsubjectaccessreviews"): self = .selfAccess
    case ("authorization.k8s.io", "v1", "selfsubjectrulesreviews"): self = .selfRules
    case ("authentication.k8s.io", "v1", "selfsubjectreviews"): self = .selfUser
    case ("authentication.k8s.io", "v1", "tokenreviews"): self = .token
    case ("", "v1", "serviceaccounts")
    where asked.subresource == "token" && !asked.namespace.isEmpty:
      self = .tokenRequest
      return
    default: return nil
    }
    let isNamespaced = self == .localAccess
    guard asked.name.isEmpty, asked.namespace.isEmpty != isNamespaced else { return nil }
  }

  /// As bodies name it.
  var kind: Kind {
    switch self {
    case .access: Self.authorization("SubjectAccessReview")
    case .localAccess: Self.authorization("LocalSubjectAccessReview", isNamespaced: true)
    case .selfAccess: Self.authorization("SelfSubjectAccessReview")
    case .selfRules: Self.authorization("SelfSubjectRulesReview")
    case .selfUser: Self.authentication("SelfSubjectReview")
    case .token: Self.authentication("TokenReview")
    case .tokenRequest: Self.authentication("TokenRequest", isNamespaced: true)
    }
  }

  private static func authorization(_ name: String, isNamespaced: Bool = false) -> Kind {
    kind("authorization.k8s.io", name, isNamespaced)
  }

  private static func authentication(_ name: String, isNamespaced: Bool = false) -> Kind {
    kind("authentication.k8s.io", name, isNamespaced)
  }

  private static func kind(_ group: String, _ name: String, _ isNamespaced: Bool) -> Kind {
    Kind(
      group: group, version: "v1", name: name, plural: name.lowercased() + "s",
      isNamespaced: isNamespaced)
  }
}

extension UserInfo {
  /// authentication/v1 UserInfo; what is empty is left out.
  var json: JSONValue {
    var object = JSONObject()
    if !name.isEmpty { object["username"] = .string(name) }
    if !uid.isEmpty { object["uid"] = .string(uid) }
    if !groups.isEmpty { object["groups"] = .strings(groups) }
    if !extra.isEmpty {
      object["extra"] = .object(
        JSONObject(extra.map { .init(name: $0.name, value: .strings($0.values)) }))
    }
    return .object(object)
  }
}
