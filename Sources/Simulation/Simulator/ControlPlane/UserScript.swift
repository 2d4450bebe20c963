import Base
import JSON
import Objects
import Registry

/// What one seed's user wants, in order, and what must stand at the end whatever happened meanwhile.
struct UserScript {
  struct Workload: Hashable {
    var namespace: String
    var name: String
    var replicas = 1
    /// The template's image: another one is a roll-out, an earlier one a roll-back.
    var version = 1
    var isPaused = false
    var strategy = Strategy.rolling(surge: 1, unavailable: 0)

    enum Strategy: Hashable {
      case rolling(surge: Int, unavailable: Int)
      case recreate
    }
  }

  enum Action: Hashable {
    /// A new Deployment; waits until an earlier one of its name is gone.
    case apply(Workload)
    /// Replicas, template and pause of one that is there.
    case change(Workload)
    case deletePod(of: Workload, graceSeconds: Int64?)
    case delete(Workload, DeleteOptions.Propagation)
    /// A finalizer on the Deployment, or on one of its pods.
    case hold(Workload, isPod: Bool)
    /// Takes the user's finalizers off everything.
    case release
    /// A pod with a name of its own, made again under it whenever it is gone, as a StatefulSet does.
    case keepIdentity(String)
    case deleteIdentity(String)
    case makeNamespace(String)
    case deleteNamespace(String)
    case rest
  }

  private(set) var actions: [Action] = []
  /// By namespace and name.
  private(set) var workloads: [Workload] = []
  private(set) var identities: [String] = []
  private(set) var namespaces: [String] = []

  init(random: inout PRNG, actionCount: Int) {
    add(Workload(namespace: "default", name: "web"), &random)
    for _ in 0..<actionCount { addAction(&random) }
    // A pause is no end: what was put off would stay so.
    for place in workloads.indices where workloads[place].isPaused {
      workloads[place].isPaused = false
      actions.append(.change(workloads[place]))
    }
    actions.append(.release)
  }

  private mutating func add(_ workload: Workload, _ random: inout PRNG) {
    var workload = workload
    workload.replicas = 1 + random.below(3)
    workload.strategy =
      switch random.below(5) {
      case 0: .recreate
      case 1: .rolling(surge: 0, unavailable: 1)
      case 2: .rolling(surge: 1, unavailable: 1)
      default: .rolling(surge: 1, unavailable: 0)
      }
    workloads.append(workload)
    actions.append(.apply(workload))
  }

  private mutating func addAction(_ random: inout PRNG) {
    guard let place = workloads.isEmpty ? nil : random.below(workloads.count) else {
      add(Workload(namespace: "default", name: "web"), &random)
      return
    }
    switch random.below(100) {
    case 0..<20: change(place) { $0.replicas = $0.replicas % 3 + 1 }
    case 20..<27: change(place) { $0.replicas = 0 }
    case 27..<50:
      let version = 1 + random.below(3)
      change(place) { $0.version = version }
    case 50..<55: change(place) { $0.isPaused.toggle() }
    case 55..<63:
      actions.append(
        .deletePod(of: workloads[place], graceSeconds: random.chance(Ratio(1, in: 3)) ? 0 : nil))
    case 63..<71: replace(place, &random)
    case 71..<77:
      actions += [.hold(workloads[place], isPod: true)]
      if random.chance(Ratio(1, in: 2)) { actions += [.rest, .release] }
    case 77..<86: keepIdentity(&random)
    case 86..<91: toggleNamespace(&random)
    case 91..<94 where workloads.count < 2:
      let hasWeb = workloads.contains { $0.namespace == "default" && $0.name == "web" }
      add(Workload(namespace: "default", name: hasWeb ? "api" : "web"), &random)
    default: actions.append(.rest)
    }
  }

  private mutating func change(_ place: Int, _ body: (inout Workload) -> Void) {
    body(&workloads[place])
    actions.append(.change(workloads[place]))
  }

  /// Deletes a Deployment; what is orphaned is adopted by the next one of the name.
  private mutating func replace(_ place: Int, _ random: inout PRNG) {
    let old = workloads.remove(at: place)
    let propagation: DeleteOptions.Propagation =
      [.background, .foreground, .orphan][random.below(3)]
    let isHeld = random.chance(Ratio(1, in: 3))
    if isHeld { actions.append(.hold(old, isPod: false)) }
    actions.append(.delete(old, propagation))
    if isHeld { actions += [.rest, .release] }
    if propagation == .orphan || random.chance(Ratio(2, in: 3)) {
      add(Workload(namespace: old.namespace, name: old.name), &random)
    }
  }

  private mutating func keepIdentity(_ random: inout PRNG) {
    let name = "db-\(random.below(2))"
    if identities.contains(name) {
      actions.append(.deleteIdentity(name))
    } else {
      identities.append(name)
      actions.append(.keepIdentity(name))
    }
  }

  private mutating func toggleNamespace(_ random: inout PRNG) {
    guard namespaces.isEmpty else {
      namespaces = []
      workloads.removeAll { $0.namespace == "team" }
      actions += [.deleteNamespace("team")]
      return
    }
    namespaces = ["team"]
    actions.append(.makeNamespace("team"))
    add(Workload(namespace: "team", name: "job"), &random)
  }
}

extension UserScript.Workload {
  var key: ObjectKey { ObjectKey(.deployment, namespace: namespace, name: name) }

  var json: JSONObject {
    var object = JSONObject()
    object["apiVersion"] = "apps/v1"
    object["kind"] = "Deployment"
    object["metadata"] = [
      "name": .string(name), "namespace": .string(namespace), "labels": ["app": .string(name)],
    ]
    object["spec"] = spec
    return object
  }

  private var spec: JSONValue {
    [
      "replicas": JSONValue(Int64(replicas)),
      "paused": .bool(isPaused),
      "revisionHistoryLimit": 2,
      "selector": ["matchLabels": ["app": .string(name)]],
      "strategy": strategyJSON,
      "template": [
        "metadata": ["labels": ["app": .string(name)]],
        "spec": Self.podSpec(image: "app:v\(version)"),
      ],
    ]
  }

  private var strategyJSON: JSONValue {
    switch strategy {
    case .recreate: ["type": "Recreate"]
    case .rolling(let surge, let unavailable):
      [
        "type": "RollingUpdate",
        "rollingUpdate": [
          "maxSurge": JSONValue(Int64(surge)), "maxUnavailable": JSONValue(Int64(unavailable)),
        ],
      ]
    }
  }

  /// `old` with what this wants of it.
  func changed(_ old: JSONObject) -> JSONObject {
    guard var wanted = old["spec"]?.object else { return json }
    var object = old
    for name in ["replicas", "paused", "strategy", "template"] { wanted[name] = spec[name] }
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

extension JSONValue {
  init(_ number: Int64) { self = .number(JSONNumber(number)) }
}
