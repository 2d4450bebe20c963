import JSON

extension FieldWalk {
  /// The live object with what the configuration names put over it (structured-merge-diff Merge).
  func merged(_ configuration: JSONObject, into live: JSONObject, _ shape: MergeShape) -> JSONObject
  {
    merged(.object(configuration), into: .object(live), shape).object ?? live
  }

  private func merged(
    _ wanted: JSONValue, into live: JSONValue, _ shape: MergeShape
  ) -> JSONValue {
    switch (inside(shape, wanted), wanted) {
    case (.members(let fields, let rest), .object(let wanted)):
      guard inside(shape, live) != nil, var result = live.object else { return .object(wanted) }
      for member in wanted.members {
        let shape = fields?.shape(of: member.name) ?? rest
        result[member.name] =
          result[member.name].map { merged(member.value, into: $0, shape) } ?? member.value
      }
      return .object(result)
    case (.elements(let keys, let element), .array(let wanted)):
      return .array(merged(wanted, into: live.array ?? [], keys, element))
    case (.members, _), (.elements, _), (nil, _): return wanted
    }
  }

  /// Elements of both come in the order of the configuration; an element that only the live list
  /// has stays before the next one of both that it was before.
  private func merged(
    _ wanted: [JSONValue], into live: [JSONValue], _ keys: [MergeShape.Key]?,
    _ element: MergeShape
  ) -> [JSONValue] {
    var places: [PathElement: Int] = [:]
    for (place, value) in wanted.enumerated() {
      if let path = Self.path(of: value, keys: keys) { places[path] = place }
    }
    var partners: [Int: JSONValue] = [:]
    for value in live {
      guard let place = Self.path(of: value, keys: keys).flatMap({ places[$0] }) else { continue }
      if partners[place] == nil { partners[place] = value }
    }
    var result: [JSONValue] = []
    var next = 0
    func take(through last: Int) {
      while next <= last {
        result.append(
          partners[next].map { merged(wanted[next], into: $0, element) } ?? wanted[next])
        next += 1
      }
    }
    let shared = partners.keys.sorted()
    var nextShared = shared[...]
    for value in live {
      guard let place = Self.path(of: value, keys: keys).flatMap({ places[$0] }) else {
        result.append(value)
        continue
      }
      guard place == nextShared.first else { continue }
      take(through: place)
      nextShared = nextShared.dropFirst()
    }
    take(through: wanted.count - 1)
    return result
  }

  /// The object without these fields and what is below them; what holds nothing any more goes too
  /// (structured-merge-diff RemoveItems).
  func removing(_ fields: FieldSet, from object: JSONObject, _ shape: MergeShape) -> JSONObject {
    guard !fields.isEmpty else { return object }
    return removing(fields, from: .object(object), shape)?.object ?? JSONObject()
  }

  private func removing(
    _ gone: FieldSet, from value: JSONValue, _ shape: MergeShape
  ) -> JSONValue? {
    switch (inside(shape, value), value) {
    case (.members(let fields, let rest), .object(let object)):
      var result: [JSONObject.Member] = []
      for member in object.members {
        guard let node = gone[.field(member.name)] else {
          result.append(member)
          continue
        }
        guard !node.isMember else { continue }
        let shape = fields?.shape(of: member.name) ?? rest
        if let rest = removing(node.children, from: member.value, shape) {
          result.append(JSONObject.Member(name: member.name, value: rest))
        }
      }
      return result.isEmpty ? nil : .object(JSONObject(result))
    case (.elements(let keys, let element), .array(let values)):
      let result = values.compactMap { value -> JSONValue? in
        guard let path = Self.path(of: value, keys: keys), let node = gone[path] else {
          return value
        }
        return node.isMember ? nil : removing(node.children, from: value, element)
      }
      return result.isEmpty ? nil : .array(result)
    case (.members, _), (.elements, _), (nil, _): return nil
    }
  }

  /// With the fields of types that lead to a member: who owns `spec.replicas` holds `spec`, but who
  /// owns an entry of a map does not hold the map (fieldpath EnsureNamedFieldsAreMembers).
  func withHolders(_ set: FieldSet, _ shape: MergeShape) -> FieldSet {
    let (fields, rest): (MergeShapes.Fields?, MergeShape) =
      switch shape {
      case .fields(let place): (shapes[place], .unknown)
      case .map(let element), .list(_, let element): (nil, element)
      case .leaf, .set, .unknown: (nil, .unknown)
      }
    return FieldSet(
      set.nodes.map { node in
        guard !node.children.isEmpty else { return node }
        var known: MergeShape?
        if case .field(let name) = node.element { known = fields?.shape(of: name) }
        return FieldSet.Node(
          node.element, isMember: node.isMember || known != nil,
          children: withHolders(node.children, known ?? rest))
      })
  }

  /// Without the members that the configuration sets to null: that is how it wants them away.
  func withoutNulls(of configuration: JSONObject, in object: JSONObject) -> JSONObject {
    var result = object
    for member in configuration.members {
      switch (member.value, result[member.name]) {
      case (.null, .null?): result[member.name] = nil
      case (.object(let inner), .object(let now)?):
        result[member.name] = .object(withoutNulls(of: inner, in: now))
      case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): continue
      }
    }
    return result
  }
}
