import Base
import Objects
import Registry

/// Whether the user may do it: RBAC, and nothing else.
enum Authorization {
  /// Probes come before there is anything to decide by, and tell no secrets.
  private static let openPaths: Set = ["/healthz", "/livez", "/readyz"]

  /// Marks the exchange as authorized, or throws 403.
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict? {
    guard let user = exchange.user else { preconditionFailure("who asks is known by now") }
    if user.isMaster || openPaths.contains(exchange.info.target.path) {
      exchange.isAuthorized = true
      return nil
    }
    let attributes = attributes(of: exchange.info)
    guard serving.access.reason(user, may: attributes) != nil else {
      throw forbidden(user, attributes)
    }
    exchange.isAuthorized = true
    return nil
  }

  /// What a request is, for who decides about it.
  static func attributes(of info: RequestInfo) -> AccessAttributes {
    guard let asked = info.resource else {
      return AccessAttributes(verb: info.verb.rawValue, .path(info.target.path))
    }
    var resource = AccessAttributes.Resource(
      group: asked.group, plural: asked.plural, subresource: asked.subresource,
      namespace: asked.namespace, name: asked.name)
    // Who may read a namespace's content by its name may be told in the namespace itself.
    if asked.plural == "namespaces", asked.group.isEmpty { resource.namespace = asked.name }
    if asked.name.isEmpty, [.list, .watch, .deletecollection].contains(info.verb),
      let selector = info.target["fieldSelector"]
    {
      resource.name = name(in: selector)
    }
    return AccessAttributes(verb: info.verb.rawValue, .resource(resource))
  }

  /// The one name that a list is of, so that a rule which names it allows the list.
  private static func name(in selector: String) -> String {
    for term in selector.split(separator: ",") {
      let sides = term.split(separator: "=", omittingEmptySubsequences: true)
      if sides.count == 2, sides[0] == "metadata.name" { return String(sides[1]) }
    }
    return ""
  }

  /// 403, as kube-apiserver words it.
  static func forbidden(_ user: UserInfo, _ attributes: AccessAttributes) -> APIStatus {
    let who = "User \(GoText.quoted(user.name)) cannot \(attributes.verb)"
    switch attributes.target {
    case .path(let path):
      return APIStatus(
        403, "Forbidden", "forbidden: \(who) path \(GoText.quoted(path))", APIStatus.Details())
    case .resource(let resource):
      let qualified =
        resource.group.isEmpty ? resource.plural : "\(resource.plural).\(resource.group)"
      let what = resource.name.isEmpty ? qualified : "\(qualified) \(GoText.quoted(resource.name))"
      let place =
        resource.namespace.isEmpty
        ? "at the cluster scope" : "in the namespace \(GoText.quoted(resource.namespace))"
      return APIStatus(
        403, "Forbidden",
        "\(what) is forbidden: \(who) resource \(GoText.quoted(resource.qualifiedPlural)) "
          + "in API group \(GoText.quoted(resource.group)) \(place)",
        APIStatus.Details(name: resource.name, group: resource.group, kind: resource.plural))
    }
  }
}
