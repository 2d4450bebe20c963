import Base
import EtcdAPI
import JSON
import Objects
import Testing

@testable import API
@testable import Registry

/// What every object in the store is to be like.
enum ObjectCheck {
  /// It decodes, and the registry would take it as it is.
  static func check(
    _ object: StoredObject, _ note: String, source: SourceLocation = #_sourceLocation
  ) {
    guard let key = object.objectKey, let type = Schema.kubernetes.type(of: key.kind) else {
      Issue.record("\(note): \(object.key) is no object", sourceLocation: source)
      return
    }
    let problem = SchemaCheck.firstUndecodable(in: object.json, type: type)
    #expect(problem == nil, "\(note): \(object.json.bytes)", sourceLocation: source)
    let errors = Validation.errors(in: object.json, replacing: object.json, of: key.kind)
    #expect(errors == [], "\(note): \(object.json.bytes)", sourceLocation: source)
    do throws(ManagedFieldsError) {
      _ = try ManagedFields(object.json["metadata"]?["managedFields"])
    } catch {
      Issue.record("\(note): \(error) in \(object.json.bytes)", sourceLocation: source)
    }
    let meta = object.meta
    #expect(
      object.json["metadata"]?["resourceVersion"] == nil && meta.name == key.name
        && meta.namespace == key.namespace && !meta.uid.isEmpty && meta.creationTime != nil,
      "\(note): \(object.json.bytes)", sourceLocation: source)
  }
}

/// Which objects have been written since one asked last.
struct WrittenObjects {
  private var revision: Int64 = 0

  mutating func take(from harness: APIHarness) -> [StoredObject] {
    let latest = harness.store.revision
    guard latest > revision else { return [] }
    defer { revision = latest }
    return harness.objects(since: revision + 1)
  }
}

extension APIHarness {
  /// Every API object that the store has.
  var objects: [StoredObject] { objects(since: 0) }

  /// Those that were written at a revision or later.
  func objects(since revision: Int64) -> [StoredObject] {
    let range = store.answer(
      .range(
        RangeRequest(key: "/registry/", rangeEnd: "/registry0", minModRevision: revision)))
    guard case .range(let response) = range else {
      Issue.record("the store has no range")
      return []
    }
    return response.kvs.compactMap { entry -> StoredObject? in
      guard let key = StoreKey(entry.key), key.isObject else { return nil }
      do throws(JSONError) {
        return StoredObject(
          key: key, json: try JSONValue(parsing: entry.value).object ?? JSONObject(),
          createRevision: entry.createRevision, modRevision: entry.modRevision)
      } catch {
        Issue.record("\(entry.key) holds no JSON: \(error)")
        return nil
      }
    }
  }
}

extension StoreKey {
  fileprivate var isObject: Bool {
    if case .object = self { true } else { false }
  }
}
