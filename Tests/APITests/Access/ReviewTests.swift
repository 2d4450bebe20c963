import Base
import HTTP
import JSON
import Objects
import Registry
import Testing

@testable import API

/// Codes, reasons and texts are a kube-apiserver 1.33's.
@Suite struct `Reviews answer and keep nothing` {
  private let tokens = TokenStory()
  private var harness: APIHarness { tokens.harness }

  private static let authorization = "/apis/authorization.k8s.io/v1"

  private func access(
    _ resource: JSONValue, _ rest: JSONObject.Member..., user: ClientCertificate = .administrator,
    as plural: String = "subjectaccessreviews", kind: String = "SubjectAccessReview"
  ) -> APIResponse {
    var spec = JSONObject(rest)
    if !resource.isNull { spec["resourceAttributes"] = resource }
    return harness.send(
      "POST", "\(Self.authorization)/\(plural)", user: user,
      body: [
        "kind": .string(kind), "apiVersion": "authorization.k8s.io/v1", "spec": .object(spec),
      ])
  }

  @Test func `who may do what is told with the reason`() {
    tokens.story.role(
      "reader", [["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]])
    tokens.story.bind("reader", to: AccessStory.group("team"))
    let asked: JSONValue = ["namespace": "w", "verb": "get", "resource": "pods"]
    let allowed = access(asked, .init(name: "groups", value: ["team"]))
    #expect(allowed.code == 201)
    #expect(
      allowed.json["status"]
        == [
          "allowed": true,
          "reason": #"RBAC: allowed by RoleBinding "reader/w" of Role "reader" to Group "team""#,
        ])
    #expect(allowed.json["spec"]?["resourceAttributes"] == asked)
    let denied = access(asked, .init(name: "user", value: "u"))
    #expect(denied.json["status"] == ["allowed": false])
    let own = access(
      ["verb": "*", "resource": "*", "group": "*"], as: "selfsubjectaccessreviews",
      kind: "SelfSubjectAccessReview")
    #expect(own.json["status"] == ["allowed": true])
    let path = access(
      nil, .init(name: "user", value: "u"),
      .init(name: "nonResourceAttributes", value: ["path": "/x", "verb": "get"]))
    #expect(path.json["status"] == ["allowed": false])
  }

  @Test func `a review that says too little is invalid`() {
    let nothing = access(nil, .init(name: "user", value: "u"))
    #expect(nothing.code == 422)
    #expect(
      nothing.json["details"]?["causes"]
        == [
          [
            "reason": "FieldValueInvalid", "field": "spec.resourceAttributes",
            "message":
              "Invalid value: \"null\": exactly one of nonResourceAttributes or resourceAttributes must be specified",
          ]
        ])
    let nobody = access(["verb": "get", "resource": "pods"])
    #expect(nobody.code == 422)
    #expect(
      nobody.json["details"]?["causes"]
        == [
          [
            "reason": "FieldValueInvalid", "field": "spec.user",
            "message": "Invalid value: \"\": at least one of user or group must be specified",
          ]
        ])
    let both = access(
      ["verb": "get"], .init(name: "user", value: "u"),
      .init(name: "nonResourceAttributes", value: ["path": "/"]))
    #expect(both.code == 422)
  }

