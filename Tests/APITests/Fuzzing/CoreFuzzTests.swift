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
    var written = WrittenObjects()
    for _ in 0..<Self.requestsPerSeed {
      let request = mutation.request()
      let id = harness.server.begin(request)
      sent.append((id, request))
      // Whatever it was answered.
      for object in written.take(from: harness) { ObjectCheck.check(object, "seed \(seed)") }
      if mutation.chance(1, in: 10) { harness.pass(.milliseconds(300)) }
    }
    harness.pass(.seconds(62))
    for (id, request) in sent {
      let server = harness.server
      #expect(
        server.answers[id] != nil || server.heads[id] != nil || server.forwarded[id] != nil,
        "seed \(seed): \(request.method) \(request.target) has no answer")
    }
    for object in harness.objects { ObjectCheck.check(object, "seed \(seed)") }
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

  /// Sound bodies are taken, and the others are refused by what is wrong with them.
  @Test func `the mad clients get protobuf written`() {
    var codes: [Int: Int] = [:]
    for seed in UInt64(0)..<6 {
      let harness = APIHarness()
      harness.send(
        "POST", "/api/v1/namespaces",
        body: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "w"]])
      var mutation = RequestMutation(seed: seed)
      for object in FuzzObjects.all {
        var request = APIRequest(
          method: "POST", target: mutation.path(of: Kind(of: object), method: "POST"),
          fields: ["content-type": "application/vnd.kubernetes.protobuf"],
          body: mutation.protobuf(object))
        request.certificate = .administrator
        let id = harness.server.begin(request)
        if let code = harness.server.answers[id]?.code { codes[code, default: 0] += 1 }
      }
      for object in harness.objects { ObjectCheck.check(object, "seed \(seed)") }
    }
    #expect(codes[201, default: 0] > 40 && codes[400, default: 0] > 20, "\(codes)")
  }
}
