import Base
import JSON
import Objects

/// Which of a ReplicaSet's pods go first when there are too many (controller.ActivePodsWithRanks):
///
/// 1. bound to no node
/// 2. pending, then of unknown phase, then running
/// 3. not ready
/// 4. the lower `controller.kubernetes.io/pod-deletion-cost`
/// 5. more pods of its kin on the same node
/// 6. ready for a shorter time, by powers of two
/// 7. more restarts
/// 8. younger, by powers of two
///
/// What is alike in all of them goes by uid.
struct DeletionOrder {
  private let pods: [StoredObject]
  private let ranks: [Rank]

  /// Smaller ones go first.
  private struct Rank {
    let isBound: Bool
    let phase: Int
    let isReady: Bool
    let cost: Int32
    let kin: Int
    /// The power of two of the time; -1 for none or one to come.
    let readyFor: Int
    let restarts: Int64
    let age: Int
    let uid: String
  }

  /// `related`: the active pods, of this and of sibling ReplicaSets, by node.
  init(_ pods: [StoredObject], related: [String: Int], now: WallTime) {
    self.pods = pods
    ranks = pods.map { Self.rank(of: $0, related, now) }
  }

  /// The first ones to go, in order.
  func first(_ count: Int) -> [StoredObject] {
    let order = pods.indices.sorted { Self.precedes(ranks[$0], ranks[$1]) }
    return order.prefix(count).map { pods[$0] }
  }

  private static func rank(
    of object: StoredObject, _ related: [String: Int], _ now: WallTime
  ) -> Rank {
    let pod = object.pod
    let node = pod?.node ?? ""
    return Rank(
      isBound: !node.isEmpty, phase: ordinal(pod?.phase ?? .pending),
      isReady: pod?.isReady ?? false,
      cost: cost(object.meta.annotations["controller.kubernetes.io/pod-deletion-cost"]),
      kin: related[node] ?? 0, readyFor: power(since: pod?.readySince, now),
      restarts: restarts(object.json), age: power(since: object.meta.creationTime, now),
      uid: object.meta.uid)
  }

  private static func precedes(_ left: Rank, _ right: Rank) -> Bool {
    if left.isBound != right.isBound { return !left.isBound }
    if left.phase != right.phase { return left.phase < right.phase }
    if left.isReady != right.isReady { return !left.isReady }
    if left.cost != right.cost { return left.cost < right.cost }
    if left.kin != right.kin { return left.kin > right.kin }
    // Kubernetes ends here with the uid when two ready pods' times are alike; the restarts and the
    // age still tell more.
    if left.isReady, left.readyFor != right.readyFor { return left.readyFor < right.readyFor }
    if left.restarts != right.restarts { return left.restarts > right.restarts }
    if left.age != right.age { return left.age < right.age }
    return left.uid < right.uid
  }

  private static func ordinal(_ phase: PodFacts.Phase) -> Int {
    switch phase {
    case .pending: 0
    case .unknown: 1
    case .running, .succeeded, .failed: 2
    }
  }

  /// A whole number of 32 bits as Kubernetes takes it, without plus sign or leading zeros; else 0.
  private static func cost(_ text: String?) -> Int32 {
    guard let text, let first = text.utf8.first, let cost = Int32(text),
      text == "0" || first == UInt8(ascii: "-")
        || (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first)
    else { return 0 }
    return cost
  }

  private static func power(since time: WallTime?, _ now: WallTime) -> Int {
    guard let time else { return -1 }
    let (passed, overflow) = now.milliseconds.subtractingReportingOverflow(time.milliseconds)
    guard !overflow, passed > 0 else { return -1 }
    let (nanoseconds, tooLong) = passed.multipliedReportingOverflow(by: 1_000_000)
    return 63 - (tooLong ? 0 : nanoseconds.leadingZeroBitCount)
  }

  /// The most restarts of one container.
  private static func restarts(_ pod: JSONObject) -> Int64 {
    let containers = pod["status"]?["containerStatuses"]?.array ?? []
    return containers.compactMap { $0["restartCount"]?.int64 }.max() ?? 0
  }
}
