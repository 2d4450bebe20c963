import Base
import EtcdAPI
import Registry

/// A plan on its way into the store.
struct PlanRun: Sendable {
  /// Not sent yet.
  var steps: ArraySlice<Step>
  private(set) var order: Plan.Order
  let lookAgain: Duration?
  var context: PlanContext
  var inFlight = 0
  var hasFailed = false
  /// The registry refused a step, and the reconciler is still to say so.
  private var rejection: Rejection?
  private var isExplained = false
  /// The plan awaits a revision: once its needs are met, the key is planned once more.
  var isPlannedAgain = false
  /// What the informers must have seen before the key is planned again; one per informer.
  private(set) var needs: [WorkQueue.Need] = []

  init(_ plan: Plan, context: PlanContext) {
    steps = plan.steps[...]
    order = plan.order
    lookAgain = plan.lookAgain
    self.context = context
  }

  var isFinished: Bool { steps.isEmpty && inFlight == 0 }

  /// Whether the next step may be sent now.
  var maySend: Bool {
    switch order {
    case .sequential: inFlight == 0
    case .independent: true
    }
  }

  mutating func need(_ informer: Int, _ revision: Int64) {
    if let place = needs.firstIndex(where: { $0.informer == informer }) {
      needs[place].revision = max(needs[place].revision, revision)
    } else {
      needs.append(WorkQueue.Need(informer: informer, revision: revision))
    }
  }

  /// A step was not carried out for a reason that concerns this step alone.
  mutating func fail() {
    hasFailed = true
    if order == .sequential { steps = [] }
  }

  /// The registry refused a step.
  mutating func fail(with rejection: Rejection) {
    self.rejection = self.rejection ?? rejection
    fail()
  }

  /// The first rejection, once and when nothing else is left to do.
  mutating func takeRejection() -> Rejection? {
    guard isFinished, !isExplained, let rejection else { return nil }
    isExplained = true
    return rejection
  }

  /// What says why comes after all else.
  mutating func explain(with plan: Plan) {
    steps = plan.steps[...]
    order = plan.order
  }

  /// The store takes nothing now: the rest would fare no better.
  mutating func giveUp() {
    hasFailed = true
    isExplained = true
    steps = []
  }
}
