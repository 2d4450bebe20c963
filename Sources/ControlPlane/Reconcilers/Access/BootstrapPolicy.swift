public import JSON
public import Objects
import Registry

/// The roles and bindings that every cluster begins with, read from `bootstrapPolicyText`.
public struct BootstrapPolicy: Sendable {
  public let roles: [(key: ObjectKey, object: JSONObject)]
  public let bindings: [(key: ObjectKey, object: JSONObject)]

  public static let kubernetes = BootstrapPolicy()

  private static let group = "rbac.authorization.k8s.io"

  private init() {
    var roles: [(key: ObjectKey, object: JSONObject)] = []
    var bindings: [(key: ObjectKey, object: JSONObject)] = []
    for line in "\(bootstrapPolicyText)".split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      switch words[0] {
      case "role":
        roles.append((ObjectKey(.clusterRole, name: words[1]), Self.role(words)))
      case "bind":
        bindings.append((ObjectKey(.clusterRoleBinding, name: words[1]), Self.binding(words)))
      default:
        precondition(line.first == " ", "a rule is set off")
        let last = roles.count - 1
        var rules = roles[last].object["rules"]?.array ?? []
        rules.append(Self.rule(words).json)
        roles[last].object["rules"] = .array(rules)
      }
    }
    self.roles = roles
    self.bindings = bindings
  }

  private static func role(_ words: [String]) -> JSONObject {
    var labels: JSONObject = marks
    var object = JSONObject()
    for option in words.dropFirst(2) {
      let sides = option.split(separator: "=")
      precondition(sides.count == 2, "an option has a value")
      let label = "\(group)/aggregate-to-\(sides[1])"
      switch sides[0] {
      case "into": labels[label] = "true"
      case "gathers":
        let selector: JSONValue = .object(JSONObject([.init(name: label, value: "true")]))
        object["aggregationRule"] = ["clusterRoleSelectors": [["matchLabels": selector]]]
      default: preconditionFailure("an unknown option: \(option)")
      }
    }
    object["metadata"] = metadata(words[1], labels)
    return object
  }

  private static func binding(_ words: [String]) -> JSONObject {
    precondition(words[2] == "to", "a binding is to somebody")
    let subjects = words.dropFirst(3).map(subject)
    var object = JSONObject([
      .init(name: "metadata", value: metadata(words[1], marks)),
      .init(
        name: "roleRef",
        value: ["apiGroup": .string(group), "kind": "ClusterRole", "name": .string(words[1])]),
    ])
    if !subjects.isEmpty { object["subjects"] = .array(subjects) }
    return object
  }

  private static func subject(_ text: String) -> JSONValue {
    let parts = text.split(separator: "/").map(String.init)
    guard parts.count == 3 else {
      return ["apiGroup": .string(group), "kind": .string(parts[0]), "name": .string(parts[1])]
    }
    return [
      "kind": .string(parts[0]), "namespace": .string(parts[1]), "name": .string(parts[2]),
    ]
  }

  private static func rule(_ words: [String]) -> PolicyRule {
    let verbs = list(words[0]).flatMap { verb in
      switch verb {
      case "read": ["get", "list", "watch"]
      case "write": ["create", "delete", "deletecollection", "patch", "update"]
      case "post": ["create", "patch", "update"]
      default: [verb]
      }
    }
    if words[1] == "at" { return PolicyRule(verbs: verbs.sorted(), paths: list(words[2])) }
    precondition(words.count == 3 || words.count == 5 && words[3] == "=", "an unreadable rule")
    return PolicyRule(
      verbs: verbs.sorted(), groups: list(words[1]).map { $0 == "core" ? "" : $0 },
      resources: list(words[2]), names: words.count == 5 ? list(words[4]) : [])
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map(String.init)
  }

  private static let marks = JSONObject([
    .init(name: "kubernetes.io/bootstrapping", value: "rbac-defaults")
  ])

  private static func metadata(_ name: String, _ labels: JSONObject) -> JSONValue {
    [
      "name": .string(name), "labels": .object(labels),
      "annotations": .object(
        JSONObject([.init(name: BootstrapPolicyReconciler.autoupdate, value: "true")])),
    ]
  }
}
