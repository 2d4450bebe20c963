import Base
import JSON
import Objects
import Registry
import Testing

/// Expected answers are a kube-apiserver 1.33's.
@Suite struct `A pod's service account` {
  private func account(_ name: String, _ rest: JSONObject = JSONObject()) -> StoredObject {
    var json = rest
    json["metadata"] = ["name": .string(name), "namespace": "v", "uid": .string(name)]
    return object(.serviceAccount, name, json)
  }

  private func object(_ kind: Kind, _ name: String, _ json: JSONObject) -> StoredObject {
    let key = ObjectKey(kind, namespace: kind.isNamespaced ? "v" : "", name: name)
    return StoredObject(key: .object(key), json: json, createRevision: 1, modRevision: 1)
  }

  private func create(
    _ spec: JSONObject = JSONObject(), _ accounts: StoredObject...,
    annotations: JSONValue = [:]
  ) throws(Rejection) -> JSONObject {
    var view = ClusterView([object(.namespace, "v", JSONObject())])
    for account in accounts { _ = view.put(account) }
    var spec = spec
    if spec["containers"] == nil { spec["containers"] = [["name": "c", "image": "a"]] }
    let pod: JSONObject = JSONObject([
      .init(
        name: "metadata",
        value: ["name": "x", "namespace": "v", "annotations": annotations]),
      .init(name: "spec", value: .object(spec)),
    ])
    var registry = ObjectRegistry(writer: "test")
    registry.hasServiceAccounts = true
    var context = PlanContext(now: WallTime(milliseconds: 0), random: PRNG(seed: 3))
    let transaction = try registry.transaction(
      for: Step([.create(.pod, pod)]), in: view, context: &context)
    guard case .put(_, let value)? = transaction.writes.first else { return JSONObject() }
    do {
      return try JSONValue(parsing: value)["spec"]?.object ?? JSONObject()
    } catch {
      preconditionFailure("the registry writes JSON")
    }
  }

  @Test func `must be there`() throws {
    var spec = JSONObject()
    spec["serviceAccountName"] = "nope"
    let rejection = #expect(throws: Rejection.self) { try create(spec, account("default")) }
    #expect(rejection?.code == 403)
    #expect(
      rejection?.message
        == #"pods "x" is forbidden: error looking up service account v/nope: serviceaccount "nope" not found"#
    )
    #expect(throws: Rejection.self) { try create() }
    let mirror = try create(annotations: ["kubernetes.io/config.mirror": "h"])
    #expect(mirror["volumes"] == nil)
  }

  @Test func `gives it a token`() throws {
    let spec = try create(JSONObject(), account("default"))
    #expect(spec["serviceAccountName"] == "default" && spec["serviceAccount"] == "default")
    let name = try #require(spec["volumes"]?[0]?["name"]?.string)
    #expect(name.hasPrefix("kube-api-access-") && name.utf8.count == 21)
    #expect(
      spec["volumes"] == [
        [
          "name": .string(name),
          "projected": [
            "defaultMode": 420,
            "sources": [
              ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
              [
                "configMap": [
                  "name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]],
                ]
              ],
              [
                "downwardAPI": [
                  "items": [
                    [
                      "path": "namespace",
                      "fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"],
                    ]
                  ]
                ]
              ],
            ],
          ],
        ]
      ])
    #expect(
      spec["containers"]?[0]?["volumeMounts"] == [
        [
          "name": .string(name), "readOnly": true,
          "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
        ]
      ])
  }

  @Test func `gives no token to who wants none`() throws {
    var spec = JSONObject()
    spec["automountServiceAccountToken"] = false
    #expect(try create(spec, account("default"))["volumes"] == nil)
    var refuses = JSONObject()
    refuses["automountServiceAccountToken"] = false
    #expect(try create(JSONObject(), account("default", refuses))["volumes"] == nil)
    spec["automountServiceAccountToken"] = true
    #expect(try create(spec, account("default", refuses))["volumes"]?.array?.count == 1)
  }

  @Test func `leaves a place that is taken`() throws {
    var spec = JSONObject()
    let mount: JSONValue = [
      "name": "own", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
    ]
    spec["volumes"] = [["name": "own", "emptyDir": [:]]]
    spec["containers"] = [["name": "c", "image": "a", "volumeMounts": [mount]]]
    #expect(try create(spec, account("default"))["volumes"]?.array?.count == 1)
    spec["containers"] = [
      ["name": "c", "image": "a", "volumeMounts": [mount]], ["name": "d", "image": "a"],
    ]
    let shared = try create(spec, account("default"))
    #expect(shared["volumes"]?.array?.count == 2)
    #expect(shared["containers"]?[0]?["volumeMounts"]?.array?.count == 1)
    #expect(shared["containers"]?[1]?["volumeMounts"]?.array?.count == 1)
  }

  @Test func `gives the secrets to pull images with`() throws {
    var rest = JSONObject()
    rest["imagePullSecrets"] = [["name": "registry"]]
    let given = try create(JSONObject(), account("default", rest))
    #expect(given["imagePullSecrets"] == [["name": "registry"]])
    var spec = JSONObject()
    spec["imagePullSecrets"] = [["name": "own"]]
    let own = try create(spec, account("default", rest))
    #expect(own["imagePullSecrets"] == [["name": "own"]])
  }
}
