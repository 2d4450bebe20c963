import Base
import HTTP
import JSON
import Testing

@testable import API

/// Expected codes, reasons and texts: answers of kube-apiserver 1.33.13.
@Suite struct `What is done with pods` {
  private let pods = "/api/v1/namespaces/v/pods"
  private let budgets = "/apis/policy/v1/namespaces/v/poddisruptionbudgets"

  private func harness(bound: Bool = false) -> APIHarness {
    let harness = APIHarness()
    harness.send("POST", "/api/v1/namespaces", body: ["metadata": ["name": "v"]]).expect(201)
    harness.send("POST", pods, body: pod("up")).expect(201)
    if bound { harness.send("POST", "\(pods)/up/binding", body: binding("up")).expect(201) }
    return harness
  }

  private func pod(_ name: String) -> JSONValue {
    [
      "metadata": ["name": .string(name), "labels": ["app": "a"]],
      "spec": ["containers": [["name": "c", "image": "a:1"]]],
    ]
  }

  private func binding(_ name: String, kind: JSONValue = "Node") -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(name)],
      "target": ["kind": kind, "name": "n1"],
    ]
  }

  private func evict(
    _ harness: APIHarness, _ name: String = "up", _ options: JSONValue = [:], query: String = ""
  ) -> APIResponse {
    harness.send(
      "POST", "\(pods)/\(name)/eviction\(query)",
      body: [
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": ["name": .string(name), "namespace": "v"], "deleteOptions": options,
      ])
  }

  // MARK: - Binding

  @Test func `a pod is bound once`() {
    let harness = harness()
    let bound = harness.send("POST", "\(pods)/up/binding", body: binding("up"))
    #expect(bound.code == 201 && bound.json["status"] == "Success")
    #expect(harness.send("GET", "\(pods)/up").json["spec"]?["nodeName"] == "n1")
    let again = harness.send("POST", "\(pods)/up/binding", body: binding("up"))
    #expect(again.code == 409)
    #expect(
      again.json["message"] == """
        Operation cannot be fulfilled on pods/binding "up": pod up is already assigned to node "n1"
        """)
    #expect(again.json["details"] == ["name": "up", "kind": "pods/binding"])
  }

  @Test func `the older path binds the pod that the body names`() {
    let harness = harness()
    let path = "/api/v1/namespaces/v/bindings"
    #expect(harness.send("POST", path, body: binding("none")).code == 404)
    #expect(harness.send("POST", "\(path)?dryRun=All", body: binding("up")).code == 201)
    #expect(harness.send("GET", "\(pods)/up").json["spec"]?["nodeName"] == nil)
    #expect(harness.send("POST", path, body: binding("up")).code == 201)
    #expect(harness.send("GET", "\(pods)/up").json["spec"]?["nodeName"] == "n1")
    #expect(harness.send("POST", "/api/v1/bindings", body: binding("up")).code == 405)
  }

  @Test func `a pod is bound to nodes alone`() {
    let answer = harness().send("POST", "\(pods)/up/binding", body: binding("up", kind: "X"))
    #expect(answer.code == 500 && answer.json["reason"] == nil)
    #expect(
      answer.json["message"]
        == #"target.kind: Unsupported value: "X": supported values: "Node", "<empty>""#)
  }

  // MARK: - Eviction

  @Test func `a pod without a budget is evicted as it is deleted`() {
    let harness = harness(bound: true)
    let tried = evict(harness, query: "?dryRun=All")
    #expect(tried.code == 201)
    #expect(harness.send("GET", "\(pods)/up").json["metadata"]?["deletionTimestamp"] == nil)
    let evicted = evict(harness)
    #expect(evicted.code == 201 && evicted.json["status"] == "Success")
    let meta = harness.send("GET", "\(pods)/up").json["metadata"]
    #expect(meta?["deletionGracePeriodSeconds"] == 30)
    let none = evict(harness, "none")
    #expect(none.code == 404 && none.json["message"] == "pods \"none\" not found")
    let other = harness.send(
      "POST", "\(pods)/up/eviction",
      body: ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": "zz"]])
    #expect(other.code == 400)
    #expect(other.json["message"] == "name in URL does not match name in Eviction object")
  }

  /// With the pod running, healthy or not, and the budget's status as given.
  private func guarded(
    _ status: JSONValue, spec: JSONValue = [:], ready: Bool = true
  ) -> APIHarness {
    let harness = harness(bound: true)
    let running = harness.send("GET", "\(pods)/up").json
      .with("status.phase", "Running")
      .with(
        "status.conditions", [["type": "Ready", "status": .string(ready ? "True" : "False")]])
    harness.send("PUT", "\(pods)/up/status", body: running).expect(200)
    let budget = harness.send(
      "POST", budgets,
      body: [
        "metadata": ["name": "pdb"],
        "spec": .object(
          JSONObject(
            (spec.object?.members ?? []) + [
              .init(name: "minAvailable", value: 1),
              .init(name: "selector", value: ["matchLabels": ["app": "a"]]),
            ])),
      ])
    budget.expect(201)
    harness.send("PUT", "\(budgets)/pdb/status", body: budget.json.with("status", status))
      .expect(200)
    return harness
  }

  private func status(_ allowed: Int64, generation: Int64 = 1) -> JSONValue {
    [
      "observedGeneration": .number(JSONNumber(generation)),
      "disruptionsAllowed": .number(JSONNumber(allowed)),
      "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1,
    ]
  }

  @Test func `a budget that allows nothing keeps the pod`() {
    let harness = guarded(status(0))
    let refused = evict(harness)
    #expect(refused.code == 429 && refused.json["reason"] == "TooManyRequests")
    #expect(
      refused.json["message"]
        == "Cannot evict pod as it would violate the pod's disruption budget.")
    #expect(
      refused.json["details"]?["causes"] == [
        [
          "reason": "DisruptionBudget",
          "message": "The disruption budget pdb needs 1 healthy pods and has 1 currently",
        ]
      ])
    #expect(harness.send("GET", "\(pods)/up").json["metadata"]?["deletionTimestamp"] == nil)
  }

  @Test func `a disruption is spent with the pod`() {
    let harness = guarded(status(1))
    let revision = harness.store.revision
    #expect(evict(harness).code == 201)
    #expect(harness.store.revision == revision + 1)
    let spent = harness.send("GET", "\(budgets)/pdb").json["status"]
    #expect(spent?["disruptionsAllowed"] == 0)
    #expect(spent?["disruptedPods"]?["up"]?.string != nil)
    // What is on its way out needs no budget any more.
    #expect(evict(harness, "up", ["gracePeriodSeconds": 0]).code == 201)
    #expect(harness.send("GET", "\(pods)/up").code == 404)
  }

  @Test func `an unhealthy pod goes where its budget is met, or lets it`() {
    #expect(evict(guarded(status(0), ready: false)).code == 201)
    let unmet = status(0).with("desiredHealthy", 2)
    #expect(evict(guarded(unmet, ready: false)).code == 429)
    let always: JSONValue = ["unhealthyPodEvictionPolicy": "AlwaysAllow"]
    #expect(evict(guarded(unmet, spec: always, ready: false)).code == 201)
  }

  // MARK: - Parts of pods

  @Test func `containers for debugging are added, and only that`() {
    let harness = harness()
    let path = "\(pods)/up/ephemeralcontainers"
    func put(_ containers: JSONValue) -> APIResponse {
      let now = harness.send("GET", path).json
      return harness.send("PUT", path, body: now.with("spec.ephemeralContainers", containers))
    }
    let clash = put([["name": "c", "image": "b:1"]])
    #expect(clash.code == 422)
    #expect(
      clash.json["details"]?["causes"] == [
        [
          "reason": "FieldValueDuplicate", "message": "Duplicate value: \"c\"",
          "field": "spec.ephemeralContainers[0].name",
        ]
      ])
    let ports = put([["name": "d", "image": "b:1", "ports": [["containerPort": 80]]]])
    #expect(ports.code == 422)
    #expect(
      ports.json["details"]?["causes"] == [
        [
          "reason": "FieldValueForbidden",
          "message": "Forbidden: cannot be set for an Ephemeral Container",
          "field": "spec.ephemeralContainers[0].ports",
        ]
      ])
    let added = put([["name": "d", "image": "b:1"]])
    #expect(added.code == 200, "\(added.body)")
    #expect(added.json["spec"]?["ephemeralContainers"]?[0]?["imagePullPolicy"] == "IfNotPresent")
    #expect(put([]).code == 422)
    // The main path leaves them alone.
    let whole = harness.send("GET", "\(pods)/up").json.with("metadata.labels", ["app": "b"])
    #expect(harness.send("PUT", "\(pods)/up", body: whole).code == 200)
  }

  @Test func `resources change within the pod's class of service`() {
    let harness = harness()
    let path = "\(pods)/up/resize"
    func resize(_ requests: JSONValue) -> APIResponse {
      let container: JSONValue = [
        "name": "c", "image": "other:1", "resources": ["requests": requests],
      ]
      let now = harness.send("GET", path).json
      return harness.send("PUT", path, body: now.with("spec.containers", [container]))
    }
    let below = resize(["memory": "-1"])
    #expect(below.code == 422)
    #expect(
      below.json["details"]?["causes"] == [
        [
          "reason": "FieldValueInvalid",
          "message": "Invalid value: \"-1\": must be greater than or equal to 0",
          "field": "spec.containers[0].resources.requests[memory]",
        ]
      ])
    let other = resize(["cpu": "100m"])
    #expect(other.code == 422)
    #expect(
      other.json["details"]?["causes"] == [
        [
          "reason": "FieldValueInvalid",
          "message":
            "Invalid value: \"BestEffort\": Pod QOS Class may not change as a result of resizing",
          "field": "spec",
        ]
      ])
    let burstable = pod("b").with(
      "spec.containers",
      [["name": "c", "image": "a:1", "resources": ["requests": ["cpu": "100m"]]]])
    harness.send("POST", pods, body: burstable).expect(201)
    let now = harness.send("GET", "\(pods)/b/resize").json
    let grown = harness.send(
      "PUT", "\(pods)/b/resize",
      body: now.with(
        "spec.containers",
        [["name": "c", "image": "other:1", "resources": ["requests": ["cpu": "200m"]]]]))
    #expect(grown.code == 200, "\(grown.body)")
    let container = grown.json["spec"]?["containers"]?[0]
    #expect(container?["resources"]?["requests"]?["cpu"] == "200m")
    #expect(container?["image"] == "a:1")
    #expect(grown.json["metadata"]?["generation"] == 2)
  }

  // MARK: - Deletion

  @Test func `an unbound pod goes at once, a bound one with its grace`() {
    let harness = harness()
    let gone = harness.send("DELETE", "\(pods)/up")
    #expect(gone.code == 200 && gone.json["kind"] == "Pod")
    #expect(harness.send("GET", "\(pods)/up").code == 404)
    let bound = self.harness(bound: true)
    let marked = bound.send("DELETE", "\(pods)/up")
    #expect(marked.code == 200)
    #expect(marked.json["metadata"]?["deletionGracePeriodSeconds"] == 30)
    #expect(marked.json["metadata"]?["deletionTimestamp"] == "2024-01-02T03:04:35Z")
    let shorter = bound.send("DELETE", "\(pods)/up", body: ["gracePeriodSeconds": 5])
    #expect(shorter.json["metadata"]?["deletionGracePeriodSeconds"] == 5)
    let same = bound.send("DELETE", "\(pods)/up")
    #expect(
      same.json["metadata"]?["resourceVersion"] == shorter.json["metadata"]?["resourceVersion"])
    let forced = bound.send("DELETE", "\(pods)/up?gracePeriodSeconds=0")
    #expect(forced.code == 200 && forced.json["kind"] == "Pod")
    #expect(bound.send("GET", "\(pods)/up").code == 404)
  }

  @Test func `a deletion holds its preconditions`() {
    let harness = harness()
    let maps = "/api/v1/namespaces/v/configmaps"
    let made = harness.send("POST", maps, body: ["metadata": ["name": "cf"]]).json["metadata"]
    let uid = made?["uid"]?.string ?? ""
    let version = made?["resourceVersion"]?.string ?? ""
    let wrongUID = harness.send(
      "DELETE", "\(maps)/cf", body: ["preconditions": ["uid": "zz"]])
    #expect(wrongUID.code == 409)
    #expect(
      wrongUID.json["message"]?.string == """
        Operation cannot be fulfilled on ConfigMap "cf": the UID in the precondition (zz) does not \
        match the UID in record (\(uid)). The object might have been deleted and then recreated
        """)
    #expect(wrongUID.json["details"] == ["name": "cf", "kind": "ConfigMap"])
    let wrongVersion = harness.send(
      "DELETE", "\(maps)/cf", body: ["preconditions": ["resourceVersion": "1"]])
    #expect(
      wrongVersion.json["message"]?.string == """
        Operation cannot be fulfilled on ConfigMap "cf": the ResourceVersion in the precondition \
        (1) does not match the ResourceVersion in record (\(version)). The object might have been \
        modified
        """)
    let gone = harness.send(
      "DELETE", "\(maps)/cf",
      body: ["preconditions": ["uid": .string(uid), "resourceVersion": .string(version)]])
    #expect(gone.code == 200)
    #expect(
      gone.json == [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
        "details": ["name": "cf", "kind": "configmaps", "uid": .string(uid)],
      ])
    #expect(harness.send("DELETE", "\(maps)/cf").code == 404)
  }

  @Test func `a deletion's options are checked`() {
    let harness = harness()
    func causes(_ body: JSONValue) -> JSONValue? {
      let answer = harness.send("DELETE", "\(pods)/up", body: body)
      #expect(answer.code == 422)
      return answer.json["details"]?["causes"]
    }
    #expect(
      causes(["propagationPolicy": "Orphan", "orphanDependents": true]) == [
        [
          "reason": "FieldValueInvalid",
          "message":
            "Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set",
          "field": "propagationPolicy",
        ]
      ])
    #expect(
      causes(["propagationPolicy": "Bad"]) == [
        [
          "reason": "FieldValueNotSupported",
          "message":
            #"Unsupported value: "Bad": supported values: "Foreground", "Background", "Orphan", "nil""#,
          "field": "propagationPolicy",
        ]
      ])
    #expect(
      causes(["dryRun": ["Bad"]]) == [
        [
          "reason": "FieldValueNotSupported",
          "message": #"Unsupported value: []string{"Bad"}: supported values: "All""#,
          "field": "dryRun",
        ]
      ])
    // Fields that the options do not have are nobody's business.
    let unknown = harness.send(
      "DELETE", "\(pods)/none?fieldValidation=Strict", body: ["zz": 1])
    #expect(unknown.code == 404)
    let kind = harness.send(
      "DELETE", "\(pods)/up", body: ["apiVersion": "v1", "kind": "ConfigMap"])
    #expect(kind.code == 500)
    #expect(
      kind.json["message"] == """
        no kind "ConfigMap" is registered for version "v1" in scheme \
        "pkg/apis/meta/internalversion/scheme/register.go:27"
        """)
  }

  @Test func `the propagation becomes a finalizer`() {
    let harness = harness()
    let foreground = harness.send(
      "DELETE", "\(pods)/up", body: ["propagationPolicy": "Foreground"])
    #expect(foreground.code == 200)
    #expect(foreground.json["metadata"]?["finalizers"] == ["foregroundDeletion"])
    let other = self.harness()
    let orphan = other.send("DELETE", "\(pods)/up?orphanDependents=true")
    #expect(orphan.json["metadata"]?["finalizers"] == ["orphan"])
    // A negative grace is the shortest one.
    let bound = self.harness(bound: true)
    let negative = bound.send("DELETE", "\(pods)/up", body: ["gracePeriodSeconds": -1])
    #expect(negative.json["metadata"]?["deletionGracePeriodSeconds"] == 1)
  }

  @Test func `a namespace is finalized when it is empty`() {
    let harness = harness()
    harness.send("POST", "/api/v1/namespaces", body: ["metadata": ["name": "default"]])
    let immortal = harness.send("DELETE", "/api/v1/namespaces/default")
    #expect(immortal.code == 403)
    #expect(
      immortal.json["message"]
        == #"namespaces "default" is forbidden: this namespace may not be deleted"#)
    harness.send("DELETE", "\(pods)/up").expect(200)
    let leaving = harness.send("DELETE", "/api/v1/namespaces/v").json
    #expect(leaving["spec"]?["finalizers"] == ["kubernetes"])
    let finalized = harness.send(
      "PUT", "/api/v1/namespaces/v/finalize", body: leaving.with("spec.finalizers", []))
    #expect(finalized.code == 200)
    #expect(harness.send("GET", "/api/v1/namespaces/v").code == 404)
  }
}
