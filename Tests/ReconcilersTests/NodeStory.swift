import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// A cluster as values: tests write into it, reconcilers plan, the registry lowers, the view
/// applies.
struct NodeStory {
  private(set) var view = ClusterView()
  private(set) var revision: Int64 = 100
  private(set) var context: PlanContext
  /// What `settle` committed, in order.
  private(set) var committed: [Step] = []
  private(set) var rejections: [Rejection] = []
  /// The shortest wait that plans asked for since the last `settle` began.
  private(set) var lookAgain: Duration?
  private var registry = ObjectRegistry(writer: "tester")
  private let reconcilers: [any Reconciler]
  private var queue: [Work] = []

  private struct Work: Hashable {
    let reconciler: Int
    let key: WorkKey
  }

  static let start = WallTime(milliseconds: 1_700_000_000_000)

  init(_ reconcilers: [any Reconciler] = [], seed: UInt64 = 1) {
    self.reconcilers = reconcilers
    context = PlanContext(now: Self.start, random: PRNG(seed: seed))
    put(
      .object(ObjectKey(.namespace, name: "default")),
      [
        "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "default", "uid": "ns"],
        "status": ["phase": "Active"],
      ])
  }

  var now: WallTime { context.now }

  mutating func advance(_ duration: Duration) {
    context = PlanContext(
      now: WallTime(milliseconds: now.milliseconds + duration.milliseconds),
      random: context.random)
  }

  // MARK: - The world's writes

  mutating func put(_ key: StoreKey, _ json: JSONValue) {
    revision += 1
    let object = StoredObject(
      key: key, json: json.object ?? JSONObject(),
      createRevision: view[key]?.createRevision ?? revision, modRevision: revision)
    let old = view.put(object)
    enqueue(old: old, new: object)
  }

  mutating func put(_ json: JSONValue) {
    let meta = ObjectMeta(of: json.object ?? JSONObject())
    guard let name = json["kind"]?.string, let kind = Kind.all.first(where: { $0.name == name })
    else { preconditionFailure("a kept kind") }
    put(.object(ObjectKey(kind, namespace: meta.namespace, name: meta.name)), json)
  }

  mutating func remove(_ key: StoreKey) {
    revision += 1
    let old = view.remove(key)
    enqueue(old: old, new: nil)
  }

  /// A node as its agent keeps it: heartbeat and report.
  mutating func speak(_ node: String, _ report: JSONValue = nodeReport()) {
    put(.heartbeat(node), [:])
    if view[.actualNode(node)] == nil { put(.actualNode(node), report) }
  }

  /// As a user's command does it.
  mutating func user(_ intent: Intent) throws {
    try apply(Step([intent]))
  }

  /// A Pod as the registry makes it of a user's manifest: with defaults and a uid of its own.
  mutating func create(_ pod: JSONValue) throws {
    let meta = pod["metadata"]?.replacing("uid", nil)
    let manifest = pod.replacing("metadata", meta).replacing("status", nil)
    try user(.create(.pod, manifest.object ?? JSONObject()))
  }

  // MARK: - Planning

  func plan(_ reconciler: some Reconciler, _ key: WorkKey) -> Plan {
    var context = context
    return reconciler.reconcile(key, in: view, context: &context)
  }

  /// Lowers a step and applies it, as a component and the store do.
  mutating func apply(_ step: Step) throws {
    let transaction = try registry.transaction(for: step, in: view, context: &context)
    guard !transaction.writes.isEmpty else { return }
    let before = transaction.writes.map { view[$0.key] }
    revision += 1
    try view.apply(transaction, at: revision)
    committed.append(step)
    for (old, write) in zip(before, transaction.writes) {
      enqueue(old: old, new: view[write.key])
    }
  }

  /// Plans and commits until nothing is left to do.
  mutating func settle() {
    lookAgain = nil
    committed = []
    var rounds = 0
    while !queue.isEmpty {
      rounds += 1
      guard rounds < 20_000 else {
        Issue.record("the reconcilers never come to rest")
        return
      }
      let work = queue.remove(at: context.random.below(queue.count))
      let plan = reconcilers[work.reconciler].reconcile(work.key, in: view, context: &context)
      if let wait = plan.lookAgain { lookAgain = min(lookAgain ?? wait, wait) }
      if plan.lookAgain == .zero { add(work) }
      for step in plan.steps {
        do {
          try apply(step)
        } catch let rejection as Rejection {
          rejections.append(rejection)
        } catch {
          add(work)
          break
        }
      }
    }
  }

  /// Plans everything once more, as after a restart.
  ///
  /// Not optimised: Swift 6.3.1 -O crashes in it (CopyToBorrowOptimization).
  @_optimize(none)
  mutating func lookAtAll() {
    for object in Self.everything(in: view) { enqueue(old: nil, new: object) }
  }

