import Base
import JSON
import Objects
import Registry

/// What a service account's token says (RFC 7519; Kubernetes' private claims under
/// `kubernetes.io`).
struct ServiceAccountClaims: Hashable, Sendable {
  var issuer: String
  var audiences: [String]
  /// Seconds since 1970, as all times of a token.
  var expires: Int64
  var notBefore: Int64
  var issuedAt: Int64
  /// Names the token; empty for none.
  var id: String
  var namespace: String
  var account: Reference
  /// The token ends with this object.
  var bound: Bound?
  /// The node of the pod that it is bound to, for who reads the token.
  var node: Reference?

  struct Reference: Hashable, Sendable {
    var name: String
    var uid: String
  }

  enum Bound: Hashable, Sendable {
    case pod(Reference)
    case secret(Reference)
    case node(Reference)
  }

  var subject: String { UserInfo.serviceAccountName(namespace, account.name) }

  /// Nil for claims that are not of a service account's token.
  init?(_ bytes: Bytes) {
    let json: JSONValue
    do throws(JSONError) { json = try JSONValue(parsing: bytes) } catch { return nil }
    guard let issuer = json["iss"]?.string, let subject = json["sub"]?.string,
      let expires = json["exp"]?.int64, let own = json["kubernetes.io"],
      let namespace = own["namespace"]?.string, !namespace.isEmpty,
      let account = Reference(own["serviceaccount"]), !account.uid.isEmpty
    else { return nil }
    self.issuer = issuer
    audiences = json["aud"]?.string.map { [$0] } ?? (json["aud"]?.array ?? []).compactMap(\.string)
    self.expires = expires
    notBefore = json["nbf"]?.int64 ?? .min
    issuedAt = json["iat"]?.int64 ?? .min
    id = json["jti"]?.string ?? ""
    self.namespace = namespace
    self.account = account
    if let pod = Reference(own["pod"]) {
      bound = .pod(pod)
      node = Reference(own["node"])
    } else if let secret = Reference(own["secret"]) {
      bound = .secret(secret)
    } else if let node = Reference(own["node"]) {
      bound = .node(node)
    }
    guard subject == self.subject else { return nil }
  }

  init(
    issuer: String, audiences: [String], from: Int64, until: Int64, id: String,
    namespace: String, account: Reference
  ) {
    self.issuer = issuer
    self.audiences = audiences
    expires = until
    notBefore = from
    issuedAt = from
    self.id = id
    self.namespace = namespace
    self.account = account
  }

  /// As a token carries them.
  var bytes: Bytes {
    var own: [JSONObject.Member] = [.init(name: "namespace", value: .string(namespace))]
    if let node { own.append(.init(name: "node", value: node.json)) }
    switch bound {
    case .pod(let pod): own.append(.init(name: "pod", value: pod.json))
    case .secret(let secret): own.append(.init(name: "secret", value: secret.json))
    case .node(let node): own.append(.init(name: "node", value: node.json))
    case nil: break
    }
    own.append(.init(name: "serviceaccount", value: account.json))
    let json: JSONValue = [
      "aud": .strings(audiences), "exp": .number(expires), "iat": .number(issuedAt),
      "iss": .string(issuer), "jti": .string(id), "kubernetes.io": .object(JSONObject(own)),
      "nbf": .number(notBefore), "sub": .string(subject),
    ]
    return Bytes(json.text())
  }
}

extension ServiceAccountClaims.Reference {
  /// Nil where there is none, or one without a name.
  init?(_ json: JSONValue?) {
    guard let name = json?["name"]?.string, !name.isEmpty else { return nil }
    self.init(name: name, uid: json?["uid"]?.string ?? "")
  }

  init(_ object: StoredObject) {
    self.init(name: object.meta.name, uid: object.meta.uid)
  }

  var json: JSONValue {
    var object = JSONObject([.init(name: "name", value: .string(name))])
    if !uid.isEmpty { object["uid"] = .string(uid) }
    return .object(object)
  }
}
