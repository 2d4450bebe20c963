import Base
import Component
import EtcdAPI
import JSON
import Objects
import Registry

/// Keeps as many desired pods on each node as the node's report wants: the smallest reconciler
/// whose mistakes show, because each pod it makes has a new name.
struct Filler: Reconciler {
  var name = "filler"
  var electsLeader = true
  var collections: [Objects.Collection] { [.nodes] }
  var order = Plan.Order.independent
  /// Of the nodes that it looks after.
  var prefix = ""

  func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    switch (new ?? old)?.key {
    case .actualNode(let node), .desiredPod(let node, _):
      node.hasPrefix(prefix) ? [.key(.actualNode(node))] : []
    case .object, .grant, .actualPod, .heartbeat, .candidate, .allocation, nil: []
    }
  }

  func reconcile(_ key: WorkKey, in view: ClusterView, context: inout PlanContext) -> Plan {
    guard case .key(.actualNode(let node)) = key else { return .nothing }
    let wanted = Int(view[.actualNode(node)]?.json["want"]?.int64 ?? 0)
    let pods = view.entries(ofNode: node).filter {
      if case .desiredPod = $0.key { true } else { false }
    }
    if pods.count > wanted {
      return Plan(pods.dropFirst(wanted).map { Step([.remove($0)]) }, order: order)
    }
    return Plan(
      (pods.count..<wanted).map { _ in
        let uid = String(context.random.next(), radix: 16)
        return Step([.put(.desiredPod(node: node, uid: uid), JSONObject(), from: nil)])
      }, order: order)
  }
}

/// A component's process on the model store: what it asks is carried out, its watches are served.
final class Process {
  enum Carriage {
    /// Carried out and answered.
    case prompt
    /// Not sent: it waits in `late`.
    case held
    /// Carried out; the answer is lost.
    case answerLost
    /// Never carried out, and nobody knows.
    case requestLost
  }

  let stage: Stage
  var component: ControlComponent
  var isAlive = true
  /// A stopped process (SIGSTOP): nothing is delivered, nothing is done.
  var isPaused = false
  var hasStopped = false
  var notes: [Note] = []
  var wakeAt: Instant?
  /// Decides about each call; commits and campaigns are Txns.
  var carriage: (StoreCall) -> Carriage = { _ in .prompt }
  /// What the store refuses, and why.
  var refusals: (StoreCall) -> EtcdStatus? = { _ in nil }
  /// After a call was carried out, before its answer comes.
  var afterCall: (StoreCall) -> Void = { _ in }
  /// All leases that it was ever granted.
  private(set) var leases: Set<Int64> = []
  var late: [(StoreCallID, StoreCall)] = []
  /// Calls that the component has given up and that the store may still get.
  private var lost: [StoreCall] = []
  /// Watches of these prefixes deliver nothing for now.
  var mutes: (Bytes) -> Bool = { _ in false }
  /// The member that serves the nodes' watch is so many revisions behind.
  var lag: Int64 = 0
  /// Watches deliver one revision a turn.
  var deliversSlowly = false
  private(set) var progressRequests = 0
  private var events: [ControlComponent.Event] = [.start]
  private var watches: [StoreWatchID: Watch] = [:]
  private var order: [StoreWatchID] = []

  private struct Watch {
    let request: WatchCreateRequest
    var next: Int64
    var owesProgress = false
  }

  init(_ stage: Stage, _ configuration: ControlComponent.Configuration) {
    self.stage = stage
    component = ControlComponent(configuration)
  }

  /// One round: watches, then a step with all that came. False where nothing happened.
  func turn() -> Bool {
    guard isAlive, !isPaused, !hasStopped else { return false }
    serveWatches()
    if let wakeAt, wakeAt <= stage.now {
      self.wakeAt = nil
      events.append(.tick)
    }
    guard !events.isEmpty else { return false }
    var effects: [ControlComponent.Effect] = []
    let taken = events
    events = []
    component.step(taken, at: stage.moment, into: &effects)
    for effect in effects where isAlive { perform(effect) }
    return true
  }

  func send(_ event: ControlComponent.Event) { events.append(event) }

  /// What was held goes out now.
  func release(_ places: [Int]? = nil) {
    let released = late
    late = []
    for (place, (id, call)) in released.enumerated() {
      if let places, !places.contains(place) {
        late.append((id, call))
      } else {
        events.append(.store(.answered(id, stage.answer(call, of: self))))
      }
    }
  }

  /// Held calls end without anybody knowing how.
  func lose() {
    for (id, _) in late { events.append(.store(.answered(id, .unknown))) }
    late = []
  }

  /// As `lose`, but the calls wait in some buffer: the next time they come out of it.
  func loseAndKeep() {
    for call in lost { _ = stage.answer(call, of: self) }
    lost = late.map { $0.1 }
    lose()
  }

  /// The store ends all watches.
  func endWatches(_ status: EtcdStatus) {
    for id in order { events.append(.store(.delivered(id, .ended(status)))) }
    for id in order { end(id) }
  }

