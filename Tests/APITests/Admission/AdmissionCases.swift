import JSON
import Registry
import Testing

/// An object, the cluster that it comes into, and what Kubernetes answers.
struct AdmissionCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// What there is before, made by the administrator.
  var state: [JSONValue] = []
  let object: JSONValue
  let expected: Expected

  enum Expected: Sendable {
    case refused(code: Int, reason: String, message: String)
    /// Fields by their paths, and what each quota says is used afterwards.
    case accepted([String: JSONValue], used: [String: JSONValue])

    static func forbidden(_ message: String) -> Expected {
      .refused(code: 403, reason: "Forbidden", message: message)
    }

    static func holds(
      _ fields: [String: JSONValue] = [:], used: [String: JSONValue] = [:]
    ) -> Expected {
      .accepted(fields, used: used)
    }
  }

  init(_ name: String, _ object: JSONValue, in state: JSONValue..., is expected: Expected) {
    self.name = name
    self.state = state
    self.object = object
    self.expected = expected
  }

  var testDescription: String { name }
}

/// Objects of the cases.
enum AdmissionObjects {
  static func pod(_ name: String = "x", _ container: JSONValue = [:], spec: JSONValue = [:])
    -> JSONValue
  {
    var filled = JSONObject([.init(name: "name", value: "c"), .init(name: "image", value: "a")])
    for member in container.members { filled[member.name] = member.value }
    var whole = JSONObject([.init(name: "containers", value: [.object(filled)])])
    for member in spec.members { whole[member.name] = member.value }
    return [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "namespace": "v"],
      "spec": .object(whole),
    ]
  }

  static func sized(named name: String = "x", _ resources: JSONValue) -> JSONValue {
    pod(name, ["resources": resources])
  }

  static func quota(
    named name: String = "q", _ hard: JSONValue, _ rest: JSONObject.Member...
  ) -> JSONValue {
    var spec = JSONObject([.init(name: "hard", value: hard)])
    for member in rest { spec[member.name] = member.value }
    return [
      "apiVersion": "v1", "kind": "ResourceQuota",
      "metadata": ["name": .string(name), "namespace": "v"], "spec": .object(spec),
    ]
  }

  static func limits(_ limit: JSONValue...) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "LimitRange", "metadata": ["name": "l", "namespace": "v"],
      "spec": ["limits": .array(limit)],
    ]
  }

  static func priority(_ name: String, _ value: Int64, isDefault: Bool = false) -> JSONValue {
    [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass",
      "metadata": ["name": .string(name)], "value": .number(value),
      "globalDefault": .bool(isDefault),
    ]
  }

  static func map(_ name: String = "x") -> JSONValue {
    [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": ["name": .string(name), "namespace": "v"],
    ]
  }

  static func claim(_ size: String, className: String? = nil) -> JSONValue {
    var spec: JSONObject = JSONObject([
      .init(name: "accessModes", value: ["ReadWriteOnce"]),
      .init(name: "resources", value: ["requests": ["storage": .string(size)]]),
    ])
    if let className { spec["storageClassName"] = .string(className) }
    return [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim",
      "metadata": ["name": "x", "namespace": "v"], "spec": .object(spec),
    ]
  }

  static func service(_ type: String, ports: Int64...) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s", "namespace": "v"],
      "spec": [
        "type": .string(type), "clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"],
        "ports": .array(ports.map { ["name": .string("p\($0)"), "port": .number($0)] }),
      ],
    ]
  }

  static func account(_ name: String, _ rest: JSONObject.Member...) -> JSONValue {
    var object = JSONObject([
      .init(name: "apiVersion", value: "v1"), .init(name: "kind", value: "ServiceAccount"),
      .init(name: "metadata", value: ["name": .string(name), "namespace": "v"]),
    ])
    for member in rest { object[member.name] = member.value }
    return .object(object)
  }

  static let deployment: JSONValue = [
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "x", "namespace": "v"],
    "spec": [
      "selector": ["matchLabels": ["a": "b"]],
      "template": [
        "metadata": ["labels": ["a": "b"]],
        "spec": ["containers": [["name": "c", "image": "a"]]],
      ],
    ],
  ]
}

extension AdmissionCase {
  private typealias Make = AdmissionObjects

  static let all = quotas + moreQuotas + ranges + classes + accounts + defaults

