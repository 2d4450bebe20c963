public import JSON

/// Strategic merge patch, Kubernetes' own: as a JSON merge patch, but lists whose elements a key
/// tells apart merge element by element, and directives (`$patch`, `$retainKeys`,
/// `$setElementOrder`, `$deleteFromPrimitiveList`) say what a merge cannot (apimachinery
/// strategicpatch).
public enum StrategicMerge {
  /// `target` as the patch makes it. Without a type objects merge and lists are replaced.
  public static func apply(
    _ patch: JSONObject, to target: JSONObject, type: TypeSchema?, schema: Schema = .kubernetes
  ) throws(StrategicMergeError) -> JSONObject {
    try merge(patch, into: target, PatchShape(type, schema: schema))
  }

  private static func merge(
    _ patch: JSONObject, into target: JSONObject, _ shape: PatchShape
  ) throws(StrategicMergeError) -> JSONObject {
    if let directive = patch[PatchDirective.patch] {
      switch directive.string {
      case "replace":
        return try merge(patch.without(PatchDirective.patch), into: JSONObject(), shape)
      case "delete": return JSONObject()
      case "merge": return try merge(patch.without(PatchDirective.patch), into: target, shape)
      default: throw .unknownDirective(directive, in: patch)
      }
    }
    var result = target
    try retainKeys(of: patch, in: &result)
    for member in patch.members where member.name != PatchDirective.retainKeys {
      if let list = PatchDirective.list(member.name, after: PatchDirective.elementOrder) {
        // With elements of its own the list is merged below, at its own member.
        guard patch[list] == nil, case .array(let elements) = result[list] else { continue }
        let field = shape.member(list)
        let order = try ElementOrder(member.value, key: field.mergeKey)
        result[list] = .array(order.arranged(elements, as: elements))
      } else if let list = PatchDirective.list(member.name, after: PatchDirective.deleteFromList) {
        guard let deleted = member.value.array else { throw .deletionsMalformed(list) }
        guard case .array(let elements) = result[list] else { continue }
        let gone = Set(deleted)
        result[list] = .array(elements.filter { !gone.contains($0) })
      } else {
        let order = patch[PatchDirective.elementOrder + member.name]
        result[member.name] = try merged(
          member, into: result[member.name], order: order, shape.member(member.name))
      }
    }
    return result
  }

  /// Nil where the member goes.
  private static func merged(
    _ member: JSONObject.Member, into target: JSONValue?, order: JSONValue?,
    _ field: PatchShape.Member
  ) throws(StrategicMergeError) -> JSONValue? {
    switch member.value {
    case .null: return nil
    case .bool, .number, .string: return member.value
    case .object(let patch):
      let old = target?.object
      if old == nil, patch[PatchDirective.patch] == "delete" { return nil }
      let isMerged = !field.strategy.replaces
      return .object(
        try merge(patch, into: isMerged ? old ?? JSONObject() : JSONObject(), field.shape))
    case .array(let patch):
      guard field.mergesList else { return .array(try replacement(patch, field.shape)) }
      let list = ListMerge(name: member.name, field: field)
      return .array(try list.merge(patch, into: target?.array ?? [], order: order))
    }
  }

  /// The elements of a list that is replaced, without directives and nulls.
  private static func replacement(
    _ patch: [JSONValue], _ shape: PatchShape
  ) throws(StrategicMergeError) -> [JSONValue] {
    var elements: [JSONValue] = []
    for element in patch {
      guard case .object(let object) = element else {
        elements.append(element)
        continue
      }
      if object[PatchDirective.patch] != nil { continue }
      elements.append(.object(try merge(object, into: JSONObject(), shape)))
    }
    return elements
  }

  /// Clears what `$retainKeys` does not name.
  private static func retainKeys(
    of patch: JSONObject, in target: inout JSONObject
  ) throws(StrategicMergeError) {
    guard let directive = patch[PatchDirective.retainKeys] else { return }
    guard let names = directive.array else { throw .retainKeysMalformed }
    let kept = Set(names)
    for member in patch.members where !member.value.isNull && !member.name.isPatchDirective {
      guard kept.contains(.string(member.name)) else { throw .retainKeysMalformed }
    }
    for member in target.members where !kept.contains(.string(member.name)) {
      target[member.name] = nil
    }
  }

  /// One list whose elements merge.
  private struct ListMerge {
    let name: String
    let field: PatchShape.Member

    func merge(
      _ patch: [JSONValue], into target: [JSONValue], order: JSONValue?
    ) throws(StrategicMergeError) -> [JSONValue] {
      let elements = target + patch
      guard let first = elements.first else { return [] }
      let isOfObjects = first.object != nil
      for element in elements {
        guard (element.object != nil) == isOfObjects, element.array == nil else {
          throw .mixedList(name)
        }
      }
      var asked: ElementOrder?
      if let order { asked = try ElementOrder(order, key: field.mergeKey) }
      guard isOfObjects else {
        var seen: Set<JSONValue> = []
        let merged = elements.filter { seen.insert($0).inserted }
        try asked?.check(patch, of: name)
        let patched = try ElementOrder(.array(patch), key: nil)
        return (asked ?? patched).arranged(merged, as: target)
      }
      guard let key = field.mergeKey else { throw .listWithoutMergeKey(name) }
      let (kept, changes) = try withoutDirectives(patch, target, key)
      let merged = try mergeObjects(changes, into: kept, key)
      try asked?.check(changes, of: name)
      let patched = try ElementOrder(.array(changes), key: key)
      return (asked ?? patched).arranged(merged, as: target)
    }

