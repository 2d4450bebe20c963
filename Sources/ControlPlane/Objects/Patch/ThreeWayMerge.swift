public import JSON

/// What `kubectl apply` sends: changes and additions from `current` to `modified`, and removals of
/// what `original`, the manifest applied before, had and `modified` lacks. What others added to
/// `current` stays (apimachinery strategicpatch.CreateThreeWayMergePatch).
public enum ThreeWayMerge {
  /// A strategic merge patch for `current`; empty where nothing is to change. Without a type a list
  /// is replaced as a whole.
  public static func patch(
    original: JSONObject?, modified: JSONObject, current: JSONObject, type: TypeSchema?,
    schema: Schema = .kubernetes
  ) -> JSONObject {
    difference(
      original ?? JSONObject(), modified, current, PatchShape(type, schema: schema),
      retainsKeys: false)
  }

  private static func difference(
    _ original: JSONObject, _ modified: JSONObject, _ current: JSONObject, _ shape: PatchShape,
    retainsKeys: Bool
  ) -> JSONObject {
    var patch = JSONObject()
    for member in modified.members {
      let field = shape.member(member.name)
      let before = original[member.name]
      guard let now = current[member.name], !now.isNull else {
        if !member.value.isNull { patch[member.name] = member.value }
        continue
      }
      switch (member.value, now) {
      case (.object(let wanted), .object(let now)) where !field.strategy.replaces:
        let inner = difference(
          before?.object ?? JSONObject(), wanted, now, field.shape,
          retainsKeys: field.strategy.retainsKeys)
        if !inner.isEmpty { patch[member.name] = .object(inner) }
      case (.array(let wanted), .array(let now)) where field.mergesList:
        let list = ListDifference(
          original: before?.array ?? [], modified: wanted, current: now, field: field)
        list.write(into: &patch, name: member.name)
      default:
        if member.value != now { patch[member.name] = member.value }
      }
    }
    for member in original.members where modified[member.name] == nil {
      if let now = current[member.name], !now.isNull { patch[member.name] = .null }
    }
    if retainsKeys { retainKeys(modified, current, &patch) }
    return patch
  }

  /// Names what stays where something else is to go: fields of which only one may be set.
  private static func retainKeys(
    _ modified: JSONObject, _ current: JSONObject, _ patch: inout JSONObject
  ) {
    let kept = modified.members.filter { !$0.value.isNull }.map(\.name)
    let hasMore = current.members.contains { !$0.value.isNull && modified[$0.name] == nil }
    guard !kept.isEmpty, hasMore || !patch.isEmpty else { return }
    patch[PatchDirective.retainKeys] = .array(kept.sorted().map { .string($0) })
  }

  /// One list whose elements merge.
  private struct ListDifference {
    let original: [JSONValue]
    let modified: [JSONValue]
    let current: [JSONValue]
    let field: PatchShape.Member

    func write(into patch: inout JSONObject, name: String) {
      let isOfObjects = (modified + current + original).contains { $0.object != nil }
      guard isOfObjects else { return writeScalars(into: &patch, name: name) }
      guard let key = field.mergeKey, isMergeable(key) else {
        // Without keys the elements cannot be told apart.
        if modified != current { patch[name] = .array(modified) }
        return
      }
      writeObjects(into: &patch, name: name, key: key)
    }

    private func isMergeable(_ key: String) -> Bool {
      (modified + current).allSatisfy { $0[key].map { !$0.isNull } ?? false }
    }

    private func writeScalars(into patch: inout JSONObject, name: String) {
      let wanted = Set(modified)
      let there = Set(current)
      let order = Self.distinct(modified)
      let added = order.filter { !there.contains($0) }
      let removed = Self.distinct(original.filter { !wanted.contains($0) && there.contains($0) })
      if !added.isEmpty { patch[name] = .array(added) }
      if !removed.isEmpty { patch[PatchDirective.deleteFromList + name] = .array(removed) }
      let isReordered = Self.distinct(current.filter(wanted.contains)) != order
      if !current.isEmpty, !removed.isEmpty || isReordered {
        patch[PatchDirective.elementOrder + name] = .array(order)
      }
    }

    /// Each value where it comes first.
    private static func distinct(_ values: [JSONValue]) -> [JSONValue] {
      var seen: Set<JSONValue> = []
      return values.filter { seen.insert($0).inserted }
    }

    private func writeObjects(into patch: inout JSONObject, name: String, key: String) {
      if hasTwins(modified, key) || hasTwins(current, key) {
        return writeTwins(into: &patch, name: name, key: key)
      }
      let there = Self.byKey(current, key)
      let before = Self.byKey(original, key)
      let wanted = Self.byKey(modified, key)
      var changes: [JSONValue] = []
      for element in modified {
        guard let value = element[key], case .object(let object) = element else { continue }
        guard let now = there[value] else {
          changes.append(element)
          continue
        }
        var inner = difference(
          before[value] ?? JSONObject(), object, now, field.shape,
          retainsKeys: field.strategy.retainsKeys)
        guard !inner.isEmpty else { continue }
        inner[key] = value
        changes.append(.object(inner))
      }
      var gone: Set<JSONValue> = []
      for element in original {
        guard let value = element[key], wanted[value] == nil, there[value] != nil,
          gone.insert(value).inserted
        else { continue }
        var deletion = JSONObject()
        deletion[PatchDirective.patch] = "delete"
        deletion[key] = value
        changes.append(.object(deletion))
      }
      if !changes.isEmpty { patch[name] = .array(changes) }
      let order = modified.compactMap { $0[key] }
      let isReordered = current.compactMap { $0[key] }.filter { wanted[$0] != nil } != order
      if !current.isEmpty, !changes.isEmpty || isReordered {
        patch[PatchDirective.elementOrder + name] = .array(
          order.map { value in
            var element = JSONObject()
            element[key] = value
            return .object(element)
          })
      }
    }

    private func hasTwins(_ elements: [JSONValue], _ key: String) -> Bool {
      Set(elements.compactMap { $0[key] }).count < elements.count
    }

    /// Elements that share a key (a port for TCP and for UDP) cannot be merged by it: where
    /// anything is to change, the list is replaced.
    private func writeTwins(into patch: inout JSONObject, name: String, key: String) {
      let wanted = Set(modified.compactMap { $0[key] })
      let dropped = Set(original.compactMap { $0[key] }).subtracting(wanted)
      let paired = current.filter { $0[key].map(wanted.contains) ?? false }
      let isSame =
        paired.count == modified.count
        && !current.contains { $0[key].map(dropped.contains) ?? false }
        && zip(modified, paired).allSatisfy { wanted, now in
          guard case .object(let wanted) = wanted, case .object(let now) = now else { return false }
          return wanted[key] == now[key]
            && difference(JSONObject(), wanted, now, field.shape, retainsKeys: false).isEmpty
        }
      guard !isSame else { return }
      var replacement = JSONObject()
      replacement[PatchDirective.patch] = "replace"
      patch[name] = .array([.object(replacement)] + modified)
    }

    /// The first element of each key.
    private static func byKey(_ elements: [JSONValue], _ key: String) -> [JSONValue: JSONObject] {
      var objects: [JSONValue: JSONObject] = [:]
      for element in elements {
        guard let value = element[key], let object = element.object, objects[value] == nil else {
          continue
        }
        objects[value] = object
      }
      return objects
    }
  }
}
