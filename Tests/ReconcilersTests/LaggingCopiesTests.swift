import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// The dispatcher and the status reconciler have no leader: several copies act at once, each on a
/// view of its own age, collection by collection.
@Suite struct `Copies that lag behind` {
  /// The store: what holds now, and all that was written.
  private struct Truth {
    var view = ClusterView()
    var revision: Int64 = 100
    var log: [(key: StoreKey, object: StoredObject?)] = []

    mutating func put(_ key: StoreKey, _ json: JSONValue) {
      revision += 1
      let object = StoredObject(
        key: key, json: json.object ?? JSONObject(),
        createRevision: view[key]?.createRevision ?? revision, modRevision: revision)
      _ = view.put(object)
      log.append((key, object))
    }

    mutating func remove(_ key: StoreKey) {
      guard view[key] != nil else { return }
      revision += 1
      _ = view.remove(key)
      log.append((key, nil))
    }

    mutating func apply(_ transaction: ObjectTransaction) throws {
      guard !transaction.writes.isEmpty else { return }
      try view.apply(transaction, at: revision + 1)
      revision += 1
      for write in transaction.writes { log.append((write.key, view[write.key])) }
    }
  }

  private struct Copy {
    let reconciler: any Reconciler
    var view = ClusterView()
    /// How much of the log each collection has seen.
    var seen: [Collection: Int] = [:]
    var queue: [WorkKey] = []

    mutating func advance(_ collection: Collection, by count: Int, of truth: Truth) {
      let from = seen[collection] ?? 0
      let end = min(truth.log.count, from + count)
      for entry in truth.log[from..<end] where entry.key.collection == collection {
        let old = entry.object.map { view.put($0) } ?? view.remove(entry.key)
        for key in reconciler.keys(old: old, new: entry.object, in: view)
        where !queue.contains(key) { queue.append(key) }
      }
      seen[collection] = end
    }
  }

  private struct World {
    var truth = Truth()
    var copies: [Copy]
    var random: PRNG
    var context: PlanContext
    let registry = ObjectRegistry(writer: "tester")
    var uids = 0

    init(seed: UInt64) {
      copies = (0..<2).flatMap { _ in
        [Copy(reconciler: Dispatcher()), Copy(reconciler: PodStatusReconciler())]
      }
      random = PRNG(seed: seed)
      context = PlanContext(now: NodeStory.start, random: PRNG(seed: seed))
      for node in ["n0", "n1"] { truth.put(.heartbeat(node), [:]) }
    }

    private func key(_ index: Int) -> ObjectKey {
      ObjectKey(.pod, namespace: "default", name: "p\(index)")
    }

    /// A user, the nodes and the clock do something.
    mutating func happen() throws {
      let pod = key(random.below(3))
      let node = "n\(random.below(2))"
      switch random.below(8) {
      case 0, 1:
        guard truth.view[pod] == nil else { return }
        uids += 1
        truth.put(
          .object(pod),
          podObject(
            pod.name, node: random.below(4) == 0 ? nil : node, meta: ["uid": .string("u\(uids)")]))
      case 2:
        // Bound late.
        guard let object = truth.view[pod], object.pod?.node == "" else { return }
        try commit(Step([.bind(pod: object, node: node)]), in: truth.view, byUser: true)
      case 3:
        guard let object = truth.view[pod] else { return }
        let grace: Int64? = random.below(3) == 0 ? 0 : nil
        try commit(
          Step([.delete(object, DeleteOptions(graceSeconds: grace))]), in: truth.view, byUser: true)
      case 4:
        let heartbeat = StoreKey.heartbeat(node)
        if truth.view[heartbeat] == nil {
          truth.put(heartbeat, [:])
        } else {
          truth.remove(heartbeat)
        }
      case _: report(node)
      }
    }

    /// The node does something about one of the pods that it knows of, and says so.
    private mutating func report(_ node: String) {
      let places = truth.view.entries(ofNode: node).compactMap { entry -> String? in
        switch entry.key {
        case .desiredPod(_, let uid), .actualPod(_, let uid): uid
        case .object, .grant, .actualNode, .heartbeat, .candidate, .allocation: nil
        }
      }
      guard !places.isEmpty else { return }
      let uid = places[random.below(places.count)]
      let actual = StoreKey.actualPod(node: node, uid: uid)
      guard let desired = truth.view[.desiredPod(node: node, uid: uid)] else {
        return truth.remove(actual)
      }
      let hasEnded = truth.view[actual]?.pod?.hasEnded == true
      let ends = desired.meta.isBeingDeleted || hasEnded
      truth.put(
        actual,
        podReport(
          ends ? "Succeeded" : "Running", ready: ends ? "False" : "True",
          revision: desired.modRevision, running: !ends))
    }

