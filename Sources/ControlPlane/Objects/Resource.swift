/// One collection that the API serves, and how users name it. An object, as every request is handed
/// one.
public final class Resource: Sendable {
  public let kind: Kind
  /// Keelson stores this kind.
  public let isKept: Bool
  public let singular: String
  /// `deploy`
  public let shortNames: [String]
  /// `all`
  public let categories: [String]
  public let verbs: [String]
  /// As discovery tells it; empty for a resource that is not stored.
  public let storageVersionHash: String
  public let subresources: [Subresource]

  public struct Subresource: Hashable, Sendable {
    /// `status`
    public let name: String
    /// `autoscaling/v1/Scale`
    public let kind: String
    public let verbs: [String]
  }

  fileprivate init(_ words: [ArraySlice<UInt8>], _ subresources: [Subresource]) {
    var isKept = false
    var texts: [String: String] = [:]
    for word in words.dropFirst(4) {
      let (name, value) = SchemaReader.option(word)
      if name == "kept" { isKept = true } else { texts[name] = value }
    }
    let version = SchemaReader.string(words[1]).split(separator: "/")
    kind = Kind(
      group: version.count == 2 ? String(version[0]) : "",
      version: String(version[version.count - 1]),
      name: SchemaReader.string(words[2]), plural: SchemaReader.string(words[0]),
      isNamespaced: SchemaReader.string(words[3]) == "namespaced")
    self.isKept = isKept
    singular = texts["singular"] ?? ""
    shortNames = SchemaReader.texts(texts["short"] ?? "")
    categories = SchemaReader.texts(texts["categories"] ?? "")
    verbs = SchemaReader.texts(texts["verbs"] ?? "")
    storageVersionHash = texts["hash"] ?? ""
    self.subresources = subresources
  }
}

/// Every resource of an API.
public struct ResourceTable: Sendable {
  /// As `schema/resources.txt` lists them: core first, then group by group.
  public let resources: [Resource]
  private let byPlural: [String: [Resource]]

  /// Kubernetes 1.33's, of which Keelson keeps some.
  public static let kubernetes = ResourceTable(reading: KubernetesText.resources)

  /// The resource that a user means by `deployments`, `deployment`, `deploy`, `Deployment`, or one
  /// of these with a group or a version and a group behind it: `deploy.apps`,
  /// `deployments.v1.apps`. Upper and lower case are the same, a group may be cut short
  /// (RESTMapper, shortcut expansion).
  public func resource(named text: String) -> Resource? {
    let parts = text.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else { return nil }
    let named = resources.filter { $0.isNamed(String(name)) }
    guard parts.count > 1 else { return named.first { $0.isKept } ?? named.first }
    let group = parts.dropFirst().joined(separator: ".")
    if let exact = named.first(where: { $0.kind.group == group }) { return exact }
    let version = String(parts[1])
    let versioned = named.first {
      $0.kind.version == version && $0.kind.group == parts.dropFirst(2).joined(separator: ".")
    }
    if let versioned { return versioned }
    return group.isEmpty ? nil : named.first { $0.kind.group.hasPrefix(group) }
  }

  /// As a manifest spells them: `apps/v1` and `Deployment`.
  public func resource(apiVersion: String, kind: String) -> Resource? {
    resources.first { $0.kind.name == kind && $0.kind.apiVersion == apiVersion }
  }
}

extension Resource {
  /// `name` in lower case.
  fileprivate func isNamed(_ name: String) -> Bool {
    kind.plural == name || singular == name || shortNames.contains(name)
      || kind.name.lowercased() == name
  }
}

// MARK: - Reading

extension ResourceTable {
  fileprivate init(reading text: ArraySlice<UInt8>) {
    var resources: [Resource] = []
    var head: [ArraySlice<UInt8>] = []
    var subresources: [Resource.Subresource] = []
    for words in SchemaReader.words(text) {
      if words[0].isEmpty {
        let name = SchemaReader.string(words[1])
        let kind = SchemaReader.string(words[2])
        let verbs = SchemaReader.texts(SchemaReader.string(words[3]))
        subresources.append(Resource.Subresource(name: name, kind: kind, verbs: verbs))
      } else {
        if !head.isEmpty { resources.append(Resource(head, subresources)) }
        head = words
        subresources = []
      }
    }
    resources.append(Resource(head, subresources))
    self.resources = resources
    byPlural = Dictionary(grouping: resources) { $0.kind.plural }
  }
}

extension Resource {
  /// The version that objects of the collection are kept in; nil where Keelson keeps none.
  public var keptKind: Kind? {
    if isKept { return kind }
    guard let kept = Kind.kept(plural: kind.plural), kept == kind else { return nil }
    return kept
  }
}

extension ResourceTable {
  /// What is served under `/apis/<group>/<version>/<plural>`.
  public func resource(group: String, version: String, plural: String) -> Resource? {
    byPlural[plural]?.first { $0.kind.group == group && $0.kind.version == version }
  }
}