  @Test func `a local review is about its namespace`() {
    let local = "namespaces/w/localsubjectaccessreviews"
    let user = JSONObject.Member(name: "user", value: "u")
    let kind = "LocalSubjectAccessReview"
    #expect(
      access(["verb": "get", "namespace": "w"], user, as: local, kind: kind).code == 201)
    #expect(access(["verb": "get", "namespace": "v"], user, as: local, kind: kind).code == 422)
    #expect(
      access(
        nil, user, .init(name: "nonResourceAttributes", value: ["path": "/"]), as: local,
        kind: kind
      ).code == 422)
  }

  @Test func `rules of a namespace are told`() {
    tokens.letAsk()
    tokens.story.role(
      "reader",
      [["apiGroups": [""], "resources": ["pods"], "verbs": ["get"], "resourceNames": ["a"]]])
    tokens.story.bind("reader", to: AccessStory.user("alice"))
    tokens.story.clusterRole("paths", [["nonResourceURLs": ["/x"], "verbs": ["get"]]])
    tokens.story.bindCluster("paths", to: AccessStory.user("alice"))
    func rules(_ spec: JSONValue) -> APIResponse {
      harness.send(
        "POST", "\(Self.authorization)/selfsubjectrulesreviews", user: .alice,
        body: ["kind": "SelfSubjectRulesReview", "spec": spec])
    }
    let status = rules(["namespace": "w"]).json["status"]
    #expect(status?["incomplete"] == false)
    #expect(
      status?["resourceRules"]?.array?.contains([
        "apiGroups": [""], "resources": ["pods"], "resourceNames": ["a"], "verbs": ["get"],
      ]) == true)
    #expect(
      status?["nonResourceRules"] == [["nonResourceURLs": ["/x"], "verbs": ["get"]]])
    #expect(rules(["namespace": "v"]).json["status"]?["resourceRules"]?.array?.count == 1)
    #expect(rules([:]).code == 400)
  }

  @Test func `a token is reviewed`() {
    func review(_ spec: JSONValue) -> APIResponse {
      harness.send(
        "POST", "/apis/authentication.k8s.io/v1/tokenreviews",
        body: ["kind": "TokenReview", "spec": spec])
    }
    let empty = review(["token": ""])
    #expect(empty.code == 400)
    #expect(empty.json["message"] == "token is required for TokenReview in authentication")
    #expect(
      review(["token": "x"]).json["status"] == ["user": [:], "error": "invalid bearer token"])
    let own = "https://kubernetes.default.svc.cluster.local"
    let good = review(["token": .string(tokens.token())]).json["status"]
    #expect(good?["authenticated"] == true && good?["audiences"] == [.string(own)])
    #expect(good?["user"]?["username"] == "system:serviceaccount:w:robot")
    let vault = tokens.token(["audiences": ["vault", "other"]])
    #expect(review(["token": .string(vault)]).json["status"]?["authenticated"] == nil)
    #expect(
      review(["token": .string(vault), "audiences": ["x", "vault"]]).json["status"]?["audiences"]
        == ["vault"])
  }

  @Test func `one bearer asks about another's token`() {
    tokens.story.clusterRole(
      "delegator",
      [
        [
          "apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"],
          "verbs": ["create"],
        ]
      ])
    tokens.story.bindCluster("delegator", to: AccessStory.account("w", "robot"))
    func review(_ token: String) -> APIResponse {
      harness.send(
        "POST", "/apis/authentication.k8s.io/v1/tokenreviews", user: nil,
        fields: ["authorization": Bytes("Bearer \(tokens.token())")],
        body: ["kind": "TokenReview", "spec": ["token": .string(token)]])
    }
    #expect(review("bad").json["status"]?["error"] == "invalid bearer token")
    #expect(review(tokens.token()).json["status"]?["authenticated"] == true)
  }

  /// Typed clients of Kubernetes 1.32 and later send protobuf and accept it first (facts,
  /// kubectl-wire.md section 1).
  @Test(arguments: [
    ("authorization.k8s.io", "SelfSubjectAccessReview"),
    ("authorization.k8s.io", "SubjectAccessReview"),
    ("authorization.k8s.io", "SelfSubjectRulesReview"),
    ("authentication.k8s.io", "SelfSubjectReview"),
    ("authentication.k8s.io", "TokenReview"),
  ])
  func `are answered as the client accepts them`(group: String, kind: String) throws {
    let specs: [String: JSONValue] = [
      "SelfSubjectAccessReview": [
        "resourceAttributes": ["verb": "get", "resource": "pods", "namespace": "w"]
      ],
      "SubjectAccessReview": [
        "user": "u", "nonResourceAttributes": ["verb": "get", "path": "/x"],
      ],
      "SelfSubjectRulesReview": ["namespace": "w"],
      "TokenReview": ["token": .string(tokens.token())],
    ]
    var object = JSONObject([
      .init(name: "kind", value: .string(kind)),
      .init(name: "apiVersion", value: .string("\(group)/v1")),
    ])
    if let spec = specs[kind] { object["spec"] = spec }
    let path = "/apis/\(group)/v1/\(kind.lowercased())s"
    let json = harness.send("POST", path, body: .object(object))
    #expect(json.code == 201 && json.fields["content-type"] == "application/json")
    #expect(json.json["status"]?.object?.isEmpty == false)
    var request = APIRequest(
      method: "POST", target: path,
      fields: [
        "content-type": "application/vnd.kubernetes.protobuf",
        "accept": "application/vnd.kubernetes.protobuf,application/json",
      ], body: try ProtobufObject.encode(object))
    request.certificate = .administrator
    let id = harness.server.begin(request)
    let protobuf = try #require(harness.server.answers[id])
    #expect(protobuf.code == 201)
    #expect(protobuf.fields["content-type"] == "application/vnd.kubernetes.protobuf")
    let decoded = try ProtobufObject.decode(protobuf.body)
    #expect(decoded["kind"] == json.json["kind"])
    #expect(
      decoded["status"]?.sorted.fieldsThat(json.json["status"]) == json.json["status"]?.sorted)
    let yaml = harness.send(
      "POST", path, fields: ["accept": "application/yaml"], body: .object(object))
    #expect(yaml.code == 201 && yaml.fields["content-type"] == "application/yaml")
    let read = try YAMLDocument.documents(in: yaml.body).first?.value
    #expect(read?["status"]?.sorted == json.json["status"]?.sorted)
    let none = harness.send("POST", path, fields: ["accept": "text/html"], body: .object(object))
    #expect(none.code == 406)
  }

  @Test func `other methods are not allowed`() {
    #expect(harness.send("GET", "\(Self.authorization)/subjectaccessreviews").code == 405)
    #expect(
      harness.send("GET", "/api/v1/namespaces/w/serviceaccounts/robot/token").code == 405)
    #expect(harness.send("POST", "\(Self.authorization)/nonsense").code == 404)
  }

  @Test func `bodies that are no reviews are refused`() {
    let bodies: [JSONValue] = [[], 1, ["kind": "Pod"], ["spec": []], ["spec": ["token": 1]]]
    for body in bodies {
      #expect(
        harness.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", body: body).code == 400
      )
    }
  }
}

