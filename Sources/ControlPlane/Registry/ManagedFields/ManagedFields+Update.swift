public import Base
public import JSON
public import Objects

extension ManagedFields {
  /// Entries of updates beyond this many are merged into one (fieldmanager
  /// DefaultMaxUpdateManagers).
  static let updatesMax = 10
  /// The manager that the oldest updates are merged into.
  static let ancientChanges = "ancient-changes"

  /// What belongs to nobody (fieldmanager stripMetaManager).
  static let unowned = [
    ["apiVersion"], ["kind"], ["metadata"], ["metadata", "name"], ["metadata", "namespace"],
    ["metadata", "creationTimestamp"], ["metadata", "selfLink"], ["metadata", "uid"],
    ["metadata", "clusterName"], ["metadata", "generation"], ["metadata", "managedFields"],
    ["metadata", "resourceVersion"],
  ].reduce(FieldSet()) { $0.union(FieldSet(path: $1.map(PathElement.field))) }

  static let managedFieldsPath = FieldSet(path: [.field("metadata"), .field("managedFields")])
  static let statusPath = FieldSet(path: [.field("status")])

  /// Keeps account of a create (`old` is nil) or an update: sets `metadata.managedFields` of the
  /// new object, which has its defaults already.
  ///
  /// What the writer changes becomes its own; what it removes belongs to nobody. `[{}]` clears the
  /// account, a list that can be read replaces it, anything else keeps the old one. An object
  /// without an account does not get one by an update. The status is only recorded through its own
  /// subresource, and nothing else is recorded there.
  public static func record(
    _ manager: FieldManager, from old: JSONObject?, to new: inout JSONObject, of kind: Kind,
    at now: WallTime
  ) {
    var managed = account(of: manager, from: old, to: new)
    let given = new["metadata"]?["managedFields"]
    new.edit("metadata") { $0["managedFields"] = nil }
    if old != nil && managed.isEmpty { return }
    let isChanged = managed.update(
      by: manager, from: old ?? MergeShapes.kubernetes.zero(of: kind), to: new, of: kind, at: now)
    // What is as it was keeps its very text.
    let isKept = !isChanged && given == old?["metadata"]?["managedFields"]
    new.edit("metadata") { $0["managedFields"] = isKept ? given : managed.json }
  }

  /// The account that a write begins with.
  private static func account(
    of manager: FieldManager, from old: JSONObject?, to new: JSONObject
  ) -> ManagedFields {
    let live = old?["metadata"]?["managedFields"]
    let given = new["metadata"]?["managedFields"]
    if manager.subresource.isEmpty, given != live {
      if isReset(given) { return ManagedFields() }
      do throws(ManagedFieldsError) {
        let managed = try ManagedFields(given)
        if !managed.isEmpty { return managed }
      } catch {
        // A client that does not understand the account must not destroy it.
      }
    }
    do throws(ManagedFieldsError) {
      return try ManagedFields(live, isStored: true)
    } catch {
      return ManagedFields()
    }
  }

  /// Both objects are compared without their accounts. False where they are the same.
  @discardableResult
  mutating func update(
    by manager: FieldManager, from old: JSONObject, to new: JSONObject, of kind: Kind,
    at now: WallTime
  ) -> Bool {
    let comparison = Self.comparison(from: old, to: new, of: kind, manager.subresource)
    guard !comparison.isEmpty else { return false }
    let lost = comparison.changed.union(comparison.removed)
    for place in entries.indices { entries[place].lose(lost) }
    let taken = comparison.changed.subtracting(Self.unowned)
    if !taken.isEmpty {
      let place = place(of: manager) ?? entries.count
      if place == entries.count {
        entries.append(Entry(manager: manager, time: nil, fields: FieldSet()))
      }
      entries[place].fields = entries[place].fields.union(taken)
      entries[place].time = now.rfc3339
    }
    entries.removeAll(where: \.isEmpty)
    mergeAncientUpdates()
    return true
  }

  /// What a write through a subresource may change: each has fields that it leaves alone.
  static func comparison(
    from old: JSONObject, to new: JSONObject, of kind: Kind, _ subresource: String
  ) -> FieldComparison {
    let shapes = MergeShapes.kubernetes
    let comparison = FieldComparison(
      from: old, to: new, shapes.shape(of: kind), FieldWalk(shapes: shapes)
    ).removing(Self.managedFieldsPath)
    switch subresource {
    case "status": return comparison.keeping(Self.statusPath)
    case "", "scale": return kind.hasStatus ? comparison.removing(Self.statusPath) : comparison
    default: return comparison
    }
  }

  /// The oldest updates beyond the limit become one entry for each version (fieldmanager
  /// capManagersManager): a version's first stays as it is until there is another to merge it with.
  private mutating func mergeAncientUpdates() {
    var updates = entries.filter { $0.manager.operation == .update }
    guard updates.count > Self.updatesMax else { return }
    updates.sort { left, right in
      left.seconds != right.seconds
        ? left.seconds < right.seconds : left.manager.isBefore(right.manager)
    }
    var surplus = updates.count - Self.updatesMax
    var firsts: [(version: String, manager: FieldManager)] = []
    for entry in updates where surplus > 0 {
      let version = entry.manager.apiVersion
      guard let first = firsts.firstIndex(where: { $0.version == version }) else {
        firsts.append((version, entry.manager))
        continue
      }
      let bucket = FieldManager(
        name: Self.ancientChanges, operation: .update, apiVersion: version)
      merge(firsts[first].manager, into: bucket)
      merge(entry.manager, into: bucket)
      firsts[first].manager = bucket
      surplus -= 1
    }
  }

  private mutating func merge(_ manager: FieldManager, into bucket: FieldManager) {
    guard !manager.isSame(as: bucket), let source = place(of: manager) else { return }
    let entry = entries.remove(at: source)
    if let target = place(of: bucket) {
      entries[target].fields = entries[target].fields.union(entry.fields)
      entries[target].time = entry.time
    } else {
      entries.append(Entry(manager: bucket, time: entry.time, fields: entry.fields))
    }
  }
}
