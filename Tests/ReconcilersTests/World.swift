import Base
import JSON
import Objects
import Registry

@testable import Reconcilers

/// A store as a value with reconcilers around it, each of which sees it late: every collection
/// comes to each reconciler's view at its own pace. Only what a reconciler wrote itself it has seen
/// before it plans that key again, as `Component` promises.
struct World {
  private(set) var truth = ClusterView()
  private(set) var revision: Int64 = 0
  private(set) var now = WallTime(milliseconds: 1_790_000_000_000)
  private(set) var actors: [Actor]
  private(set) var refusals = 0
  private(set) var rejections: [Rejection] = []
  private var log: [Collection: [Change]] = [:]
  private var random: PRNG
  private let registry = ObjectRegistry(writer: "test")
  /// Asked after every revision.
  var check: (ClusterView, Int64) -> Void = { _, _ in }

  struct Change {
    let revision: Int64
    let key: StoreKey
    let object: StoredObject?
  }

  struct Actor {
    let reconciler: any Reconciler
    let collections: [Collection]
    var view = ClusterView()
    /// How many changes of each collection it has seen.
    var seen: [Collection: Int] = [:]
    var queue: [WorkKey] = [.everything]
    /// The revisions that it must see before it plans a key again.
    var needs: [WorkKey: [Collection: Int64]] = [:]
    var timers: [(due: WallTime, key: WorkKey)] = []

    mutating func add(_ key: WorkKey) {
      if !queue.contains(key) { queue.append(key) }
    }
  }

  init(_ reconcilers: [any Reconciler], seed: UInt64 = 1) {
    random = PRNG(seed: seed)
    actors = reconcilers.map { reconciler in
      let collections = Set(reconciler.collections + ObjectRegistry.collections).sorted()
      return Actor(reconciler: reconciler, collections: collections)
    }
  }

  // MARK: - What users and nodes do

  mutating func create(_ json: JSONValue) {
    let object = StoredObject.of(json)
    guard let key = object.objectKey else { preconditionFailure("an object") }
    apply(Step([.create(key.kind, object.json)]))
  }

  mutating func edit(_ key: ObjectKey, _ path: [String], _ value: JSONValue?) {
    guard let old = truth[key],
      let new = JSONValue.object(old.json).setting(path, value).object
    else { preconditionFailure("no \(key)") }
    apply(
      Step([
        path.first == "status" ? .updateStatus(from: old, to: new) : .update(from: old, to: new)
      ]))
  }

  mutating func delete(_ key: ObjectKey, _ options: DeleteOptions = DeleteOptions()) {
    guard let old = truth[key] else { preconditionFailure("no \(key)") }
    apply(Step([.delete(old, options)]))
  }

