import Base
import HTTP
import JSON
import Registry
import Testing

@testable import API

/// A cluster with the service account `w/robot`, and tokens for it.
struct TokenStory {
  let story = AccessStory()
  var harness: APIHarness { story.harness }

  init() {
    story.make(
      "/api/v1/namespaces/w/serviceaccounts",
      ["kind": "ServiceAccount", "metadata": ["name": "robot"]])
  }

  func request(_ spec: JSONValue, for account: String = "robot") -> APIResponse {
    harness.send(
      "POST", "/api/v1/namespaces/w/serviceaccounts/\(account)/token",
      body: ["kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": spec])
  }

  func token(_ spec: JSONValue = [:], source: SourceLocation = #_sourceLocation) -> String {
    let answer = request(spec)
    #expect(answer.code == 201, "\(answer.body)", sourceLocation: source)
    return answer.json["status"]?["token"]?.string ?? ""
  }

  /// Who the token's bearer is found to be; nil where it is not believed.
  func user(_ token: String, of server: APIHarnessServer? = nil) -> JSONValue? {
    let answer = (server ?? harness.server).send(
      "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", user: nil,
      fields: ["authorization": Bytes("Bearer \(token)")], body: ["kind": "SelfSubjectReview"])
    guard answer.code == 401 else { return answer.json["status"]?["userInfo"] }
    #expect(answer.json["message"] == "Unauthorized")
    #expect(answer.json["reason"] == "Unauthorized")
    return nil
  }

  /// Lets everybody ask who he is, as `system:basic-user` does.
  func letAsk() {
    story.clusterRole(
      "basic",
      [
        [
          "apiGroups": ["authentication.k8s.io", "authorization.k8s.io"],
          "resources": [
            "selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews",
          ], "verbs": ["create"],
        ]
      ])
    story.bindCluster("basic", to: AccessStory.group("system:authenticated"))
  }
}

@Suite struct `Who asks` {
  private let tokens = TokenStory()
  private var harness: APIHarness { tokens.harness }

  init() { tokens.letAsk() }

  @Test func `a certificate speaks for its CN and O`() {
    let user = ClientCertificate(
      commonName: "carol", organizations: ["a", "b"], fingerprint: "0aff")
    let answer = harness.send(
      "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", user: user,
      body: ["kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1"])
    #expect(answer.code == 201)
    #expect(
      answer.json["status"]?["userInfo"]
        == [
          "username": "carol", "groups": ["a", "b", "system:authenticated"],
          "extra": ["authentication.kubernetes.io/credential-id": ["X509SHA256=0aff"]],
        ])
  }

  @Test func `a token speaks for its account`() throws {
    let user = try #require(tokens.user(tokens.token()))
    #expect(user["username"] == "system:serviceaccount:w:robot")
    #expect(
      user["groups"]
        == ["system:serviceaccounts", "system:serviceaccounts:w", "system:authenticated"])
    let account = harness.send("GET", "/api/v1/namespaces/w/serviceaccounts/robot").json
    #expect(user["uid"] == account["metadata"]?["uid"])
    let id = user["extra"]?["authentication.kubernetes.io/credential-id"]?[0]?.string ?? ""
    #expect(id.hasPrefix("JTI=") && id.utf8.count == 40)
  }

  @Test func `a token is believed until it ends, and by who it is for`() {
    let token = tokens.token(["expirationSeconds": 600])
    harness.pass(.seconds(598))
    #expect(tokens.user(token) != nil)
    harness.pass(.seconds(3))
    #expect(tokens.user(token) == nil)
    #expect(tokens.user(tokens.token(["audiences": ["vault"]])) == nil)
  }

  @Test func `what is no token of ours is 401`() {
    #expect(tokens.user("nonsense") == nil)
    // Another scheme, or none, is nobody.
    for value in ["Basic YTpi", "Bearer", "Bearer ", "token x", ""] {
      let answer = harness.send(
        "GET", "/api/v1/pods", user: nil, fields: ["authorization": Bytes(value)])
      #expect(answer.code == 403)
    }
  }

  @Test func `claims of others are not believed although they are signed`() throws {
    let good = try #require(harness.tokens[tokens.token()])
    let claims = try #require(JSONValue(parsing: good).object)
    func signed(_ change: (inout JSONObject) -> Void) -> String {
      var claims = claims
      change(&claims)
      let token = "changed.\(harness.tokens.count)"
      harness.tokens[token] = claims.bytes
      return token
    }
    #expect(tokens.user(signed { _ in }) != nil)
    #expect(tokens.user(signed { $0["iss"] = "https://elsewhere" }) == nil)
    #expect(tokens.user(signed { $0["sub"] = "system:serviceaccount:w:other" }) == nil)
    #expect(tokens.user(signed { $0["aud"] = "https://elsewhere" }) == nil)
    #expect(tokens.user(signed { $0["exp"] = nil }) == nil)
    #expect(tokens.user(signed { $0["kubernetes.io"] = nil }) == nil)
    let later = APIHarness.epoch / 1000 + 100
    #expect(tokens.user(signed { $0["nbf"] = .number(later) }) == nil)
    #expect(tokens.user(signed { $0["iat"] = .number(later) }) == nil)
    #expect(
      tokens.user(
        signed { claims in
          claims.edit("kubernetes.io") { own in
            own["serviceaccount"] = ["name": "robot", "uid": "another"]
          }
        }) == nil)
    harness.tokens["empty"] = Bytes()
    harness.tokens["list"] = "[]"
    #expect(tokens.user("empty") == nil && tokens.user("list") == nil)
  }

  @Test func `a token ends with its account`() {
    let token = tokens.token()
    #expect(tokens.user(token) != nil)
    harness.send("DELETE", "/api/v1/namespaces/w/serviceaccounts/robot")
    #expect(tokens.user(token) == nil)
    tokens.story.make(
      "/api/v1/namespaces/w/serviceaccounts",
      ["kind": "ServiceAccount", "metadata": ["name": "robot"]])
    #expect(tokens.user(token) == nil)
    #expect(tokens.user(tokens.token()) != nil)
  }

  @Test func `a token made at one server is known to one that lags`() {
    let other = harness.startServer()
    other.holdsDeliveries = true
    harness.send("DELETE", "/api/v1/namespaces/w/serviceaccounts/robot")
    tokens.story.make(
      "/api/v1/namespaces/w/serviceaccounts",
      ["kind": "ServiceAccount", "metadata": ["name": "robot"]])
    let asked = other.begin(
      "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", user: nil,
      fields: ["authorization": Bytes("Bearer \(tokens.token())")],
      body: ["kind": "SelfSubjectReview"])
    #expect(other.answers[asked] == nil)
    other.holdsDeliveries = false
    harness.settle()
    #expect(other.answers[asked]?.code == 201)
  }

  @Test func `a token costs one signature check, and few are remembered`() throws {
    var cache = TokenCache()
    let now = Instant(nanoseconds: 0)
    let claims = try #require(harness.tokens[tokens.token()])
    for number in 0..<TokenCache.countMax + 2 { cache.put("\(number)", claims: claims, now: now) }
    #expect(cache.count == TokenCache.countMax)
    #expect(cache["0"] == nil && cache["1"] == nil && cache["2"] != nil)
    cache.put("nonsense", claims: "{}", now: now)
    #expect(cache["nonsense"] == nil)
    cache.sweep(now + TokenCache.lifetime)
    #expect(cache.count == 0)
    let token = tokens.token()
    #expect(tokens.user(token) != nil)
    // The shell knows it no more, and is not asked.
    harness.tokens[token] = nil
    #expect(tokens.user(token) != nil)
    harness.pass(TokenCache.lifetime)
    #expect(tokens.user(token) == nil)
  }
}

