import Base
import Objects
import Registry

/// Whom a bearer token speaks for. The shell knows whether its signature is good; everything else
/// is judged here, at each request.
enum TokenAuthentication {
  enum Outcome: Sendable {
    /// With those of the audiences that the token is for.
    case user(UserInfo, audiences: [String])
    case refused
    /// It takes this to know.
    case verdict(Verdict)
  }

  static func verdict(
    _ token: String, _ audiences: [String], _ exchange: Exchange, _ serving: Serving
  ) -> Outcome {
    let question = ShellQuestion.verify(token: token)
    guard let claims = serving.tokens[token] else {
      switch exchange.answer(to: question) {
      case nil: return .verdict(.ask(question))
      // Where there are no keys to check with, nobody is believed.
      case .verified, .failed: return .refused
      case .signed, .metrics: preconditionFailure("who asks about a token is told of it")
      }
    }
    let now = serving.now.milliseconds / 1000
    let common = audiences.filter(claims.audiences.contains)
    guard claims.issuer == serving.settings.issuer, !common.isEmpty, now < claims.expires,
      now >= claims.notBefore, now >= claims.issuedAt
    else { return .refused }
    guard isAlive(claims, in: serving.view, serving.now) else {
      // The view may be older than what the token names.
      return exchange.isFresh ? .refused : .verdict(.refresh)
    }
    return .user(UserInfo(claims), audiences: common)
  }

  /// The account, and what the token is bound to, are still the ones that it was made for.
  private static func isAlive(
    _ claims: ServiceAccountClaims, in view: ClusterView, _ now: WallTime
  ) -> Bool {
    let namespace = claims.namespace
    guard isThere(claims.account, .serviceAccount, namespace, in: view, now) else { return false }
    switch claims.bound {
    case nil: return true
    case .pod(let pod): return isThere(pod, .pod, namespace, in: view, now)
    case .secret(let secret): return isThere(secret, .secret, namespace, in: view, now)
    case .node(let node): return isThere(node, .node, "", in: view, now)
    }
  }

  /// A minute longer than it was given to end: what ends may still say so.
  private static func isThere(
    _ reference: ServiceAccountClaims.Reference, _ kind: Kind, _ namespace: String,
    in view: ClusterView, _ now: WallTime
  ) -> Bool {
    guard let object = view[ObjectKey(kind, namespace: namespace, name: reference.name)],
      object.meta.uid == reference.uid
    else { return false }
    guard let deletion = object.meta.deletionTime else { return true }
    return now.milliseconds < deletion.milliseconds + 60_000
  }
}

extension UserInfo {
  /// The user and the groups of a service account.
  init(serviceAccount name: String, in namespace: String, uid: String = "") {
    self.init(
      name: Self.serviceAccountName(namespace, name), uid: uid,
      groups: Self.serviceAccountGroups(namespace) + [Self.authenticated])
  }

  static func serviceAccountGroups(_ namespace: String) -> [String] {
    ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"]
  }

  /// The account of a service account's user; nil for another user.
  var serviceAccount: (namespace: String, name: String)? {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount",
      !parts[2].isEmpty, !parts[3].isEmpty
    else { return nil }
    return (String(parts[2]), String(parts[3]))
  }

  fileprivate init(_ claims: ServiceAccountClaims) {
    self.init(
      serviceAccount: claims.account.name, in: claims.namespace, uid: claims.account.uid)
    func add(_ name: String, _ value: String) {
      if !value.isEmpty {
        extra.append(Extra(name: "authentication.kubernetes.io/\(name)", values: [value]))
      }
    }
    add("credential-id", claims.id.isEmpty ? "" : "JTI=\(claims.id)")
    var node = claims.node
    var pod: ServiceAccountClaims.Reference?
    switch claims.bound {
    case .pod(let bound): pod = bound
    case .node(let bound): node = bound
    case .secret, nil: break
    }
    if let node {
      add("node-name", node.name)
      add("node-uid", node.uid)
    }
    if let pod {
      add("pod-name", pod.name)
      add("pod-uid", pod.uid)
    }
  }
}
