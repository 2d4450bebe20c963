import Registry

/// One reconciler of a component, with its queue and what it has under way.
struct Hosted: Sendable {
  let reconciler: any Reconciler
  /// Lowers its steps, in its own name.
  var registry: ObjectRegistry
  /// Those that must be fresh for it: what it reads, what admission reads, the candidates.
  let informers: [Int]
  var queue: WorkQueue
  /// nil for one that elects nobody.
  var candidacy: Candidacy?
  /// Plans and writes.
  private(set) var isActing = false
  /// Raised when it ceases to act: what was sent before is nothing to it any more.
  private(set) var term: UInt64 = 0
  private var runs: [WorkKey: PlanRun] = [:]
  /// The keys of runs with steps that are not sent yet, in the order of their plans.
  var unsent: [WorkKey] = []
  var inFlight = 0
  var tally = ReconcilerStatus.Tally()
  private let informerCount: Int

  init(
    _ reconciler: any Reconciler, registry: ObjectRegistry, informers: [Int], informerCount: Int
  ) {
    self.reconciler = reconciler
    self.registry = registry
    self.informers = informers
    self.informerCount = informerCount
    queue = WorkQueue(informers: informerCount)
    candidacy = reconciler.electsLeader ? .waiting(until: nil) : nil
  }

  var name: String { reconciler.name }
  var electsLeader: Bool { reconciler.electsLeader }

  /// The registry adds the version of each kind, and the subresource.
  var fieldManager: FieldManager {
    FieldManager(name: reconciler.fieldManager, operation: .update, apiVersion: "")
  }

  /// Whether a key may be planned now, with so many Txns under way at most.
  func mayPlan(commitsMax: Int) -> Bool { isActing && queue.depth > 0 && inFlight < commitsMax }

  mutating func beginActing() {
    isActing = true
  }

  /// Drops keys and plans; what is under way will be answered to nobody.
  mutating func ceaseActing() {
    isActing = false
    term += 1
    queue.removeAll()
    runs = [:]
    unsent = []
    inFlight = 0
  }

  /// The process ends.
  mutating func retire() {
    ceaseActing()
    if candidacy != nil { candidacy = .waiting(until: nil) }
  }

  subscript(run key: WorkKey) -> PlanRun? {
    get { runs[key] }
    _modify { yield &runs[key] }
  }

  var status: ReconcilerStatus {
    var tally = tally
    tally.adds = queue.addCount
    tally.retries = queue.retryCount
    return ReconcilerStatus(
      name: name, electsLeader: electsLeader, isLeading: candidacy?.isLeading ?? false,
      isActing: isActing, depth: queue.depth, tally: tally)
  }
}