    /// What stays of the target, and what is left of the patch, after `$patch: delete` and
    /// `replace`.
    private func withoutDirectives(
      _ patch: [JSONValue], _ target: [JSONValue], _ key: String
    ) throws(StrategicMergeError) -> (kept: [JSONValue], changes: [JSONValue]) {
      var changes: [JSONValue] = []
      var deleted: Set<JSONValue> = []
      var isReplaced = false
      for element in patch {
        guard let object = element.object, let directive = object[PatchDirective.patch] else {
          changes.append(element)
          continue
        }
        switch directive.string {
        case "delete":
          guard let value = object[key] else { throw .noMergeKey(key, in: object) }
          deleted.insert(value)
        case "replace": isReplaced = true
        default: throw .unknownDirective(directive, in: object)
        }
      }
      guard !isReplaced else { return ([], changes) }
      return (target.filter { !($0[key].map(deleted.contains) ?? false) }, changes)
    }

    private func mergeObjects(
      _ changes: [JSONValue], into target: [JSONValue], _ key: String
    ) throws(StrategicMergeError) -> [JSONValue] {
      // A list that is new, or replaced, is taken as it is, even where a key comes twice in it.
      if target.isEmpty {
        return try changes.map { change throws(StrategicMergeError) in
          let object = change.object ?? JSONObject()
          guard object[key] != nil else { throw .noMergeKey(key, in: object) }
          return .object(try StrategicMerge.merge(object, into: JSONObject(), field.shape))
        }
      }
      var merged = target
      // The first one counts where a key comes twice.
      var places: [JSONValue: Int] = [:]
      for (place, element) in target.enumerated() {
        if let value = element[key], places[value] == nil { places[value] = place }
      }
      for change in changes {
        let object = change.object ?? JSONObject()
        guard let value = object[key] else { throw .noMergeKey(key, in: object) }
        if let place = places[value] {
          let old = merged[place].object ?? JSONObject()
          merged[place] = .object(try StrategicMerge.merge(object, into: old, field.shape))
        } else {
          places[value] = merged.count
          merged.append(.object(try StrategicMerge.merge(object, into: JSONObject(), field.shape)))
        }
      }
      return merged
    }
  }
}

/// In which order a patch wants the elements of a list.
private struct ElementOrder {
  /// Of an element, or of the value of its merge key.
  private var places: [JSONValue: Int] = [:]
  private let key: String?

  init(_ order: JSONValue, key: String?) throws(StrategicMergeError) {
    self.key = key
    guard let elements = order.array else { throw .elementOrderMalformed }
    for (place, element) in elements.enumerated() {
      guard let value = Self.identity(element, key) else { throw .elementOrderMalformed }
      places[value] = places[value] ?? place
    }
  }

  private static func identity(_ element: JSONValue, _ key: String?) -> JSONValue? {
    guard let key, element.object != nil else { return element }
    return element[key]
  }

  private func place(of element: JSONValue) -> Int? {
    Self.identity(element, key).flatMap { places[$0] }
  }

  /// Each element of the patch must be named, and in its order.
  func check(_ patch: [JSONValue], of list: String) throws(StrategicMergeError) {
    guard !places.isEmpty else { return }
    var last = -1
    for element in patch {
      guard let place = place(of: element), place >= last else {
        throw .elementOrderDiffers(list)
      }
      last = place
    }
  }

  /// The named elements in the named order, each of the others before the first named one that was
  /// behind it in the list as it was.
  func arranged(_ merged: [JSONValue], as old: [JSONValue]) -> [JSONValue] {
    var oldPlaces: [JSONValue: Int] = [:]
    for (place, element) in old.enumerated() {
      guard let value = Self.identity(element, key), oldPlaces[value] == nil else { continue }
      oldPlaces[value] = place
    }
    let named = merged.enumerated().compactMap { index, element in
      place(of: element).map { (place: $0, index: index) }
    }.sorted { ($0.place, $0.index) < ($1.place, $1.index) }.map { merged[$0.index] }
    let others = merged.filter { place(of: $0) == nil }
    var result: [JSONValue] = []
    var rest = others[...]
    for element in named {
      let oldPlace = Self.identity(element, key).flatMap { oldPlaces[$0] }
      while let other = rest.first, let oldPlace,
        let otherPlace = Self.identity(other, key).flatMap({ oldPlaces[$0] }), otherPlace < oldPlace
      {
        result.append(other)
        rest = rest.dropFirst()
      }
      result.append(element)
    }
    return result + rest
  }
}

extension String {
  fileprivate var isPatchDirective: Bool {
    self == PatchDirective.patch || self == PatchDirective.retainKeys
      || utf8.starts(with: PatchDirective.elementOrder.utf8)
      || utf8.starts(with: PatchDirective.deleteFromList.utf8)
  }
}

extension JSONObject {
  fileprivate func without(_ name: String) -> JSONObject {
    var rest = self
    rest[name] = nil
    return rest
  }
}
