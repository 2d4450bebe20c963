import Base
import EtcdAPI
import HTTP
import JSON
import Testing

@testable import API

/// Expected codes, reasons and texts: answers of kube-apiserver 1.33.13.
@Suite struct `Patches` {
  private let maps = "/api/v1/namespaces/v/configmaps"
  private static let whole = "the whole object as JSON"

  private func harness() -> APIHarness {
    let harness = APIHarness()
    harness.send("POST", "/api/v1/namespaces", body: ["metadata": ["name": "v"]])
    harness.send("POST", maps, body: ["metadata": ["name": "pt"], "data": ["a": "1"]])
    return harness
  }

  private func patch(
    _ harness: APIHarness, _ type: String, _ text: String, _ path: String? = nil,
    query: String = ""
  ) -> APIResponse {
    var request = APIRequest(
      method: "PATCH", target: (path ?? "\(maps)/pt") + query,
      fields: ["content-type": Bytes(type)], body: Bytes(text))
    request.certificate = .administrator
    let id = harness.server.begin(request)
    return harness.server.answers[id] ?? APIResponse(StatusCode(rawValue: 599))
  }

  private static let merge = "application/merge-patch+json"
  private static let json = "application/json-patch+json"
  private static let strategic = "application/strategic-merge-patch+json"

