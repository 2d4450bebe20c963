import Base
import EtcdAPI
import JSON
import Objects
import Registry

/// A person with a script, who writes through the same registry as everybody, sees the cluster
/// through a watch, and tries again what was refused.
final class SimulatedUser {
  static let finalizer = "example.com/hold"

  let script: UserScript
  private var remaining: ArraySlice<UserScript.Action>
  private var random: PRNG
  private var identities: [String] = []
  private let registry = ObjectRegistry(writer: "user")
  private var caller: SimulatedStoreCaller?
  private var nextCall: UInt64 = 1
  private var pending: (id: StoreCallID, entry: Int, isAction: Bool)?
  /// Nothing is decided before the view has this revision.
  private var wanted: Int64 = 0
  /// After an unknown outcome the late write may still come: whoever deletes what it made anew
  /// would meet it again.
  private var patientUntil = Instant(nanoseconds: 0)
  private var attempts = 0
  private(set) var rejections: [Rejection] = []

  init(script: UserScript, random: PRNG) {
    self.script = script
    self.random = random
    remaining = script.actions[...]
  }

  /// Everything was asked for and taken.
  var isDone: Bool { remaining.isEmpty && pending == nil }

  /// For reports: what is not done yet.
  var waitingFor: String { remaining.first.map { "\($0)" } ?? "an answer" }

  func start(in cluster: ControlCluster) {
    caller = SimulatedStoreCaller(world: cluster.world, random: random.fork()) {
      [unowned self, unowned cluster] event in
      if case .answered(let id, let answer) = event { answered(id, answer, in: cluster) }
    }
    plan(in: cluster)
  }

  private func plan(in cluster: ControlCluster) {
    cluster.plan(.user, after: .milliseconds(100 + random.below(cluster.plan.userPause)))
  }

  /// One turn: what is to be kept first, then the next of the script.
  func act(in cluster: ControlCluster) {
    plan(in: cluster)
    let observer = cluster.observer
    guard pending == nil, observer.revision >= wanted, cluster.world.queue.now >= patientUntil
    else {
      return
    }
    for name in identities {
      if let step = keeping(name, in: observer.view) {
        send(step, isAction: false, in: cluster)
        return
      }
    }
    // A hold whose answer was lost may come behind the last release.
    let action = remaining.first ?? .release
    attempts += 1
    switch next(action, observer.view) {
    case .done:
      finish(action)
    case .wait:
      // What nobody can do now, such as deleting a pod that never comes, is left.
      if attempts > 12, action.isOptional { finish(action) }
    case .write(let step):
      send(step, isAction: true, in: cluster)
    }
  }

  private func finish(_ action: UserScript.Action) {
    remaining = remaining.dropFirst()
    attempts = 0
  }

  // MARK: - Calls

  private func send(_ step: Step, isAction: Bool, in cluster: ControlCluster) {
    var context = PlanContext(
      now: WallTime(milliseconds: 1_767_225_600_000 + cluster.world.queue.now.milliseconds),
      random: random.fork())
    let transaction: ObjectTransaction
    do throws(Rejection) {
      transaction = try registry.transaction(
        for: step, in: cluster.observer.view, context: &context)
    } catch {
      rejections.append(error)
      if attempts > 200 {
        cluster.world.violations.append("the user is refused: \(error)")
      }
      return
    }
    guard !transaction.writes.isEmpty else {
      if isAction, let action = remaining.first { finish(action) }
      return
    }
    let txn = TxnRequest(transaction)
    let id = StoreCallID(nextCall)
    nextCall += 1
    pending = (id, cluster.ledger.add(txn, by: .user, leases: []), isAction)
    caller?.carryOut(.call(id, .txn(txn)))
  }