  /// A step that must be accepted.
  mutating func apply(_ step: Step) {
    do throws(Rejection) {
      var context = PlanContext(now: now, random: random.fork())
      let transaction = try registry.transaction(for: step, in: truth, context: &context)
      guard send(transaction) != nil else { preconditionFailure("refused: \(step)") }
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// Every pod that is bound nowhere goes to a node; every one on a node runs; every one on its way
  /// out is gone. One pod at most.
  mutating func stepNodes(_ nodes: Int = 3) -> Bool {
    let pods = truth.objects(.pod)
    guard !pods.isEmpty else { return false }
    let start = random.below(pods.count)
    for offset in 0..<pods.count {
      let pod = pods[pods.startIndex + (start + offset) % pods.count]
      if pod.meta.isBeingDeleted {
        if !pod.meta.finalizers.isEmpty { continue }
        apply(Step([.delete(pod, DeleteOptions(graceSeconds: 0))]))
        return true
      }
      if pod.pod?.node.isEmpty == true {
        apply(Step([.bind(pod: pod, node: "n\(random.below(nodes))")]))
        return true
      }
      if pod.pod?.phase == .pending {
        setReady(pod, true)
        return true
      }
    }
    return false
  }

  mutating func setReady(_ pod: StoredObject, _ isReady: Bool, phase: String = "Running") {
    let ready: JSONValue = [
      "type": "Ready", "status": isReady ? "True" : "False",
      "lastTransitionTime": .string(now.rfc3339),
    ]
    let json = JSONValue.object(pod.json).setting(["status", "phase"], .string(phase))
      .setting(["status", "conditions"], [ready])
    apply(Step([.updateStatus(from: pod, to: json.object ?? JSONObject())]))
  }

  // MARK: - Time and views

  mutating func pass(seconds: Int64) {
    now = WallTime(milliseconds: now.milliseconds + seconds * 1000)
    for index in actors.indices {
      for timer in actors[index].timers where timer.due <= now { actors[index].add(timer.key) }
      actors[index].timers.removeAll { $0.due <= now }
    }
  }

  /// The next change of a collection comes to an actor's view; false when it has them all.
  private mutating func deliver(_ collection: Collection, to index: Int) -> Bool {
    let seen = actors[index].seen[collection] ?? 0
    guard let changes = log[collection], seen < changes.count else { return false }
    let change = changes[seen]
    actors[index].seen[collection] = seen + 1
    let old: StoredObject?
    if let object = change.object {
      old = actors[index].view.put(object)
    } else {
      old = actors[index].view.remove(change.key)
    }
    for key in actors[index].reconciler.keys(
      old: old, new: change.object, in: actors[index].view)
    {
      actors[index].add(key)
    }
    return true
  }

  private mutating func deliver(_ collection: Collection, to index: Int, upTo revision: Int64) {
    while let changes = log[collection],
      (actors[index].seen[collection] ?? 0) < changes.count,
      changes[actors[index].seen[collection] ?? 0].revision <= revision
    {
      _ = deliver(collection, to: index)
    }
  }

  // MARK: - Reconcilers

  /// One thing happens: a change comes to a view, or a key is planned and its plan carried out.
  /// False when nothing is left to do.
  mutating func stepReconcilers() -> Bool {
    guard !actors.isEmpty else { return false }
    let start = random.below(actors.count)
    for offset in 0..<actors.count {
      let index = (start + offset) % actors.count
      let collections = actors[index].collections
      let first = random.below(collections.count)
      // Views are behind most of the time, and never for ever.
      if actors[index].queue.isEmpty || random.chance(Ratio(2, in: 3)) {
        for turn in 0..<collections.count
        where deliver(collections[(first + turn) % collections.count], to: index) {
          return true
        }
      }
      if !actors[index].queue.isEmpty {
        plan(index)
        return true
      }
    }
    return false
  }

  private mutating func plan(_ index: Int) {
    let key = actors[index].queue.remove(at: random.below(actors[index].queue.count))
    for (collection, revision) in actors[index].needs.removeValue(forKey: key) ?? [:] {
      deliver(collection, to: index, upTo: revision)
    }
    actors[index].queue.removeAll { $0 == key }
    actors[index].view.reached = reached(by: index)
    var context = PlanContext(now: now, random: random.fork())
    let plan = actors[index].reconciler.reconcile(
      key, in: actors[index].view, context: &context)
    if let wait = plan.lookAgain {
      let due = WallTime(milliseconds: now.milliseconds + max(wait.milliseconds, 1))
      actors[index].timers.append((due, key))
    }
    if let awaited = plan.awaits {
      for collection in actors[index].collections { need(collection, awaited, index, key) }
      actors[index].add(key)
    }
    var steps = plan.steps
    if plan.order == .independent { steps.shuffle(using: &random) }
    let rejected = rejections.count
    for step in steps {
      guard commit(step, index, key, &context) else {
        actors[index].add(key)
        if plan.order == .sequential { break }
        continue
      }
    }
    guard rejections.count > rejected else { return }
    let explanation = actors[index].reconciler.explain(
      rejections[rejected], of: key, in: actors[index].view, context: &context)
    for step in explanation.steps where !commit(step, index, key, &context) { return }
  }

  /// A view lacks nothing up to a revision when the next change that it waits for is above it.
  private func reached(by index: Int) -> Int64 {
    var reached = revision
    for collection in actors[index].collections {
      let changes = log[collection] ?? []
      let seen = actors[index].seen[collection] ?? 0
      if seen < changes.count { reached = min(reached, changes[seen].revision - 1) }
    }
    return reached
  }

  private mutating func need(
    _ collection: Collection, _ revision: Int64, _ index: Int, _ key: WorkKey
  ) {
    actors[index].needs[key, default: [:]][collection] =
      max(revision, actors[index].needs[key]?[collection] ?? 0)
  }

  private mutating func commit(
    _ step: Step, _ index: Int, _ key: WorkKey, _ context: inout PlanContext
  ) -> Bool {
    do throws(Rejection) {
      let transaction = try registry.transaction(
        for: step, in: actors[index].view, context: &context)
      if transaction.writes.isEmpty { return true }
      guard let revision = send(transaction) else {
        refusals += 1
        return false
      }
      for write in transaction.writes { need(write.key.collection, revision, index, key) }
      return true
    } catch {
      rejections.append(error)
      return false
    }
  }

  /// The revision of the Txn; nil when a compare fails.
  private mutating func send(_ transaction: ObjectTransaction) -> Int64? {
    do throws(ClusterView.Refusal) {
      try truth.apply(transaction, at: revision + 1)
    } catch {
      return nil
    }
    revision += 1
    for write in transaction.writes {
      log[write.key.collection, default: []].append(
        Change(revision: revision, key: write.key, object: truth[write.key]))
    }
    check(truth, revision)
    return revision
  }

  /// Until the reconcilers and the nodes have nothing left to do.
  mutating func settle(nodes: Bool = true, stepsMax: Int = 200_000) {
    for _ in 0..<stepsMax {
      if nodes, random.chance(Ratio(1, in: 4)), stepNodes() { continue }
      if stepReconcilers() { continue }
      if nodes, stepNodes() { continue }
      return
    }
    preconditionFailure("no end after \(stepsMax) steps")
  }

  /// Some of what is left to do.
  mutating func run(steps: Int) {
    for _ in 0..<steps {
      if random.chance(Ratio(1, in: 4)), stepNodes() { continue }
      if !stepReconcilers() && !stepNodes() { return }
    }
  }
}
