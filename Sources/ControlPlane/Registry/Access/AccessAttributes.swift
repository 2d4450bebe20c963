/// One thing that somebody wants to do, as RBAC judges it (apiserver authorizer.Attributes).
public struct AccessAttributes: Hashable, Sendable {
  /// `get`, `list`, `impersonate`, ...; of a path without resource, the method in lower case.
  public var verb: String
  public var target: Target

  public enum Target: Hashable, Sendable {
    case resource(Resource)
    /// A path that names no resource: `/healthz`.
    case path(String)
  }

  public struct Resource: Hashable, Sendable {
    /// Empty for the core group.
    public var group: String
    public var plural: String
    /// Empty for none.
    public var subresource: String
    /// Empty for all namespaces and for what has none.
    public var namespace: String
    /// Empty for all of them.
    public var name: String

    public init(
      group: String = "", plural: String, subresource: String = "", namespace: String = "",
      name: String = ""
    ) {
      self.group = group
      self.plural = plural
      self.subresource = subresource
      self.namespace = namespace
      self.name = name
    }

    /// As rules name it: `pods`, `pods/log`.
    public var qualifiedPlural: String {
      subresource.isEmpty ? plural : "\(plural)/\(subresource)"
    }
  }

  public init(verb: String, _ target: Target) {
    self.verb = verb
    self.target = target
  }

  /// Where rules of a namespace count too; empty: only those of the cluster do.
  public var namespace: String {
    switch target {
    case .resource(let resource): resource.namespace
    case .path: ""
    }
  }
}
