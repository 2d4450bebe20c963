import HTTP
import JSON
import Testing

@testable import API

/// Roles and bindings made by the administrator, and users who then ask.
struct AccessStory {
  let harness = APIHarness()

  init() {
    make("/api/v1/namespaces", ["kind": "Namespace", "metadata": ["name": "w"]])
    make("/api/v1/namespaces", ["kind": "Namespace", "metadata": ["name": "v"]])
  }

  private static let rbac = "/apis/rbac.authorization.k8s.io/v1"

  func make(_ path: String, _ body: JSONValue, source: SourceLocation = #_sourceLocation) {
    let answer = harness.send("POST", path, body: body)
    #expect(answer.code == 201, "\(answer.body)", sourceLocation: source)
  }

  func clusterRole(_ name: String, _ rules: JSONValue) {
    make(
      Self.rbac + "/clusterroles",
      ["kind": "ClusterRole", "metadata": ["name": .string(name)], "rules": rules])
  }

  func role(_ name: String, in namespace: String = "w", _ rules: JSONValue) {
    make(
      Self.rbac + "/namespaces/\(namespace)/roles",
      ["kind": "Role", "metadata": ["name": .string(name)], "rules": rules])
  }

  func bindCluster(_ role: String, to subjects: JSONValue...) {
    make(
      Self.rbac + "/clusterrolebindings",
      [
        "kind": "ClusterRoleBinding", "metadata": ["name": .string(role)],
        "roleRef": [
          "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(role),
        ],
        "subjects": .array(subjects),
      ])
  }

  func bind(
    _ role: String, kind: String = "Role", in namespace: String = "w", to subjects: JSONValue...
  ) {
    make(
      Self.rbac + "/namespaces/\(namespace)/rolebindings",
      [
        "kind": "RoleBinding", "metadata": ["name": .string(role)],
        "roleRef": [
          "apiGroup": "rbac.authorization.k8s.io", "kind": .string(kind), "name": .string(role),
        ],
        "subjects": .array(subjects),
      ])
  }

  static func user(_ name: String) -> JSONValue {
    ["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": .string(name)]
  }

  static func group(_ name: String) -> JSONValue {
    ["apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": .string(name)]
  }

  static func account(_ namespace: String, _ name: String) -> JSONValue {
    ["kind": "ServiceAccount", "namespace": .string(namespace), "name": .string(name)]
  }

  /// The code that a request of this user is answered with.
  func code(_ user: ClientCertificate?, _ method: String, _ target: String) -> Int {
    harness.send(method, target, user: user).code
  }

  /// The message that it is refused with.
  func refusal(
    _ user: ClientCertificate?, _ method: String, _ target: String, body: JSONValue? = nil,
    source: SourceLocation = #_sourceLocation
  ) -> JSONValue {
    let answer = harness.send(method, target, user: user, body: body)
    #expect(answer.code == 403, "\(answer.body)", sourceLocation: source)
    #expect(answer.json["reason"] == "Forbidden", sourceLocation: source)
    return answer.json
  }
}

extension ClientCertificate {
  static let alice = ClientCertificate(commonName: "alice", organizations: [])
  static let bob = ClientCertificate(commonName: "bob", organizations: ["team"])
}
