import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Expected behaviour: kubernetes.io/docs/concepts/workloads/controllers/deployment, and the texts
/// and reasons of its controller.
@Suite struct `The deployment reconciler` {
  let now = WallTime(milliseconds: 1_790_000_000_000)
  let reconciler = DeploymentReconciler()
  let key = WorkKey.object(ObjectKey(.deployment, namespace: "a", name: "web"))
  typealias Changes = [([String], JSONValue?)]

  func deployment(_ replicas: Int64, _ changes: Changes = []) -> StoredObject {
    var json: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": [
        "name": "web", "namespace": "a", "uid": "d", "generation": 2,
        "annotations": [
          "team": "blue", "deployment.kubernetes.io/revision": "1",
          "kubectl.kubernetes.io/last-applied-configuration": "{}",
        ],
      ],
      "spec": [
        "replicas": .number(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": template("v1"), "progressDeadlineSeconds": 600, "revisionHistoryLimit": 10,
        "strategy": [
          "type": "RollingUpdate",
          "rollingUpdate": ["maxSurge": "25%", "maxUnavailable": "25%"],
        ],
      ],
    ]
    for (path, value) in changes { json = json.setting(path, value) }
    return .of(json, revision: 50)
  }

  func template(_ image: String) -> JSONValue {
    [
      "metadata": ["labels": ["app": "web"]],
      "spec": ["containers": [["name": "c", "image": .string(image)]]],
    ]
  }

  /// A ReplicaSet of the Deployment whose pods are as many as it asks for, all available.
  func set(
    _ name: String, _ image: String, _ replicas: Int64, revision: Int64, of desired: Int64 = 10,
    created: Int64 = 0, _ changes: Changes = []
  ) -> StoredObject {
    let born = WallTime(milliseconds: now.milliseconds - 100_000 + created * 1000).rfc3339
    var json: JSONValue = [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": [
        "name": .string(name), "namespace": "a", "uid": .string("u-\(name)"), "generation": 1,
        "creationTimestamp": .string(born),
        "annotations": [
          "team": "blue", "deployment.kubernetes.io/revision": .string("\(revision)"),
          "deployment.kubernetes.io/desired-replicas": .string("\(desired)"),
          "deployment.kubernetes.io/max-replicas": .string("\(desired + (desired + 3) / 4)"),
        ],
        "labels": ["app": "web", "pod-template-hash": .string(name)],
        "ownerReferences": [
          [
            "apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "d",
            "controller": true, "blockOwnerDeletion": true,
          ]
        ],
      ],
      "spec": [
        "replicas": .number(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": template(image).setting(
          ["metadata", "labels", "pod-template-hash"], .string(name)),
      ],
      "status": [
        "replicas": .number(replicas), "readyReplicas": .number(replicas),
        "availableReplicas": .number(replicas), "observedGeneration": 1,
      ],
    ]
    for (path, value) in changes { json = json.setting(path, value) }
    return .of(json, revision: 40)
  }

  func pods(of set: String, _ count: Int, ready: Int? = nil) -> [StoredObject] {
    (0..<count).map { number in
      let isReady = number < ready ?? count
      return .of([
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": .string("\(set)-\(number)"), "namespace": "a",
          "uid": .string("\(set)-\(number)"), "labels": ["app": "web"],
          "ownerReferences": [
            [
              "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": .string(set),
              "uid": .string("u-\(set)"), "controller": true,
            ]
          ],
        ],
        "spec": ["nodeName": "n1"],
        "status": [
          "phase": "Running",
          "conditions": [
            [
              "type": "Ready", "status": isReady ? "True" : "False",
              "lastTransitionTime": "2026-01-01T00:00:00Z",
            ]
          ],
        ],
      ])
    }
  }

  func plan(_ objects: [StoredObject]) -> Plan {
    var context = PlanContext(now: now, random: PRNG(seed: 1))
    return reconciler.reconcile(key, in: ClusterView(objects), context: &context)
  }

  /// `name:size` of every ReplicaSet that the plan resizes, in order.
  func sizes(_ plan: Plan) -> [String] {
    plan.steps.compactMap { step in
      guard case .update(let set, let to)? = step.intents.first,
        set.objectKey?.kind == .replicaSet
      else { return nil }
      return "\(set.meta.name):\(to["spec"]?["replicas"]?.int64 ?? -1)"
    }
  }

  func written(_ plan: Plan) -> JSONValue? {
    guard case .updateStatus(_, let to)? = plan.steps.last?.intents.first else { return nil }
    return to["status"]
  }

  func condition(_ plan: Plan, _ type: String) -> JSONValue? {
    written(plan).map { Conditions($0) }?[type]
  }

  func progressing(_ reason: String, _ status: String = "True", since: Int64 = 10) -> JSONValue {
    let time = JSONValue.string(WallTime(milliseconds: now.milliseconds - since * 1000).rfc3339)
    return [
      [
        "type": "Progressing", "status": .string(status), "reason": .string(reason),
        "message": "m", "lastUpdateTime": time, "lastTransitionTime": time,
      ]
    ]
  }

  // MARK: - A new ReplicaSet

  @Test func `a template gets its ReplicaSet, with hash, revision and sizes`() throws {
    let plan = plan([deployment(3, [(["spec", "minReadySeconds"], 5)])])
    #expect(plan.order == .sequential)
    guard case .create(.replicaSet, let set)? = plan.steps.first?.intents.first else {
      Issue.record("no ReplicaSet: \(plan)")
      return
    }
    let meta = ObjectMeta(of: set)
    let hash = try #require(meta.labels["pod-template-hash"])
    #expect(meta.name == "web-\(hash)")
    #expect(hash.wholeMatch(of: /[bcdfghjklmnpqrstvwxz2456789]{1,10}/) != nil)
    #expect(
      meta.annotations == [
        "team": "blue", "deployment.kubernetes.io/revision": "1",
        "deployment.kubernetes.io/desired-replicas": "3",
        "deployment.kubernetes.io/max-replicas": "4",
      ])
    #expect(meta.controller?.uid == "d")
    let labels: JSONValue = ["app": "web", "pod-template-hash": .string(hash)]
    #expect(set["spec"]?["replicas"] == 3)
    #expect(set["spec"]?["minReadySeconds"] == 5)
    #expect(set["spec"]?["selector"]?["matchLabels"] == labels)
    #expect(set["spec"]?["template"]?["metadata"]?["labels"] == labels)
    #expect(set["spec"]?["template"]?["spec"] == template("v1")["spec"])
    #expect(
      plan.steps.first?.guards == [.unchanged(deployment(3, [(["spec", "minReadySeconds"], 5)]))])
    #expect(plan.steps.first?.event?.reason == "ScalingReplicaSet")
    #expect(
      plan.steps.first?.event?.message == "Scaled up replica set \(meta.name) from 0 to 3")
    #expect(condition(plan, "Progressing")?["reason"] == "NewReplicaSetCreated")
    #expect(
      condition(plan, "Progressing")?["message"]
        == .string("Created new replica set \"\(meta.name)\""))
    #expect(condition(plan, "Available")?["reason"] == "MinimumReplicasUnavailable")
    #expect(written(plan)?["observedGeneration"] == 2)
  }

  @Test func `the hash is FNV-1a of the canonical template, in the safe alphabet`() {
    // FNV-1a 32 of `{"spec":{}}` is 0x6f1a7dcb by the reference parameters (computed apart).
    let plain: JSONValue = ["spec": [:]]
    var hash: UInt32 = 0x811c_9dc5
    for byte in Array("{\"spec\":{}}".utf8) { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    let digits = String(hash).map { alphabet[Int($0.asciiValue ?? 0) % 27] }
    #expect(TemplateHash.text(of: plain, collisions: 0) == String(digits))
    let left: JSONValue = ["a": 1, "b": ["y": [1], "x": 2], "n": nil, "l": []]
    let right: JSONValue = ["b": ["x": 2, "y": [1]], "a": 1]
    #expect(
      TemplateHash.text(of: left, collisions: 0) == TemplateHash.text(of: right, collisions: 0))
    #expect(
      TemplateHash.text(of: left, collisions: 1) != TemplateHash.text(of: left, collisions: 0))
    #expect(TemplateHash.areAlike(left, right))
    let labelled = template("v1").setting(["metadata", "labels", "pod-template-hash"], "x")
    #expect(TemplateHash.areAlike(template("v1"), labelled))
    #expect(!TemplateHash.areAlike(template("v1"), template("v2")))
    // An empty object may say something: a volume of the kind emptyDir.
    #expect(!TemplateHash.areAlike(["v": ["emptyDir": [:]]], ["v": [:]]))
  }

  @Test func `a name that is taken by chance raises collisionCount`() throws {
    let first = plan([deployment(3)])
    guard case .create(_, let set)? = first.steps.first?.intents.first else {
      Issue.record("no ReplicaSet")
      return
    }
    let taken = StoredObject.of(
      .object(set).setting(["spec", "template", "spec"], ["other": 1])
        .setting(["metadata", "ownerReferences"], nil).setting(["metadata", "labels"], nil))
    let second = plan([deployment(3), taken])
    #expect(written(second)?["collisionCount"] == 1)
    #expect(second.steps.count == 1)
    let third = plan([
      deployment(3, [(["status"], written(second))]), taken,
    ])
    guard case .create(_, let other)? = third.steps.first?.intents.first else {
      Issue.record("no ReplicaSet")
      return
    }
    #expect(other["metadata"]?["name"] != set["metadata"]?["name"])
  }

  @Test func `a long name is cut so that the hash fits`() {
    let name = String(repeating: "a", count: 253)
    let long = deployment(1, [(["metadata", "name"], .string(name))])
    var context = PlanContext(now: now, random: PRNG(seed: 1))
    let plan = reconciler.reconcile(.key(long.key), in: ClusterView([long]), context: &context)
    guard case .create(_, let set)? = plan.steps.first?.intents.first else {
      Issue.record("no ReplicaSet")
      return
    }
    #expect((set["metadata"]?["name"]?.string ?? "").utf8.count == 253)
  }

  // MARK: - Ownership and revisions

  @Test func `a matching ReplicaSet without controller is adopted first`() {
    let orphan = set("one", "v1", 3, revision: 1, of: 3, [(["metadata", "ownerReferences"], [])])
    let plan = plan([deployment(3), orphan])
    #expect(plan.steps.count == 1)
    guard case .update(orphan, let to)? = plan.steps.first?.intents.first else {
      Issue.record("no adoption")
      return
    }
    #expect(ObjectMeta(of: to).controller?.uid == "d")
    #expect(reconciler.keys(old: nil, new: orphan, in: ClusterView([deployment(3)])) == [key])
  }

  @Test func `an old template that comes back is a rollback to its ReplicaSet`() {
    let deployment = deployment(10, [(["spec", "template"], template("v1"))])
    let plan = plan([
      deployment, set("one", "v1", 0, revision: 1), set("two", "v2", 10, revision: 2, created: 1),
    ])
    guard plan.steps.count == 1, case .update(let set, let to)? = plan.steps.first?.intents.first
    else {
      Issue.record("no renewal: \(plan)")
      return
    }
    #expect(set.meta.name == "one")
    let annotations = ObjectMeta(of: to).annotations
    #expect(annotations["deployment.kubernetes.io/revision"] == "3")
    #expect(annotations["deployment.kubernetes.io/revision-history"] == "1")
  }

  @Test func `the deployment bears its newest set's revision`() {
    let plan = plan([
      deployment(10), set("one", "v0", 0, revision: 1),
      set("two", "v1", 10, revision: 2, created: 1),
    ])
    guard plan.steps.count == 1, case .update(let from, let to)? = plan.steps.first?.intents.first
    else {
      Issue.record("no note: \(plan)")
      return
    }
    #expect(from.meta.name == "web")
    #expect(ObjectMeta(of: to).annotations["deployment.kubernetes.io/revision"] == "2")
  }

  @Test func `annotations and minReadySeconds of the deployment reach its newest set`() {
    let deployment = deployment(
      10, [(["metadata", "annotations", "team"], "red"), (["spec", "minReadySeconds"], 7)])
    let plan = plan([deployment, set("one", "v1", 10, revision: 1)])
    guard case .update(_, let to)? = plan.steps.first?.intents.first else {
      Issue.record("no renewal: \(plan)")
      return
    }
    #expect(ObjectMeta(of: to).annotations["team"] == "red")
    #expect(
      ObjectMeta(of: to).annotations["kubectl.kubernetes.io/last-applied-configuration"] == nil)
    #expect(to["spec"]?["minReadySeconds"] == 7)
  }

  @Test func `only what the limit of history allows is kept, and never a set with pods`() {
    func old(_ revision: Int64) -> StoredObject {
      set("old\(revision)", "v\(revision + 10)", 0, revision: revision, created: revision)
    }
    let busy = set(
      "busy", "v99", 0, revision: 1, [(["status", "replicas"], 1)])
    let newest = set("new", "v1", 10, revision: 9, created: 9)
    let deployment = deployment(
      10,
      [
        (["spec", "revisionHistoryLimit"], 1),
        (["metadata", "annotations", "deployment.kubernetes.io/revision"], "9"),
      ])
    func deleted(_ sets: [StoredObject]) -> [String] {
      plan([deployment, newest] + pods(of: "new", 10) + sets).steps.compactMap { step in
        if case .delete(let set, _)? = step.intents.first { set.meta.name } else { nil }
      }
    }
    #expect(deleted([old(3), old(4), old(2)]) == ["old2", "old3"])
    #expect(deleted([old(3)]) == [])
    // While an old pod is there, the rollout is not complete.
    #expect(deleted([busy, old(3), old(4)]) == [])
  }

  // MARK: - Rolling update

  struct Rolling: CustomTestStringConvertible {
    let story: String
    let spec: (replicas: Int64, surge: JSONValue, unavailable: JSONValue)
    /// What it asks for and how many of its pods are available.
    let old: (replicas: Int64, pods: Int, ready: Int)
    let new: (replicas: Int64, pods: Int, ready: Int)
    let sizes: [String]
    var testDescription: String { story }
  }

  /// Kubernetes' rule by hand. 20: 25 pods in all, 13 before, so 8 become 15 and 3 become 6; the 4
  /// that are left go to the largest. 5: 7 in all, so 8 become 4, which is all that is to go.
  @Test(
    arguments: [
      (20, ["old:19", "new:6"]), (5, ["old:4", "new:3"]), (0, ["old:0", "new:0"]),
    ] as [(Int64, [String])])
  func `scaling while rolling keeps the proportions`(replicas: Int64, expected: [String]) {
    let deployment = deployment(
      replicas, [(["metadata", "annotations", "deployment.kubernetes.io/revision"], "2")])
    let plan = plan(
      [deployment, set("old", "v0", 8, revision: 1), set("new", "v1", 3, revision: 2, created: 1)]
        + pods(of: "old", 8) + pods(of: "new", 3, ready: 0))
    #expect(sizes(plan) == expected)
  }

  @Test func `a single set takes the new number at once, also when paused`() {
    for paused: JSONValue in [true, false] {
      let deployment = deployment(
        4,
        [
          (["spec", "paused"], paused),
          (
            ["status", "conditions"],
            paused == true ? progressing("DeploymentPaused", "Unknown") : progressing("X")
          ),
        ])
      #expect(sizes(plan([deployment, set("one", "v1", 10, revision: 1)])) == ["one:4"])
    }
  }

  @Test func `a paused deployment rolls nothing out`() {
    let paused = deployment(
      10, [(["spec", "paused"], true), (["spec", "template"], template("v2"))])
    let first = plan([paused, set("one", "v1", 10, revision: 1)])
    #expect(sizes(first) == [])
    #expect(condition(first, "Progressing")?["reason"] == "DeploymentPaused")
    #expect(condition(first, "Progressing")?["status"] == "Unknown")
    let again = deployment(
      10,
      [
        (["spec", "paused"], true), (["spec", "template"], template("v2")),
        (["status"], written(first)),
      ])
    #expect(plan([again, set("one", "v1", 10, revision: 1)]).steps == [])
    let resumed = deployment(
      10, [(["spec", "template"], template("v2")), (["status"], written(first))])
    let plan = plan([resumed, set("one", "v1", 10, revision: 1)])
    #expect(condition(plan, "Progressing")?["reason"] == "DeploymentResumed")
  }

  // MARK: - Status

  @Test func `a complete rollout says so, and then nothing more`() throws {
    let set = set("one", "v1", 10, revision: 1)
    let before = deployment(10, [(["status", "conditions"], progressing("ReplicaSetUpdated"))])
    let plan = plan([before, set] + pods(of: "one", 10))
    let status = try #require(written(plan))
    #expect(status["replicas"] == 10)
    #expect(status["updatedReplicas"] == 10)
    #expect(status["readyReplicas"] == 10)
    #expect(status["availableReplicas"] == 10)
    #expect(status["unavailableReplicas"] == nil)
    #expect(condition(plan, "Progressing")?["reason"] == "NewReplicaSetAvailable")
    #expect(
      condition(plan, "Progressing")?["message"]
        == "ReplicaSet \"one\" has successfully progressed.")
    #expect(condition(plan, "Available")?["message"] == "Deployment has minimum availability.")
    #expect(plan.lookAgain == nil)
    let after = deployment(10, [(["status"], status)])
    #expect(self.plan([after, set] + pods(of: "one", 10)) == .nothing)
  }

  @Test func `a rollout that stands still for too long is late`() {
    let set = set(
      "one", "v1", 10, revision: 1,
      [(["status", "availableReplicas"], 5), (["status", "readyReplicas"], 5)])
    func at(_ since: Int64) -> Plan {
      let first = plan([deployment(10), set])
      var status = written(first) ?? [:]
      status = status.setting(
        ["conditions"],
        .array(
          (progressing("ReplicaSetUpdated", since: since).array ?? [])
            + [Conditions(status)["Available"] ?? .null]))
      return plan([deployment(10, [(["status"], status)]), set])
    }
    #expect(at(100).steps == [])
    #expect(at(100).lookAgain == .seconds(501))
    #expect(condition(at(601), "Progressing")?["reason"] == "ProgressDeadlineExceeded")
    #expect(condition(at(601), "Progressing")?["status"] == "False")
    #expect(at(601).lookAgain == nil)
  }

  @Test func `found without a word, and no deadline no condition`() {
    let set = set("one", "v1", 10, revision: 1, [(["status", "availableReplicas"], 1)])
    #expect(
      condition(plan([deployment(10), set]), "Progressing")?["reason"] == "ReplicaSetUpdated")
    let same: JSONValue = [
      "replicas": 10, "updatedReplicas": 10, "readyReplicas": 10, "availableReplicas": 1,
      "unavailableReplicas": 9, "observedGeneration": 2,
    ]
    let quiet = plan([deployment(10, [(["status"], same)]), set])
    #expect(condition(quiet, "Progressing")?["reason"] == "FoundNewReplicaSet")
    #expect(condition(quiet, "Progressing")?["message"] == "Found new replica set \"one\"")
    let timeless = deployment(10, [(["spec", "progressDeadlineSeconds"], 2_147_483_647)])
    #expect(condition(plan([timeless, set]), "Progressing") == nil)
  }

  @Test(
    arguments: [
      (["spec"], nil), (["spec", "selector"], [:]), (["spec", "selector"], 7),
      (["spec", "template"], nil), (["spec", "template", "metadata", "labels"], ["app": "x"]),
    ] as [([String], JSONValue?)])
  func `a nonsense object is left alone`(path: [String], value: JSONValue?) {
    #expect(plan([deployment(3, [(path, value)])]) == .nothing)
  }
}
