import Base
import EtcdAPI
import HTTP
import JSON
import Objects
import Testing

@testable import API
@testable import Registry

/// Whatever clients send: every request is answered, and what is in the store afterwards is such
/// that the registry would take it again.
@Suite struct `An API server among mad clients` {
  private static let requestsPerSeed = 60

  @Test(arguments: fuzzSeeds)
  func `answers each request once and keeps only good objects`(seed: UInt64) {
    let harness = APIHarness()
    for name in ["w", "other"] {
      harness.send(
        "POST", "/api/v1/namespaces",
        body: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
    }
    var mutation = RequestMutation(seed: seed)
    var sent: [(id: RequestID, request: APIRequest)] = []
    for object in FuzzObjects.all {
      let kind = Kind(of: object)
      let folder = kind.isNamespaced ? "/namespaces/w" : ""
      let group = kind.group.isEmpty ? "/api/v1" : "/apis/\(kind.apiVersion)"
      if mutation.chance(1, in: 2) {
        harness.send("POST", "\(group)\(folder)/\(kind.plural)", body: object)
      }
    }
    for _ in 0..<Self.requestsPerSeed {
      let request = mutation.request()
      sent.append((harness.server.begin(request), request))
      if mutation.chance(1, in: 10) { harness.pass(.milliseconds(300)) }
    }
    harness.pass(.seconds(62))
    for (id, request) in sent {
      let server = harness.server
      #expect(
        server.answers[id] != nil || server.heads[id] != nil || server.forwarded[id] != nil,
        "seed \(seed): \(request.method) \(request.target) has no answer")
    }
    for object in harness.objects { Self.check(object, seed) }
  }

  /// It decodes, and the registry would take it as it is.
  private static func check(_ object: StoredObject, _ seed: UInt64) {
    guard let key = object.objectKey, let type = Schema.kubernetes.type(of: key.kind) else {
      Issue.record("seed \(seed): \(object.key) is no object")
      return
    }
    let problem = SchemaCheck.firstUndecodable(in: object.json, type: type)
    #expect(problem == nil, "seed \(seed): \(object.json.bytes)")
    let errors = Validation.errors(in: object.json, replacing: object.json, of: key.kind)
    #expect(errors == [], "seed \(seed): \(object.json.bytes)")
    do throws(ManagedFieldsError) {
      _ = try ManagedFields(object.json["metadata"]?["managedFields"])
    } catch {
      Issue.record("seed \(seed): \(error) in \(object.json.bytes)")
    }
    #expect(object.json["metadata"]?["resourceVersion"] == nil)
    #expect(object.meta.name == key.name && object.meta.namespace == key.namespace)
  }

  @Test func `the mad clients do get something written`() {
    var written = 0
    var codes: Set<Int> = []
    for seed in UInt64(0)..<10 {
      let harness = APIHarness()
      harness.send(
        "POST", "/api/v1/namespaces",
        body: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "w"]])
      var mutation = RequestMutation(seed: seed)
      for _ in 0..<Self.requestsPerSeed {
        let id = harness.server.begin(mutation.request())
        if let code = harness.server.answers[id]?.code { codes.insert(code) }
      }
      written += harness.objects.count
    }
    #expect(written > 30)
    #expect(codes.isSuperset(of: [200, 201, 400, 404, 415, 422]))
  }
}

extension APIHarness {
  /// Every API object that the store has.
  var objects: [StoredObject] {
    let range = store.answer(
      .range(RangeRequest(key: "/registry/", rangeEnd: "/registry0")))
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
