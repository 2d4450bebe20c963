public import Base
public import JSON
public import Objects

/// Makes objects as manifests want them: client-side apply, as kubectl does it. What the user last
/// applied is kept with the object, so that a field that the manifest no longer names goes, and a
/// field that somebody else set stays.
public struct ManifestApply: Sendable {
  public let registry: ObjectRegistry

  public enum Outcome: String, Sendable {
    case created
    case configured
    case unchanged
  }

  /// Where the last applied manifest is kept.
  public static let annotation = "kubectl.kubernetes.io/last-applied-configuration"

  /// Namespaces that exist in every cluster, as kube-apiserver makes them.
  public static let systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"]

  public init(registry: ObjectRegistry) {
    self.registry = registry
  }

  /// What must be read before these manifests can be applied: each key once.
  public static func keys(of manifests: [Manifest]) -> [ObjectKey] {
    var keys: [ObjectKey] = []
    var seen: Set<ObjectKey> = []
    for manifest in manifests {
      var wanted = [manifest.key]
      if !manifest.namespace.isEmpty {
        wanted.append(ObjectKey(.namespace, name: manifest.namespace))
      }
      for key in wanted where seen.insert(key).inserted { keys.append(key) }
    }
    return keys
  }

  /// What admission reads beside those keys: everything below these prefixes, each once.
  public func admissionPrefixes(of manifests: [Manifest]) -> [Bytes] {
    let namespaces = Set(manifests.map(\.namespace).filter { !$0.isEmpty }).sorted()
    var prefixes: [Bytes] = []
    for collection in registry.admissionCollections + Self.moreCollections(manifests) {
      guard case .objects(let kind) = collection, kind.isNamespaced else {
        if collection != .objects(.namespace) { prefixes.append(collection.prefix) }
        continue
      }
      prefixes += namespaces.map { Bytes("/registry/\(kind.plural)/\($0)/") }
    }
    return prefixes
  }

  /// What is read for kinds that users make and reconcilers do not.
  private static func moreCollections(_ manifests: [Manifest]) -> [Collection] {
    let kinds = Set(manifests.map(\.kind))
    var collections: [Collection] = []
    if kinds.contains(.service) { collections.append(.allocations) }
    if let ingresses = Kind.kept(plural: "ingresses"), kinds.contains(ingresses),
      let classes = Kind.kept(plural: "ingressclasses")
    {
      collections.append(.objects(classes))
    }
    return collections
  }

  /// The account that the controller of accounts makes in each namespace, where a Pod is to run as
  /// it and the view lacks it.
  public func missingAccount(of manifest: Manifest, in view: ClusterView) -> ObjectKey? {
    registry.awaitedAccount(of: manifest.json, manifest.kind, in: manifest.namespace, view)
  }

  /// The system namespaces that these manifests need and the view lacks.
  public static func missingNamespaces(
    for manifests: [Manifest], in view: ClusterView
  ) -> [String] {
    let applied = Set(manifests.filter { $0.kind == .namespace }.map(\.name))
    let needed = Set(manifests.map(\.namespace))
    return systemNamespaces.filter { name in
      needed.contains(name) && !applied.contains(name)
        && view[ObjectKey(.namespace, name: name)] == nil
    }
  }

  public static func namespaceStep(_ name: String) -> Step {
    Step([
      .create(.namespace, JSONObject([.init(name: "metadata", value: ["name": .string(name)])]))
    ])
  }

  /// The Txn that applies one manifest, and what it does to the object. Without writes where
  /// nothing is to be changed.
  public func transaction(
    for manifest: Manifest, in view: ClusterView, context: inout PlanContext
  ) throws(Rejection) -> (ObjectTransaction, Outcome) {
    let wanted = Self.annotated(manifest.json)
    guard let current = view[manifest.key] else {
      let step = Step([.create(manifest.kind, wanted)])
      return (try registry.transaction(for: step, in: view, context: &context), .created)
    }
    let merged = try Self.merged(wanted, into: current.json, manifest)
    let step = Step([.update(from: current, to: merged)])
    let transaction = try registry.transaction(for: step, in: view, context: &context)
    return (transaction, transaction.writes.isEmpty ? .unchanged : .configured)
  }

  /// What is wrong with these manifests when they are applied one after the other to what the view
  /// has. Nothing is written.
  public func problems(
    of manifests: [Manifest], in view: ClusterView, context: PlanContext
  ) -> [ManifestProblem] {
    var problems: [ManifestProblem] = []
    var view = view
    var context = context
    // Above every revision of the view, as the store's next ones would be.
    var revision = Int64.max / 2
    for manifest in manifests {
      if let account = missingAccount(of: manifest, in: view) {
        // It comes by itself: whoever writes the Pod waits for it.
        revision += 1
        _ = view.put(Self.account(account, at: revision))
      }
      let transaction: ObjectTransaction
      do throws(Rejection) {
        transaction = try self.transaction(for: manifest, in: view, context: &context).0
      } catch {
        problems += error.problems(of: manifest)
        continue
      }
      revision += 1
      do throws(ClusterView.Refusal) {
        try view.apply(transaction, at: revision)
      } catch {
        preconditionFailure("a Txn does not fit the view that it was made from")
      }
    }
    return problems
  }

  private static func account(_ key: ObjectKey, at revision: Int64) -> StoredObject {
    let json: JSONValue = [
      "apiVersion": "v1", "kind": "ServiceAccount",
      "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
    ]
    return StoredObject(
      key: .object(key), json: json.object ?? JSONObject(), createRevision: revision,
      modRevision: revision)
  }

  // MARK: - Merging

  /// The manifest with itself as the last applied one: compact, by name, with a line break at its
  /// end.
  private static func annotated(_ json: JSONObject) -> JSONObject {
    var bare = json
    bare.edit("metadata") { meta in
      meta.edit("annotations") { $0[annotation] = nil }
    }
    var annotated = json
    annotated.edit("metadata") { meta in
      meta.edit("annotations") { annotations in
        annotations[annotation] = .string(JSONValue.object(bare).sorted.text() + "\n")
      }
    }
    return annotated
  }

  private static func merged(
    _ wanted: JSONObject, into current: JSONObject, _ manifest: Manifest
  ) throws(Rejection) -> JSONObject {
    let type = Schema.kubernetes.type(of: manifest.kind)
    let patch = ThreeWayMerge.patch(
      original: lastApplied(current), modified: wanted, current: current, type: type)
    do throws(StrategicMergeError) {
      return try StrategicMerge.apply(patch, to: current, type: type)
    } catch {
      throw .badRequest("\(error)")
    }
  }

  /// Nil where nobody applied the object, or left no JSON.
  private static func lastApplied(_ current: JSONObject) -> JSONObject? {
    guard let text = current["metadata"]?["annotations"]?[annotation]?.string else { return nil }
    do throws(JSONError) {
      return try JSONValue(parsing: Bytes(text)).object
    } catch {
      return nil
    }
  }
}

extension JSONValue {
  /// All objects' members by name, as Go writes maps.
  public var sorted: JSONValue {
    switch self {
    case .null, .bool, .number, .string: self
    case .array(let elements): .array(elements.map(\.sorted))
    case .object(let object):
      .object(
        JSONObject(
          object.members
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .map { JSONObject.Member(name: $0.name, value: $0.value.sorted) }))
    }
  }
}