  @Test func `each kind of patch changes what it says`() {
    let harness = harness()
    let merged = patch(harness, Self.merge, #"{"data":{"a":null,"b":"2"}}"#)
    #expect(merged.code == 200 && merged.json["data"] == ["b": "2"])
    let patched = patch(
      harness, Self.json,
      #"[{"op":"test","path":"/data/b","value":"2"},{"op":"add","path":"/data/c","value":"3"}]"#)
    #expect(patched.code == 200 && patched.json["data"] == ["b": "2", "c": "3"])
    let strategic = patch(
      harness, Self.strategic, #"{"metadata":{"labels":{"x":"y"}},"data":{"b":null}}"#)
    #expect(strategic.code == 200 && strategic.json["data"] == ["c": "3"])
    #expect(harness.send("GET", "\(maps)/pt").json == strategic.json)
  }

  @Test func `a patch that changes nothing writes nothing`() {
    let harness = harness()
    let revision = harness.store.revision
    let same = patch(harness, Self.merge, #"{"data":{"a":"1"}}"#)
    #expect(same.code == 200)
    #expect(same.json["metadata"]?["resourceVersion"]?.string == "\(revision)")
    #expect(harness.store.revision == revision)
    let tried = patch(harness, Self.merge, #"{"data":{"a":"2"}}"#, query: "?dryRun=All")
    #expect(tried.code == 200 && tried.json["data"]?["a"] == "2")
    #expect(harness.store.revision == revision)
  }

  @Test func `a patch is made again where somebody else was first`() {
    let harness = harness()
    var isFirst = true
    let path = "\(maps)/pt"
    let other = harness.startServer()
    harness.server.beforeCall = { (call: StoreCall) in
      guard case .txn = call, isFirst else { return }
      isFirst = false
      var request = APIRequest(
        method: "PATCH", target: path, fields: ["content-type": Bytes(Self.merge)],
        body: Bytes(#"{"data":{"other":"1"}}"#))
      request.certificate = .administrator
      _ = other.begin(request)
    }
    let mine = patch(harness, Self.merge, #"{"data":{"mine":"1"}}"#)
    #expect(mine.code == 200)
    #expect(mine.json["data"] == ["a": "1", "other": "1", "mine": "1"])
  }

  @Test func `a version in a patch is a precondition`() {
    let harness = harness()
    let stale = patch(
      harness, Self.merge, #"{"metadata":{"resourceVersion":"1"},"data":{"a":"2"}}"#)
    #expect(stale.code == 409)
    #expect(
      stale.json["message"] == """
        Operation cannot be fulfilled on configmaps "pt": the object has been modified; please \
        apply your changes to the latest version and try again
        """)
    #expect(stale.json["details"] == ["name": "pt", "kind": "configmaps"])
  }

  @Test(arguments: [
    (
      merge, "[]",
      "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"
    ),
    (merge, "", "error decoding patch: unexpected end of JSON input"),
    (merge, "{", "error decoding patch: unexpected end of JSON input"),
    (
      json, "{}",
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"
    ),
  ])
  func `a body that is no patch is told`(type: String, text: String, message: String) {
    let answer = patch(harness(), type, text)
    #expect(answer.code == 400 && answer.json["reason"] == "BadRequest")
    #expect(answer.json["message"]?.string == message)
  }

  @Test(arguments: [
    #"[{"op":"zap","path":"/a"}]"#, #"[{"op":"test","path":"/data/a","value":"2"}]"#,
    #"[{"op":"replace","path":"/data/zz","value":"2"}]"#,
  ])
  func `a JSON patch that does not fit is refused without a reason`(text: String) {
    let answer = patch(harness(), Self.json, text)
    #expect(answer.code == 422 && answer.json["reason"] == "Invalid")
    #expect(
      answer.json["message"] == "the server rejected our request due to an error in our request")
  }

  @Test func `a JSON patch has a bound`() {
    let operations = Array(
      repeating: #"{"op":"test","path":"/data/a","value":"1"}"#, count: 10_001)
    let answer = patch(harness(), Self.json, "[\(operations.joined(separator: ","))]")
    #expect(answer.code == 413 && answer.json["reason"] == "RequestEntityTooLarge")
    #expect(
      answer.json["message"] == """
        Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001
        """)
  }

  @Test func `what a patch may not make is told with the path patch`() {
    let harness = harness()
    let unknown = patch(
      harness, Self.merge, #"{"zz":1}"#, query: "?fieldValidation=Strict")
    #expect(unknown.code == 422)
    let cause = unknown.json["details"]?["causes"]?[0]
    #expect(cause?["field"] == "patch" && cause?["reason"] == "FieldValueInvalid")
    #expect(
      cause?["message"]?.string?.hasSuffix(
        "}\": strict decoding error: unknown field \"zz\"") == true)
    #expect(unknown.json["details"]?["kind"] == nil)
    let version = patch(harness, Self.merge, #"{"apiVersion":"v9"}"#)
    #expect(version.code == 422)
    #expect(
      version.json["details"]?["causes"]?[0]?["message"]?.string?.hasSuffix(
        "}\": no kind \"ConfigMap\" is registered for version \"v9\" in scheme "
          + "\"pkg/api/legacyscheme/scheme.go:30\"") == true)
    // The object is a Secret now, and `1` is no base64.
    let kind = patch(harness, Self.merge, #"{"kind":"Secret"}"#)
    #expect(kind.code == 422)
    #expect(
      kind.json["details"]?["causes"]?[0]?["message"]?.string?.contains(
        "}\": illegal base64 data at input byte ") == true)
    let warned = patch(harness, Self.merge, #"{"zz":1}"#)
    #expect(warned.code == 200)
    #expect(warned.fields.values(of: "warning") == ["299 - \"unknown field \\\"zz\\\"\""])
    #expect(warned.json["zz"] == nil)
  }

  @Test func `strategic merge knows the keys of lists`() {
    let harness = harness()
    let pods = "/api/v1/namespaces/v/pods"
    harness.send(
      "POST", pods,
      body: [
        "metadata": ["name": "p"],
        "spec": ["containers": [["name": "c", "image": "a:1"], ["name": "d", "image": "a:1"]]],
      ])
    let patched = patch(
      harness, Self.strategic,
      #"{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"d"}],"#
        + #""containers":[{"name":"d","image":"b:2"}]}}"#, "\(pods)/p")
    #expect(patched.code == 200)
    #expect(patched.json["spec"]?["containers"]?[0]?["image"] == "a:1")
    #expect(patched.json["spec"]?["containers"]?[1]?["image"] == "b:2")
    let keyless = patch(
      harness, Self.strategic, #"{"spec":{"containers":[{"image":"z"}]}}"#, "\(pods)/p")
    #expect(keyless.code == 500 && keyless.json["reason"] == nil)
    #expect(
      keyless.json["message"] == "map: map[image:z] does not contain declared merge key: name")
    let directive = patch(
      harness, Self.strategic, #"{"spec":{"containers":[{"$patch":"zz","name":"c"}]}}"#,
      "\(pods)/p")
    #expect(directive.code == 500)
    #expect(
      directive.json["message"] == "unknown patch type: zz in map: map[$patch:zz name:c]")
  }

  @Test func `a patch is of what is there, in a type that is known`() {
    let harness = harness()
    let none = patch(harness, Self.merge, "{}", "\(maps)/none")
    #expect(none.code == 404 && none.json["message"] == "configmaps \"none\" not found")
    let type = patch(harness, "application/json", "{}")
    #expect(type.code == 415 && type.json["reason"] == "UnsupportedMediaType")
    #expect(type.json["message"] == "415: Unsupported Media Type")
    let forced = patch(harness, Self.merge, "{}", query: "?force=true")
    #expect(forced.code == 422)
    #expect(
      forced.json["details"]?["causes"] == [
        [
          "reason": "FieldValueForbidden",
          "message": "Forbidden: may not be specified for non-apply patch", "field": "force",
        ]
      ])
    let renamed = patch(harness, Self.merge, #"{"metadata":{"name":"zz"}}"#)
    #expect(renamed.code == 400)
  }

  @Test func `only the status is patched below status, and all else above it`() throws {
    let harness = harness()
    let deployments = "/apis/apps/v1/namespaces/v/deployments"
    let made = harness.send(
      "POST", deployments,
      body: [
        "metadata": ["name": "web"],
        "spec": [
          "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
          "template": [
            "metadata": ["labels": ["app": "web"]],
            "spec": ["containers": [["name": "c", "image": "a:1"]]],
          ],
        ],
        "status": ["replicas": 7],
      ])
    #expect(made.code == 201 && made.json["status"]?["replicas"] == nil)
    let both = #"{"spec":{"replicas":3},"status":{"replicas":1}}"#
    let above = patch(harness, Self.merge, both, "\(deployments)/web")
    #expect(above.json["spec"]?["replicas"] == 3 && above.json["status"]?["replicas"] == nil)
    #expect(above.json["metadata"]?["generation"] == 2)
    let other = #"{"spec":{"replicas":4},"status":{"replicas":1}}"#
    let below = patch(harness, Self.merge, other, "\(deployments)/web/status")
    #expect(below.code == 200)
    #expect(below.json["spec"]?["replicas"] == 3 && below.json["status"]?["replicas"] == 1)
    #expect(below.json["metadata"]?["generation"] == 2)
    #expect(harness.send("PUT", "\(maps)/pt/status", body: [:]).code == 404)
  }

  @Test func `a scale speaks of replicas alone`() {
    let harness = harness()
    let sets = "/apis/apps/v1/namespaces/v/replicasets"
    harness.send(
      "POST", sets,
      body: [
        "metadata": ["name": "rs"],
        "spec": [
          "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
          "template": [
            "metadata": ["labels": ["app": "web"]],
            "spec": ["containers": [["name": "c", "image": "a:1"]]],
          ],
        ],
      ])
    let scaled = patch(harness, Self.merge, #"{"spec":{"replicas":4}}"#, "\(sets)/rs/scale")
    #expect(scaled.code == 200)
    #expect(scaled.json["kind"] == "Scale" && scaled.json["apiVersion"] == "autoscaling/v1")
    #expect(scaled.json["spec"] == ["replicas": 4])
    #expect(scaled.json["status"] == ["replicas": 0, "selector": "app=web"])
    #expect(scaled.json["metadata"]?["managedFields"] == nil)
    // As it was read, without a content type: `kubectl scale --current-replicas`.
    var request = APIRequest(
      method: "PUT", target: "\(sets)/rs/scale",
      body: Bytes(scaled.json.with("spec", ["replicas": 1]).text()))
    request.certificate = .administrator
    let put = harness.server.begin(request)
    #expect(harness.server.answers[put]?.code == 200)
    #expect(harness.send("GET", "\(sets)/rs").json["spec"]?["replicas"] == 1)
    let stale = harness.server.begin(request)
    #expect(harness.server.answers[stale]?.code == 409)
    let negative = patch(harness, Self.merge, #"{"spec":{"replicas":-1}}"#, "\(sets)/rs/scale")
    #expect(negative.code == 422)
    #expect(
      negative.json["message"] == """
        Scale.autoscaling "rs" is invalid: spec.replicas: Invalid value: -1: must be greater than \
        or equal to 0
        """)
  }

  private static let apply = "application/apply-patch+yaml"

  @Test func `apply makes, changes and leaves alone`() {
    let harness = harness()
    let path = "\(maps)/ap"
    let yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ap\ndata:\n  a: '1'\n"
    let made = patch(harness, Self.apply, yaml, path, query: "?fieldManager=m1")
    #expect(made.code == 201 && made.json["data"] == ["a": "1"])
    let entry = made.json["metadata"]?["managedFields"]?[0]
    #expect(entry?["manager"] == "m1" && entry?["operation"] == "Apply")
    let revision = harness.store.revision
    let same = patch(harness, Self.apply, yaml, path, query: "?fieldManager=m1")
    #expect(same.code == 200 && same.json == made.json && harness.store.revision == revision)
    let other = yaml.replacing("'1'", with: "'2'")
    let conflict = patch(harness, Self.apply, other, path, query: "?fieldManager=m2&force=false")
    #expect(conflict.code == 409 && conflict.json["reason"] == "Conflict")
    #expect(
      conflict.json["message"]
        == #"Apply failed with 1 conflict: conflict with "m1": .data.a"#)
    #expect(
      conflict.json["details"] == [
        "causes": [
          [
            "reason": "FieldManagerConflict", "message": #"conflict with "m1""#,
            "field": ".data.a",
          ]
        ]
      ])
    let forced = patch(harness, Self.apply, other, path, query: "?fieldManager=m2&force=true")
    #expect(forced.code == 200 && forced.json["data"] == ["a": "2"])
    let tried = patch(
      harness, Self.apply, yaml.replacing("name: ap", with: "name: aq"), "\(maps)/aq",
      query: "?fieldManager=m1&dryRun=All")
    #expect(tried.code == 201)
    #expect(harness.send("GET", "\(maps)/aq").code == 404)
  }

  @Test(arguments: [
    ("?fieldManager=m", #"{"kind":"ConfigMap","metadata":{"name":"pt"}}"#, 400, ""),
    (
      "?fieldManager=m", #"{"metadata":{"name":"pt"}}"#, 400, "invalid object type: /, Kind="
    ),
    (
      "?fieldManager=m",
      #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"pt","managedFields":[]}}"#, 400,
      "metadata.managedFields must be nil"
    ),
    (
      "?fieldManager=m",
      #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"pt","resourceVersion":"1"}}"#,
      409,
      "Operation cannot be fulfilled on configmaps \"pt\": the object has been modified; please "
        + "apply your changes to the latest version and try again"
    ),
    (
      "", #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"pt"}}"#, 422,
      "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
        + "apply patch"
    ),
    ("?fieldManager=m", "a: [", 400, ""),
  ])
  func `what apply refuses`(query: String, text: String, code: Int, message: String) {
    let answer = patch(harness(), Self.apply, text, query: query)
    #expect(answer.code == code, "\(answer.body)")
    if !message.isEmpty { #expect(answer.json["message"]?.string == message) }
  }

  @Test func `a scale is applied by its own manager`() {
    let harness = harness()
    let sets = "/apis/apps/v1/namespaces/v/replicasets"
    harness.send(
      "POST", sets,
      body: [
        "metadata": ["name": "rs"],
        "spec": [
          "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
          "template": [
            "metadata": ["labels": ["app": "web"]],
            "spec": ["containers": [["name": "c", "image": "a:1"]]],
          ],
        ],
      ]
    ).expect(201)
    let scale =
      #"{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"rs"},"#
      + #""spec":{"replicas":5}}"#
    let applied = patch(
      harness, Self.apply, scale, "\(sets)/rs/scale", query: "?fieldManager=s&force=true")
    applied.expect(200)
    #expect(applied.json["kind"] == "Scale" && applied.json["spec"] == ["replicas": 5])
    let entries = harness.send("GET", "\(sets)/rs").json["metadata"]?["managedFields"]?.array
    let mine = entries?.first { $0["manager"] == "s" }
    #expect(mine?["subresource"] == "scale" && mine?["operation"] == "Apply")
    #expect(mine?["fieldsV1"] == ["f:spec": ["f:replicas": [:]]])
  }

  @Test func `finalizers go, and with the last one the object`() {
    let harness = harness()
    patch(harness, Self.merge, #"{"metadata":{"finalizers":["e.example/f"]}}"#).expect(200)
    let marked = harness.send("DELETE", "\(maps)/pt")
    #expect(marked.code == 200 && marked.json["kind"] == "ConfigMap")
    #expect(marked.json["metadata"]?["deletionTimestamp"]?.string != nil)
    #expect(marked.json["metadata"]?["deletionGracePeriodSeconds"] == 0)
    let taken = harness.send("POST", maps, body: ["metadata": ["name": "pt"]])
    #expect(taken.code == 409)
    #expect(
      taken.json["message"] == "object is being deleted: configmaps \"pt\" already exists")
    let added = patch(
      harness, Self.merge, #"{"metadata":{"finalizers":["e.example/f","e.example/g"]}}"#)
    #expect(added.code == 422)
    let message = """
      Forbidden: no new finalizers can be added if the object is being deleted, found new \
      finalizers []string{"e.example/g"}
      """
    #expect(
      added.json["details"]?["causes"]?.array?.map { $0["message"]?.string }
        == [message, message])
    // Who says that it is not being deleted is not heard.
    patch(harness, Self.merge, #"{"metadata":{"deletionTimestamp":null}}"#).expect(200)
    let last = patch(harness, Self.merge, #"{"metadata":{"finalizers":null}}"#)
    #expect(last.code == 200 && last.json["metadata"]?["name"] == "pt")
    #expect(harness.send("GET", "\(maps)/pt").code == 404)
  }
}

extension APIResponse {
  func expect(_ code: Int, source: SourceLocation = #_sourceLocation) {
    #expect(self.code == code, "\(body)", sourceLocation: source)
  }
}
