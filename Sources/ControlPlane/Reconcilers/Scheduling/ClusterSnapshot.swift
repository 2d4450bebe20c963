import Base
import Objects
import Registry

/// The nodes with what is already taken of each, counted on while a plan places pods.
struct ClusterSnapshot {
  private(set) var nodes: [NodeState] = []
  /// By node.
  private(set) var pods: [[StoredObject]] = []
  /// Pods that must be apart from others, and their nodes.
  private(set) var repelling: [(pod: StoredObject, node: Int)] = []
  /// By name.
  private(set) var namespaceLabels: [String: [String: String]] = [:]
  /// How many pods of a group run on each node; only of groups that wait for a node.
  private(set) var placed: [PodGroup: [Int64]] = [:]
  /// Counts placements: a pod that fits nowhere still does while this stands.
  private(set) var version = 0

  /// `groups`: those of the pods that are to be placed.
  init(_ view: ClusterView, counting groups: Set<PodGroup>) {
    nodes = view.objects(.node).compactMap(NodeState.init)
    pods = Array(repeating: [], count: nodes.count)
    for namespace in view.objects(.namespace) where !namespace.meta.labels.isEmpty {
      namespaceLabels[namespace.meta.name] = namespace.meta.labels
    }
    for group in groups { placed[group] = Array(repeating: 0, count: nodes.count) }
    for place in nodes.indices {
      for pod in view.pods(onNode: nodes[place].name) where pod.pod?.hasEnded == false {
        add(pod, at: place)
      }
    }
  }

  /// Counts a pod that is to run on a node.
  mutating func assume(_ pod: StoredObject, at place: Int) {
    add(pod, at: place)
    version += 1
  }

  private mutating func add(_ pod: StoredObject, at place: Int) {
    guard let facts = pod.pod else { return }
    nodes[place].add(facts.demands)
    pods[place].append(pod)
    if facts.neighbours?.apart.isEmpty == false { repelling.append((pod, place)) }
    if !placed.isEmpty, let group = PodGroup(pod), placed[group] != nil {
      placed[group]?[place] += 1
    }
  }
}

/// One node and what its pods take of it.
struct NodeState {
  let object: StoredObject
  let facts: NodeFacts
  private(set) var requested = ResourceAmounts()
  /// As `requested`, but containers that ask for nothing count a little: for scores.
  private(set) var scoredCPUMilli: Int64 = 0
  private(set) var scoredMemoryBytes: Int64 = 0
  private(set) var podCount: Int64 = 0
  private(set) var ports: [HostPort] = []

  init?(_ object: StoredObject) {
    guard let facts = object.node else { return nil }
    self.object = object
    self.facts = facts
  }

  /// As the key has it: what the object says of itself might differ.
  var name: String { object.objectKey?.name ?? "" }

  fileprivate mutating func add(_ demands: PodDemands) {
    requested.add(demands.requests)
    scoredCPUMilli = saturatingSum(scoredCPUMilli, demands.scoredCPUMilli)
    scoredMemoryBytes = saturatingSum(scoredMemoryBytes, demands.scoredMemoryBytes)
    podCount += 1
    ports += demands.hostPorts
  }
}

/// Pods that do the same work, so that losing one node must not lose them all.
enum PodGroup: Hashable {
  /// Those of one controller.
  case owner(uid: String)
  /// Pods without a controller: those of a namespace with the same labels.
  case labels([String: String], namespace: String)

  /// Nil for a pod that is like no other.
  init?(_ pod: StoredObject) {
    if let owner = pod.meta.controller {
      self = .owner(uid: owner.uid)
    } else if !pod.meta.labels.isEmpty, let key = pod.objectKey {
      self = .labels(pod.meta.labels, namespace: key.namespace)
    } else {
      return nil
    }
  }
}

/// The sum, or the largest number where it does not fit.
func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
  let (sum, overflow) = left.addingReportingOverflow(right)
  return overflow ? .max : sum
}