    /// False where the store refuses it.
    @discardableResult
    mutating func commit(
      _ step: Step, in view: ClusterView, byUser: Bool = false
    ) throws -> Bool {
      let before = truth.view
      let transaction = try registry.transaction(for: step, in: view, context: &context)
      do {
        try truth.apply(transaction)
      } catch is ClusterView.Refusal {
        return false
      }
      if !byUser { for write in transaction.writes { check(write, before) } }
      return true
    }

    /// What no write of any copy may do, at the revision at which it is applied.
    private func check(_ write: ObjectTransaction.Write, _ before: ClusterView) {
      switch write.key {
      case .desiredPod(let node, let uid):
        let pod = before.object(uid: uid)
        if truth.view[write.key] == nil {
          #expect(pod?.pod?.node != node, "a pod that is there was taken from its node")
        } else {
          #expect(pod?.pod?.node == node, "a node was told of a pod that is not its own")
        }
      case .object(let key):
        guard truth.view[key] == nil, let pod = before[key], let node = pod.pod?.node,
          !node.isEmpty, pod.meta.deletionGraceSeconds != nil
        else { return }
        let report = before[.actualPod(node: node, uid: pod.meta.uid)]
        let desired = before[.desiredPod(node: node, uid: pod.meta.uid)]
        #expect(pod.meta.isBeingDeleted, "a pod was removed that nobody deleted")
        #expect(report?.pod?.hasEnded == true, "a pod was removed that its node still runs")
        #expect(desired?.meta.isBeingDeleted == true, "a pod's node never heard of its deletion")
      case .grant, .actualPod, .actualNode, .heartbeat, .candidate, .allocation: return
      }
    }

    /// One copy sees a little more, or does a little of its work.
    mutating func act() throws {
      let place = random.below(copies.count)
      let collections = copies[place].reconciler.collections
      if random.below(2) == 0 {
        let collection = collections[random.below(collections.count)]
        copies[place].advance(collection, by: 1 + random.below(6), of: truth)
      } else if !copies[place].queue.isEmpty {
        let key = copies[place].queue.remove(at: random.below(copies[place].queue.count))
        let view = copies[place].view
        let plan = copies[place].reconciler.reconcile(key, in: view, context: &context)
        // As the component does: what was refused is planned again.
        for step in plan.steps where try !commit(step, in: view) { copies[place].queue.append(key) }
      }
    }

    /// Everybody sees everything and works until nothing is left.
    mutating func rest() throws {
      for _ in 0..<2000 {
        var isDone = true
        for place in copies.indices {
          for collection in copies[place].reconciler.collections {
            copies[place].advance(collection, by: .max / 2, of: truth)
          }
          while let key = copies[place].queue.popLast() {
            let view = copies[place].view
            let plan = copies[place].reconciler.reconcile(key, in: view, context: &context)
            for step in plan.steps { try commit(step, in: view) }
            if !plan.steps.isEmpty {
              copies[place].queue.append(key)
              isDone = false
              break
            }
          }
        }
        if isDone { return }
      }
      Issue.record("the copies never come to rest")
    }
  }

  @Test(arguments: 0..<16) func `never harm a pod, and agree in the end`(_ seed: Int) throws {
    var world = World(seed: UInt64(seed))
    for _ in 0..<400 {
      if world.random.below(4) == 0 { try world.happen() } else { try world.act() }
    }
    try world.rest()
    var wanted: Set<StoreKey> = []
    for pod in world.truth.view.objects(.pod) {
      guard let node = pod.pod?.node, !node.isEmpty else { continue }
      let key = StoreKey.desiredPod(node: node, uid: pod.meta.uid)
      guard let desired = world.truth.view[key] else {
        // It ended before its node heard of it.
        #expect(pod.pod?.hasEnded == true)
        continue
      }
      wanted.insert(key)
      #expect(desired.json == Dispatcher.projection(of: pod))
    }
    let told = world.truth.view.objects(in: .nodes).map(\.key).filter {
      if case .desiredPod = $0 { true } else { false }
    }
    #expect(Set(told) == wanted)
  }
}
