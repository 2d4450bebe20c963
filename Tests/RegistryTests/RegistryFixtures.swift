import Base
import JSON
import Objects
import Registry
import Testing

/// A cluster as values: what the tests change by transactions, revision by revision.
struct ClusterHistory {
  var view: ClusterView
  var revision: Int64 = 10
  var context: PlanContext
  var registry = ObjectRegistry(writer: "tester")

  init(namespaces: [String] = ["default"], seed: UInt64 = 1) {
    view = ClusterView(
      namespaces.map { name in
        StoredObject(
          key: .object(ObjectKey(.namespace, name: name)),
          json: members([
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": ["name": .string(name), "uid": .string("uid-of-\(name)")],
            "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
          ]),
          createRevision: 2, modRevision: 2)
      })
    context = PlanContext(now: WallTime(milliseconds: 1_700_000_000_000), random: PRNG(seed: seed))
  }

  /// Lowers and applies a step; gives the transaction.
  @discardableResult
  mutating func commit(_ step: Step) throws -> ObjectTransaction {
    let transaction = try registry.transaction(for: step, in: view, context: &context)
    if !transaction.writes.isEmpty {
      revision += 1
      try view.apply(transaction, at: revision)
    }
    return transaction
  }

  @discardableResult
  mutating func commit(_ intents: Intent...) throws -> ObjectTransaction {
    try commit(Step(intents))
  }

  /// Creates an object and gives it as the store has it.
  mutating func create(_ kind: Kind, _ json: JSONValue) throws -> StoredObject {
    let transaction = try commit(.create(kind, json.members))
    let key = try #require(transaction.writes.first?.key)
    return try #require(view[key])
  }

  func current(_ object: StoredObject) -> StoredObject? { view[object.key] }

  /// What the registry says to a step; nil where it accepts it.
  func rejection(of intents: Intent...) -> Rejection? {
    var context = context
    do {
      _ = try registry.transaction(for: Step(intents), in: view, context: &context)
      return nil
    } catch {
      return error
    }
  }
}

func members(_ value: JSONValue) -> JSONObject { value.members }

extension JSONValue {
  /// The members of an object; none for another value.
  var members: JSONObject { object ?? JSONObject() }

  /// Text as the tests write it.
  init(_ text: String) throws {
    try self.init(parsing: Bytes(text))
  }

  /// The value with one field changed: `path` is names and places, such as
  /// `spec.containers.0.name`.
  func with(_ path: String, _ value: JSONValue?) -> JSONValue {
    with(path.split(separator: ".").map(String.init)[...], value)
  }

  func with(_ path: ArraySlice<String>, _ value: JSONValue?) -> JSONValue {
    guard let name = path.first else { return value ?? .null }
    let rest = path.dropFirst()
    if case .array(var elements) = self, let place = Int(name) {
      elements[place] = elements[place].with(rest, value)
      return .array(elements)
    }
    var object = members
    object[name] = rest.isEmpty ? value : (object[name] ?? [:]).with(rest, value)
    return .object(object)
  }

  /// The value at a path such as `spec.containers.0.name`.
  func at(_ path: String) -> JSONValue? {
    var value: JSONValue? = self
    for name in path.split(separator: ".") {
      value = Int(name).flatMap { value?[$0] } ?? value?[String(name)]
    }
    return value
  }
}

extension StoredObject {
  func at(_ path: String) -> JSONValue? { JSONValue.object(json).at(path) }

  func with(_ path: String, _ value: JSONValue?) -> JSONObject {
    JSONValue.object(json).with(path, value).members
  }
}

let podManifest: JSONValue = [
  "metadata": ["name": "p", "namespace": "default"],
  "spec": ["containers": [["name": "c", "image": "a:1"]]],
]
