import Objects

/// How well each node that takes a pod suits it: Kubernetes' scores, each 0...10,000 here
/// (hundredths of its points), weighted as its default profile weights them.
struct NodeScores {
  static let scoreMax: Int64 = 10_000

  private enum Weight {
    static let resources: Int64 = 1
    static let balance: Int64 = 1
    static let spreading: Int64 = 2
    static let affinity: Int64 = 2
    static let taints: Int64 = 3
  }

  let pod: PodDemands
  /// The pod's likings of each node, found once for all pods that ask the same.
  let likings: [Liking]
  /// How many pods of its group run on each node; nil for a pod that is like no other.
  let placed: [Int64]?

  /// What does not change while pods are placed.
  struct Liking {
    /// The weights of the preferred terms that match.
    let affinity: Int64
    /// PreferNoSchedule taints that the pod does not tolerate.
    let taints: Int64

    init(_ pod: PodDemands, _ node: NodeState) {
      affinity = pod.preferredNodes.reduce(0) { sum, preferred in
        preferred.weight > 0 && preferred.term.matches(node.object.meta)
          ? sum + preferred.weight : sum
      }
      taints = Int64(
        node.facts.taints.count { taint in
          taint.effect == .preferNoSchedule
            && !pod.tolerations.contains { $0.tolerates(taint) }
        })
    }
  }

  /// The nodes of highest score among `feasible`, in their order.
  func best(of feasible: [Int], in nodes: [NodeState]) -> [Int] {
    var most = (affinity: Int64(0), taints: Int64(0), placed: Int64(0))
    for place in feasible {
      most.affinity = max(most.affinity, likings[place].affinity)
      most.taints = max(most.taints, likings[place].taints)
      most.placed = max(most.placed, placed?[place] ?? 0)
    }
    var best: [Int] = []
    var highest: Int64 = -1
    for place in feasible {
      let liking = likings[place]
      var score = Weight.resources * leastAllocated(nodes[place])
      score += Weight.balance * balanced(nodes[place])
      score += Weight.affinity * Self.share(liking.affinity, of: most.affinity)
      score += Weight.taints * (Self.scoreMax - Self.share(liking.taints, of: most.taints))
      if let placed {
        let crowd = Self.share(placed[place], of: most.placed)
        score += Weight.spreading * (Self.scoreMax - crowd)
      }
      if score > highest {
        highest = score
        best.removeAll(keepingCapacity: true)
      }
      if score == highest { best.append(place) }
    }
    return best
  }

  /// NodeResourcesFit, LeastAllocated: the share of processor and memory that would be left.
  private func leastAllocated(_ node: NodeState) -> Int64 {
    let all = node.facts.allocatable
    let cpu = Self.free(saturatingSum(node.scoredCPUMilli, pod.scoredCPUMilli), of: all.cpuMilli)
    let memory = Self.free(
      saturatingSum(node.scoredMemoryBytes, pod.scoredMemoryBytes), of: all.memoryBytes)
    return (cpu + memory) / 2
  }

  /// NodeResourcesBalancedAllocation: processor and memory taken to like shares. The deviation of
  /// two numbers is half their distance.
  private func balanced(_ node: NodeState) -> Int64 {
    let all = node.facts.allocatable
    let cpu = Self.free(
      saturatingSum(node.requested.cpuMilli, pod.requests.cpuMilli), of: all.cpuMilli)
    let memory = Self.free(
      saturatingSum(node.requested.memoryBytes, pod.requests.memoryBytes), of: all.memoryBytes)
    return Self.scoreMax - abs(cpu - memory) / 2
  }

  private static func free(_ taken: Int64, of all: Int64) -> Int64 {
    guard all > 0, taken <= all else { return 0 }
    return share(all - max(0, taken), of: all)
  }

  /// `part` of `whole` in `scoreMax`; 0 where the whole is nothing.
  private static func share(_ part: Int64, of whole: Int64) -> Int64 {
    guard whole > 0 else { return 0 }
    precondition((0...whole).contains(part), "a part is at most the whole")
    // The product of two such numbers may need more than 64 bits; the share never does.
    return whole.dividingFullWidth(part.multipliedFullWidth(by: scoreMax)).quotient
  }
}