@Suite struct `Who speaks for another` {
  private let tokens = TokenStory()

  private func who(_ user: ClientCertificate, _ fields: HeaderFields) -> APIResponse {
    tokens.harness.send(
      "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", user: user, fields: fields,
      body: ["kind": "SelfSubjectReview"])
  }

  init() { tokens.letAsk() }

  @Test func `an administrator speaks for anybody`() {
    let answer = who(
      .administrator,
      [
        "impersonate-user": "jane", "impersonate-group": "g1", "impersonate-group": "g2",
        "impersonate-uid": "u-1", "impersonate-extra-Scopes%2fx": "a",
        "impersonate-extra-scopes%2fx": "b",
      ])
    #expect(
      answer.json["status"]?["userInfo"]
        == [
          "username": "jane", "uid": "u-1", "groups": ["g1", "g2", "system:authenticated"],
          "extra": ["scopes/x": ["a", "b"]],
        ])
    let robot = who(.administrator, ["impersonate-user": "system:serviceaccount:w:robot"])
    #expect(
      robot.json["status"]?["userInfo"]?["groups"]
        == ["system:serviceaccounts", "system:serviceaccounts:w", "system:authenticated"])
    let nobody = who(.administrator, ["impersonate-user": "system:anonymous"])
    #expect(nobody.code == 403)
  }

  @Test func `others need the verb impersonate for each part`() {
    #expect(
      who(.alice, ["impersonate-user": "jane"]).json["message"]
        == #"users "jane" is forbidden: User "alice" cannot impersonate resource "users" in API group "" at the cluster scope"#
    )
    #expect(
      who(.alice, ["impersonate-user": "system:serviceaccount:w:robot"]).json["message"]
        == #"serviceaccounts "robot" is forbidden: User "alice" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "w""#
    )
    tokens.story.clusterRole(
      "speaker",
      [
        [
          "apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"],
          "resourceNames": ["jane"],
        ],
        [
          "apiGroups": ["authentication.k8s.io"], "resources": ["userextras/scopes"],
          "verbs": ["impersonate"],
        ],
      ])
    tokens.story.bindCluster("speaker", to: AccessStory.user("alice"))
    let fields: HeaderFields = ["impersonate-user": "jane", "impersonate-extra-scopes": "a"]
    #expect(who(.alice, fields).json["status"]?["userInfo"]?["username"] == "jane")
    #expect(who(.alice, ["impersonate-user": "joe"]).code == 403)
    let group: HeaderFields = ["impersonate-user": "jane", "impersonate-group": "system:masters"]
    #expect(
      who(.alice, group).json["message"]
        == #"groups "system:masters" is forbidden: User "alice" cannot impersonate resource "groups" in API group "" at the cluster scope"#
    )
    let uid: HeaderFields = ["impersonate-user": "jane", "impersonate-uid": "1"]
    #expect(who(.alice, uid).code == 403)
  }

  @Test func `a group without a user is nobody`() {
    #expect(who(.administrator, ["impersonate-group": "g"]).code == 500)
  }
}
