import JSON

/// What a write changes (structured-merge-diff Compare).
struct FieldComparison: Equatable {
  /// New, or of another value.
  private(set) var changed = FieldSet()
  private(set) var removed = FieldSet()

  var isEmpty: Bool { changed.isEmpty && removed.isEmpty }

  init(from old: JSONObject, to new: JSONObject, _ shape: MergeShape, _ walk: FieldWalk) {
    let difference = Walker(walk: walk).members(
      old, new, fields: walk.fieldsOf(shape), of: .unknown)
    changed = difference.changed
    removed = difference.removed
  }

  /// Without what is at or below these paths.
  func removing(_ excluded: FieldSet) -> FieldComparison {
    var rest = self
    rest.changed = changed.removing(excluded)
    rest.removed = removed.removing(excluded)
    return rest
  }

  func keeping(_ included: FieldSet) -> FieldComparison {
    var rest = self
    rest.changed = changed.keeping(included)
    rest.removed = removed.keeping(included)
    return rest
  }
}

extension FieldWalk {
  fileprivate func fieldsOf(_ shape: MergeShape) -> MergeShapes.Fields? {
    if case .fields(let place) = shape { shapes[place] } else { nil }
  }
}

/// Two values side by side.
private struct Walker {
  let walk: FieldWalk

  /// Of one value: whether it differs itself, and what differs below it.
  struct Difference {
    var isChanged = false
    var isRemoved = false
    var changed = FieldSet()
    var removed = FieldSet()

    static let none = Difference()
    static let change = Difference(isChanged: true)
    static let removal = Difference(isRemoved: true)
  }

  /// Collects the differences of the parts of one value.
  struct Parts {
    private var changed: [FieldSet.Node] = []
    private var removed: [FieldSet.Node] = []

    mutating func add(_ path: PathElement, _ part: Difference) {
      if part.isChanged || !part.changed.isEmpty {
        changed.append(FieldSet.Node(path, isMember: part.isChanged, children: part.changed))
      }
      if part.isRemoved || !part.removed.isEmpty {
        removed.append(FieldSet.Node(path, isMember: part.isRemoved, children: part.removed))
      }
    }

    var difference: Difference {
      Difference(changed: FieldSet(changed), removed: FieldSet(removed))
    }
  }

  func members(
    _ old: JSONObject, _ new: JSONObject, fields: MergeShapes.Fields?, of rest: MergeShape
  ) -> Difference {
    var parts = Parts()
    for member in new.members {
      let shape = fields?.shape(of: member.name) ?? rest
      parts.add(.field(member.name), compare(old[member.name], member.value, shape))
    }
    for member in old.members where new[member.name] == nil {
      let shape = fields?.shape(of: member.name) ?? rest
      parts.add(.field(member.name), compare(member.value, nil, shape))
    }
    return parts.difference
  }

  private func compare(_ old: JSONValue?, _ new: JSONValue?, _ shape: MergeShape) -> Difference {
    let isEmpty = (old?.isEmptyContainer ?? true) && (new?.isEmptyContainer ?? true)
    guard !isEmpty, let inside = inside(old, new, shape) else { return leaf(old, new) }
    var difference: Difference
    switch inside {
    case .members(let fields, let rest):
      difference = members(
        old?.object ?? JSONObject(), new?.object ?? JSONObject(), fields: fields, of: rest)
    case .elements(let keys, let element):
      difference = elements(old?.array ?? [], new?.array ?? [], keys, element)
    }
    difference.isChanged = old == nil
    difference.isRemoved = new == nil
    return difference
  }

  private func leaf(_ old: JSONValue?, _ new: JSONValue?) -> Difference {
    switch (old, new) {
    case (nil, nil): .none
    case (nil, _): .change
    case (_, nil): .removal
    case (let old?, let new?): old == new ? .none : .change
    }
  }

  /// How both open; nil where they are compared as a whole. A null is of any form.
  private func inside(
    _ old: JSONValue?, _ new: JSONValue?, _ shape: MergeShape
  ) -> FieldWalk.Inside? {
    switch (known(old), known(new)) {
    case (nil, nil): return nil
    case (let value?, nil), (nil, let value?): return walk.inside(shape, value)
    case (let old?, let new?):
      guard walk.inside(shape, old) != nil else { return nil }
      return walk.inside(shape, new)
    }
  }

  private func known(_ value: JSONValue?) -> JSONValue? {
    // A bare nil would be a JSON null.
    value?.isNull ?? true ? Optional.none : value
  }

  private func elements(
    _ old: [JSONValue], _ new: [JSONValue], _ keys: [MergeShape.Key]?, _ element: MergeShape
  ) -> Difference {
    let old = walk.elements(old, keys: keys)
    let new = walk.elements(new, keys: keys)
    var parts = Parts()
    let before = Dictionary(grouping: old, by: \.path)
    let after = Dictionary(grouping: new, by: \.path)
    var seen: Set<PathElement> = []
    for entry in new + old where seen.insert(entry.path).inserted {
      let twins = (old: before[entry.path] ?? [], new: after[entry.path] ?? [])
      guard twins.old.count > 1 || twins.new.count > 1 else {
        parts.add(
          entry.path, compare(twins.old.first?.value, twins.new.first?.value, element))
        continue
      }
      // Twins cannot be told apart: they are one.
      let values = (old: twins.old.map(\.value), new: twins.new.map(\.value))
      if values.old != values.new {
        parts.add(entry.path, values.new.isEmpty ? .removal : .change)
      }
    }
    return parts.difference
  }
}