  private func perform(_ effect: ControlComponent.Effect) {
    switch effect {
    case .store(.call(let id, let call)): carry(id, call)
    case .store(.watch(let id, let request)):
      watches[id] = Watch(request: request, next: request.startRevision)
      order.append(id)
    case .store(.cancelWatch(let id)): end(id)
    case .store(.requestProgress(let id)):
      progressRequests += 1
      watches[id]?.owesProgress = true
    case .wake(let at): wakeAt = min(wakeAt ?? at, at)
    case .note(let note): notes.append(note)
    case .stopped: hasStopped = true
    }
  }

  private func carry(_ id: StoreCallID, _ call: StoreCall) {
    if let status = refusals(call) {
      events.append(.store(.answered(id, .refused(status))))
      return
    }
    switch carriage(call) {
    case .prompt:
      let answer = stage.answer(call, of: self)
      if case .leaseGrant(let response) = answer { leases.insert(response.id) }
      afterCall(call)
      events.append(.store(.answered(id, answer)))
    case .held: late.append((id, call))
    case .answerLost:
      _ = stage.answer(call, of: self)
      events.append(.store(.answered(id, .unknown)))
    case .requestLost: events.append(.store(.answered(id, .unknown)))
    }
  }

  private func end(_ id: StoreWatchID) {
    watches[id] = nil
    order.removeAll { $0 == id }
  }

  private func serveWatches() {
    for id in order {
      guard let watch = watches[id], !mutes(watch.request.key) else { continue }
      let isLate = watch.request.key.hasPrefix("/nodes/")
      let known = stage.store.revision - (isLate ? lag : 0)
      guard
        let news = stage.store.events(of: watch.request, from: watch.next, upTo: known)
      else {
        events.append(.store(.delivered(id, .compacted(oldest: stage.store.compacted))))
        end(id)
        continue
      }
      let end = deliversSlowly ? news.first?.kv?.modRevision : news.last?.kv?.modRevision
      if let end {
        watches[id]?.next = end + 1
        let told = news.filter { $0.kv.map { $0.modRevision <= end } ?? false }
        events.append(.store(.delivered(id, .events(revision: end, told))))
        if told.count < news.count { continue }
      }
      if watch.owesProgress {
        watches[id]?.owesProgress = false
        watches[id]?.next = max(watch.next, known + 1)
        events.append(.store(.delivered(id, .events(revision: known, []))))
      }
    }
  }
}

/// The store, processes and one clock for all.
final class Stage {
  var store = ModelStore()
  var now = Instant(nanoseconds: 1_000_000_000)
  private(set) var processes: [Process] = []
  /// Who sent each Txn that wrote, by revision.
  private(set) var writers: [Int64: Int] = [:]

  var moment: Moment {
    Moment(
      instant: now, wall: WallTime(milliseconds: 1_700_000_000_000 + now.nanoseconds / 1_000_000))
  }

  func start(
    _ reconcilers: [any Reconciler] = [Filler()],
    _ change: (inout ControlComponent.Configuration) -> Void = { _ in }
  ) -> Process {
    var configuration = ControlComponent.Configuration(
      identity: "process-\(processes.count)", reconcilers: reconcilers,
      entropy: UInt64(processes.count) + 1)
    change(&configuration)
    let process = Process(self, configuration)
    processes.append(process)
    return process
  }

  func answer(_ call: StoreCall, of process: Process) -> StoreAnswer {
    let before = store.revision
    let answer = store.answer(call, now: now)
    if case .txn = call, store.revision > before {
      writers[store.revision] = processes.firstIndex { $0 === process }
    }
    return answer
  }

  /// Lets everything happen that happens at this time.
  func settle() {
    var rounds = 0
    while processes.map({ $0.turn() }).contains(true) {
      rounds += 1
      precondition(rounds < 10_000, "the processes never rest")
    }
  }

  /// Time passes, from one thing due to the next.
  func pass(_ duration: Duration) {
    let end = now + duration
    settle()
    while true {
      let due = processes.filter { $0.isAlive && !$0.isPaused && !$0.hasStopped }
        .compactMap(\.wakeAt)
      let next = (due + Array(store.leases.values)).filter { $0 > now }.min() ?? end
      now = min(next, end)
      store.expire(now: now)
      settle()
      if now >= end { return }
    }
  }

  func want(_ count: Int, on node: String = "n1") {
    store.put(.actualNode(node), Bytes("{\"want\":\(count)}"))
  }

  func pods(on node: String = "n1") -> [KeyValue] {
    store.keys(under: Bytes("/nodes/\(node)/desired/pods/"))
  }

  /// Pods ever made.
  var podsMade: Int {
    store.history.flatMap(\.events).filter { event in
      guard let value = event.kv, event.type == .put, case .desiredPod? = StoreKey(value.key) else {
        return false
      }
      return value.createRevision == value.modRevision
    }.count
  }
}