  private func answered(_ id: StoreCallID, _ answer: StoreAnswer, in cluster: ControlCluster) {
    guard let call = pending, call.id == id else { return }
    pending = nil
    cluster.ledger.settle(call.entry, answer)
    switch answer {
    case .txn(let response):
      wanted = response.header?.revision ?? 0
      guard response.succeeded else { return }
      cluster.counters.userWrites += 1
      if call.isAction, let action = remaining.first, action != .release { finish(action) }
    case .unknown:
      patientUntil = cluster.world.queue.now + .seconds(8)
      if call.isAction, let action = remaining.first, action.isOptional { finish(action) }
    case .refused, .range, .leaseGrant, .leaseKeepAlive, .leaseRevoke:
      return
    }
  }

  // MARK: - What to do

  private enum Next {
    case done
    case wait
    case write(Step)
  }

  private func next(_ action: UserScript.Action, _ view: ClusterView) -> Next {
    switch action {
    case .apply(let workload): return apply(workload, view)
    case .change(let workload): return change(workload, view)
    case .deletePod(let workload, let grace):
      guard let pod = anyPod(of: workload, view) else { return .wait }
      return .write(Step([.delete(pod, DeleteOptions(graceSeconds: grace))]))
    case .delete(let workload, let propagation):
      guard let old = view[workload.key], !old.meta.isBeingDeleted else { return .done }
      return .write(Step([.delete(old, DeleteOptions(propagation: propagation))]))
    case .awaitAdoption(let workload): return hasAdopted(workload, view) ? .done : .wait
    case .hold(let workload, let isPod): return hold(workload, isPod: isPod, view)
    case .release: return release(view)
    case .keepIdentity(let name):
      identities.append(name)
      return .done
    case .deleteIdentity(let name):
      guard let pod = view[Self.identityKey(name)], !pod.meta.isBeingDeleted else { return .wait }
      return .write(Step([.delete(pod, DeleteOptions())]))
    case .makeNamespace(let name):
      if let old = view[ObjectKey(.namespace, name: name)] {
        return old.meta.isBeingDeleted ? .wait : .done
      }
      return .write(Step([.create(.namespace, Self.namespace(name))]))
    case .makeQuota(let name):
      guard view[ObjectKey(.namespace, name: "default")] != nil else { return .wait }
      if view[ObjectKey(.resourceQuota, namespace: "default", name: name)] != nil { return .done }
      return .write(Step([.create(.resourceQuota, Self.quota(name))]))
    case .deleteNamespace(let name):
      guard let old = view[ObjectKey(.namespace, name: name)], !old.meta.isBeingDeleted else {
        return .done
      }
      return .write(Step([.delete(old, DeleteOptions())]))
    case .rest:
      return attempts > 8 ? .done : .wait
    }
  }

  private func apply(_ workload: UserWorkload, _ view: ClusterView) -> Next {
    guard let namespace = view[ObjectKey(.namespace, name: workload.namespace)],
      !namespace.meta.isBeingDeleted
    else { return .wait }
    if let old = view[workload.key] { return old.meta.isBeingDeleted ? .wait : .done }
    return .write(Step([.create(workload.kind, workload.json)]))
  }

  private func hasAdopted(_ workload: UserWorkload, _ view: ClusterView) -> Bool {
    guard let owner = view[workload.key] else { return false }
    let kind: Kind = workload.kind == .deployment ? .replicaSet : .pod
    return view.objects(kind, in: workload.namespace).allSatisfy {
      $0.meta.labels["app"] != workload.name || $0.meta.isBeingDeleted
        || $0.pod?.hasEnded == true || $0.meta.controller?.uid == owner.meta.uid
    }
  }

  private func change(_ workload: UserWorkload, _ view: ClusterView) -> Next {
    guard let old = view[workload.key] else { return .wait }
    return .write(Step([.update(from: old, to: workload.changed(old.json))]))
  }

  private func anyPod(of workload: UserWorkload, _ view: ClusterView) -> StoredObject? {
    let pods = view.objects(.pod, in: workload.namespace).filter {
      $0.meta.labels["app"] == workload.name && !$0.meta.isBeingDeleted
    }
    return pods.isEmpty ? nil : pods[random.below(pods.count)]
  }

