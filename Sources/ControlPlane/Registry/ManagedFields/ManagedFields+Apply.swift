public import Base
public import JSON
public import Objects

/// Server-side apply (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
extension ManagedFields {
  /// Owns what an object had before its first apply, where nobody kept account of it.
  static let beforeFirstApply = "before-first-apply"
  /// What `kubectl apply` without `--server-side` keeps its manifest in.
  static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
  /// Beyond this many bytes the annotation is emptied (fieldmanager lastAppliedAnnotation).
  private static let lastAppliedBytesMax = 256 << 10

  /// The live object as the configuration makes it, with its account in `metadata.managedFields`:
  /// what the registry's `update`, or for no live object its `create`, is to write, by the same
  /// manager, whose operation must be `apply`.
  ///
  /// The live object must have its defaults. Fields that the manager applied before, that the
  /// configuration lacks and that nobody else has, are gone. Throws where the configuration does
  /// not fit its type, or conflicts with another manager and `force` is not set.
  public static func apply(
    _ configuration: JSONObject, to live: JSONObject?, of kind: Kind, by manager: FieldManager,
    force: Bool = false, at now: WallTime
  ) throws(ApplyFailure) -> JSONObject {
    precondition(manager.operation == .apply, "an applier applies")
    let application = try Application(configuration, live, kind, manager, now)
    do throws(ApplyFailure) {
      return try application.result(force: force)
    } catch {
      guard case .conflicts(let conflicts) = error else { throw error }
      let rest = application.withoutOwn(conflicts)
      guard rest.isEmpty else { throw .conflicts(rest) }
      return try application.result(force: true)
    }
  }

  /// One configuration that fits its type, and what it is applied to.
  private struct Application {
    let configuration: JSONObject
    /// Without its account.
    let live: JSONObject?
    let kind: Kind
    let manager: FieldManager
    let now: WallTime
    let managed: ManagedFields
    let shape: MergeShape
    let walk: FieldWalk

    init(
      _ configuration: JSONObject, _ live: JSONObject?, _ kind: Kind, _ manager: FieldManager,
      _ now: WallTime
    ) throws(ApplyFailure) {
      self.configuration = configuration
      self.kind = kind
      self.manager = manager
      self.now = now
      walk = FieldWalk(shapes: .kubernetes)
      shape = walk.shapes.shape(of: kind)
      try Self.check(configuration, kind, shape, walk)
      var bare = live
      bare?.edit("metadata") { $0["managedFields"] = nil }
      self.live = bare
      var managed = ManagedFields()
      do throws(ManagedFieldsError) {
        managed = try ManagedFields(live?["metadata"]?["managedFields"])
      } catch {
        // An account that cannot be read is none.
      }
      if managed.isEmpty, let bare {
        let manager = FieldManager(
          name: ManagedFields.beforeFirstApply, operation: .update,
          apiVersion: manager.apiVersion, subresource: manager.subresource)
        managed.update(
          by: manager, from: walk.shapes.zero(of: kind), to: bare, of: kind, at: now)
      }
      self.managed = managed
    }

    private static func check(
      _ configuration: JSONObject, _ kind: Kind, _ shape: MergeShape, _ walk: FieldWalk
    ) throws(ApplyFailure) {
      let apiVersion = configuration["apiVersion"]?.string ?? ""
      let name = configuration["kind"]?.string ?? ""
      let type = "\(apiVersion.contains("/") ? "" : "/")\(apiVersion), Kind=\(name)"
      guard apiVersion == kind.apiVersion, name == kind.name else {
        throw .badRequest("invalid object type: \(type)")
      }
      let meta = configuration["metadata"]
      if let managed = meta?["managedFields"], !managed.isNull {
        throw .badRequest("metadata.managedFields must be nil")
      }
      if let problem = ConfigurationCheck.problem(in: configuration, shape, walk) {
        let name = "\(meta?["namespace"]?.string ?? "")/\(meta?["name"]?.string ?? "")"
        throw .untyped("failed to create typed patch object (\(name); \(type)): \(problem)")
      }
    }

    func result(force: Bool) throws(ApplyFailure) -> JSONObject {
      var managed = managed
      let place = managed.place(of: manager) ?? managed.entries.count
      let before = place < managed.entries.count ? managed.entries[place].fields : FieldSet()
      let own = owned(walk.fields(of: configuration, shape)).subtracting(ManagedFields.unowned)
      let entry = Entry(manager: manager, time: now.rfc3339, fields: own)
      if place < managed.entries.count {
        managed.entries[place] = entry
      } else {
        managed.entries.append(entry)
      }
      guard let live else { return finished(configuration, managed, replacing: nil) }
      let merged = walk.merged(configuration, into: live, shape)
      let object = pruned(merged, of: before, managed)
      try managed.settle(
        ManagedFields.comparison(from: live, to: object, of: kind, manager.subresource),
        of: manager, force: force)
      return finished(object, managed, replacing: live)
    }

