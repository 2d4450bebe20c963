import Base
import Benchmark
import JSON
import Linux
import Objects
import Registry

// Usage: swift run -c release registrybench
//
// CPU of lowering one intent to the bytes of its Txn: what every pod of a rollout costs the
// components that write it. The best of several rounds.

@main
enum RegistryBench {
  static func main() {
    let cases: [(String, Intent)] = [
      ("create a pod of a template", .create(.pod, pod)),
      ("create a pod as a user writes it", .create(.pod, plainPod)),
      ("create a deployment", .create(.deployment, deployment)),
      ("bind a pod", .bind(pod: stored(.pod, created(.pod, pod)), node: "n1")),
      ("update a pod's status", statusUpdate),
      ("update a pod's labels", labelsUpdate),
      ("delete a bound pod", .delete(boundPod, DeleteOptions())),
    ]
    for (name, intent) in cases {
      var best = Double.infinity
      for _ in 0..<7 { best = min(best, measure(intent)) }
      say("\(name): \(Int(best)) us")
    }
    let best = (0..<5).map { _ in measureView() }.min() ?? 0
    say("follow a pod's change in a view of 1,000: \(Int(best)) us")
  }

  /// What each watch event of a pod costs a component that follows a thousand of them.
  private static func measureView() -> Double {
    let template = created(.pod, pod)
    let pods = (0..<1000).map { number in
      var json = template
      var meta = json["metadata"]?.object ?? JSONObject()
      meta["name"] = .string("web-\(number * 7919 % 1000)")
      meta["uid"] = .string("uid-\(number)")
      json["metadata"] = .object(meta)
      return stored(.pod, json)
    }
    var view = ClusterView(pods)
    let rounds = 10
    let start = Machine.threadCPUTime()
    for _ in 0..<rounds {
      for pod in pods { _ = view.put(pod) }
    }
    let elapsed = Machine.threadCPUTime() - start
    return Double(elapsed.nanoseconds) / Double(rounds * pods.count) / 1000
  }

  // MARK: - Objects

  private static let plainPod = object(
    """
    {"apiVersion": "v1", "kind": "Pod",
     "metadata": {"name": "p", "namespace": "default", "labels": {"app": "web"}},
     "spec": {"containers": [{"name": "c", "image": "web:1", "ports": [{"containerPort": 80}],
       "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]}}
    """)

  private static let deployment = object(
    """
    {"apiVersion": "apps/v1", "kind": "Deployment",
     "metadata": {"name": "web", "namespace": "default"},
     "spec": {"replicas": 1000, "selector": {"matchLabels": {"app": "web"}},
      "template": {"metadata": {"labels": {"app": "web"}},
       "spec": {"containers": [{"name": "c", "image": "web:1",
        "ports": [{"containerPort": 80}],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]}}}}
    """)

  /// As a replica set makes it: the template's spec has its defaults already.
  private static let pod: JSONObject = {
    let template = created(.deployment, deployment)["spec"]?["template"]
    var pod = object(
      """
      {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "web-6d4cf56db6-",
       "namespace": "default", "labels": {"app": "web", "pod-template-hash": "6d4cf56db6"},
       "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet",
        "name": "web-6d4cf56db6", "uid": "0b0b0b0b-0000-4000-8000-000000000000",
        "controller": true, "blockOwnerDeletion": true}]}}
      """)
    pod["spec"] = template?["spec"]
    return pod
  }()

  private static let boundPod: StoredObject = {
    stored(.pod, written(.bind(pod: stored(.pod, created(.pod, pod)), node: "n1")))
  }()

  private static let statusUpdate: Intent = {
    var next = boundPod.json
    next["status"] = .object(
      object(
        """
        {"phase": "Running", "qosClass": "Burstable", "podIP": "10.0.0.7", "conditions": [
         {"type": "PodScheduled", "status": "True",
          "lastTransitionTime": "2023-11-14T22:13:20Z"},
         {"type": "Ready", "status": "True", "lastTransitionTime": "2023-11-14T22:13:20Z"}],
         "containerStatuses": [{"name": "c", "ready": true, "restartCount": 0,
          "image": "web:1", "state": {"running": {"startedAt": "2023-11-14T22:13:20Z"}}}]}
        """))
    return .updateStatus(from: boundPod, to: next)
  }()

  private static let labelsUpdate: Intent = {
    var next = boundPod.json
    var meta = next["metadata"]?.object ?? JSONObject()
    meta["labels"] = ["app": "web", "more": "yes"]
    next["metadata"] = .object(meta)
    return .update(from: boundPod, to: next)
  }()

  private static func object(_ text: String) -> JSONObject {
    do {
      guard let object = try JSONValue(parsing: Bytes(text)).object else {
        preconditionFailure("not an object")
      }
      return object
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func stored(_ kind: Kind, _ json: JSONObject) -> StoredObject {
    let name = json["metadata"]?["name"]?.string ?? ""
    return StoredObject(
      key: .object(ObjectKey(kind, namespace: "default", name: name)), json: json,
      createRevision: 5, modRevision: 5)
  }

  // MARK: - Measuring

  private static let registry = ObjectRegistry(writer: "registrybench")
  private static let view = ClusterView([
    StoredObject(
      key: .object(ObjectKey(.namespace, name: "default")), json: JSONObject(),
      createRevision: 2, modRevision: 2)
  ])

  private static func created(_ kind: Kind, _ json: JSONObject) -> JSONObject {
    written(.create(kind, json))
  }

  private static func written(_ intent: Intent) -> JSONObject {
    var context = PlanContext(now: WallTime(milliseconds: 0), random: PRNG(seed: 1))
    context.manager = FieldManager(
      name: "kube-controller-manager", operation: .update, apiVersion: "")
    guard case .put(_, let value)? = transaction(intent, &context).writes.first else {
      preconditionFailure("nothing is written")
    }
    return object(value.text)
  }

  private static func transaction(
    _ intent: Intent, _ context: inout PlanContext
  ) -> ObjectTransaction {
    do {
      return try registry.transaction(for: Step([intent]), in: view, context: &context)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// Microseconds of one.
  private static func measure(_ intent: Intent) -> Double {
    let count = 2000
    var context = PlanContext(now: WallTime(milliseconds: 0), random: PRNG(seed: 1))
    context.manager = FieldManager(
      name: "kube-controller-manager", operation: .update, apiVersion: "")
    var bytes = 0
    let start = Machine.threadCPUTime()
    for _ in 0..<count { bytes += transaction(intent, &context).writes.count }
    let elapsed = Machine.threadCPUTime() - start
    precondition(bytes == count, "each writes once")
    return Double(elapsed.nanoseconds) / Double(count) / 1000
  }
}
