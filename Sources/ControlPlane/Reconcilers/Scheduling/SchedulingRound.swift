import Base
import Objects

/// One plan's placements: filters, then scores, then a draw among the best.
struct SchedulingRound {
  private var snapshot: ClusterSnapshot
  /// What the nodes are to pods that ask the same.
  private var classes: [PodDemands: DemandClass] = [:]

  private struct DemandClass {
    /// By node; nil where it may do.
    let refusals: [Refusal?]
    /// The nodes that may do.
    let eligible: [Int]
    let likings: [NodeScores.Liking]
    /// The last verdict of these, and the snapshot's version that it holds for.
    var failure: (version: Int, verdict: SchedulingVerdict)?
  }

  enum Placement {
    case node(NodeState)
    case nowhere(SchedulingVerdict)
  }

  init(_ snapshot: ClusterSnapshot) {
    self.snapshot = snapshot
  }

  /// Places a pod, and counts it where it is to run.
  mutating func place(_ pod: StoredObject, random: inout PRNG) -> Placement {
    let demands = pod.pod?.demands ?? .none
    let known = classes[demands] ?? classify(demands)
    // What others' pods forbid differs from pod to pod.
    let isAlone = pod.pod?.neighbours == nil && snapshot.repelling.isEmpty
    if isAlone, let failure = known.failure, failure.version == snapshot.version {
      return .nowhere(failure.verdict)
    }
    let neighbours = NeighbourFilters(pod, demands, in: snapshot)
    let feasible = known.eligible.filter {
      MomentaryFilters.fits(demands, on: snapshot.nodes[$0])
        && neighbours?.refusal(at: $0) == nil
    }
    guard !feasible.isEmpty else { return .nowhere(refuse(demands, known, neighbours)) }
    let scores = NodeScores(
      pod: demands, likings: known.likings,
      placed: PodGroup(pod).flatMap { snapshot.placed[$0] })
    let best = scores.best(of: feasible, in: snapshot.nodes)
    let chosen = best[best.count == 1 ? 0 : random.below(best.count)]
    snapshot.assume(pod, at: chosen)
    return .node(snapshot.nodes[chosen])
  }

  private mutating func classify(_ demands: PodDemands) -> DemandClass {
    let refusals = snapshot.nodes.map { StandingFilters.refusal(of: demands, by: $0) }
    let found = DemandClass(
      refusals: refusals, eligible: refusals.indices.filter { refusals[$0] == nil },
      likings: snapshot.nodes.map { NodeScores.Liking(demands, $0) })
    classes[demands] = found
    return found
  }

  private mutating func refuse(
    _ demands: PodDemands, _ known: DemandClass, _ neighbours: NeighbourFilters?
  ) -> SchedulingVerdict {
    let verdict = SchedulingVerdict(
      snapshot.nodes.indices.map { place in
        let node = snapshot.nodes[place]
        var refusals =
          known.refusals[place].map { [$0] }
          ?? MomentaryFilters.refusals(of: demands, by: node)
        if refusals.isEmpty { refusals = neighbours?.refusal(at: place).map { [$0] } ?? [] }
        return SchedulingVerdict.Answer(node: node.name, refusals: refusals)
      })
    if neighbours == nil { classes[demands]?.failure = (snapshot.version, verdict) }
    return verdict
  }
}
