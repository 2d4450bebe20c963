public import JSON

/// What a Role allows (rbac/v1 PolicyRule). Every list that is not empty must match; `*` matches
/// all.
public struct PolicyRule: Hashable, Sendable {
  public var verbs: [String]
  public var groups: [String]
  /// `pods`, `pods/log`, `*/scale`, `*`
  public var resources: [String]
  /// Empty: all names.
  public var names: [String]
  /// `/healthz`, `/apis/*`
  public var paths: [String]

  public init(
    verbs: [String], groups: [String] = [], resources: [String] = [], names: [String] = [],
    paths: [String] = []
  ) {
    self.verbs = verbs
    self.groups = groups
    self.resources = resources
    self.names = names
    self.paths = paths
  }

  /// Everything there is.
  public static let everything = [
    PolicyRule(verbs: ["*"], groups: ["*"], resources: ["*"]),
    PolicyRule(verbs: ["*"], paths: ["*"]),
  ]

  /// A field of another type than its own counts as absent.
  public init(_ json: JSONValue) {
    self.init(
      verbs: Self.texts(json["verbs"]), groups: Self.texts(json["apiGroups"]),
      resources: Self.texts(json["resources"]), names: Self.texts(json["resourceNames"]),
      paths: Self.texts(json["nonResourceURLs"]))
  }

  /// The rules of a Role or ClusterRole, in their order.
  public static func rules(of role: JSONObject) -> [PolicyRule] {
    (role["rules"]?.array ?? []).map(PolicyRule.init)
  }

  private static func texts(_ value: JSONValue?) -> [String] {
    (value?.array ?? []).compactMap(\.string)
  }

  /// Lists that are empty are left out, but for the verbs.
  public var json: JSONValue {
    var object = JSONObject()
    if !groups.isEmpty { object["apiGroups"] = .strings(groups) }
    if !resources.isEmpty { object["resources"] = .strings(resources) }
    if !names.isEmpty { object["resourceNames"] = .strings(names) }
    if !paths.isEmpty { object["nonResourceURLs"] = .strings(paths) }
    object["verbs"] = .strings(verbs)
    return .object(object)
  }

  // MARK: - Matching

  public func allows(_ attributes: AccessAttributes) -> Bool {
    guard Self.has(attributes.verb, verbs) else { return false }
    switch attributes.target {
    case .path(let path): return paths.contains { Self.path($0, covers: path) }
    case .resource(let resource):
      return Self.has(resource.group, groups)
        && (names.isEmpty || names.contains(resource.name))
        && Self.has(resource.plural, resource.subresource, resources)
    }
  }

  private static func has(_ text: String, _ list: [String]) -> Bool {
    list.contains { $0 == text || $0 == "*" }
  }

  private static func has(_ plural: String, _ subresource: String, _ list: [String]) -> Bool {
    if subresource.isEmpty { return has(plural, list) }
    let qualified = "\(plural)/\(subresource)"
    return list.contains { $0 == "*" || $0 == qualified || $0 == "*/\(subresource)" }
  }

  /// A star at the end stands for every rest.
  static func path(_ pattern: String, covers path: String) -> Bool {
    if pattern == "*" || pattern == path { return true }
    guard pattern.utf8.last == UInt8(ascii: "*") else { return false }
    return path.utf8.starts(with: pattern.utf8.dropLast())
  }
}
