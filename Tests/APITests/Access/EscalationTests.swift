import Base
import HTTP
import JSON
import Registry
import Testing

@testable import API

/// Expected texts are a kube-apiserver 1.33's.
@Suite struct `Nobody grants what he does not hold` {
  private let story = AccessStory()
  private let roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/w/roles"
  private let bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
  private let writes: JSONValue = [
    "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["*"], "verbs": ["create"],
  ]

  private func role(_ rules: JSONValue) -> JSONValue {
    ["kind": "Role", "metadata": ["name": "esc"], "rules": rules]
  }

  private func binding(of role: String) -> JSONValue {
    [
      "kind": "ClusterRoleBinding", "metadata": ["name": "esc"],
      "roleRef": [
        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(role),
      ],
      "subjects": [AccessStory.user("alice")],
    ]
  }

  @Test func `a role with more than its writer has is refused`() {
    story.clusterRole("writer", [writes])
    story.bindCluster("writer", to: AccessStory.user("alice"))
    let status = story.refusal(
      .alice, "POST", roles,
      body: role([["apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]]]))
    #expect(
      status["message"]
        == """
        roles.rbac.authorization.k8s.io "esc" is forbidden: user "alice" \
        (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently \
        held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}
        """)
    #expect(
      status["details"]
        == ["name": "esc", "group": "rbac.authorization.k8s.io", "kind": "roles"])
  }

  @Test(arguments: ["POST", "PUT", "PATCH", "apply"])
  func `what is only tried is refused too`(method: String) {
    story.clusterRole(
      "writer",
      [
        [
          "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["*"],
          "verbs": ["create", "update", "patch", "get", "delete"],
        ]
      ])
    story.bindCluster("writer", to: AccessStory.user("alice"))
    let more = role([["apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]]])
    if method != "POST" {
      story.make(
        roles,
        role([
          [
            "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["*"],
            "verbs": ["get"],
          ]
        ]))
    }
    var (target, fields) = (roles, HeaderFields())
    switch method {
    case "POST": break
    case "PATCH":
      target += "/esc"
      fields.append("content-type", "application/merge-patch+json")
    case "apply":
      target += "/esc"
      fields.append("content-type", "application/apply-patch+yaml")
    default: target += "/esc"
    }
    let verb = method == "apply" ? "PATCH" : method
    let body =
      method == "apply" ? more.adding("apiVersion", "rbac.authorization.k8s.io/v1") : more
    let query = method == "apply" ? "fieldManager=m&force=true&" : ""
    let revision = story.harness.store.revision
    for dryRun in ["dryRun=All", ""] {
      let answer = story.harness.send(
        verb, "\(target)?\(query)\(dryRun)", user: .alice, fields: fields, body: body)
      #expect(answer.code == 403, "\(answer.body.text)")
      #expect(
        answer.json["message"]?.string?.contains(
          "is attempting to grant RBAC permissions not currently held") == true)
    }
    #expect(story.harness.store.revision == revision)
  }

  @Test func `deleting grants nothing`() {
    story.clusterRole(
      "remover",
      [
        [
          "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["*"], "verbs": ["delete"],
        ]
      ])
    story.bindCluster("remover", to: AccessStory.user("alice"))
    let rule: JSONValue = ["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]]
    story.make(
      roles,
      ["kind": "Role", "metadata": ["name": "esc", "finalizers": ["a.b/c"]], "rules": [rule]])
    story.clusterRole("all", [rule])
    story.make(
      bindings,
      [
        "kind": "ClusterRoleBinding", "metadata": ["name": "esc", "finalizers": ["a.b/c"]],
        "roleRef": [
          "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "all",
        ],
        "subjects": [AccessStory.user("bob")],
      ])
    #expect(story.code(.alice, "DELETE", "\(roles)/esc") == 200)
    #expect(story.code(.alice, "DELETE", "\(bindings)/esc") == 200)
  }

  @Test func `the binding of a role with more than its writer has is refused`() {
    story.clusterRole("writer", [writes])
    story.bindCluster("writer", to: AccessStory.user("alice"))
    story.clusterRole(
      "all",
      [
        ["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]],
        ["nonResourceURLs": ["*"], "verbs": ["*"]],
      ])
    let status = story.refusal(.alice, "POST", bindings, body: binding(of: "all"))
    #expect(
      status["message"]
        == """
        clusterrolebindings.rbac.authorization.k8s.io "esc" is forbidden: user "alice" \
        (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently \
        held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}
        """)
    let none = story.harness.send("POST", bindings, user: .alice, body: binding(of: "none"))
    #expect(none.code == 404)
    #expect(none.json["message"] == #"clusterroles.rbac.authorization.k8s.io "none" not found"#)
  }

  @Test func `who holds it, or may escalate or bind, grants it`() {
    let secrets: JSONValue = [
      "apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"],
    ]
    story.clusterRole("holder", [writes, secrets])
    story.bindCluster("holder", to: AccessStory.user("alice"))
    story.clusterRole(
      "trusted",
      [
        writes,
        [
          "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "clusterroles"],
          "verbs": ["escalate", "bind"],
        ],
      ])
    story.bindCluster("trusted", to: AccessStory.group("team"))
    #expect(
      story.harness.send("POST", roles, user: .alice, body: role([secrets])).code == 201)
    #expect(
      story.harness.send("POST", bindings, user: .bob, body: binding(of: "holder")).code == 201)
    let more: JSONValue = [
      "kind": "Role", "metadata": ["name": "more"],
      "rules": [["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]]],
    ]
    #expect(story.harness.send("POST", roles, user: .bob, body: more).code == 201)
  }

  @Test func `an aggregated role can gather anything`() {
    story.clusterRole("writer", [writes])
    story.bindCluster("writer", to: AccessStory.user("alice"))
    let status = story.refusal(
      .alice, "POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles",
      body: [
        "kind": "ClusterRole", "metadata": ["name": "agg"],
        "aggregationRule": ["clusterRoleSelectors": [["matchLabels": ["a": "b"]]]],
      ])
    #expect(
      status["message"]
        == """
        clusterroles.rbac.authorization.k8s.io "agg" is forbidden: must have cluster-admin \
        privileges to use the aggregationRule
        """)
  }
}

@Suite struct `What one set of rules lacks of another` {
  private func rule(
    _ verbs: [String], _ resources: [String], names: [String] = [], groups: [String] = [""]
  ) -> PolicyRule {
    PolicyRule(verbs: verbs, groups: groups, resources: resources, names: names)
  }

  @Test func `several rules together may cover one`() {
    let held = [rule(["get"], ["pods"]), rule(["list"], ["pods", "secrets"])]
    #expect(PolicyRule.missing(from: held, of: [rule(["get", "list"], ["pods"])]).isEmpty)
    #expect(
      PolicyRule.missing(from: held, of: [rule(["get", "list", "watch"], ["pods", "secrets"])])
        == [rule(["watch"], ["pods"]), rule(["get", "watch"], ["secrets"])])
  }

  @Test func `names, subresources and stars are weighed`() {
    #expect(
      PolicyRule.missing(
        from: [rule(["get"], ["pods"], names: ["a"])], of: [rule(["get"], ["pods"])])
        == [rule(["get"], ["pods"])])
    #expect(
      PolicyRule.missing(
        from: [rule(["get"], ["pods"])], of: [rule(["get"], ["pods"], names: ["a"])]
      ).isEmpty)
    #expect(
      PolicyRule.missing(
        from: [rule(["*"], ["*/scale"], groups: ["*"])],
        of: [rule(["get"], ["deployments/scale", "deployments"], groups: ["apps"])])
        == [rule(["get"], ["deployments"], groups: ["apps"])])
    #expect(
      PolicyRule.missing(
        from: [PolicyRule(verbs: ["get"], paths: ["/api/*"])],
        of: [PolicyRule(verbs: ["get"], paths: ["/api/v1", "/api/*", "/apis"])])
        == [PolicyRule(verbs: ["get"], paths: ["/apis"])])
  }

  @Test func `a rule of too many parts counts as not held`() {
    let many = (0..<200).map { "r\($0)" }
    let huge = rule(many, many)
    #expect(PolicyRule.missing(from: [rule(["get"], ["pods"])], of: [huge]) == [huge])
    #expect(PolicyRule.missing(from: PolicyRule.everything, of: [huge]).isEmpty)
  }
}

extension JSONValue {
  fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONValue {
    var object = object ?? JSONObject()
    object[name] = value
    return .object(object)
  }
}
