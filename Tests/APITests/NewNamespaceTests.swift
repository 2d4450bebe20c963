import JSON
import Testing

@testable import API

/// Kubernetes' ServiceAccount admission waits for the account `default`, which comes soon after its
/// namespace, and for nothing else.
@Suite struct `A pod in a new namespace` {
  private func harness() -> APIHarness {
    var settings = APISettings()
    settings.hasServiceAccounts = true
    let harness = APIHarness(settings: settings)
    harness.send(
      "POST", "/api/v1/namespaces",
      body: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "w"]])
    return harness
  }

  private func pod(account: String? = nil) -> JSONValue {
    var spec = JSONObject([.init(name: "containers", value: [["name": "c", "image": "a"]])])
    if let account { spec["serviceAccountName"] = .string(account) }
    return [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"], "spec": .object(spec),
    ]
  }

  private let path = "/api/v1/namespaces/w/pods"

  @Test func `waits for the namespace's account`() {
    let harness = harness()
    let id = harness.begin("POST", path, body: pod())
    #expect(harness.server.answers[id] == nil)
    harness.send(
      "POST", "/api/v1/namespaces/w/serviceaccounts",
      body: ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default"]])
    #expect(harness.server.answers[id]?.code == 201)
  }

  @Test func `is refused when the account does not come`() {
    let harness = harness()
    let id = harness.begin("POST", path, body: pod())
    harness.pass(.seconds(2))
    let answer = harness.server.answers[id]
    #expect(answer?.code == 403)
    #expect(
      answer?.json["message"]?.string
        == "pods \"p\" is forbidden: error looking up service account w/default: serviceaccount "
        + "\"default\" not found")
  }

  @Test func `waits for no other account, and not without a namespace`() {
    let harness = harness()
    #expect(harness.send("POST", path, body: pod(account: "robot")).code == 403)
    #expect(harness.send("POST", "/api/v1/namespaces/none/pods", body: pod()).code == 404)
  }
}
