import JSON
import Objects
import Registry
import Testing

@testable import API

@Suite struct `Who may do what` {
  private let story = AccessStory()
  private let read: JSONValue = [
    ["apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]]
  ]

  /// What alice asks, and how a kube-apiserver 1.33 refuses it.
  private struct Refusal {
    let method: String
    let target: String
    let message: String
    let details: JSONValue
  }

  private static let refusals = [
    Refusal(
      method: "GET", target: "/api/v1/namespaces/v/pods",
      message: """
        pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the \
        namespace "v"
        """, details: ["kind": "pods"]),
    Refusal(
      method: "GET", target: "/api/v1/namespaces/v/secrets/im",
      message: """
        secrets "im" is forbidden: User "alice" cannot get resource "secrets" in API group "" in \
        the namespace "v"
        """, details: ["name": "im", "kind": "secrets"]),
    Refusal(
      method: "GET", target: "/api/v1/nodes",
      message: """
        nodes is forbidden: User "alice" cannot list resource "nodes" in API group "" at the \
        cluster scope
        """, details: ["kind": "nodes"]),
    Refusal(
      method: "PATCH", target: "/apis/apps/v1/namespaces/v/deployments/u/scale",
      message: """
        deployments.apps "u" is forbidden: User "alice" cannot patch resource "deployments/scale" \
        in API group "apps" in the namespace "v"
        """, details: ["name": "u", "group": "apps", "kind": "deployments"]),
    Refusal(
      method: "GET", target: "/metrics",
      message: #"forbidden: User "alice" cannot get path "/metrics""#,
      details: .object(JSONObject())),
  ]

  @Test func `a refusal says what is missing`() {
    for refusal in Self.refusals {
      let status = story.refusal(.alice, refusal.method, refusal.target)
      #expect(status["message"]?.string == refusal.message)
      #expect(status["details"] == refusal.details)
    }
  }

  @Test func `who shows nothing is refused as the anonymous user`() {
    let status = story.refusal(nil, "GET", "/api/v1/pods")
    #expect(
      status["message"]
        == #"pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope"#
    )
    #expect(story.code(nil, "GET", "/healthz") == 200)
  }

  @Test func `a role in a namespace holds there only`() {
    story.role("reader", read)
    story.bind("reader", to: AccessStory.user("alice"))
    #expect(story.code(.alice, "GET", "/api/v1/namespaces/w/configmaps/a") == 404)
    #expect(story.code(.alice, "GET", "/api/v1/namespaces/v/configmaps/a") == 403)
    #expect(story.code(.alice, "GET", "/api/v1/namespaces/w/secrets/a") == 403)
    #expect(story.code(.alice, "DELETE", "/api/v1/namespaces/w/configmaps/a") == 403)
    #expect(story.code(.bob, "GET", "/api/v1/namespaces/w/configmaps/a") == 403)
  }

  @Test func `a cluster's role holds everywhere, or where it is bound`() {
    story.clusterRole("reader", read)
    story.bindCluster("reader", to: AccessStory.group("team"))
    story.bind("reader", kind: "ClusterRole", to: AccessStory.user("alice"))
    #expect(story.code(.bob, "GET", "/api/v1/namespaces/v/configmaps/a") == 404)
    #expect(story.code(.alice, "GET", "/api/v1/namespaces/w/configmaps/a") == 404)
    #expect(story.code(.alice, "GET", "/api/v1/namespaces/v/configmaps/a") == 403)
  }

