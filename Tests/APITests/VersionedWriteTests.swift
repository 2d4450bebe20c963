import Base
import EtcdAPI
import HTTP
import JSON
import Testing

@testable import API

@Suite struct `Objects of several versions` {
  private func harness() -> APIHarness {
    let harness = APIHarness()
    harness.send("POST", "/api/v1/namespaces", body: ["metadata": ["name": "v"]]).expect(201)
    return harness
  }

  /// kubectl 1.32 and older autoscale so.
  @Test func `an autoscaler of version 1 is one of version 2`() {
    let harness = harness()
    let path = "/namespaces/v/horizontalpodautoscalers"
    let made = harness.send(
      "POST", "/apis/autoscaling/v1\(path)",
      body: [
        "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
        "metadata": ["name": "h"],
        "spec": [
          "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
          "maxReplicas": 5, "targetCPUUtilizationPercentage": 50,
        ],
      ])
    made.expect(201)
    #expect(made.json["apiVersion"] == "autoscaling/v1")
    #expect(made.json["spec"]?["targetCPUUtilizationPercentage"] == 50)
    let new = harness.send("GET", "/apis/autoscaling/v2\(path)/h").json
    #expect(new["apiVersion"] == "autoscaling/v2")
    #expect(
      new["spec"]?["metrics"]?[0]?["resource"]?["target"]
        == ["type": "Utilization", "averageUtilization": 50])
    let wrong = harness.send(
      "POST", "/apis/autoscaling/v2\(path)", body: made.json.with("metadata", ["name": "i"]))
    #expect(wrong.code == 400)
    #expect(
      wrong.json["message"] == """
        the API version in the data (autoscaling/v1) does not match the expected API version \
        (autoscaling/v2)
        """)
    let changed = harness.send(
      "PUT", "/apis/autoscaling/v1\(path)/h", body: made.json.with("spec.maxReplicas", 7))
    #expect(changed.code == 200 && changed.json["spec"]?["maxReplicas"] == 7)
  }

  @Test func `an event is told for an hour after it was told last`() throws {
    let harness = harness()
    let made = harness.send(
      "POST", "/api/v1/namespaces/v/events",
      body: [
        "metadata": ["name": "e"], "involvedObject": ["namespace": "v", "name": "p"],
        "reason": "R", "message": "m", "type": "Normal", "count": 1,
      ])
    made.expect(201)
    let changed = harness.send(
      "PUT", "/api/v1/namespaces/v/events/e", body: made.json.with("count", 2))
    changed.expect(200)
    let leased = harness.server.calls.filter { call in
      guard case .txn(let request) = call else { return false }
      return request.success.contains(where: { (operation: RequestOp) in
        guard case .put(let put)? = operation.request else { return false }
        return put.key.text.hasPrefix("/registry/events/") && put.lease != 0
      })
    }
    #expect(leased.count == 2)
    #expect(
      harness.server.calls.contains { call in
        guard case .leaseGrant(let seconds) = call else { return false }
        return seconds >= 3600
      })
  }
}