  /// Texts as kube-apiserver 1.33 answered (rows of a recording, by their names there), and by
  /// kubernetes.io/docs/concepts/policy/resource-quotas.
  private static let quotas: [AdmissionCase] = [
    AdmissionCase(
      "quota requests.cpu set, pod has no cpu request", Make.pod(),
      in: Make.quota(["requests.cpu": "1"]),
      is: .forbidden(
        #"pods "x" is forbidden: failed quota: q: must specify requests.cpu for: c"#)),
    AdmissionCase(
      "quota exceeded: cpu 2 of 1", Make.sized(["requests": ["cpu": "2"]]),
      in: Make.quota(["requests.cpu": "1"]),
      is: .forbidden(
        #"pods "x" is forbidden: exceeded quota: q, requested: requests.cpu=2, "#
          + "used: requests.cpu=0, limited: requests.cpu=1")),
    AdmissionCase(
      "quota exceeded: configmaps 0", Make.map(), in: Make.quota(["configmaps": "0"]),
      is: .forbidden(
        #"configmaps "x" is forbidden: exceeded quota: q, requested: configmaps=1, "#
          + "used: configmaps=0, limited: configmaps=0")),
    AdmissionCase(
      "quota fits", Make.sized(["requests": ["cpu": "1"]]),
      in: Make.quota(["pods": "1", "requests.cpu": "1"]),
      is: .holds(used: ["q": ["pods": "1", "requests.cpu": "1"]])),
    AdmissionCase(
      "quota exceeded: second pod", Make.sized(named: "x2", ["requests": ["cpu": "1"]]),
      in: Make.sized(["requests": ["cpu": "1"]]),
      Make.quota(["pods": "1", "requests.cpu": "1"]),
      is: .forbidden(
        #"pods "x2" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=1, "#
          + "used: pods=1,requests.cpu=1, limited: pods=1,requests.cpu=1")),
    AdmissionCase(
      "a service grows ports beyond its quota", Make.service("NodePort", ports: 80, 81),
      in: Make.service("ClusterIP", ports: 80, 81),
      Make.quota(["services": "1", "services.nodeports": "1"]),
      is: .forbidden(
        #"services "s" is forbidden: exceeded quota: q, requested: services.nodeports=2, "#
          + "used: services.nodeports=0, limited: services.nodeports=1")),
    AdmissionCase(
      "a service grows ports within its quota", Make.service("NodePort", ports: 80),
      in: Make.service("ClusterIP", ports: 80),
      Make.quota(["services": "1", "services.nodeports": "1"]),
      is: .holds(used: ["q": ["services": "1", "services.nodeports": "1"]])),
    AdmissionCase(
      "a claim beyond what its class may hold", Make.claim("2Gi", className: "fast"),
      in: Make.quota(["fast.storageclass.storage.k8s.io/requests.storage": "1Gi"]),
      is: .forbidden(
        #"persistentvolumeclaims "x" is forbidden: exceeded quota: q, "#
          + "requested: fast.storageclass.storage.k8s.io/requests.storage=2Gi, "
          + "used: fast.storageclass.storage.k8s.io/requests.storage=0, "
          + "limited: fast.storageclass.storage.k8s.io/requests.storage=1Gi")),
    AdmissionCase(
      "objects are counted whatever they are", Make.deployment,
      in: Make.quota(["count/deployments.apps": "0"]),
      is: .forbidden(
        #"deployments.apps "x" is forbidden: exceeded quota: q, "#
          + "requested: count/deployments.apps=1, used: count/deployments.apps=0, "
          + "limited: count/deployments.apps=0")),
  ]

  private static let moreQuotas: [AdmissionCase] = [
    AdmissionCase(
      "several quotas: each is charged", Make.sized(["requests": ["cpu": "1"]]),
      in: Make.quota(named: "a", ["pods": "3"]),
      Make.quota(named: "b", ["requests.cpu": "2", "pods": "2"]),
      Make.quota(named: "c", ["configmaps": "1"]),
      is: .holds(
        used: [
          "a": ["pods": "1"], "b": ["pods": "1", "requests.cpu": "1"],
          "c": ["configmaps": "0"],
        ])),
    AdmissionCase(
      "several quotas: the tighter one refuses", Make.pod(),
      in: Make.quota(named: "a", ["pods": "3"]), Make.quota(named: "b", ["pods": "0"]),
      is: .forbidden(
        #"pods "x" is forbidden: exceeded quota: b, requested: pods=1, used: pods=0, "#
          + "limited: pods=0")),
    AdmissionCase(
      "a quota of pods without requests minds no other", Make.sized(["requests": ["cpu": "1"]]),
      in: Make.quota(["pods": "0"], .init(name: "scopes", value: ["BestEffort"])),
      is: .holds(used: ["q": ["pods": "0"]])),
    AdmissionCase(
      "a quota of pods without requests", Make.pod(),
      in: Make.quota(["pods": "0"], .init(name: "scopes", value: ["BestEffort"])),
      is: .forbidden(
        #"pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, "#
          + "limited: pods=0")),
    AdmissionCase(
      "a quota of a priority class", Make.pod(spec: ["priorityClassName": "high"]),
      in: Make.priority("high", 7),
      Make.quota(
        ["pods": "0"],
        .init(
          name: "scopeSelector",
          value: [
            "matchExpressions": [
              ["scopeName": "PriorityClass", "operator": "In", "values": ["high"]]
            ]
          ])),
      is: .forbidden(
        #"pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, "#
          + "limited: pods=0")),
    AdmissionCase(
      "what a limit range gives counts", Make.pod(),
      in: Make.limits(["type": "Container", "defaultRequest": ["cpu": "500m"]]),
      Make.quota(["requests.cpu": "1"]), is: .holds(used: ["q": ["requests.cpu": "500m"]])),
    AdmissionCase(
      "a quota of quotas", Make.quota(named: "x", ["pods": "1"]),
      in: Make.quota(named: "q", ["resourcequotas": "1"]),
      is: .forbidden(
        #"resourcequotas "x" is forbidden: exceeded quota: q, requested: resourcequotas=1, "#
          + "used: resourcequotas=1, limited: resourcequotas=1")),
    AdmissionCase(
      "a quota of quotas is charged", Make.quota(named: "x", ["pods": "1"]),
      in: Make.quota(named: "q", ["resourcequotas": "2"]),
      is: .holds(used: ["q": ["resourcequotas": "2"]])),
  ]

  private static let ranges: [AdmissionCase] = [
    AdmissionCase(
      "LimitRange: cpu limit 3 > max 2", Make.sized(["limits": ["cpu": "3"]]),
      in: Make.limits(["type": "Container", "max": ["cpu": "2"]]),
      is: .forbidden(
        #"pods "x" is forbidden: maximum cpu usage per Container is 2, but limit is 3"#)),
    AdmissionCase(
      "LimitRange: ratio > 2",
      Make.sized(["limits": ["cpu": "2"], "requests": ["cpu": "500m"]]),
      in: Make.limits(["type": "Container", "maxLimitRequestRatio": ["cpu": "2"]]),
      is: .forbidden(
        #"pods "x" is forbidden: cpu max limit to request ratio per Container is 2, but "#
          + "provided ratio is 4.000000")),
    AdmissionCase(
      "LimitRange Container max cpu 2 gives both", Make.pod(),
      in: Make.limits(["type": "Container", "max": ["cpu": "2"]]),
      is: .holds([
        "spec.containers.0.resources": ["limits": ["cpu": "2"], "requests": ["cpu": "2"]],
        "status.qosClass": "Burstable",
      ])),
    AdmissionCase(
      "a limit range fills what is not said", Make.sized(["requests": ["cpu": "1"]]),
      in: Make.limits([
        "type": "Container", "default": ["cpu": "2", "memory": "1Gi"],
        "defaultRequest": ["cpu": "500m"],
      ]),
      is: .holds([
        "spec.containers.0.resources.limits": ["cpu": "2", "memory": "1Gi"],
        "spec.containers.0.resources.requests.cpu": "1",
      ])),
    AdmissionCase(
      "a claim smaller than a limit range lets it be", Make.claim("1Gi"),
      in: Make.limits(["type": "PersistentVolumeClaim", "min": ["storage": "2Gi"]]),
      is: .forbidden(
        #"persistentvolumeclaims "x" is forbidden: minimum storage usage per "#
          + "PersistentVolumeClaim is 2Gi, but request is 1Gi")),
  ]

  private static let classes: [AdmissionCase] = [
    AdmissionCase(
      "Pod: priority set, no class", Make.pod(spec: ["priority": 5]),
      is: .forbidden(
        #"pods "x" is forbidden: the integer value of priority (5) must not be provided in pod "#
          + "spec; priority admission controller computed 0 from the given PriorityClass name")),
    AdmissionCase(
      "priorityClassName: system-node-critical",
      Make.pod(spec: ["priorityClassName": "system-node-critical"]),
      is: .holds([
        "spec.priority": 2_000_001_000, "spec.preemptionPolicy": "PreemptLowerPriority",
      ])),
    AdmissionCase(
      "a class that there is not", Make.pod(spec: ["priorityClassName": "none"]),
      is: .forbidden(#"pods "x" is forbidden: no PriorityClass with name none was found"#)),
    AdmissionCase(
      "a pod that names no class has the default one", Make.pod(),
      in: Make.priority("usual", 3, isDefault: true), Make.priority("high", 7),
      is: .holds(["spec.priority": 3, "spec.priorityClassName": "usual"])),
    AdmissionCase(
      "PriorityClass: second globalDefault", Make.priority("x", 1, isDefault: true),
      in: Make.priority("vg", 3, isDefault: true),
      is: .forbidden(
        #"priorityclasses.scheduling.k8s.io "x" is forbidden: PriorityClass vg is already "#
          + "marked as default. Only one default can exist")),
    AdmissionCase(
      "a runtime that there is not", Make.pod(spec: ["runtimeClassName": "none"]),
      is: .forbidden(
        #"pods "x" is forbidden: pod rejected: RuntimeClass "none" not found"#)),
    AdmissionCase(
      "a runtime has its overhead", Make.pod(spec: ["runtimeClassName": "deep"]),
      in: [
        "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": ["name": "deep"],
        "handler": "deep", "overhead": ["podFixed": ["cpu": "250m"]],
      ], Make.quota(["requests.cpu": "2"]),
      Make.limits([
        "type": "Container", "defaultRequest": ["cpu": "1"],
      ]),
      is: .holds(["spec.overhead": ["cpu": "250m"]], used: ["q": ["requests.cpu": "1250m"]])),
  ]

  private static let accounts: [AdmissionCase] = [
    AdmissionCase(
      "Pod: serviceAccountName unknown", Make.pod(spec: ["serviceAccountName": "nope"]),
      is: .forbidden(
        #"pods "x" is forbidden: error looking up service account v/nope: "#
          + #"serviceaccount "nope" not found"#)),
    AdmissionCase(
      "one container, image `a`", Make.pod(),
      is: .holds([
        "spec.serviceAccountName": "default", "spec.serviceAccount": "default",
        "spec.volumes.0.name": "kube-api-access-<5 chars>",
        "spec.volumes.0.projected.sources.0.serviceAccountToken": [
          "expirationSeconds": 3607, "path": "token",
        ],
        "spec.containers.0.volumeMounts.0.mountPath":
          "/var/run/secrets/kubernetes.io/serviceaccount",
      ])),
    AdmissionCase(
      "automountServiceAccountToken: false",
      Make.pod(spec: ["automountServiceAccountToken": false]),
      is: .holds([
        "spec.serviceAccountName": "default", "spec.serviceAccount": "default",
        "spec.volumes": nil,
      ])),
    AdmissionCase(
      "an account gives its secrets", Make.pod(spec: ["serviceAccountName": "robot"]),
      in: Make.account("robot", .init(name: "imagePullSecrets", value: [["name": "hub"]])),
      is: .holds(["spec.imagePullSecrets": [["name": "hub"]]])),
  ]

  private static let defaults: [AdmissionCase] = [
    AdmissionCase(
      "a pod stays five minutes on a node that is lost", Make.pod(),
      is: .holds([
        "spec.tolerations": [
          [
            "effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists",
            "tolerationSeconds": 300,
          ],
          [
            "effect": "NoExecute", "key": "node.kubernetes.io/unreachable", "operator": "Exists",
            "tolerationSeconds": 300,
          ],
        ]
      ])),
    AdmissionCase(
      "PVC, a default StorageClass `defsc` exists", Make.claim("1Gi"),
      in: [
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": [
          "name": "defsc",
          "annotations": ["storageclass.kubernetes.io/is-default-class": "true"],
        ], "provisioner": "p",
      ], is: .holds(["spec.storageClassName": "defsc"])),
    AdmissionCase(
      "Ingress, a default IngressClass exists",
      [
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": ["name": "x", "namespace": "v"],
        "spec": ["defaultBackend": ["service": ["name": "s", "port": ["number": 80]]]],
      ],
      in: [
        "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
        "metadata": [
          "name": "defcls",
          "annotations": ["ingressclass.kubernetes.io/is-default-class": "true"],
        ], "spec": ["controller": "a.example/c"],
      ], is: .holds(["spec.ingressClassName": "defcls"])),
    AdmissionCase(
      "Service: clusterIP already taken",
      [
        "apiVersion": "v1", "kind": "Service", "metadata": ["name": "t", "namespace": "v"],
        "spec": ["clusterIP": "10.96.0.9", "ports": [["port": 80]]],
      ], in: Make.service("ClusterIP", ports: 80),
      is: .refused(
        code: 422, reason: "Invalid",
        message: #"Service "t" is invalid: spec.clusterIPs: Invalid value: []string{"10.96.0.9"}: "#
          + "failed to allocate IP 10.96.0.9: provided IP is already allocated")),
    AdmissionCase(
      "Service: nodePort already taken",
      [
        "apiVersion": "v1", "kind": "Service", "metadata": ["name": "t", "namespace": "v"],
        "spec": ["type": "NodePort", "ports": [["port": 80, "nodePort": 30_555]]],
      ],
      in: [
        "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s", "namespace": "v"],
        "spec": ["type": "NodePort", "ports": [["port": 80, "nodePort": 30_555]]],
      ],
      is: .refused(
        code: 422, reason: "Invalid",
        message: #"Service "t" is invalid: spec.ports[0].nodePort: Invalid value: 30555: "#
          + "provided port is already allocated")),
  ]
}
