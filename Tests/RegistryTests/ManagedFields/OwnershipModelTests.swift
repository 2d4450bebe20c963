import Base
import JSON
import Objects
import Testing

@testable import Registry

/// Appliers and updaters of a ConfigMap's entries, as Kubernetes' documentation of server-side
/// apply describes them: who owns what, told with plain sets.
private struct OwnershipModel {
  /// One entry is never contested: the map stays, and the account is never empty.
  var values = ["z": "1"]
  /// Keys by manager; updaters have a name of their own.
  var owned: [String: Set<String>] = ["base": ["z"]]

  mutating func update(by name: String, _ key: String, _ value: String?) {
    guard values[key] != value else { return }
    values[key] = value
    for manager in owned.keys { owned[manager]?.remove(key) }
    if value != nil { owned[name, default: []].insert(key) }
  }

  /// Keys that others have with another value.
  mutating func apply(
    by name: String, _ wanted: [String: String], force: Bool
  ) -> Set<String> {
    var next = self
    let changed = Set(wanted.keys.filter { values[$0] != wanted[$0] })
    let others = next.owned.filter { $0.key != name }
    let conflicts = others.values.reduce(into: Set<String>()) {
      $0.formUnion($1.intersection(changed))
    }
    guard conflicts.isEmpty || force else { return conflicts }
    let lost = next.owned[name, default: []].subtracting(wanted.keys)
    for key in lost where !others.values.contains(where: { $0.contains(key) }) {
      next.values[key] = nil
    }
    for manager in others.keys { next.owned[manager]?.subtract(changed) }
    for (key, value) in wanted { next.values[key] = value }
    next.owned[name] = Set(wanted.keys)
    self = next
    return []
  }
}

@Suite struct `Appliers and updaters against the documentation` {
  @Test(arguments: UInt64(0)..<200)
  func `own what they should`(seed: UInt64) throws {
    var random = PRNG(seed: seed)
    var object = AppliedObject(.configMap)
    var model = OwnershipModel()
    #expect(try applied(&object, model.values, "base", false) == [])
    for step in 0..<30 {
      let keys = ["a", "b", "c", "d"]
      let key = keys[random.below(4)]
      let value = "\(random.below(3))"
      if random.chance(Ratio(3, in: 5)) {
        var wanted: [String: String] = [:]
        for key in keys where random.chance(Ratio(1, in: 2)) { wanted[key] = "\(random.below(3))" }
        let name = "m\(random.below(3))"
        let force = random.chance(Ratio(1, in: 3))
        let expected = model.apply(by: name, wanted, force: force)
        #expect(try applied(&object, wanted, name, force) == expected, "seed \(seed) step \(step)")
      } else {
        let isRemoval = random.chance(Ratio(1, in: 3))
        let name = "u\(random.below(2))"
        model.update(by: name, key, isRemoval ? nil : value)
        try object.update(by: name) {
          $0.edit("data") { $0[key] = isRemoval ? Optional.none : .string(value) }
        }
      }
      try compare(object, model, "seed \(seed) step \(step)")
    }
  }

  /// The keys of the conflicts.
  private func applied(
    _ object: inout AppliedObject, _ wanted: [String: String], _ name: String, _ force: Bool
  ) throws -> Set<String> {
    let data = JSONObject(
      wanted.sorted { $0.key < $1.key }
        .map { JSONObject.Member(name: $0.key, value: .string($0.value)) })
    do {
      try object.apply(
        [
          "apiVersion": "v1", "kind": "ConfigMap",
          "metadata": ["name": "m", "namespace": "default"], "data": .object(data),
        ], by: name, force: force)
      return []
    } catch let failure as ApplyFailure {
      guard case .conflicts(let conflicts) = failure else { throw failure }
      return Set(conflicts.map { String($0.field.dropFirst(".data.".count)) })
    }
  }

  private func compare(
    _ object: AppliedObject, _ model: OwnershipModel, _ comment: Comment
  ) throws {
    var values: [String: String] = [:]
    for member in object.json["data"]?.members.members ?? [] {
      values[member.name] = member.value.string
    }
    #expect(values == model.values, comment)
    var owned: [String: Set<String>] = [:]
    for entry in object.entries {
      let fields = entry["fieldsV1"]?["f:data"]?.members.members.map(\.name) ?? []
      let keys = Set(fields.filter { $0 != "." }.map { String($0.dropFirst(2)) })
      if !keys.isEmpty { owned[entry["manager"]?.string ?? ""] = keys }
    }
    #expect(owned == model.owned.filter { !$0.value.isEmpty }, comment)
  }
}