  private func hold(
    _ workload: UserWorkload, isPod: Bool, _ view: ClusterView
  ) -> Next {
    let found = isPod ? anyPod(of: workload, view) : view[workload.key]
    guard let old = found, !old.meta.isBeingDeleted else { return .wait }
    return .write(
      Step([
        .update(
          from: old,
          to: old.settingFinalizers(
            old.meta.finalizers.filter { $0 != Self.finalizer } + [Self.finalizer]))
      ]))
  }

  private func release(_ view: ClusterView) -> Next {
    let held = (view.objects(.deployment) + view.objects(.replicaSet) + view.objects(.pod)).first {
      $0.meta.finalizers.contains(Self.finalizer)
    }
    guard let held else { return .done }
    return .write(
      Step([
        .update(
          from: held,
          to: held.settingFinalizers(
            held.meta.finalizers.filter { $0 != Self.finalizer }))
      ]))
  }

  // MARK: - Identities

  static func identityKey(_ name: String) -> ObjectKey {
    ObjectKey(.pod, namespace: "default", name: name)
  }

  private func keeping(_ name: String, in view: ClusterView) -> Step? {
    if let old = view[Self.identityKey(name)] {
      guard old.pod?.hasEnded == true, !old.meta.isBeingDeleted else { return nil }
      return Step([.delete(old, DeleteOptions())])
    }
    guard view[ObjectKey(.namespace, name: "default")] != nil else { return nil }
    var pod = JSONObject()
    pod["apiVersion"] = "v1"
    pod["kind"] = "Pod"
    pod["metadata"] = [
      "name": .string(name), "namespace": "default", "labels": ["identity": .string(name)],
    ]
    pod["spec"] = UserWorkload.podSpec(image: "db:v1")
    return Step([.create(.pod, pod)])
  }

  /// More than there ever is: what is limited is a matter of other tests.
  private static func quota(_ name: String) -> JSONObject {
    var object = JSONObject()
    object["apiVersion"] = "v1"
    object["kind"] = "ResourceQuota"
    object["metadata"] = ["name": .string(name), "namespace": "default"]
    object["spec"] = ["hard": ["pods": "1000"]]
    return object
  }

  private static func namespace(_ name: String) -> JSONObject {
    var object = JSONObject()
    object["apiVersion"] = "v1"
    object["kind"] = "Namespace"
    object["metadata"] = ["name": .string(name)]
    return object
  }
}

extension UserScript.Action {
  /// What is aimed at whatever is there: without it the end is the same.
  fileprivate var isOptional: Bool {
    switch self {
    case .deletePod, .deleteIdentity, .hold(_, isPod: true): true
    case .apply, .awaitAdoption, .change, .delete, .hold, .release, .keepIdentity, .makeNamespace,
      .makeQuota, .deleteNamespace, .rest:
      false
    }
  }
}

extension StoredObject {
  fileprivate func settingFinalizers(_ finalizers: [String]) -> JSONObject {
    var object = json
    var meta = json["metadata"]?.object ?? JSONObject()
    meta["finalizers"] = finalizers.isEmpty ? nil : .array(finalizers.map(JSONValue.string))
    object["metadata"] = .object(meta)
    return object
  }
}

extension TxnRequest {
  /// Without a fence: the user leads nothing.
  init(_ transaction: ObjectTransaction) {
    self.init()
    compare = transaction.compares.map { expectation in
      switch expectation.revision {
      case .modified(let revision):
        Compare(target: .mod, key: expectation.key, targetUnion: .modRevision(revision))
      case .created(let revision):
        Compare(target: .create, key: expectation.key, targetUnion: .createRevision(revision))
      }
    }
    success = transaction.writes.map { write in
      switch write {
      case .put(let key, let value), .putEvent(let key, let value):
        RequestOp(request: .put(PutRequest(key: key.bytes, value: value)))
      case .delete(let key):
        RequestOp(request: .deleteRange(DeleteRangeRequest(key: key.bytes)))
      }
    }
  }
}

extension Instant {
  var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