  private static func everything(in view: ClusterView) -> [StoredObject] {
    let collections: [Collection] = [.objects(.node), .objects(.pod), .nodes]
    return collections.flatMap { Array(view.objects(in: $0)) }
  }

  // Inlined above with a constant nil, it crashes Swift 6.3.1's optimizer.
  @inline(never)
  private mutating func enqueue(old: StoredObject?, new: StoredObject?) {
    for (place, reconciler) in reconcilers.enumerated() {
      let collection = (new ?? old)?.key.collection
      guard let collection, reconciler.collections.contains(collection) else { continue }
      for key in reconciler.keys(old: old, new: new, in: view) {
        add(Work(reconciler: place, key: key))
      }
    }
  }

  private mutating func add(_ work: Work) {
    if !queue.contains(work) { queue.append(work) }
  }

  // MARK: - Looking

  func pod(_ name: String) -> StoredObject? {
    view[ObjectKey(.pod, namespace: "default", name: name)]
  }

  func node(_ name: String) -> StoredObject? { view[ObjectKey(.node, name: name)] }

  /// The reasons of the events that were committed.
  var events: [String] { committed.compactMap { $0.event?.reason } }
}

extension StoredObject {
  func condition(_ type: String) -> JSONValue? {
    json["status"]?["conditions"]?.array?.first { $0["type"]?.string == type }
  }
}

/// What an agent says of its node.
func nodeReport(
  cpu: String = "4", memory: String = "8Gi", pods: String = "110", ready: String = "True"
) -> JSONValue {
  [
    "apiVersion": "v1", "kind": "Node",
    "status": [
      "capacity": ["cpu": .string(cpu), "memory": .string(memory), "pods": .string(pods)],
      "allocatable": ["cpu": .string(cpu), "memory": .string(memory), "pods": .string(pods)],
      "addresses": [["type": "InternalIP", "address": "10.0.0.1"]],
      "conditions": [
        ["type": "Ready", "status": .string(ready)], ["type": "MemoryPressure", "status": "False"],
        ["type": "DiskPressure", "status": "False"], ["type": "PIDPressure", "status": "False"],
      ],
      "nodeInfo": ["operatingSystem": "linux", "architecture": "amd64"],
    ],
  ]
}

/// A Node object with its resources.
func nodeObject(
  _ name: String, cpu: String = "4", memory: String = "8Gi", pods: String = "110",
  labels: JSONValue = [:], spec: JSONValue = [:]
) -> JSONValue {
  [
    "apiVersion": "v1", "kind": "Node",
    "metadata": ["name": .string(name), "uid": .string("uid-\(name)"), "labels": labels],
    "spec": spec,
    "status": [
      "allocatable": ["cpu": .string(cpu), "memory": .string(memory), "pods": .string(pods)],
      "conditions": [["type": "Ready", "status": "True"]],
    ],
  ]
}

/// A Pod of one container; `uid-<name>` unless it is told otherwise.
func podObject(
  _ name: String, node: String? = nil, requests: JSONValue = [:], meta: JSONValue = [:],
  spec: JSONValue = [:], status: JSONValue = ["phase": "Pending"]
) -> JSONValue {
  var metadata = JSONObject()
  metadata["name"] = .string(name)
  metadata["namespace"] = "default"
  metadata["uid"] = .string("uid-\(name)")
  for member in meta.object?.members ?? [] { metadata[member.name] = member.value }
  var all = JSONObject()
  all["containers"] = [["name": "c", "image": "a:1", "resources": ["requests": requests]]]
  all["schedulerName"] = "default-scheduler"
  if let node { all["nodeName"] = .string(node) }
  for member in spec.object?.members ?? [] { all[member.name] = member.value }
  return [
    "apiVersion": "v1", "kind": "Pod", "metadata": .object(metadata), "spec": .object(all),
    "status": status,
  ]
}

/// What a node reports of a pod.
func podReport(
  _ phase: String, ready: String = "False", revision: Int64 = 0, running: Bool = false,
  more: JSONValue = [:]
) -> JSONValue {
  let state: JSONValue =
    running ? ["running": ["startedAt": "2023-11-14T22:13:10Z"]] : ["terminated": ["exitCode": 0]]
  var status = JSONObject()
  status["phase"] = .string(phase)
  status["startTime"] = "2023-11-14T22:13:09Z"
  status["conditions"] = [
    ["type": "Initialized", "status": "True"],
    ["type": "Ready", "status": .string(ready), "lastTransitionTime": "2023-11-14T22:13:11Z"],
    ["type": "ContainersReady", "status": .string(ready)],
  ]
  status["containerStatuses"] = [["name": "c", "restartCount": 0, "state": state]]
  for member in more.object?.members ?? [] { status[member.name] = member.value }
  return [
    "apiVersion": "v1", "kind": "Pod", "desiredRevision": .number(JSONNumber(revision)),
    "status": .object(status),
  ]
}
