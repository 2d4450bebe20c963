import Base
import EtcdAPI
import HTTP
import JSON
import Testing

@testable import API

@Suite struct `Deletions of collections` {
  private let maps = "/api/v1/namespaces/v/configmaps"

  private func harness() -> APIHarness {
    let harness = APIHarness()
    for name in ["v", "w"] {
      harness.send("POST", "/api/v1/namespaces", body: ["metadata": ["name": .string(name)]])
        .expect(201)
    }
    for (name, label) in [("a", "x"), ("b", "y"), ("c", "x")] {
      harness.send(
        "POST", maps,
        body: ["metadata": ["name": .string(name), "labels": ["l": .string(label)]]]
      ).expect(201)
    }
    harness.send("POST", "/api/v1/namespaces/w/configmaps", body: ["metadata": ["name": "a"]])
      .expect(201)
    return harness
  }

  private func names(_ answer: APIResponse) -> [String?]? {
    answer.json["items"]?.array?.map { $0["metadata"]?["name"]?.string }
  }

  @Test func `all of a namespace go, one revision each, and are told`() {
    let harness = harness()
    let revision = harness.store.revision
    let answer = harness.send("DELETE", maps)
    #expect(answer.code == 200 && answer.json["kind"] == "ConfigMapList")
    #expect(names(answer) == ["a", "b", "c"])
    #expect(harness.store.revision == revision + 3)
    #expect(harness.send("GET", "\(maps)/b").code == 404)
    #expect(harness.send("GET", "/api/v1/namespaces/w/configmaps/a").code == 200)
    #expect(names(harness.send("DELETE", maps)) == [])
  }

  @Test func `a selector chooses, and a trial deletes nothing`() {
    let harness = harness()
    let revision = harness.store.revision
    let tried = harness.send("DELETE", "\(maps)?labelSelector=l%3Dx&dryRun=All")
    #expect(names(tried) == ["a", "c"] && harness.store.revision == revision)
    let chosen = harness.send("DELETE", "\(maps)?labelSelector=l%3Dx")
    #expect(names(chosen) == ["a", "c"])
    #expect(harness.send("GET", "\(maps)/b").code == 200)
    #expect(names(harness.send("DELETE", "\(maps)?fieldSelector=metadata.name%3Db")) == ["b"])
    let wrong = harness.send("DELETE", "\(maps)?fieldSelector=spec.zz%3Db")
    #expect(wrong.code == 400)
    #expect(wrong.json["message"] == "field label not supported: spec.zz")
  }

  @Test func `what finalizers hold is marked`() {
    let harness = harness()
    let held = harness.send(
      "POST", maps, body: ["metadata": ["name": "d", "finalizers": ["e.example/f"]]])
    held.expect(201)
    harness.send("DELETE", maps).expect(200)
    let marked = harness.send("GET", "\(maps)/d")
    #expect(marked.code == 200)
    #expect(marked.json["metadata"]?["deletionTimestamp"]?.string != nil)
  }

  @Test func `what somebody else changes meanwhile goes as well`() {
    let harness = harness()
    let other = harness.startServer()
    var isFirst = true
    let path = "\(maps)/a"
    harness.server.beforeCall = { (call: StoreCall) in
      guard case .txn = call, isFirst else { return }
      isFirst = false
      var request = APIRequest(
        method: "PATCH", target: path,
        fields: ["content-type": "application/merge-patch+json"],
        body: Bytes(#"{"data":{"other":"1"}}"#))
      request.certificate = .administrator
      _ = other.begin(request)
    }
    #expect(names(harness.send("DELETE", maps)) == ["a", "b", "c"])
    #expect(harness.send("GET", path).code == 404)
  }

  @Test func `namespaces are deleted one by one, by their names`() {
    let answer = harness().send("DELETE", "/api/v1/namespaces")
    #expect(answer.code == 405 && answer.json["reason"] == "MethodNotAllowed")
  }
}
