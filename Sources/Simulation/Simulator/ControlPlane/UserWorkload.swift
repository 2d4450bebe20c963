import JSON
import Objects

/// A Deployment or a ReplicaSet as the simulated user wants it.
struct UserWorkload: Hashable {
  let kind: Kind
  let namespace: String
  let name: String
  var replicas = 1
  /// The template's image: another one is a roll-out, an earlier one a roll-back.
  var version = 1
  var isPaused = false
  var strategy = Strategy.rolling(surge: 1, unavailable: 0)

  enum Strategy: Hashable {
    case rolling(surge: Int, unavailable: Int)
    case recreate
  }

  init(kind: Kind, namespace: String, name: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  var key: ObjectKey { ObjectKey(kind, namespace: namespace, name: name) }

  var json: JSONObject {
    var object = JSONObject()
    object["apiVersion"] = .string(kind.apiVersion)
    object["kind"] = .string(kind.name)
    object["metadata"] = [
      "name": .string(name), "namespace": .string(namespace), "labels": ["app": .string(name)],
    ]
    object["spec"] = .object(spec)
    return object
  }

  private var spec: JSONObject {
    var spec = JSONObject()
    spec["replicas"] = .number(JSONNumber(Int64(replicas)))
    spec["selector"] = ["matchLabels": ["app": .string(name)]]
    spec["template"] = [
      "metadata": ["labels": ["app": .string(name)]],
      "spec": Self.podSpec(image: "app:v\(version)"),
    ]
    guard kind == .deployment else { return spec }
    spec["paused"] = .bool(isPaused)
    spec["revisionHistoryLimit"] = 2
    spec["strategy"] = strategyJSON
    return spec
  }

  private var strategyJSON: JSONValue {
    switch strategy {
    case .recreate: ["type": "Recreate"]
    case .rolling(let surge, let unavailable):
      [
        "type": "RollingUpdate",
        "rollingUpdate": [
          "maxSurge": .number(JSONNumber(Int64(surge))),
          "maxUnavailable": .number(JSONNumber(Int64(unavailable))),
        ],
      ]
    }
  }

  /// `old` with what this wants of it; the rest is as it is.
  func changed(_ old: JSONObject) -> JSONObject {
    var object = old
    var wanted = old["spec"]?.object ?? JSONObject()
    for member in spec.members where kind == .deployment || member.name == "replicas" {
      wanted[member.name] = member.value
    }
    object["spec"] = .object(wanted)
    return object
  }

  static func podSpec(image: String) -> JSONValue {
    let toleration = { (key: String) -> JSONValue in
      [
        "key": .string("node.kubernetes.io/\(key)"), "operator": "Exists", "effect": "NoExecute",
        "tolerationSeconds": 4,
      ]
    }
    return [
      "terminationGracePeriodSeconds": 2,
      "tolerations": [toleration("not-ready"), toleration("unreachable")],
      "containers": [
        [
          "name": "app", "image": .string(image), "command": ["/bin/app"],
          "resources": ["requests": ["cpu": "50m", "memory": "16Mi"]],
        ]
      ],
    ]
  }
}
