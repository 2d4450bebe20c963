public import Objects

/// What a request is about, from its method, path and query alone (apiserver RequestInfoFactory).
///
/// Read once for each request and never changed: an object, so that handing it on copies nothing.
public final class RequestInfo: Sendable {
  public let verb: Verb
  /// Nil for a path that names no resource: `/healthz`, `/openapi/v3`, `/apis`.
  public let resource: ResourceRequest?
  public let target: RequestTarget

  /// As RBAC names them.
  public enum Verb: String, Hashable, Sendable {
    case get
    case list
    case watch
    case create
    case update
    case patch
    case delete
    case deletecollection
    /// Of a path without resource; RBAC knows these by the method in lower case.
    case post
    case put
    case head
    case options
  }

  /// A path below `/api/v1` or `/apis/<group>/<version>`.
  public final class ResourceRequest: Sendable {
    public let group: String
    public let version: String
    /// As the path spells it: `pods`.
    public let plural: String
    /// Empty for none.
    public let subresource: String
    /// What follows the subresource: of `proxy` only.
    public let rest: [String]
    /// Empty for all namespaces and for cluster-wide resources.
    public let namespace: String
    /// Empty for a collection.
    public let name: String
    /// What the API serves under that name; nil: 404.
    public let resource: Resource?
    /// There is such a resource; as `resource != nil`, without a copy of it.
    let isServed: Bool

    /// As RBAC and messages name it: `pods`, `pods/log`.
    public var qualifiedPlural: String {
      subresource.isEmpty ? plural : "\(plural)/\(subresource)"
    }

    /// Nil where the path names no resource.
    fileprivate init?(_ parts: [String]) {
      var rest: ArraySlice<String>
      switch parts.first {
      case "api" where parts.count > 2:
        (group, version) = ("", parts[1])
        rest = parts[2...]
      case "apis" where parts.count > 3:
        (group, version) = (parts[1], parts[2])
        rest = parts[3...]
      default: return nil
      }
      // `namespaces/N/pods` lies in a namespace; `namespaces/N`, `namespaces/N/status` and
      // `namespaces/N/finalize` are about the namespace itself.
      var namespace = ""
      if rest.first == "namespaces", rest.count > 2 {
        let third = rest[rest.startIndex + 2]
        if rest.count > 3 || (third != "status" && third != "finalize") {
          namespace = rest[rest.startIndex + 1]
          rest = rest.dropFirst(2)
        }
      }
      self.namespace = namespace
      let words = Array(rest)
      plural = words[0]
      name = words.count > 1 ? words[1] : ""
      subresource = words.count > 2 ? words[2] : ""
      self.rest = Array(words.dropFirst(3))
      resource = ResourceTable.kubernetes.resource(group: group, version: version, plural: words[0])
      isServed = resource != nil
    }
  }

  /// Nil for a target that cannot be read, or a method that HTTP's APIs do not have.
  public init?(method: String, target text: String) {
    guard let target = RequestTarget(text) else { return nil }
    let resource = ResourceRequest(target.parts)
    let verb: Verb? =
      if let resource {
        Self.verb(method, of: resource, target)
      } else {
        Verb(rawValue: method.lowercased())
      }
    guard let verb else { return nil }
    self.target = target
    self.resource = resource
    self.verb = verb
  }

  private static func verb(
    _ method: String, of resource: ResourceRequest, _ target: RequestTarget
  ) -> Verb? {
    switch method {
    case "POST": return .create
    case "PUT": return .update
    case "PATCH": return .patch
    case "DELETE": return resource.name.isEmpty ? .deletecollection : .delete
    case "GET", "HEAD":
      guard resource.name.isEmpty else { return .get }
      let watch = target["watch"].map { $0 == "true" || $0 == "1" || $0.isEmpty } ?? false
      return watch ? .watch : .list
    default: return nil
    }
  }
}
