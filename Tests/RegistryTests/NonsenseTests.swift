import Base
import Foundation
import JSON
import Objects
import Registry
import Testing

/// Objects come from users and from the store: none of them may trap the registry, whatever it
/// says.
@Suite struct `Nonsense` {
  /// Values that a field may turn out to have.
  private static let values: [JSONValue] = [
    nil, true, 0, -1, 1, 70_000, JSONValue.number(JSONNumber(Int64.max)),
    JSONValue.number(JSONNumber(Int64.min)), JSONValue.number(JSONNumber(UInt64.max)), "", "a",
    "A b", "a/b/c", "é\u{301}", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "-1", "1e99",
    "99999999999999999999Ei", "50%", "99999999999999999999%", "Always", "RollingUpdate", "None",
    [], [nil], [[]], ["a", "a"], [["name": "a"]], [:], ["a": "b"], ["": nil], ["a": ["b": 1]],
  ]

  /// The value with something in it replaced, removed or doubled.
  private static func mutated(_ value: JSONValue, _ random: inout PRNG, depth: Int = 0) -> JSONValue
  {
    let goesDeeper = depth < 2 || random.chance(Ratio(8, in: 10))
    switch value {
    case .object(var object) where !object.isEmpty && goesDeeper:
      let name = object.members[random.below(object.count)].name
      if random.chance(Ratio(1, in: 12)) {
        object[name] = nil
      } else {
        object[name] = mutated(object[name] ?? nil, &random, depth: depth + 1)
      }
      return .object(object)
    case .array(var elements) where !elements.isEmpty && goesDeeper:
      let place = random.below(elements.count)
      elements[place] = mutated(elements[place], &random, depth: depth + 1)
      if random.chance(Ratio(1, in: 4)) { elements.append(elements[place]) }
      return .array(elements)
    default:
      // Most keep their type, or nothing but the check of types would be tried.
      let alike = values.filter { isAlike($0, value) }
      if !alike.isEmpty, random.chance(Ratio(4, in: 5)) { return alike[random.below(alike.count)] }
      return values[random.below(values.count)]
    }
  }

  private static func isAlike(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.string, .string), (.number, .number), (.bool, .bool), (.array, .array),
      (.object, .object):
      true
    case (.null, _), (.string, _), (.number, _), (.bool, _), (.array, _), (.object, _): false
    }
  }

  private static func mutated(_ value: JSONValue, times: Int, _ random: inout PRNG) -> JSONObject {
    var value = value
    for _ in 0..<times { value = mutated(value, &random) }
    return value.members
  }

  private static let inputs = Result {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/registry/defaults-inputs.json")
    return try JSONValue(parsing: Bytes(Array(try Data(contentsOf: file))))
  }

  /// Good objects of all kinds that are kept, which between them have many fields.
  private static func seedObjects() throws -> [(Kind, JSONValue)] {
    try (inputs.get()["rows"]?.array ?? []).compactMap { row in
      guard row["before"] == nil, let body = row["send"]?["body"] else { return nil }
      let kind = Kind.all.first {
        $0.name == body["kind"]?.string && $0.apiVersion == body["apiVersion"]?.string
      }
      return kind.map { ($0, body) }
    }
  }

  @Test(arguments: 0..<4)
  func `in what is created is accepted or refused`(seed: UInt64) throws {
    var random = PRNG(seed: seed)
    let objects = try Self.seedObjects()
    var accepted = 0
    for _ in 0..<150 {
      var cluster = ClusterHistory(namespaces: ["default", "v"], seed: seed)
      let (kind, base) = objects[random.below(objects.count)]
      let object = Self.mutated(base, times: 1, &random)
      if cluster.rejection(of: .create(kind, object)) != nil { continue }
      let stored = try cluster.create(kind, .object(object))
      accepted += 1
      // What was accepted is accepted again as it is, and says nothing new.
      #expect(try cluster.commit(.update(from: stored, to: stored.json)).writes.isEmpty)
      try cluster.commit(.delete(stored, DeleteOptions(graceSeconds: 0)))
    }
    #expect((10..<140).contains(accepted))
  }

  @Test(arguments: 0..<4)
  func `in the store is changed, bound and deleted`(seed: UInt64) throws {
    var random = PRNG(seed: seed)
    let objects = try Self.seedObjects()
    var refusals = 0
    for _ in 0..<80 {
      var cluster = ClusterHistory(namespaces: ["default", "v"], seed: seed)
      let (kind, base) = objects[random.below(objects.count)]
      guard cluster.rejection(of: .create(kind, base.members)) == nil else { continue }
      let good = try cluster.create(kind, base)
      let nonsense = StoredObject(
        key: good.key, json: Self.mutated(.object(good.json), times: 3, &random),
        createRevision: good.createRevision, modRevision: good.modRevision)
      let next = Self.mutated(.object(nonsense.json), times: 2, &random)
      var intents: [Intent] = [
        .update(from: nonsense, to: next), .delete(nonsense, DeleteOptions()),
        .delete(nonsense, DeleteOptions(graceSeconds: 5, propagation: .foreground)),
      ]
      if kind == .pod { intents.append(.bind(pod: nonsense, node: "n1")) }
      if Schema.kubernetes.type(of: kind)?.field("status") != nil {
        intents.append(.updateStatus(from: nonsense, to: next))
      }
      for intent in intents {
        let step = Step([intent], event: note(nonsense, kind))
        do {
          _ = try cluster.registry.transaction(
            for: step, in: cluster.view, context: &cluster.context)
        } catch {
          #expect(!error.message.isEmpty)
          refusals += 1
        }
      }
    }
    #expect(refusals > 10)
  }

  private func note(_ object: StoredObject, _ kind: Kind) -> EventNote? {
    kind == .event ? nil : EventNote(regarding: object, reason: "Tried", message: "it")
  }

  @Test func `in deletion times is clamped`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(
      .pod, podManifest.with("spec.nodeName", "n1"))
    let nonsense = pod.with("metadata.deletionGracePeriodSeconds", .number(JSONNumber(Int64.max)))
    for time in ["9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z"] {
      let stored = StoredObject(
        key: pod.key,
        json: JSONValue.object(nonsense).with("metadata.deletionTimestamp", .string(time)).members,
        createRevision: 1, modRevision: 1)
      #expect(cluster.rejection(of: .delete(stored, DeleteOptions(graceSeconds: 1))) == nil)
    }
  }
}