  @Test func `names and subresources are told apart`() {
    story.clusterRole(
      "narrow",
      [
        [
          "apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"],
          "resourceNames": ["one"],
        ],
        ["apiGroups": ["apps"], "resources": ["*/scale"], "verbs": ["*"]],
      ])
    story.bindCluster("narrow", to: AccessStory.user("alice"))
    #expect(story.code(.alice, "GET", "/api/v1/namespaces/w/configmaps/one") == 404)
    #expect(story.code(.alice, "GET", "/api/v1/namespaces/w/configmaps/two") == 403)
    #expect(story.code(.alice, "GET", "/api/v1/namespaces/w/configmaps") == 403)
    let one = "/api/v1/namespaces/w/configmaps?fieldSelector=metadata.name%3Done"
    #expect(story.code(.alice, "GET", one) != 403)
    #expect(story.code(.alice, "GET", "/apis/apps/v1/namespaces/w/deployments/d/scale") != 403)
    #expect(story.code(.alice, "GET", "/apis/apps/v1/namespaces/w/deployments/d") == 403)
  }

  @Test func `a namespace is told in itself`() {
    story.role("own", [["apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]]])
    story.bind("own", to: AccessStory.user("alice"))
    #expect(story.code(.alice, "GET", "/api/v1/namespaces/w") == 200)
    #expect(
      story.refusal(.alice, "GET", "/api/v1/namespaces/v")["message"]
        == #"namespaces "v" is forbidden: User "alice" cannot get resource "namespaces" in API group "" in the namespace "v""#
    )
  }

  @Test func `paths are allowed by what they begin with`() {
    story.clusterRole("paths", [["nonResourceURLs": ["/logs/*", "/exact"], "verbs": ["get"]]])
    story.bindCluster("paths", to: AccessStory.user("alice"))
    #expect(story.code(.alice, "GET", "/logs/kube/x") == 404)
    #expect(story.code(.alice, "GET", "/exact") == 404)
    #expect(story.code(.alice, "GET", "/exact/more") == 403)
    #expect(story.code(.alice, "POST", "/exact") == 403)
  }

  @Test func `what is granted and taken holds for the next request, at every server`() {
    let other = story.harness.startServer()
    story.role("reader", read)
    other.holdsDeliveries = true
    story.bind("reader", to: AccessStory.user("alice"))
    // The other server's view is older than the grant: it looks again before it refuses.
    let asked = other.begin("GET", "/api/v1/namespaces/w/configmaps/a", user: .alice)
    #expect(other.answers[asked] == nil)
    other.holdsDeliveries = false
    story.harness.settle()
    #expect(other.answers[asked]?.code == 404)
  }
}

@Suite struct `Rules as they change` {
  private static func object(
    _ kind: Kind, _ name: String, in namespace: String = "", _ rest: JSONValue
  ) -> StoredObject {
    var json = rest.object ?? JSONObject()
    json["metadata"] = ["name": .string(name), "namespace": .string(namespace)]
    let key = StoreKey.object(ObjectKey(kind, namespace: namespace, name: name))
    return StoredObject(key: key, json: json, createRevision: 1, modRevision: 1)
  }

  private static func role(_ verbs: [String]) -> StoredObject {
    object(
      .clusterRole, "r",
      [
        "rules": [["apiGroups": [""], "resources": ["pods"], "verbs": .strings(verbs)]]
      ])
  }

  private static func binding(_ subjects: [JSONValue]) -> StoredObject {
    object(
      .clusterRoleBinding, "b",
      ["roleRef": ["kind": "ClusterRole", "name": "r"], "subjects": .array(subjects)])
  }

  private static let get = AccessAttributes(verb: "get", .resource(.init(plural: "pods")))

  @Test func `each change of a role or a binding is followed`() {
    var access = AccessRules()
    let alice = UserInfo(name: "alice")
    let role = Self.role(["get"])
    let binding = Self.binding([AccessStory.user("alice"), AccessStory.user("alice")])
    access.take([ObjectChange(revision: 1, old: nil, new: binding)])
    #expect(access.reason(alice, may: Self.get) == nil)
    access.take([ObjectChange(revision: 2, old: nil, new: role)])
    #expect(
      access.reason(alice, may: Self.get)
        == #"RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to User "alice""#)
    let weaker = Self.role(["list"])
    access.take([ObjectChange(revision: 3, old: role, new: weaker)])
    #expect(access.reason(alice, may: Self.get) == nil)
    access.take([ObjectChange(revision: 4, old: weaker, new: role)])
    let others = Self.binding([AccessStory.user("bob"), AccessStory.account("w", "robot")])
    access.take([ObjectChange(revision: 5, old: binding, new: others)])
    #expect(access.reason(alice, may: Self.get) == nil)
    #expect(
      access.reason(UserInfo(serviceAccount: "robot", in: "w"), may: Self.get)
        == #"RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to ServiceAccount "robot/w""#
    )
    access.take([ObjectChange(revision: 6, old: others, new: nil)])
    #expect(access.reason(UserInfo(name: "bob"), may: Self.get) == nil)
    access.take([ObjectChange(revision: 7, old: nil, new: binding)])
    access.take([ObjectChange(revision: 8, old: role, new: nil)])
    #expect(access.reason(alice, may: Self.get) == nil)
  }

  @Test func `nonsense grants nothing and breaks nothing`() {
    var access = AccessRules()
    let nonsense: [JSONValue] = [
      ["subjects": "x", "roleRef": []], ["subjects": [1, ["kind": "User"], ["kind": 7]]],
      ["subjects": [["kind": "ServiceAccount", "name": "n"]], "roleRef": ["kind": "Role"]],
      ["rules": [1, ["verbs": "get"], ["verbs": [1], "resources": nil]]],
    ]
    for json in nonsense {
      for kind in [Kind.role, .clusterRole, .roleBinding, .clusterRoleBinding] {
        let object = Self.object(kind, "n", in: kind.isNamespaced ? "w" : "", json)
        access.take([ObjectChange(revision: 1, old: nil, new: object)])
        access.take([ObjectChange(revision: 2, old: object, new: nil)])
      }
    }
    #expect(access.reason(UserInfo(name: ""), may: Self.get) == nil)
    #expect(access.rules(of: UserInfo(name: ""), in: "w").isEmpty)
  }
}