@Suite struct `Tokens are asked for` {
  private let tokens = TokenStory()
  private var harness: APIHarness { tokens.harness }

  @Test func `with the defaults of Kubernetes`() throws {
    let answer = tokens.request([:])
    #expect(answer.code == 201)
    let spec = answer.json["spec"]
    #expect(spec?["audiences"] == ["https://kubernetes.default.svc.cluster.local"])
    #expect(spec?["expirationSeconds"] == 3600)
    #expect(spec?.object?["boundObjectRef"]?.isNull == true)
    // 2024-01-02T03:04:05Z and an hour.
    #expect(answer.json["status"]?["expirationTimestamp"] == "2024-01-02T04:04:05Z")
    let token = try #require(answer.json["status"]?["token"]?.string)
    let claims = try JSONValue(parsing: #require(harness.tokens[token]))
    #expect(claims["iss"] == "https://kubernetes.default.svc.cluster.local")
    #expect(claims["sub"] == "system:serviceaccount:w:robot")
    #expect(claims["iat"] == 1_704_164_645 && claims["nbf"] == 1_704_164_645)
    #expect(claims["exp"] == 1_704_168_245)
    #expect(claims["kubernetes.io"]?["namespace"] == "w")
    #expect(claims["kubernetes.io"]?["serviceaccount"]?["name"] == "robot")
  }

  @Test func `with bounds on their life`() {
    let short = tokens.request(["expirationSeconds": 5])
    #expect(short.code == 422)
    #expect(
      short.json["details"]?["causes"]
        == [
          [
            "reason": "FieldValueInvalid", "field": "spec.expirationSeconds",
            "message": "Invalid value: 5: may not specify a duration less than 10 minutes",
          ]
        ])
    #expect(tokens.request(["expirationSeconds": 600]).code == 201)
    #expect(tokens.request(["expirationSeconds": 4_294_967_296]).code == 201)
    #expect(tokens.request(["expirationSeconds": 4_294_967_297]).code == 422)
    #expect(tokens.request(["expirationSeconds": 9_223_372_036_854_775_807]).code == 422)
  }

  @Test func `only for what is there`() {
    let account = tokens.request([:], for: "zz")
    #expect(account.code == 404)
    #expect(account.json["message"] == #"serviceaccounts "zz" not found"#)
    #expect(account.json["details"] == ["name": "zz", "kind": "serviceaccounts"])
    let pod = tokens.request(
      ["boundObjectRef": ["kind": "Pod", "apiVersion": "v1", "name": "zz"]])
    #expect(pod.code == 404)
    #expect(pod.json["message"] == #"pods "zz" not found"#)
    let map = tokens.request(
      ["boundObjectRef": ["kind": "ConfigMap", "apiVersion": "v1", "name": "zz"]])
    #expect(map.code == 400)
    #expect(map.json["message"] == "cannot bind token to object of type /v1, Kind=ConfigMap")
  }

  @Test func `bound to an object they end with it`() throws {
    tokens.letAsk()
    tokens.story.make(
      "/api/v1/namespaces/w/secrets", ["kind": "Secret", "metadata": ["name": "s"]])
    let bound: JSONValue = ["kind": "Secret", "apiVersion": "v1", "name": "s"]
    let token = tokens.token(["boundObjectRef": bound])
    #expect(tokens.user(token) != nil)
    harness.send("DELETE", "/api/v1/namespaces/w/secrets/s")
    #expect(tokens.user(token) == nil)
    let pod: JSONValue = [
      "kind": "Pod", "metadata": ["name": "p"],
      "spec": ["serviceAccountName": "robot", "containers": [["name": "c", "image": "i"]]],
    ]
    tokens.story.make("/api/v1/namespaces/w/pods", pod)
    let user = try #require(
      tokens.user(
        tokens.token(["boundObjectRef": ["kind": "Pod", "apiVersion": "v1", "name": "p"]])))
    #expect(user["extra"]?["authentication.kubernetes.io/pod-name"] == ["p"])
    let wrong = tokens.request(
      ["boundObjectRef": ["kind": "Pod", "apiVersion": "v1", "name": "p", "uid": "x"]])
    #expect(wrong.code == 409)
  }
}

extension JSONValue {
  /// Without members that `other` leaves out: zero in protobuf's answers, which have all fields.
  fileprivate func fieldsThat(_ other: JSONValue?) -> JSONValue {
    guard case .object(let object) = self else { return self }
    return .object(
      JSONObject(
        object.members.compactMap { member in
          guard let known = other?[member.name] else { return nil }
          return .init(name: member.name, value: member.value.fieldsThat(known))
        }))
  }
}
