import Base
import HTTP
import JSON
import Testing

@testable import API

/// Expected codes, reasons and texts: answers of kube-apiserver 1.33.13.
@Suite struct `Writes of whole objects` {
  private let maps = "/api/v1/namespaces/v/configmaps"
  private let map: JSONValue = [
    "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "cf"], "data": ["a": "1"],
  ]
  private static let modified =
    "the object has been modified; please apply your changes to the latest version and try again"

  private func harness() -> APIHarness {
    let harness = APIHarness()
    let made = harness.send("POST", "/api/v1/namespaces", body: ["metadata": ["name": "v"]])
    #expect(made.code == 201)
    return harness
  }

  @Test func `a created object has what the system gives`() {
    let harness = harness()
    let made = harness.send("POST", maps, body: map)
    #expect(made.code == 201)
    #expect(made.json["metadata"]?["namespace"] == "v")
    #expect(made.json["metadata"]?["uid"]?.string?.utf8.count == 36)
    #expect(made.json["metadata"]?["resourceVersion"]?.string == "\(harness.store.revision)")
    #expect(made.json["metadata"]?["creationTimestamp"] == "2024-01-02T03:04:05Z")
    #expect(harness.send("GET", "\(maps)/cf").json == made.json)
  }

  @Test func `a name is taken once`() {
    let harness = harness()
    harness.send("POST", maps, body: map)
    let again = harness.send("POST", maps, body: map)
    #expect(again.code == 409)
    #expect(
      again.json == [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
        "message": "configmaps \"cf\" already exists", "reason": "AlreadyExists",
        "details": ["name": "cf", "kind": "configmaps"], "code": 409,
      ])
  }

  @Test func `a name is drawn where one is asked for`() throws {
    let harness = harness()
    let made = harness.send("POST", maps, body: map.with("metadata", ["generateName": "c-"]))
    let name = try #require(made.json["metadata"]?["name"]?.string)
    #expect(name.hasPrefix("c-") && name.utf8.count == 7)
    let nameless = harness.send("POST", maps, body: map.with("metadata", [:]))
    #expect(nameless.code == 422)
    #expect(nameless.json["details"]?["causes"]?[0]?["field"] == "metadata.name")
  }

  @Test func `a new object has no resourceVersion, but on trial`() {
    let harness = harness()
    let body = map.with("metadata.resourceVersion", "7")
    let refused = harness.send("POST", maps, body: body)
    #expect(refused.code == 500)
    #expect(refused.json["reason"] == nil)
    #expect(
      refused.json["message"] == "resourceVersion should not be set on objects to be created")
    #expect(harness.send("POST", "\(maps)?dryRun=All", body: body).code == 201)
  }

  @Test func `a trial writes nothing and answers as if`() {
    let harness = harness()
    let before = harness.store.revision
    let tried = harness.send("POST", "\(maps)?dryRun=All", body: map)
    #expect(tried.code == 201)
    #expect(tried.json["metadata"]?["uid"] != nil)
    #expect(tried.json["metadata"]?["resourceVersion"] == nil)
    #expect(harness.store.revision == before)
    harness.send("POST", maps, body: map)
    let now = harness.store.revision
    let changed = harness.send(
      "PUT", "\(maps)/cf?dryRun=All", body: map.with("data.a", "2"))
    #expect(changed.code == 200 && changed.json["data"]?["a"] == "2")
    #expect(changed.json["metadata"]?["resourceVersion"]?.string == "\(now)")
    let deleted = harness.send("DELETE", "\(maps)/cf?dryRun=All")
    #expect(deleted.code == 200 && deleted.json["status"] == "Success")
    #expect(harness.store.revision == now)
  }

  @Test func `an update replaces the state it has read`() {
    let harness = harness()
    let made = harness.send("POST", maps, body: map).json
    let changed = harness.send("PUT", "\(maps)/cf", body: made.with("data", ["a": "2"]))
    #expect(changed.code == 200)
    #expect(changed.json["metadata"]?["uid"] == made["metadata"]?["uid"])
    let stale = harness.send("PUT", "\(maps)/cf", body: made.with("data", ["a": "3"]))
    #expect(stale.code == 409)
    #expect(stale.json["reason"] == "Conflict")
    #expect(
      stale.json["message"]?.string
        == "Operation cannot be fulfilled on configmaps \"cf\": \(Self.modified)")
    #expect(stale.json["details"] == ["name": "cf", "kind": "configmaps"])
    // Without a version it replaces whatever is there.
    #expect(harness.send("PUT", "\(maps)/cf", body: map.with("data", ["a": "4"])).code == 200)
  }

  @Test func `an update that changes nothing writes nothing`() {
    let harness = harness()
    let made = harness.send("POST", maps, body: map).json
    let revision = harness.store.revision
    let same = harness.send("PUT", "\(maps)/cf", body: made)
    #expect(same.code == 200 && same.json == made)
    #expect(harness.store.revision == revision)
  }

  @Test func `an update is of the object that the path names`() {
    let harness = harness()
    harness.send("POST", maps, body: map)
    let renamed = harness.send("PUT", "\(maps)/cf", body: map.with("metadata.name", "zz"))
    #expect(renamed.code == 400)
    #expect(
      renamed.json["message"]
        == "the name of the object (zz) does not match the name on the URL (cf)")
    let moved = harness.send("PUT", "\(maps)/cf", body: map.with("metadata.namespace", "w"))
    #expect(moved.code == 400)
    #expect(
      moved.json["message"]
        == "the namespace of the provided object does not match the namespace sent on the request")
    #expect(harness.send("PUT", "\(maps)/no", body: map.with("metadata.name", "no")).code == 404)
  }

  @Test func `a uid is a precondition`() {
    let harness = harness()
    let made = harness.send("POST", maps, body: map).json
    let uid = made["metadata"]?["uid"]?.string ?? ""
    let other = harness.send("PUT", "\(maps)/cf", body: map.with("metadata.uid", "zz"))
    #expect(other.code == 409)
    #expect(
      other.json["message"]?.string == """
        Operation cannot be fulfilled on configmaps "cf": StorageError: invalid object, Code: 4, \
        Key: /registry/configmaps/v/cf, ResourceVersion: 0, AdditionalErrorMsg: Precondition \
        failed: UID in precondition: zz, UID in object meta: \(uid)
        """)
  }

  @Test func `a lease is created by a PUT, and updated only from a known state`() {
    let harness = harness()
    let leases = "/apis/coordination.k8s.io/v1/namespaces/v/leases"
    let lease: JSONValue = ["metadata": ["name": "l"], "spec": ["holderIdentity": "me"]]
    #expect(harness.send("PUT", "\(leases)/l", body: lease).code == 201)
    let blind = harness.send("PUT", "\(leases)/l", body: lease.with("spec.holderIdentity", "you"))
    #expect(blind.code == 422)
    #expect(
      blind.json["details"]?["causes"]?[0] == [
        "reason": "FieldValueInvalid",
        "message": "Invalid value: 0x0: must be specified for an update",
        "field": "metadata.resourceVersion",
      ])
    let wrong = harness.send(
      "PUT", "\(leases)/none",
      body: lease.with("metadata", ["name": "none", "uid": "zz"]))
    #expect(wrong.code == 409)
    #expect(
      wrong.json["message"] == """
        Operation cannot be fulfilled on leases.coordination.k8s.io "none": StorageError: invalid \
        object, Code: 4, Key: /registry/leases/v/none, ResourceVersion: 0, AdditionalErrorMsg: \
        Precondition failed: UID in precondition: zz, UID in object meta:\u{20}
        """)
  }

  @Test(arguments: [
    ("POST", "/api/v1/configmaps", 405), ("PUT", "/api/v1/namespaces/v/configmaps", 405),
    ("POST", "/api/v1/namespaces/v/configmaps/cf", 405), ("DELETE", "/api/v1/namespaces", 405),
    ("POST", "/api/v1/namespaces/v/nothings", 404), ("POST", "/api/v9/namespaces", 404),
    ("PUT", "/api/v1/namespaces/v/configmaps/cf/nothing", 404),
  ])
  func `a method that a path does not take is told`(method: String, path: String, code: Int) {
    let answer = harness().send(method, path, body: map)
    #expect(answer.code == code)
    #expect(answer.json["reason"] == (code == 405 ? "MethodNotAllowed" : "NotFound"))
    #expect(
      answer.json["message"]?.string
        == (code == 405
          ? "the server does not allow this method on the requested resource"
          : "the server could not find the requested resource"))
  }

  @Test func `nothing new comes into a namespace that is absent or leaving`() {
    let harness = harness()
    let absent = harness.send("POST", "/api/v1/namespaces/none/configmaps", body: map)
    #expect(absent.code == 404)
    #expect(absent.json["message"] == "namespaces \"none\" not found")
    let leaving = harness.send("DELETE", "/api/v1/namespaces/v")
    #expect(leaving.code == 200)
    #expect(leaving.json["kind"] == "Namespace")
    #expect(leaving.json["status"]?["phase"] == "Terminating")
    let late = harness.send("POST", maps, body: map)
    #expect(late.code == 403)
    #expect(
      late.json["message"] == """
        configmaps "cf" is forbidden: unable to create new content in namespace v because it is \
        being terminated
        """)
    #expect(
      late.json["details"]?["causes"] == [
        [
          "reason": "NamespaceTerminating", "message": "namespace v is being terminated",
          "field": "metadata.namespace",
        ]
      ])
  }

  /// Who it says asks is whom the signed certificate would speak for.
  @Test func `what asks for a certificate says who asks, whatever its writer says`() {
    let harness = APIHarness()
    let path = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
    let spec: JSONValue = [
      "request": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K",
      "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"],
      "username": "root", "uid": "0", "groups": ["system:masters"], "extra": ["a": ["b"]],
    ]
    let user = ClientCertificate(commonName: "eve", organizations: ["system:masters"])
    func asks(_ answer: APIResponse) {
      #expect(answer.code == 201, "\(answer.body)")
      #expect(answer.json["spec"]?["username"] == "eve")
      #expect(answer.json["spec"]?["uid"] == nil)
      #expect(answer.json["spec"]?["groups"] == ["system:masters", "system:authenticated"])
      #expect(answer.json["spec"]?["extra"]?["a"] == nil)
    }
    asks(
      harness.send(
        "POST", path, user: user, body: ["metadata": ["name": "one"], "spec": spec]))
    asks(
      harness.send(
        "PATCH", "\(path)/two?fieldManager=m", user: user,
        fields: ["content-type": "application/apply-patch+yaml"],
        body: [
          "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest",
          "metadata": ["name": "two"], "spec": spec,
        ]))
  }
}

extension JSONValue {
  /// The value with one member changed: `path` is names, such as `metadata.name`.
  func with(_ path: String, _ value: JSONValue?) -> JSONValue {
    with(path.split(separator: ".").map(String.init)[...], value)
  }

  private func with(_ path: ArraySlice<String>, _ value: JSONValue?) -> JSONValue {
    guard let name = path.first else { return value ?? .null }
    let rest = path.dropFirst()
    var object = self.object ?? JSONObject()
    object[name] = rest.isEmpty ? value : (object[name] ?? [:]).with(rest, value)
    return .object(object)
  }
}
