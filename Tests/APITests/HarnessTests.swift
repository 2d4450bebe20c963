import JSON
import Testing

@testable import API

@Suite struct `API servers over one store` {
  private let map: JSONValue = [
    "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "cf"], "data": ["a": "1"],
  ]

  private func harness() -> APIHarness {
    let harness = APIHarness()
    harness.send(
      "POST", "/api/v1/namespaces",
      body: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "w"]])
    return harness
  }

  @Test func `what one has acknowledged, another one reads at once`() {
    let harness = harness()
    let other = harness.startServer()
    other.holdsDeliveries = true
    let made = harness.send("POST", "/api/v1/namespaces/w/configmaps", body: map)
    #expect(made.code == 201)
    #expect(made.json["metadata"]?["resourceVersion"]?.string == "\(harness.store.revision)")
    let read = other.begin("GET", "/api/v1/namespaces/w/configmaps/cf")
    other.holdsDeliveries = false
    harness.settle()
    #expect(other.answers[read]?.json["data"]?["a"] == "1")
  }

  @Test func `what is not there is not found`() {
    let answer = harness().send("GET", "/api/v1/namespaces/w/configmaps/none")
    #expect(answer.code == 404)
    #expect(answer.json["message"] == "configmaps \"none\" not found")
  }
}