    /// What of a configuration counts through its subresource.
    private func owned(_ fields: FieldSet) -> FieldSet {
      manager.subresource == "status"
        ? fields.keeping(ManagedFields.statusPath)
        : kind.hasStatus ? fields.removing(ManagedFields.statusPath) : fields
    }

    /// Without what the manager had before and has no more, unless another has it or it is a list's
    /// element or a map's entry that the manager did not have itself.
    private func pruned(
      _ merged: JSONObject, of before: FieldSet, _ managed: ManagedFields
    ) -> JSONObject {
      guard !before.isEmpty else { return merged }
      let lost = walk.withHolders(before, shape)
      let all = walk.withHolders(walk.fields(of: merged, shape), shape)
      let claimed = walk.withHolders(
        managed.entries.reduce(FieldSet()) { $0.union($1.fields) }, shape)
      func left(_ object: JSONObject) -> FieldSet {
        walk.withHolders(walk.fields(of: object, shape), shape)
      }
      let without = walk.removing(lost, from: merged, shape)
      let unclaimed = all.subtracting(left(without).union(claimed))
      let withClaimed = walk.removing(unclaimed, from: merged, shape)
      let gone = all.subtracting(left(withClaimed)).intersection(lost)
      return walk.removing(gone, from: merged, shape)
    }

    private func finished(
      _ object: JSONObject, _ managed: ManagedFields, replacing live: JSONObject?
    ) -> JSONObject {
      var object = walk.withoutNulls(of: configuration, in: object)
      if manager.name == "kubectl",
        live?["metadata"]?["annotations"]?[ManagedFields.lastApplied] != nil
      {
        object.edit("metadata") { meta in
          meta.edit("annotations") { $0[ManagedFields.lastApplied] = .string(lastAppliedText) }
        }
      }
      var managed = managed
      managed.entries.removeAll(where: \.isEmpty)
      object.edit("metadata") { $0["managedFields"] = managed.json }
      return object
    }

    /// The configuration as `kubectl apply` without `--server-side` remembers it, so that the user
    /// may go back to that.
    private var lastAppliedText: String {
      var configuration = configuration
      configuration.edit("metadata") { meta in
        meta["managedFields"] = nil
        guard meta["annotations"]?.object != nil else { return }
        meta.edit("annotations") { $0[ManagedFields.lastApplied] = nil }
      }
      let text = JSONValue.object(configuration).inNameOrder.text() + "\n"
      return text.utf8.count > ManagedFields.lastAppliedBytesMax ? "" : text
    }

    // MARK: - From client-side apply

    /// `kubectl apply --server-side` takes over what `kubectl apply` wrote before: a field that is
    /// as the annotation has it is no conflict (fieldmanager lastAppliedManager).
    func withoutOwn(_ conflicts: [ApplyFailure.Conflict]) -> [ApplyFailure.Conflict] {
      guard manager.name == "kubectl", let live, let remembered = remembered(in: live) else {
        return conflicts
      }
      let comparison = FieldComparison(from: remembered, to: live, shape, walk)
      let own = walk.fields(of: remembered, shape).subtracting(comparison.changed)
        .subtracting(comparison.removed)
      return conflicts.filter { own.intersection(FieldSet(path: $0.path)).isEmpty }
    }

    private func remembered(in live: JSONObject) -> JSONObject? {
      guard let text = live["metadata"]?["annotations"]?[ManagedFields.lastApplied]?.string else {
        return nil
      }
      do throws(JSONError) {
        let object = try JSONValue(parsing: Bytes(text)).object
        return object?["apiVersion"]?.string == kind.apiVersion ? object : nil
      } catch {
        return nil
      }
    }
  }

  /// Takes what an applier changes from the others; throws where they have it and `force` is not
  /// set.
  private mutating func settle(
    _ comparison: FieldComparison, of manager: FieldManager, force: Bool
  ) throws(ApplyFailure) {
    var conflicts: [ApplyFailure.Conflict] = []
    let others = entries.indices.filter { !entries[$0].manager.isSame(as: manager) }
      .sorted { entries[$0].manager.isBefore(entries[$1].manager) }
    for place in others {
      let contested = entries[place].fields.intersection(comparison.changed)
      conflicts += contested.paths.map {
        ApplyFailure.Conflict(manager: entries[place].manager, path: $0)
      }
      entries[place].fields = entries[place].fields.subtracting(contested)
        .subtracting(comparison.removed)
    }
    if !force && !conflicts.isEmpty { throw .conflicts(conflicts) }
  }
}

extension JSONValue {
  /// With the members of every object in the order of their names, as Go writes maps.
  fileprivate var inNameOrder: JSONValue {
    switch self {
    case .null, .bool, .number, .string: self
    case .array(let elements): .array(elements.map(\.inNameOrder))
    case .object(let object):
      .object(
        JSONObject(
          object.members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .map { JSONObject.Member(name: $0.name, value: $0.value.inNameOrder) }))
    }
  }
}
